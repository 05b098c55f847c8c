"""Files that people really upload and send, and pictures to send."""

from __future__ import annotations

import io
import math
import struct
import wave
from base64 import b64encode
from dataclasses import dataclass

import httpx
from PIL import Image, ImageDraw

from tests.support.client import Client, Frame

TOKEN = "t" * 32


@dataclass(frozen=True)
class Sent:
    """What somebody sends."""

    name: str
    data: bytes
    type: str = "application/octet-stream"
    description: str = ""


def picture(name: str, width: int, height: int, colour: str = "#3c6685", *, description: str = "") -> Sent:
    """A picture of one colour, with a mark in its middle; the end of the name says of which format."""
    image = Image.new("RGB", (width, height), colour)
    middle, radius = (width / 2, height / 2), min(width, height) / 4
    ImageDraw.Draw(image).circle(middle, radius, fill="white")
    file = io.BytesIO()
    image.save(file, {"jpg": "JPEG"}.get(name.rpartition(".")[2], name.rpartition(".")[2].upper()))
    return Sent(name, file.getvalue(), "image/jpeg", description)


def moving_picture(name: str, width: int, height: int) -> Sent:
    """A GIF that blinks."""
    frames = [Image.new("RGB", (width, height), colour) for colour in ("red", "yellow")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return Sent(name, file.getvalue(), "image/gif")


def sound(name: str, seconds: float) -> Sent:
    """A tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        tone = (int(8000 * math.sin(n / 3)) for n in range(int(8000 * seconds)))
        written.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return Sent(name, file.getvalue(), "audio/wav")


async def upload(client: Client, room: int, file: Sent) -> str:
    """Upload it for this room, as this client's person; returns the server's id of it."""
    said = {"filename": file.name, "filetype": file.type, "room": str(room), "description": file.description}
    headers = {
        "Cookie": f"sessionid={client.session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(file.data)),
        "Upload-Metadata": ",".join(
            f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items() if value
        ),
        "Content-Type": "application/offset+octet-stream",
    }
    async with httpx.AsyncClient(base_url=client.address, headers=headers, timeout=60, trust_env=False) as http:
        answer = await http.post("/api/v1/uploads/", content=file.data)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Upload-Offset"] == str(len(file.data))
    return str(answer.headers["Location"]).rpartition("/")[2]


async def say(client: Client, room: int, body: str, *files: Sent) -> Frame:
    """Say something with these files, and wait for the ack."""
    ids = [await upload(client, room, file) for file in files]
    return await client.say(room, body, files=ids)
