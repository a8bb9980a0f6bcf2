"""The facts that every floor shares: frozen values, closed enums and the two families of faults.

Standard library only. A change of mind makes a new value (`dataclasses.replace`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

REPORT_FORMAT = 1
PUBLIC_SEED = "2f31"


class Status(enum.Enum):
    """How a question ended. Exactly one of them, OURS, is the grader's own fault and is never scored."""

    PASSED = "passed"
    WRONG = "wrong"
    NOT_IMPLEMENTED = "not_implemented"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    DIED = "died"
    NOT_RUN = "not_run"
    OURS = "ours"


@dataclass(frozen=True)
class Sentence:
    """A sentence for a reader: an English template, which is also the key of its translation, and its values.

    A value may itself be a Sentence; it is translated with its surroundings. A course author gives the
    Chinese with the sentence (`zh`) where the framework's catalogue cannot know it.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    zh: str = ""

    def __str__(self) -> str:
        return self.text.format_map(dict(self.values))


def sentence(text: str, /, **values: object) -> Sentence:
    """A Sentence in one call, as it reads at the place where something is said."""
    return Sentence(text, values)


def literally(text: str) -> str:
    """Somebody's words as a template without places: braces stand for themselves."""
    return text.replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True)
class Grid:
    """The part of two arrays around their largest difference, as rows of numbers (see grids.py).

    place: which part, e.g. `dw[2, 0:3, 4:12]`. first: the indices of its first row and column.
    levels: a sign for each entry: 0 right, 1 to 4 wrong by ever more of the largest error, n no number.
    """

    place: str
    first: tuple[int, int]
    yours: tuple[tuple[float, ...], ...]
    ours: tuple[tuple[float, ...], ...]
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """Numbers for a report to draw, few and finite.

    kind: `curve` (values over steps, or points), `gauge` (a score), `heat` (cells), `path` (a descent over cells) or
    `boundary` (points over cells). title: what it shows. values: the curve, or the one score.
    marks: levels to reach, each with its name. cells: rows, the lowest y first where there is an extent.
    extent: of the cells: lowest and highest x, lowest and highest y. points: x, y and class.
    """

    kind: str
    title: Sentence
    values: tuple[float, ...] = ()
    marks: tuple[tuple[Sentence, float], ...] = ()
    cells: tuple[tuple[float, ...], ...] = ()
    extent: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True)
class Step:
    """One part of an answer. state: `exact`, `close`, `off` by `error` at most, else what differs: `finite`, `form`."""

    name: str
    state: str
    error: float | None = None


@dataclass(frozen=True)
class Evidence:
    """What a failed comparison saw, ready to be shown.

    place: the entry with the largest error, e.g. `dw[3, 1]`.
    error, allowed: largest |yours - ours| / max(RMS(ours), floor) and what the tolerance admits there.
    yours, ours: the two values at that place, as text.
    mismatched, total: entries beyond the tolerance, entries compared. grid: both arrays around that place.
    steps: each part of an answer that has several.
    """

    place: str = ""
    yours: str = ""
    ours: str = ""
    error: float | None = None
    allowed: float | None = None
    mismatched: int | None = None
    total: int | None = None
    yours_shape: tuple[int, ...] | None = None
    ours_shape: tuple[int, ...] | None = None
    grid: Grid | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What is said about one question.

    message: what is wrong, in a sentence. pattern: what the error looks like. hint: a question that helps.
    attribution: whether a wrong gradient fits the student's own forward pass.
    mistake: the id of the known mistake that the answers equal, or None.
    traceback: the student's own frames, innermost last. output: what the student printed meanwhile.
    pictures: what checks gave to be drawn.
    """

    status: Status
    message: Sentence = field(default_factory=lambda: Sentence(""))
    evidence: Evidence | None = None
    pattern: Sentence | None = None
    attribution: Sentence | None = None
    hint: Mapping[str, str] | None = None
    mistake: str | None = None
    traceback: tuple[str, ...] = ()
    output: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class QuestionResult:
    """One question's outcome within a report. `score` is `points` or 0: parts come from splitting exercises.

    bonus: whether it is extra credit, which adds to a report's score and not to its points.
    """

    name: str
    exercise: str
    title: Mapping[str, str]
    points: float
    score: float
    hidden: bool
    verdict: Verdict
    device: str = "cpu"
    seconds: float = 0.0
    bonus: bool = False


@dataclass(frozen=True)
class Isolation:
    """How student code was kept apart: level `A`, `B` or `C` (see docs/security.md) and the layers in force."""

    level: str
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Use:
    """One use of what an exercise forbids, as the student's process tells it.

    forbidden: the name or operator that the exercise lists; name: under which it was used, e.g. `torch.softmax` for
    `torch`. file, line, source: where; line 0 when that is not known.
    """

    forbidden: str
    name: str
    file: str = ""
    line: int = 0
    source: str = ""


@dataclass(frozen=True)
class Flag:
    """Something about an exercise for a person to look at. It costs no points. use: None if none was found."""

    exercise: str
    message: Sentence
    use: Use | None = None


@dataclass(frozen=True)
class Report:
    """One submission graded on one topic. `is_final` is False when any question ended in OURS.

    score: what every question earned. points: what those that are no bonus are worth, so that a score may be more.
    fingerprint: what the result rests on, or '' (see fingerprint.py).
    """

    topic: str
    student: str
    seed: str
    isolation: Isolation
    versions: Mapping[str, str]
    questions: tuple[QuestionResult, ...]
    score: float
    points: float
    is_final: bool
    note: Sentence | None = None
    flags: tuple[Flag, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Every limit ends the question that meets it, not the submission.

    answer_seconds, submission_seconds: wall time. cpu_seconds: of each process that the submission gets.
    memory_bytes: beyond what the warm process has. processes: threads among them. file_bytes: what it may write,
    in one file and in all its scratch. output_bytes: how much of its prints is kept; the rest is counted.
    """

    answer_seconds: float = 10.0
    submission_seconds: float = 300.0
    cpu_seconds: int = 120
    memory_bytes: int = 1 << 30
    processes: int = 64
    file_bytes: int = 1 << 26
    open_files: int = 256
    output_bytes: int = 1 << 16
    answer_bytes: int = 1 << 26
    source_bytes: int = 1 << 20


