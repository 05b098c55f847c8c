"""Files beside nginx and vipsthumbnail, and the chat beside files.

.venv/bin/python -m benchmarks.files            1 GiB each way, some ten minutes; prints tables
.venv/bin/python -m benchmarks.files --quick    one round with 64 MiB
.venv/bin/python -m benchmarks.files --check    exits with 1 and a list if a promise is missed

Needs nginx and vipsthumbnail (apt-get install nginx libvips-tools; NGINX_PROGRAM names the former where it is not on
the PATH) and Chromium (CHROMIUM). Everything runs on this machine: nginx, too, shares it with the client.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks import page
from benchmarks.pictures import PICTURES, Samples, opening, photo, thumbnails
from benchmarks.transfers import MEGABYTE, Place, Posthorn, nginx
from tests.support.server import Server, World

SERVERS = ("daphne", "uvicorn")
TRANSFERS = 4
SENDS = 500
MOST_MB = 50


@contextmanager
def served(world: World, folder: Path, kind: str) -> Iterator[Server]:
    server = Server(world, folder / f"{kind}-{len([*folder.iterdir()])}", SERVER=kind, MAX_FILE_MB="2000")
    server.start()
    try:
        yield server
    finally:
        server.stop()


# Throughput and memory


def both_ways(place: Place, file: Path, share: Server | None) -> tuple[float, float, float]:
    """Megabytes a second up and down, and by how many megabytes the process grew meanwhile."""
    before = _memory(place.process_id, "VmRSS")
    Path(f"/proc/{place.process_id}/clear_refs").write_text("5")  # the highest mark begins anew
    size = file.stat().st_size / MEGABYTE
    path, up = place.put(file)
    if share is not None:
        asyncio.run(_send_along(share, path.split("/")[2]))
    down = place.get(path)
    return size / up, size / down, (_memory(place.process_id, "VmHWM") - before) / MEGABYTE


def _memory(process: int, what: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


async def _send_along(server: Server, *files: str) -> None:
    async with server.client("bob") as bob:
        await bob.say(server.world.everyone, "", files=list(files))


# The chat beside transfers


async def p99(server: Server) -> float:
    """Of the time from a send to its ack, in milliseconds."""
    took = []
    async with server.client("carla") as carla:
        for number in range(SENDS):
            begun = perf_counter()
            await carla.say(server.world.everyone, f"Still here, {number}")
            took.append(perf_counter() - begun)
    return statistics.quantiles(took, n=100)[98] * 1000


@contextmanager
def transfers(server: Server, file: Path) -> Iterator[None]:
    """Half of them up, half down, over and over."""
    path, _ = Posthorn(server).put(file)
    asyncio.run(_send_along(server, path.split("/")[2]))
    over = threading.Event()

    def go_on(*, down: bool) -> None:
        place = Posthorn(server)
        while not over.is_set():
            if down:
                place.get(path)
            else:
                place.put(file)

    threads = [threading.Thread(target=go_on, kwargs={"down": bool(number % 2)}) for number in range(TRANSFERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def main() -> int:
    options = page.arguments("files", __doc__, rounds=3)
    options.add_argument("--megabytes", type=int, default=1024, help="how large a file is (1024)")
    chosen = options.parse_args()
    rounds, size = (1, min(64, chosen.megabytes)) if chosen.quick else (chosen.rounds, chosen.megabytes)
    folder = Path(tempfile.mkdtemp(prefix="posthorn-files-", dir=page.disk()))
    try:
        return report(*measure(folder, rounds, size), check=chosen.check)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, rounds: int, size: int) -> tuple[Samples, Samples]:
    """The samples of both ways by contestant and measure, and of all others."""
    file = folder / "file.bin"
    with file.open("wb") as out:
        for _ in range(size):
            out.write(os.urandom(MEGABYTE))
    ways: Samples = defaultdict(list)
    others: Samples = defaultdict(list)
    (folder / "world").mkdir()
    world = World.make(folder / "world")
    for _ in range(rounds):
        for name in ("nginx", *SERVERS):
            with ExitStack() as stack:
                server = None if name == "nginx" else stack.enter_context(served(world, folder, name))
                place = stack.enter_context(nginx()) if server is None else Posthorn(server)
                for what, value in zip(("up", "down", "memory"), both_ways(place, file, server), strict=True):
                    ways[f"{name} {what}"].append(value)
        for name in SERVERS:
            with served(world, folder, name) as server:
                others[f"{name} idle"].append(asyncio.run(p99(server)))
                with transfers(server, file):
                    others[f"{name} beside transfers"].append(asyncio.run(p99(server)))
    others |= thumbnails(photo(folder), 5 * rounds)
    with served(world, folder, "uvicorn") as server:
        others |= asyncio.run(opening(server, 5 * rounds))
    return ways, others


def report(ways: Samples, others: Samples, *, check: bool) -> int:
    """Say what was measured and promised; the program's exit status."""
    speed = {name: statistics.median(values) for name, values in ways.items()}
    other = {name: statistics.median(values) for name, values in others.items()}
    rows = [
        [name, *(f"{speed[f'{name} {what}']:.0f}" for what in ("up", "down", "memory"))] for name in ("nginx", *SERVERS)
    ]
    print(page.table(["", "up, MB/s", "down, MB/s", "memory grew by, MB"], rows), end="\n\n")
    print(page.table(["milliseconds", "median"], [[name, f"{value:.1f}"] for name, value in other.items()]), end="\n\n")
    promises = [promise for name in SERVERS for promise in of_server(name, speed, other)]
    more = other["ours"] - other["vipsthumbnail"]
    promises.append(page.Promise("a thumbnail in the time of vipsthumbnail plus 50 ms", f"{more:+.0f} ms", more <= 50))
    ratio = other["pictures"] / other["text"]
    promises.append(page.Promise(f"a room with {PICTURES} pictures opens as fast", f"{ratio:.2f}", ratio <= 1.3))
    print(page.promises_table(promises))
    return page.status(promises, check=check)


def of_server(name: str, speed: dict[str, float], other: dict[str, float]) -> list[page.Promise]:
    """What was promised of this server."""
    up, down = (speed[f"{name} {way}"] / speed[f"nginx {way}"] for way in ("up", "down"))
    grew = speed[f"{name} memory"]
    late = other[f"{name} beside transfers"] / other[f"{name} idle"]
    return [
        page.Promise(f"{name}: upload at least 0.3 of nginx's", f"{up:.2f}", up >= 0.3),
        page.Promise(f"{name}: download at least 0.5 of nginx's", f"{down:.2f}", down >= 0.5),
        page.Promise(f"{name}: memory grows by less than {MOST_MB} MB", f"{grew:.0f} MB", grew < MOST_MB),
        page.Promise(f"{name}: ack p99 beside four transfers at most twice that of idle", f"{late:.2f}", late <= 2),
    ]


if __name__ == "__main__":
    sys.exit(main())
