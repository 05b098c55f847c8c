"""A program: makes the same world on the database of DATABASE_URL, asks everything, and prints the answers as JSON.

The answers of two engines are to be equal. Times and made-up names are left out of them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from itertools import count
from typing import Any

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import DataError  # noqa: E402

from chat.actions import accounts, rooms  # noqa: E402
from chat.actions.history import RoomHistory  # noqa: E402
from chat.actions.messages import perform_change, set_deleted  # noqa: E402
from chat.admin.messages import MessageAdmin  # noqa: E402
from chat.models import Message, Room, User  # noqa: E402
from chat.protocol import Delete, Edit, History, React, Send  # noqa: E402
from chat.queries import credentials, events, look, messages, people, search, welcome  # noqa: E402
from chat.queries import rooms as room_queries  # noqa: E402
from storage.store import Connection, store  # noqa: E402
from tests.engines.corpus import NAMES, QUERIES, TEXTS  # noqa: E402

TIME = re.compile(r'"(at|active_at|edited_at)" ?: ?"[^"]*"')
ids = (f"c{number}" for number in count())


def do(work: Any, *args: Any, **more: Any) -> Any:
    return store.run_transaction(lambda connection: work(connection, *args, **more))


def make_world() -> list[int]:
    """People and rooms, direct ones too, messages with replies and reactions, edits, deletes, somebody who went."""
    accounts.create_owner(NAMES[0], "owner", "a long password")
    folk = [User.objects.get().pk]
    folk += [
        accounts.create_member(name, f"user{number}", "a long password").pk for number, name in enumerate(NAMES[1:])
    ]
    everyone = Room.objects.get().pk
    den = do(rooms.create_room, "den", Room.Kind.CLOSED, folk[1])
    do(rooms.add_membership, den, folk[2], folk[1])
    for name in ("Zoo", "ábc", "abc", "ABD", "éa", "Éb", "東京"):
        do(rooms.create_room, name, Room.Kind.OPEN, folk[0])
    direct = [do(rooms.open_direct_room, folk[1], other) for other in folk[2:]]
    said = [
        do(perform_change, folk[number % 3], Send(everyone, next(ids), text)).id for number, text in enumerate(TEXTS)
    ]
    said += [do(perform_change, folk[1], Send(den, next(ids), text, None)).id for text in TEXTS[:9]]
    do(perform_change, folk[1], Send(direct[0], next(ids), "between us: café"))
    for message in said[:5]:
        for who in (2, 0, 1):
            for emoji in ("👍🏽", "🎂"):
                do(perform_change, folk[who], React(next(ids), message, emoji, on=True))
    do(perform_change, folk[2], React(next(ids), said[0], "🎂", on=False))
    do(perform_change, folk[0], Send(everyone, next(ids), "an answer", said[1]))
    do(perform_change, folk[0], Send(everyone, next(ids), "an answer to what is gone", said[4]))
    do(perform_change, folk[0], Edit(next(ids), said[0], "edited: naïve"))
    do(perform_change, folk[1], Delete(next(ids), said[4]))
    do(set_deleted, said[6], folk[0], deleted=True)
    do(rooms.rename_room, everyone, 'Ev"ery\\one 🙂', folk[0])
    do(rooms.leave_room, den, folk[2])
    accounts.delete(User.objects.get(pk=folk[-1]))
    return folk


async def ask(folk: list[int]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    all_rooms = [pk async for pk in Room.objects.order_by("pk").values_list("pk", flat=True)]
    for user in folk:
        answers[f"rooms of {user}"] = await room_queries.rooms_of(user)
        answers[f"open to {user}"] = await room_queries.open_to(user)
        for room in all_rooms:
            key = f"of {room} for {user}"
            answers[f"members {key}"] = await people.members(user, room)
            answers[f"position {key}"] = await room_queries.position(user, room)
            for after in (0, 3, 40, 10_000):
                answers[f"sync {after} {key}"] = await events.catch_up(user, room, after, 7)
            for asked in (
                *(History(room), History(room, before=20, limit=5), History(room, after=5, limit=4)),
                *(History(room, after=0, limit=200), History(room, around=12, limit=9), History(room, around=1)),
            ):
                answers[f"{asked} {key}"] = await messages.page(user, asked)
    answers["everybody"] = await people.everybody()
    answers["memberships"] = (await room_queries.memberships(folk)).of
    answers["heads"] = (await look.look(all_rooms)).heads
    answers["read"] = [await room_queries.mark_read(folk[1], room, seq) for room in all_rooms for seq in (3, 2, 10_000)]
    answers["read so far"] = await room_queries.rooms_of(folk[1])
    session = SessionStore()
    await session.acreate()
    owner = await User.objects.aget(pk=folk[0])
    valid = credentials.LogIn(owner.pk, session=str(session.session_key), password=owner.password)
    some = [valid, *(credentials.LogIn(user, session=f"s{user}", password="p") for user in folk)]
    ended, _ = await credentials.look_at(some)
    answers["ended"] = [one in ended for one in some]
    first = await welcome.welcome(valid)
    answers["welcome"] = first and (first.rooms, first.heads)
    for query in QUERIES:
        for where in (None, all_rooms[0], all_rooms[1]):
            answers[f"search {query!r} in {where}"] = await search.search(folk[1], query, where, None)
        answers[f"search {query!r} before"] = await search.search(folk[1], query, None, 30)
    try:
        await store.fetch_value("SELECT %s", ["NUL \0"])
    except DataError as error:
        answers["NUL"] = str(error)
    return answers


def admin_search(text: str) -> list[int]:
    from django.contrib import admin  # noqa: PLC0415

    found, _ = MessageAdmin(Message, admin.site).get_search_results(None, Message.objects.all(), text)  # type: ignore[arg-type]
    return sorted(found.values_list("pk", flat=True))


def position(connection: Connection) -> Any:
    return RoomHistory().position(connection)[1:]


def plain(answer: Any) -> Any:
    """An answer as what a client would make of it."""
    if isinstance(answer, str):
        text = TIME.sub(r'"\1":0', answer)
        return json.loads(text) if text[:1] in {"[", "{"} else text
    if isinstance(answer, dict):
        return {str(key): plain(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple | set):
        return [plain(value) for value in answer]
    return answer


def main() -> None:
    call_command("migrate", verbosity=0)
    folk = make_world()
    answers = asyncio.run(ask(folk))
    answers |= {f"admin's search {query!r}": admin_search(query) for query in QUERIES}
    answers["history"] = do(position)
    json.dump({key: plain(value) for key, value in answers.items()}, sys.stdout)


main()
