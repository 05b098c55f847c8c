"""`manage.py owner NAME`: the way back in, where nobody is left who can run this server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.actions.owners import make_owner
from chat.models import User


class Command(BaseCommand):
    help = "Make an account an owner: active, staff and superuser."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="what this person logs in with")

    def handle(self, *, username: str, **_: Any) -> None:
        try:
            owner = make_owner(username)
        except User.DoesNotExist:
            raise CommandError(
                f"Nobody logs in as {username!r}. `manage.py createsuperuser` makes a new account that is an owner."
            ) from None
        self.stdout.write(f"{owner.name} ({owner.username}) is an owner now.")
        if not owner.has_usable_password():
            self.stdout.write(f"The account has no password: `manage.py changepassword {owner.username}` gives it one.")
