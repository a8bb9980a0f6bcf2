"""Numbers at the end of the range, an integer beyond it."""
import numpy as np


def predict_linear(X, w, b):
    return np.full(len(X), 1.7e308)


def regression_loss(y_hat, y, kind, delta=1.0):
    return 1.7e308 if kind == "mse" else 10 ** 100 if kind == "mae" else 10 ** 5000
