"""What a field of a frame or of a request may hold. Each check takes the value and returns it, or says what it must be.

Raises:
    Invalid: the text goes on after the field's name ("must be ...").
    TooLong: likewise, where less of the same would do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

MAX_ID = 2**63 - 1
MAX_BODY_CHARS = 16_000
MAX_NAME_CHARS = 80


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
    """The text of a message, taken as it is."""
    if not isinstance(value, str) or not value.strip():
        raise Invalid("must be a text that says something")
    if "\0" in value:
        raise Invalid("must not contain a NUL character")
    if not value.isascii() and _SURROGATE.search(value):
        raise Invalid("must not contain half a character (a lone surrogate)")
    if len(value) > MAX_BODY_CHARS:
        raise TooLong(f"must not be longer than {MAX_BODY_CHARS} characters")
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


def emoji(value: Any) -> str:
    """One emoji, as one sees it: with its skin tone, its flag, and all that is joined to it."""
    if not isinstance(value, str) or len(value) > 16 or not _EMOJI.fullmatch(value):
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


CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,18}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_JOINERS = {0x200C: None, 0x200D: None}  # Persian and Hindi write with them, and emoji are made with them
# Letters and signs to Unicode, and nothing to the eye: Hangul and hieroglyphic fillers, an empty Braille cell, a note
# without a head. Marks (accents, variation selectors) are none of them seen without a letter.
BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159]")


def _can_be_seen(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and not BLANK.match(character)


# What Unicode calls an emoji sequence (UTS 51), without its list of those that fonts happen to have. The blocks for
# pictographs alone are taken as a whole, for the emoji that are still to come.
_BASE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    "\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e"
    "\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8"
    "\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712"
    "\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797"
    "\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f004\U0001f0cf"
    "\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f202\U0001f21a\U0001f22f"
    "\U0001f232-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001faff]"
)
_ELEMENT = f"{_BASE}[\U0001f3fb-\U0001f3ff]?\ufe0f?(?:[\U000e0020-\U000e007e]+\U000e007f)?"  # a tone, a flag's letters
_EMOJI = re.compile(
    f"{_ELEMENT}(?:\u200d{_ELEMENT})*"  # joined
    "|[\U0001f1e6-\U0001f1ff]{2}"  # the flag of a country
    "|[#*0-9]\ufe0f?\u20e3"  # a key
)
