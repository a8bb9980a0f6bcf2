"""The filter alone, in a child without any other layer."""

import asyncio
import ctypes
import faulthandler
import fcntl
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from errno import EPERM
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, seccomp
from autograder.sandbox.layers.syscall_table import LAST, NUMBERS
from autograder.sandbox.layers.syscalls import call, machine
from autograder.sandbox.layers.trial import trial

Attempt = Callable[[Callable[[], object]], str]
PR_SET_DUMPABLE, PR_SET_NAME = 4, 15
F_GETLK, F_OFD_GETLK = 5, 36


def filtered(work: Callable[[], object], **allowed: bool) -> object:
    def inside() -> object:
        seccomp.install(seccomp.program(**allowed))
        return work()

    return trial(inside)


def refused(name: str, *arguments: int) -> bool:
    """Whether the raw call is refused by the filter; a call that gets as far as the kernel fails otherwise."""
    try:
        call(name, *arguments)
    except OSError as error:
        return error.errno == EPERM
    return False


ALWAYS_REFUSED = sorted(
    name for names in seccomp._ALWAYS.values() for name in names.split() if name in NUMBERS[machine()]
)


def test_every_call_that_is_listed_is_refused_before_the_kernel_looks_at_it(
    ordinary: Callable[[Callable[[], object]], Callable[[], object]],
) -> None:
    def work() -> object:
        seccomp.install(seccomp.program())
        return [name for name in ALWAYS_REFUSED if not refused(name, -1, -1, -1, -1, -1)]

    assert trial(ordinary(work)) == []


def test_files_keep_their_mode_owner_and_times_where_only_landlock_guards_them() -> None:
    names = [name for name in seccomp._METADATA.split() if name in NUMBERS[machine()]]
    assert filtered(lambda: [n for n in names if not refused(n, -1, -1, -1)], allow_metadata=False) == []


def test_files_in_ones_own_scratch_may_change_mode_and_times(folder: Path, attempt: Attempt) -> None:
    (folder / "file").touch()
    changes = (lambda: os.chmod(folder / "file", 0o600), lambda: os.utime(folder / "file"))
    assert filtered(lambda: [attempt(change) for change in changes]) == ["succeeded"] * 2


@pytest.mark.parametrize(
    "start",
    [
        os.fork,
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: os.system("true") == 0 or os.fork(),
    ],
    ids=["fork", "subprocess", "posix_spawn", "exec", "system"],
)
def test_no_process_is_started(start: Callable[[], object], attempt: Attempt) -> None:
    assert filtered(lambda: attempt(start)) == "PermissionError"


def test_threads_start_and_end() -> None:
    def work() -> object:
        counted: list[int] = []
        threads = [threading.Thread(target=counted.append, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(counted)

    assert filtered(work) == list(range(8))


def test_a_thread_cannot_take_a_namespace_with_it() -> None:
    clone_thread_and_newns = 0x00010000 | 0x00000800 | 0x00000100 | 0x00020000
    assert filtered(lambda: refused("clone", clone_thread_and_newns, 0, 0, 0, 0)) is True


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, 40])
def test_no_socket_is_opened(family: int, attempt: Attempt) -> None:
    assert filtered(lambda: attempt(lambda: socket.socket(family, socket.SOCK_DGRAM))) == "PermissionError"


def test_asyncio_wakes_itself_through_a_socket_pair() -> None:
    async def sleep() -> str:
        await asyncio.to_thread(lambda: None)
        await asyncio.sleep(0)
        return "awake"

    assert filtered(lambda: asyncio.run(sleep())) == "awake"


def test_a_datagram_pair_that_sendmsg_could_point_elsewhere_is_refused(attempt: Attempt) -> None:
    assert filtered(lambda: attempt(lambda: socket.socketpair(type=socket.SOCK_DGRAM))) == "PermissionError"


def test_a_process_signals_itself_and_nobody_else(attempt: Attempt) -> None:
    parent = os.getpid()

    def work() -> object:
        caught: list[int] = []
        signal.signal(signal.SIGUSR1, lambda number, _: caught.append(number))
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR1)
        outward = [attempt(lambda pid=pid: os.kill(pid, 0)) for pid in (parent, 1, 0, -1, -parent)]  # type: ignore[misc]
        return [len(caught), *outward, attempt(lambda: os.killpg(0, 0)), attempt(lambda: os.pidfd_open(parent))]

    assert filtered(work) == [2, *["PermissionError"] * 7]


def test_nobody_can_look_as_if_somebody_else_had_killed_them(attempt: Attempt) -> None:
    def work() -> object:
        ways = (
            lambda: os.kill(os.getpid(), signal.SIGKILL),
            lambda: signal.raise_signal(signal.SIGKILL),
            lambda: resource.prlimit(0, resource.RLIMIT_CPU, (1, 1)),
            lambda: call("setrlimit", resource.RLIMIT_CPU, bytes(16)),
            lambda: call("timer_create", 1, bytes(64), bytes(8)),
        )
        resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))
        return [attempt(way) for way in ways]

    assert filtered(work) == ["PermissionError"] * 5


