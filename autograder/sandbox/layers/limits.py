"""Resource limits, a process group of one's own, and processes by descriptor.

Source: setrlimit(2), pidfd_open(2). What they miss: RLIMIT_AS does not count memfd (seccomp refuses it),
RLIMIT_FSIZE holds for each file and not for their sum (the scratch's size does), RLIMIT_NPROC does not hold for root.
"""

import ctypes
import mmap
import os
import select
import signal
import struct
from dataclasses import dataclass

from . import LayerUnavailable
from .syscalls import PR_SET_DUMPABLE, PR_SET_PDEATHSIG, SIGKILL, Call, call, machine, ready, ready_prctl

# The module `resource` is not importable everywhere; these are the kernel's numbers.
_CPU, _FSIZE, _CORE, _NPROC, _NOFILE, _MEMLOCK, _AS, _MSGQUEUE = 0, 1, 4, 6, 7, 8, 9, 12


@dataclass(frozen=True)
class Limits:
    """memory_bytes: beyond the address space that the process has already (64 MB of it for each thread).

    file_bytes: one file's size. processes: threads among them, and all else of the same user in the same user
    namespace: where the user has other things running, add `tasks_of_user`.
    """

    memory_bytes: int | None = 1 << 30
    cpu_seconds: int = 120
    file_bytes: int = 1 << 26
    open_files: int = 256
    processes: int | None = 64


def limiting(limits: Limits, present_bytes: int) -> tuple[Call, ...]:
    """The calls that set them for good.

    Soft and hard alike: process 1 of a PID namespace ignores the signal that comes at the soft CPU limit.
    present_bytes: the process's address space already, from `address_space`.
    """
    memory = None if limits.memory_bytes is None else present_bytes + limits.memory_bytes
    wanted = {
        _AS: memory,
        _CPU: limits.cpu_seconds,
        _FSIZE: limits.file_bytes,
        _NOFILE: limits.open_files,
        _NPROC: limits.processes,
        _CORE: 0,
        _MEMLOCK: 0,
        _MSGQUEUE: 0,
    }
    return tuple(_limiting(kind, value) for kind, value in wanted.items() if value is not None)


def address_space() -> int:
    """Bytes of address space that this process has. Raises: LayerUnavailable without /proc."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * mmap.PAGESIZE
    except OSError as error:
        raise LayerUnavailable.because("the memory limit", error, "needs /proc") from error


def being_alone() -> tuple[Call, ...]:
    """The calls for a process group of one's own, death with the parent, no debugger and no core file.

    To be made after the user changed, which undoes the death with the parent. Not a session for each child:
    where the kernel groups tasks by session for its scheduler, setsid takes up to 2.5 ms; the zygote has one.
    """
    return (
        ready("setpgid", 0, 0),
        ready_prctl(PR_SET_PDEATHSIG, SIGKILL),
        ready_prctl(PR_SET_DUMPABLE, 0),
    )


def tasks_of_user() -> int:
    """Threads that this user runs now: what RLIMIT_NPROC counts already where the user is shared."""
    machine()
    user = os.geteuid()
    return sum(_threads(folder) for folder in os.scandir("/proc") if folder.name.isdigit() and _owner(folder) == user)


def kill(pidfd: int) -> None:
    """SIGKILL to the process of this descriptor, which cannot have become another; gone already is fine."""
    try:
        signal.pidfd_send_signal(pidfd, SIGKILL)
    except ProcessLookupError:
        return


def ended(pidfd: int, seconds: float) -> bool:
    """Whether the process of this descriptor ends within so many seconds."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _limiting(kind: int, value: int) -> Call:
    """Soft and hard; where less is allowed already, what is allowed."""
    present = ctypes.create_string_buffer(16)
    call("prlimit64", 0, kind, None, ctypes.addressof(present))
    bound = min(value, struct.unpack("=2Q", present)[1])  # no limit is the largest number
    return ready("prlimit64", 0, kind, struct.pack("=2Q", bound, bound), None)


def _owner(process: os.DirEntry[str]) -> int | None:
    try:
        return process.stat().st_uid
    except OSError:  # it has ended meanwhile
        return None


def _threads(process: os.DirEntry[str]) -> int:
    try:
        return len(os.listdir(f"{process.path}/task"))
    except OSError:
        return 0
