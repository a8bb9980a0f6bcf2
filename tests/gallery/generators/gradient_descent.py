"""Generators: one that ends, one that never yields."""


def predict_linear(X, w, b):
    return (float(row @ w + b) for row in X)


def relu_sum(knots, values):
    while True:
        pass
    yield
