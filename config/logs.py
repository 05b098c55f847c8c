"""How the log looks: one line for what is no mistake of ours, and no invite link that still lets people in."""

from __future__ import annotations

import logging
import re

from chat.hashing import Busy
from chat.unavailable import trouble_with_storage

INVITE = re.compile(r"((?:/|%2F)join(?:/|%2F)+)[\w-]+", re.IGNORECASE)


def brief(record: logging.LogRecord) -> bool:
    """Leave Django's insides out where they tell nothing: a visitor's mistake, a server that is beset just now."""
    status = getattr(record, "status_code", 500)
    trouble = _trouble(record.exc_info[1]) if record.exc_info else None
    if trouble is not None and status >= 500:
        record.msg, record.args = f"{record.getMessage()} ({type(trouble).__name__}: {trouble})", ()
    if trouble is not None or status < 500:
        record.exc_info = None
    return True


def _trouble(error: BaseException | None) -> BaseException | None:
    return error if isinstance(error, Busy) else trouble_with_storage(error)


class Formatter(logging.Formatter):
    """The text of a record, tracebacks included, without the tokens of invite links."""

    def format(self, record: logging.LogRecord) -> str:
        return INVITE.sub(r"\1...", super().format(record))
