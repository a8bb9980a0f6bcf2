"""The words that people type. Each command reads its words and calls one room; nothing is decided here.

Exit codes: 0 graded, 1 less than full marks with --strict, 2 wrong usage, 3 the grader's own fault.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from autograder.cli.codes import OURS, STOPPED, USAGE
from autograder.model import AutograderError, UsageError

STUDENTS = ("grade", "loop", "report")
INSTRUCTORS = ("batch", "gradebook", "regrade", "export")
AUTHORS = ("author", "probing", "platforms", "release")
COMMANDS = tuple(  # a student's edition holds some of them
    importlib.import_module(f"{__name__}.{name}")
    for name in (*STUDENTS, *INSTRUCTORS, *AUTHORS, "doctor")
    if importlib.util.find_spec(f"{__name__}.{name}")
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows another
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UsageError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return USAGE
    except OSError as error:
        if error.filename is None:
            return _unforeseen()
        print(f"autograder: {error.filename}: {error.strerror}", file=sys.stderr)
        return USAGE
    except AutograderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return OURS
    except KeyboardInterrupt:
        print("autograder: stopped; what was graded is kept", file=sys.stderr)
        return STOPPED
    except Exception:  # noqa: BLE001 - told in full, and never with the exit code of a graded submission
        return _unforeseen()


def _unforeseen() -> int:
    traceback.print_exc()
    print("autograder: this is a fault of the grader itself", file=sys.stderr)
    return OURS


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="autograder", description="Grade deep-learning exercises and explain the result."
    )
    top.add_argument("--root", type=Path, default=Path(), help="a folder inside the course (default: here)")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return top
