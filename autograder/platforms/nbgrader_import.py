"""`autograder nbgrader import`: our isolated engine grades submitted/, and nbgrader's gradebook holds the scores.

No cell of a student's is executed in a kernel. Scores and comments go in through nbgrader.api, and an autograded
notebook, with our text below each grading cell, is what `nbgrader generate_feedback` and the formgrader show.
"""

from __future__ import annotations

import contextlib
import os
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.language import say
from autograder.model import AutograderError, Outcome, QuestionResult, Report, Submission, UsageError, sentence
from autograder.notebooks import NOTEBOOK_BYTES, Cell, NotebookError, cells_of
from autograder.platforms import documents, feedback
from autograder.platforms.engine import submission_of
from autograder.render.clean import clean
from autograder.scoring import total

MISSING = "nbgrader is not installed here; install what the platforms need: pip install -e '.[platforms]'"
KINDS = ("public", "hidden")
TIMESTAMP = "timestamp.txt"
TIMESTAMP_BYTES = 100


@dataclass(frozen=True)
class Tree:
    """A course tree of nbgrader, as its own settings describe it."""

    root: Path
    directory: Any

    def folder(self, step: str, student: str, topic: str) -> Path:
        """Where a student's files of one step are. step: e.g. `submitted`."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, topic))

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Any]:
        """nbgrader's own gradebook, open. nbgrader starts alembic by its name, wherever this environment lies."""
        from nbgrader.api import Gradebook

        os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
        with Gradebook(self.directory.db_url, self.directory.course_id) as book:
            yield book


def tree_at(root: Path) -> Tree:
    """The course tree in a folder. Raises UsageError where there is none or nbgrader is not installed."""
    try:
        from nbgrader.apps.baseapp import NbGrader
    except ModuleNotFoundError:
        raise UsageError(MISSING) from None
    if not (root / "nbgrader_config.py").is_file() and not (root / "source").is_dir():
        raise UsageError(f"{root} is no course tree of nbgrader: it has neither nbgrader_config.py nor source/")

    app = NbGrader()
    with contextlib.chdir(root):
        app.initialize([], root=str(Path.cwd()))
    return Tree(root, app.coursedir)


def submissions(tree: Tree, topic: str) -> Iterator[Submission]:
    """Every student's submission to a topic, in the order of their names; nobody is left out.

    Raises UsageError when there is none.
    """
    folder = tree.folder("submitted", ".", topic).parent
    students = sorted(path for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))
    handed_in = [path.name for path in students if (path / topic).is_dir()]
    if not handed_in:
        raise UsageError(f"{folder} holds no <student>/{topic}/")
    for student in handed_in:
        yield _submission(tree.folder("submitted", student, topic) / f"{topic}.ipynb", topic, student)


def _submission(path: Path, topic: str, student: str) -> Submission:
    if any(step.is_symlink() for step in (path, path.parent, path.parent.parent)):
        problem = sentence("{name} is a symbolic link, a plain file is expected", name=path.name)
        return Submission(student, {}, path, problem)
    if not path.is_file():
        return Submission(student, {}, path, sentence("{name} was not handed in", name=path.name))
    with path.open("rb") as file:
        made = submission_of(file.read(NOTEBOOK_BYTES + 1), topic, student)
    return replace(made, origin=path)


def check_released(tree: Tree, topic: str) -> None:
    """Raise UsageError unless nbgrader knows the topic's notebook with the cells that our release writes."""
    from nbgrader.api import MissingEntry

    with tree.gradebook() as book:
        try:
            names = {cell.name for cell in book.find_notebook(topic, topic).grade_cells}
        except MissingEntry:
            raise UsageError(f"nbgrader does not know {topic} yet: run nbgrader generate_assignment {topic}") from None
    foreign = sorted(name for name in names if name.split("-")[0] not in KINDS)
    if foreign or not names:
        raise UsageError(f"the notebook {topic} is not of `autograder nbgrader release`: its cell {foreign[:1]} is not")


def enter(tree: Tree, topic: str, outcome: Outcome, language: str) -> float:
    """Put one outcome into the gradebook and the autograded notebook into its place; the score.

    A question that failed by itself leaves its cell's score open, for a person to give.
    """
    student, report = outcome.submission.student, outcome.report
    if report is None:
        raise AutograderError(f"{student} was not graded: {outcome.trouble}")
    known = {
        f"{kind}-{question.exercise}": _questions(report, question.exercise, hidden=kind == "hidden")
        for question in report.questions
        for kind in KINDS
    }
    with tree.gradebook() as book:
        book.update_or_create_student(student)
        at = _handed_in_at(tree, topic, student)
        book.update_or_create_submission(topic, student, **({} if at is None else {"timestamp": at}))
        notebook = book.find_notebook(topic, topic)
        for cell in notebook.grade_cells:
            _score(book.find_grade(cell.name, topic, topic, student), known.get(cell.name, ()))
        for cell in notebook.solution_cells:
            comment = book.find_comment(cell.name, topic, topic, student)
            comment.auto_comment = _comment(report, outcome.submission, cell.name, language)
        book.db.commit()
        made = _autograded(notebook, outcome.submission, known, report, language)
        score = float(book.find_submission(topic, student).score)
    path = tree.folder("autograded", student, topic) / f"{topic}.ipynb"
    documents.write(path, made)
    if at is not None:
        (path.parent / TIMESTAMP).write_bytes(_stamp(tree.folder("submitted", student, topic) / TIMESTAMP))
    return score


