"""What a file is, by its first bytes. What its name or its sender says counts for nothing."""

from __future__ import annotations

import codecs
import re

HEAD_BYTES = 64 * 1024
"""How much of the beginning of a file is looked at."""

PLAIN = "application/octet-stream"
TEXT = "text/plain"
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")

# Of ISO base media (MP4 and its relatives) the brand says which.
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash"), "video/mp4"),
    **dict.fromkeys((b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"3gp4", b"3gp5", b"3gp6"), "video/mp4"),
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_MAGIC = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"\x1aE\xdf\xa3.{0,64}?\x42\x82.webm", re.DOTALL), "video/webm"),
    (re.compile(rb"OggS\0.{23}(?:\x80theora|OVP80)", re.DOTALL), "video/ogg"),
    (re.compile(rb"OggS\0"), "audio/ogg"),
    (re.compile(rb"fLaC\0"), "audio/flac"),
    (re.compile(rb"ID3[\x02-\x04]"), "audio/mpeg"),
    (re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xeb]"), "audio/mpeg"),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9][\x40-\x7f]"), "audio/aac"),
)
_MAY_BE_SOUND_ALONE = {"video/mp4": "audio/mp4", "video/webm": "audio/webm", "video/ogg": "audio/ogg"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")


def sniff(head: bytes, declared: str = "") -> str:
    """The media type of a file that begins with `head` (`HEAD_BYTES` of it, or all).

    One of `PICTURES` is only a claim: decoding shows whether it holds. Sound and pictures in motion are known by their
    magic; `declared`, what the sender says, counts where a container may hold either. `TEXT` is UTF-8 without markup at
    its beginning. Everything else is `PLAIN`: nobody is told to run it, draw it or render it.
    """
    found = _by_magic(head)
    if found and declared.startswith("audio/"):
        return _MAY_BE_SOUND_ALONE.get(found, found)
    return found or (TEXT if _is_text(head) else PLAIN)


def _by_magic(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    return next((kind for magic, kind in _MAGIC if magic.match(head)), "")


def _is_text(head: bytes) -> bool:
    try:
        # A character may be cut at the end of what is looked at, not at the end of the file.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return bool(text) and not text.lstrip().startswith("<") and not _CONTROL.search(text)
