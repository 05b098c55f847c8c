"""Clients of tus that nobody here wrote, on lines that break and with servers that are killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from tests.support.server import Server
from tests.uploads.conftest import SERVERS
from tests.uploads.cutter import Cutter
from tests.uploads.tus import BASE, Tus, headers, kept

MEGABYTE = 1024 * 1024
LONG = bool(os.environ.get("LONG_TESTS"))
SIZE = 200 * MEGABYTE if LONG else 4 * MEGABYTE
CUTS = 100
AT_ONCE = SIZE // CUTS  # half of the cuts come in heads, and those in bodies after half of this: it lasts
SETBACKS = (TusCommunicationError, TusUploadFailed, requests.RequestException)


@pytest.fixture(scope="module", params=SERVERS)
def server(request, world, tmp_path_factory) -> Iterator[Server]:
    server = Server(
        *(world, tmp_path_factory.mktemp("module") / "server"),
        SERVER=request.param,
        MAX_FILE_MB="300",
        FRAMES_PER_SECOND="100000",
    )
    server.start()
    yield server
    server.stop()
    server.remove()
    server.check_log()


@pytest.fixture(scope="module")
def content() -> bytes:
    return random.Random(7).randbytes(SIZE)


@pytest.fixture(scope="module")
def file(content, tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("files") / "holiday.bin"
    path.write_bytes(content)
    return path


@pytest.fixture
def cutter(server) -> Iterator[Cutter]:
    cutter = Cutter(server.port, CUTS, AT_ONCE)
    yield cutter
    cutter.remove()


def memory(server: Server, what: str) -> int:
    """`VmRSS` or `VmHWM`, in bytes."""
    lines = Path(f"/proc/{server.process_id}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def test_tuspy_uploads_with_checksums_in_chunks(server, room, content):
    client = TusClient(server.address + BASE, headers=headers(server, "bob"))
    told = {"filename": "holiday.bin", "room": str(room)}
    uploader = client.uploader(file_stream=BytesIO(content), metadata=told, chunk_size=SIZE // 3, upload_checksum=True)
    uploader.upload()
    assert kept(server, urlsplit(str(uploader.url)).path) == content


def test_a_large_body_takes_up_little_memory(server, room):
    size = 48 * MEGABYTE
    block = os.urandom(MEGABYTE)
    with Tus(server, "bob") as bob:
        path = bob.begun(room, size)
        before = memory(server, "VmRSS")
        Path(f"/proc/{server.process_id}/clear_refs").write_text("5")  # the highest mark begins anew
        assert bob.send(path, 0, (block for _ in range(48))).status_code == 204
    assert memory(server, "VmHWM") - before < 24 * MEGABYTE
    assert (server.var / "files").exists()


def test_a_line_that_is_cut_100_times_and_a_server_that_is_killed_twice(server, room, content, cutter):
    with Tus(server, "bob") as bob:
        path = bob.begun(room, SIZE)
    killed = 0
    while killed < 2 or cutter.cuts < CUTS or not _is_there(server, path):
        if cutter.cuts >= (killed + 1) * CUTS // 3 and killed < 2:
            _kill_while_something_comes(server, cutter, path, content)
            killed += 1
        _try(server, cutter.port, path, content)
    assert kept(server, path) == content
    assert not (server.var / "uploads" / path.removeprefix(BASE)).exists()


def _try(server: Server, port: int, path: str, content: bytes) -> None:
    client = TusClient(f"http://127.0.0.1:{port}{BASE}", headers=headers(server, "bob"))
    with suppress(*SETBACKS):
        client.uploader(file_stream=BytesIO(content), url=f"http://127.0.0.1:{port}{path}").upload()


def _is_there(server: Server, path: str) -> bool:
    found = "SELECT finished_at IS NOT NULL FROM chat_file WHERE id = %s"
    return bool(server.database.value(found, [path.removeprefix(BASE)]))


def _kill_while_something_comes(server: Server, cutter: Cutter, path: str, content: bytes) -> None:
    cuts = cutter.cuts
    uploading = threading.Thread(target=_try, args=(server, cutter.port, path, content))
    uploading.start()
    server.kill()
    uploading.join()
    server.start()
    assert cutter.cuts >= cuts


def test_tus_js_client_on_such_a_line(server, room, file, content):
    cutter = Cutter(server.port, 20, AT_ONCE * 2, seed=2)
    options = {
        "file": str(file),
        "endpoint": f"http://127.0.0.1:{cutter.port}{BASE}",
        "headers": headers(server, "bob"),
        "metadata": {"filename": "holiday.bin", "room": str(room), "upload_id": "from-node"},
        "uploadSize": SIZE,
        "chunkSize": SIZE,
    }
    command = ["node", str(Path(__file__).parent / "upload.cjs"), json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    cutter.remove()
    assert done.returncode == 0, done.stderr
    assert cutter.cuts >= 20
    assert kept(server, urlsplit(done.stdout.strip()).path) == content
