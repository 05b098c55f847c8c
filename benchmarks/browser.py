"""From Enter to the painted bubble, in a real Chromium against a real server, while 100 messages are fired.

.venv/bin/python -m benchmarks.browser            nearly two minutes; prints a table
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
# A frame is over when the next task or the next frame begins. A task of a lower priority would wait for more: the
# server's answer may be worked off before it.
STOPWATCH = """
    window.durations = [];
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        requestAnimationFrame(() => {
            const number = window.durations.length++;
            const painted = () => { window.durations[number] ??= performance.now() - event.timeStamp; };
            scheduler.postTask(painted, { priority: "user-blocking" });
            requestAnimationFrame(painted);
        });
    }, { capture: true });
"""
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}


async def fire(page: Page) -> list[float]:
    """Write 100 messages, 50 a second, and press Enter after each; how long each Enter took to show, in ms."""
    keyboard = await page.context.new_cdp_session(page)
    await page.locator("#composer textarea").focus()
    # Nobody has written a message before the page is there.
    await page.wait_for_load_state("networkidle")
    for number in range(MESSAGES):
        text = f"Message {number} of {MESSAGES}, as long as what people write to one another"
        await keyboard.send("Input.insertText", {"text": text})
        await keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **ENTER})
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **ENTER})
        await asyncio.sleep(PAUSE_SECONDS)
    await page.wait_for_function(f"window.durations.filter(Boolean).length === {MESSAGES}")
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


async def run(rounds: int) -> dict[str, list[list[float]]]:
    """The time of every Enter, by room and round."""
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
            results: dict[str, list[list[float]]] = {name: [] for name in measures}
            for round_, (name, once) in product(range(rounds), measures.items()):
                print(f"round {round_ + 1} of {rounds}: {name}", file=sys.stderr)
                results[name].append(await once())
            await browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder)
    return results


def typical(rounds: list[list[float]], percent: int) -> float:
    """This percentile of a round's hundred messages, in the median of the rounds."""
    return statistics.median(
        statistics.quantiles(durations, n=100, method="inclusive")[percent - 1] for durations in rounds
    )


def report(results: dict[str, list[list[float]]]) -> str:
    rows = [
        [name, *(f"{value:.1f} ms" for value in (typical(rounds, 50), typical(rounds, 99), max(map(max, rounds))))]
        for name, rounds in results.items()
    ]
    return shared.table(["from Enter to the painted bubble", "half of them", "99 of 100", "the slowest of all"], rows)


def promises(results: dict[str, list[list[float]]]) -> list[shared.Promise]:
    measured = {name: typical(results[name], 99) for name in ROOMS}
    return [
        shared.Promise(
            f"99 of 100 bubbles painted within {PROMISED_MS:.0f} ms, in {name}", f"{value:.1f} ms", value < PROMISED_MS
        )
        for name, value in measured.items()
    ]


def main() -> int:
    options = shared.arguments("browser", __doc__, rounds=7).parse_args()
    results = asyncio.run(run(1 if options.quick else options.rounds))
    print(report(results), shared.promises_table(promises(results)), sep="\n\n")
    return shared.status(promises(results), check=options.check)


if __name__ == "__main__":
    sys.exit(main())
