"""The frames as JSON Schema, for tools in any language: `docs/protocol.schema.json`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

from chat.protocol.codes import VERSION, Close, Code
from chat.protocol.export.catalogue import BASES, CLIENT, SERVER, Frame, notation, says, things, vocabulary, word
from chat.protocol.room_events import RoomEvent
from chat.protocol.shapes import arms, declared

Schema = dict[str, Any]


def schema() -> Schema:
    """A schema of every frame: what it must have. Servers and clients of later releases may say more."""
    frames = [*CLIENT, *SERVER]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Posthorn's wire protocol, version {VERSION}",
        "anyOf": [_ref("ClientFrame"), _ref("ServerFrame")],
        "$defs": {
            "ClientFrame": {"oneOf": [_ref(frame.name) for frame in CLIENT]},
            "ServerFrame": {"oneOf": [_ref(frame.name) for frame in SERVER]},
            **{frame.name: _frame(frame) for frame in frames},
            **{shape.__name__: _object(shape, {}) for shape in things()},
            "RoomEvent": {"oneOf": [_ref(kind.__name__) for kind in get_args(RoomEvent)]},
            "Code": {"enum": [code.value for code in Code], "description": _first_line(Code)},
            "Close": {
                "oneOf": [{"const": close.value, "title": close.name} for close in Close],
                "description": _first_line(Close),
            },
            **{name: rule.schema for name, rule in vocabulary().items()},
        },
    }


def _frame(frame: Frame) -> Schema:
    return _object(frame.shape, {"type": {"const": frame.kind}})


def _object(shape: type[Any], more: Schema) -> Schema:
    own = declared(shape)
    return {
        "type": "object",
        "description": says(shape),
        "properties": more | {field.name: _of(field.type) for field in own},
        "required": [*more, *(field.name for field in own if not field.optional)],
    }


def _of(type_: Any) -> Schema:
    origin, inner = get_origin(type_), get_args(type_)
    if origin is Annotated:
        found = _ref(word(type_))
    elif origin is Literal:
        found = {"enum": list(inner)}
    elif origin is list:
        found = {"type": "array", "items": _of(inner[0])}
    elif origin is dict:
        found = {"type": "object", "additionalProperties": _of(inner[1])}
    elif len(arms(type_)) > 1 and type_ != RoomEvent:
        found = {"anyOf": [_of(arm) for arm in arms(type_)]}
    elif type_ in BASES:
        found = {"type": BASES[type_]}
    else:
        found = _ref(notation(type_, words=True))
    return found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _first_line(of: type[Any]) -> str:
    return (of.__doc__ or "").partition("\n")[0]
