# -*- coding: latin-1 -*-
# Größe


def predict_linear(X, w, b):
    return X @ w + b
