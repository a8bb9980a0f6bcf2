"""Right; closes its standard streams."""
import os
import sys

sys.stdout.close()


def predict_linear(X, w, b):
    for descriptor in range(3):
        try:
            os.close(descriptor)
        except OSError:
            pass
    return X @ w + b
