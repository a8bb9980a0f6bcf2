"""Right; warns, logs and prints to stderr."""
import logging
import sys
import warnings

import numpy as np


def predict_linear(X, w, b):
    warnings.warn("slow")
    logging.error("step %d", 3)
    print("stderr", file=sys.stderr)
    np.log(np.zeros(1))
    np.array([1.0]) / 0
    return X @ w + b
