"""The file fails while it is loaded."""
print(1 / 0)


def predict_linear(X, w, b):
    return X @ w + b
