"""Handouts agree with the solutions: every worked number is computed, and stands in both languages."""

from pathlib import Path

import pytest

from autograder.authoring import handouts, reading
from autograder.authoring.refusal import Places
from autograder.bank import load_solution
from autograder.manifest import Course

COURSE = Course(Path(__file__).parents[2])

topics = pytest.mark.parametrize("topic", COURSE.topics)


def refused(refusals):
    return [str(refusal) for refusal in refusals]


@topics
def test_titles_and_handouts_are_there_in_both_languages(topic):
    assert refused(reading.languages_present(Places(COURSE, topic))) == []


@topics
def test_worked_numbers_are_right_and_stand_in_both_handouts(topic):
    solution = load_solution(COURSE.solutions(topic))
    assert refused(handouts.numbers_hold(Places(COURSE, topic), solution)) == []


@topics
def test_what_an_exercise_forbids_stands_in_the_handout(topic):
    assert refused(handouts.rules_told(Places(COURSE, topic), COURSE.assignment(topic))) == []


@topics
def test_links_and_figures_of_a_handout_exist(topic):
    assert refused(handouts.links_hold(Places(COURSE, topic))) == []


@topics
def test_nothing_that_students_get_holds_a_secret(topic):
    assert refused(reading.secrets_kept(Places(COURSE, topic))) == []


@topics
def test_regions_starter_and_randomness_are_sound(topic):
    at = Places(COURSE, topic)
    found = (*reading.regions_hold(at, COURSE.assignment(topic)), *reading.starter_holds(at))
    assert refused((*found, *reading.randomness_seeded(at), *reading.cotangents_random(at))) == []
