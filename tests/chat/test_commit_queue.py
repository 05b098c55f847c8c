"""The order rule and what else happens when the database cannot do something just now (promise 3)."""

from __future__ import annotations

import asyncio

import pytest
from django.db import OperationalError

from chat.actions import messages
from chat.actions import sends as sends_module
from chat.live import batch as batch_module
from chat.live import commit_queue as module
from chat.live.batch import Committed
from chat.live.commit_queue import CommitQueue
from chat.live.operation import Lane, Operation, Outcome
from chat.models import Event, Message
from chat.protocol import Ack, Code, Send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_both_paths")]


class Sender:
    """Puts sends of one connection into the queue, and keeps what became of them."""

    def __init__(self, queue: CommitQueue, user: int, room: int) -> None:
        self._queue = queue
        self._user = user
        self._room = room
        self.lane = Lane()

    def put(self, client_id: str, body: str = "Hello") -> asyncio.Future[Outcome]:
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        frame = Send(self._room, client_id, body)
        self._queue.put(Operation(self._user, frame, self.lane, self.lane.next_number(), outcome.set_result))
        return outcome

    async def outcomes(self, *client_ids: str) -> list[str]:
        """Send all of these at once: "ack", "duplicate" or the code of the nack, for each."""
        async with asyncio.timeout(20):
            return [_word(outcome) for outcome in await asyncio.gather(*map(self.put, client_ids))]


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Ack):
        return "duplicate" if outcome.duplicate else "ack"
    assert outcome.retry != (outcome.code in {Code.CONFLICT, Code.NOT_FOUND})
    return outcome.code.value


@pytest.fixture
def published() -> list[Committed]:
    return []


@pytest.fixture
def queue(published) -> CommitQueue:
    return CommitQueue(published.extend)


@pytest.fixture
def bob(queue, people, everyone) -> Sender:
    return Sender(queue, people["bob"].pk, everyone)


@pytest.fixture
def carla(queue, people, everyone) -> Sender:
    return Sender(queue, people["carla"].pk, everyone)


@pytest.fixture
def failing(monkeypatch) -> set[str]:
    """Client ids whose sends the database cannot do for now."""
    ids: set[str] = set()

    def do_or_fail(connection, sender, frame):
        ack = messages.perform_change(connection, sender, frame)
        if frame.client_id in ids:
            raise OperationalError("disk I/O error")
        return ack

    def send_together_or_fail(connection, sends):
        written = sends_module.send_together(connection, sends)
        if ids & {frame.client_id for _, frame in sends}:
            raise OperationalError("disk I/O error")
        return written

    monkeypatch.setattr(batch_module, "perform_change", do_or_fail)
    monkeypatch.setattr(batch_module, "send_together", send_together_or_fail)
    return ids


@pytest.fixture
async def stored(own_store):
    async def stored() -> list[str]:
        rows = await own_store.fetch_all("SELECT client_id FROM chat_message ORDER BY seq")
        return [row["client_id"] for row in rows]

    return stored


async def test_what_follows_a_failed_operation_in_its_batch_and_lane_fails_with_it(bob, carla, failing, stored):
    failing.add("b2")
    by_bob, by_carla = await asyncio.gather(bob.outcomes("b1", "b2", "b3", "b4"), carla.outcomes("c1", "c2"))
    assert by_bob == ["ack", "storage", "order", "order"]
    assert by_carla == ["ack", "ack"]
    assert sorted(await stored()) == ["b1", "c1", "c2"]


async def test_the_lane_opens_when_what_failed_comes_again(bob, carla, failing, stored):
    failing.add("b1")
    assert await bob.outcomes("b1", "b2") == ["storage", "order"]
    assert await bob.outcomes("b2") == ["order"]
    assert await bob.outcomes("b3", "b2") == ["order", "order"]
    assert await carla.outcomes("c1") == ["ack"]
    assert await bob.outcomes("b1", "b2") == ["storage", "order"]
    failing.clear()
    assert await bob.outcomes("b2") == ["order"]
    assert await bob.outcomes("b1", "b2", "b3") == ["ack", "ack", "ack"]
    assert await stored() == ["c1", "b1", "b2", "b3"]


async def test_what_can_never_be_done_holds_up_nobody(bob, queue, people, stored):
    elsewhere = Sender(queue, people["bob"].pk, 10**9)
    assert await bob.outcomes("b1") == ["ack"]
    conflict, follows = bob.put("b1", "Something else"), bob.put("b2")
    assert [_word(await conflict), _word(await follows)] == ["conflict", "ack"]
    assert await elsewhere.outcomes("e1", "e2") == ["not_found", "not_found"]
    assert await stored() == ["b1", "b2"]


async def test_a_repeat_in_the_same_batch_is_a_duplicate(bob, published):
    assert await bob.outcomes("b1", "b1", "b2", "b1") == ["ack", "duplicate", "ack", "duplicate"]
    (committed,) = published
    assert committed.last == committed.first + 1


async def test_more_than_a_transaction_looks_at_alone_keep_their_order(bob, failing, published, stored):
    assert await bob.outcomes("b0") == ["ack"]
    ids = [f"b{number}" for number in range(1, 3 * batch_module.ALONE)]
    assert await bob.outcomes("b0", *ids[:-1], "b0", ids[-1]) == [
        "duplicate",
        *["ack"] * (len(ids) - 1),
        "duplicate",
        "ack",
    ]
    assert await stored() == ["b0", *ids]
    seqs = [seq for committed in published for seq in range(committed.first, committed.last + 1)]
    assert seqs == list(range(seqs[0], seqs[0] + len(ids) + 1))


