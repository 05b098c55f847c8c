"""Nobody makes rooms, additions or accounts by the dozen; and no page lets anybody guess a password."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from chat.actions.accounts import renew_invite
from chat.attempts import Attempts
from chat.limits import Allowance
from chat.live.allowances import Allowances
from chat.live.hints import Hints
from chat.live.neighbours import Neighbours
from chat.models import User
from chat.pages import signups
from tests.chat.test_accounts import post, token
from tests.support.api import Api
from tests.support.seed import PASSWORD


async def test_one_person_makes_so_many_rooms_in_an_hour_and_brings_in_ten_times_as_many_people(start_server):
    server = start_server(ROOMS_PER_HOUR="3")
    async with Api(server, "bob") as bob, Api(server, "alice") as alice:
        await bob.refused("POST", "/api/rooms/", 400, None, {"name": "", "kind": "open"})  # none, so it does not count
        answers = [await bob.raw("POST", "/api/rooms/", {"name": f"No. {n}", "kind": "closed"}) for n in range(5)]
        assert [answer.status_code for answer in answers] == [201] * 3 + [429] * 2
        assert answers[-1].json()["code"] == "rate_limited"
        assert 600 < int(answers[-1].headers["Retry-After"]) <= 1200
        await alice.post("/api/rooms/", {"name": "Hers", "kind": "closed"}, status=201)
        members = f"/api/rooms/{answers[0].json()['id']}/members/"
        carla = {"user": server.world.people["carla"].id}
        answers = [await bob.raw("POST", members, carla) for _ in range(32)]
        assert [answer.status_code for answer in answers] == [200] * 30 + [429] * 2
        assert answers[-1].json()["code"] == "rate_limited"
        assert 60 < int(answers[-1].headers["Retry-After"]) <= 120
    assert len(server.rows("SELECT 1 FROM chat_room WHERE name LIKE 'No. %'")) == 3


async def nowhere() -> str:
    return "nowhere"


def test_what_was_used_is_not_forgotten_by_going_away(monkeypatch):
    monkeypatch.setattr("chat.live.allowances.KEPT", 2)
    hints = Hints(nowhere)
    allowances = Allowances(hints, Neighbours(hints))
    allowances._most = 2
    used = allowances.of(1)
    used.search_seconds.take(2.0)
    for user in range(2, 50):
        allowances.of(user)
    assert allowances.of(1) is used
    assert len(allowances._of) < 5
    assert isinstance(used, Allowance)


@pytest.fixture
def join(monkeypatch):
    """Makes an account from an address; returns whether it was made. So slow that no test sees the end of a wait."""
    monkeypatch.setattr(signups, "by_address", Attempts("test from", at_once=3, then_every=3_600))
    monkeypatch.setattr(signups, "by_invite", Attempts("test by", at_once=5, then_every=3_600))

    def join(address: str, invite: int = 1) -> bool:
        link: Any = SimpleNamespace(pk=invite)
        try:
            with signups.sign_up(RequestFactory().post("/join/x/", REMOTE_ADDR=address), link):
                return True
        except ValidationError:
            return False

    return join


def test_an_office_behind_one_address_joins_in_one_sitting():
    link: Any = SimpleNamespace(pk=-1)
    for _ in range(40):
        with signups.sign_up(RequestFactory().post("/join/x/", REMOTE_ADDR="192.0.2.40"), link):
            pass


def test_who_makes_too_many_accounts_reads_how_long_to_wait(join, people, client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    path = f"/join/{renew_invite(people['alice']).token}/"

    def sign_up(number: int, words: str = "three quiet geese") -> Any:
        client.logout()
        person = {"name": f"Person {number}", "username": f"person{number}", "password": words}
        return client.post(path, person, REMOTE_ADDR="192.0.2.1")

    assert [sign_up(number, "short").status_code for number in range(5)] == [200] * 5, "these make none"
    answers = [sign_up(number) for number in range(4)]
    assert [answer.status_code for answer in answers] == [302] * 3 + [429]
    assert "Many accounts were made just now. Wait 3600 seconds" in answers[-1].content.decode()
    assert User.objects.filter(username__startswith="person").count() == 3


def test_one_link_lets_in_so_many_from_wherever_they_come(join):
    assert [join(f"192.0.2.{number}") for number in range(7)] == [True] * 5 + [False] * 2
    assert join("192.0.2.1", invite=2)
    assert [join("192.0.2.6") for _ in range(3)] == [False] * 3
    assert [join("192.0.2.6", invite=2) for _ in range(4)] == [True] * 3 + [False], "what a link refuses costs nothing"


def test_an_account_that_was_not_made_is_not_counted(join):
    for _ in range(10):
        with (
            pytest.raises(ZeroDivisionError),
            signups.sign_up(RequestFactory().post("/join/x/", REMOTE_ADDR="192.0.2.1"), SimpleNamespace(pk=1)),  # type: ignore[arg-type]
        ):
            raise ZeroDivisionError
    assert join("192.0.2.1")


@pytest.mark.parametrize("path", ["/account/password/", "/admin/password_change/"])
def test_no_page_lets_anybody_guess_the_present_password(start_server, path):
    server = start_server()
    before = server.rows("SELECT password FROM chat_user")
    with server.browser("alice") as alice:
        new = "seven geese in the fog"
        forms = {"new_password": new, "new_password1": new, "new_password2": new}
        csrf = token(alice.get("/account/"))
        for number in range(10):
            post(alice, path, csrf, old_password=f"guess {number}", **forms)
        post(alice, path, csrf, old_password=PASSWORD, **forms)
        assert server.rows("SELECT password FROM chat_user") == before
        assert alice.get("/admin/password_change/").headers["location"] == "/account/"
