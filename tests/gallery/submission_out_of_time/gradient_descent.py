"""Every function sleeps, until the submission has no time left."""
import time


def predict_linear(X, w, b):
    time.sleep(3600)


def __getattr__(name):
    return predict_linear
