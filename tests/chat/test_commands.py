"""What whoever runs a server types."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from tests.support.databases import Database, SqliteDatabase
from tests.support.environment import ROOT, environment, manage, succeed
from tests.support.seed import PASSWORD


@pytest.fixture
def env(world, tmp_path) -> Iterator[dict[str, str]]:
    """The environment of an installation in which nobody is yet."""
    database = world.templates.new("empty", tmp_path)
    yield environment(tmp_path, DATABASE_URL=database.url)
    database.remove()


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line in which a command says what is wrong."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.strip().splitlines()
    return line


# serve


def test_a_server_that_cannot_use_its_database_says_so_in_one_line(world, tmp_path):
    database = world.templates.new(None, tmp_path)
    database.execute("CREATE TABLE nothing_of_ours (id integer)")
    said = refused(manage("serve", env=environment(tmp_path, DATABASE_URL=database.url)))
    database.remove()
    assert re.match("CommandError: (The database cannot be used: .*chat_|There are no tables in the database: )", said)


# demo


def test_demo_loads_a_team_and_refuses_where_people_are_already(start_server):
    server = start_server(empty=True)
    said = succeed(manage("demo", "--password", PASSWORD, env=server.environment))
    assert PASSWORD in said
    with server.browser() as browser:
        csrf = re.search(r'value="(\w+)"', browser.get("/login/").text)
        assert csrf
        fields = {"csrfmiddlewaretoken": csrf[1], "username": "bob", "password": PASSWORD}
        assert browser.post("/login/", data=fields).headers["location"] == "/"
    for room, head in server.rows("SELECT id, head FROM chat_room"):
        seqs = [seq for (seq,) in server.rows("SELECT seq FROM chat_event WHERE room_id = %s ORDER BY seq", [room])]
        assert seqs == list(range(1, head + 1))
    assert len(server.rows("SELECT * FROM chat_room")) >= 3
    assert len(server.rows("SELECT * FROM chat_message")) >= 10
    assert "people in it already" in refused(manage("demo", env=server.environment))


def test_demo_makes_up_a_password(transactional_db, quick_passwords):
    out = io.StringIO()
    call_command("demo", stdout=out)
    assert re.search(r"password is (\S{10,})", out.getvalue())


# owner


def test_owner_is_the_way_back_in_where_nobody_is_left(start_server):
    server = start_server()

    server.database.execute(
        "UPDATE chat_user SET is_active = false, is_staff = false, is_superuser = false, password = '!'"
    )
    said = succeed(manage("owner", "BOB", env=server.environment))
    assert "Bob Brandt (bob) is an owner now." in said
    assert "manage.py changepassword bob" in said
    found = server.rows("SELECT username, is_active, is_staff, is_superuser FROM chat_user ORDER BY username")
    assert found == [("alice", 0, 0, 0), ("bob", 1, 1, 1), ("carla", 0, 0, 0)]
    assert "createsuperuser" in refused(manage("owner", "nobody", env=server.environment))


# rollout


@pytest.fixture
def rollout(transactional_db, settings):
    settings.STORAGE_WORKERS = None

    def run(*arguments: str) -> str:
        out = io.StringIO()
        call_command("rollout", *arguments, stdout=out)
        return out.getvalue()

    return run


def test_rollout_lists_the_flags(rollout):
    said = rollout("list")
    assert re.search(r"^sqlite_workers +100 %  \S", said, re.MULTILINE)
    assert re.search(r"^chat_queue +100 %  \S", said, re.MULTILINE)


def test_rollout_sets_a_flag_and_remembers_who_turned_it_and_why(rollout):
    assert "at 0 %" in rollout("set", "sqlite_workers", "off", "--reason", "it rattles")
    assert "at 25 %" in rollout("set", "sqlite_workers", "25%")
    assert "at 100 %" in rollout("set", "chat_queue", "ON")
    assert re.search(r"^sqlite_workers +25 %", rollout("list"), re.MULTILINE)
    history = rollout("history").splitlines()
    assert len(history) == 3
    assert "chat_queue: 100 -> 100 %" in history[0]
    assert "sqlite_workers: 0 -> 25 %" in history[1]
    assert "sqlite_workers: 100 -> 0 %" in history[2]
    assert "(it rattles)" in history[2]
    assert re.search(r" by \S", history[2])
    assert len(rollout("history", "chat_queue").splitlines()) == 1


def test_rollout_says_when_the_environment_decides(rollout, settings):
    settings.STORAGE_WORKERS = False
    assert "sqlite_workers is off" in rollout("list")


@pytest.mark.parametrize("value", ["maybe", "-1", "101", "12.5", "", "%", "\N{ARABIC-INDIC DIGIT FIVE}", "1e1"])
def test_rollout_refuses_what_is_no_percentage(rollout, value):
    with pytest.raises(CommandError, match="percentage"):
        rollout("set", "sqlite_workers", "--", value)


@pytest.mark.parametrize("arguments", [("set", "warp_drive", "on"), ("history", "warp_drive")])
def test_rollout_names_the_flags_there_are(rollout, arguments):
    with pytest.raises(CommandError, match=r"warp_drive.* chat_queue, sqlite_workers"):
        rollout(*arguments)


def test_rollout_says_what_is_wrong_in_one_line(env):
    assert "warp_drive" in refused(manage("rollout", "set", "warp_drive", "on", env=env))


# serve


def test_serve_says_when_its_port_is_taken(start_server, env):
    server = start_server()
    done = manage("serve", env=env | {"PORT": str(server.port)})
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert f"127.0.0.1:{server.port} cannot be listened on" in done.stderr.splitlines()[-1]


def test_a_server_that_is_asked_to_stop_stops_without_a_word(start_server):
    server = start_server()
    server.stop()
    assert server.log == ""


# migrate


@pytest.fixture
def nothing(world, tmp_path) -> Iterator[Database]:
    """A database of which nobody has been told what it is for."""
    database = world.templates.new(None, tmp_path)
    yield database
    database.remove()


def test_of_two_that_start_at_once_on_nothing_one_migrates_and_the_other_waits(tmp_path, nothing):
    env = environment(tmp_path, DATABASE_URL=nothing.url)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    both = [subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, "")


@pytest.mark.sqlite_only("no PostgreSQL has ever been in that state")
def test_user_names_that_differ_in_case_only_are_named_before_anything_is_touched(env, tmp_path):
    database = SqliteDatabase(tmp_path / "posthorn.sqlite3")
    succeed(manage("migrate", "chat", "0003", "--verbosity", "0", env=env))
    for name in ("Bob", "alice", "bob", "carla"):
        database.execute(
            "INSERT INTO chat_user"
            " (password, is_superuser, username, email, is_staff, is_active, date_joined, name)"
            " VALUES ('', false, %s, '', false, true, '2026-01-01', %s)",
            [name, name],
        )
    before = database.file.read_bytes()
    line = refused(manage("migrate", env=env))
    assert "Bob and bob" in line
    assert "alice" not in line
    assert "Nothing has been changed" in line
    assert database.file.read_bytes() == before
    database.execute("UPDATE chat_user SET username = 'bob2' WHERE username = 'bob'")
    succeed(manage("migrate", env=env))


# files


@pytest.mark.sqlite_only("it looks at the files' modes")
async def test_what_a_server_makes_is_for_its_owner_alone(start_server):
    def open_to_all(server):
        server.var.chmod(0o755)
        server.database.file.chmod(0o644)

    server = start_server(before=open_to_all)
    async with server.client("bob") as bob:
        await bob.say(server.new_room(), "Hello")
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in server.var.glob("posthorn.sqlite3*")}
    assert set(modes.values()) == {"0o600"}
    assert {"posthorn.sqlite3", "posthorn.sqlite3-wal", "posthorn.sqlite3-shm"} <= modes.keys()
    assert server.var.stat().st_mode & 0o777 == 0o700


@pytest.mark.sqlite_only("PostgreSQL makes no database by itself")
def test_without_a_database_the_server_says_how_to_make_one(tmp_path):
    done = manage("serve", env=environment(tmp_path))
    assert done.returncode != 0
    assert "`manage.py migrate` makes one" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "posthorn.sqlite3").exists()
