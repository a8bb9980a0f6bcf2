"""Raw system calls by name: what the standard library of Python 3.11 does not offer."""

import ctypes
import os
import platform
import sys
from collections.abc import Sequence
from functools import cache

from . import LayerUnavailable
from .syscall_table import NUMBERS

Call = tuple[ctypes.c_long | ctypes.c_char_p, ...]

SIGKILL = 9  # the module `signal` has no such name on Windows
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_MM = 35
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
PR_SET_PTRACER = 0x59616D61


@cache
def machine() -> str:
    """`x86_64` or `aarch64`: what the tables of numbers know."""
    name = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine())
    if sys.platform != "linux" or name not in NUMBERS or sys.maxsize < 2**32:
        raise LayerUnavailable(f"isolation needs 64-bit Linux on x86-64 or aarch64, this is {sys.platform} on {name}")
    return name


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def ready(name: str, *arguments: int | bytes | None) -> Call:
    """A system call to be made later by `perform`; integers, pointers as bytes or addresses, None for null."""
    number = NUMBERS[machine()][name]
    words = (ctypes.c_char_p(one) if isinstance(one, bytes) else ctypes.c_long(one or 0) for one in arguments)
    return (ctypes.c_long(number), *words)


def perform(calls: Sequence[Call]) -> int:
    """Makes the calls in order; the last one's result.

    Made ready before a fork and performed after it, they touch few of the pages that the two processes share:
    that is two thirds of what the layers would cost otherwise.
    Raises: OSError with the kernel's errno at the first that fails.
    """
    result, syscall = 0, _libc().syscall
    for one in calls:
        result = syscall(*one)
        if result == -1:
            raise _error(one)
    return int(result)


def call(name: str, *arguments: int | bytes | None) -> int:
    """The system call `name`, now. Raises: OSError with the kernel's errno; LayerUnavailable off Linux."""
    return perform((ready(name, *arguments),))


def ready_prctl(option: int, *arguments: int) -> Call:
    """The system call prctl, with zeros for what is not given, for later."""
    return ready("prctl", option, *arguments, *(0,) * (4 - len(arguments)))


def prctl(option: int, *arguments: int) -> int:
    """The system call prctl, with zeros for what is not given, now."""
    return perform((ready_prctl(option, *arguments),))


def _error(failed: Call) -> OSError:
    code, number = ctypes.get_errno(), failed[0].value
    name = next(name for name, known in NUMBERS[machine()].items() if known == number)
    return OSError(code, f"{name}: {os.strerror(code)}")
