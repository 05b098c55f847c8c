"""The first page is light, for a browser with an empty cache, and ready for the first message."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Response, expect

from tests.e2e.desk import Desk

pytestmark = pytest.mark.any_engine("files are the same whatever the database")

MOST_BYTES = 100_000


async def load(desk: Desk, path: str) -> list[Response]:
    """Open a page; what comes with it, and what comes later."""
    loaded: list[Response] = []

    def note(response: Response) -> None:
        loaded.append(response)

    desk.page.on("response", note)
    await desk.open(path)
    return loaded


async def test_the_first_page_is_under_100_kilobytes(server, room, sit_down):
    bob = await sit_down("bob", server, cold=True)
    loaded = await load(bob, f"/rooms/{room}/")
    await bob.write("Hello")
    await bob.shows("Hello")
    kinds = {response.request.resource_type for response in loaded}
    assert {"document", "stylesheet", "script"} <= kinds
    sizes = {response.url: (await response.request.sizes())["responseBodySize"] for response in loaded}
    assert sum(sizes.values()) < MOST_BYTES, sorted((size, url) for url, size in sizes.items())


async def test_modules_are_compiled_before_they_are_wanted(server, room, sit_down):
    loaded = await load(await sit_down("bob", server, cold=True), f"/rooms/{room}/")
    modules = [await response.text() for response in loaded if "/frontend/js/" in response.url]
    assert modules
    assert {text.splitlines()[0] for text in modules} == {"//# allFunctionsCalledOnLoad"}


async def test_every_module_comes_under_a_name_that_browsers_may_keep_for_ever(server, room, sit_down):
    bob = await sit_down("bob", server, cold=True)
    loaded = await load(bob, f"/rooms/{room}/")
    await bob.page.get_by_role("button", name="Insert an emoji").click()
    await expect(bob.page.locator("emoji-picker")).to_be_visible()
    await bob.page.keyboard.press("Escape")
    await bob.page.keyboard.press("Control+k")
    await expect(bob.page.get_by_role("combobox")).to_be_focused()
    urls = {response.url for response in loaded if "/static/" in response.url}
    assert any("/picker." in url for url in urls)
    assert any("/quick_switcher." in url for url in urls)
    assert not [url for url in urls if not re.search(r"\.[0-9a-f]{12}\.\w+$", url)]
