"""A generator that goes on and on."""
import itertools


def predict_linear(X, w, b):
    return itertools.count(1.0)
