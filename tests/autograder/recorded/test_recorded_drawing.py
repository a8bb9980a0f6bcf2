"""What a question drew is drawn again, whatever NumPy would draw."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.model import GraderMistake
from autograder.recorded.drawing import DRAWS, Recording, Replaying
from autograder.student.connection import seed_of


def some_draws(rng):
    """Draws of every kind that graders use, also in place."""
    x, rows = np.arange(6.0), [1, 2, 3]
    rng.shuffle(x)
    rng.shuffle(rows)
    filled = np.zeros(3)
    rng.random(out=filled)
    drawn = [rng.normal(size=(2, 3)), rng.uniform(), rng.integers(9), rng.permutation([*"abc"]), rng.choice([1, 2])]
    return [x, rows, filled, *drawn]


def test_draws_come_again_without_a_stream():
    recording = Recording("1/q", np.random.default_rng(3))
    first = some_draws(recording)
    again = some_draws(Replaying("1/q", recording.draws))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
        assert type(one) is type(other)


def test_a_recording_draws_what_its_source_draws():
    np.testing.assert_array_equal(
        Recording("1/q", np.random.default_rng(3)).normal(size=4), np.random.default_rng(3).normal(size=4)
    )


def test_the_seed_that_is_handed_over_depends_on_the_question_and_on_what_was_drawn():
    recording = Recording("1/q", np.random.default_rng(3))
    before = seed_of(recording)
    recording.normal()
    replaying = Replaying("1/q", recording.draws)
    assert seed_of(replaying) == before
    replaying.normal()
    assert seed_of(replaying) == seed_of(recording) != before
    assert seed_of(Replaying("2/q", [])) != before


def test_another_draw_than_the_recorded_one_is_the_graders_mistake():
    with pytest.raises(GraderMistake, match=r"^rng\.normal is asked for where uniform was recorded"):
        Replaying("1/q", [("uniform", 0.5)]).normal()
    with pytest.raises(GraderMistake, match=r"where nothing was recorded"):
        Replaying("1/q", []).normal()
    with pytest.raises(GraderMistake, match=r"^rng\.spawn cannot be recorded"):
        Replaying("1/q", []).spawn(2)


def test_every_way_to_draw_is_kept():
    assert {"normal", "uniform", "integers", "permutation", "permuted", "shuffle", "choice", "random"} <= set(DRAWS)
