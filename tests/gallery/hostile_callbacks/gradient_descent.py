"""Right; before that it asks the given function for what it was not made for."""
import numpy as np

ODD = ("x", None, [], {}, object(), [[1], [2, 3]], np.array([None]), np.zeros((3, 2, 1)), b"x", print,
       10**400, 2**4000, 2**100, [2**100] * 3, [2**100, None], [2**100] * 2, [2**100] * 11, np.array(["a", "b"]))


def pester(f):
    for odd in ODD:
        for arguments in (odd,), (), (odd, odd):
            try:
                f(*arguments)
            except Exception:
                pass


def numerical_gradient(f, x, h=1e-5):
    pester(f)
    x = np.array(x, dtype=float)
    grad = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


def gradient_descent(grad_fn, theta0, lr, steps):
    pester(grad_fn)
    path = [np.array(theta0, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.stack(path)
