"""The JSON that travels, as SQL expressions: one place for the shape of a message and of a list."""


def iso(column: str) -> str:
    """A time as ISO 8601 in UTC with milliseconds, or null."""
    return f"strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', {column})"


def array(column: str) -> str:
    """Aggregate a column of JSON texts into an array. Unlike `json_group_array` it does not parse them again."""
    return f"'[' || coalesce(group_concat({column}, ','), '') || ']'"


# Of `chat_message m` with its sender `s`. A deleted message travels without its text.
MESSAGE_FIELDS = f"""
    'id', m.id, 'client_id', m.client_id, 'sender', json_object('id', s.id, 'name', s.name),
    'body', iif(m.deleted_at IS NULL, m.body, ''), 'reply_to', m.reply_to_id,
    'edited_at', {iso("m.edited_at")}, 'deleted', iif(m.deleted_at IS NULL, json('false'), json('true'))
"""
