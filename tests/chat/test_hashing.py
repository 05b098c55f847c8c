"""Many who log in at once, and what that leaves for everybody else."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import httpx
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from chat.attempts import Attempts
from chat.hashing import Busy, QueuedPasswordHasher, Turns
from chat.pages import logins

MANY = 40


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
async def test_of_many_who_log_in_at_once_some_are_told_to_come_again(start_server, kind):
    server = start_server(SERVER=kind)
    async with httpx.AsyncClient(base_url=server.address, timeout=60, trust_env=False) as browser:
        await browser.get("/login/")
        form = {"password": "not the right one", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        answers = await asyncio.gather(
            *(browser.post("/login/", data={**form, "username": f"nobody{number}"}) for number in range(MANY))
        )
        counted = Counter(answer.status_code for answer in answers)
        assert counted[200] > 0
        assert counted[503] > 0
        assert counted[200] + counted[503] == MANY
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert int(refused.headers["Retry-After"]) > 0
        assert "Passwords are checked a few at a time" in refused.text
        again = await browser.post("/login/", data={**form, "username": "nobody0"})
        assert again.status_code == 200


def test_no_more_than_so_many_are_at_it_and_no_more_than_so_many_wait():
    turns = Turns(at_once=2, queue=3)
    here, most, refused, go = [], [], [], threading.Event()

    def hash_something() -> None:
        try:
            with turns.take():
                here.append(1)
                most.append(len(here))
                assert go.wait(20)
                here.pop()
        except Busy:
            refused.append(1)
            if len(refused) == 5:
                go.set()  # everybody else is in or waits

    threads = [threading.Thread(target=hash_something) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (max(most), len(most), len(refused)) == (2, 5, 5)
    with turns.take():
        pass


def test_whoever_waits_too_long_is_told_so(monkeypatch):
    monkeypatch.setattr("chat.hashing.WAIT_SECONDS", 0.0)
    turns = Turns(at_once=1, queue=1)
    with turns.take(), pytest.raises(Busy), turns.take():
        pass
    with turns.take():
        pass


def test_the_hashes_are_djangos_own(monkeypatch):
    monkeypatch.setattr(QueuedPasswordHasher, "iterations", 10)
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 10)
    before = PBKDF2PasswordHasher().encode("a long enough password", "salt")
    assert check_password("a long enough password", before)
    assert PBKDF2PasswordHasher().verify("a long enough password", make_password("a long enough password"))


def test_a_password_that_was_not_looked_at_counts_as_no_attempt(monkeypatch):
    monkeypatch.setattr(logins, "by_person", Attempts("test as", at_once=2, then_every=3_600))
    request = RequestFactory().post("/login/")
    for _ in range(5):
        with pytest.raises(Busy), logins.attempt(request, "bob"):
            raise Busy
    for _ in range(2):
        with pytest.raises(ValidationError, match="wrong"), logins.attempt(request, "bob"):
            raise ValidationError("wrong")
    with pytest.raises(ValidationError, match="too many"), logins.attempt(request, "bob"):
        raise ValidationError("wrong")
