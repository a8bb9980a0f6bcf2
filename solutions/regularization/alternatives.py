"""Right answers written another way; none of them may lose a point."""

from collections import namedtuple
from itertools import pairwise

import numpy as np

from autograder.bank import alternative

from . import solution as right

# ---------------------------------------------------------------------------------------------------- penalty


@alternative("penalty")
def penalty_by_norms(params, l1, l2, exclude=()):
    loss = 0.0
    for name in set(params) - set(exclude):
        w = np.ravel(params[name])
        loss += l1 * np.linalg.norm(w, ord=1) + l2 * np.linalg.norm(w) ** 2
    return loss, {n: 0.0 * w if n in exclude else l1 * np.sign(w) + l2 * (w + w) for n, w in params.items()}


@alternative("penalty")
def penalty_of_one_long_vector(params, l1, l2, exclude=()):
    kept = [name for name in params if name not in exclude]
    w = np.concatenate([params[name].ravel() for name in kept])  # (P,)
    slope = l1 * ((w > 0).astype(float) - (w < 0)) + 2 * l2 * w  # (P,)
    cuts = np.cumsum([params[name].size for name in kept])[:-1]
    grads = {name: np.zeros(w.shape) for name, w in params.items()}
    for name, piece in zip(kept, np.split(slope, cuts), strict=True):
        grads[name] = piece.reshape(params[name].shape)
    return np.asarray(l1 * (np.sign(w) @ w) + l2 * (w @ w)), grads  # a 0-d array


@alternative("penalty")
def penalty_by_loops(params, l1, l2, exclude=()):
    loss, grads = 0, {}
    for name, w in params.items():
        grads[name] = np.zeros(w.shape)
        if name in exclude:
            continue
        for i in np.ndindex(w.shape):
            value = float(w[i])
            loss += l1 * abs(value) + l2 * value**2
            grads[name][i] = (l1 if value >= 0 else -l1) + 2 * l2 * value  # at 0 the subgradient +l1
    return [loss, grads]


@alternative("penalty")
def penalty_with_subgradient_below(params, l1, l2, exclude=()):
    loss, grads = right.penalty(params, l1, l2, exclude)
    for name, w in params.items():
        if name not in exclude:
            grads[name] = np.where(w > 0, l1, -l1) + 2 * l2 * w  # at 0 the subgradient -l1
    return namedtuple("Penalty", "loss grads")(float(loss), grads)


# ---------------------------------------------------------------------------------------------------- dropout


@alternative("dropout", replaces="dropout_forward", group="dropout_with_a_dictionary")
def dropout_with_a_dictionary_forward(x, p, mask_u, train):
    if p < 0 or p > 1:
        raise ValueError("p must be a probability")
    if not train:
        return x.copy(), {"mode": "evaluation"}
    if p == 1:
        return np.zeros_like(x), {"mode": "nothing left"}
    out = np.where(mask_u < p, 0.0, x) / (1 - p)
    return out, {"mode": "training", "dropped": mask_u < p, "keep": 1 - p}


@alternative("dropout", replaces="dropout_backward", group="dropout_with_a_dictionary")
def dropout_with_a_dictionary_backward(dout, cache):
    if cache["mode"] == "training":
        return np.where(cache["dropped"], 0.0, dout / cache["keep"])
    return dout if cache["mode"] == "evaluation" else np.zeros_like(dout)


@alternative("dropout", replaces="dropout_forward", group="dropout_with_strict_mask")
def dropout_with_strict_mask_forward(x, p, mask_u, train):
    if not 0 <= p <= 1:
        raise ValueError(p)
    if not train or p == 0:
        return x, (None, 1.0)
    if p == 1:
        return x * 0.0, (np.zeros(x.shape, bool), 1.0)
    keep = mask_u > p  # differs from >= with probability 0
    return [(x * keep) / (1.0 - p), (keep, 1.0 - p)]


@alternative("dropout", replaces="dropout_backward", group="dropout_with_strict_mask")
def dropout_with_strict_mask_backward(dout, cache):
    keep, share = cache
    return dout if keep is None else (dout * keep) / share


@alternative("dropout", replaces="dropout_forward", group="dropout_by_loops")
def dropout_by_loops_forward(x, p, mask_u, train):
    if not 0 <= p <= 1:
        raise ValueError("p outside [0, 1]")
    factor = np.ones(x.shape)
    if train:
        for i in np.ndindex(x.shape):
            factor[i] = 0.0 if mask_u[i] < p else 1 / (1 - p)
    return np.asfortranarray(x * factor), [factor, "odd", 7, None]


@alternative("dropout", replaces="dropout_backward", group="dropout_by_loops")
def dropout_by_loops_backward(dout, cache):
    return np.einsum("...,...->...", cache[0], dout)


# --------------------------------------------------------------------------------------------------- ridge_gd


