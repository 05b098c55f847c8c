"""The vocabulary of frames and requests: what a field may hold.

A check takes the value and returns it, or says what it must be:

Raises:
    Invalid: the text goes on after the field's name ("must be ...").
    TooLong: likewise, where less of the same would do.

The types at the end (`Id`, `Body`, ...) are what declarations are made of (`chat.protocol.shapes`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from chat.protocol.emoji import EMOJI

MAX_ID = 2**63 - 1
MAX_BODY_CHARS = 16_000
MAX_NAME_CHARS = 80
MAX_FILES = 10
SAYS_NOTHING = "must be a text that says something"
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,18}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_JOINERS = {0x200C: None, 0x200D: None}  # Persian and Hindi write with them, and emoji are made with them
# Letters and signs to Unicode, and nothing to the eye: Hangul and hieroglyphic fillers, an empty Braille cell, a note
# without a head. Marks (accents, variation selectors) are none of them seen without a letter.
BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159]")


class Invalid(Exception):
    """The value may not be there."""


class TooLong(Invalid):
    """There is nothing wrong with the value but its length."""


def integer(low: int) -> Callable[[Any], int]:
    """A whole number from `low` up, as large as a database can keep."""

    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= MAX_ID:
            raise Invalid(f"must be a whole number from {low} up")
        return value

    return check


id_ = integer(1)
seq = integer(0)


def client_id(value: Any) -> str:
    """What a client calls an operation of its own."""
    if not isinstance(value, str) or not CLIENT_ID.fullmatch(value):
        raise Invalid("must be 1 to 64 characters of A-Z a-z 0-9 _ -")
    return value


def body(value: Any) -> str:
    """The text of a message, taken as it is. It says something, or is empty: a message may be files alone."""
    if not isinstance(value, str) or (value and not value.strip()):
        raise Invalid(SAYS_NOTHING)
    if "\0" in value:
        raise Invalid("must not contain a NUL character")
    if not value.isascii() and _SURROGATE.search(value):
        raise Invalid("must not contain half a character (a lone surrogate)")
    if len(value) > MAX_BODY_CHARS:
        raise TooLong(f"must not be longer than {MAX_BODY_CHARS} characters")
    return value


def files(value: Any) -> list[str]:
    """What a message's files are called: by the server, or by the sender when they uploaded them."""
    if not isinstance(value, list):
        raise Invalid("must be a list of uploads")
    if len(value) > MAX_FILES:
        raise TooLong(f"must not be more than {MAX_FILES}")
    if not all(isinstance(one, str) and CLIENT_ID.fullmatch(one) for one in value):
        raise Invalid("must be uploads, each 1 to 64 characters of A-Z a-z 0-9 _ -")
    if len(set(value)) < len(value):
        raise Invalid("must not name an upload twice")
    return value


def name(value: Any) -> str:
    """What a person or a room is called: one line of which something is seen. White space is made single spaces."""
    if not isinstance(value, str):
        raise Invalid("must be a text")
    text = " ".join(value.split())
    if not text.translate(_JOINERS).isprintable() or not any(map(_can_be_seen, text)):
        raise Invalid("must be made of letters one can see")
    if len(text) > MAX_NAME_CHARS:
        raise TooLong(f"must not be longer than {MAX_NAME_CHARS} characters")
    return text


def _can_be_seen(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and not BLANK.match(character)


def emoji(value: Any) -> str:
    """One emoji, as one sees it: with its skin tone, its flag, and all that is joined to it."""
    if not isinstance(value, str) or len(value) > 16 or not EMOJI.fullmatch(value):
        raise Invalid("must be one emoji")
    return value


def boolean(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Invalid("must be true or false")
    return value


def short_text(value: Any) -> str:
    """A few words at most."""
    if not isinstance(value, str) or len(value) > 64:
        raise Invalid("must be a short text")
    return value


def cursors(value: Any) -> dict[int, int]:
    """An object from room ids, which JSON has as texts, to a `seq` each."""
    if not isinstance(value, dict):
        raise Invalid("must be an object from room ids to cursors")
    if not all(_DIGITS.fullmatch(key) for key in value):
        raise Invalid("must have room ids as keys")
    return {int(key): seq(cursor) for key, cursor in value.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What a type of the vocabulary stands for: its check, and the same as JSON Schema."""

    check: Callable[[Any], Any]
    schema: dict[str, Any]


def _text(pattern: str, longest: int, says: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern, "maxLength": longest, "description": says}


def _whole(low: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": MAX_ID, "description": f"a whole number from {low} up"}


_CLIENT_ID = _text("^[A-Za-z0-9_-]+$", 64, "1 to 64 characters of `A-Za-z0-9_-`")
_BODY = _text(
    r"^(?!\s+$)[^\u0000]*$",
    MAX_BODY_CHARS,
    "up to 16,000 characters, at least one of them not white space; empty only in a message with files",
)
_FILES = {
    "type": "array",
    "items": _CLIENT_ID,
    "maxItems": MAX_FILES,
    "uniqueItems": True,
    "description": "up to 10 uploads, each by the server's id or by the sender's own `upload_id`",
}
_NAME = _text(r"\S", MAX_NAME_CHARS, "1 to 80 characters that can be seen")
_ONE_EMOJI = {
    "type": "string",
    "minLength": 1,
    "maxLength": 16,
    "description": "one emoji, with all that is joined to it",
}
_TIME = _text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", 24, "ISO 8601 in UTC with milliseconds")

Id = Annotated[int, Rule(id_, _whole(1))]
Seq = Annotated[int, Rule(seq, _whole(0))]
Count = Annotated[int, Rule(integer(1), _whole(1))]
Millis = Annotated[int, Rule(integer(0), {**_whole(0), "description": "milliseconds, from 0 up"})]
ClientId = Annotated[str, Rule(client_id, _CLIENT_ID)]
Body = Annotated[str, Rule(body, _BODY)]
Files = Annotated[list[str], Rule(files, _FILES)]
Name = Annotated[str, Rule(name, _NAME)]
Emoji = Annotated[str, Rule(emoji, _ONE_EMOJI)]
Time = Annotated[str, Rule(short_text, _TIME)]
Flag = Annotated[bool, Rule(boolean, {"type": "boolean", "description": "true or false"})]
ShortText = Annotated[
    str, Rule(short_text, {"type": "string", "maxLength": 64, "description": "at most 64 characters"})
]
Cursors = Annotated[
    dict[int, int],
    Rule(
        cursors,
        {
            "type": "object",
            "propertyNames": {"pattern": "^[0-9]{1,18}$"},
            "additionalProperties": _whole(0),
            "description": "an object from room ids, as texts, to a `seq` each",
        },
    ),
]
