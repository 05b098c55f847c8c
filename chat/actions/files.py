"""Files that are sent, and files that go: with their message, or because they were never sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from chat.actions.contents import release
from chat.actions.refused import Refused
from chat.protocol import Code, Send
from chat.queries.uploads import KEEP_UNSENT_HOURS
from storage.store import Connection, Row, dialect, sql

_NAMED = sql(
    """
    SELECT {place} AS place, f.id, f.upload_id, f.room_id, f.message_id, f.finished_at, f.name, f.type,
        (SELECT bytes FROM chat_content WHERE id = f.content_id) AS bytes,
        f.description, f.width, f.height, f.preview, f.thumb_id
    FROM {names} JOIN chat_file f ON f.owner_id = %s AND (f.id = {name} OR f.upload_id = {name})
    ORDER BY f.id {held}
    """,
    names=dialect.items("named"),
    place=dialect.place("named"),
    name=dialect.part("named", 0),
    held=dialect.FOR_UPDATE,
)
_NAME = "INSERT INTO chat_filenames (id, room_id, names) VALUES (%s, %s, %s)"
_ATTACH = "UPDATE chat_file SET message_id = %s, place = %s WHERE id = %s"
_UNNAME = "DELETE FROM chat_filenames WHERE id = %s"
_DETACH = "DELETE FROM chat_file WHERE message_id = %s RETURNING content_id, thumb_id"
_UNSENT = sql(
    "SELECT id FROM chat_file WHERE message_id IS NULL AND created_at < {long_ago} ORDER BY id LIMIT %s {held}",
    long_ago=dialect.hours_ago(KEEP_UNSENT_HOURS),
    held=dialect.FOR_UPDATE,
)
_REMOVE = "DELETE FROM chat_file WHERE id = %s AND message_id IS NULL RETURNING content_id, thumb_id"


# Sending


def files_to_send(connection: Connection, sender: int, frame: Send) -> list[Row]:
    """The rows of the files that a send names, in its order; they stay as they are to the end of the transaction.

    Raises:
        Refused: `not_ready` when one is not there (or another person's) or not whole; `not_found` when it was uploaded
            for another room; `conflict` when it is another message's; `bad_frame` when it is named twice.
    """
    names = json.dumps([[name] for name in frame.files])
    found: dict[int, Row] = {}
    for row in connection.fetch_all(_NAMED, [names, sender]):
        if row["place"] not in found or row["id"] == frame.files[row["place"]]:
            found[row["place"]] = row
    if len(found) < len(frame.files):
        raise Refused(Code.NOT_READY, "one of the files is not there: upload it first")
    files = [found[place] for place in range(len(frame.files))]
    if len({file["id"] for file in files}) < len(files):
        raise Refused(Code.BAD_FRAME, "files must not name an upload twice")
    for file in files:
        _check(file, frame.room)
    return files


def _check(file: Row, room: int) -> None:
    if file["room_id"] != room:
        raise Refused(Code.NOT_FOUND, "one of the files was uploaded for another room")
    if file["message_id"] is not None:
        raise Refused(Code.CONFLICT, "one of the files belongs to another message already")
    if file["finished_at"] is None:
        raise Refused(Code.NOT_READY, "one of the files is not whole yet: upload the rest first")


def attach(connection: Connection, message: int, files: Sequence[Row]) -> None:
    """These files are that message's, in this order."""
    if files:
        connection.execute(_NAME, [message, files[0]["room_id"], "\n".join(file["name"] for file in files)])
    for place, file in enumerate(files):
        connection.execute(_ATTACH, [message, place, file["id"]])


def files_json(files: Sequence[Row]) -> str | None:
    """What travels of a message's files (`chat.protocol.things.File`), for `chat_message.files`."""
    return json.dumps([_travelling(file) for file in files], ensure_ascii=False) if files else None


def _travelling(file: Row) -> dict[str, Any]:
    known = {name: file[name] for name in ("width", "height", "preview") if file[name] is not None}
    thumb = {"thumb": f"/files/{file['id']}/thumb"} if file["thumb_id"] is not None else {}
    said = {name: file[name] for name in ("id", "name", "type", "bytes")}
    described = {"description": file["description"]} if file["description"] else {}
    return {**said, "url": url(file["id"], file["name"]), **known, **thumb, **described}


def url(file: str, name: str) -> str:
    """Where a file is served. The name is for people alone, and none that an address has another meaning for."""
    last = f"_{name}" if name in {"", ".", "..", "thumb"} else name
    return f"/files/{file}/{quote(last, safe='')}"


# Going


def detach(connection: Connection, message: int) -> None:
    """The message was taken back, and its files with it."""
    gone = connection.fetch_all(_DETACH, [message])
    if gone:
        connection.execute(_UNNAME, [message])
    _release(connection, gone)


def remove_unsent(connection: Connection, files: Sequence[str]) -> list[str]:
    """Remove those of these files that no message has. Returns which: what came of them can go too.

    The ids are in their order (`sorted`): so nobody waits in a ring.
    """
    gone = {file: rows for file in files if (rows := connection.fetch_all(_REMOVE, [file]))}
    _release(connection, [row for rows in gone.values() for row in rows])
    return list(gone)


def remove_old_unsent(connection: Connection, most: int) -> list[str]:
    """`remove_unsent` for those that are older than `KEEP_UNSENT_HOURS`, at most so many."""
    old = [row["id"] for row in connection.fetch_all(_UNSENT, [most])]
    return remove_unsent(connection, old)


def _release(connection: Connection, gone: Sequence[Row]) -> None:
    if gone:
        release(connection, [row[name] for row in gone for name in ("content_id", "thumb_id")])
