"""What tells the content of one change from any other's under the same `client_id`, for ever.

A digest is stored with what was done and compared with that of every repeat, also after upgrades. So it follows what
was said, never how a frame is declared: fields may be reordered, classes renamed, optional fields added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from chat.protocol import Change, Delete, Edit, React, Send

# The words and fields of the first release, which count by their place. Nothing here ever changes: what a field added
# later says counts by its name.
_FIRST_RELEASE: dict[type[Change], tuple[str, ...]] = {
    Send: ("Send", "room", "client_id", "body", "reply_to"),
    Edit: ("Edit", "client_id", "message", "body"),
    Delete: ("Delete", "client_id", "message"),
    React: ("React", "client_id", "message", "emoji", "on"),
}

_ENCODER = json.JSONEncoder(sort_keys=True)  # made once: `json.dumps` with arguments makes one for each call


class _Content(NamedTuple):
    word: str
    by_place: Callable[[object], tuple[Any, ...]]
    by_name: list[tuple[str, Any]]
    """Names with their defaults: what a client that does not know the field says by leaving it out."""


def digest_of(change: object) -> str:
    """The digest of a change (a dataclass of `chat.protocol`), 32 hexadecimal characters.

    It is made of JSON: the word and the first release's fields as a list and, if a later field differs from its
    default, an object of those that do as one more item. A list of the first release has no such item, so no two
    contents share a text.
    """
    kind: Any = type(change)
    content = _content(kind)
    said: list[Any] = [content.word, *content.by_place(change)]
    if content.by_name:
        more = {name: value for name, default in content.by_name if (value := getattr(change, name)) != default}
        said += [more] if more else []
    return hashlib.blake2b(_ENCODER.encode(said).encode(), digest_size=16).hexdigest()


@cache
def _content(kind: type[Any]) -> _Content:
    first = next((named for known, named in _FIRST_RELEASE.items() if issubclass(kind, known)), (kind.__name__,))
    word, *places = first
    later = [(field.name, _default(field)) for field in fields(kind) if field.name not in places]
    return _Content(word, attrgetter(*places) if places else lambda _: (), later)


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default
