"""Sessions that are stored together with what they belong to."""

from __future__ import annotations

from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse


def store_session(request: HttpRequest, response: HttpResponse) -> None:
    """Store the session now, in the transaction that is open, instead of after the view; `response` tells the browser.

    Raises:
        SessionInterrupted, DatabaseError: it could not be stored.
    """
    SessionMiddleware(lambda _: response).process_response(request, response)
    request.session.modified = False
