"""`python -m tests.support.worse serve`: `manage.py` with workers that are worse than the stock path.

`WORSE=fails`: every third time they take work in hand they fail, as on a file that cannot be reached.
`WORSE=slow`: each time they dawdle.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django
from django.core.management import execute_from_command_line

import config  # noqa: F401 - links the newer SQLite before Django looks for one

DAWDLES_SECONDS = 0.3  # more than a server of one's own may need on a machine that has much else to do
EVERY_THIRD = 3


def spoil(workers: Any, harm: Callable[[], None]) -> None:
    """Do the harm whenever such a worker is about to take work from its queue."""
    work = workers._work

    def worse(self: Any, connection: Any) -> None:
        harm()
        work(self, connection)

    workers._work = worse


def failing() -> Callable[[], None]:
    """Harm that fails every third time."""
    from django.db import OperationalError  # noqa: PLC0415 - after the link above

    turns = itertools.count(1)

    def fail() -> None:
        if next(turns) % EVERY_THIRD == 0:
            raise OperationalError("the workers are worse today")

    return fail


def main() -> None:
    """Spoil the workers, then do what `manage.py` does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from storage.pool.workers import Readers  # noqa: PLC0415 - once there are settings
    from storage.pool.writer import Writer  # noqa: PLC0415

    how = os.environ["WORSE"]
    harm = {"fails": failing, "slow": lambda: lambda: time.sleep(DAWDLES_SECONDS)}[how]
    for workers in (Readers, Writer):
        spoil(workers, harm())
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
