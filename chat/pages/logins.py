"""Against guessing passwords: how often one may be wrong, by user name and address, and by address alone.

Not by user name alone: then anybody could lock anybody out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chat.limits import Attempts

THROTTLED = "throttled"

by_person = Attempts(at_once=10, then_every=30.0)
by_address = Attempts(at_once=50, then_every=6.0)


@contextmanager
def attempt(request: HttpRequest | None, username: str) -> Iterator[None]:
    """Around the check of a password. If it raises, the attempt counts.

    Raises:
        ValidationError: there were too many; the password is not looked at.
    """
    address = _address(request)
    person = (username.casefold(), address)
    # What one refuses is not counted by the other: else one user name, tried for long, would lock out a whole address.
    wait = by_person.begin(person)
    if not wait:
        wait = by_address.begin(address)
        if wait:
            by_person.succeed(person)
    if wait:
        message = f"There were too many attempts. Wait {math.ceil(wait)} seconds and try again."
        raise ValidationError(message, code=THROTTLED)
    yield
    by_person.succeed(person)
    by_address.succeed(address)


def _address(request: HttpRequest | None) -> str:
    """Where a request comes from; of IPv6 the network, because one person has billions of addresses there."""
    if request is None:
        return ""
    text = str(request.META.get("REMOTE_ADDR") or "")
    if settings.HTTPS:  # behind a proxy: the last entry is the proxy's own
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        address = ip_address(text)
    except ValueError:
        return text
    return address.exploded[:19] if isinstance(address, IPv6Address) and not address.ipv4_mapped else text
