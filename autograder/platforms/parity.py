"""The same submissions through our engine, nbgrader, Otter and Gradescope's harness: the same scores, in one table.

nbgrader knows cells, of which we write two for each exercise (its public questions, its hidden ones); Otter, Gradescope
and we know questions. So scores are compared question by question, and with nbgrader cell by cell.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from autograder.fingerprint import versions
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, AutograderError, QuestionResult, Submission
from autograder.platforms import documents, gradescope, harness, nbgrader_release, otter_release
from autograder.platforms.engine import submission_of
from autograder.platforms.kernel import COURSE, SEED
from autograder.platforms.nbgrader_import import tree_at
from autograder.platforms.parts import for_nbgrader, for_otter
from autograder.platforms.release import as_bytes, material
from autograder.platforms.samples import KINDS, Sample, samples
from autograder.sandbox.choice import choose
from autograder.scoring import total

PACKAGES = ("nbgrader", "otter-grader", "nbclient", "ipykernel")
ROUTES = ("notebook", "nbgrader", "otter", "gradescope")
SECONDS = 4 * 3600.0

Scores = Mapping[str, float]


@dataclass(frozen=True)
class Row:
    """One submission's scores, by route and then by question. cells: which questions each of nbgrader's cells sums."""

    topic: str
    sample: Sample
    ours: Scores
    others: Mapping[str, Scores]
    cells: Mapping[str, tuple[str, ...]]

    def differing(self, route: str) -> tuple[str, ...]:
        """The questions, or cells, whose score by that route is not ours."""
        expected = self.ours
        if route == "nbgrader":
            expected = {cell: total(self.ours[name] for name in names) for cell, names in self.cells.items()}
        found = self.others[route]
        return tuple(sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)))


def chosen_samples(course: Course, topic: str, most: int) -> tuple[Sample, ...]:
    """All samples of a topic; or the reference, the starter and so many others spread over the rest."""
    first, second, *others = samples(course, topic)
    if most and most < len(others):
        others = [others[number * len(others) // most] for number in range(most)]
    return (first, second, *others)


def rows(course: Course, topic: str, chosen: Sequence[Sample], routes: Iterable[str] = ROUTES) -> Iterator[Row]:
    """Every submission's scores by every route. Raises AutograderError when a platform's own command fails."""
    grader = Grader(course, topic, name_mistakes=False)
    with closing(choose(course.assignment(topic).framework)) as sandbox, tempfile.TemporaryDirectory() as folder:

        def ours(submission: Submission) -> tuple[QuestionResult, ...]:
            found: list[tuple[QuestionResult, ...]] = []
            answerer = grader.submitted(submission, sandbox, PUBLIC_SEED)
            grader.grade([answerer], lambda report: found.append(report.questions))
            return found[0]

        asked = [ours(Submission(each.name, {f"{topic}.py": each.module})) for each in chosen]
        place = Place(course, topic, Path(folder), tuple(asked[0]))
        ways: dict[str, Callable[[Sequence[Sample]], list[Scores]]] = {
            "notebook": lambda them: [
                _scores(ours(submission_of(as_bytes(each.plain_notebook()), topic))) for each in them
            ],
            "nbgrader": place.by_nbgrader,
            "otter": place.by_otter,
            "gradescope": place.by_gradescope,
        }
        found = {route: ways[route](chosen) for route in routes}
    cells: dict[str, tuple[str, ...]] = {}
    for question in asked[0]:
        cell = _cell(question)
        cells[cell] = (*cells.get(cell, ()), question.name)
    for number, sample in enumerate(chosen):
        yield Row(topic, sample, _scores(asked[number]), {name: way[number] for name, way in found.items()}, cells)


def _scores(questions: Iterable[QuestionResult]) -> Scores:
    return {question.name: question.score for question in questions}


def _cell(question: QuestionResult) -> str:
    return f"{'hidden' if question.hidden else 'public'}-{question.exercise}"


@dataclass(frozen=True)
class Place:
    """A folder where the platforms' own commands run, and a topic's questions."""

    course: Course
    topic: str
    folder: Path
    questions: tuple[QuestionResult, ...]

    def by_nbgrader(self, chosen: Sequence[Sample]) -> list[Scores]:
        """generate_assignment, then autograde, which executes every notebook in a kernel; the scores by cell."""
        tree = self.folder / "nbgrader"
        path = tree / "source" / self.topic / f"{self.topic}.ipynb"
        documents.write(path, nbgrader_release.source_notebook(material(self.course, self.topic, "en", for_nbgrader)))
        (tree / "nbgrader_config.py").write_text(
            nbgrader_release.CONFIG.format(seconds=nbgrader_release.CELL_SECONDS, course=str(self.course.root)), "utf-8"
        )
        self._run(tree, "nbgrader", "generate_assignment", self.topic)
        released = json.loads((tree / "release" / self.topic / f"{self.topic}.ipynb").read_text("utf-8"))
        for number, sample in enumerate(chosen):
            target = tree / "submitted" / f"student{number}" / self.topic / f"{self.topic}.ipynb"
            documents.write(target, sample.in_notebook(released))
        self._run(tree, "nbgrader", "autograde", self.topic)
        with tree_at(tree).gradebook() as book:
            return [_cell_scores(book.find_submission(self.topic, f"student{n}")) for n in range(len(chosen))]

    def by_otter(self, chosen: Sequence[Sample]) -> list[Scores]:
        """`otter assign`, then what `otter run` calls, for each notebook."""
        folder = self.folder / "otter"
        path = folder / f"{self.topic}.ipynb"
        documents.write(path, otter_release.source_notebook(material(self.course, self.topic, "en", for_otter)))
        self._run(folder, "otter", "assign", "--no-run-tests", path.name, "dist")
        archive = next((folder / "dist" / "autograder").glob("*.zip"))
        released = json.loads((folder / "dist" / "student" / path.name).read_text("utf-8"))
        return [self._otter_run(folder, archive, sample.in_notebook(released)) for sample in chosen]

    def _otter_run(self, folder: Path, archive: Path, notebook: Mapping[str, Any]) -> Scores:
        from otter.api import grade_submission

        path = folder / "submission" / f"{self.topic}.ipynb"
        documents.write(path, notebook)
        with _environment(**self._environment()), contextlib.redirect_stdout(io.StringIO()):
            results = grade_submission(str(path), str(archive), quiet=True)
        scores: dict[str, float] = {}
        for exercise in dict.fromkeys(question.exercise for question in self.questions):
            ordered = [
                q for hidden in (False, True) for q in self.questions if (q.exercise, q.hidden) == (exercise, hidden)
            ]
            cases = results.get_result(exercise).test_case_results
            scores |= {q.name: q.points if case.passed else 0.0 for q, case in zip(ordered, cases, strict=True)}
        return scores

    def by_gradescope(self, chosen: Sequence[Sample]) -> list[Scores]:
        """The archive's run_autograder in the platform's folders, by turns on a module and on a notebook."""
        archive = gradescope.write(
            self.course, self.folder / "gradescope.zip", gradescope.Settings(self.topic), bytes(32)
        )
        found: list[Scores] = []
        for number, sample in enumerate(chosen):
            path = self.folder / "submission" / f"{self.topic}{'.ipynb' if number % 2 else '.py'}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(as_bytes(sample.plain_notebook()) if number % 2 else sample.module)
            tests = harness.run(archive, path, **{SEED: PUBLIC_SEED}).results["tests"]
            names = [question.name for question in self.questions]
            found.append({name: test["score"] for name, test in zip(names, tests, strict=True)})
        return found

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        root = str(Path(__file__).parents[2])
        return {COURSE: str(self.course.root), SEED: PUBLIC_SEED, "PATH": path, "PYTHONPATH": root}

    def _run(self, folder: Path, *command: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise AutograderError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _cell_scores(submission: Any) -> Scores:
    return {grade.name: grade.score for notebook in submission.notebooks for grade in notebook.grades}


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """This process's environment with other values for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def heading() -> str:
    """What the table rests on: the versions of everything that did the work."""
    found = {**versions(), **{name: metadata.version(name) for name in PACKAGES}}
    return ", ".join(f"{name} {version}" for name, version in found.items())


