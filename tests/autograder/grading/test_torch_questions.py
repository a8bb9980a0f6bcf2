"""Questions about modules: what PyTorch draws belongs to the question too, whatever was asked before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support_courses import TINY, graded, statuses, with_graders

from autograder.grading import Grader
from autograder.manifest import Course

TWO = """
    @points(3)
    def test_linear_first(student, reference, tensors):
        '''first'''
        check_same(student.Linear(3, 4), reference.Linear(3, 4), at=(tensors.normal(size=(2, 3)),))


    @points(3)
    def test_linear_second(student, reference, tensors):
        '''second'''
        check_same(student.Linear(3, 4), reference.Linear(3, 4), at=(tensors.normal(size=(2, 3)),))
    """


def outputs(grader, *, seed="1", only=""):
    """The reference's outputs at each question."""
    seen = {}

    def witness(question, play):
        seen[question] = play.observations[-1].expected["y"]

    who = replace(grader.played("somebody", grader.bank.solution, seed), witness=witness)
    grader.grade([who], lambda report: None, only=only)
    return seen


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two questions that draw the reference's weights."""
    return Grader(with_graders(tmp_path_factory.mktemp("two") / "c", TWO, "layers"), "layers")


def test_the_references_weights_are_drawn_anew_for_each_question(two):
    seen = outputs(two)
    assert not np.array_equal(seen["linear_first"], seen["linear_second"])


def test_the_references_weights_depend_on_seed_and_question_alone(two):
    everything, alone = outputs(two), outputs(two, only="linear_second")
    assert np.array_equal(everything["linear_second"], alone["linear_second"])
    assert not np.array_equal(outputs(two, seed="2")["linear_first"], everything["linear_first"])


def test_modules_are_graded_behind_the_sandbox(torch_sandbox):
    grader = Grader(Course(TINY), "layers")
    right = (TINY / "solutions" / "layers" / "solution.py").read_text("utf-8")
    wrong = right.replace("self.weight.T + self.bias", "self.weight.T")
    detached = right.replace("return x @", "return x.detach() @")
    reports = graded(grader, torch_sandbox, [right, wrong, detached])
    assert [report.score for report in reports] == [6, 0, 0]
    assert [report.questions[0].verdict.mistake for report in reports] == [None, "LinearWithoutBias", "LinearDetached"]
    assert statuses(reports[1]) == {"linear_same": "wrong"}
