"""The order rule (promise 3) against a model: a client that goes back to what is unanswered, over a line that drops,
doubles and delays what the server answers, while the database fails now and then."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest
from django.db import OperationalError

from chat.actions import messages
from chat.live import batch as batch_module
from chat.live import commit_queue as module
from chat.live.commit_queue import CommitQueue
from chat.live.operation import Lane, Operation, Outcome
from chat.models import User
from chat.protocol import Ack, Code, Send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_both_paths")]

MESSAGES = 60
FAULTY = 0.15
STRAYS = 3


class Line:
    """What the server answers one client. Some of it is lost, comes twice, or comes after what was said later."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._under_way: list[tuple[str, Outcome]] = []
        self.spoke = asyncio.Event()

    def say(self, client_id: str, outcome: Outcome) -> None:
        self._under_way += [(client_id, outcome)] * self._chance.choices([0, 1, 2], [3, 5, 2])[0]
        self.spoke.set()

    def hear(self) -> tuple[str, Outcome] | None:
        if not self._under_way:
            return None
        late = self._chance.random() < 0.3
        return self._under_way.pop(self._chance.randrange(len(self._under_way)) if late else 0)


class Outbox:
    """The model of a pipelining client in one room: it sends in order, and goes back to the first message without an
    ack when one has failed, or when all is sent and nothing comes any more; it connects anew where that leads nowhere.
    So does the browser's outbox."""

    def __init__(self, queue: CommitQueue, user: User, room: int, chance: random.Random) -> None:
        self._queue = queue
        self._user = user
        self._room = room
        self._chance = chance
        self.client_ids = [f"{user.username}-{number}" for number in range(MESSAGES)]
        self.acks: dict[str, Ack] = {}
        self._connect()

    async def run(self) -> None:
        while len(self.acks) < MESSAGES:
            if self._next < MESSAGES and self._chance.random() < 0.6:
                self._send(self.client_ids[self._next])
                self._next += 1
            elif (heard := self._line.hear()) is not None:
                self._hear(*heard)
            elif self._next == MESSAGES:
                await self._wait()
            if self._chance.random() < 0.1:
                await asyncio.sleep(0)

    def _connect(self) -> None:
        self._lane, self._line = Lane(), Line(self._chance)
        self._next = self._first_open()
        self._strays = 0

    def _send(self, client_id: str) -> None:
        lane, line = self._lane, self._line  # of this connection: its answers are not heard on the next

        def done(outcome: Outcome) -> None:
            lane.in_flight -= 1
            line.say(client_id, outcome)

        lane.in_flight += 1
        frame = Send(self._room, client_id, "Hello")
        self._queue.put(Operation(self._user.pk, frame, lane, lane.next_number(), done))

    def _hear(self, client_id: str, outcome: Outcome) -> None:
        if isinstance(outcome, Ack):
            known = self.acks.setdefault(client_id, outcome)
            assert (known.id, known.seq) == (outcome.id, outcome.seq)
        else:
            assert outcome.retry
            if outcome.code is not Code.ORDER:  # those only follow from the one that failed
                self._next = self._first_open()
            elif client_id == self.client_ids[self._first_open() % MESSAGES]:
                # Out of order with nothing open ahead of it: what the server waits for, a repeat that failed of a
                # message with an ack, will not come on this connection.
                self._strays += 1
                if self._strays == STRAYS:
                    self._connect()

    def _first_open(self) -> int:
        return next((n for n, each in enumerate(self.client_ids) if each not in self.acks), MESSAGES)

    async def _wait(self) -> None:
        """All is sent and heard. Wait for the next answer; where none can come any more, go back."""
        self._line.spoke.clear()
        if self._lane.in_flight:
            await self._line.spoke.wait()
        else:
            self._next = self._first_open()


@pytest.fixture
def faults(monkeypatch) -> Callable[[int], None]:
    """Lets single messages and whole batches fail at random."""

    def install(seed: int) -> None:
        chance = random.Random(seed)

        def do_or_fail(connection, sender, frame):
            ack = messages.perform_change(connection, sender, frame)
            if chance.random() < FAULTY:
                raise OperationalError("disk I/O error")
            return ack

        def commit_or_fail(connection, batch):
            done = original(connection, batch)
            if chance.random() < FAULTY:
                raise OperationalError("disk I/O error")
            return done

        original = batch_module.commit_batch
        monkeypatch.setattr(batch_module, "perform_change", do_or_fail)
        monkeypatch.setattr(module, "commit_batch", commit_or_fail)

    return install


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_lost_doubled_or_delayed_the_order_stays(people, everyone, faults, seed, database):
    faults(seed)
    queue = CommitQueue(lambda _: None)
    outboxes = [Outbox(queue, people[name], everyone, random.Random(f"{name} {seed}")) for name in ("bob", "carla")]
    async with asyncio.timeout(60):
        await asyncio.gather(*(each.run() for each in outboxes))
        await queue.drain(20)
    rows = database.rows("SELECT client_id, id, seq FROM chat_message ORDER BY seq")
    for each in outboxes:
        mine = [row for row in rows if row[0] in each.acks]
        assert [client_id for client_id, _, _ in mine] == each.client_ids
        assert mine == [(client_id, each.acks[client_id].id, each.acks[client_id].seq) for client_id in each.client_ids]
    assert len(rows) == 2 * MESSAGES
