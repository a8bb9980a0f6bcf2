"""Double backward: the gradient of a gradient, held against the reference's."""

from __future__ import annotations

import pytest
import torch
from support import message, model

from autograder.checks import check_same

CUBE = """
    import torch

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, dout):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * dout

    def cube(x, power=3):
        return Cube.apply(x)
    """
ENERGY = """
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.read = nn.Linear(3, 4), nn.Linear(4, 1, bias=False)

        def forward(self, x):
            return self.read(self.first(x).tanh())
    """
BY_HAND = """
    class Tanh(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.y = x.tanh().detach()
            return x.tanh()

        @staticmethod
        def backward(ctx, dout):
            return (1 - ctx.y**2) * dout  # a constant times dout, as autograd sees it
    """


def right(x, power=3):
    """The cube, by autograd."""
    return x**power


def made():
    """The reference's module."""
    return model(ENERGY).double()


@pytest.fixture
def x():
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_a_function_written_by_hand_can_be_derived_twice(submit_torch, x):
    somebody = submit_torch(CUBE)
    check_same(somebody.student.cube, right, at=(x, 3), twice=True)
    seen = somebody.seen[0].expected
    assert list(seen) == ["y", "∂⟨v, y⟩/∂x1", "∂⟨u, ∂⟨v, y⟩/∂x⟩/∂x1"]
    assert abs(seen["∂⟨u, ∂⟨v, y⟩/∂x⟩/∂x1"]).max() > 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "3 * x**2 * dout",
            "3 * x.detach()**2 * dout",
            "cube: ∂⟨u, ∂⟨v, y⟩/∂x⟩/∂x1 is None: the graph is cut before it",
        ),
        ("3 * x**2 * dout", "3 * x * x.detach() * dout", "cube: ∂⟨u, ∂⟨v, y⟩/∂x⟩/∂x1["),
    ],
)
def test_a_gradient_that_is_right_once_alone_passes_only_where_it_is_asked_for_once(submit_torch, x, old, new, words):
    assert old in CUBE
    student = submit_torch(CUBE.replace(old, new)).student
    check_same(student.cube, right, at=(x,))
    assert message(check_same, student.cube, right, at=(x,), twice=True).startswith(words)


def test_what_may_be_derived_once_only_has_no_second_gradient(submit_torch, x):
    once = CUBE.replace("def backward", "@torch.autograd.function.once_differentiable\n        def backward")
    words = message(check_same, submit_torch(once).student.cube, right, at=(x,), twice=True)
    assert words == "cube: ∂⟨u, ∂⟨v, y⟩/∂x⟩/∂x1 is None: the graph is cut before it"


def test_the_second_gradient_of_every_parameter_is_held_against_the_references(submit_torch, x):
    somebody = submit_torch(ENERGY)
    module = somebody.student.Model()
    module.double()
    check_same(module, made(), at=(x,), twice=True)
    twice = [place for place in somebody.seen[0].expected if place.startswith("∂⟨u, ")]
    names = ("x1", "first.weight", "first.bias", "read.weight")
    assert twice == [f"∂⟨u, ∂⟨v, y⟩/∂x⟩/∂{name}" for name in names]


def test_a_wrong_second_gradient_is_named_by_its_parameter(submit_torch, x):
    wrong = ENERGY.replace("    class Model", f"{BY_HAND}\n    class Model")
    wrong = wrong.replace("self.first(x).tanh()", "Tanh.apply(self.first(x))")
    module = submit_torch(wrong).student.Model()
    module.double()
    check_same(module, made(), at=(x,))
    words = message(check_same, module, made(), at=(x,), twice=True)
    assert words == "Model(): ∂⟨u, ∂⟨v, y⟩/∂x⟩/∂x1 is None: the graph is cut before it"
