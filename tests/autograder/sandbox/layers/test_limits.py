"""Limits one by one, and what is left of a process's rights."""

import errno
import os
import resource
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, limits, namespaces, privileges
from autograder.sandbox.layers.limits import Limits
from autograder.sandbox.layers.syscalls import perform
from autograder.sandbox.layers.trial import trial

Work = Callable[[], object]
Attempt = Callable[[Work], str]
MB = 1 << 20


def limited(work: Work, **bounds: int | None) -> object:
    def inside() -> object:
        perform(limits.limiting(Limits(**{"processes": None, **bounds}), limits.address_space()))
        return work()

    return trial(inside, 20)


def test_memory_counts_from_what_the_process_has_already(attempt: Attempt) -> None:
    def work() -> object:
        return [attempt(lambda: bytearray(64 * MB)), attempt(lambda: bytearray(512 * MB))]

    assert limited(work, memory_bytes=256 * MB) == ["succeeded", "MemoryError"]


def test_a_file_grows_no_larger() -> None:
    def work() -> object:
        with tempfile.TemporaryFile() as file:
            try:
                file.write(bytes(2 * MB))
                file.flush()
            except OSError as error:
                return error.errno
        return None

    assert limited(work, file_bytes=MB) == errno.EFBIG


def test_descriptors_run_out() -> None:
    def work() -> object:
        try:
            return [os.dup(0) for _ in range(100)]
        except OSError as error:
            return error.errno

    assert limited(work, open_files=32) == errno.EMFILE


def test_an_ordinary_users_threads_run_out(ordinary: Callable[[Work], Work]) -> None:
    def work() -> object:
        started = threading.Event()
        perform(limits.limiting(Limits(processes=limits.tasks_of_user() + 8), limits.address_space()))
        count = 0
        try:
            while count < 100:
                threading.Thread(target=started.wait, daemon=True).start()
                count += 1
        except RuntimeError:
            return count
        return count

    assert trial(ordinary(work)) == 8


def test_no_core_file_no_locked_memory_no_message_queue() -> None:
    kinds = (resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, 12)
    assert limited(lambda: [resource.getrlimit(kind) for kind in kinds]) == [[0, 0]] * 3


def test_a_stricter_limit_from_outside_stays() -> None:
    def work() -> object:
        present = limits.address_space()  # it opens a file, and this process may have 16 open already
        resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
        perform(limits.limiting(Limits(open_files=1000, processes=None), present))
        return resource.getrlimit(resource.RLIMIT_NOFILE)

    assert trial(work) == [16, 16]


def test_without_proc_the_memory_limit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr("builtins.open", missing)
    with pytest.raises(LayerUnavailable, match=r"the memory limit: No such file .* needs /proc"):
        limits.address_space()


def test_a_process_alone_has_a_group_of_its_own_and_dies_with_its_parent() -> None:
    reading, writing = os.pipe()

    def parent() -> object:
        if not os.fork():
            perform(limits.being_alone())
            os.write(writing, b"1" if os.getpgrp() == os.getpid() else b"0")
            signal.pause()
        os.read(reading, 1)
        return None  # the helper ends, and with it its child

    trial(parent)
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b""


def capabilities() -> dict[str, int]:
    rows = [line.split(":") for line in Path("/proc/self/status").read_text().splitlines()]
    return {name: int(value, 16) for name, value in rows if name.startswith("Cap")}


def test_no_capability_is_left_in_any_set(as_user: Callable[[Work], Work]) -> None:
    def work() -> object:
        own = (namespaces.NEWUSER | namespaces.NEWNS) if os.geteuid() else 0
        if own:
            namespaces.unshare(own)
        perform((*privileges.stripping(), *privileges.dropping()))
        return capabilities()

    assert trial(as_user(work)) == {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to become")
def test_root_becomes_another_user_in_every_id_and_group() -> None:
    def work() -> object:
        others = privileges.other_uids()
        privileges.become_other(others)
        same = len({*os.getresuid(), *os.getresgid()}) == 1
        return [same, os.getuid() in others, os.getgroups(), capabilities()["CapEff"]]

    assert trial(work) == [True, True, [], 0]


def test_an_ordinary_user_has_nobody_else_to_become(ordinary: Callable[[Work], Work]) -> None:
    assert trial(ordinary(lambda: len(privileges.other_uids()))) == 0


def test_becoming_another_without_the_right_says_so(ordinary: Callable[[Work], Work]) -> None:
    with pytest.raises(LayerUnavailable, match=r"becoming uid 5: setgroups: .* needs CAP_SETUID and CAP_SETGID"):
        trial(ordinary(lambda: privileges.become(5)))


def test_only_some_processes_may_strip(ordinary: Callable[[Work], Work]) -> None:
    assert trial(ordinary(privileges.may_strip)) is False
    if os.geteuid() == 0:
        assert trial(privileges.may_strip) is True


def test_only_the_descriptors_one_keeps_stay_open(attempt: Attempt) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        limits.keep_only([writing])
        closed = [attempt(lambda fd=fd: os.fstat(fd)) for fd in range(256) if fd != writing]  # type: ignore[misc]
        os.write(writing, " ".join(sorted(set(closed))).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as pipe:
        assert pipe.read() == "OSError"


def test_the_standard_streams_can_be_kept() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        limits.keep_only([0, 1, 2, writing])
        os.write(writing, b"still here")
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as pipe:
        assert pipe.read() == "still here"
