"""How people come in, the owner once, everybody else by an invite, and how they go.

Synchronous, for views, the admin and commands.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from chat.actions.locks import lock_people, lock_rooms
from chat.actions.owners import LastOwner, leaves_no_owner
from chat.actions.rooms import create_room, end_membership, join_open_rooms
from chat.models import Invite, Room, User
from storage.store import store


class AlreadySetUp(Exception):
    """There is an owner already."""


FIRST_ROOM = "Everyone"
DELETED_NAME = "Deleted account"


def create_owner(name: str, username: str, password: str) -> User:
    """Make the first account, which owns the installation, and its first room.

    Raises:
        AlreadySetUp: somebody was faster. Of two at once, one wins.
    """
    owner = _account(name, username, password)
    owner.is_staff = owner.is_superuser = True
    with transaction.atomic():
        store.run_transaction(lock_people)
        if User.objects.exists():
            raise AlreadySetUp
        owner.save()
        store.run_transaction(create_room, FIRST_ROOM, Room.Kind.OPEN, owner.pk)
    return owner


def create_member(name: str, username: str, password: str) -> User:
    """Make an account and let it into every open room."""
    user = _account(name, username, password)
    with transaction.atomic():
        store.run_transaction(lock_people)
        user.save()
        store.run_transaction(join_open_rooms, user.pk)
    return user


def _account(name: str, username: str, password: str) -> User:
    """A new account, not stored yet: hashing takes long on purpose, and whoever saves it holds others off."""
    return User(name=name, username=User.normalize_username(username), password=make_password(password))


def rename(user: User, name: str) -> None:
    """Give somebody another name. Others see it with whatever next tells them of this person."""
    User.objects.filter(pk=user.pk).update(name=name)


def set_password(user: User, password: str, renew_session: Callable[[], None]) -> None:
    """Give somebody another password. Their sessions and connections end, save that which is renewed with it.

    `renew_session` stores that one, in the same transaction: both are kept, or neither.
    """
    user.set_password(password)  # outside of the transaction: hashing takes long on purpose
    with transaction.atomic():
        user.save(update_fields=["password"])
        renew_session()


def delete(user: User) -> None:
    """Delete somebody's account: name, user name, email, password and rights are gone, and they have left their rooms.

    The emptied row stays, because the logs of rooms refer to it: what this person wrote and did keeps its place there,
    under the name "Deleted account". So does the other half of their direct rooms.

    Raises:
        LastOwner: nobody else can run this server.
    """
    with transaction.atomic():
        if leaves_no_owner([user.pk]):
            raise LastOwner
        rooms = list(user.memberships.order_by("room").values_list("room", flat=True))
        store.run_transaction(lock_rooms, rooms)
        for room in rooms:
            store.run_transaction(end_membership, room, user.pk)
        Invite.objects.filter(created_by=user, revoked_at=None).update(revoked_at=timezone.now())
        user.groups.clear()
        user.user_permissions.clear()
        user.username = f"deleted #{user.pk}"  # with signs that no form lets anybody take
        user.name, user.email, user.password = DELETED_NAME, "", make_password(None)
        user.is_active = user.is_staff = user.is_superuser = False
        user.last_login, user.deleted_at = None, timezone.now()
        user.save()


def valid_invite(token: str) -> Invite | None:
    """The invite of this token, if it still lets people in."""
    return Invite.objects.select_related("created_by").filter(token=token, revoked_at=None).first()


def renew_invite(user: User) -> Invite:
    """Make a new invite; links given out before stop working."""
    with transaction.atomic():
        store.run_transaction(lock_people)
        Invite.objects.filter(revoked_at=None).update(revoked_at=timezone.now())
        return Invite.objects.create(created_by=user)
