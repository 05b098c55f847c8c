"""tus' requests, one by one, as a client of ill will or bad luck would send them."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import httpx

from tests.support.server import Server

BASE = "/api/v1/uploads/"
TOKEN = "t" * 32


def metadata(**said: str) -> str:
    """`Upload-Metadata` that says this."""
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())


def headers(server: Server, person: str) -> dict[str, str]:
    """What lets this person in and says that they wanted it, for any client."""
    session = server.world.people[person].session
    return {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}


class Tus:
    """One of the cast. `with Tus(server, "bob") as bob:`."""

    def __init__(self, server: Server, person: str) -> None:
        self._client = httpx.Client(
            base_url=server.address,
            headers={**headers(server, person), "Tus-Resumable": "1.0.0"},
            timeout=60,
            trust_env=False,
        )

    def __enter__(self) -> Tus:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, method: str, path: str = BASE, content: Any = None, **headers: str) -> httpx.Response:
        """Any request. Headers are named with _ for -, and are left out where they are empty."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self._client.build_request(method, path, content=content, headers=given)
        for name, value in given.items():
            if not value:
                del request.headers[name]
        return self._client.send(request)

    def begin(self, room: int, length: int, content: bytes | None = None, **said: str) -> httpx.Response:
        """Begin an upload of so many bytes, with the first of them."""
        told = metadata(**{"filename": "notes.bin", "room": str(room), **said})
        body = {} if content is None else {"Content_Type": "application/offset+octet-stream"}
        return self.ask("POST", BASE, content, Upload_Length=str(length), Upload_Metadata=told, **body)

    def begun(self, room: int, length: int, **said: str) -> str:
        """The address of an upload that has begun."""
        answer = self.begin(room, length, None, **said)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def send(self, path: str, offset: int, content: Any, **headers: str) -> httpx.Response:
        """Send the next bytes."""
        given = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": str(offset), **headers}
        return self.ask("PATCH", path, content, **given)

    def offset(self, path: str) -> int:
        """How far the server says that it is."""
        answer = self.ask("HEAD", path)
        assert answer.status_code == 200, answer.headers
        return int(answer.headers["Upload-Offset"])

    def facts(self, path: str) -> dict[str, Any]:
        """What the server says in JSON."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def kept(server: Server, path: str) -> bytes:
    """The bytes that the server keeps of an upload, from its disk."""
    key = server.database.value(
        "SELECT c.key FROM chat_file f JOIN chat_content c ON c.id = f.content_id"
        " WHERE f.id = %s AND f.finished_at IS NOT NULL",
        [path.removeprefix(BASE)],
    )
    return (server.var / "files" / str(key)).read_bytes()
