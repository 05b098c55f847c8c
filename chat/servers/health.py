"""`/healthz` and `/readyz`, answered before Django: whoever asks how the server is must not wait for what may be ill.

Two questions, because two things follow. To `/healthz` a no means "start this process anew, or see to its machine"; to
`/readyz` it means "send people elsewhere for now".
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from chat.servers.draining import GOING, draining
from storage.store import store

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def ails() -> list[str]:
    """What ails this process or its machine, in words; nothing if all is well. A database elsewhere is neither."""
    return await store.health() if store.is_here() else []


async def hinders() -> list[str]:
    """What keeps this process from serving people well, in words; nothing if they are welcome."""
    return [*([GOING] if draining.begun else []), *await store.health()]


QUESTIONS: dict[str, tuple[str, Callable[[], Awaitable[list[str]]]]] = {
    "/healthz": ("failing", ails),
    "/readyz": ("not ready", hinders),
}


class Probes:
    """200 `{"status": "ok"}`, or 503 with the `reasons`, in words.

    Any `Host` and plain HTTP will do: probes come from beside the proxy.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["path"] not in QUESTIONS:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(scope, send, 405, {"status": "ask with GET or HEAD"}, [(b"allow", b"GET, HEAD")])
            return
        no, ask = QUESTIONS[scope["path"]]
        reasons = await ask()
        if reasons:
            await _answer(scope, send, 503, {"status": no, "reasons": reasons})
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
