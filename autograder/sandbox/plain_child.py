"""The other end of `sandbox.plain`: warm up, call back, serve."""

from __future__ import annotations

import contextlib
import socket

from autograder.sandbox import learning, serving


def main(
    port: int, nonce: str, framework: str, memory_bytes: int, cpu_seconds: int, file_bytes: int, open_files: int
) -> None:
    """Serve one submission over loopback, then end."""
    learning.warm(framework, for_many=False)
    wire = socket.create_connection(("127.0.0.1", port))
    wire.sendall(nonce.encode())
    with contextlib.suppress(ImportError):  # Windows has no limits
        _limit(memory_bytes, cpu_seconds, file_bytes, open_files)
    serving.serve(wire)


def _limit(memory_bytes: int, cpu_seconds: int, file_bytes: int, open_files: int) -> None:
    import resource

    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),  # the first ends it by a signal of its own
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_DATA, memory_bytes, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes, file_bytes),
        (resource.RLIMIT_NOFILE, open_files, open_files),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (soft, hard))
