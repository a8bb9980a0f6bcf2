"""Right; first starts threads until it can start no more."""
import threading
import time


def start():
    for _ in range(500):
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()


try:
    start()
except RuntimeError:
    pass


def predict_linear(X, w, b):
    return X @ w + b
