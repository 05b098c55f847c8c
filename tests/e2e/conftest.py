from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.desk import Desk
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


@pytest_asyncio.fixture(loop_scope="session")
async def sit_down(browser) -> AsyncIterator[SitDown]:
    """Opens a browser window for one of the cast (or for a stranger, None), with cookies and storage of its own.

    `beside`: another tab in that window, with the same cookies and storage.
    Afterwards fails the test if a page had errors, broke its own security policy, or asked any other host for anything.
    """
    desks: list[Desk] = []

    async def sit_down(person: str | None, server: Server, *, beside: Desk | None = None) -> Desk:
        context = beside.page.context if beside else await browser.new_context(base_url=server.address)
        if person and not beside:
            session = server.world.people[person].session
            await context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
        desk = Desk(await context.new_page(), server)
        await desk.watch()
        desks.append(desk)
        return desk

    yield sit_down
    for desk in desks:
        await desk.page.context.close()
    for desk in desks:
        assert not desk.trouble
