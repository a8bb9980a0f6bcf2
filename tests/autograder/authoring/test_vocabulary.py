"""The examples of docs/authors.md: each question passes on the page's own solution, each misuse is refused as told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support_courses import HEAD, played, statuses

from autograder.authoring import reading
from autograder.authoring.refusal import Places
from autograder.grading import Grader
from autograder.manifest import Course

PAGE = (Path(__file__).parents[3] / "docs" / "authors.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(python|text)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
SOLUTION = next(text for kind, text in BLOCKS if kind == "python" and text.startswith("import numpy"))
FOLLOWED = list(zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True))
MISUSES = [(block[1], following[1].strip()) for block, following in FOLLOWED if following[0] == "text"]
QUESTIONS = [
    block[1]
    for block, following in FOLLOWED
    if "@points" in block[1] and following[0] != "text" and "student" in block[1]
]
EXERCISES = ("softmax", "softmax_backward", "predict", "shuffled", "slope_at", "descend", "running", "layer")
FUNCTIONS = {"running": "Running", "layer": "Layer", "softmax": "softmax"}


def course(root, *questions):
    """A course whose solution is the page's and whose questions are these."""
    texts = {
        "assignments/page/assignment.toml": facts(),
        "solutions/page/solution.py": SOLUTION,
        "tests/graders/page/test_public.py": HEAD + "\n\n".join(questions),
    }
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    return Course(root)


def facts():
    exercises = [
        f'[[exercise]]\nname = "{name}"\npoints = 1\ntitle = {{ en = "e", zh = "题" }}\n'
        f'functions = ["{FUNCTIONS.get(name, name)}"]\n'
        for name in EXERCISES
    ]
    head = 'format = 1\ntopic = "page"\npoints = 8\nframework = "torch"\n[title]\nen = "Page"\nzh = "页"\n'
    return head + "".join(exercises)


def test_every_example_passes_on_the_right_answers(tmp_path):
    report = played(Grader(course(tmp_path, *QUESTIONS), "page"))
    assert len(report.questions) >= 12
    assert {name: status for name, status in statuses(report).items() if status != "passed"} == {}


@pytest.mark.parametrize(
    "word",
    [
        *("check_close", "check_equal", "check_shape", "check_that", "check_unchanged", "check_raises"),
        *(
            "check_gradient",
            "check_same",
            "check_parameters",
            "trained",
            "check_falls",
            "check_reaches",
            "check_faster",
            "check_draws_from",
            "parts",
            "then",
        ),
        *("student", "reference", "rng", "tensors"),
    ],
)
def test_every_word_has_an_example(word):
    assert any(f"{word}(" in text or f"{word}." in text or f", {word}" in text for text in QUESTIONS)


def test_the_page_shows_misuses():
    assert len(MISUSES) >= 8


@pytest.mark.parametrize(("question", "says"), MISUSES, ids=[says[:40] for _, says in MISUSES])
def test_a_misuse_is_refused_with_the_sentence_of_the_page(question, says, tmp_path):
    made = course(tmp_path, question)
    at = Places(made, "page")
    said = [refusal.what for refusal in (*reading.randomness_seeded(at), *reading.cotangents_random(at))]
    (asked,) = played(Grader(made, "page")).questions
    said += [str(asked.verdict.message)] if asked.verdict.status.value == "ours" else []
    assert any(says in words for words in said), said
