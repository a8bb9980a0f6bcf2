"""A function calls itself through C, without Python's limit."""
import sys


def predict_linear(X, w, b):
    sys.setrecursionlimit(10**8)
    return max([X], key=lambda X: predict_linear(X, w, b))


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
