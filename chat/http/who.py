"""Who asks, and whether it was they who wanted it: the seam where a request becomes somebody's."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from channels.auth import get_user
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.middleware.csrf import CsrfViewMiddleware

from chat.queries.credentials import Credential, credential_of

Scope = dict[str, Any]


async def who(scope: Scope) -> Credential | None:
    """What this request came in with: the session of a browser. None for a visitor.

    Raises:
        DatabaseError: the database cannot say just now.
    """
    session = SessionStore(_cookies(scope).get(settings.SESSION_COOKIE_NAME))
    user = await get_user({"session": session})
    return credential_of(user, session)


def is_wanted(scope: Scope) -> bool:
    """Whether it is a page of ours that sent this, by Django's rules: it knows the token (`X-CSRFToken`).

    To be asked before something is changed that a cookie pays for: the browser sends that along from anywhere.
    """
    # Of no method that Django would look for a token in the body of.
    request = ASGIRequest({**scope, "method": "PATCH"}, BytesIO())
    check = _Check(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {}) is None


class _Check(CsrfViewMiddleware):
    """Django's check, without the page that it shows."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002 - theirs
        return HttpResponse(status=403)


def _nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - theirs
    return HttpResponse()


def _cookies(scope: Scope) -> dict[str, str]:
    lines = [value.decode("latin1") for name, value in scope["headers"] if name == b"cookie"]
    return parse_cookie("; ".join(lines))
