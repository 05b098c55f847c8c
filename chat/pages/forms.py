from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chat.models import USERNAME_TAKEN, User
from chat.pages import setup_word
from chat.pages.logins import attempt
from chat.protocol import fields

NEW_PASSWORD_HELP = "At least 10 characters. A few words in a row are easy to remember."  # noqa: S105 - a help text


class Throttled(AuthenticationForm):
    """Logging in, but not by trying every password there is."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password"):
            return super().clean()
        with attempt(self.request, username):
            return super().clean()


class LogInForm(Throttled):
    """Into the chat."""


class AdminLogInForm(Throttled, AdminAuthenticationForm):
    """Into the admin."""


class ReadableNames(forms.ModelForm):
    """A form for a `name`, or a `username`, that people can read."""

    def clean_name(self) -> str:
        try:
            return fields.name(self.cleaned_data["name"])
        except fields.Invalid:
            raise ValidationError("A name is made of letters one can see.") from None

    def clean_username(self) -> str:
        inherited = getattr(super(), "clean_username", None)  # of Django's own form for new accounts
        username: str = inherited() if inherited else self.cleaned_data["username"]
        if fields.BLANK.search(username):
            raise ValidationError("A user name is made of letters one can see.")
        return username


class NameForm(ReadableNames):
    """What a person is called."""

    class Meta:
        model = User
        fields: tuple[str, ...] = ("name",)
        help_texts = {"name": "What others see."}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class AccountForm(NameForm):
    """A new account: the owner's, or an invited person's."""

    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=NEW_PASSWORD_HELP,
    )

    class Meta(NameForm.Meta):
        fields = ("name", "username")
        labels = {"username": "User name"}
        help_texts = {**NameForm.Meta.help_texts, "username": "For logging in."}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
            "username": forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        }

    def clean_username(self) -> str:
        username = super().clean_username()
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(USERNAME_TAKEN)
        return username

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password:
            person = User(name=cleaned.get("name", ""), username=cleaned.get("username", ""))
            try:
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class OwnerForm(AccountForm):
    """The first account, with the word that tells who runs this server (see `setup_word`)."""

    word = forms.CharField(
        label="Set-up word",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text="It stands in the log of the server, and in the file setup_word in its folder of data (var).",
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None)
        self._request = request
        if not setup_word.is_needed():
            del self.fields["word"]

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        with attempt(self._request, "/setup/"):  # no user name has a slash
            if not setup_word.is_right(word):
                raise ValidationError("This is not the word.")
        return word


class PasswordForm(forms.Form):
    """A new password, for whoever knows the present one."""

    old_password = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=NEW_PASSWORD_HELP,
    )

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data)
        self._request = request
        self._user = user

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        with attempt(self._request, self._user.username):
            if not self._user.check_password(old):
                raise ValidationError("This is not your password.")
        return old

    def clean_new_password(self) -> str:
        new: str = self.cleaned_data["new_password"]
        password_validation.validate_password(new, self._user)
        return new
