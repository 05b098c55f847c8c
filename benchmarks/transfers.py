"""Large bodies, to and from a server of ours or nginx, by clients that cost next to nothing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Protocol

from benchmarks.page import disk
from tests.support.server import Server
from tests.uploads.tus import Tus, headers

MEGABYTE = 1024 * 1024
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        client_max_body_size 0;
        dav_methods PUT;
    }}
}}
"""


class Place(Protocol):
    """Somewhere to put files and to get them from."""

    process_id: int

    def put(self, file: Path) -> tuple[str, float]:
        """Put it there. Returns its address, and how many seconds its bytes took to be there."""

    def get(self, path: str) -> float:
        """Get it back, and throw it away. Returns how many seconds it took."""


class Posthorn:
    """A server of ours."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._headers = headers(server, "bob")
        self.process_id = server.process_id

    def put(self, file: Path) -> tuple[str, float]:
        """With tus, in one request; sent with a message of its own, so that it can be got."""
        size = file.stat().st_size
        with Tus(self._server, "bob") as bob:
            path = bob.begun(self._server.world.everyone, size)
        told = {
            **self._headers,
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        }
        took = _send(self._server.port, "PATCH", path, told, file)
        return f"/files/{path.rpartition('/')[2]}/notes.bin", took

    def get(self, path: str) -> float:
        """As one of the room."""
        return _take(self._server.port, path, self._headers)


class Nginx:
    """nginx with one worker, on the same disk. It does not sync what it takes."""

    def __init__(self, port: int, process_id: int) -> None:
        self._port = port
        self._number = 0
        self.process_id = process_id

    def put(self, file: Path) -> tuple[str, float]:
        """With PUT."""
        self._number += 1
        path = f"/{self._number}.bin"
        return path, _send(self._port, "PUT", path, {}, file)

    def get(self, path: str) -> float:
        """As it lies there."""
        return _take(self._port, path, {})


@contextmanager
def nginx() -> Iterator[Nginx]:
    """One of its own; NGINX_PROGRAM names it where it is not on the PATH.

    Raises:
        SystemExit: there is none.
    """
    program = os.environ.get("NGINX_PROGRAM") or shutil.which("nginx")
    if program is None:
        raise SystemExit("This needs nginx: apt-get install nginx, or name it in NGINX_PROGRAM.")
    folder = Path(tempfile.mkdtemp(prefix="posthorn-nginx-", dir=disk()))
    folder.chmod(0o777)  # its worker is another user's
    (folder / "files").mkdir(mode=0o777)
    (folder / "files").chmod(0o777)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    (folder / "conf").write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(
        [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "conf")]
    )
    try:
        _wait(port)
        yield Nginx(port, _worker(process.pid))
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _wait(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            continue
        return


def _worker(master: int) -> int:
    children = ""
    while not children:
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
    return int(children.split()[0])


def _send(port: int, method: str, path: str, told: dict[str, str], file: Path) -> float:
    size = file.stat().st_size
    with closing(socket.create_connection(("127.0.0.1", port), 600)) as connection, file.open("rb") as source:
        begun = perf_counter()
        connection.sendall(_head(method, path, {**told, "Content-Length": str(size)}))
        connection.sendfile(source)
        status = _status(connection.recv(65536))
        took = perf_counter() - begun
    if status not in {201, 204}:
        raise SystemExit(f"{method} was answered with {status}")
    return took


def _take(port: int, path: str, told: dict[str, str]) -> float:
    buffer = bytearray(MEGABYTE)
    with closing(socket.create_connection(("127.0.0.1", port), 600)) as connection:
        begun = perf_counter()
        connection.sendall(_head("GET", path, {**told, "Connection": "close"}))
        status = _status(connection.recv(65536))
        while connection.recv_into(buffer):
            pass
        took = perf_counter() - begun
    if status != 200:
        raise SystemExit(f"GET was answered with {status}")
    return took


def _head(method: str, path: str, told: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in told.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin1")


def _status(head: bytes) -> int:
    return int(head.split()[1])
