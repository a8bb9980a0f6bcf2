"""Hostile programs behind all layers: what they reach for, and what they get."""

import ctypes
import errno
import faulthandler
import os
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, canary, confine, landlock, namespaces, privileges, root
from autograder.sandbox.layers.confine import Confinement
from autograder.sandbox.layers.limits import Limits
from autograder.sandbox.layers.syscalls import call
from autograder.sandbox.layers.trial import trial

Work = Callable[[], object]
Attempt = Callable[[Work], str]
Under = Callable[..., object]
MB = 1 << 20
REFUSED = {"PermissionError", "FileNotFoundError", "ProcessLookupError", "OSError", "RuntimeError"}


def test_the_canary_gets_nowhere(under: Under, bait: canary.Bait, as_user: Callable[[Work], Work]) -> None:
    assert under(lambda: canary.escapes(bait), user=as_user) == []


def test_without_layers_the_canary_gets_everywhere(bait: canary.Bait) -> None:
    seen = set(trial(lambda: canary.escapes(bait)))  # type: ignore[call-overload]
    missed = {"trace the parent", "make a namespace", "store a key"}  # other settings of a machine may forbid these
    assert len(seen) >= 11
    assert {"read a file outside", "open a TCP connection", "signal the parent", "start a process"} <= seen | missed


@pytest.mark.parametrize("left_out", ["seccomp", "landlock"])
def test_the_canary_notices_a_missing_layer(
    left_out: str, bait: canary.Bait, confined: Callable[..., Work], layers: dict[str, object]
) -> None:
    names = confine.EVERY_LAYER - {"namespaces", "user", left_out}
    confinement = Confinement(read=confine.readable(), scratch=None, layers=names)
    assert trial(confined(lambda: canary.escapes(bait), confinement)) != []


def test_files_outside_are_out_of_reach_by_every_path(under: Under, folder: Path, attempt: Attempt, level: str) -> None:
    secret = folder / "secret"
    secret.write_text("secret")

    def work() -> object:
        attempts: list[Work] = [
            secret.read_text,
            lambda: os.listdir(folder),
            lambda: Path("/proc/self/root", str(secret)[1:]).read_text(),
            lambda: Path(f"/proc/self/cwd/../../{secret}").read_text(),
            lambda: Path("/proc/self/mem").read_bytes(),
            lambda: Path("/proc/1/environ").read_bytes(),
            lambda: os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR),
            lambda: os.link(secret, "here"),
            lambda: call("open_by_handle_at", -100, 0, 0),
            lambda: os.chroot("/"),
            lambda: os.truncate(secret, 0),
            lambda: os.rename(secret, folder / "other"),
            secret.unlink,
        ]
        if level == "A":
            os.symlink(secret, "link")
            attempts.append(Path("link").read_text)
        return sorted({attempt(one) for one in attempts} - REFUSED)

    assert under(work) == []
    assert secret.read_text() == "secret"


@pytest.mark.parametrize("change", [os.chmod, os.utime, os.setxattr, os.chown], ids=lambda f: f.__name__)
def test_what_landlock_does_not_watch_is_held_too(
    change: Callable[..., None], under: Under, folder: Path, as_user: Callable[[Work], Work], attempt: Attempt
) -> None:
    file = folder / "file"
    file.touch(mode=0o666)
    before = file.stat()
    arguments = {
        os.chmod: (0o777,),
        os.utime: ((0, 0),),
        os.setxattr: ("user.x", b"x"),
        os.chown: (os.getuid(), os.getgid()),
    }[change]
    assert under(lambda: attempt(lambda: change(file, *arguments)), user=as_user) in REFUSED
    assert (before.st_mode, before.st_mtime_ns, before.st_uid) == (
        file.stat().st_mode,
        file.stat().st_mtime_ns,
        file.stat().st_uid,
    )


def test_no_process_outside_is_signalled(under: Under, attempt: Attempt) -> None:
    outside, group = os.getpid(), os.getpgrp()
    victims = [outside, os.getppid(), -group, -1, 0]

    def work() -> object:
        kills: list[Work] = [lambda pid=pid: os.kill(pid, signal.SIGTERM) for pid in victims if pid != os.getpid()]
        kills += [
            lambda: os.killpg(group, signal.SIGTERM),
            lambda: call("tkill", outside, signal.SIGTERM),
            lambda: call("rt_sigqueueinfo", outside, signal.SIGTERM, 0),
            lambda: call("ptrace", 16, outside, 0, 0),
            lambda: call("process_vm_readv", outside, 0, 0, 0, 0, 0),
            lambda: call("pidfd_open", outside, 0),
        ]
        return sorted({attempt(one) for one in kills} - REFUSED)

    assert under(work) == []


