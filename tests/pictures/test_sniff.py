"""What a file is, whatever it is called."""

from __future__ import annotations

import pytest

from chat.pictures.sniff import HEAD_BYTES, sniff

MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04"
OGG = b"OggS\0\x02" + bytes(20) + b"\x01"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (MP4, "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/mp4"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "application/octet-stream"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "image/avif"),
        (WEBM, "video/webm"),
        (WEBM.replace(b"\x84webm", b"\x88matroska"), "application/octet-stream"),
        (OGG + b"\x1e\x01vorbis", "audio/ogg"),
        (OGG + b"\x13OpusHead", "audio/ogg"),
        (OGG + b"\x2a\x80theora", "video/ogg"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\x24\0\0\0AVI LIST", "application/octet-stream"),
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"", "application/octet-stream"),
        (b"plain words", "text/plain"),
        ("Grüße, 你好, مرحبا \U0001f44b\n\ttab \x1b[1m".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        ("Grüße".encode("latin1"), "application/octet-stream"),
        (b"words\0", "application/octet-stream"),
        (b"<!DOCTYPE html>", "application/octet-stream"),
        (b"\n <svg/>", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head, kind):
    assert sniff(head, "text/html") == kind


def test_sound_in_a_container_for_pictures_is_sound_if_its_sender_says_so():
    assert sniff(WEBM, "audio/webm;codecs=opus") == "audio/webm"
    assert sniff(MP4, "audio/mp4") == "audio/mp4"
    assert sniff(b"fLaC\0\0\0\x22", "audio/x") == "audio/flac"
    assert sniff(b"words", "audio/webm") == "text/plain"


def test_a_character_may_be_cut_where_the_look_ends_but_not_where_the_file_does():
    text = ("é" * HEAD_BYTES).encode()
    assert sniff(b"x" + text[: HEAD_BYTES - 1]) == "text/plain"
    assert sniff(b"x" + text[:99]) == "application/octet-stream"
