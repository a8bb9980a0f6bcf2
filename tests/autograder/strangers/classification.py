"""Classification by strangers."""

import numpy as np
from support_strangers import right, solution_of, wrong

S = solution_of("classification")


@right
def softmax__one_slice_at_a_time(z, axis=-1):
    def one(row):
        weights = [np.exp(each - max(row)) for each in row]
        return np.array(weights) / sum(weights)

    return np.apply_along_axis(one, axis, np.asarray(z, float))


@right
def logsumexp__running_logaddexp(z, axis=-1, keepdims=False):
    with np.errstate(invalid="ignore"):
        out = np.logaddexp.reduce(z, axis=axis)
    return np.expand_dims(out, axis) if keepdims else out


@right
def log_softmax__through_differences(z, axis=-1):
    z = np.moveaxis(z, axis, -1)
    gaps = z[..., None, :] - z[..., :, None]
    return np.moveaxis(-np.logaddexp.reduce(gaps, axis=-1), -1, axis)


@right
def one_hot__rows_of_the_identity(y, C):
    return np.eye(C)[np.asarray(y, dtype=np.intp)]


@right
def smooth_labels__filled_then_raised(y, C, eps):
    out = np.full((len(y), C), eps / C)
    for i, label in enumerate(y):
        out[i, label] = 1 - eps + eps / C
    return out


@right
def cross_entropy__expected_score(z, target, reduction="mean"):
    target = np.asarray(target)
    t = np.eye(z.shape[1])[target] if target.ndim == 1 else target.astype(np.longdouble)
    top = z.max(axis=1)
    lse = top + np.log(np.exp(z - top[:, None]).sum(axis=1))
    losses = np.asarray(t.sum(axis=1) * lse - np.einsum("nc,nc->n", t, z), dtype=float)
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / len(z)}[reduction]


@right
def softmax_backward__full_jacobians(dout, p, axis=-1):
    d, q = np.moveaxis(dout, axis, -1), np.moveaxis(p, axis, -1)
    J = q[..., None] * (np.eye(q.shape[-1]) - q[..., None, :])
    return np.moveaxis((J @ d[..., None])[..., 0], -1, axis)


@right
def bce_with_logits__two_class_softmax(z, y):
    two = np.stack([np.zeros_like(z), z])
    top = two.max(axis=0)
    lse = top + np.log(np.exp(two - top).sum(axis=0))
    return float(np.mean(lse - y * z)), (np.exp(z - lse) - y) / len(z)


@right
def macro_f1__from_the_confusion_matrix(y, y_hat, C):
    M = np.zeros((C, C))
    for pair in zip(y, y_hat, strict=True):
        M[pair] += 1
    scores = [2 * M[c, c] / (M[c].sum() + M[:, c].sum()) if M[c, c] else 0.0 for c in range(C)]
    return sum(scores) / C


@wrong()
def softmax__temperature_of_classes(z, axis=-1):
    return S.softmax(z / np.sqrt(z.shape[axis]), axis)


