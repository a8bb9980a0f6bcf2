"""The warm process that forks a child for each submission: milliseconds instead of an import.

It settles behind the walls that this machine has, imports the framework (NumPy, or NumPy and PyTorch) once,
with one thread, and never meets a byte of a student's. Orders arrive on a sequenced-packet socket, each with
the descriptors that it needs:

    spawn {limits} + [wire, output]   ->  {"pid": n} + [pidfd], or {"error": why}
    canary {limits, bait} + the same  ->  the same; the child sends what it could escape to, as JSON
    reap {"pid": n}                   ->  {"status": wait status, "seconds": CPU, "memory_bytes": peak}

Run as `python -I -c "…; zygote.main(…)"` by `sandbox.forked`. The walls go up before NumPy is imported.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.sandbox import pages
from autograder.sandbox.layers import LayerUnavailable, canary, limits
from autograder.sandbox.walls import Walls, raised

ORDER_BYTES = 1 << 16
Order = Mapping[str, Any]


def main(descriptor: int, framework: str, visible: Sequence[str], wanted: Sequence[str], *, for_many: bool) -> None:
    """Settle, warm up, say so, then obey until the grader hangs up.

    visible: the files of ours that children may read. wanted: the layers to try, by the names of `layers.probe`.
    for_many: warm up for a class rather than for one submission.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    walls = raised(visible, wanted)
    if walls.scratch is not None:
        os.environ["TMPDIR"] = walls.scratch  # importing torch's optimisers asks for a folder to write in
    from autograder.sandbox import learning, serving  # NumPy: only now, because walls need a single thread

    learning.warm(framework, for_many=for_many)
    gc.collect()
    gc.freeze()
    if for_many:
        pages.enlarge()
    orders = socket.socket(fileno=descriptor)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the grader has left
        orders.send(json.dumps({"ready": True, "layers": walls.described()}).encode())
        _obey(orders, walls, serving.serve)
    os._exit(0)  # taking torch apart would take 0.4 seconds, and the grader waits


def _obey(orders: socket.socket, walls: Walls, serve: Callable[[socket.socket], None]) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(orders, ORDER_BYTES, 4)
        if not message:
            return
        order = json.loads(message)
        if order["do"] == "reap":
            _reap(orders, order["pid"])
        else:
            _spawn(orders, walls, order, descriptors, serve if order["do"] == "spawn" else _canary(order))


def _spawn(
    orders: socket.socket, walls: Walls, order: Order, descriptors: list[int], work: Callable[[socket.socket], None]
) -> None:
    try:
        confine = walls.confinement(limits.Limits(**order["limits"]))
        pid = walls.fork()
    except (OSError, LayerUnavailable) as error:  # a machine that is out of processes or memory, for now
        orders.send(json.dumps({"error": str(error)}).encode())
        pid = -1
    if pid == 0:
        with contextlib.suppress(BaseException):
            work(_own(orders, confine, *descriptors))
        os._exit(0)
    for descriptor in descriptors:
        os.close(descriptor)
    if pid < 0:
        return
    handle = os.pidfd_open(pid)
    socket.send_fds(orders, [json.dumps({"pid": pid}).encode()], [handle])
    os.close(handle)


def _reap(orders: socket.socket, pid: int) -> None:
    _, status, usage = os.wait4(pid, 0)
    seconds = usage.ru_utime + usage.ru_stime
    orders.send(json.dumps({"status": status, "seconds": seconds, "memory_bytes": usage.ru_maxrss << 10}).encode())


def _own(orders: socket.socket, confine: Callable[[], None], wire_end: int, output: int) -> socket.socket:
    """From here on the process belongs to a student: its descriptors, its streams, its walls."""
    orders.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, target)
    confine()  # before the rest is closed: Landlock's rules are held by a descriptor
    channel = socket.socket(fileno=os.dup(wire_end))
    limits.keep_only({0, 1, 2, channel.fileno()})
    sys.stdin = open(0, encoding="utf-8", errors="replace")  # noqa: SIM115 - open as long as the process
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=8192)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return channel


def _canary(order: Order) -> Callable[[socket.socket], None]:
    """Instead of a submission: an attacker of our own."""

    def work(channel: socket.socket) -> None:
        bait = canary.Bait(**{**order["bait"], "outside": tuple(order["bait"]["outside"])})
        channel.sendall(json.dumps(canary.escapes(bait)).encode())

    return work
