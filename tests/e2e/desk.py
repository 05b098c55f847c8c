"""Somebody at a browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Locator, Page, Request, WebSocketRoute, expect

from tests.support.server import Server

Frame = dict[str, Any]

NO_LUCK = "Math.random = () => 0;"
"""For `page.add_init_script`: waits between tries are as short as chance can make them."""

IN_ONE_TASK = """(texts) => {
    const field = document.querySelector("#composer textarea[name=body]");
    for (const text of texts) {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.form.requestSubmit();
    }
    const count = document.querySelectorAll("#messages .message").length;
    /* then */
    return count;
}"""


class Desk:
    """A window on the chat: what is on the page, and what goes wrong in it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.line = Line()
        self.trouble: list[str] = []
        self.expected: list[str] = []
        """Parts of errors that the test brings about on purpose."""
        self.is_spoiled = False
        """Whether something was done to the tab that its window may not get over."""
        self.composer = page.locator("#composer textarea[name=body]")
        self.send_button = page.locator("#composer button[type=submit]")
        self.messages = page.locator("#messages .message")
        self.unsent = page.locator("#messages .message.pending, #messages .message.failed")
        self.connection = page.locator("#connection")

    async def watch(self) -> None:
        """Note what goes wrong, and be able to hold frames back."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self._note(f"error: {error}"))
        self.page.on("request", self._asked)
        await self.page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"
        )
        await self.page.route_web_socket(re.compile("/ws/chat/"), self.line.connect)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._note(f"console: {message.text} {message.location}")

    def _asked(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob"} and url.netloc != urlsplit(self.server.address).netloc:
            self._note(f"asked another host: {request.url}")

    def _note(self, trouble: str) -> None:
        if not any(part in trouble for part in self.expected):
            self.trouble.append(f"{self.page.url}: {trouble}")

    # In the chat

    async def open(self, path: str = "/") -> None:
        """Go to the chat, and wait until it is connected."""
        await self.page.goto(path)
        await self.is_connected()

    async def open_room(self, room: int) -> None:
        """Go to a room of the list by its link."""
        await self.page.locator(f"#rooms a[data-room-id='{room}']").click()
        await expect(self.page.locator(f"#rooms a[data-room-id='{room}'][aria-current]")).to_be_visible()

    async def is_connected(self) -> None:
        await expect(self.connection).to_have_attribute("data-state", "connected")

    async def write(self, text: str) -> Locator:
        """Type a message and press Enter; returns its bubble."""
        await self.composer.fill(text)
        await self.composer.press("Enter")
        return self.bubble(text)

    async def write_in_one_task(self, texts: list[str], *, then: str = "") -> int:
        """Write and send all of these before the browser can do anything else, and `then` something in JavaScript.

        Returns how many messages are on the page at the end of that task.
        """
        return int(await self.page.evaluate(IN_ONE_TASK.replace("/* then */", then), texts))

    async def time_passes_until_failed(self, bubble: Locator) -> None:
        """Let the page's clock leap, as long as it takes; the server is given time to answer pings in between.

        Wants `page.clock.install()` before the page is opened.
        """
        for _ in range(60):
            answered = self.line.answered
            await self.page.clock.fast_forward(2_400)
            for _ in range(10):
                await self.page.evaluate("new Promise((done) => requestAnimationFrame(done))")
                if self.line.answered > answered:
                    break
            if re.search(r"\bfailed\b", await bubble.get_attribute("class") or ""):
                return
        raise AssertionError("the message does not fail")

    async def status(self) -> Frame:
        """What `posthorn.status()` says in the console."""
        return dict(await self.page.evaluate("posthorn.status()"))

    async def freeze(self) -> None:
        """Nothing runs in the tab any more: what it should hear waits until `thaw`.

        By the debugger: without a screen, Chromium ignores `Page.setWebLifecycleState`.
        """
        self.is_spoiled = True
        self._debugger = await self.page.context.new_cdp_session(self.page)
        await self._debugger.send("Debugger.enable")
        paused = asyncio.Event()
        self._debugger.once("Debugger.paused", lambda _: paused.set())
        await self._debugger.send("Debugger.pause")
        await paused.wait()

    async def thaw(self) -> None:
        """The tab goes on."""
        await self._debugger.send("Debugger.disable")

    async def crash(self) -> None:
        """The tab's process dies."""
        self.is_spoiled = True
        session = await self.page.context.new_cdp_session(self.page)
        async with self.page.expect_event("crash"):
            dying = asyncio.ensure_future(session.send("Page.crash"))  # never answered
        dying.add_done_callback(lambda done: done.cancelled() or done.exception())

    def bubble(self, text: str) -> Locator:
        """The messages that say exactly this."""
        return self.messages.filter(has=self.page.get_by_text(text, exact=True))

    async def texts(self) -> list[str]:
        """What the messages on the page say, from top to bottom."""
        return await self.messages.locator(".message-body").all_inner_texts()

    async def shows(self, *texts: str) -> None:
        """Wait until the page ends with these messages, each of them sent."""
        body = self.messages.locator(".message-body")
        await expect(body.filter(has_text=re.compile(f"^{re.escape(texts[-1])}$"))).to_have_count(
            texts.count(texts[-1])
        )
        await expect(self.page.locator("#messages .message:not([data-message-id])")).to_have_count(0)
        assert (await self.texts())[-len(texts) :] == list(texts)


class Line:
    """What travels between a page and its server. Frames for which `to_page` or `to_server` says no stay here."""

    def __init__(self) -> None:
        self.to_page: Callable[[Frame], bool] = lambda frame: True
        self.to_server: Callable[[Frame], bool] = lambda frame: True
        self.held: list[str] = []
        """What the server said and the page has not heard."""
        self.stopped: list[Frame] = []
        """What the page said and the server has not heard."""
        self.answered = 0
        self._page: WebSocketRoute | None = None
        self._held_more = asyncio.Event()

    def connect(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        self._page = page
        page.on_message(lambda text: self._from_page(server, str(text)))
        server.on_message(lambda text: self._from_server(page, str(text)))

    async def cut(self) -> None:
        """The connection breaks."""
        assert self._page is not None
        await self._page.close()

    def say(self, frame: Frame) -> None:
        """Say something to the page in the server's place."""
        assert self._page is not None
        self._page.send(json.dumps(frame))

    async def holds(self, count: int = 1) -> None:
        """Wait until so many frames are held back from the page."""
        while len(self.held) < count:
            self._held_more.clear()
            await self._held_more.wait()

    def release(self) -> None:
        """Let the page hear what was held back, and everything from now on."""
        assert self._page is not None
        self.to_page = lambda frame: True
        for text in self.held:
            self._page.send(text)
        self.held.clear()

    def _from_page(self, server: WebSocketRoute, text: str) -> None:
        frame = json.loads(text)
        if self.to_server(frame):
            server.send(text)
        else:
            self.stopped.append(frame)

    def _from_server(self, page: WebSocketRoute, text: str) -> None:
        frame = json.loads(text)
        if not self.to_page(frame):
            self.held.append(text)
            self._held_more.set()
            return
        self.answered += frame["type"] == "pong"
        page.send(text)


def no_answer(frame: Frame) -> bool:
    """For `Line.to_page`: neither acks nor the messages themselves."""
    return frame["type"] not in {"ack", "nack", "events"}
