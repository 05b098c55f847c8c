"""Browser windows, which are used again: whoever comes to a server after others finds its files in the window's cache.

That, and nothing else: cookies, permissions and all that pages can keep are gone. A cold start takes twice the time.
"""

from __future__ import annotations

from playwright.async_api import Browser, BrowserContext, Page

from tests.e2e.desk import Desk
from tests.support.server import Server

KEPT_BY_PAGES = "local_storage,indexeddb,cache_storage,service_workers,file_systems,shared_storage,storage_buckets"
CLOCK_IS_REAL = "String(Date).includes('[native code]') && String(setTimeout).includes('[native code]')"


class Windows:
    """Those of one server that outlives the tests in which people sit down at it."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser = browser
        self.server = server
        self._free: list[Page] = []

    async def take(self) -> Page:
        """The only tab of a window in which nobody has been."""
        return self._free.pop() if self._free else await new_window(self._browser, self.server)

    async def give_back(self, desks: list[Desk]) -> None:
        """Nobody sits at these any more."""
        used = {desk.page.context for desk in desks}
        spoiled = {desk.page.context for desk in desks if desk.is_spoiled}
        for context in used:
            page = None if context in spoiled else await self._as_new(context)
            if page is None:
                await context.close()
            else:
                self._free.append(page)

    async def _as_new(self, context: BrowserContext) -> Page | None:
        """Its only tab, or None if it cannot be used again: a clock that was set stays so in a window."""
        for page in context.pages:
            await page.close()
        await context.set_offline(False)
        await context.clear_cookies()
        await context.clear_permissions()
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        await devtools.send(
            "Storage.clearDataForOrigin", {"origin": self.server.address, "storageTypes": KEPT_BY_PAGES}
        )
        await devtools.detach()
        return page if await page.evaluate(CLOCK_IS_REAL) else None

    async def close(self) -> None:
        """All of them."""
        for page in self._free:
            await page.context.close()


async def new_window(browser: Browser, server: Server) -> Page:
    """The only tab of a window that has never been used, not even its cache."""
    return await (await browser.new_context(base_url=server.address)).new_page()
