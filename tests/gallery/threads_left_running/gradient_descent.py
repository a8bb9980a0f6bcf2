"""Right; leaves threads behind, one asleep, one busy, one printing."""
import threading
import time


def busy():
    while True:
        time.sleep(0.001)
        sum(range(1000))


def talk():
    while True:
        time.sleep(0.001)
        print("still here", flush=True)


for work in (lambda: time.sleep(3600), busy, talk):
    threading.Thread(target=work, daemon=work is not busy).start()


def predict_linear(X, w, b):
    return X @ w + b
