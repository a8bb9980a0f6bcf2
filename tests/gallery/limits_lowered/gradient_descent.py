"""Right; allows itself next to nothing."""
import resource

for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
    resource.setrlimit(kind, (0, 0))


def predict_linear(X, w, b):
    return X @ w + b
