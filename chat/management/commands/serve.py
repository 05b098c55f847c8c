"""`manage.py serve`: the server, on HOST and PORT."""

from __future__ import annotations

from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chat.protocol import MAX_FRAME_BYTES


class Command(BaseCommand):
    help = "Run the chat on HOST and PORT (from the environment or .env) until it is stopped."

    def handle(self, **_: Any) -> None:
        # Importing Daphne installs Twisted's reactor: only a process that serves wants that.
        from daphne.endpoints import build_endpoint_description_strings  # noqa: PLC0415
        from daphne.server import Server  # noqa: PLC0415

        server: Any = Server(
            get_default_application(),
            endpoints=build_endpoint_description_strings(host=settings.HOST, port=settings.PORT),
            ready_callable=lambda: self._ready(server),
            websocket_max_message_size=MAX_FRAME_BYTES,
            websocket_max_frame_size=MAX_FRAME_BYTES,
            websocket_timeout=-1,
            server_name="",
        )
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
