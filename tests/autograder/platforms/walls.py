"""A program, not a test: another program where the kernel refuses some walls, as a container may.

python walls.py LEVEL PROGRAM WORD...: at level B no namespaces can be made, at level C Landlock is refused, too.
"""

import os
import platform
import sys
from errno import ENOSYS, EPERM
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from autograder.sandbox.layers import bpf, seccomp
from autograder.sandbox.layers.syscall_table import LAST, NUMBERS

REFUSED = {"unshare": EPERM, "mount": EPERM, "landlock_create_ruleset": ENOSYS}

if __name__ == "__main__":
    level, *words = sys.argv[1:]
    machine = platform.machine()
    refused = {name: error for name, error in REFUSED.items() if level == "C" or "landlock" not in name}
    answers = {NUMBERS[machine][name]: error for name, error in refused.items()}
    seccomp.install(bpf.assemble(machine, answers, LAST))
    os.execvp(words[0], words)
