"""Checks of what must hold, and the two ways to work with an answer before checking it."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from support import claim, local, message, refusal

from autograder.checks import (
    check_close,
    check_draws_from,
    check_falls,
    check_faster,
    check_reaches,
    check_that,
    parts,
    then,
)
from autograder.language import say
from autograder.model import GraderMistake, Status, StudentFault


def test_check_that_accepts_what_holds():
    check_that(claim(np.array([0.2, 0.8])), lambda p: abs(p.sum() - 1) < 1e-9, "the entries sum to 1")


def test_check_that_says_what_should_hold():
    verdict = refusal(check_that, claim(3), lambda v: v > 5, "it is larger than 5", zh="大于 5")
    assert str(verdict.message) == "f(): this should hold: it is larger than 5"
    assert say(verdict.message, "zh").endswith("大于 5")


@pytest.mark.parametrize("value", [None, "text", (1, 2), {"a": 1}])
def test_a_value_on_which_a_claim_cannot_be_asked_does_not_fulfil_it(value):
    assert refusal(check_that, claim(value), lambda v: v.sum() > 0, "positive").status is Status.WRONG


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing bounds a process's memory")
def test_what_would_take_gigabytes_of_the_graders_memory_is_the_students_wrong_form():
    import resource  # Unix has it

    column = claim(np.zeros((30_000, 1, 1), np.int8))  # 30 KB that broadcast to 12 GB
    with pytest.raises(StudentFault) as caught:
        then(column, lambda b: np.ones((500, 100)) + b)
    assert str(caught.value.verdict.message).startswith("f(): what it returned cannot be used: MemoryError:")
    assert refusal(check_that, column, lambda b: np.ones((500, 100)) + b is not None, "small").status is Status.WRONG
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_a_claim_in_words_may_hold_braces():
    assert message(check_that, claim(3), lambda v: False, "it is one of {0, 1}") == (
        "f(): this should hold: it is one of {0, 1}"
    )
    verdict = refusal(check_that, claim(3), lambda v: False, "one of {x}", zh="属于 {x}")
    assert say(verdict.message, "zh").endswith("属于 {x}")


def test_check_that_needs_an_answer():
    with pytest.raises(GraderMistake, match=r"^check_that needs a student's answer on the left, got int$"):
        check_that(3, bool, "true")


def test_a_claim_that_misuses_an_answer_is_the_graders_mistake():
    other = claim(2.0)
    with pytest.raises(GraderMistake, match="is a student's answer: look at it with a check"):
        check_that(claim(3.0), lambda v: v > other, "larger")


def test_check_falls_accepts_losses_that_fall():
    check_falls(claim([4.0, 5.0, 2.0]))
    check_falls(claim(np.array([4, 3, 1])), to=0.25)


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([4.0, 3.0], "f(): the loss goes from 4 to 3, it should fall to 2 or lower"),
        ([4.0, np.nan, 1.0], "f(): the loss is nan at step 1"),
        ([4.0, 3.0, np.inf], "f(): the loss is inf at step 2"),
        (3.0, "f(): a sequence of losses is expected"),
        ([3.0], "f(): a sequence of losses is expected"),
        (np.ones((2, 2)), "f(): a sequence of losses is expected"),
        ("falls", "f(): a sequence of losses is expected"),
        ([True, False], "f(): a sequence of losses is expected"),
        (None, "f(): a sequence of losses is expected"),
    ],
)
def test_check_falls_says_what_the_losses_do(losses, words):
    assert message(check_falls, claim(losses)) == words


@pytest.mark.parametrize(
    ("score", "tier"), [(0.9, "enough"), (0.92, "good"), (0.95, "excellent"), (0.99, "Boss"), (1, "Boss")]
)
def test_check_reaches_tells_the_tier(score, tier):
    student = local(f=lambda: score)
    check_reaches(student.student.f(), at_least=0.9, good=0.92, excellent=0.95, boss=0.99)
    assert str(student.seen[0].note) == f"{score:g} reached: {tier}"


def test_tiers_that_are_not_given_are_not_reached():
    student = local(f=lambda: 5.0)
    check_reaches(student.student.f(), at_least=0.9, excellent=4.0)
    assert str(student.seen[0].note) == "5 reached: excellent"


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (0.89, "f(): reached 0.89, at least 0.9 is needed"),
        (np.nan, "f(): reached nan, at least 0.9 is needed"),
        ([0.9, 0.95], "f(): a single number is expected"),
        ("0.95", "f(): a single number is expected"),
        (True, "f(): a single number is expected"),
    ],
)
def test_check_reaches_says_what_is_missing(score, words):
    assert message(check_reaches, claim(score), at_least=0.9) == words


def test_a_score_may_come_as_an_array_of_one():
    check_reaches(claim(np.array([[0.95]])), at_least=0.9)


def test_parts_of_a_tuple_are_answers_of_their_own():
    out, cache = parts(claim((1.0, {"x": 2.0})), "out", "cache")
    check_close(out, 1.0)
    assert message(check_close, cache["x"], 3.0) == "f() → cache['x']: cache['x'] is 2, expected 3"


def test_parts_of_a_plain_tuple_are_given_back():
    assert parts((1, 2), "out", "cache") == (1, 2)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((1, 2, 3), "f(): returned a tuple of 3, expected (out, cache)"),
        (np.ones(2), "f(): returned an array of shape (2,), expected (out, cache)"),
        (None, "f(): returned None, expected (out, cache)"),
        ({"out": 1, "cache": 2}, "f(): returned a dict of 2, expected (out, cache)"),
    ],
)
def test_another_number_of_parts_is_the_students_fault(value, words):
    assert message(parts, claim(value), "out", "cache") == words


def test_then_computes_with_the_plain_value():
    check_close(then(claim(np.ones(3)), np.sum), 3.0)
    check_close(then(claim(np.ones((2, 3))), lambda v: v.mean(axis=0)), np.ones(3))


def test_then_spreads_a_tuple_over_the_parameters():
    check_close(then(claim((2.0, 3.0)), lambda a, b: a - b), -1.0)
    check_close(then(claim((1.0, 2.0, 3.0)), lambda *all_of_them: sum(all_of_them)), 6.0)


def test_a_parameter_with_a_value_of_its_own_is_no_part():
    for n in (2, 3):
        check_close(then(claim(np.arange(5.0)), lambda v, n=n: v[:n].sum()), float(sum(range(n))))
        check_close(then(claim((2.0, 3.0)), lambda a, b, *, n=n: a * b * n), 6.0 * n)


def test_then_says_what_cannot_be_used():
    assert message(then, claim("text"), lambda v: v.sum()) == (
        "f(): what it returned cannot be used: AttributeError: 'str' object has no attribute 'sum'"
    )
    assert message(then, claim((1, 2, 3)), lambda a, b: a) == "f(): returned a tuple of 3, expected (a, b)"


def test_then_may_call_the_answer_by_another_name():
    assert message(check_close, then(claim(2.0), lambda v: v / 2, "half of f()"), 2.0) == (
        "half of f(): result is 1, expected 2"
    )


def test_what_misuses_an_answer_in_then_is_the_graders_mistake():
    other = claim(np.ones(2))
    with pytest.raises(GraderMistake, match="is a student's answer: look at it with a check"):
        then(claim(np.ones(2)), lambda v: float(other))
    with pytest.raises(GraderMistake, match="then needs a student's answer on the left, got float"):
        then(3.0, abs)


def test_a_fault_of_the_student_in_then_stays_that_fault():
    student = local(f=lambda: 1.0, g=lambda x: x / 0).student
    with pytest.raises(StudentFault, match=r"^g\(1\) raised ZeroDivisionError"):
        then(student.f(), lambda v: student.g(v + 0.0))


def test_check_faster_accepts_an_array_operation(submit):
    student = submit("""
        import numpy as np
        def f(x):
            return x.sum()
        """)
    check_faster(student.student.f, np.sum, np.ones(1000), turns=1_000_000)
    assert student.seen[-1].passed


@pytest.mark.parametrize(
    "trick",
    [
        """
        kept = {}
        def f(x):
            key = x.tobytes()
            if key not in kept:
                kept[key] = sum(n * 0.5 for n in range(3_000_000))
            return kept[key]
        """,
        """
        import time
        from autograder.sandbox.worker import Engine

        def slow(*_):
            time.sleep(3)
            return {"value": None}

        Engine._VERBS.update(dict.fromkeys(set(Engine._VERBS) - {"call"}, slow))
        def f(x):
            return sum(n * 0.5 for n in range(3_000_000))
        """,
    ],
    ids=["answers kept", "yardstick slowed"],
)
def test_check_faster_is_not_deceived(submit, trick):
    f, half_of_all = submit(trick).student.f, 0.5 * 3_000_000 * 2_999_999 / 2
    assert "times as long as it may" in message(check_faster, f, lambda x: half_of_all, np.ones(3), turns=100_000)


def test_check_faster_looks_at_every_answer(submit):
    student = submit("""
        calls = []
        def f(x):
            calls.append(x)
            return 2 * x if len(calls) != 3 else None
        """)
    said = message(check_faster, student.student.f, lambda x: 2 * x, 1.0, turns=100_000)
    assert "result is None" in said
    assert [each.passed for each in student.seen] == [True, True, False]


def test_check_faster_refuses_a_loop_of_a_thousand_times_as_many_turns(submit):
    student = submit("""
        def f(x):
            total = 0.0
            for turn in range(1_500_000):
                total += turn * 0.5
            return total
        """)
    right = 0.5 * 1_500_000 * 1_499_999 / 2
    said = message(check_faster, student.student.f, lambda x: right, 1.0, turns=100_000)
    assert said.startswith("f takes ")
    assert said.endswith(" times as long as it may: is there a Python loop that an array operation could do?")


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda n, rng: rng.permutation(n), ""),
        (lambda n, rng: [list(part) for part in np.array_split(rng.permutation(n), 3)], ""),
        (lambda n, rng: np.random.default_rng().permutation(n), "the same generator, in the same state"),
        (lambda n, rng: np.random.default_rng(0).permutation(n), "another generator gives another answer"),
        (lambda n, rng: np.arange(n), "another generator gives another answer"),
    ],
)
def test_what_is_drawn_hangs_on_the_state_of_the_generator_alone(draw, said):
    student, rng = local(f=draw).student, np.random.default_rng(5)
    if not said:
        check_draws_from(rng, lambda generator: student.f(31, generator))
        return
    assert f"this should hold: {said}" in message(check_draws_from, rng, lambda generator: student.f(31, generator))


def test_check_faster_against_few_turns_is_noise():
    with pytest.raises(GraderMistake, match=r"^check_faster against 10 turns is noise; use 100000 or more$"):
        check_faster(local(f=lambda: 1).student.f, lambda: 1, turns=10)
