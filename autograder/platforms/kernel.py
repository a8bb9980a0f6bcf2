"""What the cells of a notebook call: `check`, `graded` (nbgrader) and `require` (Otter). Standard library only.

Each sends the text of the student's cells to the engine, a process of its own, and shows what comes back. A kernel
is the student's own ground: what it says can be forged in it, which docs/nbgrader.md and docs/otter.md say plainly.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

PACKAGE_ROOT = Path(__file__).parents[2]
COURSE, SEED, RESULTS = "AUTOGRADER_COURSE", "AUTOGRADER_SEED", "AUTOGRADER_RESULTS"
ENGINE = "AUTOGRADER_ENGINE"  # the socket of an engine that several kernels share; see autograder.platforms.shared
UNSAFE = "AUTOGRADER_UNSAFE"  # grade where student code cannot be kept apart
EXECUTION = "NBGRADER_EXECUTION"
PUBLIC_SEED = "2f31"
CELLS = 2000
OWN = re.compile(r"autograder\.platforms|\bgrader\.|\botter\.Notebook\(|^\s*import otter\b", re.MULTILINE)
DEFINES = re.compile(r"^(?:@|(?:def|class|async|import|from)\b)", re.MULTILINE)
_CODE = "import sys; sys.path.insert(0, {root!r}); from autograder.platforms.engine import main; main({course!r})"


class GraderFaultError(Exception):
    """The grader's own side failed; it is not the student's fault."""


class Client:
    """A way to an engine: to the one that ENGINE names, or to one of its own.

    course: a folder in the course, the one around here when empty; an engine that is shared has its own.
    """

    def __init__(self, course: str = "") -> None:
        shared = os.environ.get(ENGINE)
        self._process = None if shared else _started(course or os.environ.get(COURSE, ""))
        self._requests, self._replies = _connected(shared) if self._process is None else _pipes(self._process)

    def ask(self, topic: str, exercise: str, notebook: bytes) -> dict[str, Any]:
        """The engine's reply on an exercise, all when empty. Raises GraderFaultError."""
        seed = os.environ.get(SEED, PUBLIC_SEED)
        encoded = base64.b64encode(notebook).decode()
        request = {"topic": topic, "exercise": exercise, "seed": seed, "notebook": encoded}
        try:
            print(json.dumps(request), file=self._requests, flush=True)
            line = self._replies.readline()
        except OSError:
            line = ""
        if not line:
            raise GraderFaultError("the grader ended before it answered; restart the kernel and try again")
        reply: dict[str, Any] = json.loads(line)
        if "trouble" in reply:
            raise GraderFaultError(reply["trouble"])
        return reply

    def close(self) -> None:
        """End the engine, if it is one's own: its input ends, and it with it."""
        with contextlib.suppress(OSError):
            self._requests.close()
        if self._process is not None:
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._replies.close()


