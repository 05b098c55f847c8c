"""The torture test, short. `python -m tests.torture` is the long one (docs/reliability.md)."""

from __future__ import annotations

from tests.torture.faults import Pauses
from tests.torture.trial import Plan, Trial

SHORT = Plan(
    seed=1,
    seconds=12,
    senders=("alice", "bob", "bob"),
    observers=3,
    rooms=2,
    pauses=Pauses(servers=(1.0, 6.0), server_away=(0.0, 0.5), redis=(1.0, 4.0), redis_away=(0.1, 2.0)),
)


async def test_what_is_sent_arrives_once_and_in_order_whatever_breaks(world, tmp_path, redis):
    result = await Trial(SHORT, world, tmp_path, redis).run()
    assert not result.verdict.findings, "\n".join(result.verdict.findings)
    counts = result.counts
    assert all((counts.kills, counts.terms, counts.redis_restarts, counts.dropped_sockets, counts.replayed_frames))
    assert result.messages > 100
