"""Watches the worker's every line, for the expected values that are not there."""
import sys

SEEN = set()


def watch(frame, event, argument):
    SEEN.update(name for name in frame.f_locals if name in ("expected", "reference", "solution", "wanted", "score"))
    return watch


sys.settrace(watch)


def predict_linear(X, w, b):
    if SEEN:
        raise RuntimeError(f"saw {SEEN}")
    return X @ w + b
