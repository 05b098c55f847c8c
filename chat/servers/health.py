"""`/healthz`, answered before Django: whoever asks whether the server is well must not wait for what may be ill."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from storage.store import store

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = "/healthz"


class Healthz:
    """200 `{"status": "ok"}` while the database can be read and written; else 503 with the `reasons`, in words.

    Any `Host` and plain HTTP will do: probes come from beside the proxy.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(scope, send, 405, {"status": "ask with GET or HEAD"}, [(b"allow", b"GET, HEAD")])
            return
        reasons = await store.health()
        if reasons:
            await _answer(scope, send, 503, {"status": "failing", "reasons": reasons})
        else:
            await _answer(scope, send, 200, {"status": "ok"})


async def _answer(
    scope: Scope, send: Send, status: int, answer: dict[str, Any], more: list[tuple[bytes, bytes]] | None = None
) -> None:
    body = json.dumps(answer).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *(more or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
