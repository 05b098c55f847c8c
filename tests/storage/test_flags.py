"""Rollout flags: the command, the environment, and a running store that follows."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command

from storage.models import RolloutChange
from storage.rollout import flags
from storage.rollout.flags import Flags, UnknownFlag, set_percent


@pytest.fixture(autouse=True)
def _no_environment(settings):
    settings.STORAGE_WORKERS = None


@pytest.fixture
def rollout(capsys):
    def run(*words):
        call_command("rollout", *words)
        return capsys.readouterr().out

    return run


@pytest.mark.django_db
def test_list_shows_every_flag_and_what_it_does(rollout):
    set_percent("chat_queue", 25, by="a test")
    lines = rollout("list").splitlines()
    assert lines[0].startswith("chat_queue        25 %  the browser sends")
    assert lines[1].startswith("sqlite_workers   100 %")


@pytest.mark.django_db
@pytest.mark.parametrize(("word", "percent"), [("on", 100), ("off", 0), ("25", 25), ("25%", 25), ("0", 0), ("OFF", 0)])
def test_set_understands_words_and_percentages(rollout, word, percent):
    assert f"now at {percent} %" in rollout("set", "chat_queue", word)
    assert RolloutChange.objects.get().new_percent == percent


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["101", "-1", "½", "half", "", "1e2", "٣"])
def test_set_refuses_what_is_no_percentage(rollout, word):
    with pytest.raises(CommandError, match="percentage"):
        rollout("set", "--", "chat_queue", word)
    assert not RolloutChange.objects.exists()


@pytest.mark.django_db
def test_an_unknown_flag_is_named_and_the_known_ones_listed(rollout):
    with pytest.raises(CommandError, match="unknown rollout flag 'nope'; known are: chat_queue, sqlite_workers"):
        rollout("set", "nope", "on")
    with pytest.raises(CommandError, match="unknown"):
        rollout("history", "nope")


@pytest.mark.django_db
def test_history_tells_who_turned_what_and_why(rollout):
    rollout("set", "chat_queue", "off", "--reason", "a bug")
    rollout("set", "chat_queue", "on")
    rollout("set", "sqlite_workers", "50")
    lines = rollout("history", "chat_queue").splitlines()
    assert len(lines) == 2
    assert "chat_queue: 0 -> 100 %" in lines[0]
    assert "chat_queue: 100 -> 0 %" in lines[1]
    assert "(a bug)" in lines[1]


@pytest.mark.django_db
def test_the_environment_beats_the_database(rollout, settings):
    set_percent("sqlite_workers", 100, by="a test")
    settings.STORAGE_WORKERS = False
    assert Flags().percent("sqlite_workers") == 0
    assert "sqlite_workers is off" in rollout("list")


async def test_a_percentage_is_a_share_and_each_key_keeps_its_answer(store):
    await sync_to_async(set_percent)("chat_queue", 30, by="a test")
    answers = [await store.flag("chat_queue", key) for key in range(1000)]
    assert 220 < sum(answers) < 380
    assert answers == [await store.flag("chat_queue", key) for key in range(1000)]
    with pytest.raises(UnknownFlag):
        await store.flag("nope", 1)


async def test_a_store_follows_the_database(store, monkeypatch):
    monkeypatch.setattr(flags, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(flags, "STALE_SECONDS", 0.0)
    await sync_to_async(set_percent)("sqlite_workers", 0, by="a test")
    await store.fetch_value("SELECT 1")
    assert set(store.stats()) == {"default stock reads", "default stock writes"}
    await sync_to_async(set_percent)("sqlite_workers", 100, by="a test")
    await store.fetch_value("SELECT 1")
    assert store.stats()["default readers"]["done"] == 1


async def test_unreadable_flags_leave_the_last_known_ones(store, monkeypatch, caplog):
    await sync_to_async(set_percent)("chat_queue", 0, by="a test")
    assert not await store.flag("chat_queue", 1)
    monkeypatch.setattr(flags, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(flags, "STALE_SECONDS", 0.0)

    def rename(connection, old, new):
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")

    await store.transaction(rename, "storage_rolloutflag", "away")
    try:
        assert not await store.flag("chat_queue", 1)
    finally:
        await store.transaction(rename, "away", "storage_rolloutflag")
    assert "could not be read" in caplog.text