def test_abort_still_ends_the_process() -> None:
    with pytest.raises(LayerUnavailable, match=f"died with status -{int(signal.SIGABRT)}"):
        filtered(lambda: (faulthandler.disable(), os.abort()))


def test_limits_and_scheduling_of_others_are_out_of_reach() -> None:
    parent = os.getpid()

    def work() -> object:
        others = [
            refused("prlimit64", parent, 7, 0, 0),
            refused("sched_setaffinity", parent, 0, 0),
            refused("setpriority", 0, parent, 19),
            refused("setpriority", 2, 0, 19),
        ]
        os.nice(1)
        os.sched_setaffinity(0, os.sched_getaffinity(0))
        return others

    assert filtered(work) == [True] * 4


def test_shared_files_carry_no_locks_leases_or_notices(attempt: Attempt) -> None:
    def work() -> object:
        with open(os.devnull, "r+b") as shared:
            commands = (F_GETLK, F_OFD_GETLK, fcntl.F_SETLEASE, fcntl.F_NOTIFY)
            asked = [attempt(lambda c=c: fcntl.fcntl(shared, c, b"\0" * 32)) for c in commands]  # type: ignore[misc]
            locks = [attempt(lambda lock=lock: lock(shared, fcntl.LOCK_SH)) for lock in (fcntl.flock, fcntl.lockf)]  # type: ignore[misc]
            return [*asked, *locks, fcntl.fcntl(shared, fcntl.F_GETFD)]

    assert filtered(work) == [*["PermissionError"] * 6, 1]


def test_no_descriptor_signals_another_process_when_it_is_ready() -> None:
    parent = os.getpid()

    def work() -> object:
        reading, _ = os.pipe()
        setown, setsig, setown_ex, fiosetown = 8, 10, 15, 0x8901
        asked = (("fcntl", setown, parent), ("fcntl", setsig, 9), ("fcntl", setown_ex, 0), ("ioctl", fiosetown, 0))
        return [refused(name, reading, command, argument) for name, command, argument in asked]

    assert filtered(work) == [True] * 4


def test_a_terminal_takes_no_pushed_characters(attempt: Attempt) -> None:
    tiocsti = 0x5412

    def work() -> object:
        _leader, follower = os.openpty()
        high_bits = tiocsti | 1 << 32  # the kernel drops them, and so must the filter
        return [attempt(lambda: fcntl.ioctl(follower, tiocsti, b"x")), refused("ioctl", follower, high_bits, 0)]

    assert filtered(work) == ["PermissionError", True]


def test_death_with_the_parent_and_closed_memory_cannot_be_undone() -> None:
    assert filtered(lambda: [refused("prctl", 1, 0), refused("prctl", PR_SET_DUMPABLE, 1)]) == [True, True]


def test_what_a_newer_kernel_adds_does_not_exist() -> None:
    libc = ctypes.CDLL(None, use_errno=True)

    def work() -> object:
        libc.syscall(LAST + 1, 0, 0)
        return os.strerror(ctypes.get_errno())

    assert filtered(work) == "Function not implemented"


@pytest.mark.skipif(machine() != "x86_64", reason="the second numbering is x86's")
def test_the_32_bit_door_kills() -> None:
    getpid_by_int_0x80 = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"

    def work() -> object:
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(getpid_by_int_0x80)
        return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()

    with pytest.raises(LayerUnavailable, match=r"died with status -"):
        filtered(work)


def test_with_fork_allowed_processes_run_and_only_local_streams_connect(attempt: Attempt) -> None:
    def work() -> object:
        child = os.fork()
        if not child:
            os._exit(7)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        families = (socket.AF_UNIX, socket.AF_INET, socket.AF_NETLINK)
        return [ended, *(attempt(lambda f=f: socket.socket(f)) for f in families), refused("unshare", 0x10000000)]

    assert filtered(work, allow_fork=True) == [7, "succeeded", "PermissionError", "PermissionError", True]


def test_with_exec_allowed_programs_run() -> None:
    def work() -> object:
        return subprocess.run(["/bin/echo", "ran"], capture_output=True, text=True, check=True).stdout

    assert filtered(work, allow_fork=True, allow_exec=True) == "ran\n"


def test_the_filter_is_small_and_stands_for_one_pid_only_where_it_means_to() -> None:
    program = seccomp.program()
    assert len(program) // 8 < 400
    places = [at for at in range(len(program)) if program[at : at + 4] == seccomp._OWN_PID_BYTES]
    assert places
    assert all(at % 8 == 4 for at in places)
