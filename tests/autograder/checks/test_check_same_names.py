"""Modules whose parameters may have any name: told apart by their shapes, said plainly where that is not enough."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from support import asked, message, model

from autograder.checks import check_parameters, check_same
from autograder.model import StudentFault
from autograder.student import Local, Student

NET = """
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 4)
            self.second = nn.Linear(4, 2)
            self.register_buffer("scale", 2 * self.second.bias.detach() ** 0)

        def forward(self, x):
            return self.second(self.first(x).tanh()) * self.scale
    """
ROW = """
    from torch import nn

    class Model(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
            self.register_buffer("scale", self[2].bias.detach() ** 0)

        def forward(self, x):
            return super().forward(x) * self.scale
    """


def changed(source, *pairs):
    """The source with words replaced."""
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new)
    return source


@pytest.fixture
def submit_torch(submit_torch):
    return lambda source: submit_torch(source).student.Model()


@pytest.fixture
def x():
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(1))


def test_parameters_of_any_name_are_told_apart_by_their_shapes(submit_torch, x):
    check_same(submit_torch(ROW), model(NET), at=(x,), any_names=True)
    swapped = changed(NET, ("first", "THIRD"), ("second", "first"), ("THIRD", "second"))
    check_same(submit_torch(swapped), model(NET), at=(x,), any_names=True)
    check_parameters(submit_torch(ROW), model(NET), any_names=True)


def test_names_count_unless_a_question_says_otherwise(submit_torch, x):
    words = (
        "Model(): the module lacks the parameters first.bias, first.weight, second.bias, second.weight; "
        "it has 0.bias, 0.weight, 2.bias, 2.weight instead"
    )
    assert message(check_same, submit_torch(ROW), model(NET), at=(x,)) == words


def test_a_wrong_gradient_is_said_under_the_students_own_name(submit_torch, x):
    line = "y = self[0](x).tanh(); return (y @ self[2].weight.T + 3 * self[2].bias - 2 * self[2].bias.detach())"
    other = changed(ROW, ("return super().forward(x)", line))
    words = message(check_same, submit_torch(other), model(NET), at=(x,), any_names=True)
    assert words.startswith("Model(): ∂⟨v, y⟩/∂2.bias[")
    cut = changed(ROW, ("return super().forward(x)", "return self[2](self[0](x).detach().tanh() + 0 * x.sum())"))
    words = message(check_same, submit_torch(cut), model(NET), at=(x,), any_names=True)
    assert words.startswith("Model(): ∂⟨v, y⟩/∂x1")


def test_mistakes_are_compared_under_the_references_names(submit_torch, torch_sandbox, x):
    one = asked(torch_sandbox, ROW)
    check_same(one.student.Model(), model(NET), at=(x,), any_names=True)
    assert list(one.seen[0].actual) == [
        "y",
        "∂⟨v, y⟩/∂x1",
        "∂⟨v, y⟩/∂first.weight",
        "∂⟨v, y⟩/∂first.bias",
        "∂⟨v, y⟩/∂second.weight",
        "∂⟨v, y⟩/∂second.bias",
        "buffer scale",
    ]
    one.remote.close()


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (
            [
                ("nn.Linear(4, 2)", "nn.Linear(4, 2, bias=False)"),
                ("self[2].bias.detach() ** 0", "self[2].weight[:, 0]"),
            ],
            "the module has no parameter of the shape of second.bias (2,)",
        ),
        (
            [("nn.Linear(3, 4)", "nn.Linear(3, 5)"), ("nn.Linear(4, 2)", "nn.Linear(5, 2)")],
            "the module has no parameter of the shape of first.bias (4,), first.weight (4, 3), second.weight (2, 4); "
            "it has 0.bias, 0.weight, 2.weight instead",
        ),
        (
            [("nn.Tanh(), ", "nn.Linear(4, 4, bias=False), nn.Tanh(), "), ("self[2]", "self[3]")],
            "the module has the parameters 1.weight, which are not asked for",
        ),
    ],
)
def test_parameters_that_are_missing_or_too_many_are_named_with_their_shapes(submit_torch, x, pairs, words):
    said = message(check_same, submit_torch(changed(ROW, *pairs)), model(NET), at=(x,), any_names=True)
    assert said == f"Model(): {words}"


def test_parameters_whose_shapes_do_not_tell_them_apart_need_their_names(submit_torch, x):
    square = [("nn.Linear(3, 4)", "nn.Linear(3, 3)"), ("nn.Linear(4, 2)", "nn.Linear(3, 3)")]
    said = message(
        check_same, submit_torch(changed(ROW, *square)), model(changed(NET, *square)), at=(x,), any_names=True
    )
    assert said == (
        "Model(): the shapes do not tell which of 0.bias, 0.weight, 2.bias, 2.weight is which of first.bias (3,), "
        "first.weight (3, 3), second.bias (3,), second.weight (3, 3): call them so"
    )
    check_same(submit_torch(changed(NET, *square)), model(changed(NET, *square)), at=(x,), any_names=True)


def test_weights_that_should_be_shared_are_found_under_any_name(submit_torch):
    tied = """
        from torch import nn

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.table, self.head = nn.Embedding(5, 3), nn.Linear(3, 5)
                self.head.weight = self.table.weight

            def forward(self, tokens):
                return self.head(self.table(tokens).tanh())
        """
    other = changed(tied, ("self.head.weight = self.table.weight", "pass"))
    tokens = torch.tensor([0, 3, 3])
    words = "Model(): head.weight, table.weight should be one tensor, they are several"
    assert message(check_same, submit_torch(other), model(tied), at=(tokens,), any_names=True) == words
    check_same(submit_torch(tied), model(tied), at=(tokens,), any_names=True)


@pytest.mark.parametrize(
    "claim",
    [
        {"0.weight": "first.weight", "1.weight": "first.weight"},
        {"0.weight": 3, 4: "first.weight"},
        {"0.weight": "elsewhere"},
        {"0.weight": ["first.weight"]},
        [["0.weight", "first.weight"]],
        "first.weight",
        None,
    ],
)
def test_no_claim_about_names_brings_the_grader_down(claim, x):
    class Lying(Local):
        def ask(self, request, called, functions):
            reply = super().ask(request, called, functions)
            return {**reply, "value": {**reply["value"], "names": claim}} if request["verb"] == "load" else reply

    def observe(observation):
        if observation.verdict is not None:
            raise StudentFault(observation.verdict)

    student = Student(Lying(SimpleNamespace(Model=type(model(ROW)))), observe, "seed")
    with pytest.raises(StudentFault, match="graph is cut before it"):
        check_same(student.Model(), model(NET), at=(x,), any_names=True)
