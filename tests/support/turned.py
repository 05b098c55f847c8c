"""`python -m tests.support.turned serve`: `manage.py` with some of its clocks turned.

`TURNED="storage.watch.health.FRESH_SECONDS=0"`: constants of modules, and what they are instead, with blanks between.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import django
from django.core.management import execute_from_command_line

import config  # noqa: F401 - links the newer SQLite before Django looks for one

TURNED = ("-m", "tests.support.turned")
"""The program, for a `Server`."""


def turn(place: str, value: str) -> None:
    """Set the constant."""
    module, _, name = place.rpartition(".")
    before = getattr(import_module(module), name)
    setattr(sys.modules[module], name, type(before)(value))


def main() -> None:
    """Turn the clocks, then do what `manage.py` does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for word in os.environ["TURNED"].split():
        turn(*word.split("="))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
