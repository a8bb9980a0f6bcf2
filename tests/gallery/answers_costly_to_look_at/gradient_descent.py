"""Answers that are small to send and large to work with: the grader must not spend minutes and gigabytes on them."""
import numpy as np


def minibatches(N, batch, rng):
    return [np.zeros(30_000_000, np.int8)]


def relu_sum(knots, values):
    return 0.0, np.zeros(30_000_000, np.int8), np.zeros(30_000_000, np.int8)


def gradient_descent(grad_fn, theta0, lr, steps):
    return grad_fn(np.zeros((len(theta0), 5_000_000), np.int8))
