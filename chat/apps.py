from itertools import groupby
from typing import Any

from django.apps import AppConfig
from django.core.management import CommandError
from django.db import connections
from django.db.models.signals import pre_migrate


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat.actions.history import RoomHistory  # noqa: PLC0415 - it needs the apps
        from storage.store import store  # noqa: PLC0415 - likewise

        store.keep_history(RoomHistory())
        pre_migrate.connect(_check_usernames, sender=self)


def _check_usernames(using: str, plan: list[tuple[Any, bool]] | None = None, **_: Any) -> None:
    """Before any migration is applied: say what would stop 0004, which lets every name be used once."""
    if all((migration.app_label, migration.name) != ("chat", "0004_usernames") for migration, _ in plan or []):
        return
    connection = connections[using]
    if "chat_user" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT username FROM chat_user ORDER BY lower(username), id")
        names = [name for (name,) in cursor.fetchall()]
    alike = [list(same) for _, same in groupby(names, key=str.lower)]
    clashes = [" and ".join(same) for same in alike if len(same) > 1]
    if clashes:
        raise CommandError(
            f"User names that differ in case only are one name from this version on: {'; '.join(clashes)}."
            " Nothing has been changed. Rename all but one of each with the version before"
            " (in /admin/chat/user/), then migrate again."
        )
