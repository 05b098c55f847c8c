"""One of the cast at the HTTP interface, as their browser would be."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.server import Server


class Api:
    """`async with Api(server, "bob") as bob:` has bob's session (or the one given) and a CSRF token from his page."""

    def __init__(self, server: Server, person: str = "", *, session: str | None = None) -> None:
        self._browser = httpx.AsyncClient(
            base_url=server.address,
            cookies={"sessionid": session or server.world.people[person].session},
            timeout=60,
            trust_env=False,
        )
        self.token = ""

    async def __aenter__(self) -> Self:
        page = await self._browser.get("/")
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert found, page.text
        self.token = found[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._browser.aclose()

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._browser.cookies)

    async def raw(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None) -> httpx.Response:
        """The answer as it comes."""
        headers = {"X-CSRFToken": self.token}
        if raw is not None:
            headers["Content-Type"] = "application/json"
            return await self._browser.request(method, path, headers=headers, content=raw)
        return await self._browser.request(method, path, headers=headers, json=body)

    async def _fine(self, method: str, path: str, body: Any, status: int) -> dict[str, Any]:
        answer = await self.raw(method, path, body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str) -> dict[str, Any]:
        """What is there."""
        return await self._fine("GET", path, None, 200)

    async def post(self, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
        """Change something; it must succeed."""
        return await self._fine("POST", path, body, status)

    async def patch(self, path: str, body: Any) -> dict[str, Any]:
        """Likewise."""
        return await self._fine("PATCH", path, body, 200)

    async def refused(
        self,
        method: str,
        path: str,
        status: int,
        expected: dict[str, str] | None,
        body: Any = None,
        *,
        raw: bytes | None = None,
    ) -> dict[str, str]:
        """Ask for what one must not have. Returns the refusal."""
        answer = await self.raw(method, path, body, raw=raw)
        assert answer.status_code == status, answer.text
        refusal: dict[str, str] = answer.json()
        assert refusal.keys() == {"code", "message"}
        assert expected is None or refusal == expected
        return refusal
