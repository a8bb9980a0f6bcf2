"""Prints for ever and answers nothing."""
import os


def predict_linear(X, w, b):
    while True:
        os.write(1, b"\0\xff\x1b[2J" * 10_000)


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
