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
    """How a child ended, in the kernel's words. `signal` is None for an exit of its own."""

    exit_code: int | None
    signal: int | None
    seconds: float = 0.0
    memory_bytes: int = 0


class Child(Protocol):
    """One student's process. `wire` is the grader's end; `output` reads what the student prints."""

    wire: socket.socket
    output: socket.socket

    def end(self) -> Ending:
        """Kill the process with everything below it, wait for it, close both ends. Never raises twice."""
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

    def close(self) -> None:
        """End whatever the sandbox keeps running."""
        ...
