"""How this process keeps the memory it has freed."""

from __future__ import annotations

import contextlib
import ctypes

# From glibc's malloc.h.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3

KEPT_BYTES = 48 * 1024 * 1024
LARGE_BYTES = 32 * 1024 * 1024  # the most that glibc takes


def keep_freed_memory() -> None:
    """Keep up to 48 MB of freed memory instead of giving it back to the system at once.

    A text of some megabytes is otherwise built in pages that are fetched one by one from the system, with the
    interpreter lock held: three times the loop lag (docs/design/storage.md). Where the C library is not glibc, this
    does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
