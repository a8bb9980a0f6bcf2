"""Tests that could hang are ended; how fast they are is nobody's claim."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 120  # on a machine however slow and busy


class Hung(BaseException):
    """What was asked did not end. No `except Exception` on its way takes it for an answer."""


@contextmanager
def ended_if_it_hangs(seconds: float = SECONDS) -> Iterator[None]:
    """Raises Hung in the middle of what does not end. On Windows nothing can, and the run's own limit holds."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def end(*_: object) -> None:
        raise Hung(f"not ended after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, end)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)
        signal.signal(signal.SIGALRM, before)
