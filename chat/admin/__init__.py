"""Inspection: find any message, see who is where. Texts are read-only; taking back and bringing back are actions.

The lists stay fast with a million messages: no page is counted (`NoCountPaginator`), text is found by the full-text
index, and related rows come with the page.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from chat.actions.messages import set_deleted
from chat.actions.rooms import create_room, join, join_open_rooms, leave
from chat.admin.pagination import NoCountPaginator
from chat.models import Invite, Membership, Message, Room, User
from chat.pages.forms import AdminLogInForm
from storage.store import store

# By sender first, because that is how the index of client ids begins.
SEARCH = """
    SELECT rowid FROM chat_message_fts WHERE chat_message_fts MATCH %s
    UNION ALL SELECT id FROM chat_message WHERE sender_id IN (SELECT id FROM chat_user) AND client_id = %s
    UNION ALL SELECT %s
"""

admin.site.login_form = AdminLogInForm


class Uncounted(admin.ModelAdmin):
    """A list of a large table."""

    list_per_page = 50
    show_full_result_count = False
    list_max_show_all = 0

    def get_paginator(self, request: HttpRequest, queryset: QuerySet, per_page: int, *_: Any, **__: Any) -> Any:
        page = request.GET.get("p", "1")
        return NoCountPaginator(queryset, per_page, number=int(page) if page.isdecimal() and len(page) < 10 else 1)


class ReadOnly(admin.ModelAdmin):
    """Rows that are looked at, never made or changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeletedFilter(admin.SimpleListFilter):
    title = "deleted"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in {"yes", "no"}:
            return queryset.filter(deleted_at__isnull=self.value() == "no")
        return queryset


@admin.register(Message)
class MessageAdmin(Uncounted, ReadOnly):
    list_display = ("id", "text", "sender", "room", "seq", "created_at", "deleted_at")
    list_filter = ("room", "sender", "created_at", DeletedFilter)
    list_select_related = ("sender", "room")
    search_fields = ("body",)
    search_help_text = "Words of the text, a server id, or a whole client id"
    actions = ("take_back", "bring_back")
    fields = ("id", "room", "seq", "sender", "client_id", "body", "reply_to", "created_at", "edited_at", "deleted_at")

    @admin.display(description="text")
    def text(self, message: Message) -> str:
        return message.body if len(message.body) <= 120 else message.body[:119] + "…"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Inside a room by `seq`: the same order, straight off its index.
        return ("-seq",) if "room__id__exact" in request.GET else ("-id",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        number = int(term) if term.isdecimal() and len(term) < 19 else None
        return queryset.filter(id__in=RawSQL(SEARCH, [_words(term), term, number])), False  # noqa: S611 - parameters

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.delete_message")

    @admin.action(description="Delete for everybody (can be restored)", permissions=["moderate"])
    def take_back(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_deleted(request, queryset, deleted=True)

    @admin.action(description="Restore", permissions=["moderate"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_deleted(request, queryset, deleted=False)

    def _set_deleted(self, request: HttpRequest, queryset: QuerySet, *, deleted: bool) -> None:
        actor: Any = request.user.pk
        done = "deleted" if deleted else "restored"
        changed = 0
        for message in queryset:
            if store.run_transaction(partial(set_deleted, message=message.pk, actor=actor, deleted=deleted)):
                self.log_change(request, message, done)
                changed += 1
        self.message_user(request, f"{changed} {done}. Open chats follow within a second.", messages.SUCCESS)


@admin.register(Room)
class RoomAdmin(ReadOnly):
    list_display = ("name", "kind", "head", "created_at")
    list_filter = ("kind",)
    search_fields = ("name",)
    fields = ("name", "kind")

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
        store.run_transaction(join, obj.room_id, obj.user_id)
        obj.pk = Membership.objects.get(room=obj.room_id, user=obj.user_id).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        store.run_transaction(leave, obj.room_id, obj.user_id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for membership in queryset:
            self.delete_model(request, membership)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ("username", "name", "is_staff", "is_active", "last_login")
    search_fields = ("username", "name", "email")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "name", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            store.run_transaction(join_open_rooms, obj.pk)


@admin.register(Invite)
class InviteAdmin(ReadOnly):
    """The token itself is not shown: it lets people in."""

    list_display = ("created_by", "created_at", "revoked_at")
    fields = ("created_by", "created_at", "revoked_at")


def _words(term: str) -> str:
    """A full-text query for rows with all these words, the last of which may be a beginning."""
    words = ['"' + word.replace('"', '""') + '"' for word in term.split()]
    return " ".join(words) + "*"