def _questions(report: Report, exercise: str, *, hidden: bool) -> tuple[QuestionResult, ...]:
    return tuple(q for q in report.questions if q.exercise == exercise and q.hidden is hidden)


def _handed_in_at(tree: Tree, topic: str, student: str) -> datetime | None:
    """When it was handed in, if its file says so in words that nbgrader reads."""
    from nbgrader.utils import parse_utc

    path = tree.folder("submitted", student, topic) / TIMESTAMP
    if not path.is_file() or path.is_symlink():
        return None
    try:
        found: datetime = parse_utc(_stamp(path).decode().strip())
    except (ValueError, OverflowError):
        return None
    return found


def stamp_trouble(tree: Tree, topic: str, student: str) -> str:
    """What is wrong with the file that says when it was handed in, '' when nothing is or there is none.

    nbgrader's formgrader lists no submission to a topic while one of these files cannot be read.
    """
    path = tree.folder("submitted", student, topic) / TIMESTAMP
    if not os.path.lexists(path) or _handed_in_at(tree, topic, student) is not None:
        return ""
    return f"{path} is no time that nbgrader reads; its formgrader lists no submission to {topic} until it is gone"


def _stamp(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(TIMESTAMP_BYTES)


def _score(grade: Any, questions: Iterable[QuestionResult]) -> None:
    questions = tuple(questions)
    ours = any(entry.verdict.status.value == "ours" for entry in questions)
    grade.auto_score = None if ours else total(question.score for question in questions)
    grade.needs_manual_grade = ours or grade.manual_score is not None


def _comment(report: Report, submission: Submission, cell: str, language: str) -> str | None:
    """What stands below a solution cell: the first of its questions that is wrong."""
    if submission.problem is not None:
        return clean(say(submission.problem, language))
    exercise = cell.removeprefix("solution-")
    lost = [q for q in report.questions if q.exercise == exercise and not q.hidden and q.score < q.points]
    return feedback.question_text(lost[0], language) if lost else None


def _autograded(
    notebook: Any,
    submission: Submission,
    known: Mapping[str, tuple[QuestionResult, ...]],
    report: Report,
    language: str,
) -> dict[str, Any]:
    """The student's notebook with nbgrader's cells as the gradebook has them, each once, and our text in them."""
    sources = {cell.name: cell for cell in notebook.source_cells}
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    made: list[dict[str, Any]] = []
    for number, cell in enumerate(_cells(submission)):
        identity = _identity(cell)
        if identity in sources:
            text = None if sources[identity].locked else cell.source
            made.append(_own_cell(sources.pop(identity), text, points))
        elif cell.kind in ("code", "markdown"):
            made.append(getattr(documents, cell.kind)(clean(cell.source, NOTEBOOK_BYTES), f"student-{number}"))
    made += [_own_cell(cell, None, points) for cell in sources.values()]
    for each in made:
        if each["id"] in known and each["cell_type"] == "code":
            each["outputs"] = _outputs(known[each["id"]], language, hidden=each["id"].startswith("hidden-"))
    return documents.notebook(made)


def _cells(submission: Submission) -> tuple[Cell, ...]:
    if submission.origin is None or submission.problem is not None:
        return ()
    try:
        return cells_of(submission.origin.read_bytes(), submission.origin.name)
    except NotebookError:
        return ()


def _identity(cell: Cell) -> str:
    facts = cell.metadata.get("nbgrader")
    found = facts.get("grade_id") if isinstance(facts, dict) else None
    return found if isinstance(found, str) else ""


def _own_cell(source: Any, text: str | None, points: Mapping[str, float]) -> dict[str, Any]:
    """One of nbgrader's cells. text: the student's, or None for the gradebook's own."""
    grade = source.name in points
    facts = {"schema_version": 3, "grade_id": source.name, "task": False, "cell_type": source.cell_type}
    facts |= {"grade": grade, "locked": bool(source.locked), "solution": not source.locked and not grade}
    facts |= {"points": points[source.name]} if grade else {}
    facts |= {"checksum": source.checksum} if source.checksum else {}
    make = documents.code if source.cell_type == "code" else documents.markdown
    return make(source.source if text is None else clean(text, NOTEBOOK_BYTES), source.name, nbgrader=facts)


def _outputs(questions: tuple[QuestionResult, ...], language: str, *, hidden: bool) -> list[dict[str, Any]]:
    """What the cell would have shown: our text, and the points as nbgrader takes them."""
    public = [feedback.question_text(question, language) for question in questions if not hidden]
    text = feedback.hidden_text(questions, language) if hidden else "\n".join(public)
    score = repr(float(total(question.score for question in questions)))
    shown = {"output_type": "stream", "name": "stdout", "text": text + "\n"}
    value = {"output_type": "execute_result", "data": {"text/plain": score}, "metadata": {}, "execution_count": None}
    return [shown, value]
