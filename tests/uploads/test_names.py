"""What becomes of file names."""

from __future__ import annotations

import pytest

from chat.uploads.names import MAX_CHARS, cleaned


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\Anna\\Brief.docx", "Brief.docx"),
        ("a\0b.txt", "ab.txt"),
        ("line\nbreak\r\x1b.txt", "linebreak.txt"),
        ("invoice_\u202efdp.exe", "invoice_fdp.exe"),
        ("\u2067abc\u2069.txt", "abc.txt"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        (" . ", "file"),
        ("report.pdf. ", "report.pdf"),
        (".bashrc", ".bashrc"),
    ],
)
def test_what_could_harm_is_gone(given, kept):
    assert cleaned(given) == kept


@pytest.mark.parametrize(
    "name",
    [
        "Übersicht 2026.pdf",
        "отчёт.txt",
        "報告書.pdf",
        "تقرير.pdf",
        "👩‍👩‍👧.png",
        "e\u0301.txt",
        "a'b\"c%20.txt",
        "x" * MAX_CHARS,
    ],
)
def test_names_of_any_script_stay_as_they_are(name):
    assert cleaned(name) == name


def test_a_name_that_is_too_long_keeps_its_extension():
    assert cleaned("x" * 400 + ".jpeg") == "x" * (MAX_CHARS - 5) + ".jpeg"
    assert len(cleaned("x." + "y" * 400)) == MAX_CHARS
