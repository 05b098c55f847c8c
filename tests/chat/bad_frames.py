"""Frames that no server may stumble over: "Bad input" in the protocol, and what else one can think of."""

from __future__ import annotations

import json
from typing import Any

GOOD: dict[str, dict[str, Any]] = {
    "hello": {"type": "hello", "v": 1, "rooms": {"7": 120}},
    "send": {"type": "send", "room": 7, "client_id": "c-1", "body": "Hello"},
    "edit": {"type": "edit", "client_id": "c-2", "message": 1, "body": "Hello!"},
    "delete": {"type": "delete", "client_id": "c-3", "message": 1},
    "react": {"type": "react", "client_id": "c-4", "message": 1, "emoji": "👍", "on": True},
    "typing": {"type": "typing", "room": 7},
    "read": {"type": "read", "room": 7, "seq": 3},
    "sync": {"type": "sync", "room": 7, "after": 0},
    "history": {"type": "history", "room": 7},
    "ping": {"type": "ping", "n": 1},
}
"""One good frame of every type that the server knows."""

NOT_FRAMES = {
    "empty": "",
    "blank": "   ",
    "not JSON": "hello there",
    "half an object": '{"type": "ping", "n": 1',
    "two objects": '{"type": "ping", "n": 1} {"type": "ping", "n": 2}',
    "an array": '[{"type": "ping", "n": 1}]',
    "a string": '"ping"',
    "a number": "1",
    "null": "null",
    "true": "true",
    "NaN alone": "NaN",
    "NaN inside": '{"type": "ping", "n": NaN}',
    "NaN where nobody looks": '{"type": "ping", "n": 1, "x": NaN}',
    "infinity where nobody looks": '{"type": "ping", "n": 1, "x": [-Infinity]}',
    "minus infinity": '{"type": "ping", "n": -Infinity}',
    "single quotes": "{'type': 'ping', 'n': 1}",
    "a comment": '{"type": "ping", "n": 1} // please',
    "a byte order mark": '\ufeff{"type": "ping", "n": 1}',
    "a control character": '{"type": "ping\n", "n": 1}',
    "NUL": "\0",
    "60,000 brackets": "[" * 60_000,
    "60,000 closed brackets": "[" * 30_000 + "]" * 30_000,
    "10,000 objects deep": '{"type":' * 7_000 + "1" + "}" * 7_000,
    "deep inside a good frame": '{"type":"ping","n":1,"x":' + "[" * 30_000 + "]" * 30_000 + "}",
    "a number of 60,000 digits": '{"type": "ping", "n": ' + "9" * 60_000 + "}",
    "no type": "{}",
    "an unknown type": '{"type": "shout", "room": 7}',
    "a type of the server's": '{"type": "ack", "client_id": "c-1"}',
    "a type in capitals": '{"type": "PING", "n": 1}',
    "a type with NUL": '{"type": "ping\\u0000", "n": 1}',
    "a type that is half a character": '{"type": "\\ud800"}',
    "the type twice, the bad one last": '{"type": "ping", "n": 1, "type": "shout"}',
    "a field twice, the bad one last": '{"type": "ping", "n": 1, "n": "two"}',
}
"""Texts that are no frame of a known type at all."""

NOT_TYPES = [None, True, 1, 1.5, [], {}, ["ping"], {"ping": 1}]

_NOT_IDS: list[Any] = [None, True, False, 0, -1, 1.0, 1.5, "7", "", [], {}, [7], 2**63, -(2**63), 10**30, 1e300]
_NOT_SEQS = [value for value in _NOT_IDS if value is False or value != 0]
_NOT_CLIENT_IDS: list[Any] = [
    None,
    True,
    7,
    1.5,
    "",
    " ",
    "a b",
    "a\n",
    "\n",
    "a\0b",
    "ä",
    "a/b",
    "a.b",
    "\ud800",
    "x" * 65,
    [],
    {},
]
_NOT_BODIES: list[Any] = [
    *(None, True, 7, 1.5, [], {}, ["Hello"]),
    *("", " ", " \n\t ", "\u00a0", "\u2028"),
    *("a\0b", "\0", "half \ud800 a character", "\udfff", "\ud83d", "\udc4d\ud83d"),
]
_NOT_FILES: list[Any] = [
    *(True, 7, "f", {}, {"f": 1}, [None], [7], [["f"]], [{"id": "f"}], [""], ["a b"], ["f", "g/../f"], ["f\0"]),
    *(["\ud800"], ["x" * 65], ["f", "f"], [f"f{number}" for number in range(11)]),
]
_NOT_CURSORS = [
    True,
    7,
    "7",
    [],
    [7],
    {"a": 1},
    {"": 1},
    {" 7": 1},
    {"-7": 1},
    {"7.0": 1},
    {"\N{ARABIC-INDIC DIGIT SEVEN}": 1},
    {"7\n": 1},
]
_NOT_CURSORS += [{"7": cursor} for cursor in _NOT_SEQS] + [{"9" * 40: 1}, {"7": {}}]

BAD_FIELDS: dict[tuple[str, str], list[Any]] = {
    ("hello", "v"): _NOT_IDS,
    ("hello", "rooms"): _NOT_CURSORS,
    ("hello", "epoch"): [7, True, [], {}, "x" * 65],
    ("send", "room"): _NOT_IDS,
    ("send", "client_id"): _NOT_CLIENT_IDS,
    ("send", "body"): _NOT_BODIES,
    ("send", "reply_to"): _NOT_IDS[1:],
    ("send", "files"): _NOT_FILES,
    ("read", "room"): _NOT_IDS,
    ("read", "seq"): _NOT_SEQS,
    ("sync", "room"): _NOT_IDS,
    ("sync", "after"): _NOT_SEQS,
    ("sync", "limit"): _NOT_IDS[1:],
    ("history", "room"): _NOT_IDS,
    ("history", "before"): _NOT_IDS[1:],
    ("history", "limit"): _NOT_IDS[1:],
    ("ping", "n"): _NOT_SEQS,
}
"""Values that a field does not take. Null is no value at all, which optional fields do take."""

REQUIRED = {
    "hello": ["v"],
    "send": ["room", "client_id", "body"],
    "read": ["room", "seq"],
    "sync": ["room", "after"],
    "history": ["room"],
    "ping": ["n"],
}


def bad_frames(room: int = 7) -> dict[str, str]:
    """A name and a text for each of them. The frames are about `room` where they are about one."""
    good = {kind: {**frame, **({"room": room} if "room" in frame else {})} for kind, frame in GOOD.items()}
    frames = dict(NOT_FRAMES)
    frames |= {f"type is {value!r}": json.dumps({"type": value, "n": 1}) for value in NOT_TYPES}
    for (kind, name), values in BAD_FIELDS.items():
        frames |= {f"{kind}, {name} is {value!r:.40}": json.dumps({**good[kind], name: value}) for value in values}
    for kind, names in REQUIRED.items():
        for name in names:
            without = {key: value for key, value in good[kind].items() if key != name}
            frames[f"{kind} without {name}"] = json.dumps(without)
    return frames
