"""What a run of the tests leaves behind goes away with it, however it ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

# PostgreSQL ends at once on SIGQUIT. Where it was killed its file may name a number that is somebody else's by now.
_CLEAR_UP = """
cat >/dev/null
for file in "$0"/data/postmaster.pid "$0"/*/data/postmaster.pid; do
    [ -f "$file" ] || continue
    process=$(head -n 1 "$file")
    case $(ps -o comm= -p "$process") in *postgres*) kill -QUIT "$process" ;; *) continue ;; esac
    while kill -0 "$process"; do sleep 0.1; done
done
rm -rf "$0"
"""

_held: list[subprocess.Popen[bytes]] = []


def clear_up_after_this_process(folder: Path) -> None:
    """Have a folder removed when this process ends, and the PostgreSQL clusters in it ended before.

    Another process does it, which sees the end of this one by its standard input: also of one that was killed.
    """
    command = ["sh", "-c", _CLEAR_UP, str(folder)]
    # A session of its own: what ends this process by ending its group leaves that one.
    _held.append(subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True))


def clear_up_now() -> None:
    """Do it now, and return when it is done."""
    while _held:
        _held.pop().communicate()
