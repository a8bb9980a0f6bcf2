"""Right answers written another way: each must keep every point."""

from collections import namedtuple

import numpy as np

from autograder.bank import alternative

from . import solution as right

# --- softmax


@alternative("softmax")
def softmax_as_exp_of_log_softmax(z, axis=-1):
    shifted = z - z.max(axis=axis, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


@alternative("softmax")
def softmax_by_pairwise_differences(z, axis=-1):
    v = np.moveaxis(z, axis, -1)
    with np.errstate(over="ignore"):  # 1/inf = 0 is the right answer here
        p = 1 / np.exp(v[..., None, :] - v[..., :, None]).sum(axis=-1)  # (..., C)
    return np.moveaxis(p, -1, axis)  # a view


@alternative("softmax")
def softmax_row_by_row(z, axis=-1):
    def one(row):
        top = max(row)
        e = [np.exp(v - top) for v in row]
        return np.array([v / sum(e) for v in e])

    return np.apply_along_axis(one, axis, z)


@alternative("softmax")
def softmax_in_float32_column_major(z, axis=-1):
    z = np.asarray(z, dtype=np.float32)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return np.asfortranarray(e / e.sum(axis=axis, keepdims=True))


@alternative("softmax")
def softmax_shifted_beyond_the_maximum(z, axis=-1):
    e = np.exp(z - (z.max(axis=axis, keepdims=True) + 3.0))
    return np.divide(e, np.sum(e, axis=axis, keepdims=True))


@alternative("softmax")
def softmax_by_base_two(z, axis=-1):
    e = np.exp2((z - z.max(axis=axis, keepdims=True)) / np.log(2))
    return e / e.sum(axis=axis, keepdims=True)


# --- logsumexp, log_softmax


@alternative("log_space", replaces="logsumexp")
def logsumexp_by_logaddexp(z, axis=-1, keepdims=False):
    return np.logaddexp.reduce(z, axis=axis, keepdims=keepdims)


@alternative("log_space", replaces="logsumexp")
def logsumexp_row_by_row(z, axis=-1, keepdims=False):
    def one(row):
        top = max(row)
        return top if np.isinf(top) else top + np.log(sum(np.exp(v - top) for v in row))

    out = np.apply_along_axis(one, axis, z)
    return np.expand_dims(out, axis) if keepdims else out


@alternative("log_space", replaces="logsumexp")
def logsumexp_with_one_plus_the_rest(z, axis=-1, keepdims=False):
    ordered = np.sort(z, axis=axis)
    top = np.take(ordered, [-1], axis=axis)
    rest = np.delete(ordered, -1, axis=axis)
    shift = np.where(np.isinf(top), 0, top)
    others = np.exp(np.where(np.isinf(top), -np.inf, rest - shift)).sum(axis=axis, keepdims=True)
    out = top + np.log1p(others)
    return out if keepdims else np.squeeze(out, axis=axis)


@alternative("log_space", replaces="logsumexp")
def logsumexp_in_float32(z, axis=-1, keepdims=False):
    return np.asarray(right.logsumexp(np.asarray(z, dtype=np.float32), axis, keepdims), dtype=np.float32)


@alternative("log_space", replaces="log_softmax")
def log_softmax_as_score_minus_logsumexp(z, axis=-1):
    return z - right.logsumexp(z, axis, keepdims=True)


@alternative("log_space", replaces="log_softmax")
def log_softmax_by_pairwise_differences(z, axis=-1):
    v = np.moveaxis(z, axis, -1)
    out = -np.logaddexp.reduce(v[..., None, :] - v[..., :, None], axis=-1)
    return np.moveaxis(out, -1, axis)


@alternative("log_space", replaces="log_softmax")
def log_softmax_in_float32(z, axis=-1):
    z = np.asarray(z, dtype=np.float32)
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


# --- one_hot, smooth_labels


@alternative("labels", replaces="one_hot")
def one_hot_by_identity_rows(y, C):
    return np.eye(C)[y]


@alternative("labels", replaces="one_hot")
def one_hot_by_loop(y, C):
    hot = np.zeros((len(y), C))
    for n, label in enumerate(y):
        hot[n, label] = 1.0
    return hot


@alternative("labels", replaces="one_hot")
def one_hot_scattered_in_float32(y, C):
    hot = np.zeros((len(y), C), dtype=np.float32)
    np.put_along_axis(hot, y[:, None].astype(int), 1.0, axis=1)
    return hot


@alternative("labels", replaces="one_hot")
def one_hot_as_transposed_view(y, C):
    hot = np.zeros((C, len(y)))
    hot[y, np.arange(len(y))] = 1.0
    return hot.T


@alternative("labels", replaces="smooth_labels")
def smooth_by_filling_and_adding(y, C, eps):
    soft = np.full((len(y), C), eps / C)
    soft[np.arange(len(y)), y] += 1 - eps
    return soft


@alternative("labels", replaces="smooth_labels")
def smooth_by_moving_towards_uniform(y, C, eps):
    hot = right.one_hot(y, C)
    return hot - eps * (hot - 1 / C)


@alternative("labels", replaces="smooth_labels")
def smooth_by_where(y, C, eps):
    return np.where(y[:, None] == np.arange(C), 1 - eps + eps / C, eps / C).astype(np.float32)


# --- cross_entropy


@alternative("cross_entropy")
def cross_entropy_by_gathering(z, target, reduction="mean"):
    log_p = right.log_softmax(z)
    hard = target.ndim == 1
    losses = -(log_p[np.arange(len(z)), target] if hard else np.einsum("nc,nc->n", target, log_p))
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


@alternative("cross_entropy")
def cross_entropy_as_logsumexp_minus_score(z, target, reduction="mean"):
    if target.ndim == 1:
        score = np.take_along_axis(z, target[:, None].astype(int), axis=1)[:, 0]
    else:
        score = (target * z).sum(axis=1)
    losses = np.logaddexp.reduce(z, axis=1) - score
    return losses if reduction == "none" else float(losses.sum() if reduction == "sum" else losses.sum() / len(z))


@alternative("cross_entropy")
def cross_entropy_by_loops(z, target, reduction="mean"):
    losses = []
    for row, t in zip(z, target, strict=True):
        log_p = row - row.max() - np.log(np.exp(row - row.max()).sum())
        losses.append(-log_p[t] if np.ndim(t) == 0 else -sum(t[c] * log_p[c] for c in range(len(row))))
    if reduction == "none":
        return np.array(losses)
    return sum(losses) / (len(losses) if reduction == "mean" else 1)


@alternative("cross_entropy")
def cross_entropy_in_float32(z, target, reduction="mean"):
    z = np.asarray(z, dtype=np.float32)
    return np.float32(right.cross_entropy(z, target, reduction))


# --- cross_entropy_backward


@alternative("cross_entropy_backward")
def ce_backward_through_full_jacobian(z, target):
    jacobian = np.eye(z.shape[1]) - right.softmax(z)[:, None, :]  # (N, C, C), of log-softmax
    return -np.einsum("ni,nij->nj", right._as_distribution(target, z.shape[1]), jacobian) / len(z)


@alternative("cross_entropy_backward")
def ce_backward_subtracting_in_place_on_a_copy(z, target):
    dz = right.softmax(z).copy()
    if target.ndim == 1:
        dz[np.arange(len(z)), target] -= 1
    else:
        dz -= target
    dz /= len(z)
    return dz


@alternative("cross_entropy_backward")
def ce_backward_by_loops_column_major(z, target):
    N, C = z.shape
    dz = np.zeros((C, N)).T  # a view, column-major
    for n in range(N):
        log_p = right.log_softmax(z[n])
        for c in range(C):
            wanted = float(target[n] == c) if target.ndim == 1 else target[n, c]
            dz[n, c] = (np.exp(log_p[c]) - wanted) / N
    return dz


@alternative("cross_entropy_backward")
def ce_backward_in_float32(z, target):
    z = np.asarray(z, dtype=np.float32)
    t = right._as_distribution(target, z.shape[1]).astype(np.float32)
    return (right.softmax(z) - t) * np.float32(1 / len(z))


@alternative("cross_entropy_backward")
def ce_backward_with_weights_inside(z, target):
    share = 1 / len(z)
    return share * right.softmax(z) - share * right._as_distribution(target, z.shape[1])


# --- softmax_backward


@alternative("softmax_backward")
def softmax_backward_with_full_jacobian(dout, p, axis=-1):
    g, q = np.moveaxis(dout, axis, -1), np.moveaxis(p, axis, -1)
    jacobian = q[..., :, None] * np.eye(q.shape[-1]) - q[..., :, None] * q[..., None, :]  # (..., C, C)
    return np.moveaxis((jacobian @ g[..., None])[..., 0], -1, axis)


@alternative("softmax_backward")
def softmax_backward_as_two_products(dout, p, axis=-1):
    weighted = p * dout
    return weighted - p * weighted.sum(axis=axis, keepdims=True)


@alternative("softmax_backward")
def softmax_backward_by_differences(dout, p, axis=-1):
    g, q = np.moveaxis(dout, axis, -1), np.moveaxis(p, axis, -1)
    differences = g[..., :, None] - g[..., None, :]  # (..., C, C)
    return np.moveaxis(np.einsum("...i,...j,...ij->...i", q, q, differences), -1, axis)


@alternative("softmax_backward")
def softmax_backward_in_float32_column_major(dout, p, axis=-1):
    return np.asfortranarray(right.softmax_backward(dout.astype(np.float32), p.astype(np.float32), axis))


@alternative("softmax_backward")
def softmax_backward_by_loops(dout, p, axis=-1):
    g, q = np.moveaxis(dout, axis, -1), np.moveaxis(p, axis, -1)
    out = np.empty(q.shape)
    for place in np.ndindex(q.shape[:-1]):
        for i in range(q.shape[-1]):
            out[place][i] = sum(g[place][k] * q[place][k] * ((k == i) - q[place][i]) for k in range(q.shape[-1]))
    return np.moveaxis(out, -1, axis)


# --- bce_with_logits


@alternative("bce_with_logits")
def bce_by_softplus(z, y):
    losses = y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)
    return losses.mean(), (np.exp(-np.logaddexp(0, -z)) - y) / len(z)


