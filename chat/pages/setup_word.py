"""The word that the first visitor of a new installation is asked for, where others than this machine can reach it.

It stands in the server's log at the start and in a file that only the server's user can read, so whoever knows it runs
this server. It goes with the first account. All machines of an installation know the same one without telling one
another: it follows from what they have in common.
"""

from __future__ import annotations

import logging
import os
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkstemp

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from chat.models import Installation, User

logger = logging.getLogger("chat")

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def is_needed() -> bool:
    """Whether anybody but this machine may be asking: by the address listened on, by a name, or through a proxy."""
    return settings.HTTPS or not all(_is_this_machine(name) for name in (settings.HOST, *settings.ALLOWED_HOSTS))


def announce() -> None:
    """Say the word, if there is need of one, in the log and in the file; at the start of a server.

    Where there is an account already, the file goes.
    """
    if User.objects.exists():
        forget()
    elif is_needed():
        word = _word()
        _write(word)
        logger.warning(
            "Nobody is here yet. Whoever makes the owner's account on /setup/ is asked for this word: %s (it stands in"
            " %s as well)",
            *(word, _file()),
        )


def is_right(given: str) -> bool:
    """Whether this is the word, however it is capitalised."""
    return constant_time_compare(given.strip().lower(), _word())


def forget() -> None:
    """There is an owner: the word opens nothing any more."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return Path(settings.VAR_DIR) / "setup_word"


def _word() -> str:
    """The installation's: the same on every machine that has its `SECRET_KEY`."""
    identity = Installation.objects.values_list("identity", flat=True).get()
    number = int.from_bytes(salted_hmac("posthorn.setup_word", identity, algorithm="sha256").digest())
    letters = [LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 12, 4))


def _write(word: str) -> None:
    descriptor, whole = mkstemp(dir=_file().parent, prefix="setup_word.")  # readable by its owner alone
    with os.fdopen(descriptor, "w") as file:
        file.write(word + "\n")
    Path(whole).replace(_file())


def _is_this_machine(name: str) -> bool:
    name = name.strip("[]").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
