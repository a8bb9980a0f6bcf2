"""The file never ends loading."""
while True:
    pass


def predict_linear(X, w, b):
    return X @ w + b
