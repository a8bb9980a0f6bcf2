"""Linear regression and gradient descent by strangers."""

import numpy as np
from support_strangers import right, wrong


@right
def predict_linear__einsum_of_broadcast_bias(X, w, b):
    return np.einsum("nd,d->n", X, w) + np.broadcast_to(b, len(X))


@right
def regression_loss__table_of_functions(y_hat, y, kind, delta=1.0):
    def huber(r):
        inside = np.minimum(np.abs(r), delta)
        return inside * (np.abs(r) - inside / 2)

    table = {"mse": np.square, "mae": np.abs, "huber": huber}
    if kind not in table:
        raise ValueError(kind)
    return sum(table[kind](y_hat - y)) / len(y)


@right
def mse_grad__loop_over_examples(X, y, w, b):
    dw, db = [0.0] * len(w), 0.0
    for row, target in zip(X, y, strict=True):
        error = sum(x * weight for x, weight in zip(row, w, strict=True)) + b - target
        dw = [d + 2 * error * x / len(y) for d, x in zip(dw, row, strict=True)]
        db += 2 * error / len(y)
    return dw, db


@right
def numerical_gradient__moves_a_flat_copy(f, x, h=1e-5):
    moved = np.array(x, dtype=float, order="C")
    flat, slopes = moved.reshape(-1), []
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + h
        above = f(moved)
        flat[i] = kept - h
        below = f(moved)
        flat[i] = kept
        slopes.append((above - below) / (2 * h))
    return np.reshape(slopes, moved.shape)


@right
def closed_form__augmented_normal_equations(X, y, l2=0.0):
    A = np.c_[np.ones(len(X)), X]
    punished = np.diag([0.0] + [l2 * len(X)] * X.shape[1])
    theta = np.linalg.pinv(A.T @ A + punished) @ A.T @ y
    return theta[1:], theta[0]


@right
def gradient_descent__preallocated(grad_fn, theta0, lr, steps):
    path = np.empty((steps + 1, len(theta0)))
    path[0] = theta0
    for k in range(steps):
        path[k + 1] = path[k] - np.multiply(lr, grad_fn(path[k].copy()))
    return path


@right
def minibatches__split_at_places(N, batch, rng):
    order = np.arange(N)
    rng.shuffle(order)
    return np.split(order, range(batch, N, batch))


@right
def relu_sum__from_the_right(knots, values):
    points = sorted(zip(knots, values, strict=True))
    c, slope = [], 0.0
    for k, (t, y) in enumerate(points):
        following = (points[k + 1][1] - y) / (points[k + 1][0] - t) if k + 1 < len(points) else 0.0
        c.append(following - slope)
        slope = following
    return points[0][1], c, [t for t, _ in points]


@wrong("predict_linear_bias_per_feature")
def predict_linear__bias_times_weights_sum(X, w, b):
    return X @ w + b * w.sum()


@wrong()
def predict_linear__truncates_to_int(X, w, b):
    return (X @ w + b).astype(int)


@wrong()
def predict_linear__standardises_first(X, w, b):
    return (X - X.mean(axis=0)) @ w + b


@wrong()
def predict_linear__last_weight_forgotten(X, w, b):
    return X[:, :-1] @ w[:-1] + b


@wrong("predict_linear_bias_subtracted")
def predict_linear__bias_subtracted(X, w, b):
    out = np.zeros(len(X))
    for i in range(len(X)):
        out[i] = np.dot(X[i], w) - b
    return out


@wrong()
def regression_loss__mae_by_median(y_hat, y, kind, delta=1.0):
    r = y_hat - y
    if kind == "mse":
        return np.mean(r**2)
    if kind == "mae":
        return np.median(np.abs(r))
    if kind == "huber":
        a = np.abs(r)
        return np.mean(np.where(a <= delta, a**2 / 2, delta * (a - delta / 2)))
    raise ValueError(kind)


@wrong()
def regression_loss__huber_switches_by_the_whole_batch(y_hat, y, kind, delta=1.0):
    a = np.abs(y_hat - y)
    if kind == "mse":
        return np.mean(a**2)
    if kind == "mae":
        return np.mean(a)
    if kind == "huber":
        if a.max() <= delta:
            return np.mean(a**2) / 2
        return np.mean(delta * a - delta**2 / 2)
    raise ValueError(kind)


@wrong()
def regression_loss__divides_by_n_minus_one(y_hat, y, kind, delta=1.0):
    a = np.abs(y_hat - y)
    table = {"mse": a**2, "mae": a, "huber": np.where(a <= delta, a**2 / 2, delta * (a - delta / 2))}
    if kind not in table:
        raise ValueError(kind)
    return table[kind].sum() / (len(y) - 1)


@wrong()
def regression_loss__relative_error(y_hat, y, kind, delta=1.0):
    a = np.abs((y_hat - y) / y)
    table = {"mse": a**2, "mae": a, "huber": np.where(a <= delta, a**2 / 2, delta * (a - delta / 2))}
    if kind not in table:
        raise ValueError(kind)
    return table[kind].mean()


@wrong("mse_grad_residual_without_bias")
def mse_grad__bias_forgotten_in_the_residual(X, y, w, b):
    r = X @ w - y
    return 2 * X.T @ r / len(y), 2 * r.mean()


@wrong()
def mse_grad__db_with_the_bias_factor(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), 2 * b * r.mean()


@wrong()
def mse_grad__squares_instead_of_slopes(X, y, w, b):
    r = (X @ w + b - y) ** 2
    return X.T @ r / len(y), r.mean()


