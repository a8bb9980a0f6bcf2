"""The other end of `sandbox.plain`: warm up, call back, serve."""

from __future__ import annotations

import contextlib
import socket

from autograder.sandbox import learning, worker


def main(port: int, nonce: str, framework: str, memory_bytes: int, cpu_seconds: int) -> None:
    """Serve one submission over loopback, then end."""
    learning.warm(framework)
    wire = socket.create_connection(("127.0.0.1", port))
    wire.sendall(nonce.encode())
    with contextlib.suppress(ImportError):  # Windows has no limits
        _limit(memory_bytes, cpu_seconds)
    worker.serve(wire)


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    import resource

    for kind, most in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory_bytes),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (most, most))
