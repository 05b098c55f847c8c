"""Who takes part: visitors, who only listen, and senders, who keep an outbox besides. Dropped, they come back."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from tests.support.client import Client, Closed, Frame, Log
from tests.support.server import Person
from tests.torture.courier import Courier
from tests.torture.evidence import Line, Sent
from tests.torture.outbox import Item, Outbox

AWAY = (OSError, TimeoutError, WebSocketException, Closed)
"""What a visitor meets at a server that is gone or going."""

BURSTS = (1, 1, 2, 5, 20) * 8 + (150,)
"""How many messages a sender says at once; the last are more than fit into the window."""

CONTENTS = tuple(random.Random(size).randbytes(size) for size in (0, 1, 1_000, 70_000, 300_000))
"""What files hold: often the same, which is kept once."""


class Visitor(Client):
    """Somebody's client. `choose` says at which server to try next."""

    def __init__(self, name: str, person: Person, rooms: list[int], choose: Callable[[], str], seed: int) -> None:
        super().__init__("", person.session)
        self.name = name
        self.person = person
        self.rooms = rooms
        self.random = random.Random(f"{seed} {name}")
        self.heard: dict[int, list[Line]] = {room: [] for room in rooms}
        self.drops = 0
        self._choose = choose
        self.logs = {room: Log(0) for room in rooms}

    async def live(self) -> None:
        """Be connected, again and again, until cancelled."""
        while True:
            with suppress(*AWAY):
                await self._visit()
            await asyncio.sleep(self.random.uniform(0.02, 0.3))

    async def _visit(self) -> None:
        self.address = self._origin = self._choose()
        self.inbox.clear()
        for log in self.logs.values():
            log.syncing = False
        try:
            await self.connect()
            await self._talk()
        finally:
            await self.close()

    async def _talk(self) -> None:
        assert self._reader is not None
        await asyncio.shield(self._reader)

    def drop(self) -> None:
        """Lose the connection without a word, if there is one."""
        connected = (
            self._connection is not None and self.close_code is None and not self._connection.transport.is_closing()
        )
        if connected:
            self.vanish()
            self.drops += 1

    def has_heard(self, heads: dict[int, int]) -> bool:
        """Whether it knows each room up to its head."""
        return all(self.logs[room].last >= head for room, head in heads.items())

    async def until_heard(self, heads: dict[int, int]) -> None:
        """Wait until it does."""
        while not self.has_heard(heads):
            self._moved.clear()
            await self._moved.wait()

    async def _heard(self, frame: Frame, connection: ClientConnection) -> None:
        if frame["type"] != "welcome":
            self.inbox.pop()  # nobody takes anything else
        if frame["type"] == "reset":
            self.broken_rules.append(f"{self.name} was told to start room {frame['room']} over")
        if frame["type"] == "error":
            # "storage" is an answer of a server that is going down; anything else would be about what was sent.
            self.broken_rules += [] if frame["code"] == "storage" else [f"{self.name} heard {frame}"]
            connection.transport.abort()
        await super()._heard(frame, connection)

    async def _apply(self, frame: Frame, connection: ClientConnection) -> None:
        await super()._apply(frame, connection)
        self.events_seen.clear()  # five minutes of them would not fit
        log = self.logs[frame["room"]]
        if frame["room"] in self.heard:
            self.heard[frame["room"]] += [Line.heard(event) for event in log.events]
        log.events.clear()


