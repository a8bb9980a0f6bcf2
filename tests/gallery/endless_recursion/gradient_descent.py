"""A function calls itself."""


def predict_linear(X, w, b):
    return predict_linear(X, w, b)


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
