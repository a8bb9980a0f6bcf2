"""Its text hangs, and the other's fails."""
import time


class Slow(Exception):
    def __str__(self):
        time.sleep(3600)


class Broken(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__


def predict_linear(X, w, b):
    raise Slow


def mse_grad(X, y, w, b):
    raise Broken
