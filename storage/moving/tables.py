"""What is moved: every table that a model keeps, with every column. Nobody has to add a new one to a list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Field, Model

from storage.exceptions import CannotMove

_NUMBERS = {"AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField"}
_NUMBERS |= {"PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"}
_TEXTS = {"CharField", "TextField", "SlugField", "EmailField", "URLField"}
KINDS = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_TEXTS, "text"),
    "BooleanField": "bool",
    "DateTimeField": "time",
}
"""Django's names for the columns that can be moved, and what travels for each."""


class Column(NamedTuple):
    """A column. `kind` is one of the values of `KINDS`."""

    name: str
    kind: str


class Table(NamedTuple):
    """A table. `serial` is the column whose values the engine counts up, if there is one."""

    name: str
    columns: tuple[Column, ...]
    key: Column
    serial: str | None

    def place(self, column: str) -> int:
        """Where in a row the column stands."""
        return [each.name for each in self.columns].index(column)


def all_tables(*, besides: Collection[str] = ()) -> list[Table]:
    """Of all models of the installed apps, tables between two models included, `besides` those with these names.

    Raises:
        CannotMove: a model has a column of a kind that nobody has taught the engines to exchange.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    tables = [_table(model) for model in models if not model._meta.proxy]
    return [table for table in tables if table.name not in besides]


def _table(model: type[Model]) -> Table:
    meta = model._meta
    columns = {field.column: _column(field) for field in meta.local_concrete_fields}
    serial = meta.auto_field
    key = columns[meta.pk.column]
    return Table(meta.db_table, tuple(columns.values()), key, serial.column if serial else None)


def _column(field: Field[Any, Any]) -> Column:
    kept = field
    while kept.remote_field is not None:
        kept = kept.target_field  # type: ignore[attr-defined]
    kind = KINDS.get(kept.get_internal_type())
    if kind is None:
        raise CannotMove(f"{field}: nobody has said how a {kept.get_internal_type()} is moved")
    return Column(str(field.column), kind)
