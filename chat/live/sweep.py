"""What nobody needs any more goes from the disk: files that were never sent, and those of messages that went."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from django.db import DatabaseError

from chat.actions import contents
from chat.actions.files import remove_old_unsent
from chat.files import parts
from chat.files.blobs import blobs
from chat.queries.uploads import KEEP_UNSENT_HOURS
from storage.exceptions import PoolClosed, StorageError
from storage.store import store

logger = logging.getLogger("chat")

EVERY_SECONDS = 60.0
AT_ONCE = 100

# Of a part that is older no row is left: it was begun after its row, and was let be for so long.
_OLD_PART_SECONDS = (KEEP_UNSENT_HOURS + 1) * 3600.0


class Sweep:
    """This process's. Several processes may do it at once: each finds what the others have left."""

    def __init__(self) -> None:
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin: now, and then every `EVERY_SECONDS`."""
        if self._task is None or self._task.done():
            self._wanted.set()
            self._task = asyncio.ensure_future(self._go_on())

    def soon(self) -> None:
        """Something has become needless."""
        self._wanted.set()

    async def _go_on(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._wanted.wait()
            self._wanted.clear()
            try:
                await sweep()
            except PoolClosed:
                return
            except (StorageError, DatabaseError, OSError) as error:
                logger.warning("what nobody needs stays on the disk for now: %s", type(error).__name__)


async def sweep() -> None:
    """Once.

    Raises:
        StorageError, DatabaseError, OSError: not now. What was done is done, the rest is found the next time.
    """
    gone = [""] * AT_ONCE
    while len(gone) == AT_ONCE:
        gone = await store.transaction(remove_old_unsent, AT_ONCE)
        for upload in gone:
            await parts.run(parts.remove, upload)
    for upload in await parts.run(parts.older_than, _OLD_PART_SECONDS):
        await parts.run(parts.remove, upload)
    while doomed := await store.read(contents.doomed, AT_ONCE):
        for content in doomed:
            await parts.run(blobs.delete, content.key)
        # Only now: a row that is left of bytes that are gone does no harm, bytes without a row would stay for ever.
        await store.transaction(contents.forget, [content.id for content in doomed])
