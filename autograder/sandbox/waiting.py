"""How long a process was ready to run while the machine ran others: time that is not held against it (Linux)."""

from __future__ import annotations

import re
from pathlib import Path

PID = re.compile(rb"^Pid:\s*(\d+)$", re.MULTILINE)


def waited_seconds(pid: int) -> float:
    """Of a process's first thread, in the kernel's words; 0 where it does not say."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return 0.0


def pid_behind(handle: int) -> int:
    """The process behind a pidfd by the number that it has here, whatever it has in its own namespace; 0 for none."""
    try:
        found = PID.search(Path(f"/proc/self/fdinfo/{handle}").read_bytes())
    except OSError:
        found = None
    return int(found[1]) if found else 0
