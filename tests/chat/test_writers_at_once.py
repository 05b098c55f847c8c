"""Two who write at the same time, in two transactions: what only one may have, only one gets, and nobody is overtaken.

A test holds a row itself until all who are to meet wait for it, so they meet every time. On SQLite, where one follows
the other, they come to the same end.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chat.actions import accounts, rooms
from chat.actions.accounts import AlreadySetUp, create_member, create_owner
from chat.actions.history import begin_anew_on_reports
from chat.actions.messages import MAX_REACTIONS, perform_change
from chat.actions.owners import LastOwner
from chat.live.batch import commit_batch
from chat.live.operation import Lane, Nack, Operation, Outcome
from chat.models import Event, Installation, Invite, Membership, Message, Reaction, Room, User
from chat.protocol import Ack, Edit, React, Send
from storage.store import store
from tests.support.meeting import Meeting, Work, at_once, held

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = "SELECT 1 FROM chat_installation FOR UPDATE"
ROOMS = "SELECT 1 FROM chat_room FOR UPDATE"
BOB = "SELECT 1 FROM chat_user WHERE username = 'bob' FOR UPDATE"
"""Whoever has written something of his waits for this at COMMIT."""


def words(results: list[Any]) -> list[str]:
    return [result.code.value if isinstance(result, Nack) else type(result).__name__ for result in results]


def batch(*frames: tuple[User, Any]) -> list[Outcome]:
    """Commit frames as a server does."""
    operations = [Operation(user.pk, frame, Lane(), 0, lambda _: None) for user, frame in frames]
    outcomes, _ = store.run_transaction(commit_batch, operations)
    return [outcomes[operation] for operation in operations]


def say(user: User, room: int, client_id: str, body: str = "Hello") -> Work:
    return lambda: batch((user, Send(room, client_id, body)))[0]


def run(action: Callable[..., Any], *args: Any) -> Work:
    return lambda: store.run_transaction(action, *args)


@pytest.fixture
def message(people, everyone) -> int:
    ack = say(people["bob"], everyone, "first")()
    assert isinstance(ack, Ack)
    return ack.id


def test_of_two_first_owners_one_is_it(transactional_db, quick_passwords):
    Installation.objects.get_or_create()
    results = at_once(
        PEOPLE, lambda: create_owner("Ann", "ann", "pw of ann"), lambda: create_owner("Ben", "ben", "pw of ben")
    )
    assert words(results) == ["User", "AlreadySetUp"]
    assert isinstance(results[1], AlreadySetUp)
    assert User.objects.count() == Room.objects.count() == 1


def test_of_two_owners_who_leave_the_last_stays(people):
    User.objects.filter(pk=people["bob"].pk).update(is_staff=True, is_superuser=True)
    owners = [User.objects.get(pk=people[name].pk) for name in ("alice", "bob")]
    results = at_once(PEOPLE, *(lambda owner=owner: accounts.delete(owner) for owner in owners))
    assert [type(result) for result in results] == [type(None), LastOwner]
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


def test_two_who_begin_to_talk_have_one_room(people):
    alice, bob = people["alice"].pk, people["bob"].pk
    one, other = at_once(PEOPLE, run(rooms.open_direct_room, alice, bob), run(rooms.open_direct_room, bob, alice))
    assert one == other
    assert set(Membership.objects.filter(room=one).values_list("user", flat=True)) == {alice, bob}


def test_one_invite_is_valid(people):
    at_once(PEOPLE, *(lambda name=name: accounts.renew_invite(people[name]) for name in ("alice", "bob")))
    assert Invite.objects.filter(revoked_at=None).count() == 1


def test_who_comes_while_an_open_room_is_made_is_in_it(people):
    make = run(rooms.create_room, "Plaza", Room.Kind.OPEN, people["alice"].pk)
    for name, order in (("dora", 1), ("emil", -1)):
        both: list[Work] = [make, partial(create_member, name, name, "a long password")]
        results = at_once(PEOPLE, *both[::order])
        room = next(result for result in results if isinstance(result, int))
        assert Membership.objects.filter(room=room, user__username=name).exists()


def test_who_is_brought_into_a_room_while_they_go_for_good_is_not_in_it(people):
    den = store.run_transaction(rooms.create_room, "Den", Room.Kind.CLOSED, people["alice"].pk)
    bob = people["bob"]
    gone, added = at_once(PEOPLE, lambda: accounts.delete(bob), run(rooms.add_member, den, bob.pk, people["alice"].pk))
    assert gone is None
    assert type(added).__name__ == "Refused"
    assert not Membership.objects.filter(user=bob.pk).exists()


def test_one_who_was_taken_out_sends_nothing_any_more(people, everyone):
    bob = people["bob"]
    assert words(at_once(ROOMS, run(rooms.end_membership, everyone, bob.pk), say(bob, everyone, "late"))) == [
        "bool",
        "not_found",
    ]
    assert not Message.objects.exists()


def test_one_who_sends_before_they_are_taken_out_has_sent(people, everyone):
    bob = people["bob"]
    ack, _ = at_once(ROOMS, say(bob, everyone, "just"), run(rooms.end_membership, everyone, bob.pk))
    assert isinstance(ack, Ack)
    kinds = list(Event.objects.filter(room=everyone, seq__gte=ack.seq).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["message", "member"]


@pytest.mark.postgres_only("on SQLite nobody deletes while another writes")
def test_a_room_that_is_deleted_meanwhile_is_not_there(people):
    den = store.run_transaction(rooms.create_room, "Den", Room.Kind.CLOSED, people["alice"].pk)
    meeting = Meeting()
    with held(ROOMS) as execute:
        meeting.begin(say(people["alice"], den, "late"))
        execute("DELETE FROM chat_event WHERE room_id = %s", [den])
        execute("DELETE FROM chat_membership WHERE room_id = %s", [den])
        execute("DELETE FROM chat_room WHERE id = %s", [den])
    assert words(meeting.end()) == ["not_found"]


def test_a_repeat_at_the_same_time_is_a_duplicate(people, everyone):
    bob = people["bob"]
    one, other = at_once(ROOMS, say(bob, everyone, "same"), say(bob, everyone, "same"))
    assert (one.id, one.seq, one.at) == (other.id, other.seq, other.at)
    assert (one.duplicate, other.duplicate) == (False, True)
    assert Message.objects.count() == 1


def test_a_client_id_is_used_once_though_in_two_rooms(people, everyone, message):
    """For a message here and a change there: their rooms do not keep them apart."""
    bob = people["bob"]
    den = store.run_transaction(rooms.create_room, "Den", Room.Kind.CLOSED, bob.pk)

    def edit() -> Outcome:
        return batch((bob, Edit("same", message, "Hello!")))[0]

    results = at_once(BOB, say(bob, den, "same"), edit)
    edits = Event.objects.filter(client_id="same", kind="edit")
    assert Message.objects.filter(client_id="same").count() + edits.count() == 1
    assert len([result for result in results if isinstance(result, Ack)]) == 1


def test_a_message_carries_no_more_than_so_many_reactions(people, message):
    store.run_transaction(
        lambda c: [
            perform_change(c, people["alice"].pk, React(f"r{n}", message, chr(0x1F600 + n), on=True))
            for n in range(MAX_REACTIONS - 1)
        ]
    )
    more = [(people["bob"], React("b", message, "🦉", on=True)), (people["carla"], React("c", message, "🐢", on=True))]
    results = at_once(ROOMS, *(lambda one=one: batch(one)[0] for one in more))
    assert words(results) == ["Ack", "forbidden"]
    assert Reaction.objects.values("emoji").distinct().count() == MAX_REACTIONS


def test_reports_of_two_begin_one_epoch(people):
    epoch = Installation.objects.get().epoch
    report = run(begin_anew_on_reports, epoch, [people["alice"].pk])
    assert sorted(at_once(PEOPLE, report, report)) == [False, True]


def test_rooms_in_opposite_order_are_no_circle(people):
    both = [store.run_transaction(rooms.create_room, name, Room.Kind.OPEN, people["alice"].pk) for name in "AB"]

    def talk(name: str, order: int) -> Work:
        frames = [(people[name], Send(room, f"{name} {room}", "Hello")) for room in both[::order]]
        return lambda: batch(*frames)

    results = at_once("SELECT 1 FROM chat_room WHERE name = 'A' FOR UPDATE", talk("bob", 1), talk("carla", -1))
    assert [words(outcomes) for outcomes in results] == [["Ack", "Ack"]] * 2
    for room in both:
        seqs = list(Event.objects.filter(room=room).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))
    assert {json.dumps(list(Message.objects.filter(room=room).values_list("sender", flat=True))) for room in both}
