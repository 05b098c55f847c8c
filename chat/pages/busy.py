"""What people see when more passwords wait to be checked than the server takes on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from chat.hashing import Busy

AGAIN_SECONDS = 5


class BusyMiddleware(MiddlewareMixin):
    """Answers 503 for a page that could not have a password hashed, whichever page it was."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that it is worth trying again."""
        if not isinstance(exception, Busy):
            return None
        response = render(request, "frontend/busy.html", status=503)
        response["Retry-After"] = str(AGAIN_SECONDS)
        return response
