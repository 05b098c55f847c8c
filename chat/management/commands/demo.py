"""`manage.py demo`: a small team with rooms and history, for looking around."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from chat.actions.accounts import FIRST_ROOM, create_member, create_owner
from chat.actions.messages import do
from chat.actions.rooms import create_room
from chat.models import Room, User
from chat.protocol import Send
from storage.store import store

OWNER = ("Alice Adler", "alice")
TEAM = [("Bob Brandt", "bob"), ("Carla Conti", "carla"), ("Dmitri Dahl", "dmitri"), ("Emi Endo", "emi")]
TALK = {
    FIRST_ROOM: [
        ("alice", "Good morning! This is our new chat. It runs on the machine under my desk."),
        ("bob", "Morning! Does it survive the train? My line drops in every tunnel."),
        ("alice", "It should: what you write is kept on your side until the server has it. Try it."),
        ("bob", "Sent from the tunnel, arrived at the other end. Once."),
        ("emi", "おはようございます。Hello from Kyoto!"),
        ("carla", "Buongiorno a tutti ☕"),
        ("dmitri", "Where do I find the notes of Friday?\n\nAnd who brings the cake today?"),
        ("carla", "Notes: https://example.org/notes/friday\nCake: me, but only if somebody makes coffee."),
    ],
    "Design": [
        ("carla", "The new icon, a post horn, is in. Opinions?"),
        ("emi", "Lovely. It reads well even at 16 pixels."),
        ("alice", "Ship it."),
    ],
    "Support": [
        ("dmitri", "Two questions about invites today; I wrote both down for the handbook."),
        ("bob", "Thanks! I'll take the evening shift."),
    ],
}


class Command(BaseCommand):
    help = "Load a small team with rooms and history into an empty installation, for looking around."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", help="the password of all demo accounts (default: one made up and printed)")

    @transaction.atomic
    def handle(self, *, password: str | None, **_: Any) -> None:
        if User.objects.exists():
            raise CommandError("This installation has people in it already; the demo is for an empty one.")
        password = password or secrets.token_urlsafe(9)
        people = {OWNER[1]: create_owner(*OWNER, password)}
        people |= {username: create_member(name, username, password) for name, username in TEAM}
        for name, talk in TALK.items():
            room = self._room(name, people["alice"])
            for number, (sender, body) in enumerate(talk, start=1):
                frame = Send(room, f"demo-{room}-{number}", body)
                store.run_transaction(do, people[sender].pk, frame)
        names = ", ".join(people)
        self.stdout.write(f"A team of {len(people)} is in: {names}.\nEverybody's password is {password}")

    def _room(self, name: str, owner: User) -> int:
        if name == FIRST_ROOM:
            return Room.objects.get(name=name).pk
        return store.run_transaction(create_room, name, Room.Kind.OPEN, owner.pk)
