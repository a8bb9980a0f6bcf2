"""What student code raised, as data: the type, the text, the frames in the student's own files."""

from __future__ import annotations

import contextlib
import errno
import mmap
import traceback
from typing import Any

from autograder.sandbox.loading import SaidError

TEXT = 2000
RESERVE_BYTES = 1 << 23
LIMITS = {errno.EMFILE: "open_files", errno.EFBIG: "file_bytes", errno.ENOSPC: "file_bytes"}


class UndefinedError(SaidError):
    """The student's file has no such name."""


class Reserve:
    """Address space held back, so that a process that is out of memory can still say so."""

    def __init__(self) -> None:
        self._held: mmap.mmap | None = None
        self.hold()

    def hold(self) -> None:
        """Take it (again), untouched: it costs no memory. Where there is none, go on without."""
        if self._held is None:
            with contextlib.suppress(OSError, ValueError):
                self._held = mmap.mmap(-1, RESERVE_BYTES)

    def spend(self) -> None:
        """Give it up."""
        held, self._held = self._held, None
        if held is not None:
            held.close()


def raised(error: BaseException, reserve: Reserve | None = None) -> dict[str, Any]:
    """An exception as a reply. Of the student's frames the innermost comes last."""
    if reserve is None or not isinstance(error, MemoryError):
        return _described(error)
    reserve.spend()
    traceback.clear_frames(error.__traceback__)  # what their variables held
    reply = _described(error)
    reserve.hold()
    return reply


def _described(error: BaseException) -> dict[str, Any]:
    try:
        text = str(error)[:TEXT]
    except BaseException:  # noqa: BLE001 - a hostile __str__
        text = "(its text cannot be shown)"
    return {
        "kind": "raised",
        "type": type(error).__name__[:100],
        "kinds": [kind.__name__[:100] for kind in type(error).__mro__[:8]],
        "text": text,
        "missing": isinstance(error, (NotImplementedError, UndefinedError)),
        "limit": _limit_met(error, text),
        "template": error.template if isinstance(error, SaidError) else None,
        "values": error.values if isinstance(error, SaidError) else {},
        "memory": isinstance(error, MemoryError) or "DefaultCPUAllocator" in text,
        "frames": _student_frames(error),
    }


def _limit_met(error: BaseException, text: str) -> str | None:
    """The name of the limit that an exception speaks of, as the grader names them."""
    if isinstance(error, OSError):
        return LIMITS.get(error.errno or 0)
    return "processes" if isinstance(error, RuntimeError) and "can't start new thread" in text else None


def _pointed(error: SyntaxError) -> str:
    """The line that cannot be read, and below it a caret where Python stopped, as Python shows it."""
    text, column = (error.text or "").rstrip()[:200], (error.offset or 0) - 1
    shown = text.lstrip()
    column -= len(text) - len(shown)
    return f"{shown}\n{' ' * column}^" if 0 <= column <= len(shown) else shown


def _student_frames(error: BaseException) -> list[tuple[str, int, str, str]]:
    frames = [
        (frame.filename[1:-1], frame.lineno or 0, frame.name, frame.line or "")
        for frame in traceback.extract_tb(error.__traceback__, limit=-200)
        if frame.filename.startswith("<") and frame.filename.endswith((".py>", ".ipynb>"))
    ]
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith("<"):
        frames.append((error.filename[1:-1], error.lineno or 0, "", _pointed(error)))
    return frames[-8:]
