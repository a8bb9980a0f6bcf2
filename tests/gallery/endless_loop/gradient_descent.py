"""One function never ends."""


def predict_linear(X, w, b):
    while True:
        pass


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
