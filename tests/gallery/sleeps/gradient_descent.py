"""A deadlock: a lock is waited for twice."""
import threading


def predict_linear(X, w, b):
    lock = threading.Lock()
    with lock, lock:
        return X @ w + b


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
