"""Who there is, and who is in a room."""

from __future__ import annotations

from chat.queries.json_sql import person
from storage.store import Fragment, dialect, sql, store


def _people(which: Fragment) -> Fragment:
    return sql(
        """
        SELECT {people} FROM (
            SELECT {person} AS person FROM chat_user u WHERE u.is_active AND {which} ORDER BY {by_name}, u.id
        ) found
        """,
        people=dialect.json_list("person"),
        person=person("u"),
        which=which,
        by_name=dialect.any_case("u.name"),
    )


_EVERYBODY = _people(sql("TRUE"))
_MEMBERS = sql(
    "SELECT ({members}) FROM chat_membership mine WHERE mine.room_id = %s AND mine.user_id = %s",
    members=_people(sql("u.id IN (SELECT user_id FROM chat_membership WHERE room_id = mine.room_id)")),
)


async def everybody() -> str:
    """All who have an account that is in use, as a JSON array, by name."""
    return await store.fetch_json(_EVERYBODY)


async def members(user: int, room: int) -> str | None:
    """Who is in the room, likewise; None if the room is not the user's."""
    found: str | None = await store.fetch_value(_MEMBERS, [room, user])
    return found
