"""What a report rests on, as one digest: while it stays the same, grading again would say the same.

It covers the topic's facts, graders and solution, this program, the versions of what it runs on, the submission's
bytes, its seed and the level of isolation. Not the language, which changes the words and no result.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from autograder.manifest import Course
from autograder.model import Submission

PROGRAM = Path(__file__).parent
CACHES = "__pycache__"
PACKAGES = ("numpy", "torch", "pytest")


def versions() -> dict[str, str]:
    """What a result may depend on, by name."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def of_topic(course: Course, topic: str, versions: Mapping[str, str]) -> str:
    """The part that all submissions to a topic share."""
    folders = (course.solutions(topic), course.root / "tests" / "graders" / topic)
    facts = course.root / "assignments" / topic / "assignment.toml"
    program = (path for path in PROGRAM.rglob("*.py") if CACHES not in path.parts)
    parts = [json.dumps(dict(versions), sort_keys=True).encode(), topic.encode(), facts.read_bytes()]
    recording = course.recording(topic)
    parts += _content(recording.parent, [recording] if recording.exists() else [])
    parts += [*_content(PROGRAM, program), *(part for folder in folders for part in _content(folder, _files(folder)))]
    return _digest(parts)


def of_submission(shared: str, submission: Submission, seed: str, level: str) -> str:
    """The fingerprint of one submission's report, whose places are a notebook's cells. shared: from `of_topic`."""
    cells = [str(submission.cells)] if submission.cells else []
    words = (shared, submission.student, seed, level, str(submission.problem), *cells)
    files = (part for name in sorted(submission.files) for part in (_bytes(name), submission.files[name]))
    return _digest([*map(_bytes, words), *files])


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and CACHES not in path.parts)


def _content(root: Path, files: Iterable[Path]) -> Iterator[bytes]:
    for path in sorted(files):
        yield _bytes(path.relative_to(root).as_posix())
        yield path.read_bytes()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _digest(parts: Iterable[bytes]) -> str:
    """Each part with its length before it, so that nothing can move from one to its neighbour."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little"))
        whole.update(part)
    return whole.hexdigest()
