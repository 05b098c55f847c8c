"""Accounts and invites."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest

from chat.actions.rooms import join_open_rooms
from chat.admin.lists import ReadOnly
from chat.models import Invite, User
from chat.pages.forms import ReadableNames
from storage.store import store


class NewPersonForm(ReadableNames, AdminUserCreationForm):
    """A new account."""


class PersonForm(ReadableNames, UserChangeForm):
    """An account there is."""


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = PersonForm
    add_form = NewPersonForm
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
