"""A bound on what one computation on a student's values may take of the grader's own memory."""

from __future__ import annotations

import contextlib
import functools
import mmap
import sys
from collections.abc import Iterator

import numpy as np

ROOM_BYTES = 1 << 29
_BLAS_SIDE = 256


@contextlib.contextmanager
def bounded(room: int = ROOM_BYTES) -> Iterator[None]:
    """Raise MemoryError within, where more than so much address space is asked for beyond what is there.

    Shapes are a student's: a column of 100 KB against the grader's rows is an array of gigabytes, which the machine may
    promise and not have. Nothing is bounded where the platform cannot (macOS, Windows), or where one is set already.
    """
    taken = _address_space()
    if sys.platform != "linux" or taken is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield
        return
    _warm()
    resource.setrlimit(resource.RLIMIT_AS, (taken + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int | None:
    """What this process has of it, in bytes."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as statm:
            return int(statm.read(32).split()[0]) * mmap.PAGESIZE
    except (OSError, ValueError, IndexError):
        return None


@functools.cache
def _warm() -> None:
    """Let the linear algebra take its own memory first: without it, it ends the process instead of raising."""
    np.ones((_BLAS_SIDE, _BLAS_SIDE)) @ np.ones((_BLAS_SIDE, _BLAS_SIDE))
