"""All that is declared, by the names it has outside of Python."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from chat.protocol import fields
from chat.protocol.client import CLIENT_FRAMES
from chat.protocol.fields import Rule
from chat.protocol.room_events import RoomEvent
from chat.protocol.server import SERVER_FRAMES
from chat.protocol.shapes import arms, declared, rule_of


class Frame(NamedTuple):
    """A frame: the `type` that it travels with, and the shape of the rest of it."""

    kind: str
    shape: type[Any]

    @property
    def name(self) -> str:
        """What it is called among types, for example `HelloFrame`."""
        return f"{self.shape.__name__}Frame"


CLIENT = [Frame(*each) for each in CLIENT_FRAMES.items()]
SERVER = [Frame(*each) for each in SERVER_FRAMES.items()]
BASES = {int: "number", str: "string", bool: "boolean", NoneType: "null"}


def vocabulary() -> dict[str, Rule]:
    """The types of `chat.protocol.fields`, by name."""
    rules = {name: rule_of(value) for name, value in vars(fields).items()}
    return {name: rule for name, rule in rules.items() if rule is not None}


def things() -> list[type[Any]]:
    """Every shape that frames are made of, in the order in which they are first met, those inside others first."""
    met: dict[type[Any], None] = {}
    for frame in [*CLIENT, *SERVER]:
        _meet(frame.shape, met)
    return [shape for shape in met if shape not in {frame.shape for frame in [*CLIENT, *SERVER]}]


def notation(type_: Any, words: bool) -> str:
    """A type as TypeScript writes it; with `words`, in the words of the vocabulary where it has one."""
    origin, inner = get_origin(type_), get_args(type_)
    if type_ == RoomEvent:
        text = "RoomEvent"
    elif origin is Annotated:
        text = word(type_) if words else notation(inner[0], words)
    elif origin is Literal:
        text = " | ".join(json.dumps(value) for value in inner)
    elif origin is list:
        each = notation(inner[0], words)
        text = f"({each})[]" if " | " in each else f"{each}[]"
    elif origin is dict:
        text = f"Record<string, {notation(inner[1], words)}>"  # JSON's keys are texts
    elif len(arms(type_)) > 1:
        text = " | ".join(notation(arm, words) for arm in arms(type_))
    else:
        text = BASES.get(type_) or type_.__name__
    return text


def word(type_: Any) -> str:
    """What a type of the vocabulary is called."""
    return next(name for name, rule in vocabulary().items() if rule is rule_of(type_))


def says(shape: type[Any]) -> str:
    """What the documentation says of a shape, as one paragraph."""
    return " ".join((inspect.getdoc(shape) or "").split())


def _meet(shape: type[Any], met: dict[type[Any], None]) -> None:
    for field in declared(shape):
        for inner in _inside(field.type):
            _meet(inner, met)
    met.setdefault(shape)


def _inside(type_: Any) -> Iterator[type[Any]]:
    if isinstance(type_, type) and is_dataclass(type_):
        yield type_
    elif get_origin(type_) not in {Annotated, Literal}:
        for inner in get_args(type_):
            yield from _inside(inner)
