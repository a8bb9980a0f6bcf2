"""The grader's end of one child's wire: one deadline for a whole message, prints drained meanwhile."""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Callable, Iterable
from typing import Any

from autograder import wire
from autograder.sandbox.protocol import Child, Ending

Meanwhile = Callable[[], None]
GLANCE_SECONDS = 0.1
PLACE_SECONDS = 0.1
PLACE_BYTES = 1 << 16
PLACE_ENDS = (b'File "<string>", line 1 in <module>\n', b"  ...\n")  # the outermost frame, or too many of them


class Gone(Exception):
    """The child hung up."""


class Late(Exception):
    """The deadline passed before the whole message had come."""


class Line:
    """Messages to and from one child; neither a silent, a slow nor a talkative child can hold it up.

    answer_bytes: what an answer may carry. output_bytes: how much of the prints is kept.
    meanwhile: called now and then while it waits; what it raises ends the waiting.
    """

    def __init__(
        self, child: Child, *, answer_bytes: int, output_bytes: int, meanwhile: Meanwhile = lambda: None
    ) -> None:
        self._child, self._meanwhile = child, meanwhile
        self._output_bytes = output_bytes
        self._reader = wire.Reader(answer_bytes)
        self._printed = bytearray()
        self._dropped = 0
        self._output_open = True
        child.wire.setblocking(False)
        child.output.setblocking(False)

    def send(self, message: Iterable[memoryview], deadline: float) -> None:
        """One encoded message, whole. Raises Late or Gone."""
        for buffer in wire.packed(message):
            while buffer.nbytes:
                try:
                    buffer = buffer[self._child.wire.send(buffer) :]
                except BlockingIOError:
                    self._wait(deadline, writing=True)
                except OSError:
                    raise Gone from None
                if time.monotonic() > deadline:
                    raise Late

    def receive(self, deadline: float) -> dict[str, Any]:
        """The next message. Raises Late, Gone, or WireError for something that is none."""
        self._wait(deadline, writing=False)
        while True:
            try:
                count = self._child.wire.recv_into(self._reader.buffer())
            except BlockingIOError:
                self._wait(deadline, writing=False)
                continue
            except OSError:
                raise Gone from None
            if count == 0:
                raise Gone
            message = self._reader.filled(count)
            if message is not None:
                return message
            if time.monotonic() > deadline:
                raise Late

    def _wait(self, deadline: float, *, writing: bool) -> None:
        """Until the wire is ready, emptying the output on the way."""
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise Late
            readable = [self._child.output] if self._output_open else []
            waiting = [self._child.wire] if writing else []
            ready, writable, _ = select.select(
                [*readable, *([] if writing else [self._child.wire])], waiting, [], min(remaining, GLANCE_SECONDS)
            )
            if not ready and not writable:
                self._meanwhile()
            if self._child.output in ready:
                self._drain_once()
            if self._child.wire in ready or writable:
                return

    def _drain(self, most: int) -> None:
        """Take what has been printed; beyond so many dropped bytes it may wait."""
        while self._output_open and select.select([self._child.output], [], [], 0)[0] and self._dropped < most:
            if not self._drain_once():
                return

    def _drain_once(self) -> bool:
        """Whether there was something, if only the end: a byte sent as urgent may be announced and never come."""
        try:
            part = self._child.output.recv(1 << 16)
        except BlockingIOError:
            return False
        except OSError:
            part = b""
        self._output_open = bool(part)
        room = max(0, self._output_bytes - len(self._printed))
        self._printed += part[:room]
        self._dropped += len(part) - len(part[:room])
        return True

    def printed(self) -> str:
        """What the student has printed since the last time it was asked for, bounded; the rest is counted."""
        self._drain(1 << 24)
        text = self._printed.decode("utf-8", "replace")
        if self._dropped:
            text += f"\n… +{self._dropped} B"  # a sign, not a sentence: read in every language
        self._printed, self._dropped = bytearray(), 0
        return text

    def waited_seconds(self) -> float:
        """How long the child has been kept from running by others."""
        return self._child.waited_seconds()

    def place(self) -> bytes:
        """What a child that is late writes of where it is: raw, no frame, and nobody's word but its own."""
        self._child.show_place()
        said, deadline = bytearray(), time.monotonic() + PLACE_SECONDS
        while len(said) < PLACE_BYTES and not said.endswith(PLACE_ENDS):
            try:
                self._wait(deadline, writing=False)
                part = self._child.wire.recv(PLACE_BYTES)
            except (Late, OSError):
                break
            if not part:
                break
            said += part
        return bytes(said)

    def end(self, *, patience: float = 0.0) -> Ending:
        """Kill the child; what it printed last is kept for `printed`. Raises SandboxError."""
        with contextlib.suppress(OSError, ValueError):
            self._drain(1 << 20)
        self._output_open = False
        return self._child.end(patience=patience)