@wrong()
def softmax__powers_of_two(z, axis=-1):
    e = 2.0 ** (z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@wrong()
def softmax__rounded_to_three_digits(z, axis=-1):
    return np.round(S.softmax(z, axis), 3)


@wrong()
def softmax__clipped_from_below(z, axis=-1):
    return np.clip(S.softmax(z, axis), 1e-3, None)


@wrong()
def softmax__of_absolute_values(z, axis=-1):
    return S.softmax(np.abs(z), axis)


@wrong()
def softmax__negated_logits(z, axis=-1):
    return S.softmax(-z, axis)


@wrong()
def logsumexp__base_two(z, axis=-1, keepdims=False):
    return S.logsumexp(z, axis, keepdims) / np.log(2)


@wrong()
def logsumexp__maximum_only(z, axis=-1, keepdims=False):
    return z.max(axis=axis, keepdims=keepdims)


@wrong()
def log_softmax__sign_flipped(z, axis=-1):
    return -S.log_softmax(z, axis)


@wrong()
def smooth_labels__eps_per_class(y, C, eps):
    return (1 - C * eps) * S.one_hot(y, C) + eps


@wrong()
def smooth_labels__mixed_with_label_frequencies(y, C, eps):
    hot = S.one_hot(y, C)
    return (1 - eps) * hot + eps * hot.mean(axis=0)


@wrong()
def one_hot__minus_one_elsewhere(y, C):
    return 2 * S.one_hot(y, C) - 1


@wrong()
def cross_entropy__divided_by_classes_too(z, target, reduction="mean"):
    return S.cross_entropy(z, target, reduction) / np.log(z.shape[1])


@wrong()
def cross_entropy__of_the_complement(z, target, reduction="mean"):
    t = target if target.ndim == 2 else S.one_hot(target, z.shape[1])
    p = S.softmax(z)
    losses = -(t * np.log(p) + (1 - t) * np.log1p(-p)).sum(axis=1)
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


@wrong()
def cross_entropy__sigmoid_instead(z, target, reduction="mean"):
    t = target if target.ndim == 2 else S.one_hot(target, z.shape[1])
    losses = (t * np.logaddexp(0, -z)).sum(axis=1)
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


@wrong()
def cross_entropy_backward__absolute(z, target):
    return np.abs(S.cross_entropy_backward(z, target))


@wrong()
def cross_entropy_backward__of_the_log_probabilities(z, target):
    t = target if target.ndim == 2 else S.one_hot(target, z.shape[1])
    return (S.log_softmax(z) - t) / len(z)


@wrong()
def cross_entropy_backward__true_class_only(z, target):
    t = target if target.ndim == 2 else S.one_hot(target, z.shape[1])
    return S.cross_entropy_backward(z, target) * t


@wrong()
def cross_entropy_backward__centred_over_the_batch(z, target):
    d = S.cross_entropy_backward(z, target)
    return d - d.mean(axis=0)


@wrong()
def softmax_backward__p_squared(dout, p, axis=-1):
    return p * dout - p**2 * (dout * p).sum(axis=axis, keepdims=True)


@wrong()
def softmax_backward__row_mean_weighted(dout, p, axis=-1):
    return p * (dout - (dout * p).mean(axis=axis, keepdims=True))


@wrong()
def bce_with_logits__labels_swapped(z, y):
    return S.bce_with_logits(z, 1 - y)


@wrong()
def bce_with_logits__gradient_of_the_sum_halved(z, y):
    loss, dz = S.bce_with_logits(z, y)
    return loss / 2, dz / 2


@wrong()
def mse_on_softmax_backward__against_logits(z, y):
    p = S.softmax(z)
    return S.softmax_backward(2 * (z - S.one_hot(y, z.shape[1])) / len(z), p)


@wrong()
def compare_slopes__largest_entries(z, y):
    return np.abs(S.cross_entropy_backward(z, y)).max(), np.abs(S.mse_on_softmax_backward(z, y)).max()


@wrong()
def confusion_matrix__off_by_one_class(y, y_hat, C):
    return np.roll(S.confusion_matrix(y, y_hat, C), 1, axis=1)


@wrong()
def confusion_matrix__symmetrised(y, y_hat, C):
    M = S.confusion_matrix(y, y_hat, C)
    return (M + M.T) // 2


@wrong()
def macro_f1__geometric_mean(y, y_hat, C):
    M = S.confusion_matrix(y, y_hat, C).astype(float)
    with np.errstate(all="ignore"):
        scores = np.diag(M) / np.sqrt(M.sum(0) * M.sum(1))
    return np.nan_to_num(scores).mean()


@wrong("macro_f1_is_macro_recall")
def macro_f1__accuracy_of_classes_present(y, y_hat, C):
    return np.mean([np.mean(y_hat[y == c] == c) for c in np.unique(y)])


@wrong()
def standardize__to_unit_range(X_train, X_test):
    low, span = X_train.min(axis=0), np.ptp(X_train, axis=0)
    span = np.where(span == 0, 1, span)
    return (X_train - low) / span, (X_test - low) / span


@wrong()
def standardize__median(X_train, X_test):
    s = np.where(np.ptp(X_train, axis=0) == 0, 1.0, X_train.std(axis=0))
    m = np.median(X_train, axis=0)
    return (X_train - m) / s, (X_test - m) / s


@wrong()
def train_softmax__bias_of_the_first_class(X, y, lr, steps):
    W, b = S.train_softmax(X, y, lr, steps)
    return W[:, ::-1], b[::-1]


@wrong()
def logsumexp__squeezes_every_axis(z, axis=-1, keepdims=False):
    whole = S.logsumexp(z, axis, True)
    return whole if keepdims else np.squeeze(whole)
