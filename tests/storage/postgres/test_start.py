"""What cannot work is said at the start: one line, no traceback, no password."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import sql

from storage.exceptions import Unusable
from storage.postgres import requirements
from tests.support.environment import environment, manage, succeed
from tests.support.postgres import ROLE, Cluster

pytestmark = pytest.mark.postgres_only("it is PostgreSQL that may be too old or want a password")

PASSWORD = "Tr0ub4dor-and-3"


@pytest.fixture(scope="module")
def guarded() -> Cluster:
    """A cluster that wants a password of everybody but its owner."""
    cluster = Cluster.make()
    (cluster.data / "pg_hba.conf").write_text(f"local all {ROLE} trust\nlocal all all scram-sha-256\n")
    with cluster.connect() as connection:
        connection.execute(sql.SQL("CREATE ROLE guest LOGIN PASSWORD {}").format(PASSWORD))
        connection.execute("SELECT pg_reload_conf()")
    return cluster


@pytest.fixture
def name(guarded) -> Iterator[str]:
    name = guarded.fresh_database()
    yield name
    guarded.drop(name)


def url(cluster: Cluster, name: str, password: str = PASSWORD) -> str:
    return f"postgres://guest:{password}@/{name}?host={cluster.host}&port={cluster.port}"


def refused(tmp_path, command: str, database_url: str) -> str:
    """What a command says that cannot work: one line."""
    done = manage(*command.split(), env=environment(tmp_path, DATABASE_URL=database_url, PORT="0"))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    said = [line for line in done.stderr.splitlines() if " INFO " not in line]
    assert len(said) == 1, done.stderr
    return said[0]


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_nobody_is_let_in(guarded, name, tmp_path, command):
    assert "password authentication failed" in refused(tmp_path, command, url(guarded, name, "wrong"))
    assert "does not exist" in refused(tmp_path, command, url(guarded, "nowhere"))
    away = f"postgres://guest:{PASSWORD}@127.0.0.1:1,127.0.0.1:2/{name}"
    assert "refused" in refused(tmp_path, command, away).lower()


def test_other_commands_say_so_too(guarded, name, tmp_path):
    assert "password authentication failed" in refused(tmp_path, "rollout list", url(guarded, name, "wrong"))


def test_an_encoding_that_cannot_hold_every_text(guarded, tmp_path):
    name = f"old_{secrets.token_hex(4)}"
    with guarded.connect() as connection:
        create = "CREATE DATABASE {} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 OWNER guest"
        connection.execute(sql.SQL(create).format(sql.Identifier(name)))
    assert "encoding is LATIN1" in refused(tmp_path, "migrate", url(guarded, name))


def test_rights_that_are_missing(guarded, name, tmp_path):
    assert "may make no tables" in refused(tmp_path, "migrate", url(guarded, name))
    assert "no tables" in refused(tmp_path, "serve", url(guarded, name))
    with guarded.connect(name) as connection:
        connection.execute("GRANT CREATE ON SCHEMA public TO guest")
        connection.execute("CREATE TABLE chat_room (id bigint)")
        assert "not the owner of the table chat_room" in refused(tmp_path, "migrate", url(guarded, name))
        connection.execute("CREATE TABLE django_migrations (id bigint)")
        assert "may not read and write the table chat_room" in refused(tmp_path, "serve", url(guarded, name))


def test_a_server_that_is_too_old(transactional_db, monkeypatch):
    monkeypatch.setattr(requirements, "OLDEST", 99)
    with pytest.raises(Unusable, match="99 or newer is wanted"):
        requirements.connect("default")


def test_of_two_that_migrate_one_does_and_the_other_waits(guarded, name, tmp_path):
    with guarded.connect(name) as connection:
        connection.execute("GRANT CREATE ON SCHEMA public TO guest")
    folders = [tmp_path / "one", tmp_path / "other"]
    environments = [environment(folder, DATABASE_URL=url(guarded, name)) for folder in folders]
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda env: succeed(manage("migrate", env=env)), environments))
    assert sorted("No migrations to apply" in said for said in done) == [False, True]
