"""What a client may say next, looked at without a socket, an event loop or a database."""

from __future__ import annotations

import json

import pytest

from chat import protocol
from chat.limits import Allowance
from chat.live import lanes as module
from chat.live.conversation import Conversation, Ended
from chat.live.lanes import Lanes, answer
from chat.live.operation import Nack, Operation, Outcome
from chat.protocol import Ack, Code, Edit, FrameError, Hello, Ping, Send, Typing

LATER = Nack(Code.STORAGE, "not now", retry=True)


def text(kind: str, **fields) -> str:
    return json.dumps({"type": kind, **fields})


HELLO = text("hello", v=1, rooms={})


@pytest.fixture
def allowance(settings) -> Allowance:
    settings.SENDS_PER_SECOND = settings.FRAMES_PER_SECOND = 1_000
    return Allowance()


@pytest.fixture
def conversation(allowance) -> Conversation:
    return Conversation(1, allowance)


@pytest.fixture
def welcomed(conversation: Conversation) -> Conversation:
    conversation.receive(HELLO)
    conversation.welcome(Hello(1, {}), "epoch", {})
    return conversation


def refused(conversation: Conversation, said: str | None) -> Code:
    with pytest.raises(FrameError) as caught:
        conversation.receive(said)
    return caught.value.code


def test_hello_comes_first(conversation):
    assert refused(conversation, text("ping", n=1)) == Code.BAD_FRAME
    assert isinstance(conversation.receive(HELLO), Hello)


def test_hello_may_come_again_until_it_was_answered_and_then_never(conversation):
    first = conversation.receive(HELLO)
    assert conversation.receive(HELLO) == first  # the database could not answer the first
    conversation.welcome(first, "epoch", {})
    assert refused(conversation, HELLO) == Code.BAD_FRAME
    assert conversation.receive(text("ping", n=1)) == Ping(1)


def test_another_version_is_not_spoken(conversation):
    assert refused(conversation, text("hello", v=2, rooms={})) == Code.BAD_FRAME
    assert not conversation.welcomed


@pytest.mark.parametrize("said", [None, "", "[]", text("dance")])
def test_what_is_no_frame_is_refused_and_changes_nothing(welcomed, said):
    assert refused(welcomed, said) == Code.BAD_FRAME
    assert welcomed.receive(text("ping", n=1)) == Ping(1)


def test_whoever_says_too_much_is_to_be_closed(settings):
    settings.FRAMES_PER_SECOND = 0.1  # one at once, another after ten seconds
    conversation = Conversation(1, Allowance())
    conversation.receive(HELLO)
    with pytest.raises(Ended) as caught:
        conversation.receive(HELLO)
    assert caught.value.code == protocol.Close.TOO_MANY


def test_who_types_without_end_is_passed_over_now_and_then(welcomed):
    heard = [welcomed.receive(text("typing", room=7)) for _ in range(10)]
    assert heard[0] == Typing(7)
    assert heard[-1] is None


HEADS = {7: 100, 8: 5}


@pytest.mark.parametrize(
    ("hello", "cursors"),
    [
        (Hello(1, {}), {7: 100, 8: 5}),
        (Hello(1, {7: 90}), {7: 90, 8: 5}),
        (Hello(1, {7: 90, 8: 5}, epoch="now"), {7: 90, 8: 5}),
        (Hello(1, {7: 101}), {7: None, 8: 5}),
        (Hello(1, {7: 90}, epoch="before"), {7: None, 8: 5}),
        (Hello(1, {9: 1}), {7: 100, 8: 5}),
    ],
    ids=["at the heads", "behind", "same history", "beyond", "another history", "not theirs"],
)
def test_where_a_client_goes_on(conversation, hello, cursors):
    assert conversation.welcome(hello, "now", HEADS) == cursors
    assert conversation.welcomed


# Lanes


class Changes:
    """Changes of one client, and how they ended."""

    def __init__(self, allowance: Allowance) -> None:
        self.lanes = Lanes(1, allowance)
        self.outcomes: list[tuple[str, Outcome]] = []

    def send(self, client_id: str, room: int = 7) -> Operation:
        return self.lanes.begin(Send(room, client_id, "x"), lambda outcome: self.outcomes.append((client_id, outcome)))


@pytest.fixture
def changes(allowance) -> Changes:
    return Changes(allowance)


def test_a_rooms_sends_share_a_lane_and_are_numbered(changes):
    one, two, elsewhere = changes.send("a"), changes.send("b"), changes.send("c", room=8)
    edit = changes.lanes.begin(Edit("d", 1, "x"), lambda _: None)
    assert one.lane is two.lane
    assert (one.number, two.number) == (1, 2)
    assert len({one.lane, elsewhere.lane, edit.lane}) == 3


def test_what_goes_beyond_the_window_is_refused_for_now_until_something_ended(changes):
    operations = [changes.send(f"{number}") for number in range(protocol.WINDOW)]
    assert not any(operation.refused for operation in operations)
    over = changes.send("over").refused
    assert over is not None
    assert (over.code, over.retry) == (Code.BUSY, True)
    for operation in operations[:2]:
        operation.done(LATER)
    assert changes.send("again").refused is None


def test_what_comes_too_fast_is_refused_for_now_and_told_when_to_come_again(settings):
    settings.SENDS_PER_SECOND = 0.1
    changes = Changes(Allowance())
    assert changes.send("a").refused is None
    refusal = changes.send("b").refused
    assert refusal is not None
    assert (refusal.code, refusal.retry) == (Code.RATE_LIMITED, True)
    assert 9_000 < refusal.after_ms <= 10_000


def test_all_connections_of_a_person_share_one_allowance(settings):
    settings.SENDS_PER_SECOND = 0.1
    allowance = Allowance()
    assert Changes(allowance).send("a").refused is None
    assert Changes(allowance).send("b").refused is not None


def test_a_lane_is_forgotten_when_nothing_is_on_its_way_or_waited_for(changes, monkeypatch):
    monkeypatch.setattr(module, "MAX_LANES", 0)
    operation = changes.send("a")
    operation.lane.block(operation)
    operation.done(LATER)
    assert changes.lanes.too_many  # "a" has to come again
    again = changes.send("a")
    assert again.lane is operation.lane
    assert again.lane.admits(again)
    ack = Ack("a", 1, 7, 1, "2026-11-22T10:00:00.123Z", duplicate=False)
    again.done(ack)
    assert not changes.lanes.too_many
    assert changes.outcomes == [("a", LATER), ("a", ack)]


def test_a_refusal_says_when_to_try_again_only_where_that_helps():
    send = Send(7, "a", "x")
    assert json.loads(answer(send, LATER)) == {
        "type": "nack", "client_id": "a", "code": "storage", "message": "not now", "retry": True, "after_ms": 500,
    }  # fmt: skip
    assert "after_ms" not in json.loads(answer(send, Nack(Code.CONFLICT, "used", retry=False)))
