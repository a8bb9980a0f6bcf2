"""Control groups, where this machine lets us write them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, cgroups

MB = 1 << 20


@pytest.fixture
def group() -> Iterator[cgroups.Group]:
    try:
        made = cgroups.create(f"autograder-test-{os.getpid()}", 64 * MB, 8)
    except LayerUnavailable as error:
        pytest.skip(str(error))
    yield made
    if made.folders[0].exists():
        cgroups.kill(made)
    cgroups.remove(made)


def waiting_child(work: bytes = b"") -> tuple[int, int]:
    """A child that does its work once it is told to: its pid, and the pipe to tell it."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.read(reading, 1)
        held = bytearray(256 * MB) if work == b"memory" else bytearray()
        held[::4096] = b"x" * len(held[::4096])
        signal.pause()
    os.close(reading)
    return pid, writing


def test_memory_beyond_the_limit_ends_the_child_and_is_told(group: cgroups.Group) -> None:
    pid, go = waiting_child(b"memory")
    cgroups.attach(group, pid)
    assert not cgroups.ran_out_of_memory(group)
    os.write(go, b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert cgroups.ran_out_of_memory(group)
    os.close(go)


def test_everything_in_the_group_is_killed_at_once(group: cgroups.Group) -> None:
    children = [waiting_child() for _ in range(3)]
    for pid, _ in children:
        cgroups.attach(group, pid)
    cgroups.kill(group)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid, _ in children] == [-signal.SIGKILL] * 3
    for _, go in children:
        os.close(go)


def test_a_group_leaves_nothing_behind(group: cgroups.Group) -> None:
    cgroups.remove(group)
    assert not any(folder.exists() for folder in group.folders)


def test_a_group_that_cannot_be_made_says_what_would_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "_parents", lambda: (2, [tmp_path / "missing"]))
    with pytest.raises(LayerUnavailable, match=r"control groups: No such file .*systemd-run --user"):
        cgroups.create("x", MB, 1)


def test_a_group_that_takes_no_limits_is_taken_away_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "_parents", lambda: (2, [tmp_path]))
    monkeypatch.setattr(cgroups, "_limit", refuse)
    with pytest.raises(LayerUnavailable, match="control groups: Permission denied"):
        cgroups.create("x", MB, 1)
    assert list(tmp_path.iterdir()) == []


def refuse(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize(
    ("listing", "version", "folders"),
    [
        ("0::/user.slice/x.scope\n", 2, ["/sys/fs/cgroup/user.slice/x.scope"]),
        ("0::/user.slice/x.scope/trusted\n", 2, ["/sys/fs/cgroup/user.slice/x.scope"]),
        ("5:memory:/a\n3:pids,cpu:/b\n0::/\n", 1, ["/sys/fs/cgroup/memory/a", "/sys/fs/cgroup/pids/b"]),
    ],
)
def test_the_own_group_is_read_from_proc(
    listing: str, version: int, folders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self: listing)
    assert cgroups._parents() == (version, [Path(folder) for folder in folders])


def test_room_is_made_by_moving_aside_and_handing_the_controllers_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = tmp_path / "cgroup.subtree_control"
    control.write_text("")
    monkeypatch.setattr(cgroups, "_parents", lambda: (2, [tmp_path]))
    cgroups.make_room()
    assert control.read_text() == "+memory +pids"
    assert (tmp_path / "trusted" / "cgroup.procs").read_text() == str(os.getpid())


def test_no_room_is_made_where_there_is_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids\n")
    monkeypatch.setattr(cgroups, "_parents", lambda: (2, [tmp_path]))
    cgroups.make_room()
    assert not (tmp_path / "trusted").exists()
