"""Landscapes for the documentation, drawn and not photographed: nobody's place, and nobody's rights."""

from __future__ import annotations

import io
import random
from itertools import pairwise

from PIL import Image, ImageDraw

from tests.support.sent_files import Sent

Colour = tuple[int, int, int]
SKIES: list[tuple[Colour, Colour]] = [
    ((250, 214, 165), (231, 126, 106)),
    ((188, 220, 235), (240, 236, 214)),
    ((52, 60, 102), (226, 142, 122)),
    ((150, 196, 212), (250, 240, 206)),
    ((60, 92, 128), (196, 216, 220)),
    ((246, 202, 120), (246, 236, 206)),
]


def landscape(name: str, width: int, height: int, *, description: str = "") -> Sent:
    """Hills before a sky, with a sun or a moon; the same for the same name."""
    chance = random.Random(name)
    sky, glow = chance.choice(SKIES)
    image = Image.new("RGB", (1, height))
    for y in range(height):
        image.putpixel((0, y), _between(sky, glow, y / height))
    image = image.resize((width, height))
    draw = ImageDraw.Draw(image)
    sun = (chance.uniform(0.2, 0.8) * width, chance.uniform(0.15, 0.4) * height)
    draw.circle(sun, min(width, height) * 0.08, fill=(255, 246, 222))
    for hill in range(4):
        colour = _between(glow, (34, 44, 40), 0.35 + hill * 0.2)
        draw.polygon(_hill(chance, width, height, 0.5 + hill * 0.13), fill=colour)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return Sent(name, file.getvalue(), "image/jpeg", description)


def _hill(chance: random.Random, width: int, height: int, top: float) -> list[tuple[float, float]]:
    """A ridge from side to side, by halving the steps between a few heights again and again."""
    heights = [chance.uniform(-0.12, 0.12) for _ in range(4)]
    roughness = 0.05
    while len(heights) < 200:
        finer: list[float] = []
        for one, next_one in pairwise(heights):
            finer += [one, (one + next_one) / 2 + chance.uniform(-roughness, roughness)]
        heights = [*finer, heights[-1]]
        roughness /= 2.1
    step = width / (len(heights) - 1)
    ridge = [(n * step, (top + each) * height) for n, each in enumerate(heights)]
    return [(0, height), *ridge, (width, height)]


def _between(a: Colour, b: Colour, share: float) -> Colour:
    mixed = [round(one + (other - one) * min(share, 1)) for one, other in zip(a, b, strict=True)]
    return mixed[0], mixed[1], mixed[2]
