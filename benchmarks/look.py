"""What the look once a second costs a process: CPU for 1,000 connected people in 40 rooms each.

    .venv/bin/python -m benchmarks.look

Prints the milliseconds of CPU, of all threads, for a look when nothing has changed, and for one at everybody.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from datetime import timedelta
from time import process_time

import config  # noqa: F401 - links the newer SQLite before Django looks for one

PEOPLE = 1_000
ROOMS = 40
LOOKS = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/look.sqlite3", "VAR_DIR": folder}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django  # noqa: PLC0415 - the settings have to be named first

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415 - needs the apps

        call_command("migrate", verbosity=0)
        _fill()
        asyncio.run(_measure())


def _fill() -> None:
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - needs the apps
    from django.utils import timezone  # noqa: PLC0415 - likewise

    from chat.models import Membership, Room, User  # noqa: PLC0415 - likewise

    numbers = range(1, PEOPLE + 1)
    User.objects.bulk_create(
        User(id=n, username=f"u{n}", name=f"Person {n}", password=f"pbkdf2_sha256$1000000$salt{n}$" + "h" * 44)
        for n in numbers
    )
    Room.objects.bulk_create(Room(id=n, name=f"Room {n}") for n in range(1, ROOMS + 1))
    Membership.objects.bulk_create(Membership(room_id=r, user_id=n) for n in numbers for r in range(1, ROOMS + 1))
    tomorrow = timezone.now() + timedelta(days=1)
    Session.objects.bulk_create(Session(session_key=f"session{n}", expire_date=tomorrow) for n in numbers)


async def _measure() -> None:
    from chat.live.hub import Hub  # noqa: PLC0415 - needs the apps
    from chat.live.listener import Listener  # noqa: PLC0415 - likewise
    from chat.live.socket import Socket  # noqa: PLC0415 - likewise
    from chat.queries.credentials import LogIn  # noqa: PLC0415 - likewise
    from chat.queries.welcome import welcome  # noqa: PLC0415 - likewise
    from storage.store import store  # noqa: PLC0415 - likewise

    async def nobody(_: object) -> None: ...

    hub = Hub()
    for n in range(1, PEOPLE + 1):
        credential = LogIn(n, f"session{n}", f"pbkdf2_sha256$1000000$salt{n}$" + "h" * 44)
        found = await welcome(credential)
        if found is None:
            raise SystemExit("the people that were just made are not let in")
        listener = Listener(credential, f"Person {n}", Socket(nobody), found.revisions)
        hub._listeners.add(listener)  # without the hub's own look
        for room, head in found.heads.items():
            hub.join(listener, room, head, head)
    for words, whatever_changed in (("nothing has changed", False), ("everybody is looked at", True)):
        began = process_time()
        for _ in range(LOOKS):
            await hub._look_at_all(whatever_changed=whatever_changed)
        print(f"{words}: {(process_time() - began) / LOOKS * 1000:.1f} ms")
    await store.close()


if __name__ == "__main__":
    main()
