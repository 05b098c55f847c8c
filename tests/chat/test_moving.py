"""`manage.py move`: all of an installation arrives in the other engine, or nothing does."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from storage.moving.tables import all_tables
from tests.support.databases import Database, PostgresDatabase, SqliteDatabase
from tests.support.environment import ROOT, environment, manage, succeed
from tests.support.moving import contents, empty_postgres, move, refusal
from tests.support.server import SPOKEN

pytestmark = pytest.mark.sqlite_only("it is about both engines: one run of two is enough")

# Times as the chat and as Django write them, text that an engine could take for something else, rows that are gone.
LIVED_IN = """
INSERT INTO chat_message (id, room_id, sender_id, client_id, seq, body, digest, created_at, edited_at, deleted_at)
VALUES (101, {room}, {alice}, 'a1', 100001, 'tab\t, line\r\n, back\\slash, \\N, ''quote'', 日本語 👩‍👩‍👧 é', 'd',
        '2026-01-02 03:04:05.678', '2026-01-02 03:04:05', '2026-01-02 03:04:05.000001'),
       (103, {room}, {alice}, 'a3', 100003, '', 'd', '1999-12-31 23:59:59.999', NULL, NULL),
       (150, {room}, {alice}, 'a2', 100002, 'the newest', 'd', '2026-01-02 03:04:06.000', NULL, NULL);
INSERT INTO chat_event (id, room_id, seq, kind, actor_id, message_id, data, at)
VALUES (1101, {room}, 100001, 'message', {alice}, 101, NULL, '2026-01-02 03:04:05.678'),
       (1102, {room}, 100002, 'edit', {alice}, 101, '{{"a": [1, "\\u00e9"]}}', '2026-01-02 03:04:05.670'),
       (1200, {room}, 100004, 'delete', {alice}, 101, NULL, '2026-01-02 03:04:05.679');
UPDATE chat_message
SET files = '[{{"id": "Zk3vQm0_xT-8aYbNfR2LwE", "name": "Gr\u00fc\u00dfe, \"x\".png"}}]' WHERE id = 103;
INSERT INTO chat_content (id, sha256, key, bytes, doomed_at)
VALUES (7, 'ab', 'ab/ab-1', 5000000000, NULL), (8, 'cd', 'cd/cd-1', 3, NULL),
       (9, 'ab', 'ab/ab-2', 1, '2026-01-02 03:04:05.678');
INSERT INTO chat_file (id, owner_id, upload_id, room_id, name, declared, type, description, bytes, content_id, thumb_id,
    width, height, preview, created_at, finished_at, message_id, place)
VALUES ('Zk3vQm0_xT-8aYbNfR2LwE', {alice}, 'up-1', {room}, 'Grüße, "x".png', 'image/png', 'image/png', 'A "b"',
    5000000000, 7, 8, 4, 3, 'data:,', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06.000', 103, 0),
    ('_begins-with-a-line-00', {alice}, NULL, {room}, 'half', '', '', '', 10, NULL, NULL, NULL, NULL, NULL,
    '2026-01-02 03:04:05', NULL, NULL, 0);
INSERT INTO chat_filenames (id, room_id, names) VALUES (103, {room}, 'Grüße, "x".png');
DELETE FROM chat_message WHERE id = 150;
DELETE FROM chat_event WHERE id = 1200;
UPDATE chat_room SET head = 100003 WHERE id = {room};
INSERT INTO auth_group (name) VALUES ('Helpers');
INSERT INTO chat_user_groups (user_id, group_id) SELECT {alice}, id FROM auth_group;
INSERT INTO django_admin_log (action_time, object_repr, action_flag, change_message, user_id)
VALUES ('2026-01-02 03:04:05.123456', 'x', 1, '[]', {alice});
INSERT INTO storage_rolloutchange (flag, old_percent, new_percent, at, "by", reason)
VALUES ('chat_queue', 100, 50, '2026-01-02 03:04:05', 'alice', '')
"""
NEXT_MESSAGE = """
    INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, created_at)
    SELECT room_id, sender_id, 'next', 200000, '', '', created_at FROM chat_message WHERE id = 101 RETURNING id
