"""Namespaces: own process table, mounts, IPC, host name and network, as root, as an ordinary user, inside bwrap.

The zygote calls `nest` once; each child is made by `fork_into_pid_namespace` and then makes the calls of `hiding`.
Source: user_namespaces(7), pid_namespaces(7), mount_namespaces(7).
"""

import os
from collections.abc import Sequence

from . import LayerUnavailable, privileges
from .root import SCRATCH, narrow
from .syscalls import PR_SET_PDEATHSIG, SIGKILL, Call, call, machine, perform, prctl, ready

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000

_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC, _BIND = 1, 2, 4, 8, 1 << 12
_REMEDY = (
    "needs user namespaces: sysctl user.max_user_namespaces above 0, on Debian kernel.unprivileged_userns_clone=1, on "
    "Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; in Docker --security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined"
)
_APART = NEWNS | NEWPID | NEWIPC | NEWUTS | NEWNET


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` (NEWNS, NEWPID, ...) for new ones. Raises: LayerUnavailable."""
    _perform(ready("unshare", flags))


def map_ids(outside_uid: int, outside_gid: int, inside: int = privileges.NOBODY) -> None:
    """Inside the user namespace just made, be the user `inside`; everybody else is the overflow user."""
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{inside} {outside_uid} 1")
    _write("/proc/self/gid_map", f"{inside} {outside_gid} 1")


def tmpfs(target: str, size_bytes: int, inodes: int = 4096) -> None:
    """An empty folder in memory over `target`, with room for this much and no programs, devices or set-uid files.

    Raises: LayerUnavailable.
    """
    _perform(_ready_tmpfs(target, f"size={size_bytes},nr_inodes={inodes},mode=1777"))


def empty(target: str) -> None:
    """Nothing any more at `target`: for /proc, which cannot be mounted anew inside bwrap. Raises: LayerUnavailable."""
    _perform(_ready_tmpfs(target, "size=4096,nr_inodes=1,mode=555", _READ_ONLY))


def hiding(scratch_bytes: int, inodes: int = 4096) -> tuple[Call, ...]:
    """The calls for a child of a nested zygote: its own mounts, IPC and host name, no /proc, a private scratch.

    All are made by one unshare, and /proc is covered by the folder where the scratch will be: a mount of a folder
    that is there costs a tenth of a new file system.
    """
    return (
        ready("unshare", NEWNS | NEWIPC | NEWUTS),
        ready("mount", SCRATCH.encode(), b"/proc", None, _BIND, None),
        _ready_tmpfs(SCRATCH, f"size={scratch_bytes},nr_inodes={inodes},mode=1777"),
    )


def fork_into_pid_namespace(own: int) -> int:
    """`os.fork` whose child is process 1 of a new PID namespace: if it dies, so does all that it started.

    own: the caller's PID namespace, from `nest`. It is taken back right after, because a process that has left
    its PID namespace can start neither a thread nor a second fork. One fork more would cost 10 ms.
    """
    unshare(NEWPID)
    try:
        child = os.fork()
    except BaseException:
        call("setns", own, NEWPID)
        raise
    if child:
        call("setns", own, NEWPID)
    else:
        os.close(own)
    return child


def nest(visible: Sequence[str]) -> int:
    """Settle the zygote where it may make namespaces for its children; to be called once, single-threaded, early.

    The caller becomes process 1 of new namespaces, an ordinary user without network, whose root holds `visible`,
    read only, and the folders for the scratch (`root.narrow`). The process that called stays behind without
    descriptors, to pass the exit status on. It dies with the thread that started it, and the zygote dies with it.

    Returns: this PID namespace as a descriptor, for `fork_into_pid_namespace`.
    Raises: LayerUnavailable. Half of it may have happened then: try it in a forked helper first (`probe`).
    """
    machine()
    settle = _take_user_namespace if _may_map() else _stay_root
    settle(visible)
    prctl(PR_SET_PDEATHSIG, SIGKILL)
    zygote = os.fork()
    if zygote:
        _wait_and_follow(zygote)
    prctl(PR_SET_PDEATHSIG, SIGKILL)
    os.setsid()
    _mount_own_proc()
    return os.pidfd_open(os.getpid())


def _may_map() -> bool:
    """Whether an ordinary user gets a user namespace here: a child tries."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    try:
        privileges.become_other(privileges.other_uids())
        call("unshare", NEWUSER | NEWNS)
        os._exit(0)
    finally:
        os._exit(1)


def _take_user_namespace(visible: Sequence[str]) -> None:
    """The usual way. Root narrows its view before it stops being root, because then it still may enter /root."""
    others = privileges.other_uids()
    if others:
        unshare(NEWNS)
        narrow(visible)
        privileges.become_other(others)
    uid, gid = os.geteuid(), os.getegid()
    unshare(NEWUSER | _APART)
    map_ids(uid, gid)
    if not others:
        narrow(visible)


def _stay_root(visible: Sequence[str]) -> None:
    """Where user namespaces are forbidden but we are root: the zygote stays root, each child becomes another."""
    unshare(_APART)
    narrow(visible)


def _wait_and_follow(child: int) -> None:
    """The rest of this process's life: no descriptors, so that nobody waits for us to close them."""
    os.closerange(0, os.sysconf("SC_OPEN_MAX"))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(status if status >= 0 else 128 - status)


def _mount_own_proc() -> None:
    """A /proc that shows only this nest, where the kernel lets us; bwrap and Docker do not, and keep theirs."""
    try:
        call("mount", b"proc", b"/proc", b"proc", _NO_SUID | _NO_DEVICES | _NO_EXEC, None)
    except OSError:
        return


def _ready_tmpfs(target: str, options: str, flags: int = 0) -> Call:
    flags |= _NO_SUID | _NO_DEVICES | _NO_EXEC
    return ready("mount", b"tmpfs", os.fsencode(target), b"tmpfs", flags, options.encode())


def _perform(one: Call) -> None:
    try:
        perform((one,))
    except OSError as error:
        raise LayerUnavailable.because("namespaces", error, _REMEDY) from error


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w") as file:
            file.write(text)
    except OSError as error:
        raise LayerUnavailable.because(f"writing {path}", error, _REMEDY) from error
