"""renamed: the reference under the student's own names, so that check_same works where names are free."""

from __future__ import annotations

import pytest
import torch
from support import asked, claim, refusal
from torch import nn

from autograder.checks import check_same, renamed
from autograder.model import GraderMistake, Status

IMPORTS = "import torch\nfrom torch import nn\n"
DEEP = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(4, 2)
        self.body = nn.ModuleDict({"one": nn.Sequential(nn.Linear(3, 4))})

    def forward(self, x):
        return self.last(self.body["one"](x).tanh())
"""


class Ours(nn.Module):
    """Two layers under the reference's names."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.second(self.first(x).tanh())


@pytest.fixture
def ours():
    return Ours()


@pytest.fixture
def hand_in(torch_sandbox):
    """Somebody's module."""
    handed_in = []

    def module(source):
        handed_in.append(asked(torch_sandbox, IMPORTS + source))
        return handed_in[-1].student.Net()

    yield module
    for each in handed_in:
        each.remote.close()


def held_against(module, ours):
    check_same(module, renamed(ours, like=module), at=(torch.linspace(-1.0, 1.0, 6).reshape(2, 3),))


def said(module, ours):
    verdict = refusal(lambda: held_against(module, ours))
    assert verdict.status is Status.WRONG
    return str(verdict.message)


def test_a_module_with_other_names_in_another_order_is_accepted(hand_in, ours):
    held_against(hand_in(DEEP), ours)


def test_a_wrong_gradient_is_said_under_the_students_name(hand_in, ours):
    source = DEEP.replace('self.body["one"](x)', 'self.body["one"](x.detach()).detach()')
    assert "∂⟨v, y⟩/∂x1 is None" in said(hand_in(source), ours)
    source = DEEP.replace("self.last(", "nn.functional.linear(").replace(
        ".tanh())", ".tanh(), self.last.weight.detach(), self.last.bias)"
    )
    assert "∂⟨v, y⟩/∂last.weight is None: the graph is cut before it" in said(hand_in(source), ours)


def test_what_is_missing_is_said_with_its_shape(hand_in, ours):
    source = DEEP.replace("nn.Linear(4, 2)", "nn.Linear(4, 2, bias=False)")
    assert said(hand_in(source), ours) == "Net(): the module lacks the parameters second.bias (2,)"


def test_what_is_too_many_is_said_by_the_students_name(hand_in, ours):
    source = DEEP.replace("nn.Linear(4, 2)", "nn.Linear(4, 2)\n        self.gain = nn.Parameter(torch.ones(5))")
    words = "Net(): the module has the parameters gain (5,), which are not asked for"
    assert said(hand_in(source), ours) == words


def test_parameters_of_one_shape_go_by_their_order(hand_in):
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.b, self.a = nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(3))

    def forward(self, x):
        return x * self.b + self.a
"""

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))
            self.shift = nn.Parameter(torch.tensor([4.0, 5.0, 6.0]))

        def forward(self, x):
            return x * self.gain + self.shift

    held_against(hand_in(source), Two())


@pytest.mark.parametrize(
    "lie", ["7", "[]", "['w', 'b']", "[('forward', torch.zeros(4, 3))]", "[(3, 4)]", "[('', None)]"]
)
def test_false_names_are_the_students_fault(hand_in, ours, lie):
    source = f"{DEEP}\n    def named_parameters(self, *args, **kwargs):\n        return {lie}\n"
    words = said(hand_in(source), ours)
    assert "the module lacks the parameters" in words or "which are not asked for" in words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["forward", "b", "c", "d"], "the module has the parameters forward, which are not asked for"),
        (["a", "a", "b", "c"], "the module lacks the parameters a, b, c"),
    ],
)
def test_names_that_no_module_has_are_the_students_fault(hand_in, ours, names, words):
    lie = f"[(name, p) for name, (_, p) in zip({names}, nn.Module.named_parameters(self))]"
    source = f"{DEEP}\n    def named_parameters(self, *args, **kwargs):\n        return {lie}\n"
    assert words in said(hand_in(source), ours)


def test_the_reference_stays_as_it_is(hand_in, ours):
    before = list(ours.state_dict())
    ours.eval()
    assert renamed(ours, like=hand_in(DEEP)).training is False
    assert list(ours.state_dict()) == before


def test_the_two_modules_cannot_be_swapped(ours):
    with pytest.raises(GraderMistake, match="needs the reference's module"):
        renamed(claim(1), like=ours)
