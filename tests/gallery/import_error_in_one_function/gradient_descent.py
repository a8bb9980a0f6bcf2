"""A package that is not there is imported in one function; the others are right."""


def predict_linear(X, w, b):
    import no_such_package_of_mine

    return X @ w + b


def mse_grad(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * r.mean()
