"""Right; puts other things in the place of its streams."""
import io
import sys

sys.stdout, sys.stderr, sys.stdin = io.StringIO(), None, 5


def predict_linear(X, w, b):
    return X @ w + b
