"""The frames as types of TypeScript, which the browser's modules import into their comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from chat.protocol.codes import Code
from chat.protocol.export.catalogue import CLIENT, SERVER, Frame, notation, says, things
from chat.protocol.room_events import RoomEvent
from chat.protocol.shapes import declared

HEAD = "// Written by `manage.py protocol` from what chat/protocol/ declares: change it there."


def declarations() -> str:
    """The text of a `.d.ts` file: every shape, every frame, and the unions of them."""
    parts = [
        HEAD,
        *(_interface(shape.__name__, says(shape), _members(shape)) for shape in things()),
        _union("RoomEvent", [kind.__name__ for kind in get_args(RoomEvent)]),
        _union("Code", [f'"{code.value}"' for code in Code]),
        *(_frame(frame) for frame in [*CLIENT, *SERVER]),
        _union("ClientFrame", [frame.name for frame in CLIENT]),
        _union("ServerFrame", [frame.name for frame in SERVER]),
    ]
    return "\n\n".join(parts) + "\n"


def _frame(frame: Frame) -> str:
    return _interface(frame.name, says(frame.shape), [f'type: "{frame.kind}"', *_members(frame.shape)])


def _members(shape: type[Any]) -> Iterator[str]:
    for field in declared(shape):
        yield f"{field.name}{'?' if field.optional else ''}: {notation(field.type, words=False)}"


def _interface(name: str, says: str, members: Any) -> str:
    lines = [f"/** {says} */", f"export interface {name} {{", *(f"  {member};" for member in members), "}"]
    return "\n".join(lines)


def _union(name: str, arms: list[str]) -> str:
    return "\n".join([f"export type {name} =", *(f"  | {arm}" for arm in arms)]) + ";"
