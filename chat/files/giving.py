"""Bytes that somebody may have are given to them: all or a part, or the word that they have them already.

Where the server can, the system copies them from the file to the network (`http.response.zerocopysend`, an extension of
ASGI); else they pass in small pieces, each after the one before was taken.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import IO, Any

from django.utils.http import content_disposition_header

from chat.files.blobs import blobs
from chat.files.ranges import Unsatisfiable, is_known, part
from chat.http.exchange import Exchange, Header, Receive, Send
from chat.protocol import Code
from chat.queries.served_files import Served

logger = logging.getLogger("chat")

PIECE_BYTES = 256 * 1024
AHEAD_BYTES = 2 * 1024 * 1024
"""The system is asked to have so much in memory before it is sent: the event loop must not wait for a disk."""

_ZERO_COPY = "http.response.zerocopysend"
_SHOWN = ("image/", "video/", "audio/")  # of those that `chat.pictures.sniff` knows
_ALWAYS: tuple[Header, ...] = (
    # Asked for each time, so that who has left a room is told so. What has not changed is not sent again.
    ("Cache-Control", "private, no-cache"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


async def give(scope: dict[str, Any], receive: Receive, send: Send, served: Served) -> None:
    """Answer a GET or HEAD with these bytes. That the asker may have them has been found out just now."""
    exchange = Exchange(scope, receive, send)
    etag = f'"{served.sha256}"'
    always = [*_ALWAYS, ("ETag", etag)]
    if is_known(exchange.header("If-None-Match"), etag):
        await _answer(send, 304, always)
        return
    kind = f"{served.type}; charset=utf-8" if served.type.startswith("text/") else served.type
    disposition = content_disposition_header(not served.type.startswith(_SHOWN), served.name) or "attachment"
    link = None if exchange.method == "HEAD" else await asyncio.to_thread(blobs.link, served.key, kind, disposition)
    if link is not None:
        await _answer(send, 302, [("Cache-Control", "no-store"), ("Content-Length", "0"), ("Location", link)])
        return
    try:
        asked = exchange.header("Range") if exchange.method == "GET" else None
        wanted = part(asked, exchange.header("If-Range"), etag, served.bytes)
    except Unsatisfiable:
        await _answer(send, 416, [*always, ("Content-Length", "0"), ("Content-Range", f"bytes */{served.bytes}")])
        return
    whole = range(served.bytes)
    described = [("Content-Type", kind), ("Content-Disposition", disposition), ("Accept-Ranges", "bytes")]
    if wanted is not None:
        described.append(("Content-Range", f"bytes {wanted.start}-{wanted.stop - 1}/{served.bytes}"))
    described.append(("Content-Length", str(len(whole if wanted is None else wanted))))
    if exchange.method == "HEAD":
        await _answer(send, 200, [*always, *described])
        return
    try:
        file = await asyncio.to_thread(blobs.open, served.key)
    except FileNotFoundError:  # it was deleted just now, or a backup did not have it
        logger.warning("the bytes of %s are not there", served.key)
        await exchange.refuse(404, Code.NOT_FOUND, "there is no such file")
        return
    with file:
        await _begin(send, 200 if wanted is None else 206, [*always, *described])
        await _send(scope, receive, send, file, whole if wanted is None else wanted)


async def _begin(send: Send, status: int, headers: Iterable[Header]) -> None:
    pairs = [(name.lower().encode(), value.encode("latin1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


async def _end(send: Send) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _answer(send: Send, status: int, headers: Iterable[Header]) -> None:
    await _begin(send, status, headers)
    await _end(send)


async def _send(scope: dict[str, Any], receive: Receive, send: Send, file: IO[bytes], wanted: range) -> None:
    """Send so much of the file, as fast as it is taken, and stop when nobody takes it."""
    one = _send_without_copying if _ZERO_COPY in scope.get("extensions", {}) else _send_piece
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        for offset in range(wanted.start, wanted.stop, PIECE_BYTES):
            if gone.done():
                return
            _read_ahead(file, offset + PIECE_BYTES)
            await one(send, file, offset, min(PIECE_BYTES, wanted.stop - offset))
        await _end(send)
    except OSError:
        return  # nobody is there to be told
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_without_copying(send: Send, file: IO[bytes], offset: int, count: int) -> None:
    await send({"type": _ZERO_COPY, "file": file, "offset": offset, "count": count, "more_body": True})


async def _send_piece(send: Send, file: IO[bytes], offset: int, count: int) -> None:
    piece = await asyncio.to_thread(os.pread, file.fileno(), count, offset)
    await send({"type": "http.response.body", "body": piece, "more_body": True})


def _read_ahead(file: IO[bytes], offset: int) -> None:
    if hasattr(os, "posix_fadvise"):  # macOS has none
        os.posix_fadvise(file.fileno(), offset, AHEAD_BYTES, os.POSIX_FADV_WILLNEED)
