"""`python -m autograder`."""

import sys

if sys.path and not sys.flags.safe_path and not sys.flags.isolated:
    # Python looks first in the folder that one stands in, where a numpy.py or a random.py may lie.
    sys.path.append(sys.path.pop(0))

import atexit
import contextlib
import os
import threading
from typing import NoReturn

from autograder.language import chosen, say
from autograder.model import sentence

try:
    from autograder.cli import main
except ModuleNotFoundError as error:
    if error.name is None or error.name.split(".")[0] == "autograder":
        raise
    LACKING = sentence(
        "{python} has no {name}: run it through make, or by the Python into which the requirements were installed",
        python=sys.executable,
        name=error.name,
    )
    print(f"autograder: {say(LACKING, chosen())}", file=sys.stderr)
    sys.exit(2)


def run() -> NoReturn:
    """One command, whose exit code is this process's."""
    code = main()
    if "torch" in sys.modules and threading.active_count() == 1:
        _end(code)
    sys.exit(code)


def _end(code: int) -> None:
    """End without taking every module apart, which takes torch 0.4 seconds. Returns if something cannot be told."""
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a stream that is closed, or none
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    run()
