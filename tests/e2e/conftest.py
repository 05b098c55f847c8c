from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.desk import Desk
from tests.e2e.windows import Windows, new_window
from tests.support.browser import launch
from tests.support.server import Server

SitDown = Callable[..., Awaitable[Desk]]

expect.set_options(timeout=60_000)  # a limit for waiting; machines differ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "e2e":
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def windows_at_server(browser, server) -> AsyncIterator[Windows]:
    windows = Windows(browser, server)
    yield windows
    await windows.close()


@pytest.fixture
def windows(request) -> Windows | None:
    """At the module's server, where the test wants that."""
    return request.getfixturevalue("windows_at_server") if "server" in request.fixturenames else None


@pytest_asyncio.fixture(loop_scope="session")
async def sit_down(browser, windows) -> AsyncIterator[SitDown]:
    """Opens a browser window for one of the cast (or for a stranger, None), with cookies and storage of its own.

    `beside`: another tab in that window, with the same cookies and storage.
    `cold`: nothing is in its cache, either, where others may have been at the server before.
    Afterwards fails the test if a page had errors, broke its own security policy, or asked any other host for anything.
    """
    desks: list[Desk] = []

    async def sit_down(person: str | None, server: Server, *, beside: Desk | None = None, cold: bool = False) -> Desk:
        if beside:
            page = await beside.page.context.new_page()
        elif windows is None or windows.server is not server or cold:
            page = await new_window(browser, server)
        else:
            page = await windows.take()
        if person and not beside:
            session = server.world.people[person].session
            await page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
        desk = Desk(page, server)
        await desk.watch()
        desks.append(desk)
        return desk

    yield sit_down
    for desk in desks:
        if windows is None or windows.server is not desk.server:
            await desk.page.context.close()
    if windows is not None:
        await windows.give_back([desk for desk in desks if desk.server is windows.server])
    for desk in desks:
        assert not desk.trouble
