"""The body of a PATCH, on its way to the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator

from chat.actions.refused import Refused
from chat.files import parts
from chat.files.parts import Part, Unchecked
from chat.http.exchange import Exchange, Gone, Interrupted
from chat.protocol import Code
from chat.queries.uploads import Upload
from chat.uploads.answers import Answered
from chat.uploads.headers import Checksum

PIECE_BYTES = 1024 * 1024


async def take(exchange: Exchange, part: Part, upload: Upload, checksum: Checksum | None) -> None:
    """Append what is sent, up to the upload's length. What has come is kept, however it ends; with a checksum all of it
    is, or nothing.

    Raises:
        Gone: it was cut off.
        Refused: `too_large` when there is more; the checksum is another one; somebody else goes on with the upload.
        OSError: the disk does not want it, or has no room for more.
    """
    try:
        if checksum is None:
            await _take(exchange, part, upload.bytes)
        else:
            await _take_checked(exchange, part, upload, checksum)
    except Interrupted:
        raise Answered(409, Code.CONFLICT, "another request goes on with this upload") from None


async def _take(exchange: Exchange, part: Part, length: int) -> None:
    try:
        async for piece in _pieces(exchange):
            _check(part.size + len(piece), length)
            await parts.run(part.append, piece)
    finally:
        await parts.run(part.sync)


async def _take_checked(exchange: Exchange, part: Part, upload: Upload, checksum: Checksum) -> None:
    unchecked = await parts.run(Unchecked, upload.id, checksum.algorithm)
    try:
        async for piece in _pieces(exchange):
            _check(part.size + unchecked.size + len(piece), upload.bytes)
            await parts.run(unchecked.append, piece)
        if unchecked.digest() != checksum.digest:
            raise Answered(460, Code.BAD_FRAME, "what came is not what its checksum says")
        await parts.run(part.append_checked, unchecked)
    finally:
        await parts.run(unchecked.close)


def _check(size: int, length: int) -> None:
    if size > length:
        raise Refused(Code.TOO_LARGE, f"the upload is only {length} bytes long")


async def _pieces(exchange: Exchange) -> AsyncIterator[bytes]:
    """The body in large pieces. What had come of one when the client left is one as well."""
    gathered = bytearray()
    cut: Gone | Interrupted | None = None
    try:
        async for some in exchange.body():
            gathered += some
            if len(gathered) >= PIECE_BYTES:
                yield bytes(gathered)
                gathered.clear()
    except (Gone, Interrupted) as error:
        cut = error
    if gathered:
        yield bytes(gathered)
    if cut is not None:
        raise cut
