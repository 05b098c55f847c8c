"""The admin in this very process: alice, who owns the place, at her desk, and bob."""

from __future__ import annotations

import pytest

from chat.actions.accounts import create_member, create_owner
from chat.actions.messages import perform_change
from chat.models import Message, Room
from chat.protocol import Send
from storage.store import store


@pytest.fixture(autouse=True)
def _plain_static_files(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def alice(db, quick_passwords):
    return create_owner("Alice", "alice", "a long enough password")


@pytest.fixture
def bob(alice):
    return create_member("Bob", "bob", "a long enough password")


@pytest.fixture
def everyone(alice):
    return Room.objects.get(name="Everyone")


@pytest.fixture
def say(everyone):
    def say(sender, body, client_id=None, room=None):
        frame = Send((room or everyone).pk, client_id or f"c{Message.objects.count()}", body)
        return Message.objects.get(pk=store.run_transaction(perform_change, sender.pk, frame).id)

    return say


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    return client
