"""Finding any message, taking it back and bringing it back."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from chat.actions.messages import set_deleted
from chat.admin.lists import ReadOnly, Uncounted
from chat.admin.looks import is_private, note_look, note_search
from chat.models import Message
from chat.queries import search
from storage.store import sql, store

# By sender first, because that is how the index of client ids begins.
FOUND = sql(
    """
    {found}
    UNION ALL {named}
    UNION ALL SELECT id FROM chat_message WHERE sender_id IN (SELECT id FROM chat_user) AND client_id = %s
    UNION ALL SELECT %s
    """,
    found=search.INDEX.found,
    named=search.NAMES.found,
)


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
    search_help_text = (
        "Words or emoji of the text, words of a file's name, a server id, a whole client id."
        " What is read in closed and direct rooms is noted."
    )
    actions = ("take_back", "bring_back")
    fields = (
        "id",
        "room",
        "seq",
        "sender",
        "client_id",
        "body",
        "file_names",
        "reply_to",
        "created_at",
        "edited_at",
        "deleted_at",
    )

    @admin.display(description="text")
    def text(self, message: Message) -> str:
        if is_private(message.room):
            return "(open it to read it)"
        text = message.body or self.file_names(message)
        return text if len(text) <= 120 else text[:119] + "…"

    @admin.display(description="files")
    def file_names(self, message: Message) -> str:
        return ", ".join(file["name"] for file in json.loads(message.files or "[]"))

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # Texts are found by the search alone, which is noted.
        return not lookup.startswith(("body", "digest")) and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and request.GET.get("q"):
            note_search(request, shown["cl"].result_list)
        return response

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        note_look(request, kwargs["obj"])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Inside a room by `seq`: the same order, straight off its index.
        return ("-seq",) if "room__id__exact" in request.GET else ("-id",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        sought = search.wanted(term)
        if sought == search.NOTHING:
            return queryset.none(), False
        if sought.match is not None:
            number = int(term) if term.isdecimal() and len(term) < 19 else None
            found = RawSQL(FOUND, [sought.match, sought.match, term, number])  # noqa: S611 - made by sql(), and parameters
            queryset = queryset.filter(id__in=found)
        for piece in sought.pieces:
            queryset = queryset.filter(body__icontains=piece)
        return queryset, False

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
