"""The admin finds things, stays fast, and changes nothing but by its actions."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat.actions.accounts import create_member
from chat.actions.rooms import create_room, open_direct_room
from chat.models import Event, Membership, Room
from storage.models import RolloutChange, RolloutFlag
from storage.store import store

pytestmark = pytest.mark.django_db

LIST = "/admin/chat/message/"


def found(desk, **query) -> list[str]:
    response = desk.get(LIST, query)
    assert response.status_code == 200
    return [message.body for message in response.context["cl"].result_list]


def test_messages_are_found_by_words_server_id_and_client_id(desk, alice, say):
    say(alice, "Où est le café?", "first-id")
    other = say(alice, "nothing of the kind")
    assert found(desk, q="cafe") == ["Où est le café?"]
    assert found(desk, q="le EST") == ["Où est le café?"]
    assert found(desk, q="caf") == ["Où est le café?"]  # the last word may be a beginning
    assert found(desk, q="first-id") == ["Où est le café?"]
    assert found(desk, q=str(other.pk)) == ["nothing of the kind"]
    assert found(desk, q="absent") == []


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("東京", ["明日は東京で会いましょう"]),
        ("🎉", ["Done 🎉 at 100%"]),
        ("done 🎉", ["Done 🎉 at 100%"]),
        ("🎉 dance", []),
        ("%", ["Done 🎉 at 100%"]),
        ("👩🏽‍💻 🎉", []),
    ],
)
def test_messages_are_found_by_emoji_signs_and_scripts_without_spaces_as_in_the_chat(desk, alice, say, term, expected):
    say(alice, "明日は東京で会いましょう")
    say(alice, "Done 🎉 at 100%")
    say(alice, "dance")
    assert found(desk, q=term) == expected


@pytest.mark.parametrize(
    "term", ['"', '"!!!', "a AND", "*", "(", "body:x", "-", "'; DROP TABLE", "9" * 40, "٣", "NEAR("]
)
def test_no_search_term_is_an_error(desk, alice, say, term):
    say(alice, "hello")
    assert found(desk, q=term) == []


def test_messages_are_filtered_by_room_sender_and_date(desk, alice, bob, everyone, say):
    design = Room.objects.get(pk=store.run_transaction(create_room, "Design", Room.Kind.OPEN, alice.pk))
    say(alice, "one")
    say(bob, "two")
    say(bob, "three", room=design)
    assert found(desk, room__id__exact=design.pk) == ["three"]
    assert found(desk, sender__id__exact=bob.pk) == ["three", "two"]
    assert found(desk, sender__id__exact=bob.pk, room__id__exact=everyone.pk) == ["two"]
    assert found(desk, created_at__gte="2000-01-01 00:00:00+00:00") == ["three", "two", "one"]
    assert found(desk, created_at__gte="2900-01-01 00:00:00+00:00") == []


def test_a_page_costs_the_same_however_many_messages_there_are(desk, alice, say):
    def queries(**query):
        with CaptureQueriesContext(connection) as captured:
            found(desk, **query)
        return [entry["sql"] for entry in captured]

    for number in range(3):
        say(alice, f"few {number}")
    few = queries()
    for number in range(120):
        say(alice, f"many {number}")
    many = queries()
    assert len(many) == len(few)
    assert not any("COUNT(" in sql.upper() for sql in many + queries(q="many") + queries(p=2))


def test_pages_follow_one_another_without_being_counted(desk, alice, say):
    for number in range(120):
        say(alice, str(number))
    pages = [found(desk, p=page) for page in (1, 2, 3)]
    assert [body for page in pages for body in page] == [str(n) for n in reversed(range(120))]
    assert found(desk, p="no number") == pages[0]


def test_texts_are_read_only_even_for_the_owner(desk, alice, say):
    message = say(alice, "as it was")
    url = reverse("admin:chat_message_change", args=[message.pk])
    assert desk.get(url).status_code == 200
    assert desk.post(url, {"body": "forged"}).status_code == 403
    assert desk.get(reverse("admin:chat_message_add")).status_code == 403
    assert desk.post(reverse("admin:chat_message_delete", args=[message.pk])).status_code == 403
    message.refresh_from_db()
    assert message.body == "as it was"


def test_a_message_is_taken_back_and_brought_back_and_the_log_says_so(desk, alice, say, everyone):
    message = say(alice, "hasty")
    head = Room.objects.get(pk=everyone.pk).head
    for action, deleted in (("take_back", True), ("take_back", True), ("bring_back", False)):
        desk.post(LIST, {"action": action, "_selected_action": [message.pk]})
        message.refresh_from_db()
        assert (message.deleted_at is not None) is deleted
        assert message.body == "hasty"
    events = Event.objects.filter(room=everyone, seq__gt=head).order_by("seq").values_list("seq", "kind", "actor")
    assert list(events) == [(head + 1, "delete", alice.pk), (head + 2, "edit", alice.pk)]
    assert LogEntry.objects.count() == 2


def test_actions_need_the_right_to_moderate(client, bob, alice, say):
    message = say(alice, "mine")
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    client.post(LIST, {"action": "take_back", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert message.deleted_at is None


def test_a_room_made_here_has_its_members_and_its_log(desk, alice, bob):
    desk.post(reverse("admin:chat_room_add"), {"name": "Design", "kind": "open"})
    room = Room.objects.get(name="Design")
    assert set(room.members.all()) == {alice, bob}
    assert list(room.events.order_by("seq").values_list("seq", "kind")) == [(1, "member"), (2, "member")]
    assert room.head == 2


def test_memberships_come_and_go_through_the_log(desk, alice, bob):
    desk.post(reverse("admin:chat_room_add"), {"name": "Board", "kind": "closed"})
    board = Room.objects.get(name="Board")
    assert set(board.members.all()) == {alice}
    desk.post(reverse("admin:chat_membership_add"), {"user": bob.pk, "room": board.pk})
    membership = Membership.objects.get(room=board, user=bob)
    desk.post(reverse("admin:chat_membership_delete", args=[membership.pk]), {"post": "yes"})
    assert set(board.members.all()) == {alice}
    assert board.events.count() == 3


def test_direct_rooms_are_looked_at_and_left_alone(desk, alice, bob):
    talk = store.run_transaction(open_direct_room, alice.pk, bob.pk)
    membership = Membership.objects.get(room=talk, user=bob)
    carla = create_member("Carla", "carla", "a long enough password")
    desk.post(reverse("admin:chat_membership_delete", args=[membership.pk]), {"post": "yes"})
    desk.post(
        reverse("admin:chat_membership_changelist"),
        {"action": "delete_selected", "_selected_action": [membership.pk], "post": "yes"},
    )
    desk.post(reverse("admin:chat_membership_add"), {"user": carla.pk, "room": talk})
    desk.post(reverse("admin:chat_room_add"), {"name": "Two", "kind": "direct"})
    assert set(Room.objects.get(pk=talk).members.all()) == {alice, bob}
    assert Room.objects.filter(kind=Room.Kind.DIRECT).count() == 1
    assert desk.get(reverse("admin:chat_room_change", args=[talk])).status_code == 200


def test_a_person_made_here_is_in_the_open_rooms(desk, everyone):
    password = "a long enough password"
    form = {
        "username": "carla",
        "name": "Carla",
        "password1": password,
        "password2": password,
        "usable_password": "true",
    }
    desk.post(reverse("admin:chat_user_add"), form)
    assert everyone.members.filter(username="carla").exists()


def test_the_invite_token_is_not_shown(desk, alice):
    from chat.actions.accounts import renew_invite  # noqa: PLC0415

    invite = renew_invite(alice)
    for url in (reverse("admin:chat_invite_changelist"), reverse("admin:chat_invite_change", args=[invite.pk])):
        response = desk.get(url)
        assert response.status_code == 200
        assert invite.token not in response.content.decode()


def test_a_rollout_flag_turned_here_leaves_its_record(desk):
    flag = RolloutFlag.objects.get(name="chat_queue")
    desk.post(reverse("admin:storage_rolloutflag_change", args=[flag.pk]), {"percent": "25"})
    change = RolloutChange.objects.get()
    assert (change.flag, change.old_percent, change.new_percent, change.by) == ("chat_queue", 100, 25, "alice")
    assert desk.get(reverse("admin:storage_rolloutchange_changelist")).status_code == 200


def test_every_page_of_the_admin_opens(desk, alice, say):
    say(alice, "hello")
    for model in ("room", "membership", "user", "invite", "message"):
        assert desk.get(reverse(f"admin:chat_{model}_changelist")).status_code == 200
    assert desk.get(reverse("admin:chat_user_change", args=[alice.pk])).status_code == 200
    assert desk.get(reverse("admin:index")).status_code == 200
