"""Programs that no bank holds: right ones keep every point, wrong ones are hardly ever given another mistake's name.

Two topics are tried each time; AUTOGRADER_STRANGERS=all (`make strangers`) tries every one, live and offline, with
more programs made of two mistakes or changed by machine. A name is right when a person put it beside the program, when
it is one of the two mistakes that were put together, or when the program answers as that mistake does at every check of
the question under seeds that naming never saw.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest
from support_blends import changed, pairs, spread
from support_strangers import COURSE, TOPICS, reports, solution_of, strangers

from autograder.authoring.offline import edition_of
from autograder.diagnosis.replay import agreements
from autograder.grading import Grader
from autograder.model import Status

WHOLE = os.environ.get("AUTOGRADER_STRANGERS") == "all"
TRIED = TOPICS if WHOLE else ("classification", "regularization")
MADE = 40 if WHOLE else 8
FRESH = ("never seen 1", "never seen 2", "never seen 3")
MOST_WRONGLY_NAMED = 0.02

topics = pytest.mark.parametrize("topic", TRIED)


@pytest.fixture(scope="module")
def graders(tmp_path_factory, recorded):
    """Each topic's grader live, and offline where asked for; made once."""
    made = {}

    def grader(topic, *, offline=False):
        if (topic, offline) not in made:
            folder = tmp_path_factory.mktemp(topic) / "e"
            course = edition_of(COURSE, topic, folder, recorded(topic)) if offline else COURSE
            made[topic, offline] = Grader(course, topic)
        return made[topic, offline]

    return grader


@pytest.fixture(scope="module")
def judged(graders):
    """What became of a topic's wrong programs; asked once."""
    done = {}

    def of(topic):
        if topic not in done:
            done[topic] = _judged(graders(topic))
        return done[topic]

    return of


def _plays(grader, program, exercise, seed):
    """Every question's play under a seed, nothing left out."""
    found = {}
    answers = program.on(grader.bank.solution)
    who = replace(grader.played("p", answers, seed), exercise=exercise, witness=found.__setitem__, only_once=True)
    grader.grade([who], lambda report: None)
    return found


def _is_right(grader, program, question, name):
    """Whether the name is true of the program as far as the question can tell."""
    if name in program.names or not program.is_made:
        return name in program.names
    (mistake,) = [each for each in grader.bank.mistakes if each.id == name]
    both = [[_plays(grader, who, program.exercise, seed)[question] for who in (program, mistake)] for seed in FRESH]
    counts = [agreements(*each) for each in both]
    return None not in counts and any(counts)  # an error at the edge of what is allowed fails under some seeds only


def _judged(grader):
    """How many wrong programs failed, were named, and wrongly; with the wrong names."""
    written = [each for each in strangers(grader.topic, grader.assignment) if each.names is not None]
    made = [replace(each, is_made=True) for kind in (pairs, changed) for each in spread(kind(grader), MADE)]
    counts, wrong = Counter(), []
    programs = [*written, *made]
    for program, report in zip(programs, reports(grader, programs, grader.bank.solution), strict=True):
        failed = [q for q in report.questions if q.verdict.status is not Status.PASSED]
        named = [(q.name, q.verdict.mistake) for q in failed if q.verdict.mistake]
        bad = [pair for pair in named if not _is_right(grader, program, *pair)]
        assert failed or program.is_made, f"{program.id} is wrong and loses nothing"
        assert not [q for q in failed if q.verdict.status is Status.OURS], program.id
        counts.update(programs=bool(failed), named=bool(named), wrong=bool(bad))
        wrong += [(grader.topic, program.id, *pair) for pair in bad]
    return counts, wrong


@topics
def test_a_right_program_in_an_unusual_style_keeps_every_point(topic, graders):
    grader = graders(topic)
    programs = [each for each in strangers(topic, grader.assignment) if each.names is None]
    assert len(programs) >= 5
    assert lost(grader, programs) == []


@topics
def test_a_right_program_keeps_every_point_offline(topic, graders):
    grader = graders(topic, offline=True)
    programs = [each for each in strangers(topic, grader.assignment) if each.names is None]
    assert lost(grader, programs) == []


def lost(grader, programs):
    """What right programs lost, with the reasons."""
    done = zip(programs, reports(grader, programs, solution_of(grader.topic)), strict=True)
    return [
        f"{program.id}: {question.name}: {question.verdict.message}"
        for program, report in done
        for question in report.questions
        if question.score < question.points or question.verdict.hint
    ]


def test_hardly_any_program_is_named_wrongly(judged):
    counts, wrong = Counter(), []
    for topic in TRIED:
        found, bad = judged(topic)
        print(f"{topic}: {dict(found)}")
        counts.update(found)
        wrong += bad
    assert counts["programs"] >= (600 if WHOLE else 60)
    assert counts["wrong"] <= MOST_WRONGLY_NAMED * counts["programs"], wrong


def test_there_are_enough_strangers():
    every = [each for topic in TOPICS for each in strangers(topic, COURSE.assignment(topic))]
    assert set(TOPICS) == set(COURSE.topics)
    assert sum(each.names is not None for each in every) >= 150
    assert sum(each.names is None for each in every) >= 5 * len(TOPICS)
