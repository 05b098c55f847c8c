"""One picture: cleaned, turned upright, measured, and made small."""

from __future__ import annotations

import base64
import mmap
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    ImageSequence,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from chat.pictures.child.parts import OF_FORMAT, Notes

FORMATS = {
    "image/jpeg": JpegImagePlugin.JpegImageFile.format,
    "image/png": PngImagePlugin.PngImageFile.format,
    "image/gif": GifImagePlugin.GifImageFile.format,
    "image/webp": WebPImagePlugin.WebPImageFile.format,
    "image/avif": AvifImagePlugin.AvifImageFile.format,
}
THUMB_SIDE = 640
PREVIEW_SIDE = 16
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SCREEN = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True, slots=True)
class Developed:
    """A picture as others see it: upright. `preview` is a `data:` URL of a few dozen pixels."""

    width: int
    height: int
    preview: str


def clean(form: str, source: IO[bytes], cleaned: IO[bytes]) -> Notes:
    """Write what others may get of the picture, but for turning it.

    Raises:
        Exception: of any kind: it is no such picture, or not a whole one. What was written is worth nothing.
    """
    notes = Notes()
    if form == "AVIF":
        _avif(source, cleaned)
        return notes
    with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as whole, memoryview(whole) as data:
        for part in OF_FORMAT[form](data, notes):
            cleaned.write(part)
            if isinstance(part, memoryview):
                part.release()  # the map cannot be closed before
    cleaned.flush()
    return notes


def develop(form: str, notes: Notes, cleaned: IO[bytes], thumb: IO[bytes]) -> Developed:
    """Turn the picture that `clean` wrote upright, and write a small WebP of it to `thumb`.

    Raises:
        Exception: of any kind: it cannot be decoded, or has too many pixels. `cleaned` is as it was.
    """
    if notes.orientation in _TURNS:
        _turn(form, _TURNS[notes.orientation], cleaned)
    with _open(form, cleaned) as picture:
        size = picture.size
        small = _small(picture)
    small.save(thumb, "WEBP", quality=80, method=2)
    return Developed(*size, _preview(small))


def _open(form: str, file: IO[bytes]) -> Image.Image:
    file.seek(0)
    return Image.open(file, formats=[form])


def _avif(source: IO[bytes], cleaned: IO[bytes]) -> None:
    """Where its notes lie is told by offsets into all of it: it is encoded anew, upright."""
    with _open("AVIF", source) as picture:
        if getattr(picture, "is_animated", False):
            shown = []
            for frame in ImageSequence.Iterator(picture):
                frame.load()
                shown.append(frame.info["duration"])
            _save(picture, "AVIF", cleaned, save_all=True, duration=shown, quality=90, speed=8)
        else:
            _save(ImageOps.exif_transpose(picture), "AVIF", cleaned, quality=90, speed=8)


def _save(picture: Image.Image, form: str, file: IO[bytes], **options: object) -> None:
    """Encode it with its colour profile and without anything else that came with it."""
    picture.save(file, form, icc_profile=picture.info.get("icc_profile"), exif=b"", xmp=b"", **options)
    file.flush()


def _turn(form: str, way: Image.Transpose, cleaned: IO[bytes]) -> None:
    """Encode it anew, as near to what it was as the format allows. Animations are left as they are."""
    with _open(form, cleaned) as picture:
        if getattr(picture, "is_animated", False):
            return
        picture.load()
        turned = picture.transpose(way)
        options: dict[str, object] = {}
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            options = {"qtables": picture.quantization, "subsampling": JpegImagePlugin.get_sampling(picture)}
        elif form == "WEBP":
            options = {"quality": 90}
    encoded = BytesIO()  # what is there stays until this is whole
    _save(turned, form, encoded, **options)
    cleaned.seek(0)
    cleaned.truncate()
    cleaned.write(encoded.getbuffer())
    cleaned.flush()


def _small(picture: Image.Image) -> Image.Image:
    """At most `THUMB_SIDE` wide and high, and in the colours of a screen."""
    picture.draft(picture.mode, (2 * THUMB_SIDE, 2 * THUMB_SIDE))  # a JPEG need not be decoded in full
    picture.load()
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):  # sixteen bits of grey: Pillow would cut off the upper ones
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    elif picture.mode not in {"L", "RGB", "RGBA", "CMYK"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE), reducing_gap=2.0)
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            there = ImageCms.ImageCmsProfile(BytesIO(profile))
            seen = ImageCms.profileToProfile(picture, there, _SCREEN, outputMode=wanted)
        except (ImageCms.PyCMSError, OSError):  # it is none, or one for other colours
            seen = None
        picture = seen or picture
    picture = picture.convert(wanted)
    picture.info = {}
    return picture


def _preview(small: Image.Image) -> str:
    tiny, encoded = small.copy(), BytesIO()
    tiny.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    tiny.save(encoded, "WEBP", quality=20, method=6)
    return "data:image/webp;base64," + base64.b64encode(encoded.getvalue()).decode()