@dataclass(frozen=True)
class Forbidden:
    """What an exercise forbids, because its point is to write that by hand.

    names: dotted, of modules or of what is in them. operators: of PyTorch, e.g. `aten._softmax`, watched at run time.
    costs: `points`, or `flag` for a person to look at.
    """

    names: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    costs: str = "points"

    def __bool__(self) -> bool:
        return bool(self.names or self.operators)


@dataclass(frozen=True)
class Exercise:
    """One exercise of a topic. `functions` are the public names of solution.py that it asks for.

    bonus: whether its points are extra credit, beyond those of the topic.
    """

    name: str
    points: float
    title: Mapping[str, str]
    functions: tuple[str, ...]
    lecture: str = ""
    starter: str = "unimplemented"
    forbidden: Forbidden = Forbidden()
    bonus: bool = False


@dataclass(frozen=True)
class Assignment:
    """The facts of assignments/<topic>/assignment.toml. `framework` is `numpy` or `torch`.

    points: of the exercises that are no bonus.
    """

    topic: str
    points: float
    title: Mapping[str, str]
    framework: str
    exercises: tuple[Exercise, ...]
    limits: Limits = Limits()


@dataclass(frozen=True)
class Receipt:
    """What the platform tells about a hand-in, besides its files.

    at: when, if that is known. late: by the platform's own word. attempt: 1, 2, … of one student on one topic.
    members: the keys of the others in a group. source, where: the platform, the place in what it gave out.
    note: what a person should know, e.g. that a file was taken under another name.
    """

    at: datetime | None = None
    late: bool = False
    attempt: int = 1
    members: tuple[str, ...] = ()
    source: str = ""
    where: str = ""
    note: Sentence | None = None


@dataclass(frozen=True)
class Submission:
    """What one student handed in: the files by name, as bytes that nobody on the trusted side has parsed.

    problem: why the files could not be read (a missing or oversized file), or None.
    cells: of a notebook whose module is the file: where each cell begins, (line of the module, number of the cell).
    """

    student: str
    files: Mapping[str, bytes]
    origin: Path | None = None
    problem: Sentence | None = None
    receipt: Receipt = Receipt()
    cells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one submission: its report, or the trouble why there is none, which is never its fault.

    reused: the report is of an earlier run, and nothing that it rests on has changed.
    """

    submission: Submission
    report: Report | None
    trouble: str = ""
    reused: bool = False


class AutograderError(Exception):
    """The grader's own side went wrong: a course, a setting, the machine. Never scored."""


class UsageError(AutograderError):
    """A person asked for something that is not there. One clear sentence, of the catalogue or not; exit code 2."""

    def __init__(self, said: Sentence | str) -> None:
        super().__init__(said)
        self.said = said


class GraderMistake(AutograderError):
    """A grader was written wrongly, e.g. it compares the student with the student. Ends in OURS."""


class StudentFault(Exception):
    """The student's code did not give the answer that was asked for. Carries the verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.message))
        self.verdict = verdict
