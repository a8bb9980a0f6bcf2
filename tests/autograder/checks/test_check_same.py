"""check_same: a student's module with the reference's weights gives its outputs and every gradient."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest
import torch
from support import claim, message, refusal
from support_courses import TINY

from autograder import bank
from autograder.checks import check_close, check_equal, check_same
from autograder.model import GraderMistake, Status

RIGHT = """
    import torch
    from torch import nn

    class Linear(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(outputs, inputs))
            self.bias = nn.Parameter(torch.zeros(outputs))

        def forward(self, x):
            return x @ self.weight.T + self.bias
    """


@pytest.fixture(scope="module")
def reference():
    """The tiny topic's layers."""
    torch.manual_seed(0)
    return bank.load_solution(TINY / "solutions" / "layers")


@pytest.fixture
def submit_torch(submit_torch):
    """The right layer and some more lines, answering from a process with torch."""
    return lambda source: submit_torch(textwrap.dedent(RIGHT) + textwrap.dedent(source))


@pytest.fixture
def x():
    """Some input."""
    return torch.randn(2, 3, generator=torch.Generator().manual_seed(1))


def linear(reference):
    """The reference's layer with a bias that is not zero."""
    layer = reference.Linear(3, 4)
    with torch.no_grad():
        layer.bias.copy_(torch.arange(1.0, 5.0))
    return layer


def said(submit_torch, source, reference, x):
    """What is said of a Linear with these lines instead of the right ones."""
    student = submit_torch(source).student
    verdict = refusal(lambda: check_same(student.Linear(3, 4), linear(reference), at=(x,)))
    assert verdict.status is Status.WRONG
    return str(verdict.message)


def test_the_same_module_is_accepted(submit_torch, reference, x):
    somebody = submit_torch("")
    check_same(somebody.student.Linear(3, 4), linear(reference), at=(x,))
    (seen,) = somebody.seen
    assert seen.passed
    assert list(seen.expected) == ["y", "∂⟨v, y⟩/∂x1", "∂⟨v, y⟩/∂weight", "∂⟨v, y⟩/∂bias"]
    assert seen.comparison.excess(seen.actual, seen.expected) < 1 / 3


def test_modules_are_compared_under_the_references_weights_and_not_their_own(submit_torch, reference, x):
    student = submit_torch("").student
    layer = student.Linear(3, 4)
    check_same(layer, linear(reference), at=(x,))
    check_close(layer.bias, torch.arange(1.0, 5.0))


@pytest.mark.parametrize(
    ("init", "words"),
    [
        ("self.weight = nn.Parameter(torch.zeros(outputs, inputs))", "the module lacks the parameters bias"),
        ("self.w = self.b = None", "the module lacks the parameters bias, weight"),
        (
            "nn.Linear.__init__(self, inputs, outputs)\n"
            "        self.scale = nn.Parameter(torch.ones(1))\n        self.gain = nn.Parameter(torch.ones(1))",
            "the module has the parameters gain, scale, which are not asked for",
        ),
        (
            "self.weight = nn.Parameter(torch.zeros(inputs, outputs))\n"
            "        self.bias = nn.Parameter(torch.zeros(outputs))",
            "weight has shape (3, 4), expected (4, 3)",
        ),
    ],
)
def test_missing_extra_and_misshaped_parameters_are_said_by_name(submit_torch, reference, x, init, words):
    source = f"""
class Linear(nn.Linear):
    def __init__(self, inputs, outputs):
        nn.Module.__init__(self)
        {init}
"""
    assert said(submit_torch, source, reference, x) == f"Linear(3, 4): {words}"


def forward(line):
    """A Linear with another forward pass."""
    return f"""
class Linear(Linear):
    def forward(self, x):
        {line}
"""


def test_a_wrong_output_is_named_first(submit_torch, reference, x):
    words = said(submit_torch, forward("return x @ self.weight.T"), reference, x)
    assert words.startswith("Linear(3, 4): y[0, 3] is ")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("return x.detach() @ self.weight.T + self.bias", "∂⟨v, y⟩/∂x1 is None: the graph is cut before it"),
        ("return x @ self.weight.detach().T + self.bias", "∂⟨v, y⟩/∂weight is None: the graph is cut before it"),
        ("return (x @ self.weight.T + self.bias).detach()", "∂⟨v, y⟩/∂x1 is None: the graph is cut before it"),
        (
            "return torch.tensor((x @ self.weight.T + self.bias).tolist())",
            "∂⟨v, y⟩/∂x1 is None: the graph is cut before it",
        ),
    ],
)
def test_a_cut_graph_is_named_by_what_it_is_cut_from(submit_torch, reference, x, line, words):
    assert said(submit_torch, forward(line), reference, x) == f"Linear(3, 4): {words}"


def test_a_float32_gradient_may_be_off_by_a_thousandth_and_an_output_may_not(submit_torch, reference, x):
    off = "return x @ self.weight.T + self.bias + {} * (self.bias - self.bias.detach())"
    student = submit_torch(forward(off.format(7e-4))).student
    check_same(student.Linear(3, 4), linear(reference), at=(x,))
    assert said(submit_torch, forward(off.format(7e-3)), reference, x).startswith("Linear(3, 4): ∂⟨v, y⟩/∂bias[")
    line = "return (x @ self.weight.T + self.bias) * (1 + 7e-4)"
    assert said(submit_torch, forward(line), reference, x).startswith("Linear(3, 4): y[")


