"""Single keys from a terminal, without waiting for Enter; none where the input is no terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Protocol

SHORT = 0.02


class Keys(Protocol):
    """Where keys come from."""

    def pressed(self, seconds: float) -> str:
        """The next key, or '' when none was pressed within so many seconds. Ends in 'q' with its input."""
        ...


class NoKeys:
    """A pipe, a file, nothing: only time passes."""

    def pressed(self, seconds: float) -> str:
        """Nothing, after so many seconds."""
        time.sleep(seconds)
        return ""


class PosixKeys:
    """Keys of a terminal in cbreak mode."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def pressed(self, seconds: float) -> str:
        """One key; what follows an escape (an arrow) is swallowed with it."""
        import select

        if not select.select([self._descriptor], [], [], seconds)[0]:
            return ""
        said = os.read(self._descriptor, 64)
        return said[:1].decode("ascii", "replace").lower() if said else "q"


class WindowsKeys:
    """Keys of a Windows console."""

    def pressed(self, seconds: float) -> str:
        """One key; the second half of a function key is swallowed with it."""
        import msvcrt

        deadline = time.monotonic() + seconds
        while not msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
            if time.monotonic() >= deadline:
                return ""
            time.sleep(SHORT)
        key = str(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]
        if key in "\x00\xe0":
            msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
            return ""
        return "q" if key == "\x03" else key.lower()


@contextlib.contextmanager
def keys() -> Iterator[Keys]:
    """The keys of standard input; the terminal is as before afterwards, whatever happens."""
    if not sys.stdin.isatty():
        yield NoKeys()
        return
    if sys.platform == "win32":
        yield WindowsKeys()
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield PosixKeys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
