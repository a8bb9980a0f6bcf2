"""abort()."""
import os


def predict_linear(X, w, b):
    os.abort()


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
