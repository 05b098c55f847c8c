"""The guard's judgement, and a guarded rollout on a running server."""

from __future__ import annotations

from http.client import BadStatusLine, InvalidURL
from io import BytesIO
from itertools import chain, repeat
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from prometheus_client import CollectorRegistry, generate_latest

from storage.management.commands.rollout import duration
from storage.models import RolloutChange, RolloutFlag
from storage.rollout import flags, guard
from storage.rollout.guard import Guard, PathFigures, RolledBack, parse, worse
from storage.store import Store
from storage.watch.metrics import StorageCollector

FAST = {0.001: 900.0, 0.01: 1000.0, float("inf"): 1000.0}
SLOW = {0.001: 0.0, 0.01: 0.0, 0.1: 1000.0, float("inf"): 1000.0}
NEARLY = [{0.01: of_1000, 0.025: 1000.0, float("inf"): 1000.0} for of_1000 in (951.0, 949.0)]  # p95 by a bucket's edge


def figures(good=1000.0, bad=0.0, within=None) -> PathFigures:
    return PathFigures(good, bad, within or FAST)


@pytest.mark.parametrize(
    ("new", "old", "reason"),
    [
        (figures(), figures(), None),
        (figures(bad=5), figures(), None),
        (figures(bad=50), figures(bad=50), None),
        (figures(bad=50), figures(), "4.8% of its operations failed, 0.0% on the old path"),
        (figures(within=SLOW), figures(), "95 of 100 operations took up to 0.0955 s, up to 0.0055 s on the old path"),
        (figures(within=SLOW), figures(within=SLOW), None),
        (figures(within=NEARLY[1]), figures(within=NEARLY[0]), None),
        (figures(good=10, bad=30), figures(), None),  # hardly used
        (figures(bad=50), PathFigures(), "4.8% of its operations failed, 0.0% on the old path"),  # the last step
        (figures(), PathFigures(), None),
    ],
)
def test_worse_is_more_errors_or_much_slower(new, old, reason):
    assert worse(new, old) == reason


def test_a_restart_within_a_step_is_not_taken_for_errors(flag):
    looks = chain(
        [{"workers": figures()}, {"workers": figures(good=10)}], repeat({"workers": figures(good=1500, bad=10)})
    )
    guarded(lambda: next(looks)).run([100], 0.05)
    assert flag() == 100


def test_a_restart_of_one_server_leaves_what_the_others_did_before_out_of_it(flag):
    failing_long_ago = {"workers": figures(bad=500), "stock": figures()}
    well = {"workers": figures(good=2000, bad=500), "stock": figures(good=2000)}
    looks = chain(
        [[failing_long_ago, {"workers": figures()}], [failing_long_ago, {"workers": figures(good=10)}]],
        repeat([well, {"workers": figures(good=1500)}]),
    )
    Guard("sqlite_workers", 0, "a test", look=lambda: next(looks), say=print).run([100], 0.05)
    assert flag() == 100


