"""What a `DATABASE_URL` says, as Django's `DATABASES` want it. No complaint repeats any of it: it may be a password."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

POSTGRES_FORM = "postgres://USER:PASSWORD@HOST:5432/NAME"
SQLITE_FORM = "sqlite:////absolute/path or sqlite:///relative/path"
_ENCODED = "in a name or password @ is written as %40, : as %3A, / as %2F, % as %25"


def database(url: str, folder: Path) -> dict[str, Any]:
    """The engine and where its data is; a relative path starts from `folder`.

    Raises:
        ValueError: it cannot be understood; one line says why.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return _sqlite(url, folder)
    if scheme in {"postgres", "postgresql"}:
        return _postgres(url)
    raise ValueError(f"it is neither {SQLITE_FORM} nor {POSTGRES_FORM}")


def _sqlite(url: str, folder: Path) -> dict[str, Any]:
    path = url.removeprefix("sqlite:///")
    if not path or path == url or ":memory:" in path:
        raise ValueError(f"it names no file: {SQLITE_FORM}")
    return {"ENGINE": "storage.sqlite", "NAME": str(folder / path)}


def _postgres(url: str) -> dict[str, Any]:
    # Only where it is wanted: who keeps data in SQLite needs no driver for anything else.
    from psycopg import Error, pq  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True):
        if name not in known:
            raise ValueError("after its ? stands an option that PostgreSQL's clients do not know")
    try:
        said = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except Error:
        raise ValueError(f"it is not of the form {POSTGRES_FORM} ({_ENCODED})") from None
    hosts, ports = said.pop("host", ""), said.pop("port", "").strip(",")
    if "@" in hosts:
        raise ValueError(f"it has several @ ({_ENCODED})")
    if not all(port.isdecimal() and 0 < int(port) < 65536 for port in ports.split(",") if port):
        raise ValueError(f"a port is no number within 1 and 65535 ({_ENCODED})")
    if not said.get("dbname"):
        raise ValueError(f"it names no database: {POSTGRES_FORM}")
    return {
        "ENGINE": "storage.postgres",
        "NAME": said.pop("dbname"),
        "USER": said.pop("user", ""),
        "PASSWORD": said.pop("password", ""),
        "HOST": hosts,
        "PORT": ports,
        "OPTIONS": said,
    }