async def test_what_fails_late_in_a_batch_blocks_what_was_left_for_the_next_transaction(bob, failing, stored):
    ids = [f"b{number}" for number in range(3 * batch_module.ALONE)]
    bad = batch_module.ALONE + 5
    failing.add(ids[bad])
    assert await bob.outcomes(*ids) == ["ack"] * bad + ["storage"] + ["order"] * (len(ids) - bad - 1)
    failing.clear()
    assert await bob.outcomes(*ids[bad:]) == ["ack"] * (len(ids) - bad)
    assert await stored() == ids


async def test_what_is_refused_behind_what_was_left_does_not_hold_it_up(bob, failing, monkeypatch, stored):
    ids = [f"b{number}" for number in range(batch_module.ALONE + 8)]
    failing.add("never sent")
    monkeypatch.setattr(module, "MAX_WAITING", len(ids))
    assert await bob.outcomes("b0", *ids[:-1], "late") == [
        "ack",
        "duplicate",
        *["ack"] * (len(ids) - 2),
        "busy",
    ]
    assert await stored() == ids[:-1]


async def test_every_event_is_published_once_and_in_order(bob, carla, failing, published, everyone):
    failing.add("b2")
    await asyncio.gather(bob.outcomes("b1", "b2", "b3"), carla.outcomes("c1"))
    failing.clear()
    await asyncio.gather(bob.outcomes("b1", "b2", "b3"), carla.outcomes("c1", "c2"))
    seqs = [seq for committed in published for seq in range(committed.first, committed.last + 1)]
    assert len(seqs) == 5
    assert seqs == list(range(seqs[0], seqs[0] + 5))


async def test_a_database_locked_by_somebody_else_is_a_failure_for_now(bob, carla, database, patience, stored):
    patience(0.05)
    with database.locked():
        by_bob, by_carla = await asyncio.gather(bob.outcomes("b1", "b2"), carla.outcomes("c1"))
        assert set(by_bob + by_carla) == {"storage"}
        assert await bob.outcomes("b2") == ["order"]
    assert await bob.outcomes("b1", "b2") == ["ack", "ack"]
    assert await carla.outcomes("c1") == ["ack"]
    assert await stored() == ["b1", "b2", "c1"]


@pytest.mark.sqlite_only("no statement of PostgreSQL's takes the whole transaction back beneath a savepoint")
async def test_a_batch_that_the_database_takes_back_as_a_whole_is_done_again_once(
    bob, carla, own_store, published, stored
):
    trigger = "CREATE TRIGGER unlucky BEFORE INSERT ON chat_message WHEN NEW.client_id = 'b2' BEGIN {} END"
    await own_store.execute(trigger.format("SELECT RAISE(ROLLBACK, 'out of luck');"))
    try:
        by_bob, by_carla = await asyncio.gather(bob.outcomes("b1", "b2"), carla.outcomes("c1"))
        assert set(by_bob + by_carla) == {"storage"}
        assert published == []
        assert await stored() == []
    finally:
        await own_store.execute("DROP TRIGGER unlucky")
    by_bob, by_carla = await asyncio.gather(bob.outcomes("b1", "b2"), carla.outcomes("c1"))
    assert set(by_bob + by_carla) == {"ack"}
    assert await stored() == ["b1", "b2", "c1"]


async def test_what_is_refused_behind_the_one_that_opens_the_lane_is_not_overtaken(bob, monkeypatch, stored):
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    assert await bob.outcomes("b1", "b2", "b3") == ["ack", "ack", "busy"]
    assert await bob.outcomes("b3", "b4", "b5") == ["ack", "ack", "busy"]
    assert await bob.outcomes("b6") == ["order"]
    assert await bob.outcomes("b5", "b6") == ["ack", "ack"]
    assert await stored() == ["b1", "b2", "b3", "b4", "b5", "b6"]


async def test_what_the_full_queue_refuses_does_not_hold_up_what_it_took(bob, monkeypatch, stored):
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    assert await bob.outcomes("b1", "b2", "b3", "b4") == ["ack", "ack", "busy", "order"]
    assert await bob.outcomes("b4") == ["order"]
    assert await bob.outcomes("b3", "b4") == ["ack", "ack"]
    assert await stored() == ["b1", "b2", "b3", "b4"]


async def test_a_full_store_is_a_failure_for_now(bob, settings, stored):
    settings.STORAGE_MAX_QUEUE_SIZE = 0
    assert await bob.outcomes("b1", "b2") == ["busy", "busy"]
    assert await bob.outcomes("b2") == ["order"]


async def test_a_failed_operation_leaves_no_hole_in_the_log(bob, carla, failing, people):
    failing.add("b1")
    await asyncio.gather(bob.outcomes("b1"), carla.outcomes("c1", "c2"))
    failing.clear()
    await bob.outcomes("b1")
    seqs = [seq async for seq in Event.objects.order_by("seq").values_list("seq", flat=True)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert await Message.objects.acount() == 3


async def test_a_fault_of_ours_leaves_nobody_without_an_answer(bob, monkeypatch, stored):
    def broken(*_: object) -> None:
        raise ValueError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(module, "commit_batch", broken)
        assert await bob.outcomes("b1", "b2") == ["storage", "storage"]
    assert await bob.outcomes("b1", "b2") == ["ack", "ack"]
    assert await stored() == ["b1", "b2"]
