"""The senders' outbox of the torture test: nothing overtakes, nothing is forgotten."""

from __future__ import annotations

from tests.torture.outbox import ACK_SECONDS, MAX_STRAYS, Item, Outbox


def outbox(*names: str) -> Outbox:
    outbox = Outbox()
    for name in names:
        outbox.put(Item(7, name, "Hello"))
    return outbox


def launched(outbox: Outbox, now: float, window: int = 64) -> list[str]:
    return [item.client_id for item in outbox.launch(window, now)]


def nack(name: str, code: str = "storage") -> dict:
    return {"client_id": name, "code": code, "retry": True, "after_ms": 500}


def test_it_keeps_to_the_window_and_goes_on_with_each_ack():
    box = outbox("a", "b", "c")
    assert launched(box, 1, window=2) == ["a", "b"]
    assert launched(box, 1, window=2) == []
    box.confirm({"client_id": "a"})
    assert launched(box, 1, window=2) == ["c"]


def test_after_a_nack_all_that_is_not_confirmed_goes_again_in_order_and_not_too_soon():
    box = outbox("a", "b", "c")
    launched(box, 1)
    box.confirm({"client_id": "a"})
    assert not box.refuse(nack("b"), 1)
    assert not box.refuse(nack("c", "order"), 1)
    assert launched(box, 1.4) == []
    assert launched(box, 1.6) == ["b", "c"]


def test_after_a_timeout_or_a_lost_connection_as_well():
    box = outbox("a", "b")
    launched(box, 1)
    box.overdue(ACK_SECONDS)
    assert launched(box, 2) == []
    box.overdue(1.1 + ACK_SECONDS)
    assert launched(box, 8) == ["a", "b"]
    box.closed()
    assert launched(box, 9) == ["a", "b"]
    assert box.resent == 4


def test_a_late_ack_takes_out_what_was_taken_back():
    box = outbox("a", "b")
    launched(box, 1)
    box.closed()
    box.confirm({"client_id": "b"})
    assert launched(box, 2) == ["a"]
    box.confirm({"client_id": "a"})
    assert not box.waiting
    assert [len(item.acks) for item in box.acked] == [1, 1]


def test_out_of_order_with_nothing_ahead_asks_for_a_new_connection():
    box = outbox("a")
    answers = []
    for now in range(MAX_STRAYS):
        launched(box, now)
        answers.append(box.refuse(nack("a", "order"), now))
    assert answers == [False] * (MAX_STRAYS - 1) + [True]
