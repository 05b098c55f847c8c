"""`/files/ID/NAME` and `/files/ID/thumb`: for who may read the room now."""

from __future__ import annotations

import re
from typing import Any

from django.db import DatabaseError

from chat.files.giving import give
from chat.http.exchange import Exchange, Receive, Send
from chat.http.who import who
from chat.protocol import Code
from chat.queries.served_files import Served, served_file, served_thumb
from storage.exceptions import StorageError

BEGINNING = "/files/"
THUMB = "thumb"

# The name is for people: whatever it says, the id decides.
_ADDRESS = re.compile(re.escape(BEGINNING) + r"([A-Za-z0-9_-]{22})/(.+)", re.DOTALL)


async def files(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application. It answers in JSON where there is no file to give."""
    exchange = Exchange(scope, receive, send)
    if exchange.method not in {"GET", "HEAD"}:
        await exchange.refuse(405, Code.BAD_FRAME, "files are for GET and HEAD", [("Allow", "GET, HEAD")])
        return
    try:
        credential = await who(scope)
        served = None if credential is None else await _find(credential.user, exchange.path)
    except (StorageError, DatabaseError):
        await exchange.refuse(503, Code.BUSY, "the server is busy; ask again soon", [("Retry-After", "2")])
        return
    if credential is None:
        await exchange.refuse(401, Code.FORBIDDEN, "log in first")
    elif served is None:
        await exchange.refuse(404, Code.NOT_FOUND, "there is no such file")
    else:
        await give(scope, receive, send, served)


async def _find(user: int, path: str) -> Served | None:
    address = _ADDRESS.fullmatch(path)
    if address is None:
        return None
    file, name = address.groups()
    return await (served_thumb if name == THUMB else served_file)(user, file)
