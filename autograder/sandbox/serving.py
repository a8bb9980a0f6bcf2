"""A student's process at its end of the wire: requests in, an engine's replies out, until the grader hangs up.

This module runs inside the sandbox: it imports the wire and nothing else of ours.
"""

from __future__ import annotations

import contextlib
import faulthandler
import random
import signal
import sys
from typing import Any

import numpy as np

from autograder import wire
from autograder.sandbox.raising import Reserve, raised
from autograder.sandbox.worker import Body, Engine, opaque


class Wire:
    """A blocking end of the wire, for the side that has nothing else to wait for."""

    def __init__(self, socket: Any, payload_bytes: int) -> None:
        self.socket = socket
        self.reader = wire.Reader(payload_bytes)

    def receive(self) -> dict[str, Any]:
        """The next message. Raises EOFError when the other side is gone."""
        while True:
            count = self.socket.recv_into(self.reader.buffer())
            if count == 0:
                raise EOFError
            message = self.reader.filled(count)
            if message is not None:
                return message

    def send(self, message: Body) -> None:
        """One message, whole. What the encoding raises comes before the first byte."""
        for buffer in wire.packed(wire.encode(message, opaque)):
            self.socket.sendall(buffer)


def serve(socket: Any, payload_bytes: int = 1 << 31) -> None:
    """Answer requests until the grader hangs up."""
    channel, reserve = Wire(socket, payload_bytes), Reserve()
    asked: list[Body] = [{}]  # what answers say of the request that they answer
    begun = [-1]  # the question that requests are about, by the number of its first
    _show_place_when_asked(socket)

    def ask(question: dict[str, Any]) -> Any:
        outer = asked[0]
        channel.send({**outer, **question})
        while (message := channel.receive())["verb"] not in ("result", "refused"):
            answer(message)  # the trusted function asks in its turn
        asked[0] = outer
        return message

    def answer(request: Body) -> None:
        asked[0] = {"nonce": request["nonce"]}
        since = request.get("since", 0)
        if since != begun[0]:
            begun[0] = since
            _seed(engine.device)
        reply = engine.execute(request)
        _flush()
        try:
            channel.send({**asked[0], **reply})
        except OSError:
            raise
        except BaseException as error:  # noqa: BLE001 - some values run their student's code when they are encoded
            channel.send({**asked[0], **raised(error, reserve)})

    engine = Engine(ask, reserve)
    while True:
        try:
            request = channel.receive()
        except EOFError:
            return
        answer(request)


def _seed(device: str) -> None:
    """Put the global generators into one state: what a submission draws from them hangs on no question before."""
    with contextlib.suppress(Exception):  # student code may have replaced them
        random.seed(0)
        np.random.seed(0)
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.default_generator.manual_seed(0)  # torch.manual_seed takes fifty times as long: it asks every device
        if torch is not None and device == "cuda":
            torch.cuda.manual_seed_all(0)


def _show_place_when_asked(socket: Any) -> None:
    """At a signal, which comes when an answer is late, write the frames to the wire, whatever Python is doing."""
    if hasattr(faulthandler, "register"):  # not on Windows
        faulthandler.register(signal.SIGUSR1, file=socket.fileno(), all_threads=False)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001 - student code may have closed or replaced it
            continue
