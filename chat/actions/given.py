"""The form in which sends are given to a statement: one parameter, a JSON array with an array for each."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chat.actions.digests import digest_of
from chat.protocol import Send
from storage.store import Fragment, dialect

PARTS: dict[str, Fragment] = {
    "sends": dialect.items("send"),
    "place": dialect.place("send"),
    "sender": dialect.part("send", 0),
    "client_id": dialect.part("send", 1),
    "body": dialect.part("send", 2),
    "digest": dialect.part("send", 3),
    "reply_to": dialect.part("send", 4),
}
"""What a statement calls them and their parts."""


def given(sends: Sequence[tuple[int, Send]]) -> str:
    """The parameter for these, each with its sender."""
    rows = [(sender, frame.client_id, frame.body, digest_of(frame), frame.reply_to) for sender, frame in sends]
    return json.dumps(rows, ensure_ascii=False)
