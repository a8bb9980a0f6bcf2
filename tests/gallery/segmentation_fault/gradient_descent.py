"""Reads address 0."""
import ctypes


def predict_linear(X, w, b):
    return ctypes.string_at(0)


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
