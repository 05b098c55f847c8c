"""What processes tell one another of themselves, where hints are lost, late and repeated."""

from __future__ import annotations

import random

import pytest

from chat.live import neighbours
from chat.live.allowances import Allowances
from chat.live.neighbours import Counts
from tests.support.talk import Talk


@pytest.fixture
def talk(settings, monkeypatch) -> Talk:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    monkeypatch.setattr(neighbours, "BEAT_SECONDS", 0.0)
    return Talk()


def test_only_what_changed_is_told_and_what_came_and_went_at_once_is_not(talk):
    one, other = talk.join(), talk.join()
    for user in range(500):
        one.tell("people", user, ["somebody", [1]])
    talk.round()
    one.tell("people", 3, None)
    one.tell("people", 4, ["somebody", [1]])
    one.tell("strangers", "x", 1)
    one.tell("strangers", "x", None)
    (told,) = [hint for hint in talk.round() if hint["kind"] == "changes"]
    assert told["entries"] == [["people", 3, None]]
    assert len(list(other.items("people"))) == 499


def test_whoever_comes_later_asks_and_is_told_everything(talk):
    one = talk.join()
    for number in range(3):
        one.tell("people", number, ["somebody", [1]])
        talk.round()
    late = talk.join()
    for _ in range(3):
        talk.round()
    assert len(list(late.items("people"))) == 3


def test_what_was_lost_is_asked_for_by_one_and_answered_by_one(talk):
    one, other, third = talk.join(), talk.join(), talk.join()
    one.tell("people", 1, ["bob", [1]])
    talk.round(lambda hint: False)
    third.tell("people", 2, ["alice", [1]])
    for _ in range(3):
        said = talk.round()
    assert other.values("people", 1) == [["bob", [1]]]
    assert {hint["kind"] for hint in said} == {"beat"}, "and then there is quiet"


def test_whatever_is_lost_and_repeated_all_know_the_same_in_the_end(talk):
    chance = random.Random(7)
    processes = [talk.join() for _ in range(4)]
    truth: dict[tuple[int, int], int] = {}
    kept: list = []

    def arrives(hint) -> bool:
        if chance.random() < 0.2:
            kept.append(hint)
        return chance.random() < 0.6

    for _ in range(300):
        number, key, value = chance.randrange(4), chance.randrange(6), chance.choice([None, 1, 2, 3])
        processes[number].tell("some", key, value)
        truth[number, key] = value or 0
        talk.round(arrives)
        if kept:  # once more, and late
            hint = kept.pop(chance.randrange(len(kept)))
            for part in talk._parts:
                if part.process != hint["process"]:
                    part._heard(hint)
    for _ in range(4):
        talk.round()
    for number, process in enumerate(processes):
        for key in range(6):
            expected = sum(truth.get((other, key), 0) for other in range(4) if other != number)
            assert sum(process.values("some", key)) == expected


def test_a_process_that_is_silent_counts_no_more(talk, monkeypatch):
    here = Counts(talk.join(), "connections")
    there = Counts(talk.join(), "connections")
    there.add("bob", 3)
    here.add("bob", 1)
    talk.round()
    assert (here.everywhere("bob"), here.here("bob")) == (4, 1)
    monkeypatch.setattr(neighbours, "FORGET_SECONDS", -1.0)
    talk.round(lambda hint: False)
    assert here.everywhere("bob") == 1


def test_without_a_channel_layer_nothing_is_kept_for_others(talk, settings):
    settings.CHANNEL_LAYERS = {}
    alone = talk.join()
    for number in range(10):
        alone.tell("strangers", number, 1)
    assert not alone._untold


@pytest.fixture
def clock(monkeypatch):
    """The time, which goes on when a test says so."""
    now = [1000.0]
    monkeypatch.setattr("chat.limits.time.monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_who_sends_to_all_processes_at_once_sends_no_faster_in_the_long_run(talk, settings, clock, processes):
    settings.SENDS_PER_SECOND = 20
    everywhere = []
    for _ in range(processes):
        hints = talk.hints()
        everywhere.append(Allowances(hints, neighbours.Neighbours(hints)))
    sent = 0
    for tenth in range(3000):
        for allowances in everywhere:
            while not allowances.of(1).sends.take():
                sent += 1
        clock[0] = 1000.0 + tenth / 10
        talk.round()
    assert 20 * 300 <= sent <= 20 * 300 + processes * 200 + 200


def test_what_was_given_back_is_given_back_everywhere(talk, settings, clock):
    settings.SENDS_PER_SECOND = 20
    one, other = (Allowances(hints, neighbours.Neighbours(hints)) for hints in (talk.hints(), talk.hints()))
    one.of(1).search_seconds.take(2.0)
    for _ in range(3):
        talk.round()
    assert other.of(1).search_seconds.take(4.0) > 0
    one.of(1).search_seconds.give_back(1.9)
    for _ in range(3):
        talk.round()
    assert other.of(1).search_seconds.take(3.9) == 0.0
    assert other.of(2).search_seconds.take(4.0) == 0.0, "somebody else has spent nothing"
