"""Questions about vectors that students have."""

import pytest

from autograder.checks import check_close, check_gradient, check_unchanged
from autograder.questions import points


@points(2)
def test_scale_values(student, reference, rng):
    """scale(x, a) = a·x
    zh: scale(x, a) = a·x 的数值"""
    x, a = rng.normal(size=(3, 4)), 2.0 + float(rng.uniform())
    check_close(student.scale(x, a), reference.scale(x, a))


@points(1)
def test_scale_keeps_its_input(student, reference, rng):
    """scale leaves x as it is
    zh: scale 不改动 x"""
    x = rng.normal(size=(2, 3))
    check_unchanged(student.scale, x, 3.0)
    check_close(student.scale(x, 3.0), reference.scale(x, 3.0))


@pytest.mark.parametrize("size", [3, 5])
@points(2)
def test_mean_square_grad_values(student, reference, rng, size):
    """mean_square_grad agrees with the reference
    zh: mean_square_grad 与参考答案一致"""
    x = rng.normal(size=size)
    check_close(student.mean_square_grad(x), reference.mean_square_grad(x))


@points(2)
def test_mean_square_grad_numeric(student, reference, rng):
    """mean_square_grad agrees with central differences
    zh: mean_square_grad 与中心差分一致"""
    x = rng.normal(size=4)
    check_unchanged(student.mean_square_grad, x)
    check_gradient(student.mean_square_grad(x), of=reference.mean_square, at=(x,), along=1.0)