def test_a_daemon_cannot_be_left_behind(under: Under, attempt: Attempt) -> None:
    def work() -> object:
        ways: list[Work] = [os.fork, os.forkpty, lambda: os.posix_spawn("/bin/true", ["true"], {}), os.setsid]
        return sorted({attempt(way) for way in ways} - REFUSED)

    assert under(work) == []


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, 40])
def test_no_packet_leaves(family: int, under: Under, attempt: Attempt) -> None:
    kinds = (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_RAW)
    assert (
        under(lambda: [attempt(lambda kind=kind: socket.socket(family, kind)) for kind in kinds])
        == [  # type: ignore[misc]
            "PermissionError"
        ]
        * 3
    )


def test_siblings_share_no_queue_key_lock_or_memory(under: Under, attempt: Attempt) -> None:
    def work() -> object:
        ways: list[Work] = [
            lambda: call("add_key", b"user", b"x", b"x", 1, -4),
            lambda: call("keyctl", 0, -3, 1),
            lambda: call("shmget", 1, 4096, 0o1666),
            lambda: call("msgget", 1, 0o1666),
            lambda: call("semget", 1, 1, 0o1666),
            lambda: call("mq_open", b"x", os.O_CREAT | os.O_RDWR, 0o666, 0),
            lambda: os.memfd_create("x"),
            lambda: call("memfd_secret", 0),
            lambda: call("flock", 0, 1),
            lambda: call("inotify_init1", 0),
        ]
        return [attempt(way) for way in ways]

    assert under(work) == ["PermissionError"] * 10


def test_the_rules_of_the_next_child_cannot_be_widened(under: Under) -> None:
    """The zygote's ruleset is one for all: its descriptor must not be there."""

    def work() -> object:
        rule = struct.pack("=Qi", 12, os.open("/usr", os.O_PATH))
        errors = set()
        for descriptor in range(64):
            try:
                call("landlock_add_rule", descriptor, 1, rule, 0)
                errors.add(0)
            except OSError as error:
                errors.add(error.errno or 0)
        return sorted(errors - {errno.EBADF, errno.EBADFD})

    assert under(work) == []


def test_memory_ends_in_an_exception_however_it_is_asked_for(under: Under, attempt: Attempt) -> None:
    def work() -> object:
        import mmap

        ways: list[Work] = [
            lambda: bytearray(512 * MB),
            lambda: mmap.mmap(-1, 512 * MB),
            lambda: mmap.mmap(-1, 512 * MB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS),
        ]
        return [attempt(way) for way in ways]

    assert under(work, limits=Limits(memory_bytes=128 * MB)) == ["MemoryError", "OSError", "OSError"]


def test_cpu_time_ends_in_a_kill_although_the_signal_is_ignored(under: Under) -> None:
    def work() -> object:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True:
            pass

    with pytest.raises(LayerUnavailable, match=r"died with status (137|-9)"):
        under(work, limits=Limits(cpu_seconds=1))


def test_limits_are_not_raised_again(under: Under, attempt: Attempt) -> None:
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

    def work() -> object:
        return [attempt(lambda kind=kind: resource.setrlimit(kind, unlimited)) for kind in kinds]  # type: ignore[misc]

    assert under(work) == ["ValueError"] * 4


def overflow(depth: int = 0) -> int:
    sys.setrecursionlimit(10**9)
    return max([depth], key=lambda _: overflow(depth + 1))


@pytest.mark.parametrize("crash", [overflow, lambda: ctypes.string_at(0), os.abort])
def test_a_crash_ends_the_child_alone(crash: Work, under: Under) -> None:
    with pytest.raises(LayerUnavailable, match=r"died with status"):
        under(lambda: (faulthandler.disable(), crash()))


def test_no_capability_is_left(under: Under, level: str, as_user: Callable[[Work], Work]) -> None:
    def work() -> object:
        sets = ctypes.create_string_buffer(24)
        call("capget", struct.pack("=Ii", 0x20080522, 0), ctypes.addressof(sets))
        return [sum(sets.raw), call("prctl", 39, 0, 0, 0, 0), call("prctl", 23, 21, 0, 0, 0)]

    # Who has no right to empty the bounding set has nothing that it could bound.
    bounding = 0 if level == "A" or trial(as_user(privileges.may_strip)) else 1
    assert under(work, user=as_user) == [0, 1, bounding]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to become")
