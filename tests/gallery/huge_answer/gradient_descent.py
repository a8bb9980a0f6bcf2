"""An answer of 2 MB where 1 MB is the limit."""
import numpy as np


def predict_linear(X, w, b):
    return np.zeros(250_000)


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
