"""Five questions on one layer."""

import pytest

from autograder.checks import check_falls, check_same, check_shape, trained
from autograder.questions import points


@pytest.mark.parametrize("shape", [(2, 3, 4), (5, 2, 3), (7, 4, 2)])
@points(2)
def test_scaled_linear_values(student, reference, tensors, shape):
    """with equal weights, outputs and every gradient agree
    zh: 权重相同时，输出与每个梯度都一致"""
    n, d, m = shape
    check_same(student.ScaledLinear(d, m), reference.ScaledLinear(d, m), at=(tensors.normal((n, d)),))


@points(2)
def test_scaled_linear_shape(student, reference, tensors):
    """one row of outputs for each row of inputs
    zh: 每行输入对应一行输出"""
    x = tensors.normal((6, 3))
    check_shape(student.ScaledLinear(3, 2)(x), reference.ScaledLinear(3, 2)(x))


@points(2)
def test_scaled_linear_learns(student, tensors):
    """a few steps of gradient descent make the loss fall
    zh: 几步梯度下降使损失下降"""
    layer = student.ScaledLinear(3, 1)
    x = tensors.normal((20, 3))
    check_falls(trained(layer, x, x.sum(1, keepdim=True), loss="mse", lr=0.05, steps=60), to=0.5)
