"""The environment of the processes that tests start: none of what happens to be set on this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ENV_PY = (ROOT / "config" / "env.py").read_text()
GENEROUS = {
    "SENDS_PER_SECOND": "10000",
    "FRAMES_PER_SECOND": "10000",
    "CONNECTIONS_PER_USER": "1000",
    "ROOMS_PER_HOUR": "10000",
    "CONNECTIONS_PER_ADDRESS": "10000",
}
SECRET_KEY = "the tests' own key, which is no secret to anybody at all"


def variables() -> list[str]:
    """Every variable that `config/env.py` reads."""
    renamed = re.findall(r'_read_renamed\(\s*"([A-Z_]+)", "([A-Z_]+)"', ENV_PY)
    return sorted({*re.findall(r'_read\(\s*"([A-Z_]+)"', ENV_PY), *chain(*renamed), "SECRET_KEY"})


def environment(var: Path, **changes: str) -> dict[str, str]:
    """A process's environment with its data in `var`. Empty means default, and wins over a developer's `.env`."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "DJANGO"))}
    ours = {"VAR_DIR": str(var), "SECRET_KEY": SECRET_KEY, **GENEROUS}
    return mine | dict.fromkeys(variables(), "") | ours | changes


def manage(*arguments: str, env: dict[str, str], deadline: float = 300) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` to its end."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=env, timeout=deadline, check=False, capture_output=True, text=True, encoding="utf-8"
    )


def succeed(done: subprocess.CompletedProcess[str]) -> str:
    """What a command printed; fails the test if the command failed."""
    assert done.returncode == 0, f"{done.args} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout
