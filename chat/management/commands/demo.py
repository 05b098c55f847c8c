"""`manage.py demo`: a small team with rooms and history, for looking around."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from chat.actions.accounts import FIRST_ROOM, create_member, create_owner
from chat.actions.messages import perform_change
from chat.actions.rooms import create_room, open_direct_room
from chat.models import Room, User
from chat.protocol import React, Send
from storage.store import store

OWNER = ("Alice Adler", "alice")
TEAM = [("Bob Brandt", "bob"), ("Carla Conti", "carla"), ("Dmitri Dahl", "dmitri"), ("Emi Endo", "emi")]


class Line(NamedTuple):
    """Somebody says something, perhaps in answer to an earlier line of the room, and others put emoji on it."""

    sender: str
    body: str
    answers: int | None = None
    reactions: dict[str, list[str]] = {}


TALK = {
    FIRST_ROOM: [
        Line(
            "alice", "Good morning! This is our new chat. It runs on the machine under my desk.", None, {"🎉": ["emi"]}
        ),
        Line("bob", "Morning! Does it survive the train? My line drops in *every* tunnel."),
        Line("alice", "It should: what you write is **kept on your side** until the server has it. Try it."),
        Line(
            "bob", "Sent from the tunnel, arrived at the other end. Once.", 2, {"🚀": ["alice", "emi"], "👍": ["carla"]}
        ),
        Line("emi", "おはようございます。Hello from Kyoto!", None, {"👋": ["alice", "bob", "carla", "dmitri"]}),
        Line("carla", "Buongiorno a tutti ☕"),
        Line("dmitri", "Where do I find the notes of Friday?\n\nAnd who brings the cake today?"),
        Line(
            "carla",
            "- Notes: https://example.org/notes/friday\n- Cake: me, but only if @Bob Brandt makes coffee",
            6,
            {"🍰": ["dmitri", "emi", "alice"]},
        ),
        Line("bob", "Deal. One line for the machine, then I'm at the stove:\n```sh\nmake run\n```"),
        Line("emi", "@Alice Adler is the backup a plain copy of the folder?"),
        Line("alice", "Yes: `var/` is everything. Stop, copy, start.", 9, {"❤️": ["emi"]}),
    ],
    "Design": [
        Line("carla", "The new icon, a post horn, is in. Opinions?"),
        Line("emi", "Lovely. It reads well even at 16 pixels."),
        Line("alice", "Ship it.", None, {"📯": ["carla"]}),
    ],
    "Support": [
        Line("dmitri", "Two questions about invites today; I wrote both down for the handbook."),
        Line("bob", "Thanks! I'll take the evening shift."),
    ],
}
DIRECT = [
    Line("emi", "Do you have a minute before lunch?"),
    Line("alice", "Sure. I'll call you at half past."),
    Line("emi", "ありがとう 🙏"),
]


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
            self._talk(self._room(name, people["alice"]), talk, people)
        with_emi = store.run_transaction(open_direct_room, people["alice"].pk, people["emi"].pk)
        self._talk(with_emi, DIRECT, people)
        names = ", ".join(people)
        self.stdout.write(f"A team of {len(people)} is in: {names}.\nEverybody's password is {password}")

    def _talk(self, room: int, lines: list[Line], people: dict[str, User]) -> None:
        said: list[int] = []
        for line in lines:
            answers = None if line.answers is None else said[line.answers]
            send = Send(room, f"demo-{room}-{len(said)}", line.body, answers)
            said.append(store.run_transaction(perform_change, people[line.sender].pk, send).id)
            for emoji, fans in line.reactions.items():
                for fan in fans:
                    react = React(f"demo-{said[-1]}-{emoji.encode().hex()}", said[-1], emoji, on=True)
                    store.run_transaction(perform_change, people[fan].pk, react)

    def _room(self, name: str, owner: User) -> int:
        if name == FIRST_ROOM:
            return Room.objects.get(name=name).pk
        return store.run_transaction(create_room, name, Room.Kind.OPEN, owner.pk)
