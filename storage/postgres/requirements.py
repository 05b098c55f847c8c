"""What a PostgreSQL database must be and allow, and what it is told where it is or does not."""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError

from storage.exceptions import Unusable
from storage.postgres.connection import PostgresConnection

OLDEST = 15

_SCHEMA = "SELECT current_schema() AS name, has_schema_privilege(current_schema(), 'CREATE') AS may_create"
_FOREIGN = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = current_schema() AND tablename = ANY(%s) AND NOT pg_has_role(tableowner, 'USAGE')
    ORDER BY tablename LIMIT 1
"""
_CLOSED = """
    SELECT tablename FROM pg_tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS needed
    WHERE schemaname = current_schema() AND tablename = ANY(%s)
        AND NOT has_table_privilege(format('%%I.%%I', schemaname, tablename), needed)
    ORDER BY tablename LIMIT 1
"""


def connect(alias: str) -> PostgresConnection:
    """Connect, and see that it is a server that one can work with.

    Raises:
        Unusable: there is none, or it lets nobody in, or it is too old or keeps its texts in another encoding.
    """
    try:
        connection = PostgresConnection(alias, reading=False)
    except DatabaseError as error:
        raise Unusable(f"The database cannot be used: {one_line(error)}") from None
    try:
        version = connection.raw.info.server_version // 10000
        if version < OLDEST:
            raise Unusable(f"The database server is PostgreSQL {version}: {OLDEST} or newer is wanted.")
        encoding = connection.raw.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise Unusable(f"The database's encoding is {encoding}: make one with `createdb -E UTF8 -T template0`.")
    except BaseException:
        connection.close()
        raise
    return connection


def see_that_it_can_be_used(connection: PostgresConnection) -> None:
    """Raise `Unusable` where there are no tables, or one may not be read and written."""
    if connection.fetch_value("SELECT to_regclass('django_migrations') IS NULL"):
        raise Unusable("There are no tables in the database: `manage.py migrate` makes them.")
    closed = connection.fetch_value(_CLOSED, [_tables()])
    if closed is not None:
        raise Unusable(f"The database's user may not read and write the table {closed}: grant it, or be its owner.")


def see_that_it_can_be_migrated(connection: PostgresConnection) -> None:
    """Raise `Unusable` where tables may not be made or altered."""
    schema = connection.fetch_one(_SCHEMA) or {}
    if not schema.get("may_create"):
        name = schema.get("name") or "public"
        raise Unusable(f"The database's user may make no tables: GRANT CREATE ON SCHEMA {name}, or be its owner.")
    foreign = connection.fetch_value(_FOREIGN, [_tables()])
    if foreign is not None:
        raise Unusable(f"The database's user is not the owner of the table {foreign}, and cannot alter it.")


def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models(include_auto_created=True)]


def one_line(error: BaseException) -> str:
    """What the driver says, which never names a password, as one line."""
    return "; ".join(line.strip(" -") for line in str(error).splitlines() if line.strip())
