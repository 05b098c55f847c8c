"""Rollout flags: which share of the work takes a new path. Set in the database, heeded within two seconds.

The known flags are `settings.ROLLOUT_FLAGS`, a dict from name to what the flag does. `sqlite_workers` is read by the
store itself; `settings.STORAGE_WORKERS`, when it is not None, beats the database for that one.
"""

from __future__ import annotations

import asyncio
import logging
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, transaction

from storage.exceptions import FileLost

logger = logging.getLogger("storage")

FRESH_SECONDS = 1.0
STALE_SECONDS = 1.8
NEVER = float("-inf")


class UnknownFlag(LookupError):
    """No rollout flag of this name is known to the settings."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown rollout flag {name!r}; known are: {', '.join(sorted(settings.ROLLOUT_FLAGS))}")
        self.name = name


def check_name(name: str) -> None:
    """Raise `UnknownFlag` unless the settings know this flag."""
    if name not in settings.ROLLOUT_FLAGS:
        raise UnknownFlag(name)


class Flags:
    """This process's copy of the flags, read from the database at most once a second."""

    def __init__(self) -> None:
        self._percents: dict[str, int] = {}
        self._asked_at = self._read_at = NEVER
        self._refresh: asyncio.Future[None] | None = None
        self._failing = self._closed = False
        # A thread of its own: a flag must be heeded even while the stock path's one thread is stuck.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storage flags")

    async def refresh(self) -> None:
        """Have the flags read again if the copy is older than a second.

        Waits for the answer only where the copy is too old to be used meanwhile: at the start and after idling.
        """
        now = time.monotonic()
        if self._closed or (now - self._asked_at < FRESH_SECONDS and self._read_at != NEVER):
            return
        if self._refresh is None or self._refresh.done() or self._refresh.get_loop() is not asyncio.get_running_loop():
            self._asked_at = now
            self._refresh = asyncio.ensure_future(self._load())
        if now - self._read_at > STALE_SECONDS:
            await asyncio.shield(self._refresh)  # others wait for it too

    def close(self) -> None:
        """End the thread. The last known flags stay."""
        self._closed = True
        self._thread.shutdown()

    async def _load(self) -> None:
        try:
            read = database_sync_to_async(self._read, thread_sensitive=False, executor=self._thread)
            self._percents = await read()
            self._failing = False
        except FileLost:
            pass  # said already
        except DatabaseError as error:
            if not self._failing:
                logger.warning("rollout flags could not be read, the last known ones stay: %s", error)
            self._failing = True
        self._read_at = time.monotonic()

    @staticmethod
    def _read() -> dict[str, int]:
        from storage.models import RolloutFlag  # noqa: PLC0415 - models exist only once apps are ready

        return dict(RolloutFlag.objects.values_list("name", "percent"))

    def percent(self, name: str) -> int:
        """For how many percent of its keys the flag is on."""
        if name == "sqlite_workers" and settings.STORAGE_WORKERS is not None:
            return 100 if settings.STORAGE_WORKERS else 0
        return self._percents.get(name, 100)

    def is_on(self, name: str, key: object) -> bool:
        """Whether the flag is on for this key; the same key gets the same answer while the percentage stays."""
        percent = self.percent(name)
        if percent in {0, 100}:
            return percent == 100
        return zlib.crc32(f"{name}:{key}".encode()) % 100 < percent


def set_percent(name: str, percent: int, *, by: str, reason: str = "") -> None:
    """Turn a flag (synchronous, for commands and the admin) and keep a record of who did it and why.

    Raises:
        UnknownFlag: the settings do not know it.
        ValueError: `percent` is not within 0 to 100.
    """
    from storage.models import RolloutChange, RolloutFlag  # noqa: PLC0415 - models exist only once apps are ready

    check_name(name)
    if not 0 <= percent <= 100:
        raise ValueError(f"a percentage is within 0 to 100, not {percent}")
    with transaction.atomic():
        flag, _ = RolloutFlag.objects.get_or_create(name=name)
        RolloutChange.objects.create(flag=name, old_percent=flag.percent, new_percent=percent, by=by, reason=reason)
        flag.percent = percent
        flag.save()
