"""A real Redis, on a socket of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

START_SECONDS = 60


class Redis:
    """`redis-server` without a port and without a file. `url` is what servers are given as REDIS_URL.

    `options` are more of its own.
    """

    def __init__(self, *options: str) -> None:
        program = shutil.which("redis-server")
        assert program, "This needs redis-server, and it is not on the PATH (see .ci/tools.sh)."
        # Not in pytest's folders: the path of a Unix socket has to be short.
        self._folder = Path(tempfile.mkdtemp(prefix="posthorn-"))
        self.url = f"unix://{self._folder}/redis"
        self._command = [program, "--port", "0", "--unixsocket", f"{self._folder}/redis"]
        self._command += ["--save", "", "--dir", str(self._folder), *options]
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and return when it listens."""
        self._process = process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        too_late = threading.Timer(START_SECONDS, process.kill)
        too_late.start()
        said = []
        for line in process.stdout:
            said.append(line)
            if "ready to accept connections" in line.lower():
                break
        too_late.cancel()
        assert process.poll() is None, f"Redis did not start:\n{''.join(said)}"

    @property
    def process_id(self) -> int:
        """While it runs."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def remove(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self._folder)