def test_root_that_may_make_no_user_namespace_still_confines_fully(
    confined: Callable[..., Work], bait: canary.Bait, without_user_namespaces: Callable[[Work], Work]
) -> None:
    confinement = Confinement(read=confine.readable())
    work = confined(lambda: [os.getuid() > 0, os.getpid(), canary.escapes(bait)], confinement)
    assert trial(without_user_namespaces(work)) == [True, 1, []]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to become")
def test_without_namespaces_root_makes_each_child_another_user(
    confined: Callable[..., Work], bait: canary.Bait, code: str
) -> None:
    """Where the interpreter is readable by everybody; here it is made so."""

    def work() -> object:
        namespaces.unshare(namespaces.NEWNS)
        root.narrow([*root.system(), *root.interpreter(), code], read_only=False)
        confinement = Confinement(
            read=confine.readable(code), scratch=None, layers=confine.EVERY_LAYER - {"namespaces"}
        )
        return confined(lambda: [os.getuid() > 10**9, canary.escapes(bait)], confinement)()

    assert trial(work) == [True, []]


@pytest.mark.usefixtures("level_a")
def test_one_childs_threads_are_not_counted_with_anothers(zygote: Callable[..., Work], attempt: Attempt) -> None:
    """A bomb of threads in one leaves the other able to start its own."""

    def start(count: int) -> int:
        forever = threading.Event()
        threading.stack_size(65536)
        started = 0
        try:
            for _ in range(count):
                threading.Thread(target=forever.wait, daemon=True).start()
                started += 1
        except RuntimeError:
            return started
        return started

    def work(own: int) -> object:
        confinement = Confinement(read=confine.readable(), limits=Limits(processes=20))
        prepared = confine.prepare(confinement, confine.program_for(confinement))
        reading, writing = os.pipe()
        counts = []
        for wanted in (100, 10):
            if not namespaces.fork_into_pid_namespace(own):
                confine.confine(prepared)
                os.write(writing, bytes([start(wanted)]))
                signal.pause()
            counts.append(os.read(reading, 1)[0])
        return counts

    assert trial(zygote(work), 20) == [19, 10]


@pytest.mark.usefixtures("level_a")
def test_a_thousand_writers_fill_only_their_own_scratch(zygote: Callable[..., Work]) -> None:
    def work(own: int) -> object:
        confinement = Confinement(read=confine.readable(), scratch_bytes=MB)
        prepared = confine.prepare(confinement, confine.program_for(confinement))
        for _ in range(50):
            child = namespaces.fork_into_pid_namespace(own)
            if not child:
                confine.confine(prepared)
                if os.listdir("."):
                    os._exit(1)
                Path("file").write_bytes(bytes(MB // 2))
                os._exit(0)
            if os.waitpid(child, 0)[1]:
                return "a scratch was not its own"
        return len(os.listdir("/proc/self/fd"))

    assert trial(zygote(work), 30) == trial(zygote(work_of_one), 30)


def work_of_one(own: int) -> object:
    confine.prepare(Confinement(read=confine.readable(), scratch_bytes=MB), b"")
    return len(os.listdir("/proc/self/fd"))


def test_a_layer_that_fails_leaves_no_half_confined_child_running(confined: Callable[..., Work]) -> None:
    confinement = Confinement(read=confine.readable(), scratch="/nowhere", layers=confine.EVERY_LAYER - {"namespaces"})
    with pytest.raises(LayerUnavailable, match=r"confinement: No such file .* run `autograder doctor`"):
        trial(confined(lambda: "ran", confinement))


def test_landlock_lets_the_child_write_its_scratch_and_nothing_beside_it(
    folder: Path, confined: Callable[..., Work], attempt: Attempt
) -> None:
    """Level B with a folder for each submission."""
    for name in ("mine", "yours"):
        (folder / name).mkdir()
    landlock.abi()
    names = confine.EVERY_LAYER - {"namespaces", "user"}
    confinement = Confinement(read=confine.readable(), scratch=str(folder / "mine"), layers=names)

    def work() -> object:
        return [attempt(lambda name=name: Path(folder, name, "x").touch()) for name in ("mine", "yours")]  # type: ignore[misc]

    assert trial(confined(work, confinement)) == ["succeeded", "PermissionError"]


def test_processes_are_allowed_only_where_something_ends_them() -> None:
    with pytest.raises(ValueError, match="allow_fork needs the layer `namespaces`"):
        confine.program_for(Confinement(read=(), layers=confine.EVERY_LAYER - {"namespaces"}), allow_fork=True)
