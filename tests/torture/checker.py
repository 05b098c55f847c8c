"""The judge: compares what was sent, acked and heard with what the database holds, and says what does not agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields

from tests.torture.evidence import Evidence, Line, Stored


@dataclass(frozen=True)
class Verdict:
    """What was found, by the promise it breaks. All empty: every promise was kept."""

    lost: list[str]
    duplicated: list[str]
    reordered: list[str]
    wrong_acks: list[str]
    holes: list[str]
    disagreeing: list[str]
    other: list[str]

    @property
    def findings(self) -> list[str]:
        """Everything, each with its kind."""
        return [f"{kind.name}: {text}" for kind in fields(self) for text in getattr(self, kind.name)]


def judge(evidence: Evidence) -> Verdict:
    """Look at everything."""
    return Verdict(
        lost=list(lost(evidence)),
        duplicated=list(duplicated(evidence)),
        reordered=list(reordered(evidence)),
        wrong_acks=list(wrong_acks(evidence)),
        holes=list(holes(evidence)),
        disagreeing=list(disagreeing(evidence)),
        other=[*strangers(evidence), *evidence.complaints],
    )


def _by_client_id(evidence: Evidence) -> dict[tuple[int, str], list[Stored]]:
    found: dict[tuple[int, str], list[Stored]] = defaultdict(list)
    for message in evidence.messages:
        found[message.sender, message.client_id].append(message)
    return found


def lost(evidence: Evidence) -> Iterator[str]:
    """Sent, acked or not, and not stored as it was sent, files included; or stored, and not in the room's log."""
    stored = _by_client_id(evidence)
    for sent in evidence.sent:
        if not any((it.room, it.body) == (sent.room, sent.body) for it in stored[sent.sender, sent.client_id]):
            yield f"{sent.client_id} in room {sent.room} ({'acked' if sent.acks else 'never acked'})"
        for message in stored[sent.sender, sent.client_id]:
            if tuple(evidence.files.get(message.id, ())) != sent.files:
                yield f"files of {sent.client_id}: {evidence.files.get(message.id)} is kept, and not {sent.files}"
    logged = {(room, line.seq, line.message) for room, lines in evidence.log.items() for line in lines}
    for message in evidence.messages:
        if (message.room, message.seq, message.id) not in logged:
            yield f"{message.client_id} is stored as {message.seq} of room {message.room}, and the log does not have it"


def duplicated(evidence: Evidence) -> Iterator[str]:
    """One client id, or one text (each is sent once), in several messages; or a message with several events."""
    for (_, client_id), messages in _by_client_id(evidence).items():
        if len(messages) > 1:
            yield f"{client_id} is stored {len(messages)} times"
    for body, times in Counter(message.body for message in evidence.messages).items():
        if times > 1:
            yield f"the text {body!r} is stored {times} times"
    told = Counter(line.message for lines in evidence.log.values() for line in lines if line.kind == "message")
    for message, times in told.items():
        if times > 1:
            yield f"the log has message {message} {times} times"


def reordered(evidence: Evidence) -> Iterator[str]:
    """Of one outbox and room, something that was sent later and stands earlier."""
    stored = _by_client_id(evidence)
    last: dict[tuple[str, int], tuple[int, str]] = {}
    for sent in evidence.sent:
        for message in stored[sent.sender, sent.client_id]:
            seq, before = last.get((sent.outbox, sent.room), (0, ""))
            if message.seq <= seq:
                yield f"{sent.client_id} ({message.seq}) was sent after {before} ({seq}) in room {sent.room}"
            last[sent.outbox, sent.room] = (message.seq, sent.client_id)


def wrong_acks(evidence: Evidence) -> Iterator[str]:
    """An ack that names another id or seq than the database, or that calls a message new a second time."""
    stored = _by_client_id(evidence)
    for sent in evidence.sent:
        there = {(it.id, it.room, it.seq) for it in stored[sent.sender, sent.client_id]}
        for *named, _ in sent.acks:
            if tuple(named) not in there:
                yield f"{sent.client_id} was acked as {named}, and is {sorted(there) or 'nowhere'}"
        if [duplicate for *_, duplicate in sent.acks].count(False) > 1:
            yield f"{sent.client_id} was acked as new more than once"


def holes(evidence: Evidence) -> Iterator[str]:
    """A room whose events are not numbered 1, 2, 3, ... up to its head."""
    for room, head in evidence.heads.items():
        seqs = [line.seq for line in evidence.log[room]]
        if seqs != list(range(1, head + 1)):
            yield f"room {room} with its head at {head}: {_first_difference(seqs, list(range(1, head + 1)))}"


def disagreeing(evidence: Evidence) -> Iterator[str]:
    """A client whose log of a room is not, event for event, that of the database."""
    for name, rooms in evidence.heard.items():
        for room, truth in evidence.log.items():
            lines = rooms.get(room, [])
            if lines != truth:
                yield f"{name} in room {room}: {_first_difference(lines, truth)}"


def strangers(evidence: Evidence) -> Iterator[str]:
    """Messages in the database that nobody sent."""
    sent = {(it.sender, it.client_id) for it in evidence.sent}
    for message in evidence.messages:
        if (message.sender, message.client_id) not in sent:
            yield f"nobody sent message {message.id} ({message.client_id}) of room {message.room}"


def _first_difference(found: list[int] | list[Line], truth: list[int] | list[Line]) -> str:
    for place, (one, other) in enumerate(zip(found, truth, strict=False), 1):
        if one != other:
            return f"at {place} of {len(truth)} there is {one}, and not {other}"
    return f"{len(found)} events, and not {len(truth)}"
