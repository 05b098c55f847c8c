"""The pictures of the documentation: `python -m tests.e2e.screenshots` draws them anew into docs/images/.

They show the demo team (`manage.py demo`) in a server and a browser started for the occasion.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.support.browser import launch
from tests.support.environment import ROOT, manage, succeed
from tests.support.server import Server, World

IMAGES = ROOT / "docs" / "images"
PASSWORD = "horns are loud at dawn"
DESK = {"width": 1180, "height": 760}
PHONE = {"width": 390, "height": 760}


async def log_in(browser: Browser, server: Server, **looks: object) -> Page:
    """A window of alice's, in the first room, with everything on the page."""
    context = await browser.new_context(base_url=server.address, reduced_motion="reduce", **looks)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto("/login/")
    await page.fill("input[name=username]", "alice")
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("#connection[data-state=connected]").wait_for(state="attached")
    await page.locator("#rooms a[data-room-id]", has_text="Everyone").click()
    await page.locator("#messages .message").last.wait_for()
    jump = page.locator(".jump-button.down")
    if await jump.is_visible():  # not once all has been read
        await jump.click()
    await page.locator("#messages .message").last.scroll_into_view_if_needed()
    await page.mouse.move(0, 0)
    return page


async def search(page: Page) -> None:
    """Look for a word."""
    await page.get_by_role("button", name="Search").first.click()
    await page.get_by_role("searchbox").fill("tunnel")
    await page.keyboard.press("Enter")
    await page.locator("dialog mark").first.wait_for()


async def switch(page: Page) -> None:
    """Look for somebody to talk to."""
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").last.press_sequentially("d")
    await page.get_by_role("option").first.wait_for()


async def take(page: Page, name: str) -> None:
    """Keep what the page shows."""
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(World.make(Path(folder) / "world"), Path(folder) / "server", empty=True)
        succeed(manage("demo", "--password", PASSWORD, env=server.environment))
        server.start()
        try:
            async with async_playwright() as playwright:
                browser = await launch(playwright)
                await take(await log_in(browser, server, viewport=DESK, color_scheme="light"), "chat-light")
                await take(await log_in(browser, server, viewport=DESK, color_scheme="dark"), "chat-dark")
                await take(await log_in(browser, server, viewport=PHONE, color_scheme="light"), "chat-phone")
                desk = await log_in(browser, server, viewport=DESK, color_scheme="light")
                await search(desk)
                await take(desk, "search-light")
                await desk.keyboard.press("Escape")
                await switch(desk)
                await take(desk, "switcher-light")
                await browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    asyncio.run(main())
