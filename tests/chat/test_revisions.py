"""Asking what has changed: marks that move with every change, whoever makes it, and looks that ask nothing more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from chat.actions import rooms
from chat.live import hub, process
from chat.models import Membership, Room, User
from chat.queries.revisions import Changes, Marks, Revisions, changes, revisions
from chat.queries.welcome import welcome
from storage.engines import engine_of
from storage.store import store
from tests.chat.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


def now() -> Revisions:
    return store.run_transaction(revisions)


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "change",
    [
        lambda people, room: Membership.objects.filter(user=people["bob"]).delete(),
        lambda people, room: Room.objects.get(pk=room).members.clear(),
        lambda people, room: raw("DELETE FROM chat_membership"),
        lambda people, room: store.run_transaction(rooms.end_membership, room, people["bob"].pk),
        lambda people, room: store.run_transaction(rooms.create_room, "New", Room.Kind.CLOSED, people["bob"].pk),
        lambda people, room: store.run_transaction(rooms.open_direct_room, people["alice"].pk, people["bob"].pk),
        lambda people, room: Membership.objects.filter(user=people["bob"]).update(room=Room.objects.create(name="R")),
    ],
    ids=["the admin", "a relation", "SQL", "leaving", "a new room", "a direct room", "an update"],
)
def test_every_change_of_a_membership_is_marked(people, everyone, change):
    before = now()
    change(people, everyone)
    after = now()
    assert before.memberships != after.memberships
    assert before.credentials == after.credentials


@pytest.mark.parametrize(
    "change",
    [
        lambda bob: bob.set_password("another long password") or bob.save(),
        lambda bob: User.objects.filter(pk=bob.pk).update(is_active=False),
        lambda bob: Session.objects.all().delete(),
        lambda bob: Session.objects.update(expire_date=timezone.now()),
        lambda bob: raw("DELETE FROM django_session"),
    ],
    ids=["password", "deactivation", "sessions", "expiry", "SQL"],
)
def test_every_end_of_a_log_in_is_marked(people, change):
    log_in(people["bob"])
    before = now()
    change(people["bob"])
    after = now()
    assert before.credentials != after.credentials
    assert before.memberships == after.memberships


def test_what_ends_nothing_is_not_marked(people):
    log_in(people["bob"])
    before = now()
    log_in(people["carla"])
    Session.objects.update(expire_date=timezone.now() + timedelta(days=60))
    people["bob"].name = "Robert"
    people["bob"].save()
    Membership.objects.update(read_seq=1)
    assert now() == before


def marks() -> Changes:
    return store.run_transaction(changes)


def test_a_change_says_whose_it_is(people, everyone):
    session = log_in(people["bob"])
    before = marks()
    Membership.objects.filter(user=people["bob"]).delete()
    Membership.objects.filter(user=people["carla"]).update(user=people["bob"])
    people["alice"].set_password("another long password")
    people["alice"].save()
    Session.objects.filter(session_key=session).delete()
    after = marks()
    assert after.memberships.since(before.memberships) == {str(people["bob"].pk), str(people["carla"].pk)}
    assert after.credentials.since(before.credentials) == {str(people["alice"].pk), session}
    assert after.memberships.since(after.memberships) == set()


def test_many_changes_leave_few_marks_and_none_is_overlooked(people, everyone):
    before = marks().memberships
    for _ in range(300):
        Membership.objects.update(room=everyone)
    after = marks().memberships
    assert len(after.about) < 250
    assert after.since(before) is None, "some that were not known are folded: it may be anybody's"
    Membership.objects.filter(user=people["bob"]).update(room=everyone)
    assert marks().memberships.since(after) == {str(people["bob"].pk)}


def test_what_was_known_may_be_folded():
    before = Marks({1: None, 20: "3", 300: "4"})
    assert Marks({21: None, 300: "4", 4000: "7"}).since(before) == {"7"}
    assert Marks({4021: None, 300: "4"}).since(before) is None
    assert Marks({1: None, 20: "3", 300: "4", 5: None}).since(before) is None


@pytest.fixture
def reads(monkeypatch) -> list[tuple[str, object]]:
    """The statements that are read on a storage thread, from here on, with their parameters."""
    statements: list[tuple[str, object]] = []
    engine = type(engine_of("default"))
    connect = engine.connect

    def listened_to(self, *, reading):
        connection = connect(self, reading=reading)
        run = connection._run

        def remembered(sql, params):
            statements.append((sql, params))
            return run(sql, params)

        connection._run = remembered  # type: ignore[method-assign]
        return connection

    monkeypatch.setattr(engine, "connect", listened_to)
    return statements


async def test_a_look_asks_nothing_more_while_nothing_has_changed(visit, people, monkeypatch, settings, reads):
    settings.STORAGE_WORKERS = True
    monkeypatch.setattr(hub, "LOOK_SECONDS", 3_600)
    bob, carla = await visit("bob"), await visit("carla")
    await bob.hello()
    await carla.hello()
    reads.clear()
    for _ in range(3):
        await process.hub._look_at_all(whatever_changed=False)
    assert not [sql for sql, _ in reads if "chat_membership" in sql or "django_session" in sql]
    await sync_to_async(Membership.objects.filter(user=people["bob"]).delete)()
    await process.hub._look_at_all(whatever_changed=False)
    assert (await bob.take("rooms"))["rooms"] == []
    asked = [params for sql, params in reads if "FROM chat_membership WHERE user_id" in sql]
    assert asked == [[f"[{people['bob'].pk}]"]]
    await process.hub._look_at_all(whatever_changed=True)
    assert len([sql for sql, _ in reads if "FROM chat_membership WHERE user_id" in sql]) == 2
    assert len([sql for sql, _ in reads if "django_session" in sql]) == 1


async def test_somebody_removed_while_coming_in_is_found_by_the_next_look(visit, people, everyone, monkeypatch):
    monkeypatch.setattr(hub, "LOOK_SECONDS", 3_600)
    alice, bob = await visit("alice"), await visit("bob")
    await alice.hello()
    gate, read = asyncio.Event(), asyncio.Event()

    async def slow(credential):
        found = await welcome(credential)
        read.set()
        await gate.wait()
        return found

    monkeypatch.setattr("chat.live.consumer.welcome", slow)
    coming = asyncio.ensure_future(bob.hello())
    await read.wait()
    await store.transaction(rooms.end_membership, everyone, people["bob"].pk)
    await process.hub._look_at_all(whatever_changed=False)
    gate.set()
    await coming
    await process.hub._look_at_all(whatever_changed=False)
    assert (await bob.take("rooms"))["rooms"] == []


async def test_a_log_out_is_heeded_by_the_next_look(visit, monkeypatch):
    monkeypatch.setattr(hub, "LOOK_SECONDS", 3_600)
    bob = await visit("bob")
    await bob.hello()
    await sync_to_async(Session.objects.all().delete)()
    await process.hub._look_at_all(whatever_changed=False)
    closed = await bob.receive_output(timeout=10)
    assert closed == {"type": "websocket.close", "code": 4401}
