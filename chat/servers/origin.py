"""Only this site's own pages may open a socket: the browser sends cookies along from anywhere."""

from __future__ import annotations

from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class SameOrigin:
    """ASGI middleware. `Origin` must be this very scheme, host and port; anything else gets 403 before the upgrade."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        application = self.application if is_same_origin(scope["headers"]) else WebsocketDenier()
        await application(scope, receive, send)


def is_same_origin(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether `Origin` names the host that was asked, and that host is ours (`ALLOWED_HOSTS`)."""
    origins = [value for name, value in headers if name == b"origin"]
    hosts = [value for name, value in headers if name == b"host"]
    if len(origins) != 1 or len(hosts) != 1:
        return False
    host = hosts[0].decode("latin1").lower()
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    scheme = "https" if settings.HTTPS else "http"
    origin = origins[0].decode("latin1").lower()
    return origin.removesuffix(_default_port(scheme)) == f"{scheme}://{host}".removesuffix(_default_port(scheme))


def _default_port(scheme: str) -> str:
    return ":443" if scheme == "https" else ":80"
