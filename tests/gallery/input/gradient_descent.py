"""Asks somebody."""


def predict_linear(X, w, b):
    return float(input("the answer? "))


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
