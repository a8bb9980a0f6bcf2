"""Whole submissions, each graded behind the real sandbox, each ending exactly as its expected.toml says.

expected.toml: `topic`; `score`; `default`, the status of every question that is not named; `[questions]`, the
status by exercise or question; `mistakes`, the ids that are named; `[limits]`, where the case must be quick;
`says`, words that some message must contain.
"""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading import Grader
from autograder.manifest import Course
from autograder.sandbox.choice import choose
from autograder.sources.folders import from_folder

COURSE = Course(Path(__file__).parents[2])
GALLERY = COURSE.root / "tests" / "gallery"
CASES = sorted(path.parent.name for path in GALLERY.glob("*/expected.toml"))


@pytest.fixture(scope="module")
def graded():
    """Grades one case; the grader of a topic and its sandbox are kept."""
    graders, sandboxes = {}, {}

    def grade(case):
        wanted = tomllib.loads((GALLERY / case / "expected.toml").read_text("utf-8"))
        topic = wanted["topic"]
        grader = graders.setdefault(topic, Grader(COURSE, topic))
        framework = grader.assignment.framework
        sandbox = sandboxes.get(framework) or sandboxes.setdefault(framework, choose(framework))
        usual = grader.assignment
        grader.assignment = replace(usual, limits=replace(usual.limits, **wanted.get("limits", {})))
        (submission,) = [s for s in from_folder(GALLERY, topic, grader.assignment.limits) if s.student == case]
        reports = []
        try:
            grader.grade([grader.submitted(submission, sandbox, "2f31")], reports.append)
        finally:
            grader.assignment = usual
        return wanted, reports[0]

    yield grade
    for sandbox in sandboxes.values():
        sandbox.close()


@pytest.mark.parametrize("case", CASES)
def test_the_case_ends_as_expected(case, graded):
    wanted, report = graded(case)
    statuses = wanted.get("questions", {})
    for question in report.questions:
        status = statuses.get(question.name, statuses.get(question.exercise, wanted["default"]))
        assert question.verdict.status.value == status, (question.name, str(question.verdict.message))
    assert report.score == wanted["score"]
    assert report.is_final
    assert {q.verdict.mistake for q in report.questions if q.verdict.mistake} == set(wanted.get("mistakes", []))
    messages = "\n".join(str(question.verdict.message) for question in report.questions)
    assert [words for words in wanted.get("says", []) if words not in messages] == []


def test_every_case_says_what_is_expected_of_it():
    cases = [path.name for path in GALLERY.iterdir() if path.is_dir()]
    assert sorted(cases) == CASES
