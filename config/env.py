"""The only reader of the environment. Every setting that can be made from outside is a name in this file.

Values come from the process's environment, else from the file `.env` beside `manage.py`. `.env.example` lists them all.
A value that cannot be understood ends the start with one line that names the variable, and repeats no secret.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

from config.database_url import database
from config.files_url import files

BASE_DIR = Path(__file__).resolve().parent.parent

_env = environ.Env()
_env.read_env(BASE_DIR / ".env")

T = TypeVar("T")

SECRET = {"DATABASE_URL", "FILES_URL", "REDIS_URL", "METRICS_TOKEN"}


def _read(name: str, parse: Callable[..., T], default: Any) -> T:
    if os.environ.get(name, "").strip() == "":
        return default  # type: ignore[no-any-return]
    try:
        return parse(name)
    except (ValueError, ImproperlyConfigured) as error:
        shown = name if name in SECRET else f"{name}={os.environ[name]!r}"
        raise ImproperlyConfigured(f"{shown} cannot be understood: {error}") from None


def _read_renamed(name: str, before: str, parse: Callable[..., T], default: Any) -> T:
    """A setting that has a new name; under the old one it is heeded as well."""
    return _read(name, parse, _read(before, parse, default))


def _boolean(name: str) -> bool:
    word = os.environ[name].strip().lower()
    if word not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ValueError("say 1 or 0")
    return word in {"1", "true", "yes", "on"}


def _within(low: int, high: int) -> Callable[[str], int]:
    def parse(name: str) -> int:
        value = int(os.environ[name])
        if not low <= value <= high:
            raise ValueError(f"it must be within {low} and {high}")
        return value

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(name: str) -> str:
        word = os.environ[name].strip().upper()
        if word not in words:
            raise ValueError(f"it must be one of {', '.join(words)}")
        return word

    return parse


def _token(name: str) -> str:
    token = os.environ[name].strip()
    if len(token) < 16:
        raise ValueError("a token of less than 16 characters can be guessed")
    return token


def _zone(name: str) -> str:
    zone = os.environ[name].strip()
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such zone; they are named as in Europe/Berlin") from None
    return zone


def _list(name: str) -> list[str]:
    return [word.strip() for word in os.environ[name].split(",") if word.strip()]


def _secret_key(var_dir: Path) -> str:
    """The key that signs sessions: from the environment, else made once and kept in a file only its owner can read."""
    given = os.environ.get("SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("SECRET_KEY is too short to be a secret: give it 50 random characters, or none")
        return given
    file = var_dir / "secret_key"
    try:
        # O_EXCL: of two processes that start at once, one makes the key and the other reads it.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = file.read_text().strip()
        if len(key) < 32:
            raise ImproperlyConfigured(f"{file} holds no key: delete it and start again") from None
        return key
    with os.fdopen(descriptor, "w") as handle:
        key = secrets.token_urlsafe(50)
        handle.write(key)
    return key


def _database(name: str) -> dict[str, Any]:
    return database(os.environ[name].strip(), BASE_DIR)


def _files(name: str) -> dict[str, Any]:
    return files(os.environ[name].strip())


def _redis(name: str) -> str:
    url = os.environ[name].strip()
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it must start with redis://, rediss:// or unix://")
    return url


# Where things are
VAR_DIR = _read("VAR_DIR", lambda name: BASE_DIR / Path(os.environ[name]).expanduser(), BASE_DIR / "var")
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
with suppress(PermissionError):  # somebody else's folder is theirs to open
    VAR_DIR.chmod(0o700)
DATABASE = _read("DATABASE_URL", _database, {"ENGINE": "storage.sqlite", "NAME": str(VAR_DIR / "posthorn.sqlite3")})
FILES: dict[str, Any] | None = _read("FILES_URL", _files, None)
REDIS_URL = _read("REDIS_URL", _redis, "")

# How it is reached
HOST = _read("HOST", _env.str, "127.0.0.1")
PORT = _read("PORT", _within(0, 65535), 8000)
ALLOWED_HOSTS = _read("ALLOWED_HOSTS", _list, ["localhost", "127.0.0.1", "[::1]"])
SERVER = _read("SERVER", lambda name: _one_of("DAPHNE", "UVICORN")(name).lower(), "daphne")
HTTPS = _read("HTTPS", _boolean, False)

# What it is
SITE_NAME = _read("SITE_NAME", _env.str, "Posthorn")
TIME_ZONE = _read("TIME_ZONE", _zone, "UTC")
DEBUG = _read("DEBUG", _boolean, False)
LOG_LEVEL = _read("LOG_LEVEL", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
SECRET_KEY = _secret_key(VAR_DIR)

# Who may read /metrics without an account
METRICS_TOKEN = _read("METRICS_TOKEN", _token, "")

# How much one person may do
SENDS_PER_SECOND = _read("SENDS_PER_SECOND", _within(1, 1_000_000), 20)
FRAMES_PER_SECOND = _read("FRAMES_PER_SECOND", _within(1, 1_000_000), 100)
CONNECTIONS_PER_USER = _read("CONNECTIONS_PER_USER", _within(1, 1_000_000), 20)
ROOMS_PER_HOUR = _read("ROOMS_PER_HOUR", _within(1, 1_000_000), 20)

# How much strangers may do
CONNECTIONS_PER_ADDRESS = _read("CONNECTIONS_PER_ADDRESS", _within(1, 1_000_000), 200)
REQUEST_SECONDS = _read("REQUEST_SECONDS", _within(1, 3600), 20)

# How much is kept of files: 0 is no limit but the disk's
MAX_FILE_MB = _read("MAX_FILE_MB", _within(1, 1_000_000), 100)
MAX_STORAGE_GB = _read("MAX_STORAGE_GB", _within(0, 1_000_000), 0)
MAX_PERSON_GB = _read("MAX_PERSON_GB", _within(0, 1_000_000), 0)

# How it ends
DRAIN_SECONDS = _read("DRAIN_SECONDS", _within(0, 600), 0)

# Storage
STORAGE_WORKERS: bool | None = _read_renamed("STORAGE_WORKERS", "USE_SQLITE_WORKERS", _boolean, None)
STORAGE_WORKER_COUNT = _read_renamed("STORAGE_WORKER_COUNT", "SQLITE_WORKER_COUNT", _within(1, 64), 2)
STORAGE_MAX_QUEUE_SIZE = _read_renamed("STORAGE_MAX_QUEUE_SIZE", "SQLITE_MAX_QUEUE_SIZE", _within(1, 1_000_000), 1000)
STORAGE_MAX_READ_SECONDS = _read_renamed("STORAGE_MAX_READ_SECONDS", "SQLITE_MAX_READ_SECONDS", _within(1, 86_400), 30)
DISK_RESERVE_MB = _read("DISK_RESERVE_MB", _within(0, 1_000_000), 50)
SQLITE_SYNCHRONOUS = _read("SQLITE_SYNCHRONOUS", _one_of("FULL", "NORMAL", "EXTRA"), "FULL")
