"""`explain`: a question's inputs, tolerance and the distances of everything known; and the picture of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support_courses import TINY

from autograder.authoring import showing
from autograder.authoring.explaining import draw, explained, text
from autograder.checks import Observation
from autograder.compare import Comparison, Tolerance
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, UsageError


@pytest.fixture(scope="module")
def grader():
    return Grader(Course(TINY), "vectors", name_mistakes=False)


def test_every_known_answer_has_its_distance_at_every_check(grader):
    (found,) = explained(grader, "scale_values", PUBLIC_SEED)
    (look,) = found.looks
    right = [each for each in look.distances if each.is_right]
    wrong = [each for each in look.distances if not each.is_right]
    assert [each.id for each in right] == ["scale_loop", "scale_einsum"]
    assert [each.id for each in wrong] == ["scale_adds", "scale_divides"]
    assert all(each.tolerances < 1e-3 for each in right)
    assert all(each.tolerances > 1e3 for each in wrong)
    assert look.passing == ()


def test_a_check_that_tells_nothing_of_a_mistake_says_so(grader):
    (found,) = explained(grader, "scale_keeps_its_input", PUBLIC_SEED)
    assert found.looks[0].passing == ("scale_adds", "scale_divides")  # it looks at the arguments alone
    assert "does not tell from the reference: scale_adds, scale_divides" in text(found)


def test_the_text_shows_inputs_reference_and_tolerance(grader):
    (found,) = explained(grader, "scale_values", PUBLIC_SEED)
    words = text(found)
    assert "scale_values  (2 points, public, seed 2f31)" in words
    assert "argument 0: float64(3, 4) [[" in words
    assert "reference: float64(3, 4) [[" in words
    assert "allowed: |a − b| ≤ 1e-07·|b| + 1e-09·" in words


def test_other_seeds_draw_other_inputs(grader):
    texts = {text(*explained(grader, "scale_values", seed)) for seed in ("one", "two")}
    assert len(texts) == 2


def test_an_exercise_stands_for_its_questions_and_a_prefix_may_be_left_on(grader):
    names = [found.question.name for found in explained(grader, "scale", PUBLIC_SEED)]
    assert names == ["scale_values", "scale_keeps_its_input", "scale_one_row"]
    assert explained(grader, "test_scale_values", PUBLIC_SEED)[0].question.name == "scale_values"


def test_an_unknown_question_is_a_matter_of_usage(grader):
    with pytest.raises(UsageError, match="did you mean 'scale_values'"):
        explained(grader, "scale_valeus", PUBLIC_SEED)


@pytest.mark.parametrize(("suffix", "begins"), [(".svg", b"<?xml"), (".png", b"\x89PNG")])
def test_the_distances_are_drawn(grader, suffix, begins, tmp_path):
    path = tmp_path / f"plot{suffix}"
    draw(explained(grader, "scale_values", PUBLIC_SEED), path)
    assert path.read_bytes().startswith(begins)


def test_another_kind_of_picture_is_refused(grader, tmp_path):
    with pytest.raises(UsageError, match=r"plot\.gif is no \.svg and no \.png"):
        draw(explained(grader, "scale_values", PUBLIC_SEED), tmp_path / "plot.gif")


def seen(actual, expected, comparison=None, *, verdict=None):
    return Observation("f(x)", actual, expected, comparison=comparison, verdict=verdict)


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        (seen(1, 1, Comparison(exact=True)), "equal, exactly"),
        (seen(1.0, 1.0, Comparison(values=False)), "structure, shapes and kinds of numbers alone"),
        (seen(1, None), "a property, which holds or does not"),
        (seen(np.ones(2), np.ones(2), Comparison()), "|a − b| ≤ 1e-07·|b| + 1e-09·1, the last being RMS(b)"),
        (
            seen((np.ones(2, "f4"), 3), (np.ones(2), 3), Comparison()),
            "|a − b| ≤ 0.0001·|b| + 3e-05·1, the last being RMS(b); whole numbers: equal, exactly",
        ),
        (
            seen({"w": 2.0}, {"w": 2.0}, Comparison(tolerance=Tolerance(0.5, 0.25, 1.0))),
            "|a − b| ≤ 0.5·|b| + 0.25·2, the last being RMS(b)",
        ),
    ],
)
def test_a_tolerance_is_told_as_it_is_applied(observation, words):
    assert showing.tolerance(observation) == words


def test_a_distance_is_counted_in_tolerances():
    assert showing.distance(seen(1.0 + 1.01e-6, 1.0, Comparison())) == pytest.approx(10, rel=1e-3)
    assert showing.distance(seen(2, 1, Comparison(exact=True), verdict=object())) == math.inf
    assert showing.distance(None) == math.inf


def test_the_axis_has_marks_at_a_third_and_at_ten():
    assert showing.axis(0.0, "o") == "o······················¦··¦······················"
    assert showing.axis(math.inf, "x") == "·······················¦··¦·····················x"
    assert showing.axis(1.0, "x")[24] == "x"


def test_large_values_show_their_corners_alone():
    words = showing.value(np.arange(10_000.0).reshape(100, 100))
    assert words.startswith("float64(100, 100) [[")
    assert len(words.splitlines()) <= showing.LINES
