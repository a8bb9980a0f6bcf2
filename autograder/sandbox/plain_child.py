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
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no limits; macOS refuses some
        from autograder.sandbox.zygote import limit

        limit(memory_bytes, cpu_seconds)
    worker.serve(wire)
