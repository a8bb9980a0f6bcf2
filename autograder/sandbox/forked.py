"""Children forked from a warm zygote (Linux), inside Bubblewrap where it works."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from autograder.model import Isolation, Limits
from autograder.sandbox.layers import canary
from autograder.sandbox.layers.confine import LANDLOCK, LIMITS, NAMESPACES, SECCOMP, USER
from autograder.sandbox.layers.limits import ended, kill
from autograder.sandbox.layers.probe import Layer, level
from autograder.sandbox.protocol import Ending, SandboxError
from autograder.sandbox.waiting import pid_behind, waited_seconds

Prefix = Callable[[Sequence[str]], Sequence[str]]

LAYERS = (NAMESPACES, LANDLOCK, SECCOMP, LIMITS, USER)
VISIBLE = ("__init__.py", "wire", "sandbox")
CONFINED = ("memory_bytes", "cpu_seconds", "processes", "file_bytes", "open_files")
START_SECONDS = 120.0
ORDER_SECONDS = 30.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def environment() -> dict[str, str]:
    """All that a zygote's environment holds: one thread, UTF-8, a fixed hash seed."""
    fixed = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
    return {**fixed, **dict.fromkeys(THREADS, "1")}


def bootstrap(package: Path, descriptor: int, framework: str, wanted: Sequence[str], for_many: bool) -> list[str]:
    """The command that starts a zygote, which sees three paths of our package and nothing else of ours."""
    visible = [str(package / name) for name in VISIBLE]
    code = (
        f"import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {str(package.parent)!r}); "
        f"import autograder; sys.path.append(sys.path.pop(0)); "  # a numpy.py beside it is not NumPy
        f"from autograder.sandbox import zygote; "
        f"zygote.main({descriptor}, {framework!r}, {visible!r}, {list(wanted)!r}, for_many={for_many})"
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

    def show_place(self) -> None:
        """The worker has left word with the kernel what to do at this signal."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._handle, signal.SIGUSR1)

    def waited_seconds(self) -> float:
        """In the kernel's words."""
        return waited_seconds(pid_behind(self._handle))

    def end(self, *, patience: float = 0.0) -> Ending:
        """Kill, reap, close."""
        if self._ending is None:
            self._ending = Ending(None, None)
            try:
                by_itself = ended(self._handle, patience)
                kill(self._handle)
                self._ending = replace(self._sandbox.reap(self._pid), by_us=not by_itself)
            finally:
                os.close(self._handle)
                self.output.close()
                self.wire.close()
        return self._ending


class ForkedSandbox:
    """A zygote and its orders.

    package: where our package lies. wanted: the layers to try. prefix: the command line before Python's own,
    e.g. Bubblewrap's. for_many: warm up for a class rather than for one submission.
    """

    def __init__(
        self,
        framework: str,
        package: Path,
        wanted: Sequence[str] = LAYERS,
        prefix: Prefix | None = None,
        *,
        for_many: bool = True,
    ) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = bootstrap(package, theirs.fileno(), framework, wanted, for_many)
        self._prefixed = prefix is not None
        with theirs:
            self._process = _started(command if prefix is None else prefix(command), theirs.fileno())

    @functools.cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that the zygote tried, as it found them. Waits until it is warm."""
        reply, _ = self._receive(START_SECONDS)
        return tuple(Layer(**layer) for layer in reply["layers"])

    @property
    def isolation(self) -> Isolation:
        """What the layers in force come to."""
        names = tuple(layer.name for layer in self.layers if layer.works)
        return Isolation(level(self.layers), (*(("bubblewrap",) if self._prefixed else ()), *names))

    def _receive(self, seconds: float) -> tuple[dict[str, Any], list[int]]:
        """What the zygote says next. After a silence it is not heard again: a late word would answer another order."""
        try:
            self._orders.settimeout(seconds)
            message, descriptors, _, _ = socket.recv_fds(self._orders, 1 << 16, 4)
        except OSError as error:
            self._give_up()
            raise SandboxError(f"the sandbox did not answer within {seconds:g} seconds ({error})") from None
        if not message:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
            status = self._process.returncode
            self._give_up()
            raise SandboxError(f"the sandbox ended by itself, or was ended from outside (exit status {status})")
        return json.loads(message), list(descriptors)

    def _order(self, order: dict[str, Any], descriptors: Sequence[int] = ()) -> tuple[dict[str, Any], list[int]]:
        """The reply to an order; one deadline for each of the two ways."""
        assert self.layers is not None  # it is ready
        try:
            self._orders.settimeout(ORDER_SECONDS)
            socket.send_fds(self._orders, [json.dumps(order).encode()], list(descriptors))
        except OSError as error:
            self._give_up()
            raise SandboxError(f"the sandbox takes no orders any more ({error})") from None
        reply, handles = self._receive(ORDER_SECONDS)
        if "error" in reply:
            raise SandboxError(f"the sandbox could not start a process ({reply['error']})")
        return reply, handles

    def _give_up(self) -> None:
        self._orders.close()
        self._process.kill()

    def spawn(self, limits: Limits) -> ForkedChild:
        """A fresh child of the zygote."""
        return self._child({"do": "spawn"}, limits)

    def escapes(self) -> tuple[str, ...]:
        """What an attacker of our own, confined like a submission, gets at; nothing is what one wants."""
        limits = Limits()
        with canary.bait() as bait:
            child = self._child({"do": "canary", "bait": asdict(bait)}, limits)
            try:
                child.wire.settimeout(ORDER_SECONDS)
                return tuple(json.loads(_all(child.wire)))
            except (OSError, ValueError) as error:
                raise SandboxError(f"the canary did not report ({error})") from None
            finally:
                child.end()

    def _child(self, order: dict[str, Any], limits: Limits) -> ForkedChild:
        wire, theirs = socket.socketpair()
        output, prints = socket.socketpair()
        order |= {"limits": {name: getattr(limits, name) for name in CONFINED}}
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


def _started(command: Sequence[str], descriptor: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[descriptor],
            start_new_session=True,
        )
    except OSError as error:
        raise SandboxError(f"the sandbox could not be started ({error})") from None


def _all(source: socket.socket) -> bytes:
    """Everything until the other side closes."""
    parts = []
    while part := source.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)
