"""How a declaration is read.

A shape is a frozen dataclass whose fields are typed with the vocabulary of `chat.protocol.fields`, with other shapes,
and with lists, dicts, literals and unions of them. From it follow the check here, and the JSON Schema, the browser's
types and the tables of the documentation (`chat.protocol.export`).

A field with a default may be left out; one typed `X | None` without a default is always there and may be null. A name
that is a word of Python's has an underscore at its end, which does not travel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from chat.protocol.codes import Code
from chat.protocol.errors import FrameError
from chat.protocol.fields import Invalid, Rule, TooLong

T = TypeVar("T")


class Declared(NamedTuple):
    """One field of a shape. `name` is that in JSON, `attribute` that in Python."""

    name: str
    attribute: str
    type: Any
    optional: bool


def declared(shape: type[Any]) -> tuple[Declared, ...]:
    """The fields of a shape, in their order."""
    hints = get_type_hints(shape, include_extras=True)
    return tuple(
        Declared(field.name.rstrip("_"), field.name, _without_none(hints[field.name], optional), optional)
        for field in fields(shape)
        for optional in [field.default is not MISSING or field.default_factory is not MISSING]
    )


def read(shape: type[T], given: Mapping[str, Any]) -> T:
    """What was given, as an instance of the shape. Unknown fields are ignored; null is no value where one is optional.

    Raises:
        FrameError: a field is missing, or is not what it must be.
    """
    values: dict[str, Any] = {}
    if shape not in _CHECKS:
        _CHECKS[shape] = tuple(_checks(shape))
    for name, attribute, check, optional in _CHECKS[shape]:
        value = given.get(name)
        if value is None and optional:
            continue
        if name not in given:
            raise FrameError(Code.BAD_FRAME, f"{name} is missing")
        values[attribute] = checked(name, value, check)
    return shape(**values)


def checked(name: str, value: Any, check: Callable[[Any], Any]) -> Any:
    """The value as the check returns it.

    Raises:
        FrameError: it is not what it must be; `name` says in the text which value is meant.
    """
    try:
        return check(value)
    except TooLong as error:
        raise FrameError(Code.TOO_LARGE, f"{name} {error}") from None
    except Invalid as error:
        raise FrameError(Code.BAD_FRAME, f"{name} {error}") from None


def rule_of(declared_type: Any) -> Rule | None:
    """The rule of a type of the vocabulary; None for any other type."""
    if get_origin(declared_type) is not Annotated:
        return None
    return next((each for each in get_args(declared_type) if isinstance(each, Rule)), None)


def arms(declared_type: Any) -> tuple[Any, ...]:
    """The types that a union is made of; of any other type itself alone."""
    return get_args(declared_type) if get_origin(declared_type) in {Union, UnionType} else (declared_type,)


Checks = Iterator[tuple[str, str, Callable[[Any], Any], bool]]
_CHECKS: dict[type[Any], tuple[tuple[str, str, Callable[[Any], Any], bool], ...]] = {}


def _checks(shape: type[Any]) -> Checks:
    for field in declared(shape):
        rule = rule_of(field.type)
        if rule is None:
            raise TypeError(f"{shape.__name__}.{field.attribute} is of no type of the vocabulary: it cannot be checked")
        yield field.name, field.attribute, rule.check, field.optional


def _without_none(declared_type: Any, optional: bool) -> Any:
    if not optional:
        return declared_type
    (one,) = [arm for arm in arms(declared_type) if arm is not NoneType]  # an optional field is of one type
    return one