"""
MADE_BY_MIGRATIONS = (
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    """SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    """SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger
       WHERE NOT tgisinternal ORDER BY 1, 2""",
)
SPOILING = """
    CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF new.seq = 100001 THEN new.body := new.body || ' '; END IF; RETURN new; END $$
"""


@pytest.fixture
def source(world, tmp_path) -> SqliteDatabase:
    """A SQLite installation in which much has happened."""
    database: SqliteDatabase = world.templates.new("cast", tmp_path)
    with database.transaction() as execute:
        for statement in LIVED_IN.format(room=world.rooms[0], alice=world.people["alice"].id).split(";\n"):
            execute(statement)
    return database


@pytest.fixture
def empty() -> Iterator[PostgresDatabase]:
    with empty_postgres() as database:
        yield database


@pytest.fixture
def back(tmp_path) -> SqliteDatabase:
    """Where a SQLite installation may be made."""
    return SqliteDatabase(tmp_path / "back.sqlite3")


def next_message(database: Database) -> int:
    """The id that the next message would have; none is written."""
    found: list[int] = []
    with suppress(ZeroDivisionError), database.transaction() as execute:
        found += execute(NEXT_MESSAGE)[0]
        raise ZeroDivisionError  # so that nothing of it stays
    return found[0]


def test_everything_arrives_and_comes_back(source, empty, back, tmp_path):
    before = contents(source)
    wanted = ("chat_message", "django_session", "chat_user_groups", "django_admin_log", "chat_file", "chat_filenames")
    assert all(before[name] for name in wanted)
    assert "compared" in succeed(move(source, empty.url, tmp_path / "var"))
    assert contents(empty) == before
    assert next_message(empty) == 151, "150 was given, to a message that is gone"
    assert "not empty: there are people in it" in refusal(source, empty.url, tmp_path / "var")

    assert "compared" in succeed(move(empty, back.url, tmp_path / "var"))
    assert contents(back) == before == contents(source)
    assert next_message(back) >= 151
    for kept in (
        "SELECT type, name, sql FROM sqlite_master ORDER BY type, name",
        (
            "SELECT name, seq FROM sqlite_sequence"
            " WHERE name NOT IN ('django_migrations', 'chat_message', 'chat_revision') ORDER BY name"
        ),
    ):
        assert [row for row in back.rows(kept) if row[-1] != 0] == [row for row in source.rows(kept) if row[-1] != 0]
    assert back.file.stat().st_mode & 0o777 == 0o600
    assert not [path for path in tmp_path.iterdir() if "unfinished" in path.name]
    back.execute("INSERT INTO chat_message_fts (chat_message_fts, rank) VALUES ('integrity-check', 1)")
    back.execute("INSERT INTO chat_filenames_fts (chat_filenames_fts, rank) VALUES ('integrity-check', 1)")
    assert f"{back.file} is there already" in refusal(empty, back.url, tmp_path / "var")
    assert contents(back) == before


def test_what_arrives_otherwise_does_not_count(source, empty, world, tmp_path):
    succeed(manage("migrate", "--verbosity", "0", env=environment(tmp_path / "var", DATABASE_URL=empty.url)))
    made = [empty.rows(look) for look in MADE_BY_MIGRATIONS]
    assert all(made)
    empty.execute(SPOILING)
    empty.execute("CREATE TRIGGER spoil BEFORE INSERT ON chat_message FOR EACH ROW EXECUTE FUNCTION spoil()")
    line = refusal(source, empty.url, tmp_path / "var")
    assert "chat_message has not arrived as it was" in line
    assert line.endswith(f"in room_id {world.rooms[0]}")
    assert not empty.rows("SELECT 1 FROM chat_user")

    empty.execute("DROP FUNCTION spoil CASCADE")
    succeed(move(source, empty.url, tmp_path / "var"))
    assert [empty.rows(look) for look in MADE_BY_MIGRATIONS] == made
    assert contents(empty) == contents(source)


