"""What people do with their own accounts, and what keeps others from guessing their passwords."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.test import RequestFactory

from chat.attempts import Attempts
from chat.pages import logins
from tests.chat.test_accounts import post, token
from tests.support.client import Client
from tests.support.seed import PASSWORD

NEW = "seven geese in the fog"
WRONG = "guess"


def log_in(browser: httpx.Client, username: str, password: str, **headers: str) -> httpx.Response:
    csrf = token(browser.get("/login/", headers=headers))
    form = {"csrfmiddlewaretoken": csrf, "username": username, "password": password}
    return browser.post("/login/", data=form, headers=headers)


def change(browser: httpx.Client, part: str, **fields: str) -> httpx.Response:
    return post(browser, f"/account/{part}/", token(browser.get("/account/")), **fields)


@pytest.fixture
def bob(server):
    with server.browser("bob") as browser:
        yield browser


async def test_a_new_name_is_seen_by_others(server, bob):
    answer = change(bob, "name", name="  Robert  Brandt ")
    assert answer.headers["location"] == "/account/"
    assert "Your name is changed." in bob.get("/account/").text
    assert "Robert Brandt" in bob.get("/").text
    async with server.client("alice") as alice, server.client("bob") as robert:
        ack = await robert.say(server.world.everyone, "Call me Robert")
        await alice.until_seen(server.world.everyone, ack["seq"])
        assert alice.logs[server.world.everyone].events[-1]["actor"]["name"] == "Robert Brandt"


@pytest.mark.parametrize("name", ["", "  ", "B\u202eob", "\u200d", "x" * 81])
def test_a_name_that_cannot_be_read_is_refused(server, bob, name):
    before = server.rows("SELECT name FROM chat_user WHERE username = 'bob'")
    answer = change(bob, "name", name=name)
    assert answer.status_code == 200
    assert "problems" in answer.text
    assert server.rows("SELECT name FROM chat_user WHERE username = 'bob'") == before


async def test_a_new_password_logs_everybody_else_out(start_server):
    server = start_server()
    with server.browser() as here, server.browser() as elsewhere:
        for browser in (here, elsewhere):
            assert log_in(browser, "carla", PASSWORD).status_code == 302
        async with Client(server.address, elsewhere.cookies["sessionid"]) as thief:
            answer = change(here, "password", old_password=PASSWORD, new_password=NEW)
            assert answer.headers["location"] == "/account/"
            assert await thief.closed() == 4401
        assert "Your password is changed." in here.get("/account/").text
        async with Client(server.address, here.cookies["sessionid"]) as carla:
            await carla.say(server.world.everyone, "Still here")
        assert elsewhere.get("/account/").headers["location"].startswith("/login/")
        assert log_in(elsewhere, "carla", PASSWORD).status_code == 200
        assert log_in(elsewhere, "carla", NEW).status_code == 302


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wrong", NEW),
        ("", NEW),
        (PASSWORD, ""),
        (PASSWORD, "short"),
        (PASSWORD, "password1234"),
        (PASSWORD, "0123456789"),
    ],
)
def test_a_password_is_changed_to_a_good_one_by_whoever_knows_it(server, bob, old, new):
    before = server.rows("SELECT password FROM chat_user WHERE username = 'bob'")
    answer = change(bob, "password", old_password=old, new_password=new)
    assert answer.status_code == 200
    assert "problems" in answer.text
    assert server.rows("SELECT password FROM chat_user WHERE username = 'bob'") == before


def test_an_account_is_its_owners_alone(server):
    with server.browser() as visitor:
        for path in ("/account/", "/account/name/", "/account/password/"):
            assert visitor.get(path).headers["location"].startswith("/login/")
    with server.browser("bob") as bob:
        assert bob.post("/account/name/", data={"name": "Forged"}).status_code == 403
    assert not server.rows("SELECT 1 FROM chat_user WHERE name = 'Forged'")


# Guessing


@pytest.fixture
def limits(monkeypatch):
    """So long that no test outlasts it."""
    monkeypatch.setattr(logins, "by_person", Attempts("test as", at_once=3, then_every=3_600))
    monkeypatch.setattr(logins, "by_address", Attempts("test from", at_once=8, then_every=3_600))


@pytest.fixture
def guess(people, limits, settings, tmp_path):
    """Tries to log in, in this process."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }

    def guess(username: str, password: str = WRONG, path: str = "/login/", **headers: str) -> Any:
        form = {"username": username, "password": password}
        return Browser().post(path, form, headers=headers or None)

    return guess


