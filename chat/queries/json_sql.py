"""The JSON that travels, as SQL expressions: one place for the shape of a person, a message and what hangs on it.

The shapes are declared in `chat.protocol.things`.
"""

from __future__ import annotations

from storage.store import Fragment, dialect, sql

QUOTED_CHARS = 200


def person(user: str) -> Fragment:
    """Somebody, of `chat_user` under this alias."""
    return dialect.json_object(id=f"{user}.id", name=f"{user}.name")


# The message that `chat_message m` answers, or null.
QUOTE = sql(
    """(
    SELECT {quote} FROM chat_message q JOIN chat_user qs ON qs.id = q.sender_id WHERE q.id = m.reply_to_id
    )""",
    quote=dialect.json_object(
        id="q.id",
        seq="q.seq",
        sender=person("qs"),
        body=f"CASE WHEN q.deleted_at IS NULL THEN substr(q.body, 1, {QUOTED_CHARS}) ELSE '' END",
        file=f"CASE WHEN q.deleted_at IS NULL THEN {dialect.member(dialect.json_item('q.files', '0'), 'name')} END",
        deleted=dialect.json_bool("q.deleted_at IS NOT NULL"),
    ),
)

# Of `chat_message m` with its sender `s`. A deleted message travels without its text and files.
MESSAGE_FIELDS = dialect.json_members(
    id="m.id",
    client_id="m.client_id",
    sender=person("s"),
    body="CASE WHEN m.deleted_at IS NULL THEN m.body ELSE '' END",
    reply_to="m.reply_to_id",
    quote=dialect.json_text(QUOTE),
    files=dialect.json_text("CASE WHEN m.deleted_at IS NULL THEN coalesce(m.files, '[]') ELSE '[]' END"),
    edited_at=dialect.iso("m.edited_at"),
    deleted=dialect.json_bool("m.deleted_at IS NOT NULL"),
)

# The reactions of `chat_message m`: each emoji with the ids of those who put it, in the order they came.
REACTIONS = sql(
    """(
    SELECT {reactions} FROM (
        SELECT emoji, {users} AS users FROM (
            SELECT emoji, user_id, id FROM chat_reaction WHERE message_id = m.id ORDER BY id
        ) placed GROUP BY emoji ORDER BY min(id)
    ) reaction
    )""",
    reactions=dialect.json_list(dialect.json_object(emoji="emoji", users=dialect.json_text("users"))),
    users=dialect.json_numbers("user_id", by="id"),
)
