"""What a student's process claims about its uses is checked for its form, and can only cost marks."""

import pytest

from autograder.model import Exercise, Forbidden, Use
from autograder.student.rulebook import Rulebook

EXERCISES = (
    Exercise("solve", 1, {}, ("solve",), forbidden=Forbidden(("torch",), ("aten.mm",))),
    Exercise("fit", 1, {}, ("fit",)),
)
CLAIM = ("solve", "torch", "torch.softmax", "answer.py", 3, "return torch.softmax(x)")


@pytest.fixture
def rulebook():
    return Rulebook(EXERCISES)


def test_a_claim_of_the_right_form_is_a_use(rulebook):
    rulebook.note({"uses": [CLAIM]})
    assert rulebook.uses("solve") == (Use(*CLAIM[1:]),)


def test_an_operator_may_be_claimed(rulebook):
    rulebook.note({"uses": [("solve", "aten.mm", "aten.mm", "", 0, "")]})
    assert rulebook.uses("solve") == (Use("aten.mm", "aten.mm"),)


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        "torch",
        {"solve": "torch"},
        [],
        [None],
        [list(CLAIM)],
        [CLAIM[:5]],
        [(*CLAIM, "more")],
        [("fit", *CLAIM[1:])],
        [("nowhere", *CLAIM[1:])],
        [("solve", "numpy", *CLAIM[2:])],
        [(*CLAIM[:4], True, CLAIM[5])],
        [(*CLAIM[:4], 3.0, CLAIM[5])],
        [(*CLAIM[:2], None, *CLAIM[3:])],
    ],
)
def test_a_claim_of_another_form_or_of_no_rule_is_dropped(rulebook, claimed):
    rulebook.examined = True
    rulebook.note({"uses": claimed})
    assert rulebook.uses("solve") == ()


def test_long_texts_and_odd_lines_are_cut(rulebook):
    rulebook.note({"uses": [("solve", "torch", "n" * 9999, "f" * 9999, -(10**30), "s" * 9999)]})
    (use,) = rulebook.uses("solve")
    assert (len(use.name), len(use.file), use.line, len(use.source)) == (200, 200, 0, 200)


def test_the_first_claim_stands(rulebook):
    rulebook.note({"uses": [CLAIM, (*CLAIM[:4], 7, "later")]})
    rulebook.note({"uses": [(*CLAIM[:4], 9, "later still")]})
    assert [use.line for use in rulebook.uses("solve")] == [3]


def test_a_source_that_nobody_could_search_is_told_apart_from_an_innocent_one(rulebook):
    assert rulebook.uses("solve") is None
    rulebook.examined = False
    assert rulebook.uses("solve") is None
    rulebook.note({"uses": [CLAIM]})
    assert rulebook.uses("solve") != ()


def test_the_files_go_along_once(rulebook):
    assert rulebook.request({"answer.py": 1}, "answer")["files"] == {"answer.py": 1}
    rulebook.examined = True
    assert rulebook.request({"answer.py": 1}, "answer")["files"] == {}


def test_only_requests_about_an_exercise_with_a_rule_name_it(rulebook):
    assert rulebook.about("solve") == {"exercise": "solve"}
    assert rulebook.about("fit") == rulebook.about("") == {}


def test_a_course_that_forbids_nothing_has_no_rules():
    assert not Rulebook(EXERCISES[1:])
