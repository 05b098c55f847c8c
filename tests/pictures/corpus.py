"""Pictures as cameras make them, and files as enemies do."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageDraw

MAKER = "Tattletale 9000"
"""Stands in everything that a camera or an editor notes, and in nothing that others may get."""

XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{MAKER} 52.5 13.4</x:xmpmeta>".encode()
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>"


def exif(orientation: int = 1) -> bytes:
    """Who took it, with what, and where."""
    notes = Image.Exif()
    notes[ExifTags.Base.Make] = MAKER
    notes[ExifTags.Base.Orientation] = orientation
    gps = notes.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (52.0, 31.0, 12.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (13.0, 24.0, 18.0)
    return notes.tobytes()


def drawing(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Red in its upper left corner, blue in its lower right one."""
    picture = Image.new(mode, (width, height), "green")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 3, height // 3), "red")
    draw.rectangle((width * 2 // 3, height * 2 // 3, width, height), "blue")
    return picture


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def photo(form: str, orientation: int = 1, picture: Image.Image | None = None) -> bytes:
    """One with all that cameras note, in every way that the format knows."""
    options: dict[str, Any] = {"exif": exif(orientation), "icc_profile": PROFILE}
    picture = picture or drawing()
    if form == "GIF":
        return with_gif_xmp(encoded(picture, form, comment=MAKER.encode()))
    if form in {"WEBP", "AVIF"}:
        return encoded(picture, form, xmp=XMP, **options)
    if form == "JPEG":
        return with_jpeg_notes(encoded(picture, form, xmp=XMP, comment=MAKER.encode(), **options))
    return with_png_notes(encoded(picture, form, **options))


def with_jpeg_notes(jpeg: bytes) -> bytes:
    """IPTC, a maker's own segment, and a second picture behind the first, as telephones append it."""
    iptc = b"Photoshop 3.0\0" + MAKER.encode()
    mpf = b"MPF\0II*\0\x08\0\0\0" + b"\0\0" + MAKER.encode()
    segments = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body
        for marker, body in ((0xED, iptc), (0xE2, mpf), (0xEF, MAKER.encode()))
    )
    return jpeg[:2] + segments + jpeg[2:] + b"\xff\xd8\xff\xfe\0\x11" + MAKER.encode() + b"\xff\xd9"


def chunk(name: bytes, body: bytes) -> bytes:
    """One of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_png_notes(png: bytes) -> bytes:
    """Text in its three ways, the time, and a chunk of nobody knows whose."""
    text = MAKER.encode()
    notes = chunk(b"tEXt", b"Author\0" + text) + chunk(b"zTXt", b"Place\0\0" + zlib.compress(text))
    notes += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP) + chunk(b"tIME", b"\x07\xe8\x01\x01\0\0\0")
    return png[:33] + notes + chunk(b"maKr", text) + png[33:] + text


def with_gif_xmp(gif: bytes) -> bytes:
    """XMP as Adobe puts it: no blocks, and at its end a slide that every reader of blocks comes down."""
    slide = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return gif[:-1] + b"\x21\xff\x0bXMP DataXMP" + XMP + slide + b";" + MAKER.encode()


def moving(form: str) -> bytes:
    """Three frames of different lengths, repeated twice after the first time where the format can say so."""
    frames = [drawing().rotate(30 * turn) for turn in range(3)]
    options = {"save_all": True, "append_images": frames[1:], "duration": [100, 200, 300]}
    if form != "AVIF":
        options["loop"] = 2
    return encoded(frames[0], form, **options)


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """Ten kilobytes that claim to be 2,500 megapixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_bomb() -> bytes:
    """A photo that claims to be larger than it is."""
    jpeg = photo("JPEG", 6)
    at = jpeg.index(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", 50_000, 50_000) + jpeg[at + 9 :]
