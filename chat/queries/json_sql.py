"""The JSON that travels, as SQL expressions: one place for the shape of a message and of a list."""


def iso(column: str) -> str:
    """A time as ISO 8601 in UTC with milliseconds, or null."""
    return f"strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', {column})"


def array(column: str) -> str:
    """Aggregate a column of JSON texts into an array. Unlike `json_group_array` it does not parse them again."""
    return f"'[' || coalesce(group_concat({column}, ','), '') || ']'"


QUOTED_CHARS = 200

# The message that `chat_message m` answers, or null.
QUOTE = f"""(
    SELECT json_object('id', q.id, 'seq', q.seq, 'sender', json_object('id', qs.id, 'name', qs.name),
        'body', iif(q.deleted_at IS NULL, substr(q.body, 1, {QUOTED_CHARS}), ''),
        'deleted', iif(q.deleted_at IS NULL, json('false'), json('true')))
    FROM chat_message q JOIN chat_user qs ON qs.id = q.sender_id WHERE q.id = m.reply_to_id
)"""  # noqa: S608 - constants

# Of `chat_message m` with its sender `s`. A deleted message travels without its text.
MESSAGE_FIELDS = f"""
    'id', m.id, 'client_id', m.client_id, 'sender', json_object('id', s.id, 'name', s.name),
    'body', iif(m.deleted_at IS NULL, m.body, ''), 'reply_to', m.reply_to_id,
    'quote', json({QUOTE}),
    'edited_at', {iso("m.edited_at")}, 'deleted', iif(m.deleted_at IS NULL, json('false'), json('true'))
"""

# The reactions of `chat_message m`: each emoji with the ids of those who put it, in the order they came.
REACTIONS = f"""(
    SELECT {array("json_object('emoji', emoji, 'users', json(users))")} FROM (
        SELECT emoji, json_group_array(user_id) AS users FROM (
            SELECT emoji, user_id, id FROM chat_reaction WHERE message_id = m.id ORDER BY id
        ) GROUP BY emoji ORDER BY min(id)
    )
)"""  # noqa: S608 - constants
