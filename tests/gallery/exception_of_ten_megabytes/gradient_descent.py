"""A text of ten megabytes, and a chain of causes without end."""


def predict_linear(X, w, b):
    raise ValueError("x" * 10_000_000)


def mse_grad(X, y, w, b):
    error = ValueError("round")
    error.__cause__ = error.__context__ = error
    raise error from error
