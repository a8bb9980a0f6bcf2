"""Leaves marker files wherever it may: in the repository, at home, in folders for all."""
import os
from pathlib import Path

import autograder

NAME = "gallery-marker"


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


def repository():
    (Path(autograder.__file__).parents[1] / NAME).write_text("x")


def package():
    (Path(autograder.__file__).parent / "sandbox" / NAME).write_text("x")


def solutions():
    (Path(autograder.__file__).parents[1] / "solutions" / "gradient_descent" / NAME).write_text("x")


def installed():
    (Path(os.__file__).parent / NAME).write_text("x")


def system():
    Path("/usr", NAME).write_text("x")


def variable():
    Path("/var/tmp", NAME).write_text("x")


def home():
    Path("/root", NAME).write_text("x")


def linked():
    os.symlink("/etc/passwd", Path(autograder.__file__).parents[1] / NAME)


def modes():
    os.chmod(autograder.__file__, 0o644)


def times():
    os.utime(autograder.__file__)


def predict_linear(X, w, b):
    got = reached([repository, package, solutions, installed, system, variable, home, linked, modes, times])
    if got:
        raise RuntimeError(f"got to {got}")
    return X @ w + b
