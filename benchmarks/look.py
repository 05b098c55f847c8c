"""What the look once a second costs one process of several, in CPU: for so many people, in 40 rooms each.

    .venv/bin/python -m benchmarks.look [--people 10000] [--processes 4] [--rooms 2000] [--database URL]

Prints the milliseconds of CPU for one look of a process that serves its part of the people: when nothing has changed,
when somebody's memberships or session have, and at everybody. On PostgreSQL also those of the server's processes that
this one talks with. The database that is named has to be empty, or left by this program with the same numbers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import config  # noqa: F401 - links the newer SQLite before Django looks for one

ROOMS_EACH = 40
LOOKS = 20


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--people", type=int, default=10_000)
    options.add_argument("--processes", type=int, default=4)
    options.add_argument("--rooms", type=int, default=2_000)
    options.add_argument("--database", metavar="URL")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = given.database or f"sqlite:///{folder}/look.sqlite3"
        os.environ |= {"DATABASE_URL": database, "VAR_DIR": folder, "LOG_LEVEL": "ERROR"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django  # noqa: PLC0415 - the settings have to be named first

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415 - needs the apps

        call_command("migrate", verbosity=0)
        _fill(given.people, given.rooms)
        asyncio.run(_measure(given.people // given.processes, given.people))


def _password(number: int) -> str:
    return f"pbkdf2_sha256$1000000$salt{number}$" + "h" * 44


def _fill(people: int, rooms: int) -> None:
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - needs the apps
    from django.utils import timezone  # noqa: PLC0415 - likewise

    from chat.models import Membership, Room, User  # noqa: PLC0415 - likewise

    if User.objects.exists():
        return
    numbers = range(1, people + 1)
    User.objects.bulk_create(
        [User(id=n, username=f"u{n}", name=f"Person {n}", password=_password(n)) for n in numbers], 1000
    )
    Room.objects.bulk_create([Room(id=n, name=f"Room {n}") for n in range(1, rooms + 1)], 1000)
    belongs = ((n, {(n * 7919 + k * k * 104_729) % rooms + 1 for k in range(ROOMS_EACH)}) for n in numbers)
    Membership.objects.bulk_create(
        [Membership(room_id=room, user_id=n) for n, those in belongs for room in those], 1000
    )
    tomorrow = timezone.now() + timedelta(days=1)
    Session.objects.bulk_create([Session(session_key=f"session{n}", expire_date=tomorrow) for n in numbers], 1000)


async def _measure(here: int, people: int) -> None:
    from chat.live import process  # noqa: PLC0415 - needs the apps
    from chat.live.listener import Listener  # noqa: PLC0415 - likewise
    from chat.live.socket import Socket  # noqa: PLC0415 - likewise
    from chat.queries.credentials import LogIn  # noqa: PLC0415 - likewise
    from chat.queries.welcome import welcome  # noqa: PLC0415 - likewise
    from storage.store import store  # noqa: PLC0415 - likewise

    async def nobody(_: object) -> None: ...

    hub = process.hub
    for n in range(1, here + 1):
        credential = LogIn(n, f"session{n}", _password(n))
        found = await welcome(credential)
        if found is None:
            raise SystemExit("the people that were just made are not let in")
        listener = Listener(credential, f"Person {n}", Socket(nobody), found.revisions)
        hub._listeners.add(listener)  # without the hub's own look
        for room, head in found.heads.items():
            hub.join(listener, room, head, head)
    print(f"{here} of {people} people on this process, who hear {len(hub._feeds.heard())} rooms")

    async def nothing() -> None: ...

    async def somebody_elses_room() -> None:
        await store.execute(
            "UPDATE chat_membership SET user_id = user_id"
            " WHERE id = (SELECT min(id) FROM chat_membership WHERE user_id = %s)",
            [people],
        )

    async def somebody_elses_password() -> None:
        await store.execute("UPDATE chat_user SET password = password || 'x' WHERE id = %s", [people])

    for words, before, whatever_changed in (
        ("nothing has changed", nothing, False),
        ("somebody's memberships have", somebody_elses_room, False),
        ("somebody's password has", somebody_elses_password, False),
        ("everybody is looked at", nothing, True),
    ):
        look = partial(hub._look_at_all, whatever_changed=whatever_changed)
        ours, theirs = await _cost(before, look)
        print(f"{words}: {ours:.1f} ms" + (f", and {theirs:.1f} ms in PostgreSQL" if theirs is not None else ""))
    await store.close()


async def _cost(
    before: Callable[[], Awaitable[None]], look: Callable[[], Awaitable[Any]]
) -> tuple[float, float | None]:
    """Milliseconds of CPU of a look: this process's, with all threads, and those of PostgreSQL's that serve it."""
    ours, theirs = 0.0, 0.0
    for number in range(LOOKS + 1):
        await before()
        began = _cpu(), await _backend_cpu()
        await look()
        if number:  # the first warms up
            ours += _cpu() - began[0]
            theirs += await _backend_cpu() - began[1]
    return ours / LOOKS * 1000, theirs / LOOKS * 1000 if _is_postgres() else None


def _is_postgres() -> bool:
    from django.db import connection  # noqa: PLC0415 - needs the settings

    return connection.vendor == "postgresql"


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _backend_cpu() -> float:
    if not _is_postgres():
        return 0.0
    from storage.store import store  # noqa: PLC0415 - needs the apps

    rows = await store.fetch_all("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    return sum(_seconds(row["pid"]) for row in rows)


def _seconds(pid: int) -> float:
    """CPU that a process has used, in seconds; of one that is gone, none."""
    try:
        run = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
    except OSError:
        return 0.0
    return int(run) / 1e9


if __name__ == "__main__":
    main()
