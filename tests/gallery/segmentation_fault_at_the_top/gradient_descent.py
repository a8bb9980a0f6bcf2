"""Reads address 0 while the file is loaded."""
import ctypes

ctypes.string_at(0)


def predict_linear(X, w, b):
    return X @ w + b
