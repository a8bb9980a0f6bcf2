"""One engine for many notebooks: the process of `engine`, asked by each kernel over a socket in a folder of its own.

It stays warm between notebooks, which saves each of them the start of graders and sandbox. A kernel can ask it what it
could ask an engine of its own, and nothing more.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from autograder.language import chosen
from autograder.manifest import Course
from autograder.model import AutograderError
from autograder.platforms.engine import Engine, answer, own_output
from autograder.platforms.kernel import ENGINE, PACKAGE_ROOT

MOST_BYTES = 64 << 20
CHUNK = 1 << 20
SECONDS = 10.0  # for a kernel to take what it asked for
READY = "ready\n"
_CODE = (
    "import sys; sys.path.insert(0, {root!r}); from autograder.platforms.shared import main; main({course!r}, {path!r})"
)


@contextlib.contextmanager
def engine(course: Path) -> Iterator[dict[str, str]]:
    """The environment variable that tells kernels of an engine for a course, while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "socket"))
        code = _CODE.format(root=str(PACKAGE_ROOT), course=str(course), path=path)
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-I", "-c", code], text=True, **streams) as process:  # type: ignore[call-overload]
            if process.stdout.readline() != READY:
                raise AutograderError("the engine that notebooks share did not start")
            try:
                yield {ENGINE: path}
            finally:
                process.stdin.close()


def main(root: str, path: str) -> None:
    """Serve at a socket until standard input ends."""
    with closing(Engine(Course(Path(root)), chosen())) as warm, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(16)
        with own_output() as output:
            output.write(READY)
        serve(warm, listening)


def serve(warm: Engine, listening: socket.socket) -> None:
    """Answer whoever connects, one request after the other, until standard input ends."""
    asked: dict[socket.socket, bytearray] = {}
    with selectors.DefaultSelector() as ready:
        ready.register(listening, selectors.EVENT_READ)
        ready.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj == 0:
                    return
                if key.fileobj is listening:
                    caller, _ = listening.accept()
                    caller.settimeout(SECONDS)
                    ready.register(caller, selectors.EVENT_READ)
                    asked[caller] = bytearray()
                elif isinstance(key.fileobj, socket.socket) and not _heard(warm, key.fileobj, asked[key.fileobj]):
                    ready.unregister(key.fileobj)
                    del asked[key.fileobj]
                    key.fileobj.close()


def _heard(warm: Engine, caller: socket.socket, waiting: bytearray) -> bool:
    """Take what a caller sent and answer every whole line of it; whether there may be more."""
    try:
        read = caller.recv(CHUNK)
        waiting += read
        while b"\n" in waiting:
            line, _, rest = waiting.partition(b"\n")
            waiting[:] = rest
            caller.sendall(answer(warm, bytes(line)).encode() + b"\n")
    except OSError:
        return False
    return bool(read) and len(waiting) <= MOST_BYTES