@wrong()
def mse_grad__dw_times_w(X, y, w, b):
    r = X @ w + b - y
    return 2 * w * (X.T @ r) / len(y), 2 * r.mean()


@wrong()
def mse_grad__last_example_only(X, y, w, b):
    for i in range(len(y)):
        r = X[i] @ w + b - y[i]
        dw, db = 2 * r * X[i] / len(y), 2 * r / len(y)
    return dw, db


@wrong()
def mse_grad__cubed_mean(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.mean(axis=0) * r.mean(), 2 * r.mean()


@wrong()
def loss_grad_wrt_pred__huber_divided_by_delta(kind, y_hat, y, delta=1.0):
    r = y_hat - y
    if kind == "mse":
        return 2 * r / len(r)
    if kind == "mae":
        return np.sign(r) / len(r)
    if kind == "huber":
        return np.clip(r / delta, -1, 1) / len(r)
    raise ValueError(kind)


@wrong()
def loss_grad_wrt_pred__mae_of_the_prediction(kind, y_hat, y, delta=1.0):
    r = y_hat - y
    if kind == "mse":
        return 2 * r / len(r)
    if kind == "mae":
        return np.sign(y_hat) / len(r)
    if kind == "huber":
        return np.clip(r, -delta, delta) / len(r)
    raise ValueError(kind)


@wrong()
def numerical_gradient__flat_copy_of_a_fortran_array(f, x, h=1e-5):
    moved = np.array(x, dtype=float)  # keeps the order in memory, so that the next line copies
    flat, slopes = moved.reshape(-1), []
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + h
        above = f(moved)
        flat[i] = kept - h
        below = f(moved)
        flat[i] = kept
        slopes.append((above - below) / (2 * h))
    return np.reshape(slopes, moved.shape)


@wrong()
def numerical_gradient__all_but_the_last(f, x, h=1e-5):
    x = np.array(x, float)
    g = np.zeros_like(x)
    for i in list(np.ndindex(x.shape))[:-1]:
        e = np.zeros_like(x)
        e[i] = h
        g[i] = (f(x + e) - f(x - e)) / (2 * h)
    return g


@wrong("all_entries_at_once")
def numerical_gradient__all_entries_together(f, x, h=1e-5):
    x = np.array(x, float)
    return np.full_like(x, (f(x + h) - f(x - h)) / (2 * h))


@wrong()
def numerical_gradient__rounded(f, x, h=1e-5):
    x = np.array(x, float)
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        g[i] = round((f(x + e) - f(x - e)) / (2 * h), 2)
    return g


@wrong()
def closed_form__penalty_square_rooted(X, y, l2=0.0):
    Xc, yc = X - X.mean(0), y - y.mean()
    w = np.linalg.pinv(Xc.T @ Xc + len(y) * np.sqrt(l2) * np.eye(X.shape[1])) @ Xc.T @ yc
    return w, y.mean() - X.mean(0) @ w


@wrong("bias_is_mean_target")
def closed_form__bias_is_mean_of_targets(X, y, l2=0.0):
    Xc, yc = X - X.mean(0), y - y.mean()
    w = np.linalg.pinv(Xc.T @ Xc + len(y) * l2 * np.eye(X.shape[1])) @ Xc.T @ yc
    return w, y.mean()


@wrong()
def gradient_descent__decaying_rate(grad_fn, theta0, lr, steps):
    path = [np.array(theta0, float)]
    for k in range(steps):
        path.append(path[-1] - lr / (k + 1) * grad_fn(path[-1]))
    return np.array(path)


@wrong("steps_of_equal_length")
def gradient_descent__normalised_gradient(grad_fn, theta0, lr, steps):
    path = [np.array(theta0, float)]
    for _ in range(steps):
        g = grad_fn(path[-1])
        path.append(path[-1] - lr * g / np.linalg.norm(g))
    return np.array(path)


@wrong("gradient_taken_once")
def gradient_descent__gradient_at_the_start(grad_fn, theta0, lr, steps):
    g = grad_fn(np.array(theta0, float))
    return np.array([theta0 - k * lr * g for k in range(steps + 1)])


@wrong()
def gradient_descent__newest_first(grad_fn, theta0, lr, steps):
    path = [np.array(theta0, float)]
    for _ in range(steps):
        path.insert(0, path[0] - lr * grad_fn(path[0]))
    return np.array(path)


@wrong("rise_taken_for_slope")
def relu_sum__slopes_of_values_alone(knots, values):
    order = np.argsort(knots)
    t, y = knots[order], values[order]
    return y[0], np.diff(np.diff(y), prepend=0.0, append=0.0), t


@wrong()
def relu_sum__constant_is_the_mean(knots, values):
    order = np.argsort(knots)
    t, y = knots[order], values[order]
    return y.mean(), np.diff(np.diff(y) / np.diff(t), prepend=0.0, append=0.0), t


@wrong("empty_batch_at_the_end")
def minibatches__one_start_too_many(N, batch, rng):
    order = rng.permutation(N)
    return [order[i : i + batch] for i in range(0, N + 1, batch)]


@wrong()
def train_views__bias_forced_to_the_mean(series, lag):
    A = np.stack([series[lag - j : len(series) - j] for j in range(1, lag + 1)], axis=1)
    y = series[lag:]
    w = np.linalg.lstsq(A, y - y.mean(), rcond=None)[0]
    return w, y.mean()
