"""The pictures of the documentation: `python -m tests.e2e.screenshots` draws them anew into docs/images/.

They show the demo team (`manage.py demo`) in a server and a browser started for the occasion.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, async_playwright

from tests.e2e.scenery import landscape
from tests.support.browser import launch
from tests.support.client import Client
from tests.support.environment import ROOT, manage, succeed
from tests.support.sent_files import Sent, say, sound
from tests.support.server import Server, World

IMAGES = ROOT / "docs" / "images"
PASSWORD = "horns are loud at dawn"
DESK = {"width": 1180, "height": 760}
PHONE = {"width": 390, "height": 760}


async def log_in(browser: Browser, server: Server, person: str = "alice", **looks: object) -> Page:
    """A window of hers, in the first room, with everything on the page."""
    context = await browser.new_context(base_url=server.address, reduced_motion="reduce", **looks)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto("/login/")
    await page.fill("input[name=username]", person)
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


async def send_files(page: Page, server: Server) -> None:
    """Let the person at this window send pictures and more to the room "Design", where carla asks for them."""
    session = next(cookie["value"] for cookie in await page.context.cookies() if cookie["name"] == "sessionid")
    link = page.locator("#rooms a[data-room-id]", has_text="Design")
    room = int(await link.get_attribute("data-room-id") or 0)
    async with Client(server.address, session) as client:
        await say(client, room, "", landscape("harbour.jpg", 1600, 1000, description="The harbour, before sunrise"))
        await say(client, room, "The way, and who sang", sound("birds.wav", 7), Sent("Route.gpx", b"x" * 48_200))
        await say(
            client,
            room,
            "From the walk on Sunday. One of them would do for the front page, I think:",
            landscape("valley.jpg", 1600, 1067, description="Blue hills in the morning"),
            landscape("pines.jpg", 1067, 1600),
            landscape("lake.jpg", 1600, 1200),
            landscape("pass.jpg", 1500, 1000),
            landscape("evening.jpg", 1600, 900),
        )


async def go_to_pictures(page: Page) -> None:
    """Go where they were sent, and wait until they are there."""
    await page.locator("#rooms a[data-room-id]", has_text="Design").click()
    await page.locator("#messages .picture").last.wait_for()
    await page.locator("#messages").evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
    await page.wait_for_load_state("networkidle")
    await page.mouse.move(0, 0)


async def look_at_picture(page: Page) -> None:
    """Open one of them."""
    await page.locator("#messages .picture[title='harbour.jpg']").click()
    await page.locator("dialog.viewer img").wait_for()
    await page.wait_for_load_state("networkidle")
    await page.mouse.move(0, 0)


async def list_files(page: Page) -> None:
    """All that was sent to the room."""
    await page.get_by_role("button", name="Files", exact=True).click()
    await page.locator(".file-list .picture").first.wait_for()
    await page.wait_for_load_state("networkidle")


async def add_files(page: Page) -> None:
    """Put two pictures and a document beside what is being written."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Add files").click()
    sent = [
        landscape("The pass at dawn.jpg", 1200, 800),
        landscape("pines.jpg", 800, 1200),
        Sent("Timetable, winter.pdf", b"x" * 48_200, "application/pdf"),
    ]
    given = [FilePayload(name=one.name, mimeType=one.type, buffer=one.data) for one in sent]
    await (await chooser.value).set_files(given)
    await page.locator("#composer-files progress:visible").first.wait_for(state="hidden")
    await page.locator("#composer textarea").fill("Before the fog came down")


async def take(page: Page, name: str) -> None:
    """Keep what the page shows."""
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


async def take_files(browser: Browser, server: Server) -> None:
    """The pictures with files in them."""
    await send_files(await log_in(browser, server, "emi", viewport=DESK), server)
    desk = await log_in(browser, server, viewport=DESK, color_scheme="light")
    await go_to_pictures(desk)
    await take(desk, "pictures-light")
    await look_at_picture(desk)
    await take(desk, "viewer")
    await desk.keyboard.press("Escape")
    await list_files(desk)
    await take(desk, "files-light")
    dark = await log_in(browser, server, viewport=DESK, color_scheme="dark")
    await go_to_pictures(dark)
    await take(dark, "pictures-dark")
    phone = await log_in(browser, server, viewport=PHONE, color_scheme="light")
    await phone.locator("#back-to-rooms").click()
    await go_to_pictures(phone)
    await take(phone, "pictures-phone")
    await look_at_picture(phone)
    await take(phone, "viewer-phone")
    for looks, name in ((DESK, "tray-light"), (PHONE, "tray-phone")):
        page = await log_in(browser, server, viewport=looks, color_scheme="light")
        await add_files(page)
        await take(page, name)


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
                await take_files(browser, server)
                await browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    asyncio.run(main())
