"""Accounts in the admin: who may do what to whom."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client as Browser
from django.urls import reverse

from chat.actions.accounts import create_member, renew_invite
from chat.actions.messages import perform_change
from chat.actions.rooms import open_direct_room
from chat.models import Event, Invite, Message, Room, User
from chat.protocol import React
from chat.queries.events import events_json
from storage.store import store

PASSWORD = "a long enough password"
LIST = reverse("admin:chat_user_changelist")


def url(name: str, person: User) -> str:
    return reverse(f"admin:{name}", args=[person.pk])


def change(browser: Browser, person: User, **fields: object) -> int:
    """Post the form as the browser would with these fields; returns the status."""
    form = {"username": person.username, "name": person.name, "is_active": "on", **fields}
    return browser.post(url("chat_user_change", person), form).status_code


def rights(person: User) -> tuple[object, ...]:
    person = User.objects.get(pk=person.pk)
    given = person.groups.count(), person.user_permissions.count()
    return (person.is_active, person.is_staff, person.is_superuser, *given, person.password)


@pytest.fixture
def keeper(bob):
    """bob, who may see to people's accounts and to groups, and no more."""
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(content_type__model__in=["user", "group"]))
    return bob


@pytest.fixture
def keepers_desk(keeper):
    browser = Browser()
    browser.force_login(keeper)
    return browser


@pytest.fixture
def dora(alice):
    return create_member("Dora", "dora", PASSWORD)


# Rights


@pytest.mark.parametrize("who", ["keeper", "dora"])
def test_staff_give_nobody_rights_not_even_themselves(keepers_desk, request, who):
    person = request.getfixturevalue(who)
    group = Group.objects.create(name="Keepers")
    before = rights(person)
    everything = {
        "is_superuser": "on",
        "is_staff": "on",
        "groups": [group.pk],
        "user_permissions": [permission.pk for permission in Permission.objects.all()],
    }
    assert change(keepers_desk, person, name="Renamed", **everything) == 302
    assert User.objects.get(pk=person.pk).name == "Renamed"
    assert rights(person) == before


def test_nor_do_they_by_way_of_a_group(keepers_desk, keeper):
    group = Group.objects.create(name="Keepers")
    keeper.groups.add(group)
    form = {"name": "Keepers", "permissions": [permission.pk for permission in Permission.objects.all()]}
    assert keepers_desk.post(reverse("admin:auth_group_change", args=[group.pk]), form).status_code == 403
    assert keepers_desk.post(reverse("admin:auth_group_add"), {**form, "name": "More"}).status_code == 403
    assert not group.permissions.exists()


@pytest.fixture
def moderator(alice):
    """Somebody inactive with a right that the keeper has not."""
    person = create_member("Mo", "mo", PASSWORD)
    person.is_active = False
    person.save()
    group = Group.objects.create(name="Moderators")
    group.permissions.add(Permission.objects.get(codename="delete_message"))
    person.groups.add(group)
    return person


