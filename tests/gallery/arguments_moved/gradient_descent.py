"""Right, but the arguments are changed on the way."""


def predict_linear(X, w, b):
    y = X @ w + b
    X[:] = 0
    return y
