"""Regularisation by strangers."""

import numpy as np
from support_strangers import right, solution_of, wrong

S = solution_of("regularization")


@right
def penalty__flat_vectors(params, l1, l2, exclude=()):
    kept = {name: np.ravel(w) for name, w in params.items() if name not in set(exclude)}
    every = np.concatenate([*kept.values(), np.zeros(1)])
    grads = {name: 0.0 * w for name, w in params.items()}
    for name, w in kept.items():
        grads[name] = (2 * l2 * w + np.where(w < 0, -l1, np.where(w > 0, l1, 0.0))).reshape(params[name].shape)
    return l1 * np.linalg.norm(every, 1) + l2 * every @ every, grads


@right
def dropout_forward__entries_set_to_zero(x, p, mask_u, train):
    if p < 0 or p > 1:
        raise ValueError("p")
    if not train or p == 0:
        return x.copy(), None
    out, dropped = x.copy(), mask_u < p
    out[~dropped] /= max(1 - p, 1e-300)
    out[dropped] = 0.0
    return out, {"dropped": dropped, "keep": 1 - p}


@right
def dropout_backward__entries_set_to_zero(dout, cache):
    if cache is None:
        return dout
    return np.where(cache["dropped"], 0.0, dout / max(cache["keep"], 1e-300))


@right
def ridge_gd__augmented_matrix(X, y, lam, lr, steps):
    A = np.hstack([X, np.ones((len(X), 1))])
    decay = np.append(np.full(X.shape[1], lam), 0.0)
    gram, moment, theta = A.T @ A / len(X), A.T @ y / len(X), np.zeros(A.shape[1])
    for _ in range(steps):
        theta -= 2 * lr * (gram @ theta - moment + decay * theta)
    return theta[:-1], theta[-1]


@right
def label_smoothing_ce__mixture_of_two_losses(z, y, eps):
    top = z.max(axis=1, keepdims=True)
    log_p = z - top - np.log(np.sum(np.exp(z - top), axis=1, keepdims=True))
    hard = -np.take_along_axis(log_p, y[:, None], axis=1)[:, 0]
    dz = np.exp(log_p) - eps / z.shape[1]
    dz[range(len(y)), y] -= 1 - eps
    return np.mean((1 - eps) * hard - eps * log_p.mean(axis=1)), dz / len(y)


@right
def clip_grad_norm__scaled_sums(grads, max_norm):
    here = [g for g in grads if g is not None]
    total = float(np.linalg.norm(np.concatenate([g.ravel() for g in here]))) if here else 0.0
    if not np.isfinite(total) or total <= max_norm:
        return list(grads), total
    return [g if g is None else max_norm * (g / total) for g in grads], total


@right
def early_stopping__counter(losses, patience, min_delta):
    best, lowest, waited = 0, losses[0], 0
    for epoch in range(1, len(losses)):
        if lowest - losses[epoch] > min_delta:
            best, lowest, waited = epoch, losses[epoch], 0
        else:
            waited += 1
        if waited == patience:
            return best, epoch
    return best, len(losses) - 1


@right
def kfold__every_kth_of_an_order(N, k, rng):
    if k < 2 or k > N:
        raise ValueError("k")
    order = np.argsort(rng.random(N))
    return [(np.setdiff1d(order, order[i::k]), order[i::k]) for i in range(k)]


@right
def init_weights__draws_scaled_afterwards(shape, kind, rng):
    area = 1
    for side in shape[2:]:
        area *= side
    fans = (shape[0] * area, shape[1] * area)
    fan_in, fan_out = fans if len(shape) == 2 else fans[::-1]
    std = S.init_std(fan_in, fan_out, kind)
    if "uniform" in kind:
        return (rng.random(shape) * 2 - 1) * 3**0.5 * std
    return rng.standard_normal(shape) * std


@wrong()
def penalty__l2_rooted_per_tensor(params, l1, l2, exclude=()):
    loss, grads = S.penalty(params, l1, l2, exclude)
    more = sum(np.linalg.norm(w) - (w**2).sum() for name, w in params.items() if name not in exclude)
    return loss + l2 * more, grads


@wrong()
def penalty__cubes(params, l1, l2, exclude=()):
    _, grads = S.penalty(params, l1, l2, exclude)
    loss = sum(l1 * abs(w).sum() + l2 * (abs(w) ** 3).sum() for name, w in params.items() if name not in exclude)
    return loss, grads


@wrong()
def penalty__gradient_of_l2_only(params, l1, l2, exclude=()):
    loss, _ = S.penalty(params, l1, l2, exclude)
    return loss, S.penalty(params, 0.0, l2, exclude)[1]


