"""The first page is light: what a browser with an empty cache loads of our own code and style, as it travels."""

from __future__ import annotations

from playwright.async_api import Request

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
