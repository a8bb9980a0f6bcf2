"""Tensors: how they travel, how weights are loaded, and how a module is trained in the student's process."""

from __future__ import annotations

import textwrap

import pytest
import torch
from support import asked, message

from autograder.checks import check_close, check_equal, check_falls, check_unchanged, trained
from autograder.model import GraderMistake, StudentFault


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


@pytest.mark.parametrize(("optimizer", "lr"), [("sgd", 0.5), ("adam", 0.05)])
@pytest.mark.parametrize(("loss", "targets"), [("mse", torch.eye(3)), ("cross_entropy", torch.tensor([0, 1, 2]))])
def test_training_gives_losses_that_fall(submit_torch, optimizer, lr, loss, targets):
    somebody = submit_torch("torch.manual_seed(0)\nLinear = torch.nn.Linear\n")
    losses = trained(
        somebody.student.Linear(3, 3), torch.eye(3), targets, loss=loss, optimizer=optimizer, lr=lr, steps=40
    )
    check_falls(losses, to=0.9)
    assert somebody.seen[-1].actual.shape == (40,)


def test_a_module_keeps_the_weights_that_it_was_trained_to(submit_torch):
    module = submit_torch("torch.manual_seed(0)\nLinear = torch.nn.Linear\n").student.Linear(3, 3)
    first, second = (trained(module, torch.eye(3), torch.eye(3), loss="mse", lr=0.5, steps=3)._value for _ in range(2))
    assert second[0] < first[-1]


def test_losses_that_do_not_fall_are_told(submit_torch):
    module = submit_torch("Linear = torch.nn.Linear\n").student.Linear(3, 3)
    losses = trained(module, torch.eye(3), torch.eye(3), loss="mse", lr=0.0, steps=3)
    assert message(check_falls, losses).startswith("Linear(3, 3), 3 steps of sgd: the loss goes from ")


def test_what_fails_in_training_is_the_students_exception(submit_torch):
    module = submit_torch("Linear = torch.nn.Linear\n").student.Linear(2, 3)
    with pytest.raises(StudentFault, match=r"^Linear\(2, 3\), 1 steps of sgd raised RuntimeError"):
        trained(module, torch.eye(3), torch.eye(3), loss="mse", lr=0.5, steps=1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"loss": "l1"}, "trained knows no loss 'l1'; there are cross_entropy, mse"),
        ({"optimizer": "adamw"}, "trained knows no optimizer 'adamw'; did you mean 'adam'?"),
        ({"steps": 0}, "trained needs a positive number of steps, got 0"),
    ],
)
def test_training_by_words_that_are_none_is_the_graders_mistake(submit_torch, wrong, words):
    module = submit_torch("Linear = torch.nn.Linear\n").student.Linear(3, 3)
    options = {"loss": "mse", "lr": 0.5, "steps": 1, **wrong}
    with pytest.raises(GraderMistake) as caught:
        trained(module, torch.eye(3), torch.eye(3), **options)
    assert str(caught.value) == words


def test_training_needs_a_students_module():
    with pytest.raises(GraderMistake, match="trained needs a student's module, got Linear"):
        trained(torch.nn.Linear(3, 3), torch.eye(3), torch.eye(3), loss="mse", lr=0.5, steps=1)


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
