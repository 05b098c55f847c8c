"""Steps of migrations that are other SQL for each engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations.operations.special import RunSQL

from storage.postgres import text_search as postgres_text_search
from storage.sqlite import text_search as sqlite_text_search

Statements = Mapping[str, Sequence[str]]
"""What to say, by the engine's name: "sqlite", "postgresql"."""


class SQLByEngine(RunSQL):
    """Statements for the engine that the migration runs on, one by one; nothing on an engine that has none here."""

    def __init__(self, forwards: Statements, backwards: Statements) -> None:
        super().__init__("", "")
        self.forwards, self.backwards = forwards, backwards

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.forwards, self.backwards], {}

    # Django calls these with what it has, needed or not.
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # noqa: ARG002
        self._say(schema_editor, self.forwards)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # noqa: ARG002
        self._say(schema_editor, self.backwards)

    def _say(self, schema_editor: Any, statements: Statements) -> None:
        for statement in statements.get(schema_editor.connection.vendor, ()):
            schema_editor.execute(statement, params=None)


def text_index(table: str, text: str, part: str) -> SQLByEngine:
    """A full-text index (`text_search.Index`) over a column; `part` is an integer column that rows never change."""
    engines = {"sqlite": sqlite_text_search, "postgresql": postgres_text_search}
    return SQLByEngine(
        {name: engine.index_made(table, text, part) for name, engine in engines.items()},
        {name: engine.index_dropped(table) for name, engine in engines.items()},
    )
