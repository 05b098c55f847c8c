"""How a server holds when many come at once: silent connections, logins, an office that comes back.

.venv/bin/python -m benchmarks.door                 all three, on Daphne and on Uvicorn
.venv/bin/python -m benchmarks.door --only office   one of them
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import ssl
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from websockets.exceptions import WebSocketException

from tests.support.client import Client
from tests.support.environment import GENEROUS, ROOT
from tests.support.raw import ask, connect, request
from tests.support.server import Server, World

SERVERS = ("daphne", "uvicorn")
DEFAULTS: dict[str, Any] = dict.fromkeys(GENEROUS, "")
SILENT, ADDRESSES, DESCRIPTORS = 1_200, 50, 1_024
LOGINS = 60
NO_TLS = ssl.create_default_context()  # made once: nothing is encrypted here, and 150 of them take seconds
OFFICE = 150
LIMITED = f"""
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({DESCRIPTORS}, {DESCRIPTORS}))
sys.argv[0] = "manage.py"
runpy.run_path("manage.py", run_name="__main__")
"""

Figures = dict[str, Any]


async def silent(world: World, folder: Path, kind: str) -> Figures:
    """1,200 connections from fifty addresses that say nothing, on a server with 1,024 descriptors; two members talk."""
    server = Server(world, folder, SERVER=kind, program=("-c", LIMITED), **DEFAULTS)
    server.start()
    try:
        room = server.new_room()
        async with server.client("bob") as bob, server.client("carla") as carla:
            with ExitStack() as held:
                for number in range(SILENT):
                    held.enter_context(closing(connect(server, f"127.0.1.{number % ADDRESSES + 1}")))
                late = [await _say_and_hear(bob, carla, room) for _ in range(100)]
                here = _descriptors(server)
        health = ask(server, request("/healthz", "Connection: close")).status
        worst = f"{max(late) * 1000:.0f} ms"
        return {"descriptors": here, "slowest": worst, "health after": health, "log": f"{len(server.log)} bytes"}
    finally:
        server.stop()


def _descriptors(server: Server) -> int:
    return sum(1 for _ in Path(f"/proc/{server.process_id}/fd").iterdir())


async def _say_and_hear(bob: Client, carla: Client, room: int) -> float:
    begun = perf_counter()
    said = await bob.say(room, "Still here.")
    await carla.until_seen(room, said["seq"])
    return perf_counter() - begun


async def logins(world: World, folder: Path, kind: str) -> Figures:
    """60 wrong passwords at once, and how long a member's ping takes meanwhile and without them."""
    server = Server(world, folder, SERVER=kind, **DEFAULTS)
    server.start()
    try:
        async with server.client("bob") as bob:
            quiet = await _ping_until(bob, asyncio.ensure_future(asyncio.sleep(3)))
            trying = asyncio.ensure_future(_log_in_at_once(server.address))
            beset = await _ping_until(bob, trying)
        answers = trying.result()
    finally:
        server.stop()
    return {
        "pings": len(beset),
        "p50": f"{beset[len(beset) // 2] * 1000:.1f} ms",
        "p99": f"{beset[int(len(beset) * 0.99)] * 1000:.1f} ms",
        "p99 without": f"{quiet[int(len(quiet) * 0.99)] * 1000:.1f} ms",
        "answers": {status: answers.count(status) for status in sorted(set(answers))},
    }


async def _ping_until(client: Client, end: asyncio.Future[Any]) -> list[float]:
    took = []
    while not end.done():
        begun = perf_counter()
        await client.is_alive()
        took.append(perf_counter() - begun)
        await asyncio.sleep(0.02)  # below the limit for frames
    return sorted(took)


async def _log_in_at_once(address: str) -> list[int]:
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as browser:
        await browser.get("/login/")
        form = {"password": "not the right one", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        tries = (browser.post("/login/", data={**form, "username": f"nobody{number}"}) for number in range(LOGINS))
        return [answer.status_code for answer in await asyncio.gather(*tries)]


async def office(world: World, folder: Path, kind: str) -> Figures:
    """150 people behind one address; the server is restarted, everybody loads the page and connects again at once."""
    server = Server(world, folder, empty=True, SERVER=kind, **DEFAULTS)
    seed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load.seed", str(OFFICE)), cwd=ROOT, env=server.environment, stdout=PIPE
    )
    seeded = json.loads((await seed.communicate())[0])
    server.start()
    try:
        people = [Client(server.address, session) for session in seeded["sessions"]]
        for person in people:
            await person.connect()
        await asyncio.to_thread(server.restart)
        begun = perf_counter()
        refused = Counter(chain(*await asyncio.gather(*(_come_back(server.address, person) for person in people))))
        took = perf_counter() - begun
        for person in people:
            await person.is_alive()
            await person.close()
        return {
            "all are back after": f"{took:.1f} s",
            "refused": dict(refused),
            "turned away": server.log.count("away"),
        }
    finally:
        server.stop()


async def _come_back(address: str, person: Client) -> list[str]:
    """As a browser that is reloaded. Returns how it was refused, each time."""
    await person.closed()
    refused: list[str] = []
    while len(refused) < 100:
        try:
            async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as browser:
                page = await browser.get("/", headers={"Cookie": f"sessionid={person.session}"})
                page.raise_for_status()
                await person.connect()
        except (httpx.HTTPError, WebSocketException, OSError) as error:
            refused.append(str(error).split(" for ")[0] or type(error).__name__)
            await asyncio.sleep(random.random() * min(30, 0.5 * 2 ** len(refused)))  # as connection/backoff.js
        else:
            return refused
    raise AssertionError("somebody was refused a hundred times")


TRIALS: dict[str, Callable[[World, Path, str], Coroutine[Any, Any, Figures]]] = {
    "silent": silent,
    "logins": logins,
    "office": office,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.door", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS), help="these alone")
    only = parser.parse_args().only
    with tempfile.TemporaryDirectory(prefix="posthorn-door-") as folder:
        (Path(folder) / "world").mkdir()
        world = World.make(Path(folder) / "world")
        for name in only:
            for kind in SERVERS:
                figures = asyncio.run(TRIALS[name](world, Path(folder) / f"{name}-{kind}", kind))
                print(f"{name}, {kind}:", ", ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
