"""Right; has objects whose end never comes, and handlers for the end of the process."""
import atexit
import time


class Clingy:
    def __del__(self):
        time.sleep(3600)


clingy = Clingy()
atexit.register(time.sleep, 3600)


def predict_linear(X, w, b):
    return X @ w + b
