"""From Enter to the painted bubble, in a real Chromium against a real server, while 100 messages are fired.

.venv/bin/python -m benchmarks.browser            about half a minute; prints a table
.venv/bin/python -m benchmarks.browser --quick    one round
.venv/bin/python -m benchmarks.browser --check    exits with 1 and a list if the promise is missed

A bare page beside it, which does nothing but append the line and scroll, shows what machine and browser take by
themselves. CHROMIUM names the browser where it is not on the PATH. Frames come as fast as they are ready and not when a
screen wants one: what is measured is what the page takes, not how long a screen of 60 Hz lets everything wait.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import sys
import tempfile
from functools import partial
from itertools import product
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from benchmarks import page as shared
from tests.support.browser import launch
from tests.support.server import Server, World

MESSAGES = 100
PAUSE_SECONDS = 0.02  # between two messages: faster than a key held down repeats
PROMISED_MS = 16.0
ROOMS = {"an empty room": 0, "a room with a long history": 500}
BARE = Path(__file__).with_name("bare.html")
STOPWATCH = """
    window.durations = [];
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        requestAnimationFrame(() => {
            const painted = new MessageChannel();
            painted.port1.onmessage = () => window.durations.push(performance.now() - event.timeStamp);
            painted.port2.postMessage(null);
        });
    }, { capture: true });
"""
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}


async def fire(page: Page) -> list[float]:
    """Write 100 messages, 50 a second, and press Enter after each; how long each Enter took to show, in ms."""
    keyboard = await page.context.new_cdp_session(page)
    await page.locator("#composer textarea").focus()
    for number in range(MESSAGES):
        text = f"Message {number} of {MESSAGES}, as long as what people write to one another"
        await keyboard.send("Input.insertText", {"text": text})
        await keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **ENTER})
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **ENTER})
        await asyncio.sleep(PAUSE_SECONDS)
    await page.wait_for_function(f"window.durations.length === {MESSAGES}")
    durations: list[float] = await page.evaluate("window.durations")
    return durations


async def measure_bare(browser: Browser) -> list[float]:
    """One round on the bare page."""
    page = await browser.new_page()
    await page.add_init_script(STOPWATCH)
    await page.route("http://bare.invalid/", lambda route: route.fulfill(path=BARE))
    await page.goto("http://bare.invalid/")
    durations = await fire(page)
    await page.close()
    return durations


async def measure(browser: Browser, server: Server, history: int) -> list[float]:
    """One round in a room of its own with so many messages in it."""
    room = server.new_room()
    async with server.client("carla") as carla:
        for number in range(history):
            await carla.say(room, f"What was said before, {number}")
    context = await browser.new_context(base_url=server.address)
    session = server.world.people["bob"].session
    await context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
    page = await context.new_page()
    await page.add_init_script(STOPWATCH)
    await page.goto(f"/rooms/{room}/")
    await page.locator("#connection[data-state=connected]").wait_for()
    if history:
        await page.get_by_text(f"What was said before, {history - 1}", exact=True).wait_for()
    durations = await fire(page)
    await page.locator(".message.pending").first.wait_for(state="detached")
    written = len(server.rows("SELECT 1 FROM chat_message WHERE room_id = ?", [room])) - history
    await context.close()
    if written != MESSAGES:
        raise SystemExit(f"{written} messages arrived of {MESSAGES}")
    return durations


async def run(rounds: int) -> dict[str, list[float]]:
    """The time of every Enter, by room."""
    folder = Path(tempfile.mkdtemp(prefix="posthorn-", dir=shared.disk()))
    server = Server(World.make(folder), folder / "server", SERVER="uvicorn")
    try:
        server.start()
        async with async_playwright() as playwright:
            browser = await launch(playwright, "--disable-frame-rate-limit")
            measures = {
                "a bare page": partial(measure_bare, browser),
                **{name: partial(measure, browser, server, history) for name, history in ROOMS.items()},
            }
            results: dict[str, list[float]] = {name: [] for name in measures}
            for round_, (name, once) in product(range(rounds), measures.items()):
                print(f"round {round_ + 1} of {rounds}: {name}", file=sys.stderr)
                results[name] += await once()
            await browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder)
    return results


def percentile(durations: list[float], percent: int) -> float:
    return statistics.quantiles(durations, n=100, method="inclusive")[percent - 1]


def report(results: dict[str, list[float]]) -> str:
    rows = [
        [name, *(f"{value:.1f} ms" for value in (percentile(found, 50), percentile(found, 99), max(found)))]
        for name, found in results.items()
    ]
    return shared.table(["from Enter to the painted bubble", "half of them", "99 of 100", "the slowest"], rows)


def promises(results: dict[str, list[float]]) -> list[shared.Promise]:
    return [
        shared.Promise(
            f"99 of 100 bubbles painted within {PROMISED_MS:.0f} ms, in {name}",
            f"{percentile(results[name], 99):.1f} ms",
            percentile(results[name], 99) < PROMISED_MS,
        )
        for name in ROOMS
    ]


def main() -> int:
    options = shared.arguments("browser", __doc__, rounds=5).parse_args()
    results = asyncio.run(run(1 if options.quick else options.rounds))
    print(report(results), shared.promises_table(promises(results)), sep="\n\n")
    return shared.status(promises(results), check=options.check)


if __name__ == "__main__":
    sys.exit(main())
