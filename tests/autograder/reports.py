"""Reports for tests of renderers: one question in each state, and every kind of evidence."""

from __future__ import annotations

from dataclasses import replace

from autograder.model import (
    Assignment,
    Evidence,
    Exercise,
    Isolation,
    QuestionResult,
    Report,
    Status,
    Verdict,
    sentence,
)
from autograder.scoring import report_of, score_of
from autograder.statistics import Gathered

EXERCISES = (
    Exercise("scale", 4.0, {"en": "Scaling", "zh": "缩放"}, ("scale",)),
    Exercise("shift", 4.0, {"en": "Shifting", "zh": "平移"}, ("shift", "unshift")),
)
ASSIGNMENT = Assignment("vectors", 8.0, {"en": "Vectors", "zh": "向量"}, "numpy", EXERCISES)
WRONG = Verdict(
    Status.WRONG,
    sentence(
        "{called}: {difference}",
        called="scale(array(3, 4), 2.5)",
        difference=sentence("{place} is {yours}, expected {ours}", place="result[1, 2]", yours="1.5", ours="3"),
    ),
    evidence=Evidence("result[1, 2]", "1.5", "3", error=0.5, allowed=1e-7, mismatched=11, total=12),
    pattern=sentence("yours is ours times {ratio}{name}", ratio="0.5", name=sentence("")),
    hint={"en": "Which way does the factor go?", "zh": "系数是乘还是除？"},
    mistake="scale_divides",
    traceback=("vectors.py, line 3, in scale\n    return x / a",),
    output="shape (3, 4)\n",
)


def question(status=Status.PASSED, *, exercise="scale", name="", hidden=False, verdict=None, points=2.0, bonus=False):
    """A question that ended so."""
    verdict = verdict or Verdict(status)
    titles = {"en": f"{exercise} works", "zh": f"{exercise} 正确"}
    score = score_of(verdict.status, points)
    return QuestionResult(
        name or f"{exercise}_{verdict.status.value}",
        exercise,
        titles,
        points,
        score,
        hidden,
        verdict,
        "cpu",
        0.01234567,
        bonus,
    )


def report(*questions: QuestionResult, student="alice") -> Report:
    """A report of these questions."""
    versions = {"python": "3.11.7", "numpy": "2.4.6"}
    isolation = Isolation("A", ("namespaces", "landlock"))
    return report_of(questions, topic="vectors", student=student, seed="2f31", isolation=isolation, versions=versions)


def saying(text: str, **changes: object) -> Verdict:
    """A verdict whose every text is a student's."""
    said = sentence("{asked} raised {kind}: {text}", asked=text, kind=text, text=text)
    return replace(Verdict(Status.RAISED, said, traceback=(text,), output=text), **changes)


EVERY = tuple(question(status) for status in Status)


def statistics_of(students, scores, points):
    """The statistics of a class: each student's questions, and what counts for each."""
    gathered = Gathered()
    for questions, score in zip(students, scores, strict=True):
        gathered.add(questions, score)
    return gathered.statistics(points)