def test_a_move_that_was_killed_is_run_again(source, empty, back, tmp_path):
    before = contents(source)
    for start, target in ((source, empty), (empty, back)):
        command = [sys.executable, "manage.py", "move", "--to", target.url]
        env = environment(tmp_path / "var", DATABASE_URL=start.url)
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while not process.stdout.readline().startswith("  chat_message:"):
                assert process.poll() is None
            process.send_signal(signal.SIGKILL)
        if target is empty:
            assert not empty.rows("SELECT 1 FROM chat_user")
        else:
            assert not back.file.exists()
        said = on_a_terminal(command, env)
        assert "Copying [" in said
        assert "s left" in said
        assert contents(target) == before


def on_a_terminal(command: list[str], env: dict[str, str]) -> str:
    """What a command says to somebody who looks."""
    ours, theirs = pty.openpty()
    said = b""
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=theirs):
        os.close(theirs)
        with suppress(OSError):  # how a terminal ends
            while piece := os.read(ours, 1000):
                said += piece
    os.close(ours)
    return said.decode()


def test_no_table_is_forgotten(world, tmp_path):
    database = world.templates.new("empty", tmp_path)
    there = {name for (name,) in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    built = {name for name in there if name.startswith(("chat_message_fts", "chat_filenames_fts", "sqlite_"))}
    assert there - built - {"django_migrations"} == {table.name for table in all_tables()}


# Refusals


def test_an_installation_that_is_served_is_not_moved(start_server, empty, back):
    server = start_server()
    assert "is in use. Stop the server" in refusal(server.database, empty.url, server.var)
    server.stop()
    succeed(move(server.database, empty.url, server.var))
    server.database = empty
    server.start()
    assert "connected to the database (posthorn). Stop the servers" in refusal(empty, back.url, server.var)
    assert not back.file.exists()
    server.stop()  # before its database goes


def test_an_older_source_and_a_target_of_somebody_elses_are_left_alone(world, source, empty, tmp_path):
    empty.execute("CREATE TABLE somebody_elses (id int)")
    assert "not empty: it has tables of something else" in refusal(source, empty.url, tmp_path / "var")
    source.execute("DELETE FROM django_migrations WHERE app = 'chat' AND name >= '0006'")
    assert "older version" in refusal(source, empty.url, tmp_path / "var")
    assert empty.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("somebody_elses",)]
    nothing = SqliteDatabase(tmp_path / "nothing.sqlite3")
    assert "There is no database at" in refusal(nothing, empty.url, tmp_path / "var")
    assert not nothing.file.exists()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://a:geheim@b/c", "cannot be understood"),
        ("postgres://a:geheim@b", "names no database"),
        ("sqlite:////somewhere/else.sqlite3", "Both are SQLite"),
        ("postgres://posthorn:geheim@/no_such_database?host={host}", 'database "no_such_database" does not exist'),
        ("postgres://posthorn:geheim@127.0.0.1:1/x", "PostgreSQL: connection failed"),
    ],
)
def test_bad_urls_get_one_line_without_the_password(source, empty, tmp_path, url, why):
    line = refusal(source, url.format(host=empty.cluster.host), tmp_path / "var")
    assert why in line
    assert "geheim" not in line


def test_what_postgresql_refuses_is_named_without_what_people_wrote(source, empty, tmp_path):
    source.execute("UPDATE chat_message SET body = %s || char(0) WHERE id = 103", [SPOKEN])
    line = refusal(source, empty.url, tmp_path / "var")
    assert "NUL" in line
    assert line.endswith("in chat_message")
    source.execute("UPDATE chat_room SET name = %s WHERE name = 'Everyone'", [SPOKEN * 10])
    too_long = refusal(source, empty.url, tmp_path / "var")
    assert "COPY chat_room, line 1, column name" in too_long
    assert SPOKEN not in line + too_long
    assert not empty.rows("SELECT 1 FROM chat_user")
