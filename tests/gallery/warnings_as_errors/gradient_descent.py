"""Right; turns warnings into errors for itself."""
import warnings

warnings.simplefilter("error")


def predict_linear(X, w, b):
    return X @ w + b
