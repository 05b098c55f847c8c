"""`manage.py serve`: the server, on HOST and PORT."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from chat.pages import setup_word
from chat.shared_counts import NotAccepted, shared_counts
from storage.exceptions import Unusable
from storage.store import store

logger = logging.getLogger("chat")


class Command(BaseCommand):
    help = "Run the chat on HOST and PORT (from the environment or .env) until it is stopped."

    def handle(self, **_: Any) -> None:
        try:
            self._prepare()
        except (Unusable, NotAccepted) as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {str(error).splitlines()[0]}") from None
        connections.close_all()  # this thread's would stay open to the end, and what is in the log would stay there
        # Imported only here, and only the one that is wanted: Daphne installs Twisted's reactor.
        server = import_module(f"chat.servers.{settings.SERVER}")
        if not server.run(settings.HOST, settings.PORT, self._ready):
            raise CommandError(
                f"{settings.HOST}:{settings.PORT} cannot be listened on. Is another server there? Try PORT=8001."
            )

    def _prepare(self) -> None:
        try:
            store.prepare()
        except OSError as error:  # a full disk, say: who is only to read is served all the same
            logger.error("What lies beside the database cannot be written, trying again: %s", error)
        shared_counts.check()
        setup_word.announce()

    def _ready(self, host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Posthorn is at http://{shown}:{port} (stop it with Ctrl-C)")
        self.stdout.flush()
