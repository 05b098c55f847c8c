"""What lets somebody in, and whether it still does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat.models import User
from chat.queries.credentials import Credential, LogIn, ended
from storage.store import Connection, store
from tests.chat.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def credentials(people) -> dict[str, LogIn]:
    return {name: LogIn(person.pk, log_in(person), person.password) for name, person in people.items()}


def names_of_ended(credentials) -> set[str]:
    gone = store.run_transaction(ended, credentials.values())
    return {name for name, credential in credentials.items() if credential in gone}


def test_what_is_valid_has_not_ended(credentials):
    assert names_of_ended(credentials) == set()
    assert names_of_ended({}) == set()


@pytest.mark.parametrize(
    "end",
    [
        lambda bob: Session.objects.filter(session_key=bob.session).delete(),
        lambda bob: Session.objects.filter(session_key=bob.session).update(expire_date=timezone.now()),
        lambda bob: User.objects.filter(pk=bob.user).update(password="another"),
        lambda bob: User.objects.filter(pk=bob.user).update(is_active=False),
    ],
    ids=["logged out", "expired", "another password", "deactivated"],
)
def test_a_log_in_ends_alone(credentials, end):
    end(credentials["bob"])
    assert names_of_ended(credentials) == {"bob"}


def test_a_session_that_lives_on_has_not_ended(credentials):
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=60))
    assert names_of_ended(credentials) == set()


def test_thousands_are_asked_about_in_one_query(credentials):
    many = {LogIn(number, f"session {number}", "password") for number in range(5_000)}

    def look(connection: Connection) -> None:
        with mock.patch.object(connection, "_run", wraps=connection._run) as run:
            assert ended(connection, {*credentials.values(), *many}) == many
        assert run.call_count == 1

    store.run_transaction(look)


@dataclass(frozen=True, slots=True)
class Token(Credential):
    """Of another kind, as programs will have one."""

    valid: bool

    @classmethod
    def ended(cls, connection, those):
        return {one for one in those if not one.valid}


def test_every_kind_is_asked_about_its_own(credentials):
    tokens = {"good": Token(1, True), "bad": Token(1, False)}
    Session.objects.filter(session_key=credentials["carla"].session).delete()
    assert names_of_ended(credentials | tokens) == {"carla", "bad"}
