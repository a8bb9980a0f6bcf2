"""Asks for more memory than there is for a submission."""
import numpy as np


def predict_linear(X, w, b):
    return np.ones(10**9)


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
