"""Becoming nobody in particular: an ordinary user, without capabilities, for good.

Source: capabilities(7), prctl(2), include/uapi/linux/capability.h.
"""

import ctypes
import itertools
import os
import random
import struct

from . import LayerUnavailable
from .syscalls import (
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_CAPBSET_DROP,
    PR_CAPBSET_READ,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECUREBITS,
    Call,
    call,
    machine,
    prctl,
    ready,
    ready_prctl,
)

NOBODY = 65534
_VERSION_3 = 0x20080522
_CAP_SETPCAP = 8
_EVERY_BIT_LOCKED = 0b11101111  # no root, no setuid fix-up, no ambient raise, each locked; keep-caps off and locked
# systemd's list of uid ranges leaves the first to nobody; the second is for a root who has only 65,536 uids.
_UNUSED_UIDS = (range(1879048192, 2147483648), range(20000, 60000))


def other_uids() -> range:
    """The uids without account that this process may become, each with its own processes and count of them.

    Empty for an ordinary user, and for the root of a user namespace that has no other user.
    """
    machine()
    if os.geteuid() != 0:
        return range(0)
    mapped = _mapped_uids()
    usable = [uids for uids in _UNUSED_UIDS if any(uids[0] in one and uids[-1] in one for one in mapped)]
    return usable[0] if usable else range(0)


def become_other(uids: range) -> None:
    """Be one of these users, drawn at random; stay who one is if there are none. Raises: LayerUnavailable."""
    if uids:
        become(random.SystemRandom().choice(uids))


def become(uid: int) -> None:
    """Be this user and group and no other, from root. The parent-death signal is gone after.

    Raises: LayerUnavailable.
    """
    try:
        call("setgroups", 0, None)
        call("setresgid", uid, uid, uid)
        call("setresuid", uid, uid, uid)
        prctl(PR_SET_DUMPABLE, 1)  # else /proc/self belongs to root and no uid_map can be written
    except OSError as error:
        raise LayerUnavailable.because(f"becoming uid {uid}", error, "needs CAP_SETUID and CAP_SETGID") from error


def stripping() -> tuple[Call, ...]:
    """The calls that leave no way to a capability: ambient and bounding sets empty, securebits locked.

    They need CAP_SETPCAP, which a process has right after it made a user namespace.
    """
    drops = (ready_prctl(PR_CAPBSET_DROP, capability) for capability in _capabilities())
    clear = ready_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    return (clear, ready_prctl(PR_SET_SECUREBITS, _EVERY_BIT_LOCKED), *drops)


def dropping() -> tuple[Call, ...]:
    """The calls that give up the capabilities one has, and the way to any through a set-user-id program."""
    nothing = ready("capset", struct.pack("=Ii", _VERSION_3, 0), struct.pack("=6I", *(0,) * 6))
    return (nothing, ready_prctl(PR_SET_NO_NEW_PRIVS, 1))


def may_strip() -> bool:
    """Whether this process has CAP_SETPCAP."""
    sets = ctypes.create_string_buffer(24)
    call("capget", struct.pack("=Ii", _VERSION_3, 0), ctypes.addressof(sets))
    return bool(struct.unpack_from("=I", sets)[0] & 1 << _CAP_SETPCAP)


def _capabilities() -> list[int]:
    """Those that this kernel knows."""
    return list(itertools.takewhile(_known, range(64)))


def _known(capability: int) -> bool:
    try:
        return prctl(PR_CAPBSET_READ, capability) >= 0
    except OSError:
        return False


def _mapped_uids() -> list[range]:
    """The uids that exist in this user namespace."""
    try:
        with open("/proc/self/uid_map") as file:
            rows = [line.split() for line in file]
    except OSError as error:
        raise LayerUnavailable.because("another user", error, "needs /proc") from error
    return [range(int(first), int(first) + int(count)) for first, _, count in rows]
