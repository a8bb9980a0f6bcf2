"""Complex numbers whose imaginary part is 0."""


def predict_linear(X, w, b):
    return X @ w + b + 0j