def _started(course: str) -> subprocess.Popen[str]:
    """An engine for the course around a folder."""
    code = _CODE.format(root=str(PACKAGE_ROOT), course=str(_course(course)))
    return subprocess.Popen(
        [sys.executable, "-I", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _connected(path: str | None) -> tuple[IO[str], IO[str]]:
    """To and from a shared engine. Raises GraderFaultError where there is none."""
    with socket.socket(socket.AF_UNIX) as link:
        try:
            link.connect(str(path))
        except OSError as error:
            raise GraderFaultError(f"{ENGINE}={path}: no engine answers there ({error.strerror})") from None
        return link.makefile("w", encoding="utf-8"), link.makefile("r", encoding="utf-8")


def _course(wanted: str) -> Path:
    """The course's root: the one asked for, around the working folder, or where this program lies."""
    places = [Path(wanted)] if wanted else [Path.cwd(), *Path.cwd().parents, PACKAGE_ROOT]
    for place in places:
        if (place / "assignments").is_dir():
            return place.resolve()
    where = wanted or "here or above"
    raise GraderFaultError(f"there is no course at {where} (a folder with assignments/); set {COURSE} to its root")


class _Kept:
    """The engine of this kernel, started by the first question."""

    client: Client | None = None

    @classmethod
    def ask(cls, topic: str, exercise: str) -> dict[str, Any]:
        if cls.client is None:
            cls.client = Client()
            atexit.register(cls.client.close)
        try:
            return cls.client.ask(topic, exercise, _notebook(topic))
        except GraderFaultError:
            cls.client = None
            raise


def _notebook(topic: str) -> bytes:
    """The notebook that is being graded: its file where nbgrader runs it whole, else the cells that were executed.

    Of those, the ones that import or define something: what only tries out may need what the sandbox does not have.
    Each stands at the number that the notebook shows beside it, as long as a notebook may have so many.
    """
    path = Path(f"{topic}.ipynb")
    if os.environ.get(EXECUTION) and path.is_file():
        return path.read_bytes()
    from IPython import get_ipython

    shell = get_ipython()
    cells = shell.history_manager.input_hist_raw[1:] if shell is not None else []  # the first is none: In[0]
    found = [_cell(text) for text in cells]
    return json.dumps({"cells": found if len(found) <= CELLS else [each for each in found if each["source"]]}).encode()


def _cell(text: str) -> dict[str, Any]:
    own = DEFINES.search(text) and not OWN.search(text)
    return {"cell_type": "code", "metadata": {"tags": ["solution"] if own else []}, "source": text if own else ""}


def _asked(topic: str, exercise: str) -> dict[str, Any]:
    """The engine's reply on an exercise. Raises GraderFaultError, also where a question failed by itself."""
    reply = _Kept.ask(topic, exercise)
    for question in reply["questions"]:
        if question["ours"]:
            raise GraderFaultError(f"{question['name']} failed by itself, its points are open: {question['text']}")
    return reply


def check(topic: str, exercise: str) -> None:
    """Print the feedback on an exercise's public questions."""
    print(*(question["text"] for question in _asked(topic, exercise)["questions"] if question["text"]), sep="\n")


def graded(topic: str, exercise: str, *, hidden: bool = False) -> float | None:
    """The points of an exercise's public or hidden questions; the feedback is printed.

    nbgrader takes the value of a cell for its partial credit, and gives full marks for a cell without one: so it is
    for hidden questions that a student's edition does not have. It gives none for a cell that raises: so where
    nbgrader grades and the fault is ours, or hidden questions are missing, the kernel ends, and nbgrader says that
    this student was not graded. Raises GraderFaultError elsewhere.
    """
    try:
        reply = _asked(topic, exercise)
        questions = [question for question in reply["questions"] if question["hidden"] is hidden]
        if hidden and not questions and os.environ.get(EXECUTION) == "autograde":
            raise GraderFaultError(f"there are no hidden questions on {exercise} here; set {COURSE} to the full course")
    except GraderFaultError as fault:
        if os.environ.get(EXECUTION) == "autograde":
            _end_kernel(f"{topic}, {exercise}: not graded: {fault}")
        raise
    print(reply["hidden"] if hidden else "\n".join(question["text"] for question in questions))
    if hidden and not questions:
        return None
    return float(round(sum(question["score"] for question in questions), 6))


def _end_kernel(why: str) -> None:
    """Tell whoever started nbgrader why, past the notebook, and end this kernel."""
    terminal = getattr(sys.stderr, "_original_stdstream_copy", None) or 2
    os.write(terminal, f"\n{why}\n".encode())
    os._exit(1)


def require(topic: str, exercise: str, name: str) -> None:
    """Raise AssertionError with the feedback unless a question passes. Otter's plugin may have asked before."""
    if RESULTS in os.environ:
        questions = json.loads(Path(os.environ[RESULTS]).read_text("utf-8"))
    else:
        questions = _asked(topic, exercise)["questions"]
    question = next((question for question in questions if question["name"] == name), None)
    if question is None:
        raise GraderFaultError(f"{topic} has no question {name!r} here")
    if question["ours"]:
        raise GraderFaultError(f"{name} failed by itself, its points are open")
    if question["score"] < question["points"]:
        raise AssertionError(question["text"] or "hidden")