class Sender(Visitor):
    """Says a few things now and then, whether connected or not, and sees to it that they arrive."""

    MAX_WAITING = 300

    def __init__(self, *arguments, pauses: tuple[float, float] = (0.02, 0.4)) -> None:
        super().__init__(*arguments)
        self.outbox = Outbox()
        self.fresh_starts = 0
        self.courier = Courier(self.person.session, self._choose, self.random)
        self._pauses = pauses
        self._stirred = asyncio.Event()
        self._drained = asyncio.Event()
        self._drops_next = False
        self._count = 0
        self._uploads = 0

    async def speak(self) -> None:
        """Put messages into the outbox until cancelled."""
        while True:
            if self.outbox.waiting < self.MAX_WAITING:
                for _ in range(self.random.choice(BURSTS)):
                    self._say(self.random.choice(self.rooms))
                self._stir()
            await asyncio.sleep(self.random.uniform(*self._pauses))

    async def show(self) -> None:
        """Upload files and send them with messages, until cancelled. Some are never sent, or half uploaded."""
        while True:
            room = self.random.choice(self.rooms)
            if self.random.random() < 0.3:
                whole = self.random.random() < 0.5
                await self.courier.bring(room, self._new_upload(), self.random.randbytes(1_000), wholly=whole)
            else:
                files = {self._new_upload(): content for content in self.random.choices(CONTENTS, k=2)}
                for upload, content in files.items():
                    await self.courier.bring(room, upload, content)
                self._say(room, {upload: sha256(content).hexdigest() for upload, content in files.items()})
                self._stir()
            await asyncio.sleep(self.random.uniform(*self._pauses))

    def _new_upload(self) -> str:
        self._uploads += 1
        return f"{self.name}-file-{self._uploads}"

    def say_last_words(self) -> None:
        """Something in every room, after which nothing follows that would tell of a hole."""
        for room in self.rooms:
            self._say(room)
        self._stir()

    def _say(self, room: int, files: dict[str, str] | None = None) -> None:
        self._count += 1
        words = " ".join(["word"] * self.random.choice((0, 1, 5, 50)))
        self.outbox.put(
            Item(room, f"{self.name}-{self._count}", f"{self.name} says {self._count} {words}".strip(), files or {})
        )

    def replay(self) -> int:
        """Send some of what was acked already once more. Returns how many."""
        acked = [item for item in self.outbox.acked[-200:] if not self.outbox.is_waiting(item)]
        again = self.random.sample(acked, min(len(acked), self.random.randint(1, 10)))
        for item in again:
            self.outbox.put(item)
        self._stir()
        return len(again)

    def drop(self) -> None:
        """As every visitor; every other time at the worst moment, with messages on their way."""
        if self.random.random() < 0.5:
            self._drops_next = True
        else:
            super().drop()

    async def drained(self) -> None:
        """Wait until everything is confirmed."""
        while self.outbox.waiting:
            self._drained.clear()
            await self._drained.wait()

    def sent(self) -> list[Sent]:
        """What it ever put into its outbox, for the judge."""
        return [
            Sent(
                self.name,
                self.person.id,
                item.room,
                item.client_id,
                item.body,
                tuple((ack["id"], ack["room"], ack["seq"], ack["duplicate"]) for ack in item.acks),
                tuple(item.files.values()),
            )
            for item in self.outbox.said.values()
        ]

    async def _talk(self) -> None:
        # Some send more than the window lets them, and not all at once: they are refused for now in the midst of what
        # is taken, and must not overtake themselves.
        greedy = self.random.random() < 0.4
        window = self.welcome["window"] * (3 if greedy else 1)
        try:
            while self.close_code is None:
                now = time.monotonic()
                self.outbox.overdue(now)
                self._stirred.clear()
                for item in self.outbox.launch(window, now):
                    files = {"files": list(item.files)} if item.files else {}
                    await self.post(item.room, item.body, item.client_id, **files)
                    if greedy and self.random.random() < 0.2:
                        await asyncio.sleep(self.random.uniform(0, 0.005))
                if self._drops_next and self.outbox.in_flight:
                    self._drops_next = False
                    await asyncio.sleep(self.random.uniform(0, 0.02))
                    super().drop()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stirred.wait(), self.outbox.wake_in(now))
        finally:
            self.outbox.closed()

    async def _read(self, connection: ClientConnection) -> None:
        await super()._read(connection)
        self._stir()

    async def _heard(self, frame: Frame, connection: ClientConnection) -> None:
        await super()._heard(frame, connection)
        if frame["type"] == "ack":
            self.outbox.confirm(frame)
            self._stir()
        elif frame["type"] == "nack" and self.outbox.refuse(frame, time.monotonic()):
            self.fresh_starts += 1
            connection.transport.abort()
        self.acks.clear()
        self.nacks.clear()

    def _stir(self) -> None:
        self._stirred.set()
        self._drained.set()
