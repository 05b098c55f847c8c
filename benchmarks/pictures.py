"""Thumbnails beside vipsthumbnail, and a room full of pictures beside one with none."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from time import perf_counter

from PIL import Image
from playwright.async_api import async_playwright

from chat.pictures.look import look
from tests.support.browser import launch
from tests.support.server import Server
from tests.uploads.tus import BASE, Tus

PICTURES = 200

Samples = dict[str, list[float]]


# Thumbnails


def photo(folder: Path, width: int = 4000, height: int = 3000) -> Path:
    """A JPEG of twelve megapixels with some detail in it."""
    small = Image.frombytes("RGB", (width // 8, height // 8), os.urandom(width * height * 3 // 64))
    path = folder / "photo.jpg"
    small.resize((width, height), Image.Resampling.BICUBIC).save(path, quality=90)
    return path


def thumbnails(source: Path, rounds: int) -> Samples:
    """How many milliseconds a thumbnail takes: ours with the cleaned copy, vips' alone."""
    samples: Samples = defaultdict(list)

    async def ours() -> None:
        for _ in range(rounds + 1):
            begun = perf_counter()
            await look(source)
            samples["ours"].append((perf_counter() - begun) * 1000)

    asyncio.run(ours())
    del samples["ours"][0]  # the process starts once
    command = ["vipsthumbnail", str(source), "--size", "640x640", "-o", str(source.with_name("thumb.webp"))]
    for _ in range(rounds):
        begun = perf_counter()
        subprocess.run(command, check=True)
        samples["vipsthumbnail"].append((perf_counter() - begun) * 1000)
    return samples


# A room full of pictures


async def opening(server: Server, rounds: int) -> Samples:
    """How many milliseconds a room takes to open, from the click to its newest message, with pictures and with none."""
    rooms = {"text": server.new_room(), "pictures": server.new_room()}
    await _fill(server, rooms["text"], rooms["pictures"])
    samples: Samples = defaultdict(list)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for _ in range(rounds):
            for name, room in rooms.items():
                context = await browser.new_context(base_url=server.address)
                session = server.world.people["bob"].session
                await context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
                tab = await context.new_page()
                await tab.goto(f"/rooms/{server.world.everyone}/")
                await tab.locator("#connection[data-state=connected]").wait_for()
                begun = perf_counter()
                await tab.locator(f'a[href="/rooms/{room}/"]').first.click()
                await tab.get_by_text(f"Number {PICTURES - 1} in {name}", exact=True).first.wait_for()
                samples[name].append((perf_counter() - begun) * 1000)
                await context.close()
        await browser.close()
    return samples


async def _fill(server: Server, text: int, pictures: int) -> None:
    folder = Path(tempfile.mkdtemp())
    with Tus(server, "bob") as tus:
        async with server.client("bob") as bob:
            for number in range(PICTURES):
                await bob.say(text, f"Number {number} in text")
                data = photo(folder, 640, 480).read_bytes()
                path = tus.begin(pictures, len(data), data, filename=f"{number}.jpg").headers["Location"]
                await bob.say(pictures, f"Number {number} in pictures", files=[path.removeprefix(BASE)])
    shutil.rmtree(folder)
