"""Control groups, where they are writable: memory and process counts of a child with all its descendants.

Version 2 with the memory and pids controllers handed down, or version 1's two hierarchies. Called by the trusted
side, which stays outside. Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from . import LayerUnavailable
from .syscalls import SIGKILL

_REMEDY = "needs root, or a delegated group (systemd-run --user --scope -p Delegate=yes)"
_TRUSTED = "trusted"


@dataclass(frozen=True)
class Group:
    """A control group of ours: one folder (version 2), or one for memory and one for process counts (version 1)."""

    folders: tuple[Path, ...]
    version: int


def make_room() -> None:
    """Version 2 only: hand memory and pids down from our own group, which must be ours alone.

    A group that has groups below it may hold no process itself, so this one moves to a group "trusted" beside those
    to come. Raises: LayerUnavailable.
    """
    version, (own, *_) = _parents()
    control = own / "cgroup.subtree_control"
    try:
        if version == 1 or {"memory", "pids"} <= set(control.read_text().split()):
            return
        (own / _TRUSTED).mkdir(exist_ok=True)
        (own / _TRUSTED / "cgroup.procs").write_text(str(os.getpid()))
        control.write_text("+memory +pids")
    except OSError as error:
        raise LayerUnavailable.because("control groups", error, _REMEDY) from error


def create(name: str, memory_bytes: int, processes: int) -> Group:
    """A new group below our own (with version 2 after `make_room`). Raises: LayerUnavailable, and then nothing of it is left."""
    version, parents = _parents()
    group = Group(tuple(dict.fromkeys(parent / name for parent in parents)), version)
    try:
        for folder in group.folders:
            folder.mkdir()
        _limit(group, memory_bytes, processes)
    except OSError as error:
        remove(group)
        raise LayerUnavailable.because("control groups", error, _REMEDY) from error
    return group


def attach(group: Group, pid: int) -> None:
    """Put a process into the group. Raises: OSError if it is gone."""
    for folder in group.folders:
        (folder / "cgroup.procs").write_text(str(pid))


def kill(group: Group) -> None:
    """SIGKILL to everything in the group."""
    switch = group.folders[0] / "cgroup.kill"
    if switch.exists():
        switch.write_text("1")
        return
    for _ in range(100):  # what forks meanwhile is met in the next round; the limit of processes ends that
        for pid in (group.folders[0] / "cgroup.procs").read_text().split():
            _kill(int(pid))


def ran_out_of_memory(group: Group) -> bool:
    """Whether the kernel killed something in the group for its memory."""
    file = group.folders[0] / ("memory.events" if group.version == 2 else "memory.oom_control")
    rows = dict(line.split() for line in file.read_text().splitlines())
    return int(rows.get("oom_kill", 0)) > 0


def remove(group: Group) -> None:
    """Take the group away; it must be empty. What is not there is no error."""
    for folder in group.folders:
        if folder.exists():
            folder.rmdir()


def _parents() -> tuple[int, list[Path]]:
    """The folders of our own groups, by what /proc says of them."""
    try:
        rows = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError as error:
        raise LayerUnavailable.because("control groups", error, "needs /proc") from error
    own = {controller: path for _, controllers, path in rows for controller in controllers.split(",")}
    if "memory" in own and "pids" in own:
        return 1, [_folder(kind, own[kind]) for kind in ("memory", "pids")]
    return 2, [_folder("", own.get("", "/").removesuffix(f"/{_TRUSTED}"))]


def _folder(hierarchy: str, path: str) -> Path:
    return Path("/sys/fs/cgroup", hierarchy, path.lstrip("/"))


def _limit(group: Group, memory_bytes: int, processes: int) -> None:
    memory = "memory.max" if group.version == 2 else "memory.limit_in_bytes"
    (group.folders[0] / memory).write_text(str(memory_bytes))
    (group.folders[-1] / "pids.max").write_text(str(processes))
    swap = group.folders[0] / ("memory.swap.max" if group.version == 2 else "memory.memsw.limit_in_bytes")
    if swap.exists():
        swap.write_text("0" if group.version == 2 else str(memory_bytes))


def _kill(pid: int) -> None:
    try:
        os.kill(pid, SIGKILL)
    except ProcessLookupError:
        return