def test_whoever_guesses_has_to_wait(guess, people):
    answers = [guess("bob") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert re.search(r"There were too many attempts. Wait \d+ seconds", answers[-1].text)
    assert guess("BOB", PASSWORD).status_code == 429, "nor does the right one help"
    assert "There were too many attempts" in guess("bob", PASSWORD, "/admin/login/").text
    assert guess("carla", PASSWORD).status_code == 302, "others have done nothing wrong"
    bob = Browser()
    bob.force_login(people["bob"])
    answer = bob.post("/account/password/", {"old_password": PASSWORD, "new_password": NEW})
    assert "There were too many attempts" in answer.text


def test_those_who_know_their_password_log_in_as_often_as_they_like(guess):
    for _ in range(10):
        assert guess("carla", PASSWORD).status_code == 302


def test_behind_a_proxy_it_is_the_visitor_who_waits(guess, settings):
    settings.HTTPS = True
    for number in range(3):
        assert guess("bob", **{"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.7"}).status_code == 200
    assert guess("bob", PASSWORD, **{"X-Forwarded-For": "10.0.0.9, 192.0.2.7"}).status_code == 429
    assert guess("bob", PASSWORD, **{"X-Forwarded-For": "192.0.2.7, 192.0.2.8"}).status_code == 302


def test_a_header_that_no_proxy_made_is_not_believed(guess):
    for number in range(3):
        assert guess("bob", **{"X-Forwarded-For": f"10.0.0.{number}"}).status_code == 200
    assert guess("bob", PASSWORD, **{"X-Forwarded-For": "10.0.0.9"}).status_code == 429


@pytest.fixture
def attempts(limits):
    def fails(address: str, username: str) -> bool:
        """Whether the password was looked at."""
        request = RequestFactory().post("/login/", REMOTE_ADDR=address)
        with pytest.raises(ValidationError) as refused, logins.attempt(request, username):
            raise ValidationError("wrong", code="wrong")
        return refused.value.code == "wrong"

    return fails


def test_many_names_from_one_address_are_counted_together(attempts):
    assert [attempts("192.0.2.1", f"user{number}") for number in range(9)] == [True] * 8 + [False]
    assert attempts("192.0.2.2", "user7")


def test_trying_one_blocked_name_for_long_locks_nobody_else_out(attempts):
    assert [attempts("192.0.2.1", "bob") for _ in range(30)] == [True] * 3 + [False] * 27
    assert [attempts("192.0.2.1", f"user{number}") for number in range(6)] == [True] * 5 + [False]


def test_who_is_refused_for_their_address_has_used_up_nothing_of_their_own(attempts, monkeypatch):
    assert all(attempts("192.0.2.1", f"user{number}") for number in range(8))
    assert not any(attempts("192.0.2.1", "bob") for _ in range(10))
    monkeypatch.setattr(logins, "by_address", Attempts("test from", at_once=8, then_every=3_600))
    assert [attempts("192.0.2.1", "bob") for _ in range(4)] == [True] * 3 + [False]


def test_an_ipv6_network_counts_as_one_address(attempts):
    assert [attempts(f"2001:db8::{number:x}", "bob") for number in range(4)] == [True] * 3 + [False]
    assert attempts("2001:db8:0:1::1", "bob")
    assert [attempts(f"::ffff:192.0.2.{number}", "bob") for number in range(6)] == [True] * 6


def test_attempts_long_past_are_forgotten(monkeypatch):
    monkeypatch.setattr("chat.attempts.KEPT", 3)
    attempts = Attempts("test", at_once=1, then_every=0.001)
    for key in range(50):
        attempts.begin_here(key)
        while not attempts._of[key].is_full:
            pass
    assert len(attempts._of) <= 3
