"""Somebody can always get in who runs the server, whoever leaves at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tests.chat.test_accounts import submit

OWNERS = "SELECT count(*) FROM chat_user WHERE is_active AND is_staff AND is_superuser"


def test_of_two_last_owners_who_leave_at_once_one_stays(start_server):
    server = start_server()
    with (
        server.browser("alice") as alice,
        server.browser("bob") as bob,
        ThreadPoolExecutor() as threads,
    ):
        for _ in range(8):
            with closing(sqlite3.connect(server.database, timeout=10)) as connection, connection:
                connection.execute(
                    "UPDATE chat_user SET is_active = 1, is_staff = 1, is_superuser = 1 WHERE username <> 'carla'"
                )
            leaving = [
                threads.submit(
                    submit,
                    browser,
                    f"/admin/chat/user/{server.world.people[name].id}/change/",
                    username=name,
                    name=name,
                    is_active="on",
                    is_staff="on",
                )
                for name, browser in (("alice", alice), ("bob", bob))
            ]
            answers = sorted((each.result() for each in leaving), key=lambda answer: answer.status_code)
            assert [answer.status_code for answer in answers] == [200, 302]
            assert "This is the last account that can run this server." in answers[0].text
            assert server.rows(OWNERS) == [(1,)]
