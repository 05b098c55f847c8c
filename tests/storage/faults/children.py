"""Processes of the tests' own, for what must not happen to the one that runs the tests: to be killed, to lose its disk.

They are forked, in milliseconds, from a process that has loaded Django already and has no threads.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from typing import Any, Self

import django
from django.apps import apps
from django.db import connections

if not apps.ready:
    django.setup()

DEADLINE = 60

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__, "pytest"])


class Child:
    """Runs `function(pipe, *args)`, a function of a module, on the SQLite file `database`.

    As a context manager it is killed at the end. What the function raises, `hear` raises.
    """

    def __init__(self, database: object, function: Callable[..., object], *args: object) -> None:
        self.pipe, theirs = _context.Pipe()
        self._process = _context.Process(target=_live, args=(theirs, str(database), function, args), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def tell(self, message: object = None) -> None:
        self.pipe.send(message)

    def hear(self) -> Any:
        """The next thing that the function sends; at last, what it returns."""
        assert self.pipe.poll(DEADLINE), "the child says nothing"
        message = self.pipe.recv()
        if isinstance(message, _Failed):
            pytest_fail(str(message))
        return message

    def kill(self) -> list[Any]:
        """`kill -9`. Returns what it had said before and nobody had heard yet."""
        self._process.kill()
        rest = []
        with contextlib.suppress(EOFError, ConnectionResetError):
            while True:
                rest.append(self.pipe.recv())
        self._process.join()
        self._process.close()
        self.pipe.close()
        return rest


class _Failed(str):
    """The traceback of a child."""


def pytest_fail(text: str) -> None:
    raise AssertionError(f"the child failed:\n{text}")


def _live(pipe: Pipe, database: str, function: Callable[..., object], args: tuple[object, ...]) -> None:
    connections.settings["default"]["NAME"] = database
    try:
        answer = function(pipe, *args)
    except BaseException:  # noqa: BLE001 - the parent raises it
        answer = _Failed(traceback.format_exc())
    with contextlib.suppress(BrokenPipeError):
        pipe.send(answer)
