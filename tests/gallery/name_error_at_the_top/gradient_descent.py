"""A name is used at the top that nobody defined."""
X = np.zeros(3)


def predict_linear(X, w, b):
    return X @ w + b
