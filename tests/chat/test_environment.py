"""Settings from outside: what cannot be understood ends the start with one line that names the variable."""

from __future__ import annotations

import runpy
import stat
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.support.environment import ROOT, environment, manage, succeed, variables

WRONG = {
    "PORT": ["abc", "-1", "65536", "80.5"],
    "DEBUG": ["maybe", "2"],
    "HTTPS": ["https"],
    "LOG_LEVEL": ["LOUD"],
    "TIME_ZONE": ["Mars/Olympus", "../etc/passwd"],
    "SECRET_KEY": ["short"],
    "DATABASE_URL": [
        "posthorn.sqlite3",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://localhost/x",
        "postgres://",
        "postgres://db.example.org",
        "postgres://posthorn:Tr0ub4dor@db:none/chat",
        "postgres://posthorn:Tr0ub4dor@db:65536/chat",
        "postgres://posthorn:Tr0ub4dor@3@db/chat",
        "postgres://posthorn:Tr0ub4dor%zz@db/chat",
        "postgres://posthorn:Tr0ub4dor/@db/chat",
        "postgres://posthorn:Tr0ub4dor@[::1/chat",
        "postgres://posthorn:Tr0ub4dor@db/chat?Tr0ub4dor=1",
    ],
    "FILES_URL": [
        "/var/files",
        "s3://bucket",
        "s3://key@host/bucket",
        "s3://key:Tr0ub4dor@host",
        "s3://key:Tr0ub4dor@host:none/bucket",
        "s3://key:Tr0ub4dor@host/bucket?zone=x",
        "s3://key:Tr0ub4dor@host/bucket?tls=maybe",
        "https://key:Tr0ub4dor@host/bucket",
    ],
    "REDIS_URL": ["http://localhost", "localhost:6379"],
    "STORAGE_WORKERS": ["some"],
    "STORAGE_WORKER_COUNT": ["0", "65", "two"],
    "STORAGE_MAX_QUEUE_SIZE": ["0", "many"],
    "SQLITE_SYNCHRONOUS": ["OFF"],
}


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads the environment with these changes, as a process does when it starts."""

    def read(**changes: str) -> dict[str, Any]:
        for name, value in environment(tmp_path, **changes).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "env.py"))

    return read


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_that_cannot_be_understood_is_named(read, name, value):
    with pytest.raises(ImproperlyConfigured, match=name) as wrong:
        read(**{name: value})
    assert "\n" not in str(wrong.value)
    assert "Tr0ub4dor" not in str(wrong.value)


@pytest.mark.parametrize("command", ["check", "serve", "rollout"])
def test_every_command_says_so_in_one_line(tmp_path, command):
    done = manage(command, env=environment(tmp_path, PORT="abc"))
    assert done.returncode != 0
    (line,) = done.stderr.strip().splitlines()
    assert "PORT" in line


def test_values_are_understood_in_every_usual_form(read):
    for word in ("1", "true", "Yes", " on "):
        assert read(DEBUG=word)["DEBUG"] is True
    for word in ("0", "false", "No", "off", "", "  "):
        assert read(DEBUG=word)["DEBUG"] is False
    assert read(STORAGE_WORKERS="")["STORAGE_WORKERS"] is None
    assert read(STORAGE_WORKERS="0")["STORAGE_WORKERS"] is False
    assert read(ALLOWED_HOSTS="chat.example.org, localhost,")["ALLOWED_HOSTS"] == ["chat.example.org", "localhost"]
    assert read(DATABASE_URL="sqlite:////srv/chat.db")["DATABASE"]["NAME"] == "/srv/chat.db"
    assert read(DATABASE_URL="sqlite:///var/chat.db")["DATABASE"]["NAME"] == str(ROOT / "var" / "chat.db")
    assert read(LOG_LEVEL="debug")["LOG_LEVEL"] == "DEBUG"
    assert read(TIME_ZONE="Europe/Berlin")["TIME_ZONE"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgres://db/chat", {"HOST": "db", "PORT": "", "USER": "", "PASSWORD": "", "OPTIONS": {}}),
        ("postgresql://u:p%40%2Fss@db:6000/chat", {"USER": "u", "PASSWORD": "p@/ss", "HOST": "db", "PORT": "6000"}),
        ("postgres://[::1]:5432/chat", {"HOST": "::1", "PORT": "5432"}),
        ("postgres:///chat?host=/run/postgresql", {"HOST": "/run/postgresql"}),
        (
            "postgres://u:p@one:5432,two:5433/chat?target_session_attrs=read-write&sslmode=require",
            {
                "HOST": "one,two",
                "PORT": "5432,5433",
                "OPTIONS": {"target_session_attrs": "read-write", "sslmode": "require"},
            },
        ),
    ],
)
def test_a_postgresql_database_may_be_anywhere(read, url, wanted):
    said = read(DATABASE_URL=url)["DATABASE"]
    assert (said["ENGINE"], said["NAME"]) == ("storage.postgres", "chat")
    assert {name: said[name] for name in wanted} == wanted


def test_settings_are_heeded_under_their_old_names(read):
    old = {"USE_SQLITE_WORKERS": "0", "SQLITE_WORKER_COUNT": "7", "SQLITE_MAX_QUEUE_SIZE": "8"}
    said = read(**old, SQLITE_MAX_READ_SECONDS="9")
    assert (said["STORAGE_WORKERS"], said["STORAGE_WORKER_COUNT"]) == (False, 7)
    assert (said["STORAGE_MAX_QUEUE_SIZE"], said["STORAGE_MAX_READ_SECONDS"]) == (8, 9)
    assert read(**old, STORAGE_WORKER_COUNT="3")["STORAGE_WORKER_COUNT"] == 3


def test_without_any_setting_everything_is_in_order(tmp_path):
    done = manage("check", "--fail-level", "WARNING", env=environment(tmp_path))
    assert "no issues" in succeed(done)


def test_a_secret_key_is_made_once_and_its_owners_alone(tmp_path):
    var = tmp_path / "made" / "by" / "itself"
    env = environment(var, SECRET_KEY="")
    succeed(manage("check", env=env))
    file = var / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    key = file.read_text()
    assert len(key) >= 50
    succeed(manage("check", env=env))
    assert file.read_text() == key


def test_an_empty_secret_key_file_is_said_to_be_none(tmp_path):
    (tmp_path / "secret_key").touch()
    done = manage("check", env=environment(tmp_path, SECRET_KEY=""))
    assert done.returncode != 0
    assert str(tmp_path / "secret_key") in done.stderr
    assert "Traceback" not in done.stderr


def test_the_environment_is_read_in_one_place():
    elsewhere = [
        str(file.relative_to(ROOT))
        for package in ("chat", "storage", "frontend", "config")
        for file in (ROOT / package).rglob("*.py")
        if file != ROOT / "config" / "env.py" and "node_modules" not in file.parts
        if "os.environ[" in (text := file.read_text()) or "environ.get(" in text or "getenv(" in text
    ]
    assert elsewhere == []
    assert len(variables()) > 10


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - nothing is bound to it
        ("::", "[::1]"),
        ("chat.example.org", "chat.example.org"),
    ],
)
def test_a_command_finds_the_server_of_its_machine(tmp_path, host, address):
    look = "from django.conf import settings; print(settings.METRICS_URL)"
    said = manage("shell", "-c", look, env=environment(tmp_path, HOST=host, PORT="8001"))
    assert succeed(said).splitlines()[-1] == f"http://{address}:8001/metrics"