@alternative("ridge_gd")
def ridge_augmented(X, y, lam, lr, steps):
    N, D = X.shape
    A = np.column_stack([X, np.ones(N)])  # (N, D + 1)
    decay = np.append(np.full(D, 2 * lam), 0.0)  # (D + 1,)
    theta = np.zeros(D + 1)
    for _ in range(steps):
        theta = theta - lr * (2 * A.T @ (A @ theta - y) / N + decay * theta)
    return theta[:-1], theta[-1]


@alternative("ridge_gd")
def ridge_with_precomputed_moments(X, y, lam, lr, steps):
    N, D = X.shape
    G, h, m = X.T @ X / N, X.T @ y / N, X.mean(axis=0)  # (D, D), (D,), (D,)
    w, b = np.zeros(D), 0.0
    for _ in range(steps):
        dw, db = 2 * (G @ w + m * b - h + lam * w), 2 * (m @ w + b - y.mean())
        w, b = w - lr * dw, b - lr * db
    return [w, np.asarray(b)]


@alternative("ridge_gd")
def ridge_as_weight_decay(X, y, lam, lr, steps):
    N, D = X.shape
    w, b = np.zeros(D), 0.0
    for _ in range(steps):
        r = np.einsum("nd,d->n", X, w) + b - y  # (N,)
        w = (1 - 2 * lr * lam) * w - lr * 2 * np.einsum("nd,n->d", X, r) / N
        b = b - lr * 2 * r.mean()
    return w, float(b)


@alternative("ridge_gd")
def ridge_with_virtual_examples(X, y, lam, lr, steps):
    N, D = X.shape
    A = np.vstack([np.column_stack([X, np.ones(N)]), np.sqrt(N * lam) * np.eye(D, D + 1)])  # (N + D, D + 1)
    t = np.concatenate([y, np.zeros(D)])  # (N + D,)
    theta = np.zeros(D + 1)
    for _ in range(steps):
        theta -= 2 * lr / N * (A.T @ (A @ theta - t))
    return theta[:D], theta[D]


# ----------------------------------------------------------------------------------------- label_smoothing_ce


@alternative("label_smoothing_ce")
def smoothing_as_mixture_of_losses(z, y, eps):
    N, C = z.shape
    top = z.max(axis=1)  # (N,)
    lse = top + np.log(np.exp(z - top[:, None]).sum(axis=1))  # (N,)
    loss = (1 - eps) * (lse - z[np.arange(N), y]).mean() + eps * (lse - z.mean(axis=1)).mean()
    dz = np.exp(z - lse[:, None]) - eps / C  # (N, C)
    dz[np.arange(N), y] -= 1 - eps
    return loss, dz / N


@alternative("label_smoothing_ce")
def smoothing_by_loops(z, y, eps):
    N, C = z.shape
    loss, dz = 0.0, np.zeros((N, C), order="F")
    for n in range(N):
        e = [float(np.exp(v - max(z[n]))) for v in z[n]]
        for c in range(C):
            target = eps / C + (1 - eps if c == y[n] else 0.0)
            loss -= target * (z[n, c] - max(z[n]) - np.log(sum(e))) / N
            dz[n, c] = (e[c] / sum(e) - target) / N
    return [np.asarray(loss), dz]


@alternative("label_smoothing_ce")
def smoothing_through_the_jacobian(z, y, eps):
    N, C = z.shape
    target = (1 - eps) * np.eye(C)[y] + eps * np.full((N, C), 1 / C)  # (N, C)
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)  # (N, C)
    p = np.exp(log_p)
    jacobian = np.eye(C) - p[:, None, :]  # (N, C, C), of log_p with respect to z
    return float(-np.einsum("nc,nc->", target, log_p) / N), -np.einsum("nc,ncd->nd", target, jacobian) / N


# --------------------------------------------------------------------------------------------- clip_grad_norm


@alternative("clip_grad_norm")
def clip_like_pytorch(grads, max_norm):
    total = np.linalg.norm([np.linalg.norm(g) for g in grads if g is not None])
    if not np.isfinite(total):
        return grads, total
    factor = min(1.0, max_norm / (total + 1e-6))  # PyTorch's slack
    return [g if g is None else g * factor for g in grads], total


@alternative("clip_grad_norm")
def clip_of_one_long_vector(grads, max_norm):
    flat = np.concatenate([np.zeros(1)] + [g.ravel() for g in grads if g is not None])
    total = np.linalg.norm(flat)
    clipped = []
    for g in grads:
        if g is None:
            clipped.append(None)
        elif np.isfinite(total) and total > max_norm:
            clipped.append(g / total * max_norm)
        else:
            clipped.append(g.copy())
    return tuple(clipped), np.asarray(total)


@alternative("clip_grad_norm")
def clip_by_loops(grads, max_norm):
    squares = 0.0
    for g in grads:
        if g is not None:
            for value in g.flat:
                squares += float(value) ** 2
    total = squares**0.5
    scale = np.divide(total, max_norm) if total < float("inf") else 1.0
    scale = scale if scale > 1 else 1.0
    return [[g if g is None else np.asfortranarray(g / scale) for g in grads], total]


