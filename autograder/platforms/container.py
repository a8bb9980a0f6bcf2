"""What runs inside Gradescope's container: reads everything secret, takes it off the disk, and only then grades.

The archive's copies of the solutions, the graders and the secret are read into this process first. The container is
the submission's own and is thrown away, so that nothing is lost when their files go.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.answering import Answerer
from autograder.exporters.gradescope import results
from autograder.grading import Grader
from autograder.manifest import AssignmentFile, Course
from autograder.model import AutograderError, Limits, Report, Submission, sentence
from autograder.platforms.gradescope import SEALED, SECRET, SETTINGS, Settings, read_settings
from autograder.platforms.kernel import SEED
from autograder.results import put
from autograder.sandbox.choice import isolated
from autograder.scoring import total
from autograder.seeds import seed_for
from autograder.sources.folders import SUFFIXES, file_of, from_path

CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
RESERVED_BYTES = {"numpy": 256 << 20, "torch": 640 << 20}  # measured: 70 and 414 MB
LEAST_BYTES = 256 << 20


def main(root: str) -> int:
    """Grade /autograder/submission into /autograder/results/results.json; 0, or 1 where nothing could be graded.

    Gradescope tells students of a failed autograder when there is no results.json: that is no score of theirs.
    """
    start = time.monotonic()
    place = Path(root)
    course = Course(place / "source" / "course")
    try:
        settings = read_settings(course.root / SETTINGS)
        report = graded(place, course, settings)
    except AutograderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 1
    made = results(
        report,
        settings.language,
        hidden=settings.hidden,
        execution_seconds=time.monotonic() - start,
        leaderboard=_leaderboard(report) if settings.leaderboard else None,
    )
    (place / "results").mkdir(exist_ok=True)
    put(place / "results" / "results.json", json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    print(f"isolation: level {report.isolation.level} ({', '.join(report.isolation.layers)})")
    return 0


def graded(place: Path, course: Course, settings: Settings) -> Report:
    """The submission's report. Raises AutograderError, for one where student code cannot be kept apart."""
    assignment = within(course.assignment(settings.topic), available_bytes())
    submission = handed_in(place / "submission", settings.topic, assignment.limits, _student(place))
    secret = bytes.fromhex((course.root / SECRET).read_text("ascii").strip())
    seed = os.environ.get(SEED) or seed_for(secret, settings.topic, submission.student)
    with closing(isolated(assignment.framework, unsafe=settings.unsafe)) as sandbox:
        grader = Grader(course, settings.topic)
        grader.assignment = assignment
        reports: list[Report] = []

        def answerers() -> Iterator[Answerer]:
            seal(course)  # the graders are in memory by now, and no student code has run
            yield grader.submitted(submission, sandbox, seed)

        grader.grade(answerers(), reports.append)
    return reports[0]


def available_bytes(places: Iterable[Path] = CGROUPS) -> int | None:
    """What the container may use, as the kernel tells; None where it does not."""
    for path in places:
        with contextlib.suppress(OSError, ValueError):
            return int(path.read_text("ascii"))  # "max" is no number
    return None


def within(assignment: AssignmentFile, most: int | None) -> AssignmentFile:
    """The assignment with a memory limit that leaves the container what grading itself takes.

    Raises AutograderError for a container that is too small.
    """
    reserve = RESERVED_BYTES[assignment.framework]
    if most is None or most - reserve >= assignment.limits.memory_bytes:
        return assignment
    if most - reserve < LEAST_BYTES:
        raise AutograderError(
            f"the container has {most >> 20} MB, {assignment.topic} takes {(reserve + LEAST_BYTES) >> 20} MB: "
            "choose a larger one in the autograder's settings on Gradescope"
        )
    return replace(assignment, limits=replace(assignment.limits, memory_bytes=most - reserve))


def seal(course: Course) -> None:
    """Take what is secret off the disk."""
    for name in SEALED:
        path = course.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def handed_in(folder: Path, topic: str, limits: Limits, student: str) -> Submission:
    """The submission in Gradescope's folder: the topic's file, or the only module or notebook under another name."""
    found = file_of(folder, topic)
    if found is None:
        candidates = [path for path in folder.rglob("*") if path.suffix in SUFFIXES and "__MACOSX" not in path.parts]
        found = candidates[0] if len(candidates) == 1 else None
    if found is None:
        return Submission(student, {}, problem=sentence("{name} was not handed in", name=f"{topic}.py"))
    if found.is_symlink() or not found.resolve().is_relative_to(folder.resolve()):
        problem = sentence("{name} is a symbolic link, a plain file is expected", name=found.name)
        return Submission(student, {}, problem=problem)
    return from_path(found, topic, limits, student)


def _student(place: Path) -> str:
    """Who handed in, as the platform tells: the names of a group in their order."""
    try:
        found: Mapping[str, Any] = json.loads((place / "submission_metadata.json").read_text("utf-8"))
        return ", ".join(sorted(str(user["email"]) for user in found["users"])) or "unknown"
    except (OSError, ValueError, LookupError, TypeError):
        return "unknown"


def _leaderboard(report: Report) -> dict[str, float]:
    """What a class may see: the points of the public questions."""
    return {"points": total(question.score for question in report.questions if not question.hidden)}