def table(found: Sequence[Row]) -> str:
    """A line for each topic and kind of submission: how many, and by each route how many scores are not ours."""
    routes = list(found[0].others) if found else []
    lines = [f"{'topic':18} {'kind':12} {'submissions':>11} {'scores':>7} " + " ".join(f"{r:>10}" for r in routes)]
    for topic in dict.fromkeys(row.topic for row in found):
        for kind in KINDS:
            group = [row for row in found if (row.topic, row.sample.kind) == (topic, kind)]
            wrong = [sum(len(row.differing(route)) for row in group) for route in routes]
            shown = " ".join(f"{'same' if not count else f'{count} differ':>10}" for count in wrong)
            scores = sum(len(row.ours) for row in group)
            lines += [f"{topic:18} {kind:12} {len(group):11} {scores:7} {shown}"] if group else []
    return "\n".join(lines)


def details(found: Iterable[Row]) -> str:
    """A line for each submission as CSV: its total by each route, and what differs."""
    lines = []
    for row in found:
        totals = [total(row.ours.values()), *(total(scores.values()) for scores in row.others.values())]
        wrong = " ".join(f"{route}:{name}" for route in row.others for name in row.differing(route))
        lines.append(",".join([row.topic, row.sample.name, *(f"{value:g}" for value in totals), wrong]))
    header = ",".join(["topic", "submission", "ours", *(ROUTES if not lines else row.others), "differing"])
    return "\n".join([header, *lines]) + "\n"
