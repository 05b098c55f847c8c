"""The judge of the torture test finds what there is to be found, and nothing where all is well."""

from __future__ import annotations

import pytest

from tests.support.databases import SqliteDatabase
from tests.torture.checker import judge
from tests.torture.evidence import Evidence, Line, Sent, Stored, read_database

ROOM = 7
BOB = 2


@pytest.fixture
def evidence() -> Evidence:
    """bob said "0" to "4"; the room begins with his joining, so they are 2 to 6. Two clients heard it all."""
    stored = [Stored(100 + n, ROOM, n + 2, BOB, f"bob-{n}", f"text {n}") for n in range(5)]
    log = [Line(1, "member", None, None, None)]
    log += [Line(it.seq, "message", it.id, it.client_id, it.body) for it in stored]
    return Evidence(
        sent=[
            Sent("bob", BOB, ROOM, it.client_id, it.body, ((it.id, ROOM, it.seq, False), (it.id, ROOM, it.seq, True)))
            for it in stored
        ],
        messages=stored,
        log={ROOM: log},
        heads={ROOM: 6},
        heard={"near": {ROOM: list(log)}, "far": {ROOM: list(log)}},
    )


def kinds(evidence: Evidence) -> set[str]:
    return {finding.split(":")[0] for finding in judge(evidence).findings}


def test_nothing_is_found_where_all_is_well(evidence):
    assert judge(evidence).findings == []


def test_files_that_are_gone_or_others(evidence):
    evidence.sent[3] = evidence.sent[3]._replace(files=("a", "b"))
    message = evidence.messages[3].id
    for kept in ({}, {message: ["a"]}, {message: ["b", "a"]}, {message: ["a", "(not there)"]}):
        evidence.files = kept
        assert kinds(evidence) == {"lost"}
    evidence.files = {message: ["a", "b"]}
    assert judge(evidence).findings == []
    evidence.files[evidence.messages[4].id] = ["c"]
    assert kinds(evidence) == {"lost"}


@pytest.mark.parametrize("acked", [True, False])
def test_a_lost_message(evidence, acked):
    if not acked:
        evidence.sent[4] = evidence.sent[4]._replace(acks=())
    del evidence.messages[4]
    evidence.log[ROOM].pop()
    evidence.heads[ROOM] = 5
    for rooms in evidence.heard.values():
        rooms[ROOM].pop()
    assert kinds(evidence) == ({"lost", "wrong_acks"} if acked else {"lost"})


def test_a_message_with_another_text(evidence):
    evidence.messages[1] = evidence.messages[1]._replace(body="something else")
    assert "lost" in kinds(evidence)


def test_a_message_that_the_log_does_not_have(evidence):
    evidence.log[ROOM][3] = Line(4, "room", None, None, None)
    assert kinds(evidence) == {"lost", "disagreeing"}


def _add(evidence: Evidence, message: Stored) -> None:
    evidence.messages.append(message)
    evidence.heads[ROOM] = message.seq
    for log in (evidence.log, *evidence.heard.values()):
        log[ROOM].append(Line(message.seq, "message", message.id, message.client_id, message.body))


def test_a_message_that_is_there_twice(evidence):
    _add(evidence, evidence.messages[4]._replace(id=200, seq=7))
    assert "duplicated" in kinds(evidence)


def test_a_text_that_is_there_twice_under_another_client_id(evidence):
    _add(evidence, evidence.messages[4]._replace(id=200, seq=7, client_id="bob-5"))
    assert kinds(evidence) == {"duplicated", "other"}


def test_a_message_that_was_broadcast_twice(evidence):
    evidence.heads[ROOM] = 7
    for log in (evidence.log, *evidence.heard.values()):
        log[ROOM].append(log[ROOM][-1]._replace(seq=7))
    assert kinds(evidence) == {"duplicated"}


def test_messages_in_another_order(evidence):
    evidence.sent[1], evidence.sent[2] = evidence.sent[2], evidence.sent[1]
    assert kinds(evidence) == {"reordered"}


def test_the_order_of_different_outboxes_is_nobodys_business(evidence):
    evidence.sent[1], evidence.sent[2] = evidence.sent[2]._replace(outbox="bob's phone"), evidence.sent[1]
    assert kinds(evidence) == set()


@pytest.mark.parametrize(
    "acks",
    [
        ((100, ROOM, 2, False), (100, ROOM, 3, True)),
        ((999, ROOM, 2, False),),
        ((100, ROOM, 2, False), (100, ROOM, 2, False)),
    ],
    ids=["another seq", "another id", "new twice"],
)
def test_wrong_acks(evidence, acks):
    evidence.sent[0] = evidence.sent[0]._replace(acks=acks)
    assert kinds(evidence) == {"wrong_acks"}


def test_a_hole_in_a_room(evidence):
    for log in (evidence.log, *evidence.heard.values()):
        del log[ROOM][0]
    assert kinds(evidence) == {"holes"}


def test_a_head_beyond_the_log(evidence):
    evidence.heads[ROOM] = 8
    assert kinds(evidence) == {"holes"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines.pop(2),
        lambda lines: lines.pop(),
        lambda lines: lines.insert(3, lines[2]),
        lambda lines: lines.reverse(),
        lambda lines: lines.__setitem__(2, lines[2]._replace(body="something else")),
        lambda lines: lines.clear(),
    ],
    ids=["a hole", "its end missing", "one twice", "another order", "another text", "nothing"],
)
def test_a_client_that_heard_something_else(evidence, spoil):
    spoil(evidence.heard["far"][ROOM])
    (finding,) = judge(evidence).findings
    assert finding.startswith("disagreeing: far in room 7: ")


def test_a_message_that_nobody_sent(evidence):
    del evidence.sent[4]
    assert kinds(evidence) == {"other"}


def test_what_the_database_holds(tmp_path, monkeypatch):
    database = SqliteDatabase(tmp_path / "some.sqlite3")
    for statement in (
        "CREATE TABLE chat_message (id, room_id, seq, sender_id, client_id, body)",
        "CREATE TABLE chat_event (room_id, seq, kind, message_id)",
        "CREATE TABLE chat_room (id, head)",
        "INSERT INTO chat_room VALUES (7, 1), (8, 0)",
        "INSERT INTO chat_event VALUES (7, 1, 'message', 5)",
        "INSERT INTO chat_message VALUES (5, 7, 1, 2, 'bob-1', 'Hello'), (6, 8, 1, 2, 'bob-2', 'Elsewhere')",
    ):
        database.execute(statement)
    message, line = Stored(5, 7, 1, 2, "bob-1", "Hello"), Line(1, "message", 5, "bob-1", "Hello")
    assert read_database(database, [7]) == ([message], {7: [line]}, {7: 1}, [])
    monkeypatch.setattr(database, "damage", lambda: ["row 1 missing from index"])
    *_, complaints = read_database(database, [7])
    assert complaints == ["the database: row 1 missing from index"]
