"""Naming a mistake: when the answers equal its answers and no other's; otherwise silence."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from support_courses import RIGHT, TINY, by_name, graded, played, with_graders

from autograder.checks import Observation
from autograder.diagnosis import Finding, Play, Suspect, diagnose, settled
from autograder.diagnosis.replay import agreements, says_little
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import QuestionResult, Status, Verdict, sentence
from autograder.wire import Opaque

WRONG = Verdict(Status.WRONG, sentence("wrong"))


@pytest.fixture(scope="module")
def vectors():
    """The tiny topic's grader."""
    return Grader(Course(TINY), "vectors")


def named(report):
    """The mistake named at each question that lost points."""
    return {q.name: q.verdict.mistake for q in report.questions if q.verdict.status is not Status.PASSED}


def solution(vectors, **replaced):
    """The reference with some functions replaced."""
    right = vectors.bank.solution
    return SimpleNamespace(**{"scale": right.scale, "mean_square_grad": right.mean_square_grad, **replaced})


def test_each_known_mistake_is_named_by_its_own_id_with_its_hint(vectors):
    for mistake in vectors.bank.mistakes:
        report = played(vectors, mistake.on(vectors.bank.solution))
        found = named(report)
        assert found
        assert set(found.values()) == {mistake.id}
        hints = [q.verdict.hint for q in report.questions if q.verdict.mistake]
        assert all(hint == mistake.hint for hint in hints)


def test_a_mistake_written_another_way_is_named_too(vectors):
    report = played(vectors, solution(vectors, mean_square_grad=lambda x: [-2 * float(v) / len(x) for v in x]))
    assert set(named(report).values()) == {"mean_square_grad_negated"}


def test_a_mistake_behind_the_sandbox_is_named_like_one_in_this_process(vectors, sandbox):
    source = RIGHT.replace("return a * np.asarray(x)", "return np.asarray(x) + a")
    (report,) = graded(vectors, sandbox, [source])
    assert set(named(report).values()) == {"scale_adds"}


def test_an_unknown_mistake_is_not_named(vectors):
    report = played(vectors, solution(vectors, scale=lambda x, a: a * x + 0.01))
    assert set(named(report).values()) == {None}
    assert all(q.verdict.hint is None for q in report.questions)


def test_a_mistake_mixed_with_something_else_is_not_named(vectors):
    report = played(vectors, solution(vectors, scale=lambda x, a: -(x + a)))
    assert set(named(report).values()) == {None}


def test_a_pattern_is_told_even_where_no_mistake_is_named(vectors):
    report = played(vectors, solution(vectors, scale=lambda x, a: -a * x))
    assert str(by_name(report)["scale_values"].verdict.pattern) == "yours is ours times -1"


def test_a_right_answer_is_never_given_a_pattern_or_a_name(vectors):
    report = played(vectors)
    assert all(q.verdict.pattern is None and q.verdict.mistake is None for q in report.questions)


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.WRONG, Status.RAISED)])
def test_only_wrong_answers_and_exceptions_are_diagnosed(status):
    def replay(*_):
        raise AssertionError("nobody is asked again")

    suspect = Suspect("m", {}, None)
    assert diagnose(Verdict(status), replay, None, [suspect]).suspects == ()


def test_naming_can_be_left_out():
    silent = Grader(Course(TINY), "vectors", name_mistakes=False)
    report = played(silent, solution(silent, scale=lambda x, a: x + a))
    assert set(named(report).values()) == {None}


def test_known_mistakes_are_played_once_for_a_whole_class(vectors):
    fresh = Grader(Course(TINY), "vectors")
    wrong = solution(fresh, scale=lambda x, a: x + a)
    played(fresh, wrong)
    plays = len(fresh._remembered)
    played(fresh, wrong, seed="another")
    assert plays > 0
    assert len(fresh._remembered) == plays


def observed(actual, *, ours=1.0, wrong=None):
    """A look at an answer; refused unless it is right."""
    wrong = actual != ours if wrong is None else wrong
    return Observation("f()", actual, ours, kind="value" if wrong else "", verdict=WRONG if wrong else None)


