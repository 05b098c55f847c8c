"""Who there is, and who is in a room."""

from __future__ import annotations

from chat.queries.json_sql import array
from storage.store import store

_PEOPLE = f"""
    SELECT {array("person")} FROM (
        SELECT json_object('id', u.id, 'name', u.name) AS person FROM chat_user u
        WHERE u.is_active {{among}} ORDER BY u.name COLLATE NOCASE, u.id
    )
"""  # noqa: S608 - constants
_EVERYBODY = _PEOPLE.format(among="")
_MEMBERS = f"""
    SELECT ({_PEOPLE.format(among="AND u.id IN (SELECT user_id FROM chat_membership WHERE room_id = mine.room_id)")})
    FROM chat_membership mine WHERE mine.room_id = %s AND mine.user_id = %s
"""  # noqa: S608 - constants


async def everybody() -> str:
    """All who have an account that is in use, as a JSON array, by name."""
    return await store.fetch_json(_EVERYBODY)


async def members(user: int, room: int) -> str | None:
    """Who is in the room, likewise; None if the room is not the user's."""
    found: str | None = await store.fetch_value(_MEMBERS, [room, user])
    return found
