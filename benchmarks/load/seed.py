"""Fills an empty database with members and their sessions, and prints the room and the session keys as JSON."""

from __future__ import annotations

import json
import os
import sys

import config  # noqa: F401 - links the newer SQLite before Django looks for one


def main(people: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415 - the settings have to be named first

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - likewise

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody logs in by these passwords
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415 - needs the apps
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - likewise

    from chat.actions.accounts import create_member, create_owner  # noqa: PLC0415 - likewise
    from chat.models import Room  # noqa: PLC0415 - likewise

    sessions = []
    for number in range(people):
        create = create_member if number else create_owner
        user = create(f"Person {number}", f"person{number}", "a long enough password")
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        sessions.append(session.session_key)
    json.dump({"room": Room.objects.get(name="Everyone").pk, "sessions": sessions}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
