"""A list that makes a header too long to send."""


def predict_linear(X, w, b):
    return ["y" * 1000] * 5_000


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
