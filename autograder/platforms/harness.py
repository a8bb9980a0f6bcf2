"""Gradescope's side on one's own machine: its folders, its call, and every rule for what results.json may hold."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.exporters.gradescope import VISIBILITIES
from autograder.model import AutograderError

SECONDS = 600.0
FORMATS = ["text", "html", "simple_format", "md", "ansi"]
_ANY_TEXT, _NUMBER = {"type": "string"}, {"type": "number"}
_VISIBILITY, _FORMAT = {"enum": list(VISIBILITIES)}, {"enum": FORMATS}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


SCHEMA = _object(
    [],
    score=_NUMBER,
    execution_time={"type": "number", "minimum": 0},
    output=_ANY_TEXT,
    output_format=_FORMAT,
    test_output_format=_FORMAT,
    test_name_format=_FORMAT,
    visibility=_VISIBILITY,
    stdout_visibility=_VISIBILITY,
    extra_data={"type": "object"},
    tests={
        "type": "array",
        "items": _object(
            [],
            score=_NUMBER,
            max_score=_NUMBER,
            status={"enum": ["passed", "failed"]},
            name=_ANY_TEXT,
            name_format=_FORMAT,
            number=_ANY_TEXT,
            output=_ANY_TEXT,
            output_format=_FORMAT,
            tags={"type": "array", "items": _ANY_TEXT},
            visibility=_VISIBILITY,
            extra_data={"type": "object"},
        ),
    },
    leaderboard={
        "type": "array",
        "items": _object(
            ["name", "value"], name=_ANY_TEXT, value={"type": ["number", "string"]}, order={"enum": ["asc", "desc"]}
        ),
    },
)


def problems(results: Any) -> Iterator[str]:
    """What Gradescope would refuse or misread in a results.json; nothing when it is right."""
    from jsonschema import Draft202012Validator

    found = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(results)]
    yield from found
    if found:
        return
    tests = results.get("tests", [])
    if "score" not in results and not any("score" in test for test in tests):
        yield "$.score: there is neither a score nor a test with one"
    for number, test in enumerate(tests):
        if test.get("score", 0) > test.get("max_score", float("inf")):
            yield f"$.tests[{number}].score: {test['score']} is more than max_score {test['max_score']}"


def _no_number(name: str) -> None:
    """NaN and the like, which Python's json writes and JSON has not."""
    raise AutograderError(f"results.json holds {name}, which is no JSON")


@dataclass(frozen=True)
class Run:
    """What a container left: results.json as its values, what was printed, and what of the archive was left."""

    results: dict[str, Any]
    printed: str
    left: tuple[str, ...]


def image(archive: Path, folder: Path) -> Path:
    """What of the image hangs on the archive: it unpacked in a folder, its program compiled as setup.sh does it."""
    _unpack(archive, folder)
    compileall.compile_dir(folder / "course" / "autograder", quiet=2)
    return folder


def _unpack(archive: Path, folder: Path) -> None:
    """The archive's files, with the modes that its setup.sh gives them."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
        line = next(line for line in packed.read("setup.sh").decode().splitlines() if "chmod" in line)
    modes = line.rpartition("&& ")[2]
    subprocess.run(["bash", "-c", modes], cwd=folder / "course", check=True, timeout=SECONDS)


@contextmanager
def container(archive: Path, submission: Path) -> Iterator[Path]:
    """A folder as Gradescope lays out /autograder, the archive unpacked and a file or folder handed in.

    archive: the zip, or its `image`, which several containers can be made of.
    """
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        for folder in ("submission", "results"):
            (root / folder).mkdir()
        if archive.is_dir():
            shutil.copytree(archive, root / "source")
        else:
            _unpack(archive, root / "source")
        shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
        (root / "run_autograder").chmod(0o755)
        if submission.is_dir():
            shutil.copytree(submission, root / "submission", dirs_exist_ok=True)
        else:
            shutil.copy(submission, root / "submission" / submission.name)
        (root / "submission_metadata.json").write_text(json.dumps(METADATA), "utf-8")
        yield root


METADATA = {
    "id": 123456,
    "created_at": "2026-09-01T12:00:00.000000-07:00",
    "assignment": {
        "due_date": "2026-09-08T23:59:00.000000-07:00",
        "late_due_date": None,
        "release_date": "2026-08-25T00:00:00.000000-07:00",
        "group_size": None,
        "group_submission": False,
        "id": 1,
        "course_id": 2,
        "title": "Homework 1",
        "total_points": "100.0",
    },
    "submission_method": "upload",
    "users": [{"email": "student@example.org", "id": 3, "name": "A Student"}],
    "previous_submissions": [],
}


def run(archive: Path, submission: Path, **environment: str) -> Run:
    """Run the archive's own run_autograder on a submission, with this Python in the place of the image's.

    Raises AutograderError when it leaves no results.json, or one that Gradescope does not take.
    """
    with container(archive, submission) as root:
        own = {"AUTOGRADER_DIR": str(root), "AUTOGRADER_PYTHON": sys.executable}
        done = subprocess.run(
            [str(root / "run_autograder")],
            cwd=root,
            env={**os.environ, **own, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        path = root / "results" / "results.json"
        if done.returncode or not path.is_file():
            raise AutograderError(
                f"run_autograder left no results (exit status {done.returncode}): {done.stdout[-2000:]}"
            )
        results = json.loads(path.read_text("utf-8"), parse_constant=_no_number)
        wrong = list(problems(results))
        if wrong:
            raise AutograderError("results.json is not as Gradescope wants it: " + "; ".join(wrong))
        left = sorted(path.relative_to(root).as_posix() for path in (root / "source").rglob("*") if path.is_file())
        return Run(results, done.stdout, tuple(left))
