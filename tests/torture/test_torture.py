"""The torture test, short. `python -m tests.torture` is the long one (docs/reliability.md)."""

from __future__ import annotations

import pytest

from tests.support.databases import ENGINE, Templates
from tests.support.server import World
from tests.support.standby import Pair
from tests.torture.faults import Pauses
from tests.torture.trial import Plan, Trial

SHORT = Plan(
    seed=1,
    seconds=12,
    senders=("alice", "bob", "bob"),
    observers=3,
    rooms=2,
    pauses=Pauses(
        servers=(1.0, 6.0),
        server_away=(0.0, 0.5),
        redis=(1.0, 4.0),
        redis_away=(0.1, 2.0),
        database=(1.0, 3.0),
        database_away=(0.0, 1.0),
        backends=(0.3, 1.5),
    ),
)


@pytest.fixture
def pair() -> Pair | None:
    """The PostgreSQL of the test's own, where this run is about that: it is lost, and crashes."""
    return Pair() if ENGINE == "postgres" else None


@pytest.fixture
def world(pair, tmp_path) -> World:
    folder = tmp_path / "world"
    folder.mkdir()
    return World.make(folder, Templates(folder, pair))


async def test_what_is_sent_arrives_once_and_in_order_whatever_breaks(world, tmp_path, redis, pair):
    result = await Trial(SHORT, world, tmp_path, redis, pair=pair).run()
    assert not result.verdict.findings, "\n".join(result.verdict.findings)
    assert result.counts.all_kinds(of_database=pair is not None)
    assert result.messages > 100
    assert result.files > 3
