"""Landlock: what this process and its children may open, for good.

Source: Documentation/userspace-api/landlock.rst, include/uapi/linux/landlock.h.
What it leaves open: stat, chmod, chown, utime and setxattr of any file, UDP, pathname sockets. seccomp and
read-only mounts close these.
"""

import os
import stat
import struct
from collections.abc import Sequence
from errno import E2BIG, EINVAL

from . import LayerUnavailable
from .syscalls import PR_SET_NO_NEW_PRIVS, Call, call, perform, ready, ready_prctl

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _READ_FILE | _READ_DIR
_NEVER = _EXECUTE | _MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV

# Rights over files known to each ABI: 13, then refer (2), truncate (3), TCP (4, not a file's), ioctl (5).
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
_LATEST = 6
_REMEDY = "needs Linux 5.13 or later with `landlock` in the kernel's list of security modules (boot option lsm=)"


def abi() -> int:
    """The newest ABI (at most 6) whose rights this kernel really takes.

    The claimed version is not believed: some vendors' kernels claim 6 and refuse the scopes.
    """
    for version in range(min(_claimed(), _LATEST), 0, -1):
        if _takes(version):
            return version
    raise LayerUnavailable(f"landlock: no version of its rules is taken; {_REMEDY}")


def ruleset(
    read: Sequence[str], write: Sequence[str] = (), *, execute: Sequence[str] = (), version: int | None = None
) -> int:
    """The rules as a descriptor, for any number of processes to put on with `enforcing`.

    read: files and folders that may be read with all below them; write: read, written, made and removed;
    execute: read and executed. A path that is missing is skipped. version: what `abi` gave, if it is known.
    """
    known = abi() if version is None else version
    writing = _RIGHTS[min(known, 5)] & ~_NEVER
    rules = _ruleset(known)
    for paths, rights in ((read, _READ), (execute, _READ | _EXECUTE), (write, writing)):
        for path in paths:
            _allow(rules, path, rights)
    return rules


def enforcing(rules: int) -> tuple[Call, ...]:
    """The calls after which a process opens only what the rules allow; no TCP, no signal or abstract socket out.

    The rules' descriptor is closed in that process, which could add rules for those that come after it.
    """
    no_new_privs = ready_prctl(PR_SET_NO_NEW_PRIVS, 1)  # first: without it an ordinary user gets EPERM
    return (no_new_privs, ready("landlock_restrict_self", rules, 0), ready("close", rules))


def restrict(read: Sequence[str], write: Sequence[str] = (), *, execute: Sequence[str] = ()) -> None:
    """`ruleset` and `enforcing`, here and now."""
    perform(enforcing(ruleset(read, write, execute=execute)))


def _claimed() -> int:
    try:
        return call("landlock_create_ruleset", None, 0, 1)
    except OSError as error:
        raise LayerUnavailable.because("landlock", error, _REMEDY) from error


def _takes(version: int) -> bool:
    try:
        os.close(_ruleset(version))
    except OSError as error:
        if error.errno in (EINVAL, E2BIG):
            return False
        raise
    return True


def _ruleset(version: int) -> int:
    fields = [_RIGHTS[min(version, 5)]]
    fields += [_TCP_BIND_AND_CONNECT] if version >= 4 else []
    fields += [_ABSTRACT_SOCKETS_AND_SIGNALS] if version >= 6 else []
    attribute = struct.pack(f"={len(fields)}Q", *fields)
    return call("landlock_create_ruleset", attribute, len(attribute), 0)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        folder = stat.S_ISDIR(os.fstat(place).st_mode)
        rule = struct.pack("=Qi", rights if folder else rights & _OF_FILES, place)
        call("landlock_add_rule", rules, 1, rule, 0)
    finally:
        os.close(place)
