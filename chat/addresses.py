"""Where a request comes from: one reading of addresses and of `X-Forwarded-For`, for everything that counts by them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address

ONE_NETWORK = 64  # bits of IPv6 that one household or machine is given
ONE_SITE = 48  # and those of a whole organisation, or of a hosting customer who takes many networks


def client_address(source: HttpRequest | Mapping[str, Any] | None) -> str:
    """The address that a request (Django's, or an ASGI scope) is counted by; of IPv6 its /64 network.

    Empty for what comes from nowhere: a request made by hand, a Unix socket.
    """
    return client_networks(source)[0]


def client_networks(source: HttpRequest | Mapping[str, Any] | None) -> tuple[str, ...]:
    """The networks that a request lies in, the smallest first: of IPv4 its address, of IPv6 its /64 and its /48."""
    if source is None:
        return ("",)
    if isinstance(source, HttpRequest):
        peer, forwarded = str(source.META.get("REMOTE_ADDR") or ""), source.headers.get("X-Forwarded-For", "")
    else:
        peer = str((source.get("client") or ("",))[0])
        lines = [value for name, value in source["headers"] if name == b"x-forwarded-for"]
        forwarded = b",".join(lines).decode("latin1")
    address = _forwarded(forwarded) or _parse(peer)
    if isinstance(address, IPv6Address):
        # One person has billions of addresses there.
        return tuple(str(IPv6Network((int(address), bits), strict=False)) for bits in (ONE_NETWORK, ONE_SITE))
    return (peer if address is None else str(address),)


def _forwarded(header: str) -> Address | None:
    """Whom the proxy speaks for: the last entry, which is its own. What stands before it anybody may have written."""
    return _parse(header.rpartition(",")[2]) if settings.HTTPS else None


def _parse(text: str) -> Address | None:
    """An address as servers and proxies write it: `192.0.2.1`, `192.0.2.1:5678`, `2001:db8::1`, `[2001:db8::1]:80`."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
