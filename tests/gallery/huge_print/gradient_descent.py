"""Right, and very talkative."""


def predict_linear(X, w, b):
    print("theta " * 500_000)
    return X @ w + b
