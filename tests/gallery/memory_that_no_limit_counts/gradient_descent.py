"""Shared memory, message queues, files in memory."""
import ctypes
import os


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


LIBC = ctypes.CDLL(None, use_errno=True)


def files():
    os.memfd_create("gallery")


def segments():
    if LIBC.shmget(0x67616C, 1 << 20, 0o1666) < 0:
        raise OSError


def queues():
    if LIBC.msgget(0x67616C, 0o1666) < 0:
        raise OSError


def predict_linear(X, w, b):
    got = reached([files, segments, queues])
    if got:
        raise RuntimeError(f"got to {got}")
    return X @ w + b
