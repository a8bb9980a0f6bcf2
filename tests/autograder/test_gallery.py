"""Whole submissions, each graded behind the real sandbox, each ending exactly as its expected.toml says.

expected.toml: `topic`; `score`; `default`, the status of every question that is not named; `[questions]`, the
status by exercise or question; `mistakes`, the ids that are named; `[limits]`, where the case must be quick;
`says`, words that some message must contain; `seed`, where it is not the public one; `needs`, the level of
isolation ("A" or "B") that the outcome rests on, where a weaker one cannot hold the case.

The status `unearned` stands for any that earns nothing, where the order of events decides which it is.
"""

import json
import sys
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Status
from autograder.render import document
from autograder.sandbox.choice import Restarting, choose
from autograder.sandbox.forked import LAYERS
from autograder.sources.folders import from_folder

COURSE = Course(Path(__file__).parents[2])
GALLERY = COURSE.root / "tests" / "gallery"
CASES = sorted(path.parent.name for path in GALLERY.glob("*/expected.toml"))
UNEARNED = {status.value for status in Status} - {"passed", "ours"}
REPORT_BYTES = 1_000_000


def without_namespaces(framework):
    """Level B: as in a container that allows no namespaces, Bubblewrap's neither."""
    sandbox = Restarting(framework, wanted=LAYERS[1:])
    sandbox._settled = True
    return sandbox


SANDBOXES = {"the best": choose, "without namespaces": without_namespaces}


class Gallery:
    """Grades cases behind one kind of sandbox; graders are shared by all kinds."""

    graders: dict[str, Grader] = {}  # noqa: RUF012 - shared on purpose: loading a topic costs a second

    def __init__(self, make):
        self.make, self.sandboxes = make, {}

    def sandbox(self, framework):
        return self.sandboxes.get(framework) or self.sandboxes.setdefault(framework, self.make(framework))

    def grade(self, *cases):
        """What is expected of the cases and their reports, graded in this order under the last one's seed and limits."""
        wanted = [tomllib.loads((GALLERY / case / "expected.toml").read_text("utf-8")) for case in cases]
        topic = wanted[-1]["topic"]
        grader = self.graders.get(topic) or self.graders.setdefault(topic, Grader(COURSE, topic))
        sandbox = self.sandbox(grader.assignment.framework)
        level = sandbox.isolation.level
        if level > wanted[-1].get("needs", "C"):
            pytest.skip(f"needs level {wanted[-1]['needs']}, this is {level}")
        usual, reports = grader.assignment, []
        grader.assignment = replace(usual, limits=replace(usual.limits, **wanted[-1].get("limits", {})))
        found = {s.student: s for s in from_folder(GALLERY, topic, grader.assignment.limits)}
        seed = wanted[-1].get("seed", "2f31")
        try:
            grader.grade([grader.submitted(found[case], sandbox, seed) for case in cases], reports.append)
        finally:
            grader.assignment = usual
        return wanted, reports

    def close(self):
        for sandbox in self.sandboxes.values():
            sandbox.close()


@pytest.fixture(scope="module", params=["the best", pytest.param("without namespaces", marks=pytest.mark.slow)])
def gallery(request):
    if sys.platform != "linux" and request.param != "the best":
        pytest.skip("layers are Linux's")
    with closing(Gallery(SANDBOXES[request.param])) as gallery:
        yield gallery


@pytest.mark.parametrize("case", CASES)
def test_the_case_ends_as_expected(case, gallery):
    (wanted,), (report,) = gallery.grade(case)
    statuses = wanted.get("questions", {})
    ended = {question.name: question.verdict.status.value for question in report.questions}
    named = {q.name: statuses.get(q.name, statuses.get(q.exercise, wanted["default"])) for q in report.questions}
    expected = {name: ended[name] if status == "unearned" else status for name, status in named.items()}
    messages = "\n".join(str(question.verdict.message) for question in report.questions)
    assert ended == expected, messages
    assert {ended[name] for name, status in named.items() if status == "unearned"} <= UNEARNED
    assert report.score == wanted["score"]
    assert report.is_final
    assert {q.verdict.mistake for q in report.questions if q.verdict.mistake} == set(wanted.get("mistakes", []))
    assert [words for words in wanted.get("says", []) if words not in messages] == []
    for language in "en", "zh":
        assert_harmless(document.text(report, language))


def assert_harmless(written):
    """A report as it is written: small, strict JSON, without a character that a terminal or a page would act on."""
    assert len(written.encode()) < REPORT_BYTES
    json.loads(written, parse_constant=refuse)
    assert [char for char in written if ord(char) < 32 and char != "\n"] == []
    assert not set("\x7f\x9b\u200b\u202e\u2066\ufeff") & set(written)


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_every_case_says_what_is_expected_of_it():
    cases = [path.name for path in GALLERY.iterdir() if path.is_dir()]
    assert sorted(cases) == CASES
