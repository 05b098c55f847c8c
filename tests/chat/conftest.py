from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.backends.db import SessionStore

from chat.actions.accounts import create_member, create_owner
from chat.live import process
from chat.live.allowances import Allowances
from chat.live.batch import commit_batch
from chat.live.commit_queue import CommitQueue
from chat.live.consumer import ChatConsumer
from chat.live.hints import Hints
from chat.live.hub import Hub
from chat.live.neighbours import Neighbours
from chat.live.operation import Lane, Operation
from chat.models import Installation, Room, User
from chat.protocol import Ack
from chat.queries.installation import identity
from storage.store import Store, store


@pytest.fixture(scope="session")
def golden() -> dict[str, dict[str, Any]]:
    """The golden frames of the server, by name."""
    cases = json.loads((Path(__file__).parent.parent / "frames" / "server.json").read_text())
    return {case["name"]: case["frame"] for case in cases}


# Everything in this very process, for what cannot be seen or arranged from outside.


@pytest.fixture
def quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people(transactional_db, quick_passwords) -> dict[str, User]:
    """alice, bob and carla, all of them in the room "Everyone"."""
    Installation.objects.get_or_create()
    return {
        "alice": create_owner("Alice Adler", "alice", "a long enough password"),
        "bob": create_member("Bob Brandt", "bob", "a long enough password"),
        "carla": create_member("Carla Conti", "carla", "a long enough password"),
    }


@pytest.fixture
def bob(people) -> int:
    """The id."""
    return int(people["bob"].pk)


@pytest.fixture
def carla(people) -> int:
    """The id."""
    return int(people["carla"].pk)


@pytest.fixture
def everyone(people) -> int:
    return Room.objects.get(name="Everyone").pk


@pytest.fixture
async def own_store(transactional_db, settings) -> AsyncIterator[Store]:
    """The store that chat uses, new for this test and its event loop, and closed after it."""
    settings.STORAGE_WORKERS = None
    store._forget()
    yield store
    await store.close()
    store._forget()


@pytest.fixture(params=[True, False], ids=["workers", "stock"])
def on_both_paths(request, settings, own_store) -> Store:
    settings.STORAGE_WORKERS = request.param
    return store


class Visit(WebsocketCommunicator):
    """A connection to a consumer in this process."""

    async def take(self, kind: str) -> dict[str, Any]:
        """The next frame of this type; others are passed over."""
        frame: dict[str, Any] = {}
        while frame.get("type") != kind:
            frame = await self.receive_json_from(timeout=10)
        return frame

    async def hello(self, rooms: dict[int, int] | None = None) -> dict[str, Any]:
        """Come in."""
        cursors = {str(room): seq for room, seq in (rooms or {}).items()}
        await self.send_json_to({"type": "hello", "v": 1, "rooms": cursors})
        return await self.take("welcome")

    async def post(self, room: int, client_id: str, body: str = "Hello") -> None:
        """Send a message without waiting for the answer."""
        await self.send_json_to({"type": "send", "room": room, "client_id": client_id, "body": body})


def log_in(person: User) -> str:
    session = SessionStore()
    session.create()
    return str(session.session_key)


@pytest.fixture
async def visit(people, own_store, settings, monkeypatch):
    """Opens a connection in this process, to a hub and a commit queue of the test's own."""
    settings.CHANNEL_LAYERS = {}
    settings.SENDS_PER_SECOND = settings.FRAMES_PER_SECOND = 100_000
    hints = Hints(identity)
    neighbours = Neighbours(hints)
    hub = Hub(hints, neighbours)
    monkeypatch.setattr(process, "allowances", Allowances(hints, neighbours))
    monkeypatch.setattr(process, "hub", hub)
    monkeypatch.setattr(process, "commit_queue", CommitQueue(hub.publish))
    visits: list[Visit] = []
    sessions = {name: await sync_to_async(log_in)(person) for name, person in people.items()}

    async def come(person: str) -> Visit:
        visit = Visit(ChatConsumer.as_asgi(), "/ws/chat/")
        visit.scope["user"] = people[person]
        visit.scope["session"] = SimpleNamespace(session_key=sessions.get(person))
        assert await visit.connect(timeout=10) == (True, None)
        visits.append(visit)
        return visit

    yield come
    for visit in visits:
        with suppress(asyncio.CancelledError):  # a test that timed out has ended its visits already
            await visit.disconnect()


@pytest.fixture
def commit(own_store):
    """Commit frames of their senders as one batch; "ack", "duplicate" or the code of the nack, for each."""

    async def commit(*changes: tuple[int, Any]) -> list[str]:
        lanes: dict[int, Lane] = {}
        batch = [Operation(user, frame, lanes.setdefault(user, Lane()), 0, lambda _: None) for user, frame in changes]
        outcomes, _ = await own_store.transaction(commit_batch, batch)
        return [_word(outcomes[operation]) for operation in batch]

    return commit


def _word(outcome: Any) -> str:
    if isinstance(outcome, Ack):
        return "duplicate" if outcome.duplicate else "ack"
    return str(outcome.code.value)
