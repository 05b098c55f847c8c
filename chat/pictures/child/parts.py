"""What of a picture's file is kept, format by format: what it needs to be seen, and nothing about who took it where.

Each function walks the file's own structure to its end and yields what stays. So the picture itself, animations too,
stays as it was sent, bit by bit; cameras' and editors' notes, comments and whatever follows the end do not.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

from PIL import Image

ORIENTATION = 0x0112  # Exif's number for it


class Broken(Exception):
    """The file ends too early, or is not made as its format says."""


class Notes:
    """What is not kept of a picture, but has to be heeded."""

    orientation = 1
    """Which way up it is, as Exif counts: 1 is upright."""

    def read(self, exif: bytes) -> None:
        """Take it from the file's Exif, which everybody writes and everybody reads by guessing."""
        found = Image.Exif()
        try:
            found.load(exif)
            self.orientation = int(found.get(ORIENTATION, 1))
        except Exception:  # noqa: BLE001 - unreadable is as good as none
            self.orientation = 1


Parts = Callable[[memoryview, Notes], Iterator[bytes | memoryview]]

# JPEG: markers, most of them with a length (ITU T.81, annex B).

_MARKER = re.compile(rb"\xff[^\x00\xff]")
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _SCAN, _JFIF, _EXIF, _ICC, _ADOBE = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_ALONE = {0x01, *range(0xD0, 0xD8)}
_TABLES = {*range(0xC0, 0xD0), *range(0xDA, 0xE0)} - {0xC8}


def jpeg(data: memoryview, notes: Notes) -> Iterator[bytes | memoryview]:
    """Frames, tables and scans; JFIF without its small picture, Adobe's word on colours, the colour profile, and which
    way up a picture is that does not stand upright."""
    yield b"\xff\xd8"
    at = 2
    while found := _MARKER.search(data, at):
        at, marker = found.start(), data[found.start() + 1]
        if marker == _END:
            yield b"\xff\xd9"
            return
        end = at + 2 if marker in _ALONE else at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if end > len(data):
            break
        yield from _segment(marker, data[at:end], notes)
        if marker == _SCAN:
            scanned = _END_OF_SCAN.search(data, end)
            if not scanned:
                break
            yield data[end : scanned.start()]
            end = scanned.start()
        at = end
    raise Broken("it ends too early")


def _segment(marker: int, segment: memoryview, notes: Notes) -> Iterator[bytes | memoryview]:
    body = bytes(segment[4:])
    if marker in _TABLES or (marker == _ICC and body[:12] == b"ICC_PROFILE\0"):
        yield segment
    elif marker == _JFIF and body[:5] == b"JFIF\0" and len(body) >= 14:
        yield b"\xff\xe0\x00\x10" + body[:12] + b"\0\0"
    elif marker == _ADOBE and body[:5] == b"Adobe" and len(body) >= 12:
        yield b"\xff\xee\x00\x0e" + body[:12]
    elif marker == _EXIF and body[:6] == b"Exif\0\0":
        notes.read(body)
        if notes.orientation != 1:  # until the picture is turned, if it can be
            upright = Image.Exif()
            upright[ORIENTATION] = notes.orientation
            exif = upright.tobytes()
            yield b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif


# PNG: chunks with a length, a name and a checksum (the third edition has animations).

_PNG_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"pHYs"),
    *(b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI"),
}


def png(data: memoryview, notes: Notes) -> Iterator[bytes | memoryview]:
    """The picture, its palette, animation, and how its colours are meant."""
    yield data[:8]
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            break
        name = bytes(data[at + 4 : at + 8])
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            raise Broken("a checksum is wrong")
        if name in _PNG_KEPT:
            yield data[at:end]
        elif name == b"eXIf":
            notes.read(bytes(data[at + 8 : end - 4]))
        if name == b"IEND":
            return
        at = end
    raise Broken("it ends too early")


# GIF: blocks, each a chain of up to 255 bytes at a time (GIF89a; loops are Netscape's).

_LOOPS = (b"NETSCAPE2.0\x03\x01", b"ANIMEXTS1.0\x03\x01")
_FRAME, _EXTENSION, _TRAILER, _TIMING, _APPLICATION = 0x2C, 0x21, 0x3B, 0xF9, 0xFF


def gif(data: memoryview, notes: Notes) -> Iterator[bytes | memoryview]:  # noqa: ARG001 - it has no Exif
    """Frames, their timing, and how often they are repeated."""
    at = 13 + _colours(data, 10)
    yield data[:at]
    while at < len(data):
        kind = data[at]
        if kind == _TRAILER:
            yield b";"
            return
        if kind == _FRAME:
            end = _end_of_chain(data, at + 11 + _colours(data, at + 9))
            yield data[at:end]
        elif kind == _EXTENSION:
            end = _end_of_chain(data, at + 2)
            yield from _extension(data[at:end])
        else:
            raise Broken("an unknown block")
        at = end
    raise Broken("it ends too early")


def _colours(data: memoryview, at: int) -> int:
    """The length of the table of colours that the flags at this place announce."""
    if at >= len(data):
        raise Broken("it ends too early")
    return 3 << (data[at] & 7) + 1 if data[at] & 0x80 else 0


def _end_of_chain(data: memoryview, at: int) -> int:
    while at < len(data):
        if not data[at]:
            return at + 1
        at += 1 + data[at]
    raise Broken("it ends too early")


def _extension(block: memoryview) -> Iterator[bytes | memoryview]:
    if block[1] == _TIMING:
        yield block
    elif block[1] == _APPLICATION and bytes(block[3:16]) in _LOOPS:
        yield block[:18]
        yield b"\0"


# WebP: RIFF chunks with a name and a length (RFC 9649). Within a frame of an animation are chunks again.

_WEBP_KEPT = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ICCP"}
_ABOUT_NOTES = 0x08 | 0x04  # the flags of VP8X that announce Exif and XMP


def webp(data: memoryview, notes: Notes) -> Iterator[bytes | memoryview]:
    """The picture or the frames, transparency, and the colour profile."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Broken("it ends too early")
    kept = list(_chunks(data[12:end], notes))
    yield b"RIFF" + (4 + sum(map(len, kept))).to_bytes(4, "little") + b"WEBP"
    yield from kept


def _chunks(data: memoryview, notes: Notes) -> Iterator[bytes | memoryview]:
    at = 0
    while at < len(data):
        name, end = bytes(data[at : at + 4]), at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > len(data):
            raise Broken("it ends too early")
        body = data[at + 8 : end]
        if name in _WEBP_KEPT:
            yield _chunk(name, body)
        elif name == b"VP8X":
            yield _chunk(name, bytes([body[0] & ~_ABOUT_NOTES]) + bytes(body[1:]))
        elif name == b"ANMF":
            yield _chunk(name, bytes(body[:16]) + b"".join(_chunks(body[16:], notes)))
        elif name == b"EXIF":
            notes.read(bytes(body))
        at = end + (end & 1)


def _chunk(name: bytes, body: bytes | memoryview) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) & 1)


OF_FORMAT: dict[str, Parts] = {"JPEG": jpeg, "PNG": png, "GIF": gif, "WEBP": webp}
"""AVIF is missing: where its notes lie is told by offsets into the whole file. It is encoded anew."""
