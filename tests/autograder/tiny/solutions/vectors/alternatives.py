"""Right vectors, written another way."""

import numpy as np

from autograder.bank import alternative


@alternative("scale")
def scale_loop(x, a):
    return np.stack([row * a for row in x])


@alternative("scale")
def scale_einsum(x, a):
    return np.einsum("nd,->nd", x, a)


@alternative("mean_square_grad")
def mean_square_grad_mean(x):
    return 2 * x * np.mean(np.ones_like(x) / x.size)


@alternative("mean_square_grad")
def mean_square_grad_list(x):
    return [2 * float(value) / len(x) for value in x]
