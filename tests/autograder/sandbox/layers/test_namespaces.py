"""The zygote's nest and what its children see of the machine, of each other and of it."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, limits, namespaces, privileges, root
from autograder.sandbox.layers.root import SCRATCH
from autograder.sandbox.layers.syscalls import perform
from autograder.sandbox.layers.trial import trial

Work = Callable[[], object]
Attempt = Callable[[Work], str]
Zygote = Callable[..., Work]
MB = 1 << 20

pytestmark = pytest.mark.usefixtures("level_a")


def child(own: int, work: Work) -> int:
    """A child of the zygote that hides and then does its work; its pid."""
    pid = namespaces.fork_into_pid_namespace(own)
    if pid:
        return pid
    perform(namespaces.hiding(MB))
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


def told(own: int, work: Work) -> str:
    """What the work in a hidden child writes as text."""
    reading, writing = os.pipe()
    pid = child(own, lambda: os.write(writing, str(work()).encode()))
    os.close(writing)
    with open(reading) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return text


def test_the_zygote_is_process_1_an_ordinary_user_and_without_network(
    zygote: Zygote, as_user: Callable[[Work], Work]
) -> None:
    def work(own: int) -> object:
        return [os.getpid(), os.getuid(), [name for _, name in socket.if_nameindex()]]

    assert trial(as_user(zygote(work))) == [1, 65534, ["lo"]]


def test_the_root_holds_what_was_named_and_nothing_else(
    zygote: Zygote, as_user: Callable[[Work], Work], folder: Path, attempt: Attempt
) -> None:
    (folder / "seen").mkdir()
    (folder / "seen" / "file").write_text("text")
    (folder / "unseen").write_text("text")

    def work(own: int) -> object:
        return [
            (folder / "seen" / "file").read_text(),
            os.listdir(folder),
            attempt((folder / "seen" / "new").touch),
            attempt(lambda: Path("/new").touch()),
            [name for name in ("/home", "/var", "/boot", "/etc/shadow", "/sys/kernel") if os.path.exists(name)],
        ]

    assert trial(as_user(zygote(work, str(folder / "seen")))) == ["text", ["seen"], "OSError", "OSError", []]


def test_an_interpreter_below_a_closed_folder_still_imports(zygote: Zygote) -> None:
    assert trial(zygote(lambda own: __import__("sqlite3").__name__)) == "sqlite3"


def test_a_path_through_a_link_is_visible_under_both_names(zygote: Zygote, folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "file").write_text("text")
    (folder / "link").symlink_to("real")
    work = zygote(lambda own: [(folder / name / "file").read_text() for name in ("link", "real")], str(folder / "link"))
    assert trial(work) == ["text", "text"]


@pytest.mark.usefixtures("free_tmp")
def test_each_child_is_process_1_and_starts_with_an_empty_scratch_and_no_proc(
    zygote: Zygote, as_user: Callable[[Work], Work]
) -> None:
    def look() -> object:
        folders = [os.listdir(name) for name in ("/proc", "/tmp", SCRATCH, "/dev/shm")]
        Path("/tmp/mine").write_text("mine")
        return [os.getpid(), os.getppid(), *folders, os.listdir("/dev/shm")]

    seen = "[1, 0, [], [], [], [], ['mine']]"
    assert trial(as_user(zygote(lambda own: [told(own, look), told(own, look)]))) == [seen, seen]


@pytest.mark.usefixtures("free_tmp")
def test_two_children_alive_together_see_nothing_of_each_other(zygote: Zygote) -> None:
    def work(own: int) -> object:
        reading, writing = os.pipe()

        def first() -> None:
            Path("/tmp/secret").write_text("secret")
            os.write(writing, b"written")
            signal.pause()

        pid = child(own, first)
        os.read(reading, 7)
        seen = told(own, lambda: os.listdir("/tmp"))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return seen

    assert trial(zygote(work)) == "[]"


def test_after_a_child_the_zygote_forks_and_threads_as_before(zygote: Zygote) -> None:
    def work(own: int) -> object:
        for _ in range(3):
            told(own, os.getpid)
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
        return len(os.listdir("/proc/self/fd"))

    assert trial(zygote(work)) == trial(zygote(lambda own: (told(own, os.getpid), len(os.listdir("/proc/self/fd")))[1]))


def test_when_a_child_ends_all_that_it_started_ends(zygote: Zygote) -> None:
    """Double forks, new sessions and ignored signals included: the pipe ends when its last writer does."""

    def work(own: int) -> object:
        reading, writing = os.pipe()

        def daemons() -> None:
            for _ in range(5):
                if not os.fork():
                    os.setsid()
                    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                        signal.signal(number, signal.SIG_IGN)
                    if not os.fork():
                        os.write(writing, b"x")
                    time.sleep(60)
            while os.fstat(writing) and waiting() < 5:
                time.sleep(0.01)

        def waiting() -> int:
            import array
            import fcntl
            import termios

            count = array.array("i", [0])
            fcntl.ioctl(reading, termios.FIONREAD, count)
            return count[0]

        pid = child(own, daemons)
        os.close(writing)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with open(reading, "rb") as pipe:
            return [ended, len(pipe.read())]

    assert trial(zygote(work), 20) == [0, 5]


@pytest.mark.usefixtures("free_tmp")
def test_the_scratch_holds_its_size_and_no_more(zygote: Zygote, attempt: Attempt) -> None:
    def work(own: int) -> object:
        def fill() -> object:
            many = attempt(lambda: [Path(f"/tmp/{number}").touch() for number in range(10000)])
            for number in range(10000):
                Path(f"/tmp/{number}").unlink(missing_ok=True)
            return [
                attempt(lambda: Path("/tmp/file").write_bytes(bytes(MB // 2))),
                many,
                attempt(lambda: Path("/dev/shm/other").write_bytes(bytes(MB))),
            ]

        return told(own, fill)

    assert trial(zygote(work)) == "['succeeded', 'OSError', 'OSError']"


def test_killing_what_stayed_outside_kills_the_zygote_and_its_children(zygote: Zygote) -> None:
    reading, writing = os.pipe()

    def work(own: int) -> object:
        child(own, lambda: (os.write(writing, b"x"), signal.pause()))
        signal.pause()
        return None

    outside = os.fork()
    if not outside:
        os.close(reading)
        zygote(work)()
    os.close(writing)
    os.read(reading, 1)
    os.kill(outside, signal.SIGKILL)
    os.waitpid(outside, 0)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b""  # ends when the last of them has


def test_the_zygotes_exit_status_comes_through(zygote: Zygote) -> None:
    outside = os.fork()
    if not outside:
        zygote(lambda own: os._exit(97))()
    assert os.waitstatus_to_exitcode(os.waitpid(outside, 0)[1]) == 97


def test_what_stayed_outside_keeps_no_descriptor_open(zygote: Zygote) -> None:
    """Else a reader would never see the end of a pipe that the zygote closed."""
    reading, writing = os.pipe()
    outside = os.fork()
    if not outside:
        zygote(lambda own: (os.close(writing), signal.pause()))()
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b""
    os.kill(outside, signal.SIGKILL)
    os.waitpid(outside, 0)


def test_a_tmpfs_and_an_emptied_folder_can_be_laid_over_any_other(folder: Path, attempt: Attempt) -> None:
    (folder / "file").touch()

    def work() -> object:
        uid, gid = os.geteuid(), os.getegid()
        namespaces.unshare(namespaces.NEWUSER | namespaces.NEWNS)
        namespaces.map_ids(uid, gid)
        namespaces.tmpfs(str(folder), MB)
        seen = os.listdir(folder)
        (folder / "new").touch()
        namespaces.empty(str(folder))
        return [seen, os.listdir(folder), attempt((folder / "new").touch)]

    assert trial(work) == [[], [], "OSError"]
    assert os.listdir(folder) == ["file"]


def test_a_refused_namespace_says_what_would_help(ordinary: Callable[[Work], Work]) -> None:
    with pytest.raises(LayerUnavailable, match=r"namespaces: unshare: Operation not permitted \(errno 1\); needs user"):
        trial(ordinary(lambda: namespaces.unshare(namespaces.NEWNS)))


@pytest.mark.usefixtures("free_tmp")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make root of a container")
def test_root_nests_even_where_user_namespaces_are_forbidden(
    zygote: Zygote, without_user_namespaces: Callable[[Work], Work]
) -> None:
    def work(own: int) -> object:
        return [os.getpid(), os.geteuid(), told(own, lambda: [os.getpid(), os.listdir("/proc"), os.listdir("/tmp")])]

    assert trial(without_user_namespaces(zygote(work))) == [1, 0, "[1, [], []]"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the user of a container")
def test_an_ordinary_user_without_user_namespaces_is_told_so(
    zygote: Zygote, without_user_namespaces: Callable[[Work], Work]
) -> None:
    def work() -> object:
        privileges.become(20000)
        return zygote(lambda own: "nested")()

    with pytest.raises(LayerUnavailable, match=r"namespaces: unshare: .*user.max_user_namespaces"):
        trial(without_user_namespaces(work))


def test_paths_below_others_are_mounted_once(folder: Path) -> None:
    assert root.outermost(["/usr/lib", "/usr", "/usrlocal", "/usr/"]) == ["/usr", "/usrlocal"]


def test_the_interpreter_is_all_of_where_python_lies() -> None:
    assert {sys.prefix, sys.base_prefix} <= set(root.interpreter())


def test_a_descriptor_of_a_process_kills_it_and_tells_its_end() -> None:
    pid = os.fork()
    if not pid:
        signal.pause()
    handle = os.pidfd_open(pid)
    assert not limits.ended(handle, 0)
    limits.kill(handle)
    assert limits.ended(handle, 10)
    os.waitpid(pid, 0)
    limits.kill(handle)
    os.close(handle)
