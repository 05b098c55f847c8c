"""Whether people may still be connected."""

from __future__ import annotations

import json

from storage.store import store


async def passwords(users: list[int]) -> dict[int, str]:
    """The password hashes of those of these users who are active: a changed one ends their sessions."""
    rows = await store.fetch_all(
        "SELECT id, password FROM chat_user WHERE is_active AND id IN (SELECT value FROM json_each(%s))",
        [json.dumps(users)],
    )
    return {row["id"]: row["password"] for row in rows}


async def valid(keys: list[str]) -> set[str]:
    """Those of these session keys that are neither logged out nor expired."""
    rows = await store.fetch_all(
        "SELECT session_key FROM django_session WHERE session_key IN (SELECT value FROM json_each(%s))"
        " AND expire_date > strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
        [json.dumps(keys)],
    )
    return {row["session_key"] for row in rows}
