"""A package that is not there is imported at the top."""
import no_such_package_of_mine


def predict_linear(X, w, b):
    return X @ w + b
