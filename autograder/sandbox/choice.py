"""The strongest sandbox that works here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import autograder
from autograder.model import Isolation, Limits, UsageError
from autograder.sandbox.forked import ForkedSandbox
from autograder.sandbox.plain import PlainSandbox
from autograder.sandbox.protocol import Child, Sandbox, SandboxError

PACKAGE = Path(autograder.__file__).parent


def choose(framework: str) -> Sandbox:
    """A started sandbox for `numpy` or `torch` submissions; its warm-up goes on while the caller does."""
    if sys.platform != "linux":
        return PlainSandbox(framework, PACKAGE)
    return Restarting(framework)


class Restarting:
    """A forked sandbox that is started anew, once, when it has died."""

    def __init__(self, framework: str) -> None:
        self._framework = framework
        self._sandbox = self._start()

    @property
    def isolation(self) -> Isolation:
        """What the running sandbox achieves."""
        return self._sandbox.isolation

    def _start(self) -> ForkedSandbox:
        return ForkedSandbox(self._framework, Isolation("C", ("process", "limits")), PACKAGE)

    def spawn(self, limits: Limits) -> Child:
        """A child; a dead zygote is replaced once."""
        try:
            return self._sandbox.spawn(limits)
        except SandboxError:
            self._sandbox.close()
            self._sandbox = self._start()
            return self._sandbox.spawn(limits)

    def close(self) -> None:
        """End the zygote."""
        self._sandbox.close()


def require_isolation(framework: str, *, unsafe: bool) -> Isolation:
    """What the sandbox for others' code achieves. Raises UsageError for level C unless `unsafe`."""
    sandbox = choose(framework)
    sandbox.close()
    if sandbox.isolation.level == "C" and not unsafe:
        raise UsageError(
            "this machine cannot keep other people's code apart (level C: a plain process); "
            "`autograder doctor` says what is missing; for code that you trust: make batch … UNSAFE=1"
        )
    return sandbox.isolation


def examined() -> Iterator[str]:
    """A line for each layer that was tried."""
    yield from ()
