"""The pages around the chat: setting up, signing in and up, and the one page that the chat lives in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views import csrf
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chat.actions import accounts
from chat.api.endpoint import refusal
from chat.models import USERNAME_TAKEN, Invite, User
from chat.pages import setup_word
from chat.pages.forms import AccountForm, LogInForm, NameForm, OwnerForm, PasswordForm
from chat.pages.logins import THROTTLED
from chat.pages.sessions import store_session
from chat.pages.signups import sign_up
from chat.protocol import Code

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def home(request: HttpRequest, room_id: int | None = None) -> HttpResponse:
    """The chat. Before there is an owner, it leads to the set-up."""
    if not request.user.is_authenticated and not User.objects.exists():
        return redirect("setup")
    return _chat(request, room_id)


@gzip_page  # for the import map; of what is secret it has only the CSRF token, masked anew for each page
@login_required
def _chat(request: HttpRequest, room_id: int | None) -> HttpResponse:
    user: Any = request.user
    boot = {
        "user": {"id": user.pk, "name": user.name},
        "moderator": user.is_staff,
        "socket": "/ws/chat/",
        "room": room_id,
        "login": settings.LOGIN_URL and reverse(settings.LOGIN_URL),
        "rooms": {"url": reverse("room", args=[0])},
        "files": {"most": settings.MAX_FILE_MB * 1024 * 1024},
    }
    return render(request, "frontend/chat.html", {"boot": boot})


def _status(form: BaseForm) -> int:
    """Of the page that shows a form again."""
    return 429 if any(form.has_error(field, THROTTLED) for field in form.errors) else 200


class LogIn(LoginView):
    """Django's own, save that it leads to the set-up while there is nobody to sign in."""

    authentication_form = LogInForm
    redirect_authenticated_user = True
    extra_context = {"site_name": settings.SITE_NAME}  # the view's own would be the host

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not User.objects.exists():
            return redirect("setup")
        return super().get(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = _status(form)
        return response


@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """The first visitor makes the owner's account and stands in a first room. Gone once there is an owner."""
    if User.objects.exists():
        return redirect("home")
    form = OwnerForm(request)
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("name", "username", "password")}
        try:
            owner = accounts.create_owner(**fields)
        except accounts.AlreadySetUp:
            return redirect("home")
        setup_word.forget()
        login(request, owner, BACKEND)
        return redirect("home")
    return render(request, "frontend/setup.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Sign up by an invite link."""
    if request.user.is_authenticated:
        return redirect("home")
    invite = accounts.valid_invite(token)
    if invite is None:
        return render(request, "frontend/invite_invalid.html", status=404)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with sign_up(request, invite):
                member = accounts.create_member(**form.cleaned_data)
        except ValidationError as too_many:
            form.add_error(None, too_many)
        except IntegrityError:  # somebody else took it between the check and now
            form.add_error("username", USERNAME_TAKEN)
        else:
            login(request, member, BACKEND)
            return redirect("home")
    context = {"form": form, "inviter": invite.created_by.name}
    return render(request, "frontend/join.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest, part: str | None = None) -> HttpResponse:
    """One's own name and password; POST changes the `part` that is named."""
    me: Any = request.user
    user = User.objects.get(pk=me.pk)
    name = NameForm(request.POST if part == "name" else None, instance=user)
    password = PasswordForm(request, user, request.POST if part == "password" else None)
    if name.is_valid():
        accounts.rename(user, name.cleaned_data["name"])
        messages.success(request, "Your name is changed.")
        return redirect("account")
    if password.is_valid():
        response = redirect("account")

        def renew_session() -> None:
            update_session_auth_hash(request, user)
            store_session(request, response)

        accounts.set_password(user, password.cleaned_data["new_password"], renew_session)
        messages.success(request, "Your password is changed.")
        return response
    context = {"name": name, "password": password}
    return render(request, "frontend/account.html", context, status=_status(password))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invite(request: HttpRequest) -> HttpResponse:
    """The invite link; POST makes a new one, and the old one stops working."""
    user: Any = request.user
    if not user.is_staff:
        raise PermissionDenied
    if request.method == "POST":
        accounts.renew_invite(user)
        return redirect("invite")
    current = Invite.objects.filter(revoked_at=None).first()
    link = current and request.build_absolute_uri(reverse("join", args=[current.token]))
    return render(request, "frontend/invite.html", {"link": link})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form or a request that did not come from a page of ours."""
    if request.path.startswith("/api/"):
        return refusal(Code.FORBIDDEN, "this did not come from a page of this site, or from an old one: reload it")
    return csrf.csrf_failure(request, reason)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: figures of this process. For staff, and for whoever holds `METRICS_TOKEN`."""
    user: Any = request.user
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not user.is_staff and not (token and constant_time_compare(given, token)):
        raise PermissionDenied
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's interface
    """Browsers ask for it on pages that name no icon, such as the admin's."""
    return redirect(static("frontend/icon.svg"))
