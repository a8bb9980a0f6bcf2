"""Landlock alone: what is readable, writable, and neither."""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, landlock
from autograder.sandbox.layers.syscalls import call, perform
from autograder.sandbox.layers.trial import trial

Attempt = Callable[[Callable[[], object]], str]


@pytest.fixture(autouse=True)
def _landlock_works() -> None:
    try:
        landlock.abi()
    except LayerUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture
def tree(folder: Path) -> Path:
    """in/ and out/, each with a file, and a link from the one to the other's file."""
    for name in ("in", "out"):
        (folder / name).mkdir()
        (folder / name / "file").write_text(name)
    (folder / "in" / "link").symlink_to(folder / "out" / "file")
    return folder


def test_what_is_allowed_is_read_and_the_rest_is_not(
    tree: Path, attempt: Attempt, as_user: Callable[[Callable[[], object]], Callable[[], object]]
) -> None:
    def work() -> object:
        landlock.restrict((str(tree / "in"),))
        paths = ("in/file", "out/file", "in/link", "in/../out/file")
        return [attempt((tree / path).read_text) for path in paths]

    assert trial(as_user(work)) == ["succeeded", "PermissionError", "PermissionError", "PermissionError"]


def test_what_may_be_read_may_not_be_changed(tree: Path, attempt: Attempt) -> None:
    file = tree / "in" / "file"

    def work() -> object:
        landlock.restrict((str(tree / "in"),))
        attempts = (
            lambda: file.write_text("x"),
            lambda: os.truncate(file, 0),
            file.unlink,
            lambda: file.rename(tree / "in" / "other"),
            (tree / "in" / "folder").mkdir,
            lambda: (tree / "in" / "soft").symlink_to("x"),
        )
        return [attempt(one) for one in attempts]

    assert trial(work) == ["PermissionError"] * 6
    assert file.read_text() == "in"


def test_what_may_be_written_may_be_made_changed_moved_and_removed(tree: Path) -> None:
    def work() -> object:
        landlock.restrict((), (str(tree / "in"),))
        (tree / "in" / "a" / "b").mkdir(parents=True)
        (tree / "in" / "a" / "b" / "new").write_text("new")
        (tree / "in" / "a" / "b" / "new").rename(tree / "in" / "moved")
        (tree / "in" / "file").unlink()
        return (tree / "in" / "moved").read_text()

    assert trial(work) == "new"


def test_devices_cannot_be_made_even_where_one_may_write(tree: Path, attempt: Attempt) -> None:
    def work() -> object:
        landlock.restrict((), (str(tree / "in"),))
        return attempt(lambda: os.mknod(tree / "in" / "null", 0o020666, os.makedev(1, 3)))

    assert trial(work) == "PermissionError"


def test_a_single_file_may_be_allowed_and_a_missing_path_is_skipped(tree: Path, attempt: Attempt) -> None:
    def work() -> object:
        landlock.restrict((str(tree / "in" / "file"), str(tree / "missing"), str(tree / "in" / "file" / "below")))
        return [attempt((tree / "in" / "file").read_text), attempt(lambda: os.listdir(tree / "in"))]

    assert trial(work) == ["succeeded", "PermissionError"]


def test_a_second_restriction_widens_nothing(tree: Path, attempt: Attempt) -> None:
    def work() -> object:
        landlock.restrict((str(tree / "in"),))
        landlock.restrict((str(tree),))
        return attempt((tree / "out" / "file").read_text)

    assert trial(work) == "PermissionError"


def test_a_folder_opened_before_leads_nowhere(tree: Path, attempt: Attempt) -> None:
    def work() -> object:
        place = os.open(tree / "out", os.O_RDONLY)
        landlock.restrict((str(tree / "in"),))
        return attempt(lambda: os.open("file", os.O_RDONLY, dir_fd=place))

    assert trial(work) == "PermissionError"


def test_programs_run_only_where_execution_is_allowed(attempt: Attempt) -> None:
    def work(execute: tuple[str, ...]) -> object:
        landlock.restrict(("/usr", "/lib", "/lib64", "/etc"), ("/dev/null",), execute=execute)
        return attempt(lambda: subprocess.run(["/usr/bin/true"], check=True))

    assert trial(lambda: work(())) == "PermissionError"
    assert trial(lambda: work(("/usr", "/lib", "/lib64"))) == "succeeded"


def test_prepared_rules_hold_in_every_process_that_puts_them_on_and_none_can_add_to_them(
    tree: Path, attempt: Attempt
) -> None:
    rules = landlock.ruleset((str(tree / "in"),))

    def work() -> object:
        perform(landlock.enforcing(rules))
        added = attempt(lambda: call("landlock_add_rule", rules, 1, b"", 0))
        return [added, attempt((tree / "in" / "file").read_text), attempt((tree / "out" / "file").read_text)]

    try:
        assert trial(work) == trial(work) == ["OSError", "succeeded", "PermissionError"]
    finally:
        os.close(rules)


def test_tcp_is_refused(attempt: Attempt) -> None:
    if landlock.abi() < 4:
        pytest.skip("this kernel's Landlock knows no TCP (needs Linux 6.7)")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def work() -> object:
            landlock.restrict(())
            connect = attempt(lambda: socket.create_connection(address, timeout=5))
            return [connect, attempt(lambda: socket.create_server(("127.0.0.1", 0)))]

        assert trial(work) == ["PermissionError"] * 2


def test_neither_a_signal_nor_an_abstract_socket_leads_out(attempt: Attempt) -> None:
    if landlock.abi() < 6:
        pytest.skip("this kernel's Landlock knows no scopes (needs Linux 6.12)")
    name, parent = f"\0landlock-{os.getpid()}", os.getpid()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()

        def work() -> object:
            landlock.restrict(())
            client = socket.socket(socket.AF_UNIX)
            return [attempt(lambda: client.connect(name)), attempt(lambda: os.kill(parent, 0))]

        assert trial(work) == ["PermissionError"] * 2


@pytest.mark.parametrize("claimed", [1, 2, 3, 4, 5, 6])
def test_older_kernels_get_what_they_know(claimed: int, tree: Path, attempt: Attempt) -> None:
    if landlock.abi() < claimed:
        pytest.skip(f"this kernel knows ABI {landlock.abi()}")

    def work() -> object:
        perform(landlock.enforcing(landlock.ruleset((str(tree / "in"),), version=claimed)))
        return [attempt((tree / "in" / "file").read_text), attempt((tree / "out" / "file").read_text)]

    assert trial(work) == ["succeeded", "PermissionError"]


def test_a_claim_that_the_kernel_does_not_keep_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {version: version <= 3 for version in range(1, 7)}
    monkeypatch.setattr(landlock, "_claimed", lambda: 6)
    monkeypatch.setattr(landlock, "_takes", taken.__getitem__)
    assert landlock.abi() == 3