@alternative("bce_with_logits")
def bce_as_two_class_softmax(z, y):
    logits = np.stack([np.zeros(len(z)), z], axis=1)  # (N, 2)
    target = np.stack([1 - y, y], axis=1).astype(float)  # (N, 2)
    return right.cross_entropy(logits, target), right.cross_entropy_backward(logits, target)[:, 1]


@alternative("bce_with_logits")
def bce_by_tanh(z, y):
    p = 0.5 * (1 + np.tanh(z / 2))
    losses = np.maximum(z, 0) - y * z + np.log(1 + np.exp(-np.abs(z)))
    return [float(losses.sum() / len(z)), (p - y) / len(z)]


@alternative("bce_with_logits")
def bce_example_by_example(z, y):
    Result = namedtuple("Result", "loss dz")
    losses, dz = [], []
    for score, label in zip(z, y, strict=True):
        small = np.exp(-abs(score))
        p = 1 / (1 + small) if score >= 0 else small / (1 + small)
        losses.append(max(score, 0) - score * label + np.log1p(small))
        dz.append((p - label) / len(z))
    return Result(sum(losses) / len(z), np.array(dz))


@alternative("bce_with_logits")
def bce_with_plain_sigmoid_slope(z, y):
    with np.errstate(over="ignore"):
        p = 1 / (1 + np.exp(-z))
    return right.bce_with_logits(z, y)[0], (p - y) / len(z)


