"""A file may import itself."""
import gradient_descent as own


def model(X, w, b):
    return X @ w + b


def predict_linear(X, w, b):
    return own.model(X, w, b)
