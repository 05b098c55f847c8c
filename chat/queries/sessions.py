"""Whether people may still be connected."""

from __future__ import annotations

import json

from chat.live.listener import Listener
from storage.store import store


async def ended(listeners: list[Listener]) -> list[Listener]:
    """Those whose session was logged out or has expired, whose password has changed, or who were deactivated."""
    passwords = await _passwords(list({listener.user for listener in listeners}))
    valid = await _valid([listener.session for listener in listeners])
    return [
        listener
        for listener in listeners
        if listener.session not in valid or passwords.get(listener.user) != listener.password
    ]


async def _passwords(users: list[int]) -> dict[int, str]:
    rows = await store.fetch_all(
        "SELECT id, password FROM chat_user WHERE is_active AND id IN (SELECT value FROM json_each(%s))",
        [json.dumps(users)],
    )
    return {row["id"]: row["password"] for row in rows}


async def _valid(keys: list[str]) -> set[str]:
    rows = await store.fetch_all(
        "SELECT session_key FROM django_session WHERE session_key IN (SELECT value FROM json_each(%s))"
        " AND expire_date > strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
        [json.dumps(keys)],
    )
    return {row["session_key"] for row in rows}
