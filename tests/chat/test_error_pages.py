"""What a page says, and what the log says, when the database cannot be used or a request makes no sense."""

from __future__ import annotations

import logging
import sys

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import Client as Browser

from chat.models import User
from chat.unavailable import trouble_with_storage
from config.logs import Formatter
from storage.exceptions import QueueFull
from tests.chat.test_accounts import invitation, post, submit, token
from tests.support.api import Api
from tests.support.on_small_disk import PROGRAM, fill
from tests.support.seed import PASSWORD

NEW = "seven geese in the fog"
SAYS = "The server cannot keep anything just now"
SERVERS = pytest.mark.parametrize("kind", ["daphne", "uvicorn"])


@pytest.mark.sqlite_only("PostgreSQL's disk is another machine's, perhaps")
@SERVERS
async def test_on_a_full_disk_a_page_says_so_and_the_log_has_one_line(start_server, kind):
    try:
        server = start_server(program=PROGRAM, SERVER=kind)
    except AssertionError as error:
        if "NotPermitted" in str(error):
            pytest.skip("this machine gives nobody a disk of their own")
        raise
    credentials = {"username": "carla", "password": PASSWORD}
    with server.browser() as visitor, server.browser("bob") as bob:
        forms = token(visitor.get("/login/")), token(bob.get("/account/"))
        # Somebody is in the chat: while a connection is open, SQLite needs no space to read.
        async with Api(server, "alice") as alice, server.client("alice") as chatting:
            await chatting.say(server.world.everyone, "Hello")
            ballast = fill(server.process_id, server.var)
            # At once: sooner or later SQLite begins its log anew, and has room for a little.
            renamed = post(bob, "/account/name/", forms[1], name="Robert " * 10)
            refused = await alice.raw("POST", "/api/rooms/", {"name": "Plans" * 10, "kind": "open"})
            later = {
                "password": post(bob, "/account/password/", forms[1], old_password=PASSWORD, new_password=NEW),
                "login": post(visitor, "/login/", forms[0], **credentials),
            }
            assert renamed.status_code == 503
            for answer in [renamed, *later.values()]:
                assert answer.status_code == 302 or (SAYS in answer.text and int(answer.headers["Retry-After"]))
            assert (refused.status_code, refused.json()["code"]) == (503, "storage")
            reading = visitor.get("/account/"), bob.get("/account/")
            let_in = 200 if later["login"].status_code == 302 else 302
            assert [answer.status_code for answer in reading] == [let_in, 200]
            ballast.unlink()
        changed = later["password"].status_code == 302
        for password, is_right in ((PASSWORD, not changed), (NEW, changed)):
            with server.browser() as again:
                answer = submit(again, "/login/", username="bob", password=password)
                assert (answer.status_code == 302) is is_right
    answers = {"/account/name/": renamed, "/account/password/": later["password"], "/login/": later["login"]}
    for path, answer in answers.items():
        lines = [line for line in server.log.splitlines() if f": {path} " in line]
        assert len(lines) == (answer.status_code == 503)
        assert all("database or disk is full" in line for line in lines)
    assert "Traceback" not in server.log


@SERVERS
def test_no_line_of_the_log_has_a_token_that_lets_people_in(start_server, kind):
    server = start_server(SERVER=kind, LOG_LEVEL="DEBUG")
    with server.browser("alice") as alice, server.browser() as visitor:
        path = invitation(alice)
        assert visitor.post(path).status_code == 403
        assert visitor.put(path).status_code in {403, 405}
        assert visitor.get(f"{path}more/").status_code == 404
        assert visitor.get(f"/nowhere{path}").status_code == 404
        assert visitor.get("/login/", params={"next": path}).status_code == 200
        assert visitor.post("/login/", headers={"Referer": f"{server.address}{path}"}).status_code == 403
        old = path
        path = invitation(alice)
        assert visitor.get(old).status_code == 404
    assert server.log.count("/join/...") >= 4
    for secret in (old, path):
        assert secret.split("/")[2] not in server.log


def test_nor_has_a_traceback():
    try:
        raise LookupError("/join/aB3_-x/ and next=%2Fjoin%2FaB3_-x%2F")
    except LookupError:
        record = logging.LogRecord("chat", logging.ERROR, "", 1, "%s", ("/join/aB3_-x/?y=1",), sys.exc_info())
    text = Formatter("%(message)s").format(record)
    assert "Traceback" in text
    assert "/join/.../?y=1" in text
    assert "aB3_-x" not in text


# In this process


@pytest.fixture
def bob(people, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    browser = Browser(raise_request_exception=False)
    browser.force_login(people["bob"])
    return browser


def test_a_password_whose_session_cannot_be_stored_is_not_changed(bob):
    def full(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    before = User.objects.get(username="bob").password
    form = {"old_password": "a long enough password", "new_password": NEW}
    with connection.execute_wrapper(full):
        answer = bob.post("/account/password/", form)
    assert answer.status_code == 503
    assert SAYS in answer.content.decode()
    assert User.objects.get(username="bob").password == before, "what a page says was not kept was not"
    assert bob.get("/account/").status_code == 200, "nor is anybody logged out"
    assert bob.post("/account/password/", form).status_code == 302
    assert bob.get("/account/").status_code == 200
    assert User.objects.get(username="bob").check_password(NEW)


@pytest.mark.parametrize("path", ["/account/", "/admin/chat/room/"])
def test_a_mistake_of_ours_is_still_one(bob, path, caplog):
    def wrong(execute, sql, params, many, context):
        raise IntegrityError("no")

    with connection.execute_wrapper(wrong):
        answer = bob.get(path)
    assert answer.status_code == 500
    assert any(record.exc_info for record in caplog.records)


def chained(error: Exception, cause: Exception | None = None) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "is_trouble"),
    [
        (OperationalError("database or disk is full"), True),
        (QueueFull("default writer", 1), True),
        (chained(DatabaseError("database disk image is malformed"), ValueError("SQLite's own")), True),
        (chained(SessionInterrupted(), OperationalError("attempt to write a readonly database")), True),
        (DatabaseError("Forced update did not affect any rows."), False),
        (chained(SessionInterrupted(), DatabaseError("Forced update did not affect any rows.")), False),
        (chained(IntegrityError("UNIQUE"), ValueError("SQLite's own")), False),
        (ValueError("a mistake"), False),
    ],
)
def test_trouble_with_the_database_is_told_from_mistakes(error, is_trouble):
    assert (trouble_with_storage(error) is not None) is is_trouble
