"""Vectors: scaling, and the gradient of the mean square."""

import numpy as np


def scale(x, a):
    """x, a times as long.

    x: float (N, D). a: float.
    Returns: float (N, D).
    """
    raise NotImplementedError("scale")


def mean_square(x):
    """Mean of the squares of x. Given."""
    return np.mean(x**2)


def mean_square_grad(x):
    """Gradient of mean_square.

    x: float (N,).
    Returns: float (N,).
    """
    raise NotImplementedError("mean_square_grad")
