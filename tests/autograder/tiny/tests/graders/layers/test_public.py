"""Questions about layers."""

import pytest
import torch

from autograder.checks import check_same
from autograder.questions import points


@pytest.fixture
def bias():
    """A fixture of the author's own: a bias that shows where it is missing."""
    return torch.arange(1.0, 5.0)


@points(6)
def test_linear_same(student, reference, tensors, bias):
    """outputs and every gradient agree
    zh: 输出与各个梯度都一致"""
    x, module = tensors.normal(size=(2, 3)), reference.Linear(3, 4)
    with torch.no_grad():
        module.bias.copy_(bias)
    check_same(student.Linear(3, 4), module, at=(x,))
