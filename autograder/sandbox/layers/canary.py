"""An attacker of our own: it tries every way out, in a child confined like a submission, and must get nowhere."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .syscalls import SIGKILL, call

_USER_KEYRING = -4
_PTRACE_SEIZE = 0x4206


@dataclass(frozen=True)
class Bait:
    """What lies outside, for the canary to reach for.

    planted: a readable file. parent: a process to signal. port: TCP and UDP on 127.0.0.1. abstract, pathname: listening
    local sockets. outside: folders that anybody may write. memory_bytes: the limit that no file in memory may pass.
    """

    planted: str
    parent: int
    port: int
    abstract: str
    pathname: str
    outside: tuple[str, ...]
    memory_bytes: int = 1 << 26


@contextmanager
def bait(outside: Sequence[str] = ()) -> Iterator[Bait]:
    """A planted file, listeners and this process, for as long as the block lasts; on the trusted side."""
    with ExitStack() as stack:
        prefix = f"canary-{os.stat('/proc/self/ns/pid').st_ino}-"  # in other PID namespaces pids mean others
        _clear(prefix)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{prefix}{os.getpid()}-")))
        folder.chmod(0o777)
        (folder / "planted").write_text("the expected values")
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = tcp.getsockname()[1]
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", port))
        for address in (f"\0{folder.name}", str(folder / "socket")):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        (folder / "socket").chmod(0o777)
        writable = (str(folder), *outside)
        yield Bait(str(folder / "planted"), os.getpid(), port, f"\0{folder.name}", str(folder / "socket"), writable)


def _clear(prefix: str) -> None:
    """Take away what processes that were killed had laid out."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        process = folder.name.removeprefix(prefix).split("-")[0]
        if process.isdigit() and not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


def escapes(bait: Bait, *, may_fork: bool = False) -> list[str]:
    """What succeeded, in words; an empty list is what one wants. To be run in a fully confined child."""
    tries: dict[str, Callable[[], object]] = {
        "read a file outside": lambda: Path(bait.planted).read_bytes(),
        "list a folder outside": lambda: os.listdir(os.path.dirname(bait.planted)),
        "read the parent's environment": lambda: Path(f"/proc/{bait.parent}/environ").read_bytes(),
        "change a file's mode outside": lambda: os.chmod(bait.planted, 0o600),
        "open a TCP connection": lambda: socket.create_connection(("127.0.0.1", bait.port), timeout=1),
        "send a UDP packet": lambda: _send(bait.port),
        "reach an abstract socket": lambda: _connect(bait.abstract),
        "reach a socket by its path": lambda: _connect(bait.pathname),
        "signal the parent": lambda: _signal(bait.parent),
        "trace the parent": lambda: call("ptrace", _PTRACE_SEIZE, bait.parent, 0, 0),
        "store a key": lambda: call("add_key", b"user", b"canary", b"x", 1, _USER_KEYRING),
        "fill memory that no limit counts": lambda: _fill(bait.memory_bytes),
        "make a namespace": lambda: call("unshare", 0x10000000),
        **{f"write in {folder}": partial(_write, folder) for folder in bait.outside},
    }
    if not may_fork:
        tries["start a process"] = _fork
    return [name for name, attempt in tries.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError):
        return False
    return True


def _send(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"canary", ("127.0.0.1", port))


def _connect(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as local:
        local.connect(address)


def _signal(process: int) -> None:
    """Signal 0 asks for leave only. Inside a PID namespace the number may be our own."""
    if process == os.getpid():
        raise ProcessLookupError(process)
    os.kill(process, 0)


def _fill(memory_bytes: int) -> None:
    """Anonymous files, each as long as it may be, until together they pass the limit."""
    filled = 0
    while filled <= memory_bytes:
        file = os.memfd_create("canary")
        os.posix_fallocate(file, 0, 1 << 20)
        filled += 1 << 20


def _write(folder: str) -> None:
    path = Path(folder, f"canary-{os.getpid()}")
    path.write_text("canary")
    path.unlink()


def _fork() -> None:
    child = os.fork()
    if not child:
        signal.pause()
    os.kill(child, SIGKILL)
    os.waitpid(child, 0)
