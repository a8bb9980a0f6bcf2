"""Try something in a forked helper: what it does to the process ends with the helper, and it may hang or crash."""

import json
import os
import select
import time
from collections.abc import Callable

from . import LayerUnavailable
from .syscalls import SIGKILL, machine


class HelperDied(LayerUnavailable):
    """The helper ended without a word: the layer's doing, or somebody killed it."""


def trial(work: Callable[[], object], seconds: float = 10) -> object:
    """What `work` returns in a forked process (as JSON would bring it back).

    Raises: LayerUnavailable with the sentence of whatever went wrong there, a crash or a hang included.
    """
    machine()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _work(work, writing)
    os.close(writing)
    try:
        text = _read(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return _result(text, status)


def _work(work: Callable[[], object], writing: int) -> None:
    """In the helper, which never returns: its stack belongs to the caller."""
    try:
        answer: tuple[str, object] = ("value", work())
    except BaseException as error:  # noqa: BLE001 - handed to the other side, whatever it is
        answer = ("error", str(error) if isinstance(error, LayerUnavailable) else f"{type(error).__name__}: {error}")
    try:
        os.write(writing, json.dumps(answer).encode())
    finally:
        os._exit(0)


def _read(reading: int, deadline: float) -> bytes:
    """All until the end, or until the deadline."""
    parts: list[bytes] = []
    while select.select([reading], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(reading, 65536)
        if not part:
            return b"".join(parts)
        parts.append(part)
    raise LayerUnavailable("the helper that tried it did not answer in time")


def _result(text: bytes, status: int) -> object:
    if not text:
        raise HelperDied(f"the helper that tried it died with status {status}")
    kind, value = json.loads(text)
    if kind == "error":
        raise LayerUnavailable(value)
    return value
