"""Numbers of a class that can be checked by hand, and questions that look wrong called so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import question, statistics_of

from autograder.gradebook.rows import Question
from autograder.model import Status


def asked(name, score, points=1.0, status="", mistake=None, seconds=1.0):
    return Question(name, "scale", points, score, False, status or ("passed" if score else "wrong"), mistake, seconds)


def classed(*columns):
    """A class by its questions: each a list of scores."""
    rows = zip(*columns, strict=True)
    return [[asked(f"q{n}", score) for n, score in enumerate(row)] for row in rows]


def test_difficulty_correlation_and_index_are_those_of_the_textbook():
    easy, good, other = [1] * 9 + [0], [1] * 5 + [0] * 5, [1] * 5 + [0] * 5
    found = statistics_of(classed(easy, good, other), [3, 3, 3, 3, 3, 1, 1, 1, 1, 0], 3)
    by_name = {item.name: item for item in found.items}
    assert by_name["q0"].difficulty == 0.9
    assert by_name["q1"].correlation == pytest.approx(0.3 / (0.5 * 0.44**0.5))
    assert by_name["q1"].index == 1.0
    assert by_name["q0"].index == pytest.approx(1 / 3)
    assert all(item.suspicions == () for item in found.items)
    assert (found.quantile(0.5), sum(found.histogram())) == (2, 10)


def test_a_question_that_nobody_earns_looks_wrong():
    found = statistics_of(classed([0] * 6, [1] * 6), [1] * 6, 2)
    assert [str(each) for each in found.items[0].suspicions] == ["nobody of 6 earns it: is the question right?"]
    assert statistics_of(classed([0] * 3), [0] * 3, 1).items[0].suspicions == ()


def test_a_question_that_the_good_fail_looks_wrong():
    good = [1] * 6 + [0] * 6
    found = statistics_of(classed(good, good, [1 - each for each in good]), [2] * 6 + [1] * 6, 3)
    assert ["those who do well otherwise" in str(item.suspicions) for item in found.items] == [False, False, True]


def test_mistakes_are_counted_once_a_student():
    students = [[asked(f"q{n}", 0, mistake="forgot_n") for n in range(3)] for _ in range(31)] + [[asked("q0", 1)]] * 89
    (mistake,) = statistics_of(students, [0] * 120, 3).mistakes
    assert (mistake.name, mistake.count, mistake.asked) == ("forgot_n", 31, 120)


def test_our_own_faults_say_nothing_about_a_question():
    students = [[asked("q0", 0, status="ours")], [asked("q0", 1)]]
    (item,) = statistics_of(students, [None, 1], 1).items
    assert (item.asked, item.difficulty) == (1, 1.0)


def test_an_empty_class_has_numbers_too():
    found = statistics_of([], [], 10)
    assert (found.items, found.quantile(0.5), sum(found.histogram())) == ((), 0.0, 0)


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=3, max_size=3), max_size=40))
def test_every_number_is_within_its_range(rows):
    students = [[asked(f"q{n}", score) for n, score in enumerate(row)] for row in rows]
    found = statistics_of(students, [sum(row) for row in rows], 3)
    for item in found.items:
        assert 0 <= item.difficulty <= 1
        assert item.correlation is None or -1.0001 <= item.correlation <= 1.0001
        assert item.index is None or -1 <= item.index <= 1
    assert sum(found.histogram()) == len(rows)


def test_questions_of_a_report_will_do():
    found = statistics_of([[asked("a", 1)]], [question(Status.PASSED).score], 2)
    assert found.items[0].difficulty == 1
