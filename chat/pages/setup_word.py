"""The word that the first visitor of a new installation is asked for, where others than this machine can reach it.

It stands in the server's log at the start and in a file that only the server's user can read, so whoever knows it runs
this server. It goes with the first account.
"""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.utils.crypto import constant_time_compare

from chat.models import User

logger = logging.getLogger("chat")

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def is_needed() -> bool:
    """Whether anybody but this machine may be asking: by the address listened on, by a name, or through a proxy."""
    return settings.HTTPS or not all(_is_this_machine(name) for name in (settings.HOST, *settings.ALLOWED_HOSTS))


def announce() -> None:
    """Make the word if need be, and say it in the log; at the start of a server. Where there is an account, it goes."""
    if User.objects.exists():
        forget()
    elif is_needed():
        logger.warning(
            "Nobody is here yet. Whoever makes the owner's account on /setup/ is asked for this word: %s (it stands in"
            " %s as well)",
            *(_word(), _file()),
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
    file = _file()
    word = file.read_text().strip() if file.exists() else ""
    if word:
        return word
    file.unlink(missing_ok=True)  # empty: the disk was full, or the power went, before there was a word in it
    made = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    with NamedTemporaryFile("w", dir=file.parent, prefix="setup_word.") as whole:  # readable by its owner alone
        whole.write(made + "\n")
        whole.flush()
        with suppress(FileExistsError):  # of two processes that start at once, one makes the word
            os.link(whole.name, file)
    return file.read_text().strip()


def _is_this_machine(name: str) -> bool:
    name = name.strip("[]").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
