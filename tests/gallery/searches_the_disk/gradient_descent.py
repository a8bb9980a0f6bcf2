"""Looks for the solutions, the graders, the secret and others' files all over the disk."""
import os
import time
from pathlib import Path

import autograder

SECRET = {"solution.py", "mistakes.py", "alternatives.py", "test_hidden.py", "test_public.py", "course.secret", "expected.toml", "grades.csv"}


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


def files():
    end = time.monotonic() + 0.4
    for folder, folders, names in os.walk("/"):
        folders[:] = [name for name in folders if name not in ("proc", "sys", "dev", "site-packages", "usr")]
        if SECRET & set(names):
            return
        if time.monotonic() > end:
            break
    raise OSError


def repository():
    os.listdir(Path(autograder.__file__).parents[1] / "solutions")


def graders():
    os.listdir(Path(autograder.__file__).parents[1] / "tests" / "graders")


def package():
    (Path(autograder.__file__).parent / "grading.py").read_text()


def git():
    os.listdir(Path(autograder.__file__).parents[1] / ".git")


def home():
    os.listdir(os.path.expanduser("~root"))


def shadow():
    Path("/etc/shadow").read_text()


def predict_linear(X, w, b):
    got = reached([files, repository, graders, package, git, shadow])
    if got:
        raise RuntimeError(f"got to {got}")
    return X @ w + b
