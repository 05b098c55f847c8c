"""`manage.py protocol`: writes what follows from the declaration of the frames."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from chat.protocol.export.schema import schema
from chat.protocol.export.tables import with_tables
from chat.protocol.export.typescript import declarations

WRITTEN: dict[str, Callable[[str], str]] = {
    "docs/protocol.md": with_tables,
    "docs/protocol.schema.json": lambda _: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
    "frontend/static/frontend/js/connection/frames.d.ts": lambda _: declarations(),
}
"""The files, and what each becomes, given what stands in it."""


class Command(BaseCommand):
    help = "Write the protocol's schema, tables and types anew, after chat/protocol/ has changed."

    def handle(self, **_: Any) -> None:
        for name, written in WRITTEN.items():
            path = Path(settings.BASE_DIR) / name
            before = path.read_text() if path.exists() else ""
            after = written(before)
            if after != before:
                path.write_text(after)
                self.stdout.write(f"{name} is written anew")
