"""Against accounts made by the dozen: how many one address may make in a while, and how many one invite lets in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chat.addresses import client_address
from chat.attempts import Attempts, begin, succeed
from chat.models import Invite
from chat.pages.logins import THROTTLED

# An office behind one address is invited in one sitting.
by_address = Attempts("sign up from", at_once=50, then_every=30.0)
by_invite = Attempts("sign up by", at_once=150, then_every=15.0)


@contextmanager
def sign_up(request: HttpRequest, invite: Invite) -> Iterator[None]:
    """Around the making of an account. If it raises, none was made and none is counted.

    Raises:
        ValidationError: there were too many just now.
    """
    counts = (by_address, client_address(request)), (by_invite, invite.pk)
    wait = begin(*counts)
    if wait:
        message = f"Many accounts were made just now. Wait {math.ceil(wait)} seconds and try again."
        raise ValidationError(message, code=THROTTLED)
    try:
        yield
    except BaseException:
        succeed(*counts)
        raise
