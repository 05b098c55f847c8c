"""Those who can run this server: there is always one who can get in."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from chat.actions.locks import lock_people
from chat.models import User
from storage.store import store

OWNER = {"is_active": True, "is_staff": True, "is_superuser": True}
"""What makes an account an owner's, besides a password."""

LAST_OWNER = (
    "This is the last account that can run this server. Nobody could get in again:"
    " make another account active, staff and superuser first."
)


class LastOwner(Exception):
    """It would have left nobody who can run this server."""

    def __init__(self) -> None:
        super().__init__(LAST_OWNER)


def leaves_no_owner(people: Collection[int]) -> bool:
    """Whether nobody could run this server without these people, given by their ids.

    Ask in the transaction that takes it from them: of two owners who leave at once, one is told that they are the last.
    """
    store.run_transaction(lock_people)
    with_password = User.objects.filter(**OWNER).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    owners = set(with_password.values_list("pk", flat=True))
    return bool(owners) and owners <= set(people)


def make_owner(username: str) -> User:
    """Make an account active, staff and superuser, whatever it was.

    Raises:
        User.DoesNotExist: nobody logs in by this name.
    """
    with transaction.atomic():
        store.run_transaction(lock_people)
        user = User.objects.get(username__iexact=username, deleted_at=None)
        User.objects.filter(pk=user.pk).update(**OWNER)
    return user
