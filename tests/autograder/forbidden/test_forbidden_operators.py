"""What PyTorch really runs is seen, however it was asked for, and only while the student's own code runs."""

import numpy as np
import pytest
import torch
from courses import asked

from autograder.model import Limits, Submission
from autograder.student import Remote, Student

SDPA = "aten.scaled_dot_product_attention"
OPERATORS = (SDPA, "aten._softmax")

USES = {
    "the function": (
        SDPA,
        "import torch.nn.functional as F\ndef solve(x):\n    return F.scaled_dot_product_attention(x, x, x)",
    ),
    "the function by a computed name": (
        SDPA,
        "import torch.nn.functional as F\ndef solve(x):\n"
        "    return getattr(F, 'noitnetta_tcudorp_tod_delacs'[::-1])(x, x, x)",
    ),
    "the operator itself": (
        SDPA,
        "import torch\ndef solve(x):\n    return torch.ops.aten.scaled_dot_product_attention(x, x, x)",
    ),
    "another shape, which takes another way": (
        SDPA,
        "import torch.nn.functional as F\ndef solve(x):\n    return F.scaled_dot_product_attention(x[0], x[0], x[0])",
    ),
    "with gradients": (
        SDPA,
        "import torch.nn.functional as F\ndef solve(x):\n    x = x.clone().requires_grad_()\n"
        "    return F.scaled_dot_product_attention(x, x, x)",
    ),
    "a method": ("aten._softmax", "def solve(x):\n    return x.softmax(-1)"),
    "in place of a method": (
        "aten._softmax",
        "import torch\ndef solve(x):\n    return torch.softmax(x, -1, out=x.clone())",
    ),
    "inside a layer": (
        "aten._softmax",
        "import torch\nlayer = torch.nn.MultiheadAttention(8, 2)\ndef solve(x):\n    return layer(x[0], x[0], x[0])[0]",
    ),
    "in a loss": (
        "aten._softmax",
        "import torch\ndef solve(x):\n    return torch.nn.Softmax(dim=-1)(x)",
    ),
    "under no_grad": (
        "aten._softmax",
        "import torch\ndef solve(x):\n    with torch.no_grad():\n        return x.softmax(-1)",
    ),
}


@pytest.fixture
def x():
    return torch.ones(2, 3, 4, 8)


@pytest.mark.parametrize("way", USES)
def test_an_operator_is_seen_when_it_runs(way, torch_sandbox, x):
    operator, source = USES[way]
    answer, uses = asked(torch_sandbox, source, x, names=(), operators=OPERATORS)
    assert [(rule, line) for rule, _, line in uses] == [(operator, len(source.splitlines()))]
    assert answer is not None


@pytest.mark.parametrize(
    "source",
    [
        "def solve(x):\n    e = (x - x.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)",
        "import torch\ndef fit(x):\n    return x.softmax(-1)\ndef solve(x):\n    return fit(x)",
        "import torch\ntable = torch.ones(3).softmax(0)\ndef solve(x):\n    return x",
    ],
    ids=["by hand", "in another exercise", "while the file is loaded"],
)
def test_what_is_allowed_goes_unseen(source, torch_sandbox, x):
    assert asked(torch_sandbox, source, x, names=(), operators=OPERATORS)[1] == []


def test_an_exercise_that_forbids_torch_sees_every_operator(torch_sandbox):
    source = "import sys\ndef solve(A):\n    return sys.modules['hcrot'[::-1]].from_numpy(A).exp().numpy()"
    _, uses = asked(torch_sandbox, source, np.eye(2), names=("torch",))
    assert [(rule, line) for rule, _, line in uses] == [("torch", 3)]


def test_a_class_of_torch_is_seen_when_one_is_made(torch_sandbox, x):
    source = "import torch\ndef solve(x):\n    return getattr(torch.nn, 'raeniL'[::-1])(8, 2)(x)"
    _, uses = asked(torch_sandbox, source, x, names=("torch.nn.Linear",))
    assert uses == [("torch.nn.Linear", "torch.nn.Linear", 3)]


def test_a_pattern_covers_several_operators(torch_sandbox, x):
    _, uses = asked(
        torch_sandbox, "def solve(x):\n    return x.log_softmax(-1)", x, names=(), operators=("aten.*softmax",)
    )
    assert uses == [("aten.*softmax", "aten._log_softmax", 2)]


@pytest.mark.parametrize("verb", ["grad", "train"])
def test_what_the_grader_does_around_the_student_is_not_theirs(verb, torch_sandbox):
    """The direction's sum and the loss of a training run are ours."""
    from courses import exercises

    source = """\
import torch
class Solve(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.ones(3, 2))
    def forward(self, x):
        return x @ self.w
"""
    submission = Submission("s", {"answer.py": source.encode()})
    rules = exercises(operators=("aten.sum", "aten._log_softmax", "aten.nll_loss*", "aten.mul"))
    connection = Remote(torch_sandbox, submission, "answer", Limits(), rules)
    connection.new_question("solve")
    student = Student(connection, lambda seen: None, "seed")
    x = torch.ones(4, 3)
    module = student.Solve()
    if verb == "grad":
        student._learn("grad", module, "grad", arguments=[x], along=[torch.ones(4, 2)], twice=None)
    else:
        options = {"loss": "cross_entropy", "optimizer": "sgd", "lr": 0.1, "steps": 2}
        request = {"verb": "train", "target": module._ref, **options}
        student._request(request, "train", arguments=[x, torch.tensor([0, 1, 0, 1])])
    assert connection.uses("solve") == ()
    connection.close()


def test_gradients_are_the_same_under_the_watch(torch_sandbox, x):
    source = "def solve(x):\n    x = x.clone().requires_grad_()\n    (x.exp() * x).sum().backward()\n    return x.grad"
    watched, _ = asked(torch_sandbox, source, x, names=(), operators=OPERATORS)
    plain, _ = asked(torch_sandbox, source, x, names=())
    assert torch.equal(torch.as_tensor(watched.array), torch.as_tensor(plain.array))
