"""Rooms, and who is in them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chat.actions.rooms import add_membership, create_room, end_membership
from chat.admin.lists import ReadOnly, Uncounted
from chat.admin.stored import ShowsStored
from chat.models import Membership, Room
from chat.pages.forms import ReadableNames
from storage.store import store


@admin.register(Room)
class RoomAdmin(ShowsStored, ReadOnly):
    files_by = "room"
    list_display = ("name", "kind", "head", "created_at", "files_stored")
    list_filter = ("kind",)
    search_fields = ("name",)
    fields = ("name", "kind")
    form = ReadableNames

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["choices"] = [choice for choice in Room.Kind.choices if choice[0] != Room.Kind.DIRECT]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.add_room")

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        creator: Any = request.user.pk
        obj.pk = store.run_transaction(create_room, obj.name, Room.Kind(obj.kind), creator)


@admin.register(Membership)
class MembershipAdmin(Uncounted):
    list_display = ("user", "room", "joined_at", "read_seq")
    list_filter = ("room",)
    list_select_related = ("user", "room")
    search_fields = ("user__name", "user__username")
    autocomplete_fields = ("user", "room")
    fields = ("user", "room")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A direct room stays with the two it was made for.
        return super().has_delete_permission(request, obj) and (obj is None or obj.room.kind != Room.Kind.DIRECT)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "room":
            kwargs["queryset"] = Room.objects.exclude(kind=Room.Kind.DIRECT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        store.run_transaction(add_membership, obj.room_id, obj.user_id)
        obj.pk = Membership.objects.get(room=obj.room_id, user=obj.user_id).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        store.run_transaction(end_membership, obj.room_id, obj.user_id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for membership in queryset:
            self.delete_model(request, membership)
