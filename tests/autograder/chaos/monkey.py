"""Runs a command and kills one of its processes at a given moment; then tells how it ended and what it left running.

    python monkey.py '{"command": [...], "kind": "zygote", "after": 1.5, "seed": "7", "patience": 10}'

A process of its own, and the one that orphans come back to: so nothing that the command ever started escapes its
count, whatever died. Kinds: batch (the command itself), pool, zygote, child; "" kills nothing. Prints JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
ZYGOTE, POOL = b"zygote.main", b"multiprocessing.spawn"
LOOK_SECONDS = 0.002


@dataclass(frozen=True)
class Process:
    """One running process."""

    pid: int
    parent: int
    command: bytes


def processes() -> dict[int, Process]:
    """All that run, zombies left out."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(folder.name)] = Process(int(folder.name), int(parent), (folder / "cmdline").read_bytes())
        except OSError:  # it has ended meanwhile
            continue
    return found


def ancestors(process: Process, all_: Mapping[int, Process]) -> list[Process]:
    """Parent, grandparent and so on."""
    line = []
    while process.parent in all_:
        process = all_[process.parent]
        line.append(process)
    return line


def ours() -> list[Process]:
    """Everything below this process."""
    all_ = processes()
    me = os.getpid()
    return [one for one in all_.values() if one.pid != me and any(above.pid == me for above in ancestors(one, all_))]


def victims(kind: str, command: int) -> list[Process]:
    """The processes of a kind that run now."""
    all_ = processes()
    mine = ours()
    depth = {one.pid: sum(ZYGOTE in above.command for above in ancestors(one, all_)) for one in mine}
    if kind == "batch":
        return [one for one in mine if one.pid == command]
    if kind == "pool":
        return [one for one in mine if POOL in one.command and ZYGOTE not in one.command]
    zygotes = [one for one in mine if ZYGOTE in one.command]
    deepest = max((depth[one.pid] for one in zygotes), default=0)
    if kind == "child":
        return [one for one in zygotes if depth[one.pid] == deepest > 0]
    return [one for one in zygotes if depth[one.pid] < max(deepest, 1)]


def strike(kind: str, command: subprocess.Popen[bytes], choice: random.Random) -> str:
    """Kill one of a kind as soon as there is one; what it was, or '' when the command ended before."""
    while command.poll() is None:
        found = victims(kind, command.pid)
        if found:
            victim = choice.choice(sorted(found, key=lambda one: one.pid))
            try:
                os.kill(victim.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            return f"{kind} {victim.pid}"
        time.sleep(LOOK_SECONDS)
    return ""


def left(patience: float) -> list[str]:
    """What still runs below this process after so many seconds."""
    deadline = time.monotonic() + patience
    while True:
        while _reaped():
            pass
        running = ours()
        if not running or time.monotonic() > deadline:
            return [one.command.replace(b"\0", b" ").decode("utf-8", "replace")[-200:] for one in running]
        time.sleep(LOOK_SECONDS)


def _reaped() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def main() -> None:
    order = json.loads(sys.argv[1])
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begun = time.monotonic()
    command = subprocess.Popen(order["command"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    killed = ""
    if order["kind"]:
        time.sleep(order["after"])
        killed = strike(order["kind"], command, random.Random(order["seed"]))
    said, _ = command.communicate(timeout=order["patience"] * 12)
    result = {
        "killed": killed,
        "code": command.returncode,
        "seconds": time.monotonic() - begun,
        "said": said.decode("utf-8", "replace")[-4000:],
        "left": left(order["patience"]),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
