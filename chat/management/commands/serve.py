"""`manage.py serve`: the server, on HOST and PORT."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Run the chat on HOST and PORT (from the environment or .env) until it is stopped."

    def handle(self, **_: Any) -> None:
        from chat.server import make_server  # noqa: PLC0415 - installs Twisted's reactor

        server = make_server(settings.HOST, settings.PORT, self._ready)
        server.run()
        if server.abort_start:
            raise CommandError(
                f"{settings.HOST}:{settings.PORT} cannot be listened on. Is another server there? Try PORT=8001."
            )

    def _ready(self, server: Any) -> None:
        for host, port in server.listening_addresses:
            shown = f"[{host}]" if ":" in host else host
            self.stdout.write(f"Posthorn is at http://{shown}:{port} (stop it with Ctrl-C)")
        self.stdout.flush()
