"""Many sends of a batch are written by a few statements: with the same outcome as one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat.actions.messages import perform_change
from chat.actions.rooms import end_membership
from chat.actions.sends import NotAllNew, send_together
from chat.live import batch as module
from chat.models import Event, Message
from chat.protocol import Edit, Send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_both_paths")]

ODD = ['"quoted" \\u0041 \\', "two\nlines\tand\u0001more", "🦉 ünïcödé \u2028", "%s %% ? :a", "null"]


@pytest.fixture
def only_together(monkeypatch):
    def one_by_one(*_: object) -> None:
        raise AssertionError("this should have been written together")

    monkeypatch.setattr(module, "perform_change", one_by_one)


@pytest.mark.usefixtures("only_together")
async def test_everybody_s_messages_keep_their_order_and_their_text(commit, everyone, bob, carla):
    sends = [((bob, carla)[i % 2], Send(everyone, f"m{i}", body)) for i, body in enumerate(ODD * 3)]
    assert await commit(*sends) == ["ack"] * len(sends)
    written = [(m.sender_id, m.client_id, m.body) async for m in Message.objects.order_by("seq")]
    assert written == [(user, frame.client_id, frame.body) for user, frame in sends]
    logged = [(e.seq, e.kind, e.actor_id, e.message_id, e.at) async for e in Event.objects.exclude(kind="member")]
    kept = [(m.seq, "message", m.sender_id, m.pk, m.created_at) async for m in Message.objects.all()]
    assert sorted(logged) == sorted(kept)


@pytest.mark.usefixtures("only_together")
async def test_a_reply_is_written_with_the_others(commit, everyone, bob, carla):
    await commit((bob, Send(everyone, "b1", "Hello")))
    source = await Message.objects.aget()
    assert (
        await commit((bob, Send(everyone, "b2", "Well")), (carla, Send(everyone, "c1", "Oh", source.pk))) == ["ack"] * 2
    )
    assert [m.reply_to_id async for m in Message.objects.order_by("seq")] == [None, None, source.pk]


async def test_one_that_may_not_holds_up_nobody(commit, own_store, everyone, bob, carla):
    await own_store.transaction(end_membership, everyone, carla)
    sends = [
        (bob, Send(everyone, "b1", "Hello")),
        (carla, Send(everyone, "c1", "Hello")),
        (bob, Send(everyone, "b2", "Bye")),
    ]
    assert await commit(*sends) == ["ack", "not_found", "ack"]
    assert await commit((bob, Send(everyone, "b3", "To whom?", 10**9)), (bob, Send(everyone, "b4", "So"))) == [
        "not_found",
        "ack",
    ]
    seqs = [seq async for seq in Event.objects.order_by("seq").values_list("seq", flat=True)]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_repeats_among_new_ones_are_known(commit, everyone, bob, carla):
    first = (bob, Send(everyone, "same", "Hello"))
    assert await commit(first) == ["ack"]
    assert await commit((bob, Send(everyone, "b2", "New")), first, (carla, Send(everyone, "same", "Mine"))) == [
        "ack",
        "duplicate",
        "ack",
    ]
    assert await commit((bob, Send(everyone, "same", "Other")), (bob, Send(everyone, "b3", "New"))) == [
        "conflict",
        "ack",
    ]
    assert await Message.objects.acount() == 4


async def test_a_client_id_that_an_edit_has_used_is_a_conflict(commit, everyone, bob):
    await commit((bob, Send(everyone, "b1", "Hello")))
    message = await Message.objects.aget()
    assert await commit((bob, Edit("e1", message.pk, "Hello!")), (bob, Send(everyone, "b2", "So"))) == ["ack", "ack"]
    assert await commit((bob, Send(everyone, "e1", "Again")), (bob, Send(everyone, "b3", "So"))) == ["conflict", "ack"]


async def test_what_is_written_together_is_what_is_written_one_by_one(own_store, everyone, bob, carla):
    def written(connection: Any) -> list[Any]:
        return [connection.fetch_all("SELECT sender_id, body, digest, reply_to_id FROM chat_message ORDER BY seq")]

    sends = [(bob, Send(everyone, "b", ODD[0])), (carla, Send(everyone, "c", ODD[2]))]
    acks, _ = await own_store.transaction(send_together, sends)
    together = await own_store.transaction(written)
    await Event.objects.filter(message__isnull=False).adelete()
    await Message.objects.all().adelete()
    alone = [await own_store.transaction(perform_change, user, frame) for user, frame in sends]
    assert await own_store.transaction(written) == together
    assert [set(json.loads(ack.encode())) for ack in acks] == [set(json.loads(ack.encode())) for ack in alone]


async def test_two_rooms_are_not_written_together(own_store, everyone, bob):
    with pytest.raises(NotAllNew):
        await own_store.transaction(
            send_together, [(bob, Send(everyone, "a", "A")), (bob, Send(everyone + 1, "b", "B"))]
        )
