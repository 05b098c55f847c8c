"""Against guessing passwords: how often one may be wrong, by user name and address, and by address alone.

Not by user name alone: then anybody could lock anybody out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chat.addresses import client_address
from chat.attempts import Attempts, begin, succeed
from chat.hashing import Busy

THROTTLED = "throttled"

by_person = Attempts("log in as", at_once=10, then_every=30.0)
by_address = Attempts("log in from", at_once=50, then_every=6.0)


@contextmanager
def attempt(request: HttpRequest | None, username: str) -> Iterator[None]:
    """Around the check of a password. If it raises, the attempt counts; not if it was not begun (`Busy`).

    Raises:
        ValidationError: there were too many; the password is not looked at.
    """
    address = client_address(request)
    counts = (by_person, (username.casefold(), address)), (by_address, address)
    wait = begin(*counts)
    if wait:
        message = f"There were too many attempts. Wait {math.ceil(wait)} seconds and try again."
        raise ValidationError(message, code=THROTTLED)
    failed = False
    try:
        yield
    except Busy:
        raise
    except BaseException:
        failed = True
        raise
    finally:
        if not failed:
            succeed(*counts)
