"""From the click on a room to its messages on the screen: a room of 200 pictures beside a room of 200 texts.

.venv/bin/python -m benchmarks.room            nearly two minutes; prints a table
.venv/bin/python -m benchmarks.room --quick    one round of each
.venv/bin/python -m benchmarks.room --check    exits with 1 and a list if the promise is missed

A real Chromium, a real server, and pictures that were really uploaded. Each round begins with an empty page, and 99
messages that are new to the reader: so many as the page ever asks for at once. CHROMIUM names the browser where it is
not on the PATH.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, WebSocketRoute, async_playwright

from benchmarks import page as shared
from tests.support.browser import launch
from tests.support.sent_files import Sent, say
from tests.support.server import Server, World

MESSAGES = 200
NEW = 99
PROMISED_RATIO = 1.3
SIZE = (1600, 1200)
TEXTS, PICTURES = "200 texts", "200 pictures"
# A frame is over when the next task begins (benchmarks/browser.py says why of this priority).
OPEN = """(room) => new Promise((done) => {
    const box = document.querySelector("#messages");
    const began = performance.now();
    const observer = new MutationObserver(() => {
        if (box.querySelectorAll(".message").length < %d) return;
        observer.disconnect();
        const painted = () => done(performance.now() - began);
        requestAnimationFrame(() => scheduler.postTask(painted, { priority: "user-blocking" }));
    });
    observer.observe(box, { childList: true, subtree: true });
    document.querySelector(`#rooms a[data-room-id="${room}"]`).click();
})"""


def photo(number: int) -> Sent:
    """As large as photos are, and like no other."""
    noise = Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)).resize(SIZE, Image.Resampling.BICUBIC)
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=85)
    return Sent(f"photo-{number}.jpg", file.getvalue(), "image/jpeg")


async def fill(server: Server) -> dict[str, int]:
    """Two rooms with as many messages, of which the same number is new to bob."""
    rooms = {TEXTS: server.new_room(), PICTURES: server.new_room()}
    async with server.client("carla") as carla:
        for number in range(MESSAGES):
            await carla.say(rooms[TEXTS], f"Message {number}, as long as what people write to one another")
            await say(carla, rooms[PICTURES], "", photo(number))
    bob = server.world.people["bob"].id
    for room in rooms.values():
        read = [server.head(room) - NEW, room, bob]
        server.database.execute("UPDATE chat_membership SET read_seq = %s WHERE room_id = %s AND user_id = %s", read)
    return rooms


async def opened(browser: Browser, server: Server, elsewhere: int, room: int) -> float:
    """How long it took to open the room from another one, in ms."""
    context = await browser.new_context(base_url=server.address, viewport={"width": 1280, "height": 800})
    session = server.world.people["bob"].session
    await context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
    page = await context.new_page()
    # What is seen is not told to the server: it is new again in the next round.
    await page.route_web_socket("**/ws/chat/", _deaf_to_reading)
    await page.goto(f"/rooms/{elsewhere}/")
    await page.locator("#connection[data-state=connected]").wait_for(state="attached")
    await page.wait_for_load_state("networkidle")
    took = float(await page.evaluate(OPEN % NEW, room))
    await context.close()
    return took


def _deaf_to_reading(socket: WebSocketRoute) -> None:
    server = socket.connect_to_server()
    socket.on_message(lambda text: None if '"type":"read"' in str(text) else server.send(text))


async def measure(rounds: int) -> dict[str, list[float]]:
    folder = Path(tempfile.mkdtemp(dir=shared.disk()))
    server = Server(World.make(folder / "world"), folder / "server", SENDS_PER_SECOND="10000")
    server.start()
    try:
        rooms, elsewhere = await fill(server), server.new_room()
        took: dict[str, list[float]] = {name: [] for name in rooms}
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            for _ in range(rounds + 1):
                for name, room in rooms.items():
                    took[name].append(await opened(browser, server, elsewhere, room))
            await browser.close()
        return {name: all_of_them[1:] for name, all_of_them in took.items()}  # the first warms up
    finally:
        server.stop()
        shutil.rmtree(folder)


def main() -> None:
    arguments = shared.arguments("room", __doc__, rounds=15).parse_args()
    took = asyncio.run(measure(1 if arguments.quick else arguments.rounds))
    medians = {name: statistics.median(times) for name, times in took.items()}
    rows = [[name, f"{median:.0f} ms", f"{max(took[name]):.0f} ms"] for name, median in medians.items()]
    print(shared.table(["opening a room of", "median", "longest"], rows))
    ratio = medians[PICTURES] / medians[TEXTS]
    promise = shared.Promise(f"at most {PROMISED_RATIO}", f"{ratio:.2f}", ratio <= PROMISED_RATIO)
    print(f"\n{shared.promises_table([promise])}")
    if arguments.check and not promise.kept:
        sys.exit(f"a room of pictures opens {ratio:.2f} times as slowly")


if __name__ == "__main__":
    main()
