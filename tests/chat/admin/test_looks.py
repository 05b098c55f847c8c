"""Looks into closed and direct rooms are acts of their own, and each leaves a line in the admin's log."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from chat.actions.rooms import create_room, open_direct_room
from chat.models import Room
from storage.store import store

LIST = reverse("admin:chat_message_changelist")
LOG = reverse("admin:admin_logentry_changelist")
SECRET = "the surprise is a kettle"


@pytest.fixture(params=["closed", "direct"])
def private(request, alice, bob):
    """A room that is not open, and of which bob is a member."""
    if request.param == "direct":
        return Room.objects.get(pk=store.run_transaction(open_direct_room, alice.pk, bob.pk))
    return Room.objects.get(pk=store.run_transaction(create_room, "Plans", Room.Kind.CLOSED, bob.pk))


@pytest.fixture
def secret(bob, private, say):
    return say(bob, SECRET, room=private)


def noted() -> list[tuple[str, str]]:
    entries = LogEntry.objects.order_by("pk")
    return [(entry.user.username, f"{entry.object_repr}, {entry.change_message}") for entry in entries]


def test_opening_a_message_is_noted_each_time_without_its_text(desk, secret, private):
    page = reverse("admin:chat_message_change", args=[secret.pk])
    for count in (1, 2):
        assert SECRET in desk.get(page).content.decode()
        assert len(noted()) == count
    who, line = noted()[0]
    assert who == "alice"
    assert f"message {secret.pk}" in line
    assert f"room {private.pk}" in line
    assert "kettle" not in line


def test_a_search_that_finds_such_messages_is_noted_once_with_what_was_asked_for(desk, secret, private, bob, say):
    say(bob, "no kettle", room=private)
    page = desk.get(LIST, {"q": "kettle", "sender__id__exact": bob.pk})
    assert len(page.context["cl"].result_list) == 2
    assert SECRET not in page.content.decode()
    assert noted() == [
        ("alice", f"2 messages of closed or direct rooms, searched for q=kettle, sender__id__exact={bob.pk}")
    ]
    assert desk.get(LIST, {"body__contains": "kettle"}).status_code != 200, "there is no way round the search"
    assert desk.get(LIST, {"q": "teapot"}).status_code == 200
    assert len(noted()) == 1


def test_lists_do_not_show_what_such_messages_say(desk, secret, alice, say):
    say(alice, "for everybody")
    for query in ({}, {"room__id__exact": secret.room_id}):
        page = desk.get(LIST, query).content.decode()
        assert SECRET not in page
        assert "(open it to read it)" in page
    assert "for everybody" in desk.get(LIST).content.decode()
    assert noted() == []


def test_what_is_said_in_open_rooms_is_looked_at_without_a_note(desk, alice, say):
    message = say(alice, "for everybody")
    assert "for everybody" in desk.get(LIST, {"q": "everybody"}).content.decode()
    desk.get(reverse("admin:chat_message_change", args=[message.pk]))
    assert noted() == []


def test_who_may_not_look_leaves_no_note(client, bob, secret):
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    assert client.get(reverse("admin:chat_message_change", args=[secret.pk])).status_code == 403
    assert client.get(LIST, {"q": "kettle"}).status_code == 403
    assert noted() == []


def test_owners_read_the_log_and_nobody_changes_it(desk, client, bob, secret):
    desk.get(LIST, {"q": "kettle"})
    entry = LogEntry.objects.get()
    page = desk.get(LOG).content.decode()
    assert "looked at" in page
    assert "searched for q=kettle" in page
    assert desk.get(reverse("admin:admin_logentry_change", args=[entry.pk])).status_code == 200
    delete = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    desk.post(LOG, delete)
    assert desk.post(reverse("admin:admin_logentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.all())
    client.force_login(bob)
    assert client.get(LOG).status_code == 403
    assert LogEntry.objects.count() == 1
