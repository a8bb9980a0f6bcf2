"""A list of plain numbers is as good as an array."""


def predict_linear(X, w, b):
    return [float(row @ w) + b for row in X]