# --------------------------------------------------------------------------------------------- early_stopping


@alternative("early_stopping")
def stopping_with_counter(losses, patience, min_delta):
    best, wait = 0, 0
    for epoch in range(1, len(losses)):
        wait += 1
        if losses[best] - losses[epoch] > min_delta:
            best, wait = epoch, 0
        if wait == patience:
            return best, epoch
    return best, len(losses) - 1


@alternative("early_stopping")
def stopping_by_jumps(losses, patience, min_delta):
    losses = np.asarray(losses)
    best = 0
    while True:
        window = losses[best + 1 : best + 1 + patience]
        better = np.flatnonzero(window < losses[best] - min_delta)
        if len(better) == 0:
            return [np.int64(best), np.int64(best + len(window))]
        best += 1 + better[0]


@alternative("early_stopping")
def stopping_with_history(losses, patience, min_delta):
    history = []  # for each epoch, the best one up to there
    for epoch, loss in enumerate(losses):
        improved = not history or loss + min_delta < losses[history[-1]]
        history.append(epoch if improved else history[-1])
        if epoch - history[-1] == patience:
            break
    return namedtuple("Stop", "best stop")(history[-1], len(history) - 1)


# ------------------------------------------------------------------------------------------------------ kfold


@alternative("kfold")
def kfold_by_strides(N, k, rng):
    if k < 2 or k > N:
        raise ValueError("k")
    order = np.arange(N)
    rng.shuffle(order)
    return tuple((np.delete(order, np.s_[i::k]), order[i::k]) for i in range(k))


@alternative("kfold")
def kfold_by_fold_numbers(N, k, rng):
    if not 1 < k <= N:
        raise ValueError("k")
    number = rng.permutation(np.arange(N) % k)  # (N,), the fold of each example
    return [[np.flatnonzero(number != i), np.flatnonzero(number == i)] for i in range(k)]


@alternative("kfold")
def kfold_large_folds_last(N, k, rng):
    if k not in range(2, N + 1):
        raise ValueError(f"k = {k}")
    order = np.argsort(rng.random(N))
    cuts = [N * i // k for i in range(k + 1)]
    pairs = []
    for start, stop in pairwise(cuts):
        val = order[start:stop]
        train = [i for i in range(N) if i not in set(val.tolist())]
        pairs.append((np.array(train, dtype=np.int32), val.astype(np.int32)))
    return pairs


# ------------------------------------------------------------------------------------------------------- init


@alternative("init", replaces="init_std")
def init_std_from_gain_and_fan(fan_in, fan_out, kind):
    gain, fan = {"xavier": (1.0, (fan_in + fan_out) / 2), "kaiming": (2**0.5, fan_in)}[_family(kind)]
    return gain / fan**0.5


@alternative("init", replaces="init_std")
def init_std_from_bound(fan_in, fan_out, kind):
    bound = {"xavier": np.sqrt(6.0 / (fan_in + fan_out)), "kaiming": np.sqrt(6.0 / fan_in)}[_family(kind)]
    return bound / np.sqrt(3.0)


def _family(kind):
    family, _, distribution = kind.partition("_")
    if family not in ("xavier", "kaiming") or distribution not in ("uniform", "normal"):
        raise ValueError(kind)
    return family


def _std_of(shape, kind):
    inputs, outputs = (shape[0], shape[1]) if len(shape) == 2 else (shape[1], shape[0])
    area = 1
    for side in shape[2:]:
        area *= side
    return right.init_std(inputs * area, outputs * area, kind)


@alternative("init", replaces="init_weights")
def init_weights_from_standard_draws(shape, kind, rng):
    std = _std_of(shape, kind)
    if kind in ("xavier_uniform", "kaiming_uniform"):
        return np.sqrt(12) * std * (rng.random(shape) - 0.5)
    return std * rng.standard_normal(shape)


@alternative("init", replaces="init_weights")
def init_weights_drawn_unit_by_unit(shape, kind, rng):
    std = _std_of(shape, kind)
    size = int(np.prod(shape))
    if kind.endswith("normal"):
        flat = np.concatenate([rng.normal(0.0, std, size=n) for n in (size // 3, size - size // 3)])
    else:
        flat = (2 * rng.random(size) - 1) * 3**0.5 * std
    return flat.reshape(shape[::-1]).T  # Fortran order


@alternative("init", replaces="init_weights")
def init_weights_in_float32(shape, kind, rng):
    std = np.float32(_std_of(shape, kind))
    if kind.endswith("normal"):
        return rng.standard_normal(shape, dtype=np.float32) * std
    return (rng.random(shape, dtype=np.float32) - np.float32(0.5)) * std * np.float32(12**0.5)
