"""`/healthz` and `/readyz` know whether the server can do what it is for, and say why not."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import httpx
import pytest

from tests.support.server import Server

SERVERS = ["daphne", "uvicorn"]


def probe(server: Server, method: str = "GET", path: str = "/healthz") -> httpx.Response:
    """As a supervisor asks: by address, over plain HTTP."""
    return httpx.request(method, f"{server.address}{path}", timeout=20, trust_env=False)


def wait_for(server: Server, status: int) -> httpx.Response:
    """Ask until the answer is this: the last one counts for some seconds."""
    while (answer := probe(server)).status_code != status:
        threading.Event().wait(0.2)
    return answer


@pytest.mark.parametrize("kind", SERVERS)
def test_a_plain_probe_is_answered_behind_tls_as_well_and_a_head_too(start_server, kind):
    server = start_server(SERVER=kind, HTTPS="1", ALLOWED_HOSTS="chat.example.org")
    for path in ("/healthz", "/readyz"):
        answer = probe(server, path=path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        head = probe(server, "HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(answer.content))
        assert probe(server, "POST", path).status_code == 405


@pytest.mark.sqlite_only("it moves the database's file")
@pytest.mark.parametrize("kind", SERVERS)
def test_it_says_no_while_the_file_is_gone(start_server, kind):
    server = start_server(SERVER=kind)
    elsewhere = server.var / "elsewhere.sqlite3"
    assert probe(server).status_code == 200
    server.database.file.rename(elsewhere)
    assert wait_for(server, 503).json() == {"status": "failing", "reasons": ["the database's file is gone"]}
    not_ready = {"status": "not ready", "reasons": ["the database's file is gone"]}
    assert probe(server, path="/readyz").json() == not_ready
    elsewhere.rename(server.database.file)
    assert wait_for(server, 200).json() == {"status": "ok"}


@pytest.mark.sqlite_only("it writes into the database's file")
@pytest.mark.parametrize("kind", SERVERS)
def test_it_says_no_when_a_page_is_damaged(start_server, kind):
    server = start_server(SERVER=kind)
    assert probe(server).status_code == 200
    with closing(sqlite3.connect(server.database.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'chat_message'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with server.database.file.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    assert wait_for(server, 503).json()["reasons"] == ["a page of the database is damaged"]


@pytest.mark.sqlite_only("PostgreSQL's disk is another machine's, perhaps")
def test_it_says_no_when_the_disk_has_less_room_than_is_wanted(start_server):
    server = start_server(DISK_RESERVE_MB="1000000")
    (reason,) = probe(server).json()["reasons"]
    assert reason.startswith("the disk is nearly full: ")
