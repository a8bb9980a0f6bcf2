"""Nothing comes back as what was asked for."""
import numpy as np


def predict_linear(X, w, b):
    return "y = Xw + b"


def regression_loss(y_hat, y, kind, delta=1.0):
    print((y_hat - y) ** 2)


def mse_grad(X, y, w, b):
    return {"dw": w, "db": b}


def loss_grad_wrt_pred(kind, y_hat, y, delta=1.0):
    return ["up", "down"]


def numerical_gradient(f, x, h=1e-5):
    return f


def closed_form(X, y, l2=0.0):
    return np.array([X, None], dtype=object)


def gradient_descent(grad_fn, theta0, lr, steps):
    return {1, 2, 3}


def minibatches(N, batch, rng):
    return rng


def relu_sum(knots, values):
    return np.array(["b", "c", "t"])


def train_views(series, lag):
    return np.datetime64("2026-01-01")