def test_it_goes_back_even_if_the_database_cannot_be_written_at_first(flag, monkeypatch):
    tries = iter([OperationalError("database is locked"), OperationalError("database is locked")])

    def set_percent(name: str, percent: int, **record: str) -> None:
        if percent == 0:
            for error in tries:
                raise error
        flags.set_percent(name, percent, **record)

    monkeypatch.setattr(guard, "set_percent", set_percent)
    said: list[str] = []
    looks = iter([{}, {"workers": figures(bad=100), "stock": figures()}])
    with pytest.raises(RolledBack):
        guarded(lambda: next(looks), said).run([5], 1.0)
    assert flag() == 0
    assert said[1:] == ["sqlite_workers could not be turned back yet, trying again: database is locked"] * 2


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1h", 3600), ("0.5s", 0.5)])
def test_durations_have_units(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "-1s", "1d", "1m30s"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(CommandError, match="no duration"):
        duration(text)


async def test_the_figures_survive_the_way_through_prometheus(store, settings):
    for on in (True, False):
        settings.STORAGE_WORKERS = on
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
    """`look` returns the figures of the one server."""
    return Guard("sqlite_workers", 0, "a test", look=lambda: [look()], say=(said if said is not None else []).append)


def test_it_goes_up_step_by_step_when_all_is_well(flag):
    said: list[str] = []
    seen = []

    def look():
        seen.append(flag())
        return {"workers": figures(), "stock": figures()}

    guarded(look, said).run([5, 50, 100], 0.0)
    assert flag() == 100
    assert seen == [5, 5, 50, 50, 100, 100]  # the figures before and after, however short the steps are
    assert said[-1] == "sqlite_workers has arrived at 100 %"
    assert [c.new_percent for c in RolloutChange.objects.order_by("id")] == [5, 50, 100]


def test_it_goes_back_by_itself_and_says_why(flag):
    looks = iter([{}, {"workers": figures(bad=100), "stock": figures()}])
    with pytest.raises(RolledBack, match=r"from 5 % to 0 %: 9\.1% of its operations failed"):
        guarded(lambda: next(looks)).run([5, 100], 1.0)
    assert flag() == 0
    change = RolloutChange.objects.order_by("-id")[0]
    assert change.reason.startswith("rolled back by the guard at 5 %: 9.1%")


def test_on_the_last_step_what_the_old_path_did_before_counts(flag, monkeypatch):
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(guard, "time", SimpleNamespace(monotonic=lambda: now, sleep=sleep))
    monkeypatch.setattr(guard, "LOOK_SECONDS", 1.0)  # with steps of a second: two looks at each
    fast = {**FAST, 0.1: 1000.0}
    alike = {"workers": figures(within=fast), "stock": figures(within=fast)}
    late = figures(good=2000.0, within={bound: fast[bound] + SLOW[bound] for bound in fast})
    looks = iter([{}, alike, alike, {**alike, "workers": late}])
    with pytest.raises(RolledBack, match=r"from 100 % to 0 %: 95 of 100 operations took up to 0\.0955 s"):
        guarded(lambda: next(looks)).run([50, 100], 1.0)
    assert flag() == 0


@pytest.mark.parametrize(
    "answer",
    [
        "<!doctype html>",
        "",
        "# TYPE somebody_elses counter\nsomebody_elses_total 1\n",
        BadStatusLine("what is this?"),
        InvalidURL("nonnumeric port"),
    ],
)
def test_what_are_no_figures_is_an_oserror(answer, monkeypatch):
    def urlopen(*_: object, **__: object) -> BytesIO:
        if isinstance(answer, Exception):
            raise answer
        return BytesIO(answer.encode())

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    with pytest.raises(OSError, match="http://somewhere/ does not answer with figures"):
        guard.read(["http://somewhere/"], "t" * 16)


def test_a_server_that_has_done_nothing_yet_has_figures():
    registry = CollectorRegistry()
    registry.register(StorageCollector(Store()))
    assert parse(generate_latest(registry).decode()) == {}


def test_the_command_refuses_where_the_environment_decides(flag, settings):
    settings.METRICS_TOKEN = "t" * 16
    settings.STORAGE_WORKERS = True
    with pytest.raises(CommandError, match="STORAGE_WORKERS is set"):
        call_command("rollout", "set", "sqlite_workers", "on", "--guard")
    assert flag() == 0


def test_short_steps_are_not_passed_before_figures_were_read(flag):
    def look():
        raise ConnectionRefusedError("connection refused")

    with pytest.raises(RolledBack, match="from 5 % to 0 %: the servers' figures could not be read"):
        guarded(look).run([5, 50, 100], 0.0)
    assert flag() == 0


def test_what_goes_wrong_within_a_short_step_is_seen(flag):
    looks = iter([{}, {"workers": figures(bad=100), "stock": figures()}])
    with pytest.raises(RolledBack, match="from 5 % to 0 %"):
        guarded(lambda: next(looks)).run([5, 100], 0.0)
    assert flag() == 0


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
