"""The same world on SQLite and on PostgreSQL answers the same, whatever is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.environment import ROOT
from tests.support.postgres import Cluster
from tests.support.process import RUN


def answers(url: str, var: Any) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.engines.answers"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url, "VAR_DIR": str(var)},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> tuple[dict[str, Any], dict[str, Any]]:
    var = tmp_path_factory.mktemp("engines")
    cluster = Cluster.shared(RUN)
    name = cluster.fresh_database()
    try:
        return answers(f"sqlite:///{var}/posthorn.sqlite3", var), answers(cluster.url(name), var)
    finally:
        cluster.drop(name)


def test_both_engines_answer_the_same(both):
    sqlite, postgres = both
    assert sqlite.keys() == postgres.keys()
    different = {key: (sqlite[key], postgres[key]) for key in sqlite if sqlite[key] != postgres[key]}
    shown = "\n".join(f"{key}\n  {one}\n  {other}" for key, (one, other) in list(different.items())[:5])
    assert not different, f"{len(different)} of {len(sqlite)} answers differ:\n{shown}"


def test_the_answers_say_something(both):
    """Two that say nothing would be equal as well."""
    sqlite, _ = both
    full = [key for key, answer in sqlite.items() if key.startswith("search") and answer and answer["results"]]
    assert len(full) > 200
    assert sum(len(str(answer)) for answer in sqlite.values()) > 300_000
