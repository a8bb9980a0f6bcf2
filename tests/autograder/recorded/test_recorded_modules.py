"""What a module consists of, asked of a recording: shared weights, buffers, names that are free, second gradients."""

from __future__ import annotations

import types

import pytest
from support_courses import by_name, with_graders
from support_editions import edition_of

from autograder.grading import Grader
from autograder.model import PUBLIC_SEED

QUESTIONS = '''
import torch

@points(2)
def test_linear_shared(student, reference, tensors):
    """a table that is used twice"""
    check_same(student.Shared(), tensors.drawn(reference.Shared()), at=(torch.tensor([0, 3, 3, 1]),))

@points(2)
def test_linear_named(student, reference, tensors):
    """layers under any name, derived twice"""
    ours = tensors.drawn(reference.Named())
    check_same(student.Named(), ours, at=(tensors.normal((4, 3)),), any_names=True, twice=True)
'''
MODELS = """

class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.head = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
        self.head.weight = self.table.weight
        self.register_buffer("shift", torch.ones(5))

    def forward(self, tokens):
        return self.head(self.table(tokens).tanh()) + self.shift


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.two(self.one(x).tanh())
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """The course's source of the models, and its edition."""
    course = with_graders(tmp_path_factory.mktemp("course") / "course", QUESTIONS, "layers")
    for name in ("mistakes.py", "alternatives.py"):
        (course.solutions("layers") / name).unlink(missing_ok=True)
    path = course.solutions("layers") / "solution.py"
    source = path.read_text("utf-8") + MODELS
    path.write_text(source, "utf-8")
    return source, edition_of(course, "layers", tmp_path_factory.mktemp("edition") / "edition")


def said(edition, *changes):
    """What the edition says of the solution with words replaced, by question."""
    source, course = edition
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    module = types.ModuleType("handed_in")
    exec(source, module.__dict__)
    grader, reports = Grader(course, "layers"), []
    grader.grade([grader.played("somebody", module, PUBLIC_SEED)], reports.append)
    return {name: str(question.verdict.message) for name, question in by_name(reports[0]).items()}


def test_right_modules_pass_also_under_names_of_their_own(edition):
    assert said(edition, ("self.one", "self.first"), ("self.two", "self.read")) == {
        "linear_shared": "",
        "linear_named": "",
    }


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "self.head.weight = self.table.weight",
            "pass",
            "Shared(): head.weight, table.weight should be one tensor, they are several",
        ),
        ("table", "words", "Shared(): the module has the parameters words.weight, which are not asked for"),
        (
            'self.register_buffer("shift", torch.ones(5))',
            "self.shift = torch.ones(5)",
            "Shared(): the module lacks the buffers shift",
        ),
    ],
)
def test_a_recording_tells_what_a_module_lacks_as_the_reference_does(edition, old, new, words):
    assert said(edition, (old, new)) == {"linear_shared": words, "linear_named": ""}


def test_a_recording_knows_second_gradients(edition):
    cut = ("self.two(self.one(x).tanh())", "self.two(self.one(x).tanh()) + 0.1 * (x - x.detach())[:, :2] ** 3")
    assert said(edition, cut)["linear_named"] == ""
    bent = ("self.two(self.one(x).tanh())", "self.two(self.one(x).tanh()) + 0.1 * (x - x.detach())[:, :2] ** 2")
    assert said(edition, bent)["linear_named"].startswith("Named(): ∂⟨u, ∂⟨v, y⟩/∂x⟩/∂x1[")
