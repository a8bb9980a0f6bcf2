"""The warm process that forks a child for each submission: milliseconds instead of an import.

It imports the framework (NumPy, or NumPy and PyTorch) once, with one thread, and never meets a byte of a
student's. Orders arrive on a sequenced-packet socket, each with the descriptors that it needs:

    spawn {confinement}  + [wire, output]   ->  {"pid": n} + [pidfd]
    reap  {"pid": n}                        ->  {"status": wait status, "seconds": CPU, "memory_bytes": peak}

Run as `python -I -c "…; zygote.main(descriptor, framework)"` by `sandbox.forked`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import resource
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

from autograder.sandbox import learning, worker

ORDER_BYTES = 1 << 16


def main(descriptor: int, framework: str) -> None:
    """Warm up, say so, then obey until the grader hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    learning.warm(framework)
    gc.collect()
    gc.freeze()
    orders = socket.socket(fileno=descriptor)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the grader has left
        orders.send(json.dumps({"ready": os.getpid()}).encode())
        _obey(orders)


def _obey(orders: socket.socket) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(orders, ORDER_BYTES, 4)
        if not message:
            return
        order = json.loads(message)
        if order["do"] == "spawn":
            _spawn(orders, order, descriptors)
        else:
            _reap(orders, order["pid"])


def _spawn(orders: socket.socket, order: Mapping[str, Any], descriptors: list[int]) -> None:
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            _child(orders, order, *descriptors)
        os._exit(0)
    for descriptor in descriptors:
        os.close(descriptor)
    handle = os.pidfd_open(pid)
    socket.send_fds(orders, [json.dumps({"pid": pid}).encode()], [handle])
    os.close(handle)


def _reap(orders: socket.socket, pid: int) -> None:
    _, status, usage = os.wait4(pid, 0)
    seconds = usage.ru_utime + usage.ru_stime
    orders.send(json.dumps({"status": status, "seconds": seconds, "memory_bytes": usage.ru_maxrss << 10}).encode())


def _child(orders: socket.socket, order: Mapping[str, Any], wire_end: int, output: int) -> None:
    """From here on the process belongs to a student."""
    orders.close()
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    channel = socket.socket(fileno=os.dup(wire_end))
    os.closerange(3, channel.fileno())
    os.closerange(channel.fileno() + 1, 256)
    sys.stdin = open(0, encoding="utf-8", errors="replace")  # noqa: SIM115 - open as long as the process
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=8192)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _reseed()
    limit(order["memory_bytes"], order["cpu_seconds"])
    worker.serve(channel)


def _reseed() -> None:
    """Every submission starts from the same state of the global generators."""
    random.seed(0)
    sys.modules["numpy"].random.seed(0)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(0)


def limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Bound this process for good: address space beyond the present one, CPU, file size, core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    with contextlib.suppress(FileNotFoundError), open("/proc/self/statm", encoding="ascii") as statm:
        present = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (present + memory_bytes,) * 2)
