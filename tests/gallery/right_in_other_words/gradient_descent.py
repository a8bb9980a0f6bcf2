"""A lambda, a partial, a static method, a callable object, a generator: all are functions to the grader."""
import functools

import numpy as np


def descend(b, X, w):
    return X @ w + b


class Loss:
    def __call__(self, y_hat, y, kind, delta=1.0):
        r = abs(y_hat - y)
        if kind == "huber":
            return np.where(r <= delta, r * r / 2, delta * (r - delta / 2)).mean()
        return {"mse": r * r, "mae": r}[kind].mean() if kind in ("mse", "mae") else self.refuse(kind)

    @staticmethod
    def refuse(kind):
        raise ValueError(kind)


predict_linear = lambda X, w, b: functools.partial(descend, b, w=w)(X)
regression_loss = Loss()
mse_grad = lambda X, y, w, b: [2 * X.T @ (X @ w + b - y) / len(y), 2 * np.mean(X @ w + b - y)]


def minibatches(N, batch, rng):
    order = rng.permutation(N)
    yield from (order[i : i + batch] for i in range(0, N, batch))
