"""Accounts, groups and invites. Superusers alone give rights, and nobody rules over people who have more of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from chat.actions import accounts
from chat.actions.owners import LAST_OWNER, leaves_no_owner
from chat.actions.rooms import join_open_rooms
from chat.admin.forms import NewPasswordForm, NewPersonForm, PersonForm
from chat.admin.lists import ReadOnly
from chat.admin.stored import ShowsStored
from chat.models import Invite, User
from storage.store import store

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
DATES = ("last_login", "date_joined")


def may_rule(user: Any, person: User) -> bool:
    """Whether this user may change that person, give them a password (and so act as them) or delete them."""
    if user.is_superuser or user.pk == person.pk:
        return True
    # Not `get_all_permissions`: somebody inactive has none there, and could be made active.
    theirs = Permission.objects.filter(Q(user=person) | Q(group__user=person)).select_related("content_type")
    names = {f"{permission.content_type.app_label}.{permission.codename}" for permission in theirs}
    return not person.is_superuser and names <= user.get_all_permissions()


@admin.register(User)
class UserAdmin(ShowsStored, DjangoUserAdmin):
    files_by = "owner"
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = NewPasswordForm
    list_display = ("username", "name", "is_staff", "is_active", "last_login", "files_stored")
    search_fields = ("username", "name", "email")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("name", "email")}),
        ("Permissions", {"fields": ("is_active", *RIGHTS)}),
        ("Dates", {"fields": DATES}),
    )
    add_fieldsets = ((None, {"fields": ("username", "name", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # What is read-only is not in the form, so it is not taken from what was posted either.
        return DATES if request.user.is_superuser else (*DATES, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or may_rule(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or may_rule(request.user, obj))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            store.run_transaction(join_open_rooms, obj.pk)

    # Deleting: nothing goes but what stands in the account itself (see `accounts.delete`).

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        with transaction.atomic():  # who is the last owner is found and heeded under one lock
            return super().changelist_view(request, extra_context)

    def get_deleted_objects(self, objs: Iterable[User], request: HttpRequest) -> Any:
        people = list(objs)
        lacking = {"people with more rights than you"} if not self._may_delete(request, people) else set()
        protected = [LAST_OWNER] if leaves_no_owner([person.pk for person in people]) else []
        return [str(person) for person in people], {"people": len(people)}, lacking, protected

    def _may_delete(self, request: HttpRequest, people: list[User]) -> bool:
        return all(self.has_delete_permission(request, person) for person in people)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        accounts.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            accounts.delete(person)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """What is given to a group is given to its members."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(Invite)
class InviteAdmin(ReadOnly):
    """The token itself is not shown: it lets people in."""

    list_display = ("created_by", "created_at", "revoked_at")
    fields = ("created_by", "created_at", "revoked_at")
