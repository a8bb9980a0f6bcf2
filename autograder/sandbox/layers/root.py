"""A new root folder that holds what is named and nothing else.

What is not mounted cannot be opened, listed or even asked for, and a folder below one that is closed to others
(an interpreter below /root, mode 700) stays reachable after root has become an ordinary user.
Source: open_tree(2), move_mount(2), mount_setattr(2), pivot_root(2). Needs Linux 5.12.
"""

import os
import stat
import struct
import sys
from collections.abc import Iterable, Sequence

from . import LayerUnavailable
from .syscalls import call

_AT_FDCWD, _EMPTY_PATH, _RECURSIVE = -100, 0x1000, 0x8000
_CLONE, _CLOEXEC, _FROM_EMPTY_PATH = 1, 0o2000000, 4
_READ_ONLY, _NO_SUID = 1, 2
_PRIVATE, _REC, _DETACH = 1 << 18, 1 << 14, 2
_SYSTEM = (
    *("/usr", "/lib", "/lib64", "/bin", "/proc", "/sys/devices/system/cpu"),
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
    *("/etc/ld.so.cache", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/localtime", "/etc/alternatives"),
)
#: Where a child writes. Its parent folder is what Landlock lets it write to: a rule on the folder itself would
#: hold for what lies under the private mount, and not for the mount.
SCRATCH = "/sandbox/tmp"
_REMEDY = "needs Linux 5.12 or later and the right to mount in the own namespace"


def interpreter() -> tuple[str, ...]:
    """Where this Python and its packages lie: the virtual environment and what it was made from."""
    return tuple(dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)))


def system() -> tuple[str, ...]:
    """What a Python program needs of the machine, as far as it is there, and no secrets."""
    return tuple(path for path in _SYSTEM if os.path.exists(path))


def narrow(visible: Sequence[str], *, read_only: bool = True) -> None:
    """In a mount namespace of one's own: the root holds `visible` at their own names and a place for the scratch.

    /tmp (unless something visible lies there) and /dev/shm lead to SCRATCH, so that one quota holds for all three.
    read_only: what is visible is read only and without set-uid programs, and so is the root.

    Raises: LayerUnavailable.
    """
    try:
        call("mount", b"none", b"/", None, _REC | _PRIVATE, None)
        # /proc stays writable: the map of a user namespace is written there.
        trees = [(path, _tree(path, read_only and path != "/proc")) for path in outermost(visible)]
        _build(trees)
        _enter(read_only)
    except OSError as error:
        raise LayerUnavailable.because("a root of one's own", error, _REMEDY) from error


def outermost(visible: Iterable[str]) -> list[str]:
    """Each path under its own and its real name, without those that lie below another."""
    names = {os.path.abspath(path) for path in visible} | {os.path.realpath(path) for path in visible}
    kept: list[str] = []
    for name in sorted(names):
        if not any(name == above or name.startswith(f"{above.rstrip('/')}/") for above in kept):
            kept.append(name)
    return kept


def _tree(path: str, read_only: bool) -> int:
    """A detached copy of all that is mounted at `path`, as a descriptor."""
    tree = call("open_tree", _AT_FDCWD, os.fsencode(path), _CLONE | _CLOEXEC | _RECURSIVE)
    if read_only:
        _set(tree, b"", _EMPTY_PATH | _RECURSIVE, _READ_ONLY | _NO_SUID)
    return tree


def _build(trees: list[tuple[str, int]]) -> None:
    """The trees and the scratch's place below a new tmpfs, which covers /tmp for the moment."""
    call("mount", b"tmpfs", b"/tmp", b"tmpfs", _NO_SUID, b"mode=755,size=1m")
    for path, tree in trees:
        target = f"/tmp{path}"
        _make_place(target, stat.S_ISDIR(os.fstat(tree).st_mode))
        call("move_mount", tree, b"", _AT_FDCWD, os.fsencode(target), _FROM_EMPTY_PATH)
        os.close(tree)
    for folder in (SCRATCH, "/dev"):
        _make_place(f"/tmp{folder}", folder=True)
    for name in ("/tmp", "/dev/shm"):
        if not os.path.lexists(f"/tmp{name}"):
            os.symlink(SCRATCH, f"/tmp{name}")


def _make_place(target: str, folder: bool) -> None:
    os.makedirs(target if folder else os.path.dirname(target), exist_ok=True)
    if not folder:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))


def _enter(read_only: bool) -> None:
    os.chdir("/tmp")
    call("pivot_root", b".", b".")
    call("umount2", b".", _DETACH)
    os.chdir("/")
    if read_only:
        _set(_AT_FDCWD, b"/", 0, _READ_ONLY)


def _set(place: int, path: bytes, flags: int, attributes: int) -> None:
    attribute = struct.pack("=4Q", attributes, 0, 0, 0)
    call("mount_setattr", place, path, flags, attribute, len(attribute))