@alternative("bce_with_logits")
def bce_in_float32(z, y):
    loss, dz = right.bce_with_logits(np.asarray(z, dtype=np.float32), np.asarray(y, dtype=np.float32))
    return np.float32(loss), dz.astype(np.float32)


# --- mse_on_softmax_backward, compare_slopes


@alternative("flat_loss", replaces="mse_on_softmax_backward")
def mse_slope_with_full_jacobian(z, y):
    p, N = right.softmax(z), len(z)
    error = p.copy()
    error[np.arange(N), y] -= 1
    jacobian = np.einsum("ni,ij->nij", p, np.eye(z.shape[1])) - np.einsum("ni,nj->nij", p, p)
    return 2 / N * np.einsum("nij,ni->nj", jacobian, error)


@alternative("flat_loss", replaces="mse_on_softmax_backward")
def mse_slope_by_loops(z, y):
    N, C = z.shape
    dz = np.zeros((N, C))
    for n in range(N):
        p = right.softmax(z[n])
        for j in range(C):
            dz[n, j] = sum(2 * (p[i] - (i == y[n])) * p[i] * ((i == j) - p[j]) for i in range(C)) / N
    return dz


@alternative("flat_loss", replaces="mse_on_softmax_backward")
def mse_slope_by_differences_in_float32(z, y):
    p = right.softmax(z)
    error = 2 * (p - right.one_hot(y, z.shape[1]))
    dz = np.einsum("ni,nj,nij->ni", p, p, error[:, :, None] - error[:, None, :])
    return (dz / len(z)).astype(np.float32)


