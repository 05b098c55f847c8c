"""What every address has in common: who asks and how often, what was sent, and how a refusal looks."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict

from chat import protocol
from chat.actions.refused import Refused
from chat.limits import Allowance, TokenBucket
from chat.live import process
from chat.protocol import Code, FrameError, fields
from chat.queries.credentials import Credential, credential_of
from storage.exceptions import StorageError

logger = logging.getLogger("chat")

STATUS = {
    Code.BAD_FRAME: 400,
    Code.TOO_LARGE: 413,
    Code.NOT_FOUND: 404,
    Code.FORBIDDEN: 403,
    Code.CONFLICT: 409,
    Code.NOT_READY: 409,
    Code.ORDER: 409,
    Code.BUSY: 503,
    Code.RATE_LIMITED: 429,
    Code.STORAGE: 503,
}
READING = {"GET", "HEAD"}

T = TypeVar("T")


class TooOften(Refused):
    """This person asks too much; after so many seconds they may again."""

    def __init__(self, seconds: float, message: str) -> None:
        super().__init__(Code.RATE_LIMITED, message)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for."""

    credential: Credential
    allowance: Allowance
    query: QueryDict
    body: bytes

    @property
    def user(self) -> int:
        """The id of whoever asks."""
        return self.credential.user

    def read(self, shape: type[T]) -> T:
        """The JSON object that was sent, as an instance of the shape (`chat.protocol.shapes`).

        Raises:
            FrameError: it is none, or a field is missing or not what it must be.
        """
        try:
            text = self.body.decode()
        except UnicodeDecodeError:
            raise FrameError(Code.BAD_FRAME, "what was sent is not UTF-8") from None
        return protocol.read(shape, protocol.parse(text))

    def number(self, name: str) -> int | None:
        """A number in the address's query, or None where it is not there."""
        text = self.query.get(name)
        if not text:
            return None
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text
        number: int = protocol.checked(name, value, fields.id_)
        return number


View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def answer(json_text: str, status: int = 200) -> HttpResponse:
    """JSON that the database built, or an encoded object."""
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(json_text, status=status, content_type="application/json", headers=headers)


def refusal(code: Code, message: str, status: int | None = None) -> HttpResponse:
    """Why not, for programs and for people."""
    return answer(json.dumps({"code": code, "message": message}), status or STATUS[code])


def take(bucket: TokenBucket, amount: float = 1.0, message: str = "slow down a little") -> None:
    """Count one more, or so much.

    Raises:
        TooOften: there have been too many; it says so in this message.
    """
    wait = bucket.take(amount)
    if wait:
        raise TooOften(wait, message)


def endpoint(**handlers: View) -> View:
    """The view of an address: a handler for each method. Each gets a `Request` and what stands in the path."""

    async def view(request: HttpRequest, **path: int) -> HttpResponse:
        handler = handlers.get("GET" if request.method in READING else str(request.method))
        if handler is None:
            response = refusal(Code.BAD_FRAME, f"{request.method} is not for this address", 405)
            response["Allow"] = ", ".join(handlers)
            return response
        credential = credential_of(await request.auser(), request.session)
        if credential is None:
            return refusal(Code.FORBIDDEN, "log in first", 401)
        try:
            return await _answer(handler, request, credential, path)
        except (Refused, FrameError) as refused:
            response = refusal(refused.code, refused.message)
            if isinstance(refused, TooOften):
                response["Retry-After"] = str(math.ceil(refused.seconds))
            return response
        except (StorageError, DatabaseError) as error:
            logger.warning("%s could not be answered: %s: %s", request.path, type(error).__name__, error)
            return refusal(Code.STORAGE, "the database cannot answer just now, try again")

    return view


async def _answer(handler: View, request: HttpRequest, credential: Credential, path: dict[str, int]) -> HttpResponse:
    try:
        body = request.body
    except RequestDataTooBig:
        raise FrameError(Code.TOO_LARGE, "what was sent is too large") from None
    if any(number > fields.MAX_ID for number in path.values()):
        raise Refused(Code.NOT_FOUND, "there is no such room")
    allowance = process.allowances.of(credential.user)
    take(allowance.frames)
    if request.method not in READING:
        take(allowance.changes)
    return await handler(Request(credential, allowance, request.GET, body), **path)