@pytest.mark.parametrize(
    ("yours", "theirs", "count"),
    [
        ([2.0], [2.0], 1),
        ([2.0, 3.0], [2.0, 3.0], 2),
        ([1.0, 3.0], [1.0, 3.0], 1),
        ([1.0], [1.0], 0),
        ([2.0], [3.0], None),
        ([2.0, 3.0], [2.0], None),
        ([2.0], [1.0], None),
        ([np.nan], [np.nan], 1),
        ([np.inf], [-np.inf], None),
        ([2.0], [2.0 + 1e-12], 1),
        ([2.0], [2.0 + 1e-4], None),
        (["a"], ["a"], 1),
        ([None], [None], 1),
        ([None], [0.0], None),
    ],
)
def test_plays_agree_where_every_wrong_answer_is_equal(yours, theirs, count):
    plays = [Play(tuple(observed(actual) for actual in actuals)) for actuals in (yours, theirs)]
    assert agreements(*plays) == count


def test_plays_that_ended_by_exceptions_agree_where_kind_and_words_are_equal():
    def ended(kind, text):
        words = sentence("{asked} raised {kind}: {text}", asked="f(1)", kind=kind, text=text)
        return Play((), Verdict(Status.RAISED, words))

    assert agreements(ended("ValueError", "no"), ended("ValueError", "no")) == 1
    assert agreements(ended("ValueError", "no"), ended("ValueError", "yes")) is None
    assert agreements(ended("ValueError", "no"), ended("TypeError", "no")) is None
    assert agreements(ended("ValueError", "no"), Play((observed(2.0),))) is None
    assert agreements(ended("ValueError", "no"), Play((), Verdict(Status.DIED))) is None


def test_answers_that_stay_in_their_process_never_agree():
    plays = [Play((Observation("f()", Opaque("Model"), 1.0, "structure", WRONG),)) for _ in range(2)]
    assert agreements(*plays) is None


def result(name, exercise="e"):
    """A question that ended wrong."""
    return QuestionResult(name, exercise, {}, 1.0, 0.0, False, WRONG)


def suspects(*names):
    """Known mistakes by these names."""
    return tuple(Suspect(name, {"en": f"{name}?"}, None) for name in names)


def finding(letters):
    """A failed question that these mistakes fit; in capitals where it tells little; None for one that passed."""
    if letters is None:
        return Finding(Verdict(Status.PASSED))
    return Finding(WRONG, suspects(*letters.lower()), telling=not letters.isupper(), diagnosed=True)


def nothing_fails(suspect, question):
    """Every mistake passes at every question that the student passed."""
    return False


def test_a_mistake_that_fails_where_the_student_passed_is_not_named():
    questions = [
        (result("q1"), finding("ab")),
        (replace(result("q2"), verdict=Verdict(Status.PASSED)), finding(None)),
        (replace(result("q3"), verdict=Verdict(Status.NOT_RUN)), finding(None)),
    ]

    def named_where(fails):
        return settled(questions, fails)[0].verdict.mistake

    assert named_where(lambda suspect, question: (suspect.id, question) == ("b", "q2")) == "a"
    assert named_where(lambda suspect, question: (suspect.id, question) == ("b", "q3")) is None
    assert named_where(lambda suspect, question: question == "q2") is None


def test_a_mistake_that_fails_otherwise_at_another_question_is_not_named():
    other = replace(finding(""), against=frozenset("a"))
    found = settled([(result("q1"), finding("a")), (result("q2"), other)], nothing_fails)
    assert [question.verdict.mistake for question in found] == [None, None]
    found = settled([(result("q1"), finding("ab")), (result("q2"), other)], nothing_fails)
    assert [question.verdict.mistake for question in found] == ["b", None]


