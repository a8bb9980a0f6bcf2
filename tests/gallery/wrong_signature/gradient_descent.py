"""One parameter is missing in the first, and one too many in the second."""


def predict_linear(X, w):
    return X @ w


def mse_grad(X, y, w, b, lr):
    return w, b
