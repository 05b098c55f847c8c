"""What a position of a history lacks of an earlier one."""

from __future__ import annotations

import pytest

from storage.history import Position

KNOWN = Position("epoch", 100, {"room 1": 60, "room 2": 40})


@pytest.mark.parametrize(
    ("total", "heads"),
    [
        (100, {"room 1": 60, "room 2": 40}),
        (130, {"room 1": 70, "room 2": 40, "room 3": 20}),
        (100, {"room 1": 60}),  # a room was taken away
        (90, {"room 1": 60, "room 2": 40}),  # what was counted and never committed
    ],
)
def test_nothing_is_missing(total, heads):
    assert KNOWN.missing_from(Position("epoch", total, heads)) is None


@pytest.mark.parametrize(
    ("total", "heads", "words"),
    [
        (80, {"room 1": 40, "room 2": 40}, "20 events (room 1: 40 of 60)"),
        (200, {"room 1": 59, "room 2": 140}, "1 events (room 1: 59 of 60)"),
        (60, {"room 1": 60}, "40 events (room 2: 0 of 40)"),  # it was not there yet
    ],
)
def test_something_is_missing(total, heads, words):
    assert KNOWN.missing_from(Position("epoch", total, heads)) == words
