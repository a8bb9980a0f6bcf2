"""What every sandbox offers: a child process that answers on a socket, and an end to it."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Protocol

from autograder.model import AutograderError, Isolation, Limits


class SandboxError(AutograderError):
    """The sandbox itself failed, not the student."""


@dataclass(frozen=True)
class Ending:
    """How a child ended, in the kernel's words. `signal` is None for an exit of its own.

    seconds: CPU time. by_us: it was still running when it was to end, and was killed then.
    """

    exit_code: int | None
    signal: int | None
    seconds: float = 0.0
    memory_bytes: int = 0
    by_us: bool = False


class Child(Protocol):
    """One student's process. `wire` is the grader's end; `output` reads what the student prints."""

    wire: socket.socket
    output: socket.socket

    def show_place(self) -> None:
        """Ask the process to write to its wire where it is, on its way to its end. It may not; nothing is raised."""
        ...

    def waited_seconds(self) -> float:
        """How long it has been ready to run while the machine ran others; 0 where nobody can tell."""
        ...

    def end(self, *, patience: float = 0.0) -> Ending:
        """Kill the process with everything below it, wait for it, close both ends.

        patience: seconds that it is given to end by itself, where it seems to be on its way out.
        Raises SandboxError, once, when nobody can tell how it ended; both ends are closed even so.
        """
        ...


class Sandbox(Protocol):
    """Makes children. Chosen once at start by `sandbox.choose`."""

    @property
    def isolation(self) -> Isolation:
        """What the sandbox achieves, as proved when it was chosen."""
        ...

    def spawn(self, limits: Limits) -> Child:
        """A fresh child, confined, with nothing of a student's in it yet. Raises SandboxError."""
        ...

    def renew(self) -> None:
        """End whatever the sandbox keeps running, and start anew. Raises SandboxError."""
        ...

    def close(self) -> None:
        """End whatever the sandbox keeps running."""
        ...
