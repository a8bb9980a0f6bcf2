"""predict_linear is misspelt."""


def predict_liner(X, w, b):
    return X @ w + b


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
