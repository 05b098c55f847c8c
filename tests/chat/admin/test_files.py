"""What the admin shows of files: how much is stored of whom and where, and what messages carry."""

from __future__ import annotations

import pytest
from django.urls import reverse

from chat.actions.messages import perform_change, set_deleted
from chat.actions.rooms import create_room
from chat.models import Message, Room
from chat.protocol import Send
from storage.store import store
from tests.support.uploaded import uploaded

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024


@pytest.fixture
def send(everyone):
    """Sends a file of so many megabytes."""

    def send(sender, name: str, megabytes: int = 1, body: str = "", room: int | None = None) -> int:
        file = uploaded(sender.pk, room or everyone.pk, name, bytes=megabytes * MEGABYTE)
        frame = Send(file.room_id, f"sent-{file.id}", body, files=[file.id])
        return store.run_transaction(perform_change, sender.pk, frame).id

    return send


def listed(desk, kind: str, **query: str) -> list[tuple[str, int]]:
    """The rows of a list, with what is stored of each."""
    response = desk.get(reverse(f"admin:chat_{kind}_changelist"), query)
    assert response.status_code == 200
    return [(str(row), row.stored) for row in response.context["cl"].result_list]


def test_how_much_is_stored_of_whom_and_where(desk, alice, bob, everyone, send):
    den = store.run_transaction(create_room, "Den", Room.Kind.CLOSED, bob.pk)
    send(bob, "one.bin", 1)
    send(bob, "two.bin", 2, room=den)
    gone = send(alice, "gone.bin", 7)
    uploaded(alice.pk, den, "unsent.bin", bytes=MEGABYTE)
    store.run_transaction(lambda c: set_deleted(c, gone, alice.pk, deleted=True))
    assert listed(desk, "user") == [("Alice", MEGABYTE), ("Bob", 3 * MEGABYTE)]
    assert listed(desk, "user", o="-6") == [("Bob", 3 * MEGABYTE), ("Alice", MEGABYTE)]
    assert listed(desk, "room") == [("Den", 3 * MEGABYTE), ("Everyone", MEGABYTE)]
    assert "3.0\xa0MB" in desk.get(reverse("admin:chat_user_changelist")).content.decode()
    assert desk.get(reverse("admin:chat_user_changelist"), {"q": "bob"}).context["cl"].result_count == 1


def test_messages_are_shown_and_found_with_the_names_of_their_files(desk, bob, send):
    message = send(bob, "Plan <2026>.pdf")
    response = desk.get(reverse("admin:chat_message_changelist"), {"q": "plan"})
    assert [row.pk for row in response.context["cl"].result_list] == [message]
    assert "Plan &lt;2026&gt;.pdf" in response.content.decode()
    assert "Plan &lt;2026&gt;.pdf" in desk.get(reverse("admin:chat_message_change", args=[message])).content.decode()


def test_names_of_files_in_closed_rooms_are_not_in_the_list(desk, bob, send):
    den = store.run_transaction(create_room, "Den", Room.Kind.CLOSED, bob.pk)
    message = send(bob, "secret.pdf", room=den)
    assert "secret" not in desk.get(reverse("admin:chat_message_changelist")).content.decode()
    assert "secret.pdf" in desk.get(reverse("admin:chat_message_change", args=[message])).content.decode()
    assert Message.objects.get().body == ""
