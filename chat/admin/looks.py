"""Looks into rooms that are not open to everybody: each leaves an entry in the admin's log, which nobody can change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest

from chat.admin.lists import ReadOnly, Uncounted
from chat.models import Message, Room

LOOK = 4  # Django itself knows no flag for it
FLAGS = {ADDITION: "added", CHANGE: "changed", DELETION: "deleted", LOOK: "looked at"}


def is_private(room: Room) -> bool:
    """Whether what is said in the room is for its members alone."""
    return room.kind != Room.Kind.OPEN


def note_look(request: HttpRequest, message: Message) -> None:
    """Write down that this user reads a message of a closed or direct room."""
    if is_private(message.room):
        _note(request, str(message), f"in {message.room.get_kind_display()!r} room {message.room_id}", str(message.pk))


def note_search(request: HttpRequest, found: Iterable[Message]) -> None:
    """Write down that a search showed messages of closed or direct rooms, how many, and what was asked for."""
    private = sum(is_private(message.room) for message in found)
    if private:
        asked = ", ".join(f"{name}={value}" for name, value in request.GET.items())
        _note(request, f"{private} messages of closed or direct rooms", f"searched for {asked}")


def _note(request: HttpRequest, looked_at: str, message: str, message_id: str | None = None) -> None:
    user: Any = request.user
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Message),
        object_id=message_id,
        object_repr=looked_at,
        action_flag=LOOK,
        change_message=message,
    )


@admin.register(LogEntry)
class LogEntryAdmin(Uncounted, ReadOnly):
    """What was done and looked at in the admin, by whom; for owners."""

    list_display = ("action_time", "user", "what", "object_repr", "message")
    list_filter = ("user", "action_time")
    list_select_related = ("user", "content_type")
    fields = ("action_time", "user", "what", "content_type", "object_repr", "message")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    @admin.display(description="what")
    def what(self, entry: LogEntry) -> str:
        return FLAGS.get(entry.action_flag, "")

    @admin.display(description="message")
    def message(self, entry: LogEntry) -> str:
        return entry.get_change_message()