@pytest.mark.parametrize(
    ("yours", "ours", "little"),
    [
        (True, False, True),
        ("min", "saddle", True),
        (None, 1.5, True),
        (3, 4, True),
        ((3, 7), (4, 7), True),
        (4160, 4170, False),
        (["w", "b"], ["w"], False),
        (1.5, 2.5, False),
        (np.inf, 2.5, True),
        (np.array([1.0, np.nan]), np.array([1.0, 2.0]), True),
        (np.array([1.5, np.nan]), np.array([1.0, 2.0]), False),
        ((1.0, np.array([np.nan])), (1.0, np.array([2.0])), True),
        ((1.5, np.array([np.nan])), (1.0, np.array([2.0])), False),
        (np.arange(5), np.arange(5)[::-1], False),
    ],
)
def test_an_answer_out_of_few_says_little(yours, ours, little):
    assert says_little(Play((observed(yours, ours=ours, wrong=True),))) is little


@pytest.mark.parametrize(
    ("questions", "names"),
    [
        ([("q1", "a")], ["a"]),
        ([("q1", "ab")], [None]),
        ([("q1", "ab"), ("q2", "a")], ["a", "a"]),
        ([("q1", "ab"), ("q2", "ac")], ["a", "a"]),
        ([("q1", "ab"), ("q2", "ab")], [None, None]),
        ([("q1", "ab"), ("q2", "")], [None, None]),
        ([("q1", "a"), ("q2", "")], ["a", None]),
        ([("q1", ""), ("q2", "")], [None, None]),
        ([("q1", "A")], [None]),
        ([("q1", "A"), ("passed", None)], ["a", None]),
        ([("q1", "A"), ("q2", "")], [None, None]),
        ([("q1", "A"), ("q2", "a")], ["a", "a"]),
        ([("q1", "A"), ("q2", "AB")], ["a", "a"]),
    ],
)
def test_several_suspects_are_narrowed_by_the_exercises_other_questions_or_not_named(questions, names):
    found = settled([(result(name), finding(letters)) for name, letters in questions], nothing_fails)
    assert [question.verdict.mistake for question in found] == names
    hints = [question.verdict.hint for question in found]
    assert hints == [None if name is None else {"en": f"{name}?"} for name in names]


def test_the_questions_of_other_exercises_narrow_nothing():
    found = settled([(result("q1", "e"), finding("ab")), (result("q2", "f"), finding("a"))], nothing_fails)
    assert [question.verdict.mistake for question in found] == [None, "a"]


def test_two_mistakes_that_look_alike_everywhere_are_not_named(tmp_path):
    course = with_graders(
        tmp_path / "c",
        """
        @points(1)
        def test_scale_zero(student, reference):
            '''on ones, adding 1 and dividing by a half look alike'''
            check_close(student.scale(np.ones(3), 0.5), reference.scale(np.ones(3), 0.5))
        """,
    )
    text = (course.solutions("vectors") / "mistakes.py").read_text()
    text = text.replace("return x + a", "return 0 * x + 9.0").replace("return x / a", "return 9.0 + 0 * x")
    (course.solutions("vectors") / "mistakes.py").write_text(text)
    grader = Grader(course, "vectors")
    report = played(grader, grader.bank.mistakes[0].on(grader.bank.solution))
    assert named(report) == {"scale_zero": None}


def test_a_single_failing_check_is_named_when_it_agrees_under_both_seeds(tmp_path):
    course = with_graders(
        tmp_path / "c",
        """
        @points(1)
        def test_scale_values(student, reference, rng):
            '''random'''
            x = rng.normal(size=3)
            check_close(student.scale(x, 3.0), reference.scale(x, 3.0))
        """,
    )
    grader = Grader(course, "vectors")
    report = played(grader, grader.bank.mistakes[0].on(grader.bank.solution))
    assert named(report) == {"scale_values": "scale_adds"}


def test_what_the_student_printed_is_told_with_the_failed_question(vectors, sandbox):
    source = RIGHT.replace("    return a * np.asarray(x)", "    print('shape', x.shape)\n    return x")
    (report,) = graded(vectors, sandbox, [source])
    outputs = {question.name: question.verdict.output for question in report.questions}
    assert outputs["scale_values"] == "shape (3, 4)\n"
    assert outputs["mean_square_grad_numeric"] == ""
