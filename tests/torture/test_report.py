"""The result on the page: what was found is what is written, and nothing else of the page changes."""

from __future__ import annotations

import pytest

from tests.support.environment import ROOT
from tests.torture.checker import Verdict
from tests.torture.faults import Counts
from tests.torture.report import BEGIN, END, write
from tests.torture.trial import Plan, Result


@pytest.fixture
def result() -> Result:
    """Three were lost."""
    return Result(
        plan=Plan(seed=42, seconds=300),
        verdict=Verdict(["a", "b", "c"], [], [], [], [], [], []),
        counts=Counts(kills=5),
        messages=1000,
        acks=1001,
        resent=10,
        nacks=20,
        acks_lost=7,
        events_heard=11_000,
        clients=11,
        agreeing=9,
    )


def test_the_result_replaces_the_last_one_and_nothing_else(result, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"Before\n\n{BEGIN}\nold\n{END}\n\nAfter\n")
    write(result, page)
    once = page.read_text()
    write(result, page)
    assert page.read_text() == once
    assert once.startswith(f"Before\n\n{BEGIN}\n")
    assert once.endswith(f"{END}\n\nAfter\n")
    assert "old" not in once
    for row in ("| seed | 42 |", "| **lost** | 3 |", "| clients whose log is the database's | 9 of 11 |"):
        assert row in once


def test_the_page_has_a_place_for_it():
    page = (ROOT / "docs" / "reliability.md").read_text()
    assert page.index(BEGIN) < page.index("| **lost** | 0 |") < page.index(END)
