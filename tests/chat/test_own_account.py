"""What people do with their own accounts, and what keeps others from guessing their passwords."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from chat import logins
from chat.limits import Attempts
from tests.chat.test_accounts import post, submit, token
from tests.support.client import Client
from tests.support.seed import PASSWORD

NEW = "seven geese in the fog"


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


def guesses(guess: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Guess until one is told to wait. (One more than the first ten is allowed for each 30 seconds that passed.)"""
    answers = [guess()]
    while answers[-1].status_code != 429:
        assert len(answers) < 30
        answers.append(guess())
    return answers


def test_whoever_guesses_has_to_wait(start_server):
    server = start_server()
    with server.browser() as guesser, server.browser() as carla:
        answers = guesses(lambda: log_in(guesser, "bob", "guess"))
        assert [answer.status_code for answer in answers[:10]] == [200] * 10
        assert re.search(r"There were too many attempts. Wait \d+ seconds", answers[-1].text)
        assert log_in(guesser, "BOB", PASSWORD).status_code == 429, "nor does the right one help"
        assert log_in(carla, "carla", PASSWORD).status_code == 302, "others have done nothing wrong"
        admin = submit(guesser, "/admin/login/", username="bob", password="guess")
        assert "There were too many attempts" in admin.text
    with server.browser("bob") as bob:
        assert "There were too many attempts" in change(bob, "password", old_password="guess", new_password=NEW).text


def test_those_who_know_their_password_log_in_as_often_as_they_like(start_server):
    server = start_server()
    for _ in range(12):
        with server.browser() as carla:
            assert log_in(carla, "carla", PASSWORD).status_code == 302


def test_behind_a_proxy_it_is_the_visitor_who_waits(start_server):
    server = start_server(HTTPS="1")
    with server.browser() as browser:

        def guess(address: str, password: str) -> httpx.Response:
            referer = server.address.replace("http", "https", 1)
            headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": address, "Referer": referer}
            browser.cookies = httpx.Cookies({"csrftoken": "x" * 32})
            form = {"csrfmiddlewaretoken": "x" * 32, "username": "bob", "password": password}
            answer: httpx.Response = browser.post("/login/", data=form, headers=headers)
            return answer

        made_up = (f"10.0.0.{number}" for number in range(100))
        assert len(guesses(lambda: guess(f"{next(made_up)}, 192.0.2.7", "guess"))) > 10
        assert guess("192.0.2.7, 192.0.2.8", PASSWORD).status_code == 302


@pytest.fixture
def attempts(monkeypatch):
    monkeypatch.setattr(logins, "by_person", Attempts(at_once=3, then_every=60))
    monkeypatch.setattr(logins, "by_address", Attempts(at_once=5, then_every=60))

    def fails(address: str, username: str) -> bool:
        """Whether the password was looked at."""
        request = RequestFactory().post("/login/", REMOTE_ADDR=address)
        with pytest.raises(ValidationError) as refused, logins.attempt(request, username):
            raise ValidationError("wrong", code="wrong")
        return refused.value.code == "wrong"

    return fails


def test_many_names_from_one_address_are_counted_together(attempts):
    assert [attempts("192.0.2.1", f"user{number}") for number in range(6)] == [True] * 5 + [False]
    assert attempts("192.0.2.2", "user7")


def test_an_ipv6_network_counts_as_one_address(attempts):
    assert [attempts(f"2001:db8::{number:x}", "bob") for number in range(4)] == [True] * 3 + [False]
    assert attempts("2001:db8:0:1::1", "bob")
    assert [attempts(f"::ffff:192.0.2.{number}", "bob") for number in range(6)] == [True] * 6


def test_attempts_long_past_are_forgotten(monkeypatch):
    monkeypatch.setattr("chat.limits.KEPT", 3)
    attempts = Attempts(at_once=1, then_every=0.001)
    for key in range(50):
        attempts.begin(key)
        while not attempts._of[key].is_full:
            pass
    assert len(attempts._of) <= 3
