"""Questions about layers."""

import pytest
import torch

from autograder.checks import check_same
from autograder.plugin import points


@pytest.fixture
def module(reference):
    """A fixture of the author's own."""
    linear = reference.Linear(3, 4)
    with torch.no_grad():
        linear.bias.copy_(torch.arange(1.0, 5.0))
    return linear


@points(6)
def test_linear_same(student, module, tensors):
    """outputs and every gradient agree
    zh: 输出与各个梯度都一致"""
    x = tensors.normal(size=(2, 3))
    check_same(student.Linear(3, 4), module, at=(x,))
