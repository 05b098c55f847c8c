"""The tables of `docs/protocol.md`: frames, what they are made of, and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chat.protocol.export.catalogue import CLIENT, SERVER, Frame, notation, says, things, vocabulary
from chat.protocol.fields import Rule
from chat.protocol.shapes import declared

HOW = "written by `manage.py protocol` from what `chat/protocol/` declares"


def with_tables(page: str) -> str:
    """The page with its tables written anew, each between two comments that name it.

    Raises:
        ValueError: the page has no place for one of them.
    """
    for name, table in _tables().items():
        head, opening, rest = page.partition(f"<!-- {name}: {HOW} -->\n")
        _, closing, tail = rest.partition(f"<!-- end of {name} -->\n")
        if not (opening and closing):
            raise ValueError(f"docs/protocol.md has no place for its {name}")
        page = f"{head}{opening}{table}\n{closing}{tail}"
    return page


def _tables() -> dict[str, str]:
    return {
        "client frames": _frames(CLIENT),
        "server frames": _frames(SERVER),
        "shapes": _table("shape", ((_code(shape.__name__), _fields(shape), says(shape)) for shape in things())),
        "words": "\n".join(["| word | is |", "|---|---|", *(_word(name, rule) for name, rule in vocabulary().items())]),
    }


def _frames(frames: Iterable[Frame]) -> str:
    return _table("frame", ((_code(frame.kind), _fields(frame.shape), says(frame.shape)) for frame in frames))


def _table(first: str, rows: Iterable[tuple[str, str, str]]) -> str:
    return "\n".join([f"| {first} | fields | meaning |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)])


def _fields(shape: type[Any]) -> str:
    return ", ".join(_code(_field(field.name, field.optional, field.type)) for field in declared(shape))


def _field(name: str, optional: bool, type_: Any) -> str:
    return f"{name}{'?' if optional else ''}: {notation(type_, words=True)}"


def _word(name: str, rule: Rule) -> str:
    return f"| `{name}` | {rule.schema['description']} |"


def _code(text: str) -> str:
    return "`" + text.replace("|", r"\|") + "`"
