"""Accounts in the admin: who may do what to whom."""

from __future__ import annotations

from django.urls import reverse

from chat.models import Room, User

PASSWORD = "a long enough password"


def test_the_admin_gives_no_name_that_nobody_can_see(desk, alice):
    password = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    for name, username in (("\u3164", "dora"), ("Dora", "dora\u3164")):
        desk.post(reverse("admin:chat_user_add"), {"name": name, "username": username, **password})
    desk.post(reverse("admin:chat_user_change", args=[alice.pk]), {"name": "\u2800", "username": "alice"})
    desk.post(reverse("admin:chat_room_add"), {"name": "\u3164", "kind": "open"})
    assert [(user.username, user.name) for user in User.objects.all()] == [("alice", "Alice")]
    assert [room.name for room in Room.objects.all()] == ["Everyone"]
