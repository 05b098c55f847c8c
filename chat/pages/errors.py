"""Pages for what went wrong. What is only for now (a database that cannot be used, too many passwords at once) is no
mistake of ours, nor of the visitor."""

from __future__ import annotations

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from chat.api.endpoint import refusal
from chat.hashing import Busy
from chat.protocol import Code
from chat.unavailable import trouble_with_storage

BUSY_SECONDS = 5
STORAGE_SECONDS = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """What a view or a middleware raised. Django calls this while it handles the exception, and logs it."""
    error = sys.exception()
    if isinstance(error, Busy):
        return _come_again(render(request, "frontend/busy.html", status=503), BUSY_SECONDS)
    return _without_storage(request) if trouble_with_storage(error) else defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that makes no sense; Django takes a session that could not be stored for one as well."""
    return _without_storage(request) if trouble_with_storage(exception) else defaults.bad_request(request, exception)


def _without_storage(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        response = refusal(Code.STORAGE, "the database cannot answer just now, try again")
    else:
        # Without the request: what pages say of the visitor may be in the database.
        response = HttpResponse(render_to_string("503.html", {"site_name": settings.SITE_NAME}), status=503)
    return _come_again(response, STORAGE_SECONDS)


def _come_again(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    return response
