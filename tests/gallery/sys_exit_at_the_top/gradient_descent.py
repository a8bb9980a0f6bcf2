"""sys.exit while the file is loaded."""
import sys


def predict_linear(X, w, b):
    return X @ w + b


sys.exit()
