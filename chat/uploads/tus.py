"""tus 1.0.0 as an ASGI application: what is asked for, who asks, and what they hear when something is wrong."""

from __future__ import annotations

import errno
import logging
import math
import re
from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError

from chat.actions.refused import Refused
from chat.actions.uploads import Full
from chat.api.endpoint import STATUS, TooOften, take
from chat.http.exchange import Event, Exchange, Gone, Header, Receive, Send
from chat.http.who import is_wanted, who
from chat.live import process
from chat.protocol import Code
from chat.uploads import operations
from chat.uploads.answers import BASE, SPOKEN, Answered, no_such_upload
from chat.uploads.headers import ALGORITHMS, EXTENSIONS, VERSION
from storage.exceptions import StorageError

logger = logging.getLogger("chat")

AGAIN: tuple[Header, ...] = (("Retry-After", "2"),)
ASKING = {"HEAD", "GET"}

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_OF_ALL = {"POST": operations.begin}
_OF_ONE = {
    "HEAD": operations.tell_offset,
    "GET": operations.tell,
    "PATCH": operations.go_on,
    "DELETE": operations.end,
}


async def uploads(scope: Event, receive: Receive, send: Send) -> None:
    """The ASGI application for all that is below `BASE`."""
    exchange = Exchange(scope, receive, send)
    try:
        await _obey(exchange)
    except Gone:
        pass  # what has come is kept, and there is nobody to tell
    except Refused as refused:
        await _refuse(exchange, refused)
    except (StorageError, DatabaseError) as error:
        logger.warning("an upload could not go on: %s: %s", type(error).__name__, error)
        message = "the database cannot answer just now, try again"
        await exchange.refuse(503, Code.STORAGE, message, [*SPOKEN, *AGAIN])
    except OSError as error:
        logger.warning("an upload could not go on: %s", error.strerror)
        full = error.errno in _DISK_IS_FULL
        message = "the disk of this server is full" if full else "the disk of this server does not answer, try again"
        await exchange.refuse(507 if full else 503, Code.STORAGE, message, [*SPOKEN, *([] if full else AGAIN)])


async def _obey(exchange: Exchange) -> None:
    method = exchange.header("X-HTTP-Method-Override") or exchange.method
    if method == "OPTIONS":
        await exchange.answer(204, _abilities())
        return
    user = await _user(exchange, method)
    if method != "GET" and exchange.header("Tus-Resumable") != VERSION:
        raise Answered(412, Code.BAD_FRAME, f"Tus-Resumable must be {VERSION}", ("Tus-Version", VERSION))
    name = exchange.path.removeprefix(BASE)
    if not name:
        if method not in _OF_ALL:
            raise _not_allowed(method, _OF_ALL)
        await operations.begin(exchange, user)
    elif not _ID.fullmatch(name):
        raise no_such_upload()
    elif method not in _OF_ONE:
        raise _not_allowed(method, _OF_ONE)
    else:
        await _OF_ONE[method](exchange, user, name)


async def _user(exchange: Exchange, method: str) -> int:
    """Who asks, and has not asked too much."""
    credential = await who(exchange.scope)
    if credential is None:
        raise Answered(401, Code.FORBIDDEN, "log in first")
    if method not in ASKING and not is_wanted(exchange.scope):
        raise Refused(Code.FORBIDDEN, "X-CSRFToken is missing or wrong")
    allowance = process.allowances.of(credential.user)
    take(allowance.frames)
    if method == "POST":
        take(allowance.sends)
    return credential.user


def _abilities() -> list[Header]:
    return [
        *SPOKEN,
        ("Tus-Version", VERSION),
        ("Tus-Extension", EXTENSIONS),
        ("Tus-Max-Size", str(settings.MAX_FILE_MB * operations.MEGABYTE)),
        ("Tus-Checksum-Algorithm", ",".join(ALGORITHMS)),
    ]


def _not_allowed(method: str, allowed: Iterable[str]) -> Answered:
    message = f"{method[:16]!a} is not for this address"
    return Answered(405, Code.BAD_FRAME, message, ("Allow", ", ".join(["OPTIONS", *allowed])))


async def _refuse(exchange: Exchange, refused: Refused) -> None:
    headers: list[Header] = []
    status = STATUS[refused.code]
    if isinstance(refused, Answered):
        status, headers = refused.status, [*refused.headers]
    elif isinstance(refused, Full):
        status = 507
    elif isinstance(refused, TooOften):
        headers = [("Retry-After", str(math.ceil(refused.seconds)))]
    elif refused.code is Code.BUSY:
        headers = [*AGAIN]
    await exchange.refuse(status, refused.code, refused.message, [*SPOKEN, *headers])
