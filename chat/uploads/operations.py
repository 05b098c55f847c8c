"""What one can do with uploads: a function for each of tus' requests, which looks up whether it is one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from chat.actions import uploads as actions
from chat.actions.files import remove_unsent
from chat.actions.uploads import Full, Wanted
from chat.files import parts
from chat.files.parts import Part, Taken
from chat.http.exchange import Exchange
from chat.live import process
from chat.protocol import Code
from chat.queries.uploads import Upload, find
from chat.uploads.answers import BASE, SPOKEN, Answered, description, facts, no_such_upload, progress
from chat.uploads.finishing import finish, was_kept
from chat.uploads.headers import number, read_checksum, read_metadata
from chat.uploads.taking import take
from chat.uploads.writers import Writers
from storage.store import store

BODY = "application/offset+octet-stream"
MEGABYTE = 1024 * 1024

writers = Writers()


async def begin(exchange: Exchange, user: int) -> None:
    """POST: begin an upload, with its first bytes if there are any."""
    length = number("Upload-Length", exchange.header("Upload-Length"))
    said = read_metadata(exchange.header("Upload-Metadata"))
    _check_length(length)
    if exchange.length != 0:
        _check_body(exchange, length)
    if await parts.run(parts.free) < length:
        raise Full("the disk of this server is full")
    wanted = Wanted(said.upload_id, said.room, said.name, said.declared, length, said.description)
    upload = await _find(user, await store.transaction(actions.begin, user, wanted))
    offset = await _come_so_far(upload)
    if offset == 0 and (exchange.length != 0 or length == 0):
        offset = await _write(exchange, user, upload, 0)
    await exchange.answer(201, [("Location", BASE + upload.id), *progress(upload, offset)])


async def tell_offset(exchange: Exchange, user: int, upload_id: str) -> None:
    """HEAD: where to go on."""
    upload = await _find(user, upload_id)
    await exchange.answer(200, description(upload, await _come_so_far(upload)))


async def tell(exchange: Exchange, user: int, upload_id: str) -> None:
    """GET: what it is."""
    offset = await _come_so_far(await _find(user, upload_id))
    upload = await _find(user, upload_id)  # it may have been finished just now
    await exchange.say(200, facts(upload, offset), SPOKEN)


async def go_on(exchange: Exchange, user: int, upload_id: str) -> None:
    """PATCH: the next bytes."""
    offset = number("Upload-Offset", exchange.header("Upload-Offset"))
    upload = await _find(user, upload_id)
    _check_body(exchange, upload.bytes - offset)
    offset = await _write(exchange, user, upload, offset)
    await exchange.answer(204, progress(upload, offset))


async def end(exchange: Exchange, user: int, upload_id: str) -> None:
    """DELETE: forget it."""
    upload = await _find(user, upload_id)
    if not await store.transaction(remove_unsent, [upload.id]):
        raise Answered(409, Code.CONFLICT, "it was sent: delete its message")
    await parts.run(parts.remove, upload.id)
    process.sweep.soon()
    await exchange.answer(204, SPOKEN)


async def _find(user: int, upload_id: str) -> Upload:
    upload = await find(user, upload_id)
    if upload is None:
        raise no_such_upload()
    return upload


def _check_length(length: int) -> None:
    if length > settings.MAX_FILE_MB * MEGABYTE:
        raise Answered(413, Code.TOO_LARGE, f"a file may have {settings.MAX_FILE_MB} MB here")


def _check_body(exchange: Exchange, most: int) -> None:
    if exchange.header("Content-Type") != BODY:
        raise Answered(415, Code.BAD_FRAME, f"Content-Type must be {BODY}")
    if exchange.length is not None and exchange.length > max(most, 0):
        raise Answered(413, Code.TOO_LARGE, "that is more than the rest of the upload")


async def _come_so_far(upload: Upload) -> int:
    """The offset. Of what is whole the last steps are taken, if nobody has taken them."""
    if upload.finished or await was_kept(upload):
        return upload.bytes
    size = await parts.run(parts.size_of, upload.id)
    if size == upload.bytes:
        async with _part(upload) as part:
            if part is not None:
                await finish(upload)
    return size


async def _write(exchange: Exchange, user: int, upload: Upload, offset: int) -> int:
    """Take what is sent at this offset; returns the next one."""
    checksum = read_checksum(exchange.header("Upload-Checksum"))
    with writers.one_more(user):
        async with _part(upload) as part:
            size = upload.bytes if part is None else part.size
            if size != offset:
                raise Answered(409, Code.CONFLICT, f"the upload is at {size}", ("Upload-Offset", str(size)))
            if part is None:
                return size
            with writers.at(upload.id, exchange):
                await take(exchange, part, upload, checksum)
            if part.size == upload.bytes:
                await finish(upload)
            return part.size


@asynccontextmanager
async def _part(upload: Upload) -> AsyncIterator[Part | None]:
    """What has come of it, to be written by nobody else; None if it is finished."""
    if upload.finished:
        yield None
        return
    try:
        part = await parts.run(Part, upload.id)
    except Taken:
        writers.make_way(upload.id)
        raise Answered(423, Code.BUSY, "somebody writes to this upload just now", ("Retry-After", "1")) from None
    try:
        yield part if part.size or await _is_new(upload) else None
    finally:
        await parts.run(part.close)


async def _is_new(upload: Upload) -> bool:
    """Of what is empty: whether it was not finished, or removed, since we looked."""
    now = await find(upload.owner, upload.id)
    if now is not None and not now.finished and not await was_kept(now):
        return True
    await parts.run(parts.remove, upload.id)
    if now is None:
        raise no_such_upload()
    return False