@pytest.mark.parametrize("who", ["alice", "moderator"])
def test_staff_leave_those_with_more_rights_alone(keepers_desk, dora, request, who):
    User.objects.filter(pk=dora.pk).update(is_staff=True, is_superuser=True)  # so that nobody is the last owner
    person = request.getfixturevalue(who)
    before = rights(person)
    assert change(keepers_desk, person, is_active="") == 403
    assert change(keepers_desk, person, name="Mine now") == 403
    form = {"password1": "seven geese in the fog", "password2": "seven geese in the fog"}
    assert keepers_desk.post(url("auth_user_password_change", person), form).status_code == 403
    assert keepers_desk.post(url("chat_user_delete", person), {"post": "yes"}).status_code == 403
    everybody = {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
    assert keepers_desk.post(LIST, everybody).status_code == 403
    assert rights(person) == before
    assert User.objects.get(pk=person.pk).name == person.name


def test_staff_who_may_see_to_accounts_do(keepers_desk, dora):
    form = {"password1": "seven geese in the fog", "password2": "seven geese in the fog"}
    assert keepers_desk.post(url("auth_user_password_change", dora), form).status_code == 302
    assert change(keepers_desk, dora, name="Dora Dahl", is_active="") == 302
    person = User.objects.get(pk=dora.pk)
    assert (person.name, person.is_active, person.check_password("seven geese in the fog")) == (
        "Dora Dahl",
        False,
        True,
    )
    assert keepers_desk.post(url("chat_user_delete", dora), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(deleted_at=None, pk=dora.pk).exists()


def test_an_owner_makes_others_owners(desk, bob):
    assert change(desk, bob, is_staff="on", is_superuser="on") == 302
    assert rights(bob)[:3] == (True, True, True)


# The last owner

LAST = "This is the last account that can run this server."


@pytest.mark.parametrize(
    "kept", [("is_staff", "is_superuser"), ("is_active", "is_staff"), ("is_active", "is_superuser")]
)
def test_the_last_owner_stays_one(desk, alice, bob, kept):
    form = {"username": "alice", "name": "Alice", **dict.fromkeys(kept, "on")}
    answer = desk.post(url("chat_user_change", alice), form)
    assert LAST in answer.content.decode()
    assert rights(alice)[:3] == (True, True, True)


def test_the_last_owner_is_not_deleted_and_keeps_a_password(desk, alice, bob):
    before = rights(alice)
    for answer in (
        desk.get(url("chat_user_delete", alice)),
        desk.post(url("chat_user_delete", alice), {"post": "yes"}),
        desk.post(LIST, {"action": "delete_selected", "_selected_action": [alice.pk, bob.pk], "post": "yes"}),
    ):
        assert LAST in answer.content.decode()
    unusable = {"usable_password": "false", "unset-password": "1"}
    assert "needs a password" in desk.post(url("auth_user_password_change", alice), unusable).content.decode()
    assert rights(alice) == before
    assert not User.objects.exclude(deleted_at=None).exists()


@pytest.mark.parametrize("lame", [{"is_active": False}, {"is_staff": False}, {"password": "!none"}])
def test_an_owner_who_cannot_get_in_does_not_count(desk, alice, bob, lame):
    User.objects.filter(pk=bob.pk).update(**{"is_staff": True, "is_superuser": True, **lame})
    assert change(desk, alice, is_staff="on") == 200
    assert rights(alice)[:3] == (True, True, True)


def test_where_there_is_another_an_owner_may_go(desk, alice, bob):
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    assert change(desk, alice) == 302
    assert rights(alice)[:3] == (True, False, False)


# Deleting


def log(room: Room) -> list[int]:
    return list(Event.objects.filter(room=room).order_by("seq").values_list("seq", flat=True))


def test_somebody_who_never_wrote_is_deleted_and_no_log_has_a_hole(desk, dora, everyone):
    page = desk.get(url("chat_user_delete", dora)).content.decode()
    assert "Delete the account of" in page
    assert "stays in the rooms" in page
    assert desk.post(url("chat_user_delete", dora), {"post": "yes"}).status_code == 302
    everyone.refresh_from_db()
    assert log(everyone) == list(range(1, everyone.head + 1))
    gone = User.objects.get(pk=dora.pk)
    assert (gone.name, gone.username, gone.email, gone.is_active) == (
        "Deleted account",
        f"deleted #{dora.pk}",
        "",
        False,
    )
    assert not gone.has_usable_password()
    assert not gone.memberships.exists()
    assert "Dora" not in store.run_transaction(events_json, everyone.pk, 0, everyone.head)
    assert "dora" not in desk.get(LIST).content.decode().replace("Dora” was deleted", "")
    assert desk.get(url("chat_user_change", dora)).status_code == 302
    create_member("Dora", "dora", PASSWORD)  # the user name is free again


def test_what_somebody_wrote_stays_without_their_name(desk, alice, bob, everyone, say):
    asked, answered = say(alice, "Who is here?"), say(bob, "Not me")
    store.run_transaction(perform_change, bob.pk, React("r1", asked.pk, "👍", on=True))
    talk = Room.objects.get(pk=store.run_transaction(open_direct_room, alice.pk, bob.pk))
    say(bob, "Between us", room=talk)
    token = renew_invite(bob).token
    desk.post(LIST, {"action": "delete_selected", "_selected_action": [bob.pk], "post": "yes"})
    assert Message.objects.get(pk=answered.pk).body == "Not me"
    assert asked.reactions.count() == 1
    everyone.refresh_from_db()
    assert log(everyone) == list(range(1, everyone.head + 1))
    said = store.run_transaction(events_json, everyone.pk, 0, everyone.head)
    assert {"id": bob.pk, "name": "Deleted account"} in [event["actor"] for event in json.loads(said)]
    assert "Bob" not in said
    assert set(talk.members.values_list("name", flat=True)) == {"Alice", "Deleted account"}
    assert not Invite.objects.filter(token=token, revoked_at=None).exists()
    assert User.objects.get(pk=bob.pk).deleted_at


# Names


def test_the_admin_gives_no_name_that_nobody_can_see(desk, alice):
    password = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    for name, username in (("\u3164", "dora"), ("Dora", "dora\u3164")):
        desk.post(reverse("admin:chat_user_add"), {"name": name, "username": username, **password})
    desk.post(reverse("admin:chat_user_change", args=[alice.pk]), {"name": "\u2800", "username": "alice"})
    desk.post(reverse("admin:chat_room_add"), {"name": "\u3164", "kind": "open"})
    assert [(user.username, user.name) for user in User.objects.all()] == [("alice", "Alice")]
    assert [room.name for room in Room.objects.all()] == ["Everyone"]
