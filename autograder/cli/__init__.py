"""The words that people type. Each command reads its words and calls one room; nothing is decided here.

Exit codes: 0 graded, 1 less than full marks with --strict, 2 wrong usage, 3 the grader's own fault,
130 stopped by Ctrl-C.
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
from autograder.cli.parsing import COMMAND, Parser, spoken_language, told
from autograder.language import say
from autograder.model import AutograderError, Sentence, UsageError, sentence
from autograder.render.clean import clean

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
    language = spoken_language(arguments)
    try:
        options = parser(language).parse_args(arguments)
        return int(options.run(options))
    except UsageError as error:
        return _complained(error.said, language, USAGE)
    except OSError as error:
        if error.filename is None:
            return _unforeseen(language)
        return _complained(f"{error.filename}: {error.strerror}", language, USAGE)
    except AutograderError as error:
        return _complained(str(error), language, OURS)
    except KeyboardInterrupt:
        return _complained(sentence("stopped; what was graded is kept"), language, STOPPED)
    except Exception:  # noqa: BLE001 - told in full, and never with the exit code of a graded submission
        return _unforeseen(language)


def _complained(what: Sentence | str, language: str, code: int) -> int:
    said = say(what, language) if isinstance(what, Sentence) else what
    print(f"autograder: {clean(said)}", file=sys.stderr)  # it may name a student's file
    return code


def _unforeseen(language: str) -> int:
    traceback.print_exc()
    return _complained(sentence("this is a fault of the grader itself"), language, OURS)


def parser(language: str = "en") -> argparse.ArgumentParser:
    """All commands and their options. Raises UsageError, when it parses, for words that are none of ours."""
    kind: type[Parser] = type("Parser", (Parser,), {"language": language})  # a subcommand's is its parent's
    top = kind(prog="autograder", description=told("Grade deep-learning exercises and explain the result."))
    top.add_argument("--root", type=Path, default=Path(), help=told("a folder inside the course (default: here)"))
    commands = top.add_subparsers(dest="command", required=True, metavar=COMMAND)
    for command in COMMANDS:
        command.add_to(commands)
    return top