def test_a_wrong_gradient_is_named_by_its_parameter(submit_torch, reference, x):
    line = "return x @ self.weight.T + 2 * self.bias - self.bias.detach()"
    words = said(submit_torch, forward(line), reference, x)
    assert words.startswith("Linear(3, 4): ∂⟨v, y⟩/∂bias[")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("return (x @ self.weight.T + self.bias).T", "y has shape (4, 2), expected (2, 4)"),
        ("return (x @ self.weight.T + self.bias)[0]", "y has shape (4,), expected (2, 4)"),
        ("return (x @ self.weight.T + self.bias).sum()", "y has shape (), expected (2, 4)"),
        ("return None", "y is None, expected an array of shape (2, 4)"),
        ("return 3.5", "y has shape (), expected (2, 4)"),
        ("return (x @ self.weight.T + self.bias, None)", "y is a tuple of 2, expected an array of shape (2, 4)"),
        ("return (x @ self.weight.T + self.bias).detach().numpy()", "∂⟨v, y⟩/∂x1 is None: the graph is cut before it"),
        ("return {'y': x}", "y is a dict of 1, expected an array of shape (2, 4)"),
        ("return (x @ self.weight.T + self.bias).long()", "y holds whole numbers (int64), expected floats"),
    ],
)
def test_an_output_of_another_form_is_said_as_such(submit_torch, reference, x, line, words):
    assert said(submit_torch, forward(line), reference, x) == f"Linear(3, 4): {words}"


def test_an_exception_in_forward_is_the_students_with_its_line(submit_torch, reference, x):
    student = submit_torch(forward("return x @ self.weight")).student
    verdict = refusal(lambda: check_same(student.Linear(3, 4), linear(reference), at=(x,)))
    assert verdict.status is Status.RAISED
    assert str(verdict.message).startswith("Linear(3, 4)(array(2, 3)) raised RuntimeError: mat1 and mat2 shapes")
    assert verdict.traceback[-1].endswith("return x @ self.weight")


def test_an_object_that_is_no_module_is_the_students_fault(submit_torch, reference, x):
    student = submit_torch("class Linear:\n    def __init__(self, *sizes):\n        pass\n").student
    verdict = refusal(lambda: check_same(student.Linear(3, 4), linear(reference), at=(x,)))
    assert verdict.status is Status.RAISED
    assert "'Linear' object has no attribute 'state_dict'" in str(verdict.message)


def test_several_outputs_are_compared_one_by_one(submit_torch, reference, x):
    source = """
class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Linear(3, 2), Linear(3, 2)

    def forward(self, x):
        return self.first(x), SECOND
"""
    right, wrong = (
        submit_torch(source.replace("SECOND", line)).student
        for line in ("self.first(x) * self.second(x)", "self.second(x)")
    )
    pair = reference.Pair()
    check_same(right.Pair(), pair, at=(x,))
    assert message(check_same, wrong.Pair(), pair, at=(x,)).startswith("Pair(): y[1]")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("self.linear(x)", None),
        ("self.linear(x) + 0 * self.spare", None),
        ("self.linear(x) + 1e-7 * (self.spare - self.spare.detach())", None),  # what rounding the others leaves
        ("self.linear(x) + 1e-4 * (self.spare - self.spare.detach())", "Spare(): ∂⟨v, y⟩/∂spare["),
        ("self.linear(x) + self.spare - self.spare.detach()", "Spare(): ∂⟨v, y⟩/∂spare["),
    ],
)
def test_what_nothing_depends_on_has_no_gradient_or_one_of_zeros(submit_torch, reference, x, line, words):
    source = """
class Spare(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.spare = Linear(3, 2), nn.Parameter(torch.ones(2))

    def forward(self, x):
        return LINE
"""
    namespace = {"nn": torch.nn, "torch": torch, "Linear": reference.Linear}
    exec(source.replace("LINE", "self.linear(x)"), namespace)
    student = submit_torch(source.replace("LINE", line)).student
    if words is None:
        check_same(student.Spare(), namespace["Spare"](), at=(x,))
    else:
        assert message(check_same, student.Spare(), namespace["Spare"](), at=(x,)).startswith(words)


def test_whole_numbers_go_in_without_a_gradient(submit_torch, reference):
    student = submit_torch("""
class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(5, 3)

    def forward(self, tokens):
        return self.table(tokens)
""").student
    check_same(student.Tokens(), reference.Tokens(), at=(torch.tensor([0, 3, 3]),))


def test_a_module_is_put_into_eval_mode_by_its_own_method(submit_torch, reference, x):
    student = submit_torch("""
class Noisy(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.drop = Linear(3, 2), nn.Dropout(0.5)

    def forward(self, x):
        return self.linear(self.drop(x))
""").student
    noisy, theirs = student.Noisy(), reference.Noisy().eval()
    check_equal(noisy.training, True)
    noisy.eval()
    check_equal(noisy.training, False)
    check_same(noisy, theirs, at=(x,))


def test_the_direction_is_random_and_the_same_for_everybody(submit_torch, reference, x):
    line = "return x @ self.weight.T + self.bias + 0 * x.sum()"
    somebody, other = submit_torch(""), submit_torch(forward(line))
    layer = linear(reference)
    for each in (somebody, other):
        check_same(each.student.Linear(3, 4), layer, at=(x,))
    one, two = (each.seen[0].expected["∂⟨v, y⟩/∂bias"] for each in (somebody, other))
    assert np.array_equal(one, two)
    assert np.ptp(one) > 0


def test_the_arguments_stay_as_they_are(submit_torch, reference, x):
    before = x.clone()
    check_same(submit_torch("").student.Linear(3, 4), linear(reference), at=(x,))
    assert torch.equal(x, before)
    assert not x.requires_grad


@pytest.mark.parametrize("swapped", [False, True])
def test_the_students_module_comes_first(reference, swapped):
    modules = (linear(reference), claim(1.0)) if swapped else (claim(1.0), claim(1.0))
    with pytest.raises(GraderMistake, match="check_same needs the student's module first and the reference's second"):
        check_same(*modules, at=())
