"""Who sets up a server that others can reach: whoever can read its log or its files, not whoever comes first."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat.pages import setup_word
from tests.chat.test_accounts import OWNER, submit
from tests.support.environment import manage, succeed
from tests.support.seed import PASSWORD

MADE = "SELECT username FROM chat_user"
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - that is what is tried


def word(server) -> str:
    found = re.search(r"is asked for this word: (\S+)", server.log)
    assert found, server.log
    return found[1]


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_on_every_address_the_first_visitor_is_asked_for_the_word(start_server, kind):
    server = start_server(empty=True, HOST=EVERY_ADDRESS, SERVER=kind)
    file = server.var / "setup_word"
    assert file.read_text().strip() == word(server)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with server.browser() as visitor:
        assert "Set-up word" in visitor.get("/setup/").text
        for wrong in ("", "guess", word(server)[:-1], "é\u3164"):
            assert submit(visitor, "/setup/", **OWNER, word=wrong).status_code == 200
        assert server.rows(MADE) == []
        assert submit(visitor, "/setup/", **OWNER, word=f" {word(server).upper()} ").headers["location"] == "/"
    assert server.rows(MADE) == [("olga",)]
    assert not file.exists()


def test_who_guesses_the_word_has_to_wait_and_a_restart_keeps_it(start_server):
    server = start_server(empty=True, ALLOWED_HOSTS="127.0.0.1,chat.example.org")
    first = word(server)
    with server.browser() as visitor:
        answers = [submit(visitor, "/setup/", **OWNER, word="guess") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert "There were too many attempts" in answers[-1].text
        answer = submit(visitor, "/setup/", **OWNER, word=first)
        assert answer.status_code == 429, "nor does the right one help"
    server.restart()
    assert re.findall(r"this word: (\S+)", server.log) == [first, first]
    with server.browser() as visitor:
        assert submit(visitor, "/setup/", **OWNER, word=first).status_code == 302


def test_the_word_goes_when_the_command_line_made_an_account(start_server):
    server = start_server(empty=True, ALLOWED_HOSTS="127.0.0.1,chat.example.org")
    succeed(manage("demo", "--password", PASSWORD, env=server.environment))
    server.restart()
    assert not (server.var / "setup_word").exists()
    with server.browser() as visitor:
        assert visitor.get("/setup/").headers["location"] == "/"


def test_where_nobody_else_can_reach_it_there_is_no_word(start_server):
    server = start_server(empty=True)
    assert "this word" not in server.log
    assert not (server.var / "setup_word").exists()
    with server.browser() as visitor:
        assert "Set-up word" not in visitor.get("/setup/").text


@pytest.mark.parametrize(
    ("host", "names", "https", "needed"),
    [
        ("127.0.0.1", ["localhost", "127.0.0.1", "[::1]"], False, False),
        ("::1", ["LOCALHOST", "chat.localhost"], False, False),
        ("localhost", ["127.1.2.3"], False, False),
        (EVERY_ADDRESS, ["localhost"], False, True),
        ("::", ["localhost"], False, True),
        ("192.0.2.1", ["localhost"], False, True),
        ("127.0.0.1", ["localhost", "chat.example.org"], False, True),
        ("127.0.0.1", ["*"], False, True),
        ("127.0.0.1", ["notlocalhost"], False, True),
        ("127.0.0.1", ["localhost"], True, True),
    ],
)
def test_the_word_is_needed_as_soon_as_others_can_reach_the_server(settings, host, names, https, needed):
    settings.HOST, settings.ALLOWED_HOSTS, settings.HTTPS = host, names, https
    assert setup_word.is_needed() is needed


def test_a_word_that_was_not_written_is_written_at_the_next_start(start_server):
    server = start_server(empty=True, ALLOWED_HOSTS="127.0.0.1,chat.example.org")
    server.stop()
    (server.var / "setup_word").write_text("")
    server.start()
    again = (server.var / "setup_word").read_text().strip()
    assert f"this word: {again} (" in server.log
    with server.browser() as visitor:
        assert submit(visitor, "/setup/", **OWNER, word=again).status_code == 302
    assert not list(server.var.glob("setup_word*"))


REACHED = {"ALLOWED_HOSTS": "127.0.0.1,chat.example.org"}


def test_every_machine_of_an_installation_takes_the_same_word_and_another_installation_another(start_server):
    one = start_server(empty=True, **REACHED)
    other = start_server(beside=one, **REACHED)
    foreign = start_server(empty=True, **REACHED, SECRET_KEY="another installation has another key of its own")
    assert word(one) == word(other) != word(foreign)
    for machine in (one, other):
        assert (machine.var / "setup_word").read_text().strip() == word(one)
    with one.browser() as visitor, other.browser() as another, foreign.browser() as stranger:
        assert submit(stranger, "/setup/", **OWNER, word=word(one)).status_code == 200
        assert submit(another, "/setup/", **OWNER, word=word(one)).headers["location"] == "/"
        assert visitor.get("/setup/").headers["location"] == "/", "it opened one door, once"
    assert one.rows(MADE) == [("olga",)]
    one.restart()
    assert not (one.var / "setup_word").exists()


def test_of_two_first_owners_at_once_on_two_machines_one_wins(start_server):
    one = start_server(empty=True, **REACHED)
    other = start_server(beside=one, **REACHED)

    def set_up(number: int) -> str:
        with (one, other)[number % 2].browser() as visitor:
            person = {**OWNER, "username": f"olga{number}"}
            return submit(visitor, "/setup/", **person, word=word(one)).headers["location"]

    with ThreadPoolExecutor(4) as at_once:
        assert list(at_once.map(set_up, range(4))) == ["/"] * 4
    assert len(one.rows(MADE)) == 1
    assert len(one.rows("SELECT 1 FROM chat_room")) == 1
