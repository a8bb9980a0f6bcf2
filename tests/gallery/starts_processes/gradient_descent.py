"""Forks, leaves a daemon behind, runs other programs, uses a pool of processes."""
import os
import subprocess
import time


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


def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open("/proc/self/comm", "w") as name:
                name.write("gallery-left")
            time.sleep(20)
        os._exit(0)


def bomb():
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)


def program():
    subprocess.run(["/bin/true"], check=False)


def spawn():
    os.posix_spawn("/bin/true", ["true"], {})


def shell():
    if os.system("true"):
        raise OSError


def predict_linear(X, w, b):
    got = reached([daemon, bomb, program, spawn, shell])
    if got:
        raise RuntimeError(f"got to {got}")
    return X @ w + b
