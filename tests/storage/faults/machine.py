"""What a machine can take from a process: space on its disk, the right to write, a disk that keeps what it is told.

Each of these acts on the calling process alone and for good; it is meant for a child that has no threads yet. They
talk to the kernel themselves, because no tool that does it is on every machine.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

LINUX = sys.platform == "linux"

_libc = ctypes.CDLL(None, use_errno=True)


class NotPermitted(Exception):
    """This machine does not let this user do that."""


def _call(name: str, *args: object) -> None:
    if getattr(_libc, name)(*args) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


# --- A full disk ----------------------------------------------------------------------------------------------------

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000


class SmallDisk:
    """A real one: a tmpfs of a few megabytes at `folder`, which goes away with the process.

    Raises:
        NotPermitted: neither root nor allowed to have a namespace of one's own.
    """

    def __init__(self, folder: Path, size: int = 4 * 1024 * 1024) -> None:
        self._ballast = folder / "ballast"
        try:
            self._own_namespace()
            _call("mount", b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
            _call("mount", b"tmpfs", bytes(folder), b"tmpfs", 0, f"size={size}".encode())
        except (OSError, AttributeError) as refusal:
            raise NotPermitted(str(refusal)) from None

    @staticmethod
    def _own_namespace() -> None:
        user, group = os.getuid(), os.getgid()
        if user == 0:
            _call("unshare", _CLONE_NEWNS)
            return
        _call("unshare", _CLONE_NEWNS | _CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")

    @contextlib.contextmanager
    def full(self, spare: int = 0) -> Iterator[None]:
        """Meanwhile there are only `spare` bytes left."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            file.truncate(file.tell() - spare)
        yield
        self._ballast.unlink()


class SmallFiles:
    """The next best, for every user of every machine: no file may grow (RLIMIT_FSIZE); writes fail all the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def full(self, spare: int = 0) -> Iterator[None]:
        """Meanwhile the largest file in the folder may grow by `spare` bytes."""
        largest = max(file.stat().st_size for file in self._folder.iterdir())
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + spare, hard))
        yield
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# --- No right to write ----------------------------------------------------------------------------------------------

_CAPABILITIES_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1 << 1


def heed_file_modes() -> None:
    """Even root obeys `chmod` from now on.

    Raises:
        NotPermitted: root on a system other than Linux.
    """
    if os.geteuid() != 0:
        return
    if not LINUX:
        raise NotPermitted("run the tests as somebody else than root")
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    _call("capget", header, sets)
    sets[0] &= ~_CAP_DAC_OVERRIDE
    _call("capset", header, sets)


# --- A disk that keeps nothing --------------------------------------------------------------------------------------

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_SECCOMP_MODE_FILTER = 2
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_SYNCS = {"x86_64": (74, 75), "aarch64": (82, 83)}  # fsync and fdatasync in the kernel's own numbers


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def fail_every_sync() -> None:
    """From now on `fsync` and `fdatasync` of this process fail with EIO, as on a disk that is dying.

    Raises:
        NotPermitted: not on Linux, or on a processor whose numbers are not known here.
    """
    if not LINUX or platform.machine() not in _SYNCS:
        raise NotPermitted("needs Linux on x86_64 or aarch64")
    fsync, fdatasync = _SYNCS[platform.machine()]
    instructions = (_Instruction * 5)(
        (_LOAD, 0, 0, 0),
        (_IF_EQUAL, 1, 0, fsync),
        (_IF_EQUAL, 0, 1, fdatasync),
        (_RETURN, 0, 0, _ERRNO | errno.EIO),
        (_RETURN, 0, 0, _ALLOW),
    )
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    program = _Program(len(instructions), instructions)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _prctl(*args: int) -> None:
    _call("prctl", *(ctypes.c_ulong(arg) for arg in (*args, 0, 0, 0)[:5]))
