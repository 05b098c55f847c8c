"""Fills an empty database with the cast, and prints who they are as JSON. Runs as a process of its own."""

from __future__ import annotations

import json
import os
import sys

PASSWORD = "a long enough password"
CAST = {"alice": "Alice Adler", "bob": "Bob Brandt", "carla": "Carla Conti"}
ROOMS = 40


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django  # noqa: PLC0415 - the settings have to be named first

    django.setup()
    from chat.actions.accounts import create_member, create_owner  # noqa: PLC0415 - needs the apps
    from chat.actions.rooms import create_room  # noqa: PLC0415 - likewise
    from chat.models import Room, User  # noqa: PLC0415 - likewise
    from storage.store import store  # noqa: PLC0415 - likewise

    people: dict[str, User] = {}
    for username, name in CAST.items():
        create = create_member if people else create_owner
        people[username] = create(name, username, PASSWORD)
    # The owner's alone: for everybody else it does not exist.
    closed = store.run_transaction(create_room, "Accounts", Room.Kind.CLOSED, people["alice"].pk)
    # Rooms in which nothing happens before a test takes one.
    for number in range(1, ROOMS + 1):
        store.run_transaction(create_room, f"Room {number:02}", Room.Kind.OPEN, people["alice"].pk)
    json.dump(
        {
            "people": {
                username: {"id": person.pk, "name": person.name, "session": _session(person)}
                for username, person in people.items()
            },
            "everyone": Room.objects.get(name="Everyone").pk,
            "closed": closed,
            "rooms": list(Room.objects.filter(name__startswith="Room ").values_list("pk", flat=True)),
        },
        sys.stdout,
    )


def _session(person: object) -> str:
    from django.contrib.auth import login  # noqa: PLC0415 - needs the apps
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - likewise
    from django.http import HttpRequest  # noqa: PLC0415 - likewise

    request = HttpRequest()
    request.session = SessionStore()
    login(request, person, "django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    request.session.save()
    return str(request.session.session_key)


if __name__ == "__main__":
    main()
