"""What the admin asks about accounts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError

from chat.actions.owners import LAST_OWNER, OWNER, leaves_no_owner
from chat.pages.forms import ReadableNames


class NewPersonForm(ReadableNames, AdminUserCreationForm):
    """A new account."""


class PersonForm(ReadableNames, UserChangeForm):
    """An account there is. Django validates and saves it in one transaction."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stays_owner = all(cleaned.get(field, getattr(self.instance, field)) for field in OWNER)
        if not stays_owner and leaves_no_owner([self.instance.pk]):
            raise ValidationError(LAST_OWNER)
        return cleaned


class NewPasswordForm(AdminPasswordChangeForm):
    """Another person's password, or that they have none."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.user.is_superuser and not self.cleaned_data["set_usable_password"]:
            self.add_error("usable_password", "Whoever runs this server needs a password: there is no other way in.")
        return cleaned
