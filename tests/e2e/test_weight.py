"""The first page is light, for a browser with an empty cache, and ready for the first message."""

from __future__ import annotations

from playwright.async_api import Request, Response

MOST_BYTES = 100_000


async def test_the_first_page_is_under_100_kilobytes(server, room, sit_down):
    bob = await sit_down("bob", server)
    loaded: list[Request] = []

    def note(request: Request) -> None:
        loaded.append(request)

    bob.page.on("requestfinished", note)
    await bob.open(f"/rooms/{room}/")
    await bob.write("Hello")
    await bob.shows("Hello")
    kinds = {request.resource_type for request in loaded}
    assert {"document", "stylesheet", "script"} <= kinds
    sizes = {request.url: (await request.sizes())["responseBodySize"] for request in loaded}
    assert sum(sizes.values()) < MOST_BYTES, sorted((size, url) for url, size in sizes.items())


async def test_modules_are_compiled_before_they_are_wanted(server, room, sit_down):
    bob = await sit_down("bob", server)
    loaded: list[Response] = []

    def note(response: Response) -> None:
        loaded.append(response)

    bob.page.on("response", note)
    await bob.open(f"/rooms/{room}/")
    modules = [await response.text() for response in loaded if "/frontend/js/" in response.url]
    assert modules
    assert {text.splitlines()[0] for text in modules} == {"//# allFunctionsCalledOnLoad"}
