"""Files of a server, as uploads leave them: their rows and their bytes."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

from tests.support.server import Server

_MESSAGE = (
    "INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, created_at)"
    " VALUES (%s, %s, %s, %s, '', '', CURRENT_TIMESTAMP) RETURNING id"
)
_CONTENT = "INSERT INTO chat_content (sha256, key, bytes) VALUES (%s, %s, %s) RETURNING id"
_FILE = (
    "INSERT INTO chat_file (id, owner_id, room_id, name, description, declared, type, bytes, content_id, thumb_id,"
    " message_id, created_at, finished_at, place) VALUES (%s, %s, %s, %s, '', '', %s, %s, %s, %s, %s,"
    " CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 0)"
)


def place(server: Server, owner: str, room: int, data: bytes, **more: Any) -> str:
    """Have a file lie there, that of a message unless `sent` is False; its id. `thumb`: bytes as well."""
    told = {"name": "notes.bin", "type": "application/octet-stream", "sent": True, "thumb": None, **more}
    person, file = server.world.people[owner].id, secrets.token_urlsafe(16)
    with server.database.transaction() as execute:
        message = None
        if told["sent"]:
            message = execute(_MESSAGE, [room, person, file, secrets.randbelow(1 << 40)])[0][0]
        content = _keep(server, execute, data)
        thumb = None if told["thumb"] is None else _keep(server, execute, told["thumb"])
        values = [file, person, room, told["name"], told["type"], len(data), content, thumb, message]
        execute(_FILE, values)
    return file


def _keep(server: Server, execute: Any, data: bytes) -> int:
    sha256 = hashlib.sha256(data + secrets.token_bytes(8)).hexdigest()
    key = f"{sha256[:2]}/{sha256}-{secrets.token_hex(4)}"
    bytes_of(server, key).parent.mkdir(parents=True, exist_ok=True)
    bytes_of(server, key).write_bytes(data)
    return int(execute(_CONTENT, [sha256, key, len(data)])[0][0])


def bytes_of(server: Server, key: str) -> Path:
    """Where the bytes lie that have this key."""
    return server.var / "files" / key


def key_of(server: Server, file: str) -> str:
    """The key of a file's bytes."""
    sql = "SELECT c.key FROM chat_file f JOIN chat_content c ON c.id = f.content_id WHERE f.id = %s"
    return str(server.database.value(sql, [file]))