@alternative("flat_loss", replaces="compare_slopes")
def slopes_by_root_of_squares(z, y):
    both = right.cross_entropy_backward(z, y), right.mse_on_softmax_backward(z, y)
    return [float(np.sqrt((g**2).sum())) for g in both]


@alternative("flat_loss", replaces="compare_slopes")
def slopes_by_dot_product_in_float32(z, y):
    both = right.cross_entropy_backward(z, y).ravel(), right.mse_on_softmax_backward(z, y).ravel()
    return tuple(np.float32(np.sqrt(np.dot(g, g))) for g in both)


# --- confusion_matrix, macro_f1


@alternative("evaluation", replaces="confusion_matrix")
def confusion_by_loop(y, y_hat, C):
    counts = np.zeros((C, C), dtype=np.int32)
    for truth, guess in zip(y, y_hat, strict=True):
        counts[truth, guess] += 1
    return counts


@alternative("evaluation", replaces="confusion_matrix")
def confusion_by_bincount(y, y_hat, C):
    return np.bincount(y.astype(int) * C + y_hat, minlength=C * C).reshape(C, C)


@alternative("evaluation", replaces="confusion_matrix")
def confusion_by_matrix_product(y, y_hat, C):
    return (right.one_hot(y, C).T @ right.one_hot(y_hat, C)).astype(int)


@alternative("evaluation", replaces="macro_f1")
def macro_f1_by_precision_and_recall(y, y_hat, C):
    scores = []
    for c in range(C):
        tp, predicted, true = ((y == c) & (y_hat == c)).sum(), (y_hat == c).sum(), (y == c).sum()
        precision = tp / predicted if predicted else 0.0
        recall = tp / true if true else 0.0
        scores.append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
    return sum(scores) / C


