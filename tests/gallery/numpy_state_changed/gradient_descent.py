"""Right; changes NumPy's global state, for itself alone."""
import random

import numpy as np

np.seterr(all="raise")
np.random.seed(0)
random.seed(0)
np.set_printoptions(precision=1, threshold=1)
np.float64 = float


def predict_linear(X, w, b):
    return X @ w + b


def minibatches(N, batch, rng):
    order = rng.permutation(N)
    return [order[i : i + batch] for i in range(0, N, batch)]
