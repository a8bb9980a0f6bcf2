"""The ways from a submission to its scores: our engine, nbgrader's own autograde, `otter run`, Gradescope's harness."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, AutograderError, QuestionResult, Submission
from autograder.platforms import documents, gradescope, harness, nbgrader_release, otter_release, shared, warm
from autograder.platforms.engine import submission_of
from autograder.platforms.kernel import COURSE, SEED
from autograder.platforms.nbgrader_import import tree_at
from autograder.platforms.parts import for_nbgrader, for_otter
from autograder.platforms.release import as_bytes, material
from autograder.platforms.samples import Sample
from autograder.sandbox.choice import choose
from autograder.sandbox.protocol import Sandbox

OURS = "ours"
ROUTES = ("notebook", "nbgrader", "otter", "gradescope")
SECONDS = 4 * 3600.0
KERNELS_OWN = "IPKernelApp"  # which warns that its sockets are not encrypted

Scores = Mapping[str, float]


class Ways:
    """Every way of one topic, each made ready when it is first gone. Close it when done.

    Notebooks share one engine and start from warm kernels: without that a submission takes ten seconds and more.
    Raises AutograderError when a platform's own command fails.
    """

    def __init__(self, course: Course, topic: str) -> None:
        self.course, self.topic = course, topic
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._counts: dict[str, int] = {}

    def close(self) -> None:
        """End what was started."""
        self._stack.close()

    def scores(self, route: str, chosen: Sequence[Sample]) -> list[Scores]:
        """The scores of some submissions by one route: of every question, with nbgrader of every cell."""
        ways: Mapping[str, Callable[[Sequence[Sample]], list[Scores]]] = {
            OURS: lambda them: [self._ours(Submission(s.name, {f"{self.topic}.py": s.module})) for s in them],
            "notebook": lambda them: [
                self._ours(submission_of(as_bytes(s.plain_notebook()), self.topic)) for s in them
            ],
            "nbgrader": self._by_nbgrader,
            "otter": self._by_otter,
            "gradescope": self._by_gradescope,
        }
        return ways[route](chosen)

    def cells(self) -> Mapping[str, str]:
        """By question, nbgrader's cell that holds its points."""
        return {q.name: f"{'hidden' if q.hidden else 'public'}-{q.exercise}" for q in self._questions}

    @functools.cached_property
    def _questions(self) -> tuple[QuestionResult, ...]:
        return material(self.course, self.topic, "en", str).questions

    @functools.cached_property
    def _sandbox(self) -> Sandbox:
        return self._stack.enter_context(closing(choose(self.course.assignment(self.topic).framework)))

    @functools.cached_property
    def _grader(self) -> Grader:
        return Grader(self.course, self.topic, name_mistakes=False)

    def _ours(self, submission: Submission) -> Scores:
        found: list[tuple[QuestionResult, ...]] = []
        answerer = self._grader.submitted(submission, self._sandbox, PUBLIC_SEED)
        self._grader.grade([answerer], lambda report: found.append(report.questions))
        return {question.name: question.score for question in found[0]}

    @functools.cached_property
    def _tree(self) -> Path:
        """A course tree of nbgrader's with the topic released."""
        tree = self.folder / "nbgrader"
        path = tree / "source" / self.topic / f"{self.topic}.ipynb"
        documents.write(path, nbgrader_release.source_notebook(material(self.course, self.topic, "en", for_nbgrader)))
        (tree / "nbgrader_config.py").write_text(
            nbgrader_release.CONFIG.format(seconds=nbgrader_release.CELL_SECONDS, course=str(self.course.root)), "utf-8"
        )
        self._run(tree, "nbgrader", "generate_assignment", self.topic)
        return tree

    def _by_nbgrader(self, chosen: Sequence[Sample]) -> list[Scores]:
        """`nbgrader autograde`, which executes every notebook in a kernel; the scores by cell."""
        released = json.loads((self._tree / "release" / self.topic / f"{self.topic}.ipynb").read_text("utf-8"))
        students = [f"student{self._next('nbgrader')}" for _ in chosen]
        for student, sample in zip(students, chosen, strict=True):
            target = self._tree / "submitted" / student / self.topic / f"{self.topic}.ipynb"
            documents.write(target, sample.in_notebook(released))
        self._run(self._tree, "nbgrader", "autograde", self.topic)
        with tree_at(self._tree).gradebook() as book:
            return [_cell_scores(book.find_submission(self.topic, student)) for student in students]

    @functools.cached_property
    def _otter(self) -> tuple[Path, Mapping[str, Any]]:
        """What `otter assign` made: the autograder's archive and the students' notebook."""
        folder = self.folder / "otter"
        path = folder / f"{self.topic}.ipynb"
        documents.write(path, otter_release.source_notebook(material(self.course, self.topic, "en", for_otter)))
        self._run(folder, "otter", "assign", "--no-run-tests", path.name, "dist")
        archive = next((folder / "dist" / "autograder").glob("*.zip"))
        return archive, json.loads((folder / "dist" / "student" / path.name).read_text("utf-8"))

    def _by_otter(self, chosen: Sequence[Sample]) -> list[Scores]:
        """What `otter run` calls, for each notebook."""
        archive, released = self._otter
        return [self._otter_run(archive, sample.in_notebook(released)) for sample in chosen]

    def _otter_run(self, archive: Path, notebook: Mapping[str, Any]) -> Scores:
        from otter.api import grade_submission

        path = self.folder / "otter" / "submission" / f"{self.topic}.ipynb"
        documents.write(path, notebook)
        with _environment(**self._environment), contextlib.redirect_stdout(io.StringIO()):
            results = grade_submission(str(path), str(archive), quiet=True)
        scores: dict[str, float] = {}
        for exercise in dict.fromkeys(question.exercise for question in self._questions):
            ordered = [
                q for hidden in (False, True) for q in self._questions if (q.exercise, q.hidden) == (exercise, hidden)
            ]
            cases = results.get_result(exercise).test_case_results
            scores |= {q.name: q.points if case.passed else 0.0 for q, case in zip(ordered, cases, strict=True)}
        return scores

    @functools.cached_property
    def _image(self) -> Path:
        path = self.folder / "gradescope.zip"
        archive = gradescope.write(self.course, path, gradescope.Settings(self.topic), bytes(32))
        return harness.image(archive, self.folder / "image")

    def _by_gradescope(self, chosen: Sequence[Sample]) -> list[Scores]:
        """The archive's run_autograder in the platform's folders, by turns on a module and on a notebook."""
        found: list[Scores] = []
        for sample in chosen:
            as_notebook = self._next("gradescope") % 2
            path = self.folder / "submission" / f"{self.topic}{'.ipynb' if as_notebook else '.py'}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(as_bytes(sample.plain_notebook()) if as_notebook else sample.module)
            tests = harness.run(self._image, path, **{SEED: PUBLIC_SEED}).results["tests"]
            names = [question.name for question in self._questions]
            found.append({name: test["score"] for name, test in zip(names, tests, strict=True)})
        return found

    def _next(self, route: str) -> int:
        """How many submissions went this way before."""
        self._counts[route] = self._counts.get(route, -1) + 1
        return self._counts[route]

    @functools.cached_property
    def _environment(self) -> Mapping[str, str]:
        """What the platforms' programs run with: this Python, the course, its public seed, warm kernels, one engine."""
        framework = self.course.assignment(self.topic).framework
        notebooks = self._stack.enter_context(warm.kernels(["otter", *(["torch"] if framework == "torch" else [])]))
        engine = self._stack.enter_context(shared.engine(self.course.root))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        own = {COURSE: str(self.course.root), SEED: PUBLIC_SEED, "PATH": path}
        return {**own, **notebooks, **engine, "PYTHONPATH": str(Path(__file__).parents[2])}

    def _run(self, folder: Path, *command: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            env={**os.environ, **self._environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        said = done.stdout + done.stderr
        warned = [line for line in said.splitlines() if "WARNING" in line and KERNELS_OWN not in line]
        if done.returncode or warned:
            raise AutograderError(f"{' '.join(command)} failed or warned:\n{chr(10).join(warned)}\n{said[-3000:]}")


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
