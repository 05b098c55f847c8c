"""The result on the page: what was found is what is written, and nothing else of the page changes."""

from __future__ import annotations

import pytest

from tests.support.environment import ROOT
from tests.torture.checker import Verdict
from tests.torture.faults import Counts
from tests.torture.report import ENGINES, marks, table, write
from tests.torture.trial import Plan, Result


@pytest.fixture
def result() -> Result:
    """Three were lost."""
    return Result(
        plan=Plan(seed=42, seconds=300),
        verdict=Verdict(["a", "b", "c"], [], [], [], [], [], []),
        counts=Counts(kills=5),
        messages=1000,
        files=40,
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
    (begin, end), (other, other_end) = marks("postgres"), marks("sqlite")
    after = f"{end}\n\n{other}\nkept\n{other_end}\n\nAfter\n"
    page.write_text(f"Before\n\n{begin}\nold\n{after}")
    write(result, page, "postgres")
    once = page.read_text()
    write(result, page, "postgres")
    assert page.read_text() == once
    assert once.startswith(f"Before\n\n{begin}\n")
    assert once.endswith(after)
    assert "old" not in once
    for row in ("| seed | 42 |", "| **lost** | 3 |", "| clients whose log is the database's | 9 of 11 |"):
        assert row in once


def test_what_was_done_to_postgresql_stands_where_there_was_one(result):
    assert "PostgreSQL" not in table(result)
    result.counts.promotions, result.counts.crashes = 1, 17
    assert "| PostgreSQL crashed (`pg_ctl stop -m immediate`) | 17 |" in table(result)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_page_has_a_place_for_it(engine):
    page = (ROOT / "docs" / "reliability.md").read_text()
    begin, end = marks(engine)
    assert page.count(begin) == page.count(end) == 1
    assert page.index(begin) < page.index(end)
