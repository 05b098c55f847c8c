"""The guard's judgement, and a guarded rollout on a running server."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from prometheus_client import CollectorRegistry, generate_latest

from storage import guard
from storage.guard import Guard, PathFigures, RolledBack, parse, worse
from storage.management.commands.rollout import duration
from storage.metrics import StorageCollector
from storage.models import RolloutChange, RolloutFlag

FAST = {0.001: 900.0, 0.01: 1000.0, float("inf"): 1000.0}
SLOW = {0.001: 0.0, 0.01: 0.0, 0.1: 1000.0, float("inf"): 1000.0}


def figures(good=1000.0, bad=0.0, within=None) -> PathFigures:
    return PathFigures(good, bad, within or FAST)


@pytest.mark.parametrize(
    ("new", "old", "reason"),
    [
        (figures(), figures(), None),
        (figures(bad=5), figures(), None),
        (figures(bad=50), figures(bad=50), None),
        (figures(bad=50), figures(), "4.8% of its operations failed, 0.0% on the old path"),
        (figures(within=SLOW), figures(), "95 of 100 operations took up to 0.1 s, up to 0.01 s on the old path"),
        (figures(within=SLOW), figures(within=SLOW), None),
        (figures(good=10, bad=30), figures(), None),  # hardly used
        (figures(bad=50), PathFigures(), "4.8% of its operations failed, 0.0% on the old path"),  # the last step
        (figures(), PathFigures(), None),
    ],
)
def test_worse_is_more_errors_or_much_slower(new, old, reason):
    assert worse(new, old) == reason


def test_a_server_that_restarted_counts_from_zero():
    assert figures(good=10).since(figures()) == figures(good=10)
    assert figures(good=1500).since(figures(good=1000)).good == 500


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1h", 3600), ("0.5s", 0.5)])
def test_durations_have_units(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "-1s", "1d", "1m30s"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(CommandError, match="no duration"):
        duration(text)


async def test_the_figures_survive_the_way_through_prometheus(store, settings):
    for on in (True, False):
        settings.USE_SQLITE_WORKERS = on
        for _ in range(3):
            await store.fetch_value("SELECT 1")
    registry = CollectorRegistry()
    registry.register(StorageCollector(store))
    snapshot = parse(generate_latest(registry).decode())
    for path in ("workers", "stock"):
        assert (snapshot[path].good, snapshot[path].bad) == (3, 0)
        assert snapshot[path].within[float("inf")] == 3


@pytest.fixture
def flag(db, monkeypatch):
    monkeypatch.setattr(guard, "LOOK_SECONDS", 0.0)
    RolloutFlag.objects.filter(name="sqlite_workers").update(percent=0)
    return lambda: RolloutFlag.objects.get(name="sqlite_workers").percent


def guarded(look, said=None) -> Guard:
    return Guard("sqlite_workers", 0, "a test", look=look, say=(said if said is not None else []).append)


def test_it_goes_up_step_by_step_when_all_is_well(flag):
    said: list[str] = []
    seen = []

    def look():
        seen.append(flag())
        return {"workers": figures(), "stock": figures()}

    guarded(look, said).run([5, 50, 100], 0.0)
    assert flag() == 100
    assert seen == [5, 50, 100]
    assert said[-1] == "sqlite_workers has arrived at 100 %"
    assert [c.new_percent for c in RolloutChange.objects.order_by("id")] == [5, 50, 100]


def test_it_goes_back_by_itself_and_says_why(flag):
    looks = iter([{}, {"workers": figures(bad=100), "stock": figures()}])
    with pytest.raises(RolledBack, match=r"from 5 % to 0 %: 9\.1% of its operations failed"):
        guarded(lambda: next(looks)).run([5, 100], 1.0)
    assert flag() == 0
    change = RolloutChange.objects.order_by("-id")[0]
    assert change.reason.startswith("rolled back by the guard at 5 %: 9.1%")


def test_it_goes_back_when_nobody_can_tell(flag):
    def look():
        raise ConnectionRefusedError("connection refused")

    with pytest.raises(RolledBack, match="could not be read: connection refused"):
        guarded(look).run([5], 10.0)
    assert flag() == 0


@pytest.mark.parametrize(
    ("words", "token", "error"),
    [
        (["chat_queue", "on", "--guard"], "t" * 16, "it is for sqlite_workers"),
        (["sqlite_workers", "on", "--guard"], "", "set METRICS_TOKEN"),
        (["sqlite_workers", "on", "--guard", "--watch", "file:///etc/passwd"], "t" * 16, "http://"),
        (["sqlite_workers", "on", "--guard", "--steps", "5,x"], "t" * 16, "percentage"),
        (["sqlite_workers", "on", "--guard", "--every", "soon"], "t" * 16, "no duration"),
    ],
)
def test_the_command_refuses_what_it_cannot_guard(flag, settings, words, token, error):
    settings.METRICS_TOKEN = token
    with pytest.raises(CommandError, match=error):
        call_command("rollout", "set", *words)
    assert flag() == 0
