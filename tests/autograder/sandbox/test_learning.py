"""Tensors: how they travel, how weights are loaded, and how a module is trained in the student's process."""

from __future__ import annotations

import textwrap

import pytest
import torch
from support import asked, message

from autograder.checks import check_close, check_equal, check_unchanged
from autograder.model import StudentFault


@pytest.fixture
def submit_torch(torch_sandbox):
    """A file's text, answering from a process with torch."""
    handed_in = []

    def hand_in(source):
        handed_in.append(asked(torch_sandbox, "import torch\n" + textwrap.dedent(source)))
        return handed_in[-1]

    yield hand_in
    for each in handed_in:
        each.remote.close()


def test_a_tensor_that_a_function_writes_into_has_changed(submit_torch):
    x = torch.ones(2, 3)
    student = submit_torch("def spoil(x):\n    x.zero_()\n    return x\n").student
    assert message(check_unchanged, student.spoil, x) == "spoil(array(2, 3)) changes its argument number 1"


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_gives_losses_that_fall(submit_torch, optimizer):
    student = submit_torch("Linear = torch.nn.Linear\n").student
    inputs, targets = torch.eye(3), torch.eye(3)
    losses = student._learn(
        "train",
        student.Linear(3, 3),
        "train",
        arguments=[inputs, targets],
        loss="mse",
        optimizer=optimizer,
        lr=0.1,
        steps=5,
    )
    assert len(losses) == 5
    assert losses[-1] < losses[0]


def test_tensors_travel_as_tensors(submit_torch):
    student = submit_torch("""
def kind(x):
    return [type(x).__name__, str(x.dtype), x.requires_grad, tuple(x.shape)]

def half(x):
    return (x / 2).requires_grad_()

def odd():
    return torch.ones(2, dtype=torch.bfloat16), torch.eye(2).to_sparse()
""").student
    check_equal(student.kind(torch.ones(2, 3)), ["Tensor", "torch.float32", False, (2, 3)])
    check_equal(student.kind(torch.ones(2, requires_grad=True)), ["Tensor", "torch.float32", True, (2,)])
    check_close(student.half(torch.ones(2)), torch.ones(2) / 2)
    first, second = student.odd()[0], student.odd()[1]
    for answer, kind in ((first, "tensor of dtype torch.bfloat16"), (second, "tensor of layout torch.sparse_coo")):
        with pytest.raises(StudentFault, match=f"an object of type {kind}"):
            check_close(answer, torch.ones(2))