@alternative("evaluation", replaces="macro_f1")
def macro_f1_from_error_counts(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    tp = np.diag(counts)
    fp, fn = counts.sum(axis=0) - tp, counts.sum(axis=1) - tp
    with np.errstate(invalid="ignore"):
        return np.float32(np.nan_to_num(tp / (tp + (fp + fn) / 2)).mean())


# --- standardize, train_softmax, train_logistic


@alternative("training", replaces="standardize")
def standardize_by_sums_of_squares(X_train, X_test):
    mean = X_train.sum(axis=0) / len(X_train)
    centred = X_train - mean
    variance = np.einsum("nd,nd->d", centred, centred) / len(X_train)
    scale = np.sqrt(np.where(variance > 1e-20, variance, 1))
    return centred / scale, (X_test - mean) / scale


@alternative("training", replaces="standardize")
def standardize_feature_by_feature(X_train, X_test):
    train, test = np.array(X_train, dtype=float, order="F"), np.array(X_test, dtype=float, order="F")
    for d in range(train.shape[1]):
        mean, std = train[:, d].mean(), train[:, d].std()
        train[:, d] -= mean
        test[:, d] -= mean
        if std > 1e-10:
            train[:, d] /= std
            test[:, d] /= std
    return [train, test]


@alternative("training", replaces="train_softmax")
def train_softmax_with_augmented_features(X, y, lr, steps):
    A = np.hstack([X, np.ones((len(X), 1))])  # (N, D+1)
    Y = np.eye(y.max() + 1)[y]
    V = np.zeros((A.shape[1], Y.shape[1]))
    for _ in range(steps):
        V -= lr / len(X) * A.T @ (right.softmax(A @ V) - Y)
    return V[:-1], V[-1]


@alternative("training", replaces="train_softmax")
def train_softmax_with_momentum(X, y, lr, steps):
    W, b = np.zeros((X.shape[1], y.max() + 1)), np.zeros(y.max() + 1)
    vW, vb = np.zeros_like(W), np.zeros_like(b)
    for _ in range(steps):
        dz = right.cross_entropy_backward(X @ W + b, y)
        vW, vb = 0.9 * vW + X.T @ dz, 0.9 * vb + dz.sum(axis=0)
        W, b = W - 0.3 * lr * vW, b - 0.3 * lr * vb
    return W, b


@alternative("training", replaces="train_softmax")
def train_softmax_with_adam_in_float32(X, y, lr, steps):
    A = np.hstack([X, np.ones((len(X), 1))])
    V = np.zeros((A.shape[1], y.max() + 1))
    m, v = np.zeros_like(V), np.zeros_like(V)
    for t in range(1, steps + 1):
        g = A.T @ right.cross_entropy_backward(A @ V, y)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        V = V - 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return [V[:-1].astype(np.float32), V[-1].astype(np.float32)]


@alternative("training", replaces="train_logistic")
def train_logistic_with_augmented_features(X, y, lr, steps):
    A = np.hstack([np.ones((len(X), 1)), X])
    v = np.zeros(A.shape[1])
    for _ in range(steps):
        v = v - lr * (right.bce_with_logits(A @ v, y)[1] @ A)
    return v[1:], float(v[0])


@alternative("training", replaces="train_logistic")
def train_logistic_with_momentum(X, y, lr, steps):
    w, b, vw, vb = np.zeros(X.shape[1]), 0.0, 0.0, 0.0
    for _ in range(steps):
        dz = right.bce_with_logits(X @ w + b, y)[1]
        vw, vb = 0.9 * vw + X.T @ dz, 0.9 * vb + dz.sum()
        w, b = w - 0.1 * lr * vw, b - 0.1 * lr * vb
    return w.astype(np.float32), np.float32(b)


@alternative("training", replaces="train_logistic")
def train_logistic_by_newton(X, y, lr, steps):
    A = np.hstack([X, np.ones((len(X), 1))])
    v = np.zeros(A.shape[1])
    for _ in range(min(steps, 8)):  # so few steps that separable data cannot drive the weights to infinity
        p = np.exp(-np.logaddexp(0, -(A @ v)))
        hessian = (A * (p * (1 - p))[:, None]).T @ A + 1e-3 * len(X) * np.eye(len(v))
        v = v - np.linalg.solve(hessian, A.T @ (p - y) + 1e-3 * len(X) * v)
    return v[:-1], v[-1]