@wrong()
def penalty__product_of_both(params, l1, l2, exclude=()):
    _loss, grads = S.penalty(params, l1, l2, exclude)
    return S.penalty(params, l1, 0.0, exclude)[0] * S.penalty(params, 0.0, l2, exclude)[0], grads


@wrong()
def dropout_forward__noise_instead(x, p, mask_u, train):
    if not 0 <= p <= 1:
        raise ValueError
    return (x + p * (mask_u - 0.5), 1.0) if train else (x, 1.0)


@wrong()
def dropout_forward__drops_to_the_mean(x, p, mask_u, train):
    out, cache = S.dropout_forward(x, p, mask_u, train)
    return (np.where(mask_u < p, x.mean(), out) if train else out), cache


@wrong()
def dropout_forward__root_of_survival(x, p, mask_u, train):
    out, cache = S.dropout_forward(x, p, mask_u, train)
    keep = np.sqrt(1 - p) if train else 1.0
    return out * keep, cache * keep


@wrong()
def dropout_backward__cotangent_shifted(dout, cache):
    return np.roll(dout, 1, axis=-1) * cache


@wrong()
def ridge_gd__starts_at_ones(X, y, lam, lr, steps):
    w, b = np.ones(X.shape[1]), 0.0
    for _ in range(steps):
        r = X @ w + b - y
        w, b = w - lr * (2 / len(y) * X.T @ r + 2 * lam * w), b - lr * 2 * r.mean()
    return w, b


@wrong()
def ridge_gd__one_example_a_step(X, y, lam, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for k in range(steps):
        x, t = X[k % len(X)], y[k % len(X)]
        r = x @ w + b - t
        w, b = w - lr * (2 * r * x + 2 * lam * w), b - lr * 2 * r
    return w, b


@wrong()
def ridge_gd__lam_decays(X, y, lam, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for k in range(steps):
        r = X @ w + b - y
        w, b = w - lr * (2 / len(y) * X.T @ r + 2 * lam / (k + 1) * w), b - lr * 2 * r.mean()
    return w, b


@wrong("smoothing_scales_true_class_only")
def label_smoothing_ce__smoothed_towards_zero(z, y, eps):
    N, C = z.shape
    log_p = z - z.max(1, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(1, keepdims=True))
    t = np.maximum(np.eye(C)[y] - eps, 0)
    return -(t * log_p).sum() / N, (np.exp(log_p) * t.sum(1, keepdims=True) - t) / N


@wrong()
def label_smoothing_ce__eps_halved(z, y, eps):
    return S.label_smoothing_ce(z, y, eps / 2)


@wrong()
def label_smoothing_ce__gradient_over_classes(z, y, eps):
    loss, dz = S.label_smoothing_ce(z, y, eps)
    return loss, dz - dz.mean(axis=0)


@wrong()
def clip_grad_norm__first_tensor_only(grads, max_norm):
    clipped, total = S.clip_grad_norm(grads, max_norm)
    return [*clipped[:1], *grads[1:]], total


@wrong()
def clip_grad_norm__half_of_the_bound(grads, max_norm):
    return S.clip_grad_norm(grads, max_norm / 2)


@wrong()
def clip_grad_norm__subtracts_the_excess(grads, max_norm):
    _, total = S.clip_grad_norm(grads, max_norm)
    excess = total - max_norm if max_norm < total < np.inf else 0.0
    return [None if g is None else g - excess * np.sign(g) for g in grads], total


@wrong()
def early_stopping__average_of_three(losses, patience, min_delta):
    smooth = [np.mean(losses[max(0, i - 2) : i + 1]) for i in range(len(losses))]
    return S.early_stopping(smooth, patience, min_delta)


@wrong()
def early_stopping__patience_in_all(losses, patience, min_delta):
    best, lowest, bad = 0, losses[0], 0
    for epoch, loss in enumerate(losses[1:], 1):
        if loss < lowest - min_delta:
            best, lowest = epoch, loss
        else:
            bad += 1
            if bad == 2 * patience:
                return best, epoch
    return best, len(losses) - 1


@wrong()
def kfold__blocks_with_a_gap(N, k, rng):
    pairs = S.kfold(N, k, rng)
    return [(train[1:], val) for train, val in pairs]


@wrong()
def init_std__harmonic_fans(fan_in, fan_out, kind):
    S.init_std(fan_in, fan_out, kind)
    return float(np.sqrt(1 / fan_in + 1 / fan_out))


@wrong()
def init_std__kaiming_leaky(fan_in, fan_out, kind):
    std = S.init_std(fan_in, fan_out, kind)
    return std * float(np.sqrt(0.5)) * 1.2 if kind.startswith("kaiming") else std
