"""Children forked from a warm zygote (Linux), inside Bubblewrap where it works."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.model import Isolation, Limits
from autograder.sandbox.protocol import Ending, SandboxError

START_SECONDS = 120.0
ORDER_SECONDS = 30.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def environment() -> dict[str, str]:
    """All that a zygote's environment holds: one thread, UTF-8, a fixed hash seed."""
    fixed = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
    return {**fixed, **dict.fromkeys(THREADS, "1")}


def bootstrap(package: Path, descriptor: int, framework: str) -> list[str]:
    """The command that starts a zygote with the given copy of our package and no other path of ours."""
    code = (
        f"import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {str(package.parent)!r}); "
        f"from autograder.sandbox import zygote; zygote.main({descriptor}, {framework!r})"
    )
    return [sys.executable, "-I", "-c", code]


class ForkedChild:
    """A child of the zygote, held by its pidfd."""

    def __init__(
        self, sandbox: ForkedSandbox, pid: int, handle: int, wire: socket.socket, output: socket.socket
    ) -> None:
        self.wire, self.output = wire, output
        self._sandbox, self._pid, self._handle = sandbox, pid, handle
        self._ending: Ending | None = None

    def end(self) -> Ending:
        """Kill, reap, close."""
        if self._ending is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            self._ending = self._sandbox.reap(self._pid)
            os.close(self._handle)
            self.output.close()
            self.wire.close()
        return self._ending


class ForkedSandbox:
    """A zygote and its orders.

    prefix: the command line before Python's own, e.g. Bubblewrap's. package: where the zygote finds ours.
    """

    def __init__(self, framework: str, isolation: Isolation, package: Path, prefix: Sequence[str] = ()) -> None:
        self.isolation = isolation
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        descriptor = theirs.fileno()
        self._process = subprocess.Popen(
            [*prefix, *bootstrap(package, descriptor, framework)],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[descriptor],
            start_new_session=True,
        )
        theirs.close()
        self._ready = False

    def _await_ready(self) -> None:
        if not self._ready:
            self._receive(START_SECONDS)
            self._ready = True

    def _receive(self, seconds: float) -> tuple[dict[str, Any], list[int]]:
        self._orders.settimeout(seconds)
        try:
            message, descriptors, _, _ = socket.recv_fds(self._orders, 1 << 16, 4)
        except OSError as error:
            raise SandboxError(f"the sandbox did not answer within {seconds:g} seconds ({error})") from None
        if not message:
            raise SandboxError(f"the sandbox ended (exit status {self._process.poll()})")
        return json.loads(message), list(descriptors)

    def _order(self, order: dict[str, Any], descriptors: Sequence[int] = ()) -> tuple[dict[str, Any], list[int]]:
        self._await_ready()
        try:
            socket.send_fds(self._orders, [json.dumps(order).encode()], list(descriptors))
        except OSError as error:
            raise SandboxError(f"the sandbox ended ({error})") from None
        return self._receive(ORDER_SECONDS)

    def spawn(self, limits: Limits) -> ForkedChild:
        """A fresh child of the zygote."""
        wire, theirs = socket.socketpair()
        output, prints = socket.socketpair()
        order = {"do": "spawn", "memory_bytes": limits.memory_bytes, "cpu_seconds": limits.cpu_seconds}
        try:
            reply, (handle,) = self._order(order, [theirs.fileno(), prints.fileno()])
        except BaseException:
            wire.close()
            output.close()
            raise
        finally:
            theirs.close()
            prints.close()
        return ForkedChild(self, reply["pid"], handle, wire, output)

    def reap(self, pid: int) -> Ending:
        """Wait for a killed child and tell how it ended."""
        reply, _ = self._order({"do": "reap", "pid": pid})
        status = reply["status"]
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        return Ending(code, number, reply["seconds"], reply["memory_bytes"])

    def close(self) -> None:
        """Hang up; the zygote ends by itself, or is killed."""
        self._orders.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
