"""Giving files to the page, as people do, and holding them up on their way."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Error, FilePayload, Locator, Request, Route, expect

from tests.e2e.desk import Desk
from tests.support.server import Server

UPLOADS = "**/api/v1/uploads/**"

_PASTE = """([name, type, content, text]) => {
    const clipboardData = new DataTransfer();
    const bytes = Uint8Array.from(atob(content), (letter) => letter.codePointAt(0));
    clipboardData.items.add(new File([bytes], name, { type }));
    if (text) clipboardData.setData("text/plain", text);
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def png(width: int, height: int, red: int = 200) -> bytes:
    """A picture of a sky, in one colour that fades to the bottom."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((red, 130, 80 + 120 * row // height)) * width for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def tray(desk: Desk) -> Locator:
    return desk.page.locator("#composer-files .tray-card")


async def choose(desk: Desk, **files: bytes) -> None:
    """Choose files by the clip button. An underscore stands for the dot of a name: `cat_png=...`."""
    given = [FilePayload(name=name.replace("_", "."), mimeType=kind(name), buffer=data) for name, data in files.items()]
    async with desk.page.expect_file_chooser() as chooser:
        await desk.page.get_by_role("button", name="Add files").click()
    await (await chooser.value).set_files(given)


def kind(name: str) -> str:
    return "image/png" if name.endswith("png") else "application/octet-stream"


async def paste(desk: Desk, name: str, content: bytes, text: str = "") -> None:
    await desk.page.evaluate(_PASTE, [name, kind(name), base64.b64encode(content).decode(), text])


async def drop(desk: Desk, target: str, *files: Path) -> None:
    """Drag files over an element and let go of them, as the browser itself does it."""
    box = await desk.page.locator(target).bounding_box()
    assert box is not None
    devtools = await desk.page.context.new_cdp_session(desk.page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 20, "y": box["y"] + 20}
        await devtools.send("Input.dispatchDragEvent", {"type": step, "data": data, **place})


class Way:
    """What uploads go by. `shut` lets no bytes through; requests that come wait until it is `open`ed."""

    def __init__(self, desk: Desk) -> None:
        self.page = desk.page
        self.asked: list[Request] = []
        self._open = asyncio.Event()
        self._waits = asyncio.Event()

    async def shut(self) -> None:
        self._open.clear()
        await self.page.route(UPLOADS, self._hold)

    async def _hold(self, route: Route) -> None:
        self.asked.append(route.request)
        self._waits.set()
        await self._open.wait()
        with suppress(Error):  # the page has given it up, or is gone
            await route.continue_()

    async def waits(self) -> None:
        """Until something wants through."""
        await self._waits.wait()

    async def open(self) -> None:
        self._open.set()
        if not self.page.is_closed():
            await self.page.unroute_all(behavior="ignoreErrors")


async def answer(desk: Desk, status: int, code: str) -> Callable[[], Any]:
    """Answer new uploads in the server's place; returns what ends that."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=status, json={"code": code, "message": "no"})

    await desk.page.route(UPLOADS, refuse)
    return lambda: desk.page.unroute(UPLOADS, refuse)


async def slow_down(desk: Desk, bytes_per_second: int) -> Callable[[], Any]:
    """A weak line; returns what makes it good again."""
    devtools = await desk.page.context.new_cdp_session(desk.page)

    async def limit(rate: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate}
        await devtools.send("Network.emulateNetworkConditions", conditions)

    await limit(bytes_per_second)
    return lambda: limit(-1)


def arrived(server: Server, room: int) -> list[tuple[str, int, str]]:
    """The files of a room's messages: name, bytes, hash of what is stored; a picture's is not of what was sent."""
    rows = server.database.rows(
        "SELECT f.name, f.bytes, c.sha256 FROM chat_file f JOIN chat_content c ON c.id = f.content_id"
        " WHERE f.room_id = %s AND f.message_id IS NOT NULL ORDER BY f.message_id, f.place",
        [room],
    )
    return [(str(name), int(size), str(digest)) for name, size, digest in rows]


def as_sent(name: str, content: bytes) -> tuple[str, int, str]:
    return name, len(content), hashlib.sha256(content).hexdigest()


async def is_sent(desk: Desk, *names: str) -> None:
    """Wait until the last message has these files, on the server as well."""
    await expect(desk.page.locator("#messages .message.pending")).to_have_count(0)
    last = desk.messages.last
    for name in names:
        await expect(last.locator(f"[title*='{name}']").first).to_be_visible()
