"""One fresh process a submission, where forking a warm one is not safe or not possible (macOS, Windows).

Level C: a deadline and a process of its own, no isolation. Good for one's own code.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from autograder.model import Isolation, Limits
from autograder.sandbox.protocol import Ending, SandboxError
from autograder.sandbox.waiting import waited_seconds

START_SECONDS = 120.0
NONCE_BYTES = 16


class PlainChild:
    """A process that called back on loopback."""

    def __init__(self, process: subprocess.Popen[bytes], wire: socket.socket, output: socket.socket) -> None:
        self.wire, self.output = wire, output
        self._process = process
        self._ending: Ending | None = None

    def show_place(self) -> None:
        """By a signal, where the platform has it."""
        if hasattr(signal, "SIGUSR1"):
            with contextlib.suppress(OSError):
                self._process.send_signal(signal.SIGUSR1)

    def waited_seconds(self) -> float:
        """In the kernel's words, on Linux."""
        return waited_seconds(self._process.pid)

    def end(self, *, patience: float = 0.0) -> Ending:
        """Kill, reap, close."""
        if self._ending is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=patience)
            by_us = self._process.poll() is None
            self._process.kill()
            code = self._process.wait()
            self._ending = Ending(code if code >= 0 else None, -code if code < 0 else None, by_us=by_us)
            self.wire.close()
            self.output.close()
        return self._ending


class PlainSandbox:
    """Starts a Python for each submission."""

    def __init__(self, framework: str, package: Path) -> None:
        self.isolation = Isolation("C", ("process",))
        self._framework, self._package = framework, package

    def spawn(self, limits: Limits) -> PlainChild:
        """A fresh process that has warmed up and called back."""
        nonce = secrets.token_hex(NONCE_BYTES)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.1)
            process = subprocess.Popen(
                self._command(server.getsockname()[1], nonce, limits),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            try:
                wire = _accept(server, nonce, process)
            except OSError as error:
                process.kill()
                process.communicate()
                raise SandboxError(f"a process for the student's code did not start ({error})") from None
        output, prints = socket.socketpair()
        assert process.stdout is not None
        threading.Thread(target=_pump, args=(process.stdout, prints), daemon=True).start()
        return PlainChild(process, wire, output)

    def _command(self, port: int, nonce: str, limits: Limits) -> list[str]:
        bounds = (limits.memory_bytes, limits.cpu_seconds, limits.file_bytes, limits.open_files)
        code = (
            f"import sys; sys.path.insert(0, {str(self._package.parent)!r}); "
            f"import autograder; sys.path.append(sys.path.pop(0)); "  # a numpy.py beside it is not NumPy
            f"from autograder.sandbox import plain_child; "
            f"plain_child.main({port}, {nonce!r}, {self._framework!r}, *{bounds})"
        )
        return [sys.executable, "-I", "-c", code]

    def renew(self) -> None:
        """Each submission has a fresh process anyway."""

    def close(self) -> None:
        """Nothing is kept running."""


def _accept(server: socket.socket, nonce: str, process: subprocess.Popen[bytes]) -> socket.socket:
    """The first caller that knows the nonce. Raises OSError when the process ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            caller, _ = server.accept()
        except TimeoutError:
            if process.poll() is not None:
                raise OSError(f"it ended with exit status {process.returncode}") from None
            if time.monotonic() > deadline:
                raise
            continue
        caller.settimeout(START_SECONDS)
        said = b""
        while len(said) < 2 * NONCE_BYTES and (part := caller.recv(2 * NONCE_BYTES - len(said))):
            said += part
        if secrets.compare_digest(said, nonce.encode()):
            return caller
        caller.close()


def _pump(source: IO[bytes], target: socket.socket) -> None:
    """Carry what a process prints to a socket, which every platform can wait for."""
    with source, target, contextlib.suppress(OSError):
        while part := source.read1(1 << 16):  # type: ignore[attr-defined]
            target.sendall(part)
