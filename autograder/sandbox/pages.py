"""A process's memory in large pages, so that a fork copies one entry where it copied five hundred.

A zygote with torch has 150 MB of its own in 37,000 pages: their entries are copied for each child, and taken down at
its end. In pages of 2 MB it is a fifth of that work (Linux 6.1 and later, docs/performance.md).
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterable, Iterator

LARGE = 1 << 21  # bytes, on x86-64 and on aarch64 with pages of 4 KB
MADV_COLLAPSE = 25


def enlarge() -> int:
    """Ask the kernel to put what this process has written into large pages; bytes for which it did.

    Where it cannot, everything is as it was: 0.
    """
    done = 0
    with contextlib.suppress(OSError, AttributeError):  # no /proc, no such function
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            found = list(ranges(maps))
        madvise = ctypes.CDLL(None).madvise
        for start, end in found:
            if madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_COLLAPSE) == 0:
                done += end - start
    return done


def ranges(maps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The private, writable memory without a file, as far as whole large pages go: (start, end) in bytes.

    maps: the lines of /proc/self/maps.
    """
    for line in maps:
        extent, rights, _, _, _, *name = line.split(maxsplit=5)
        if rights.startswith("rw-p") and (not name or name[0].strip() == "[heap]"):
            start, end = (int(number, 16) for number in extent.split("-"))
            start, end = -(-start // LARGE) * LARGE, end // LARGE * LARGE
            if start < end:
                yield start, end
