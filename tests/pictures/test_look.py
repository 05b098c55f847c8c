"""What is made of pictures: nothing goes along that their makers did not mean to show, and nothing else changes."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import signal
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps, ImageSequence, ImageStat

from chat.pictures import look as module
from chat.pictures.look import Look, look
from chat.pictures.process import NoAnswer, PictureProcess
from chat.pictures.process import _read as read_answer
from tests.pictures import corpus

# Telephones note more pictures than one in ways that not even Pillow always understands.
pytestmark = pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
FORMS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF"]
Looked = Callable[[bytes], Awaitable[Look]]


@pytest.fixture
def looked(tmp_path) -> Looked:
    """Look at a file of these bytes."""

    async def of(data: bytes, declared: str = "") -> Look:
        part = tmp_path / "part"
        part.write_bytes(data)
        return await look(part, declared)

    return of


@pytest.fixture
def process(monkeypatch) -> Iterator[PictureProcess]:
    """The process, for one that is treated badly."""
    process = PictureProcess(seconds=10)
    monkeypatch.setattr(module, "_process", process)
    yield process
    process.end()


def distance(one: Image.Image, other: Image.Image) -> float:
    """How far apart two pictures of the same size are, 0 to 255 on the average of all pixels."""
    assert one.size == other.size
    found = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB")))
    return max(found.mean)


@pytest.mark.parametrize("form", FORMS)
async def test_a_photo_goes_out_without_what_the_camera_noted(looked, form):
    given = corpus.photo(form)
    assert corpus.MAKER.encode() in given
    seen = await looked(given)
    assert seen.type == f"image/{form.lower()}"
    kept = seen.kept.read_bytes()
    assert corpus.MAKER.encode() not in kept
    assert corpus.MAKER.encode() not in seen.picture.thumb.read_bytes()
    with Image.open(BytesIO(kept)) as picture, Image.open(BytesIO(given)) as before:
        assert not dict(picture.getexif())
        assert picture.info.keys().isdisjoint({"exif", "xmp", "comment", "photoshop"})
        assert picture.format == form
        if form != "GIF":
            assert picture.info["icc_profile"] == corpus.PROFILE
        assert distance(before, picture) <= (3 if form == "AVIF" else 0)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(2, 9))
async def test_a_photo_that_lies_on_its_side_is_set_upright(looked, form, orientation):
    given = corpus.photo(form, orientation)
    seen = await looked(given)
    with Image.open(BytesIO(given)) as before, Image.open(seen.kept) as kept, Image.open(seen.picture.thumb) as thumb:
        upright = ImageOps.exif_transpose(before)
        assert kept.size == (seen.picture.width, seen.picture.height)
        assert not dict(kept.getexif())
        assert distance(upright, kept) <= (0 if form == "PNG" else 3)
        assert distance(upright, thumb) <= 5
    assert corpus.MAKER.encode() not in seen.kept.read_bytes()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
async def test_what_moves_goes_on_moving(looked, form):
    given = corpus.moving(form)
    seen = await looked(given)
    with Image.open(BytesIO(given)) as before, Image.open(seen.kept) as kept, Image.open(seen.picture.thumb) as thumb:
        assert getattr(kept, "n_frames", 1) == getattr(before, "n_frames", 1) == 3
        assert kept.info.get("loop") == before.info.get("loop")
        for one, other in zip(ImageSequence.Iterator(before), ImageSequence.Iterator(kept), strict=True):
            assert distance(one, other) <= (3 if form == "AVIF" else 0)
            assert one.info["duration"] == other.info["duration"] > 0
        assert getattr(thumb, "n_frames", 1) == 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_kind_of_pixel_has_a_small_picture(looked, mode):
    bright = Image.linear_gradient("L").convert("I").point(lambda value: value * 257) if mode == "I;16" else None
    picture = bright.convert("I;16") if bright else Image.linear_gradient("L").convert(mode)
    seen = await looked(corpus.encoded(picture, "PNG"))
    with Image.open(seen.picture.thumb) as thumb:
        assert thumb.size == (256, 256)
        assert distance(thumb, Image.linear_gradient("L").convert("1" if mode == "1" else "L")) <= 20


async def test_colours_for_print_are_shown_as_colours_of_a_screen(looked):
    seen = await looked(corpus.encoded(corpus.drawing().convert("CMYK"), "JPEG"))
    with Image.open(seen.picture.thumb) as thumb:
        assert distance(thumb, corpus.drawing()) <= 5


async def test_a_large_photo_has_a_small_picture_and_a_tiny_one(looked):
    seen = await looked(corpus.photo("JPEG", 6, corpus.drawing(4000, 3000)))
    assert (seen.picture.width, seen.picture.height) == (3000, 4000)
    with Image.open(seen.picture.thumb) as thumb:
        assert (thumb.size, thumb.format) == ((480, 640), "WEBP")
    with Image.open(BytesIO(base64.b64decode(seen.picture.preview.removeprefix("data:image/webp;base64,")))) as tiny:
        assert tiny.size == (12, 16)
    assert len(seen.picture.preview) < 500


async def test_what_is_behind_the_end_is_left_out(looked):
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as inner:
        inner.writestr("page.html", corpus.SCRIPT)
    for form in ("JPEG", "PNG", "GIF", "WEBP", "AVIF"):
        seen = await looked(corpus.encoded(corpus.drawing(), form) + archive.getvalue())
        assert seen.type == f"image/{form.lower()}"
        assert not zipfile.is_zipfile(seen.kept)
        assert b"page.html" not in seen.kept.read_bytes()


async def test_a_picture_that_is_a_script_as_well_is_one_no_more(looked):
    comment = b"\xff\xfe" + (len(corpus.SCRIPT) + 2).to_bytes(2) + corpus.SCRIPT
    jpeg = corpus.encoded(corpus.drawing(), "JPEG")
    seen = await looked(jpeg[:2] + comment + jpeg[2:])
    assert seen.type == "image/jpeg"
    assert corpus.SCRIPT not in seen.kept.read_bytes()


JPEG, PNG, GIF, WEBP, AVIF = (corpus.photo(form) for form in FORMS)
HOSTILE = {
    "nothing": b"",
    "a bomb": corpus.bomb(),
    "a bomb of a photo": corpus.jpeg_bomb(),
    **{f"half a {form}": corpus.photo(form)[: len(corpus.encoded(corpus.drawing(), form)) // 2] for form in FORMS},
    **{f"a {form} that is all magic": corpus.photo(form)[:16] + bytes(5000) for form in FORMS},
    "a PNG whose pixels do not come": PNG[:33] + corpus.chunk(b"IDAT", b"") + corpus.chunk(b"IEND", b""),
    "a GIF without a frame": GIF[:13] + b";",
    "a WebP without a picture": b"RIFF\x04\0\0\0WEBP",
    "a WebP of an empty header": b"RIFF\x0c\0\0\0WEBPVP8X\0\0\0\0",
    "an SVG with a script": corpus.SVG,
    "HTML": corpus.SCRIPT,
    "HTML behind a byte order mark and blanks": b"\xef\xbb\xbf \n" + corpus.SCRIPT,
    "HTML in UTF-16": corpus.SCRIPT.decode().encode("utf-16"),
    "HTML behind a NUL": b"\0" + corpus.SCRIPT,
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a bitmap": corpus.encoded(corpus.drawing(), "BMP"),
    "PostScript called a picture": b"%!PS-Adobe-3.0 EPSF-3.0\n\x04",
    "an archive": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_picture_is_kept_as_it_is_and_is_nothing_to_look_at(looked, name):
    seen = await looked(HOSTILE[name], "image/png")
    assert (seen.type, seen.picture) == ("application/octet-stream", None)
    if "bomb" not in name:
        assert seen.kept.read_bytes() == HOSTILE[name]
    assert {path.name for path in seen.kept.parent.iterdir()} <= {"part", seen.kept.name}


async def test_a_photo_with_too_many_pixels_keeps_no_place_but_its_upper_edge(looked, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    seen = await looked(corpus.jpeg_bomb())
    kept = seen.kept.read_bytes()
    assert corpus.MAKER.encode() not in kept
    with Image.open(seen.kept) as picture:
        assert dict(picture.getexif()) == {0x0112: 6}


@pytest.mark.parametrize("form", FORMS)
async def test_a_picture_with_a_pixel_too_many_is_none(looked, monkeypatch, form):
    given = corpus.encoded(corpus.drawing(96, 64), form)
    for most, kind in ((96 * 64, f"image/{form.lower()}"), (96 * 64 - 1, "application/octet-stream")):
        process = PictureProcess(pixels=most)
        monkeypatch.setattr(module, "_process", process)
        try:
            assert (await looked(given)).type == kind
        finally:
            process.end()


async def test_a_virus_scanners_test_is_text_and_stays_what_it_is(looked):
    seen = await looked(corpus.EICAR, "image/png")
    assert (seen.type, seen.picture, seen.kept.read_bytes()) == ("text/plain", None, corpus.EICAR)


async def test_after_what_harms_the_process_comes_the_next_picture(process, looked):
    before = await looked(JPEG)
    os.kill(process.pid, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert (await looked(JPEG)).picture.preview == before.picture.preview


async def test_nobody_waits_for_ever(looked, process, caplog):
    await looked(JPEG)
    process._seconds = 0.2
    os.kill(process.pid, signal.SIGSTOP)
    assert (await looked(JPEG)).type == "application/octet-stream"
    assert "no answer" in caplog.text
    assert process.pid is None
    process._seconds = 10
    assert (await looked(JPEG)).type == "image/jpeg"


@pytest.mark.parametrize(
    "said", [b"{}", b"[]", b"no", b'{"cleaned": true, "picture": {"width": -1, "height": 1, "preview": ""}}']
)
def test_what_the_process_says_is_not_believed_blindly(said):
    with pytest.raises(NoAnswer):
        read_answer(said)


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="Linux tells about processes")
async def test_the_process_has_limits_and_no_secrets(process, looked):
    await looked(JPEG)
    about = Path(f"/proc/{process.pid}")
    assert re.search(r"Max cpu time +2\d +unlimited", (about / "limits").read_text())
    assert re.search(r"Max address space +1073741824 +1073741824", (about / "limits").read_text())
    assert (about / "environ").read_bytes() == b""
    opened = {str(entry.readlink()) for entry in (about / "fd").iterdir()}
    assert not [name for name in opened if "sqlite" in name or "part" in name]
    assert (about / "oom_score_adj").read_text() == "1000\n"


async def test_a_decoder_that_wants_too_much_memory_gets_none(looked, monkeypatch, tmp_path):
    process = PictureProcess(pixels=10**10)
    monkeypatch.setattr(module, "_process", process)
    try:
        seen = await looked(corpus.bomb())
        assert seen.type == "application/octet-stream"
        assert (await looked(JPEG)).type == "image/jpeg"
    finally:
        process.end()
