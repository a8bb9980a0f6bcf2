"""Every topic proves itself: starter, reference, mistakes, alternatives, generic mistakes and variants, points."""

from pathlib import Path

import pytest

from autograder.authoring import proofs
from autograder.authoring.starters import generated
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED

COURSE = Course(Path(__file__).parents[2])
SEEDS = (PUBLIC_SEED, "another")
EXERCISES = [(topic, exercise.name) for topic in COURSE.topics for exercise in COURSE.assignment(topic).exercises]

topics = pytest.mark.parametrize("topic", COURSE.topics)
exercises = pytest.mark.parametrize(("topic", "exercise"), EXERCISES)


@pytest.fixture(scope="module")
def graders():
    made = {}

    def grader(topic):
        return made.setdefault(topic, Grader(COURSE, topic))

    return grader


def refused(refusals):
    return [str(refusal) for refusal in refusals]


@topics
def test_the_committed_starter_is_the_generated_one(topic):
    assert COURSE.starter(topic).read_text("utf-8") == generated(COURSE, topic)


@topics
def test_the_starter_gets_no_point_and_says_that_nothing_is_implemented(topic, graders):
    assert refused(proofs.starter_zero(graders(topic))) == []


@topics
def test_the_points_of_the_questions_are_those_of_the_assignment(topic, graders):
    assert refused(proofs.points_add_up(graders(topic))) == []


@topics
def test_the_reference_gets_full_marks(topic, graders):
    assert refused(proofs.reference_full(graders(topic), SEEDS)) == []


@topics
def test_every_exercise_has_mistakes_with_hints_and_alternatives(topic, graders):
    assert refused(proofs.bank_is_complete(graders(topic))) == []


@exercises
def test_every_known_mistake_loses_points_and_is_named(topic, exercise, graders):
    grader = graders(topic)
    mistakes = [mistake for mistake in grader.bank.mistakes if mistake.exercise == exercise]
    assert refused(proofs.mistakes_caught(proofs.trials(grader, mistakes, SEEDS))) == []


@exercises
def test_every_alternative_keeps_its_points(topic, exercise, graders):
    grader = graders(topic)
    alternatives = [alternative for alternative in grader.bank.alternatives if alternative.exercise == exercise]
    assert refused(proofs.alternatives_kept(proofs.trials(grader, alternatives, SEEDS))) == []


@topics
def test_what_is_forbidden_can_be_done_without_and_its_use_is_found(topic, graders):
    assert refused(proofs.rules_hold(graders(topic))) == []


@topics
def test_every_generic_mistake_loses_points(topic, graders):
    assert refused(proofs.generic_mistakes_caught(graders(topic), PUBLIC_SEED)) == []


@topics
def test_every_generic_variant_keeps_its_points(topic, graders):
    assert refused(proofs.generic_variants_kept(graders(topic), PUBLIC_SEED)) == []
