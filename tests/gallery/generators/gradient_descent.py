"""Generators: one that ends, one that does not, one that never yields."""
import itertools


def predict_linear(X, w, b):
    return (float(row @ w + b) for row in X)


def minibatches(N, batch, rng):
    return itertools.count()


def relu_sum(knots, values):
    while True:
        pass
    yield
