"""Against accounts made by the dozen: how many one address may make in a while, and how many one invite lets in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chat.addresses import client_address
from chat.limits import Attempts, begin_together
from chat.models import Invite
from chat.pages.logins import THROTTLED

by_address = Attempts(at_once=50, then_every=30.0)  # an office behind one address, invited in one sitting
by_invite = Attempts(at_once=150, then_every=15.0)


@contextmanager
def sign_up(request: HttpRequest, invite: Invite) -> Iterator[None]:
    """Around the making of an account. If it raises, none was made and none is counted.

    Raises:
        ValidationError: there were too many just now.
    """
    address = client_address(request)
    wait = begin_together((by_address, address), (by_invite, invite.pk))
    if wait:
        message = f"Many accounts were made just now. Wait {math.ceil(wait)} seconds and try again."
        raise ValidationError(message, code=THROTTLED)
    try:
        yield
    except BaseException:
        by_address.succeed(address)
        by_invite.succeed(invite.pk)
        raise
