"""The rollout flags: turn one by changing its percentage; every turn is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from storage.models import RolloutChange, RolloutFlag
from storage.rollout.flags import set_percent


@admin.register(RolloutFlag)
class RolloutFlagAdmin(admin.ModelAdmin):
    list_display = ("name", "percent", "updated_at")
    fields = ("name", "percent")
    readonly_fields = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: RolloutFlag, form: Any, change: bool) -> None:
        set_percent(obj.name, obj.percent, by=request.user.get_username(), reason="turned in the admin")


@admin.register(RolloutChange)
class RolloutChangeAdmin(admin.ModelAdmin):
    list_display = ("at", "flag", "old_percent", "new_percent", "by", "reason")
    list_filter = ("flag",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
