"""Pictures of trainings come from the question itself, asked again with fewer turns, and change no result."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.grading import Grader
from autograder.model import Status, Submission
from autograder.sandbox.training import watched
from autograder.student import Local
from autograder.trainings import Listening, lengths

SEED = "2f31"
TIERS = ["Boss", "excellent", "good", "enough"]
QUICK = {
    "train_mlp_digits": ("backprop", "score over epochs", TIERS),
    "training_softmax_on_digits": ("classification", "score over steps", TIERS),
    "training_logistic_on_tumours": ("classification", "score over steps", TIERS),
    "training_logistic_away_from_origin": ("classification", "score over steps", ["enough"]),
    "train_skipgram_prefers_true_neighbours": ("embeddings", "score over epochs", TIERS[1:]),
}
LONG = {
    "train_deep_digits": ("optimization", ["loss over batches", "score over batches"]),
    "train_cnn_of_new_images": ("cnn", ["loss over steps", "score over epochs"]),
    "train_recall_of_new_examples": ("self_attention", ["loss over steps"]),
    "train_reverse_of_new_sequences": ("transformer", ["loss over steps"]),
    "gradient_descent_diabetes": ("gradient_descent", ["loss over steps"]),
}


@pytest.fixture(scope="module")
def graders(course):
    made = {}
    return lambda topic: made.setdefault(topic, Grader(course, topic, name_mistakes=False))


def graded(grader, question, answerer):
    reports = []
    grader.grade([answerer], reports.append, only=question)
    return reports[0].questions[0]


def played(grader, question, *, draws=True, **replaced):
    """How the solution, with some functions replaced, does at a question."""
    names = {**vars(grader.bank.solution), **replaced}
    answerer = grader.played("somebody", SimpleNamespace(**names), SEED)
    return graded(grader, question, replace(answerer, only_once=True, draws_trainings=draws))


def curves(found):
    return [picture for picture in found.verdict.pictures if picture.kind == "curve"]


@pytest.mark.parametrize("question", QUICK)
def test_a_training_question_shows_its_score_over_the_turns_among_the_tiers(graders, question):
    topic, title, tiers = QUICK[question]
    (curve,) = curves(played(graders(topic), question))
    turns = [x for x, _, _ in curve.points]
    assert str(curve.title) == title
    assert [str(name) for name, _ in curve.marks] == tiers
    assert len(turns) >= 3
    assert turns == sorted(set(turns))


@pytest.mark.slow
@pytest.mark.parametrize("question", LONG)
def test_a_long_training_question_shows_its_curves_too(graders, question):
    topic, titles = LONG[question]
    assert [str(curve.title) for curve in curves(played(graders(topic), question))] == titles


def test_the_curve_is_the_students_own(graders):
    grader = graders("classification")
    right = grader.bank.solution.train_softmax
    name = "training_softmax_on_digits"
    (ours,), found = (
        curves(played(grader, name)),
        played(grader, name, train_softmax=lambda X, y, lr, steps: right(X, y, 1e-9, 1 + steps // 100)),
    )
    (theirs,) = curves(found)
    assert found.verdict.status is Status.WRONG
    assert ours.points != theirs.points


def test_drawing_changes_nothing_but_the_pictures(graders):
    for name in ("training_softmax_on_digits", "training_contract"):
        drawn, plain = (played(graders("classification"), name, draws=draws) for draws in (True, False))
        same = replace(drawn.verdict, pictures=plain.verdict.pictures)
        assert (same, drawn.score) == (plain.verdict, plain.score)
        assert curves(plain) == []


def test_a_training_that_dies_when_it_is_cut_short_has_no_curve_and_keeps_its_points(course, graders, sandbox):
    source = (course.solutions("classification") / "solution.py").read_text("utf-8")
    source += "\n\n_whole = train_logistic\n\n\ndef train_logistic(X, y, lr, steps):\n"
    source += "    import os\n    return _whole(X, y, lr, steps) if steps == 500 else os._exit(1)\n"
    handed_in = Submission("somebody", {"classification.py": source.encode()})
    grader = graders("classification")
    answerer = replace(grader.submitted(handed_in, sandbox, SEED), draws_trainings=True)
    with closing(answerer.connection):
        found = graded(grader, "training_logistic_away_from_origin", answerer)
    assert (found.verdict.status, found.score) == (Status.PASSED, 1.0)
    assert curves(found) == []
    assert [picture.kind for picture in found.verdict.pictures] == ["boundary", "gauge"]


@pytest.mark.parametrize("turns", [1, 2, 3, 10, 280, 10**9])
def test_the_shorter_trainings_together_take_no_longer_than_the_whole(turns):
    found = lengths(turns)
    assert found[-1] == turns
    assert found == sorted(set(found))
    assert len(found) <= 8
    assert sum(found[:-1]) <= 1.2 * turns


@pytest.mark.parametrize(
    ("function", "arguments", "given", "turns"),
    [
        (lambda x, epochs: epochs, (0, 9), 4, ["epochs", 9]),
        (lambda x, steps=9: steps, (0,), None, None),
        (lambda batches: batches[-1], (list(range(9)),), 3, ["batches", 9]),
        (lambda steps: steps, (3,), 3, ["steps", 3]),
        (lambda steps: steps, ("many",), "many", None),
        (lambda rounds: rounds, (9,), 9, None),
    ],
)
def test_a_call_is_cut_short_where_its_parameter_says_how_long_to_train(function, arguments, given, turns):
    short, told = watched(function, 4)
    assert short(*arguments) == (9 if given is None else given)
    assert told.get("turns") == turns


def test_a_call_with_wrong_arguments_fails_with_its_own_words():
    short, _ = watched(lambda epochs: epochs, 4)
    with pytest.raises(TypeError, match="2 were given"):
        short(1, 2)


def test_losses_from_which_a_training_goes_backward_are_noted():
    torch = pytest.importorskip("torch")

    def trained():
        x = torch.tensor([4.0], requires_grad=True)
        for _ in range(9):
            (x * x).sum().backward()
            x.data /= 2
        return 3

    seen, told = watched(trained, 0)
    backward = torch.autograd.backward
    assert seen() == 3
    assert told["losses"].tolist() == [16.0 / 4**n for n in range(9)]
    assert torch.autograd.backward is backward


@pytest.mark.parametrize(
    ("losses", "turns"),
    [
        ([1.0] * 9, "epochs"),
        (np.ones((9, 9)), ["rounds", 3]),
        (np.ones(9, dtype=complex), ["epochs", "3"]),
        (np.ones(3), ["epochs", -3]),
        ({}, [["epochs"], 3]),
    ],
)
def test_what_a_process_tells_of_itself_is_drawn_only_in_the_right_form(losses, turns):
    class Liar(Local):
        def ask(self, request, asked, functions):
            return {**super().ask(request, asked, functions), "losses": losses, "turns": turns}

    heard = Listening(Liar(SimpleNamespace(f=lambda: 1)))
    request = {"verb": "call", "target": "f", "arguments": [], "keywords": {}}
    assert heard.ask(request, "f()", {})["value"] == 1
    assert (heard.losses, heard.unit, heard.turns) == ([], "", 0)
