"""Optimisation by strangers."""

import numpy as np
from support_strangers import right, solution_of, wrong

S = solution_of("optimization")


@right
def critical_point__counting_signs(H, tol=1e-8):
    values = np.linalg.eigvals(0.5 * H + 0.5 * H.T).real
    signs = [int(np.sign(v)) if abs(v) > tol else 0 for v in values]
    if {1, -1} <= set(signs):
        return "saddle"
    return {(1,): "min", (-1,): "max"}.get(tuple(set(signs)), "degenerate")


@right
def escape_direction__singular_vectors(H):
    A = (H + H.T) / 2
    shift = np.abs(A).sum()
    if np.linalg.eigvalsh(A).min() >= 0:
        raise ValueError("uphill everywhere")
    return -np.linalg.svd(shift * np.eye(len(A)) - A)[2][0]


@right
def momentum_step__in_place_on_copies(w, g, v, lr, mu=0.9, nesterov=False):
    w, v = w.copy(), v.copy()
    v *= mu
    v -= lr * g
    if nesterov:
        w += mu * v
        w -= lr * g
    else:
        w += v
    return [w, v]


@right
def adagrad_step__entry_by_entry(w, g, s, lr, eps=1e-8):
    moved, total = np.empty(np.shape(w)), np.empty(np.shape(w))
    for i in np.ndindex(np.shape(w)):
        total[i] = s[i] + g[i] * g[i]
        moved[i] = w[i] - lr / (total[i] ** 0.5 + eps) * g[i]
    return moved, total


@right
def adam_step__dictionary_and_long_doubles(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    g, (m, v, t) = np.asarray(g, np.longdouble), state
    new = {"m": m + (1 - b1) * (g - m), "v": v + (1 - b2) * (g * g - v), "t": t + 1}
    alpha = lr * np.sqrt(1 - np.longdouble(b2) ** new["t"]) / (1 - np.longdouble(b1) ** new["t"])
    step = alpha * new["m"] / (np.sqrt(new["v"]) + eps * np.sqrt(1 - np.longdouble(b2) ** new["t"]))
    return np.asarray(w - step, float), (new["m"].astype(float), new["v"].astype(float), new["t"])


@right
def lr_schedule__interpolated(step, total, warmup=0, kind="cosine"):
    falls = {"constant": lambda x: 1.0, "linear": lambda x: 1.0 - x, "cosine": lambda x: np.cos(np.pi * x / 2) ** 2}
    if kind not in falls:
        raise ValueError(kind)
    if step < warmup:
        return float(np.interp(step, [0, warmup], [0, 1]))
    return falls[kind](np.clip((step - warmup) / (total - warmup), 0, 1))


@right
def batchnorm_forward__transposed_inside(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    columns = x.T
    if not train:
        rows = (columns - running_mean[:, None]) / np.sqrt(running_var + eps)[:, None]
        return rows.T * gamma + beta, None, running_mean, running_var
    if len(x) < 2:
        raise ValueError("too few")
    mean = np.array([sum(c) / len(c) for c in columns])
    var = np.array([np.dot(c - m, c - m) / len(c) for c, m in zip(columns, mean, strict=True)])
    cache = {"x": x, "mean": mean, "var": var + eps, "gamma": gamma}
    out = ((x - mean) * gamma) / np.sqrt(var + eps) + beta
    unbiased = var * len(x) / (len(x) - 1)
    return (
        out,
        cache,
        running_mean + momentum * (mean - running_mean),
        running_var + momentum * (unbiased - running_var),
    )


@right
def batchnorm_backward__transposed_inside(dout, cache):
    N, std = len(dout), np.sqrt(cache["var"])
    centred = cache["x"] - cache["mean"]
    dhat = dout * cache["gamma"]
    dvar = (dhat * centred).sum(0) * -0.5 / std**3
    dmean = -dhat.sum(0) / std - 2 * dvar * centred.mean(0)
    return dhat / std + 2 * dvar * centred / N + dmean / N, (dout * centred / std).sum(0), dout.sum(0)


@wrong()
def critical_point__by_the_trace(H, tol=1e-8):
    trace = np.trace(H)
    if np.linalg.det(H) < -tol:
        return "saddle"
    return "min" if trace > tol else "max" if trace < -tol else "degenerate"


@wrong("critical_point_from_singular_values")
def critical_point__by_singular_values(H, tol=1e-8):
    values = np.linalg.svd(H)[1]
    return "degenerate" if (values <= tol).any() else "min"


@wrong()
def critical_point__relative_tolerance(H, tol=1e-8):
    return S.critical_point(H / np.abs(H).max(), np.sqrt(tol))


@wrong("escape_strongest_curvature")
def escape_direction__of_h_squared(H):
    S.escape_direction(H)
    return np.linalg.eigh(((H + H.T) / 2) @ ((H + H.T) / 2))[1][:, -1]


@wrong()
def escape_direction__rounded(H):
    return np.round(S.escape_direction(H), 2)


@wrong("momentum_moves_by_old_velocity")
def momentum_step__w_moves_by_old_v(w, g, v, lr, mu=0.9, nesterov=False):
    new = mu * v - lr * g
    return (w + mu * v if nesterov else w + v), new


@wrong()
def momentum_step__mu_squared(w, g, v, lr, mu=0.9, nesterov=False):
    return S.momentum_step(w, g, v, lr, mu**2, nesterov)


@wrong()
def momentum_step__friction_of_the_weights(w, g, v, lr, mu=0.9, nesterov=False):
    new, v2 = S.momentum_step(w, g, v, lr, mu, nesterov)
    return mu * w + (new - w), v2


@wrong()
def adagrad_step__cube_root(w, g, s, lr, eps=1e-8):
    s = s + g**2
    return w - lr * g / (np.cbrt(s) + eps), s


@wrong()
def adagrad_step__absolute_gradients(w, g, s, lr, eps=1e-8):
    s = s + np.abs(g)
    return w - lr * g / (s + eps), s


@wrong()
def rmsprop_step__eps_times_rate(w, g, s, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return w - lr * (g / np.sqrt(s + 1e-300) + 0.1), s


@wrong()
def rmsprop_step__rho_under_the_root(w, g, s, lr, rho=0.9, eps=1e-8):
    s = rho**2 * s + (1 - rho**2) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s


@wrong()
def adam_step__second_moment_centred(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * (g - m) ** 2
    t += 1
    return w - lr * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), (m, v, t)


@wrong()
def adam_step__correction_by_multiplication(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2, t + 1
    return w - lr * m * (1 - b1**t) / (np.sqrt(v * (1 - b2**t)) + eps), (m, v, t)


@wrong("adam_correction_never_fades")
def adam_step__correction_without_power(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2, t + 1
    return w - lr * (m / (1 - b1)) / (np.sqrt(v / (1 - b2)) + eps), (m, v, t)


@wrong()
def adam_step__moments_swapped_in_state(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    moved, (m, v, t) = S.adam_step(w, g, state, lr, b1, b2, eps)
    return moved, (v, m, t)


@wrong()
def adam_step__maximum_as_in_amsgrad(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, np.maximum(v, b2 * v + (1 - b2) * g**2), t + 1
    return w - lr * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), (m, v, t)


@wrong("adamw_weights_grow")
def adamw_step__grows_weights(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    moved, state = S.adam_step(w, g, state, lr, b1, b2, eps)
    return moved + lr * wd * w, state


@wrong()
def adamw_step__decays_the_sign(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    moved, state = S.adam_step(w, g, state, lr, b1, b2, eps)
    return moved - lr * wd * np.sign(w), state


@wrong()
def lr_schedule__squared_warmup(step, total, warmup=0, kind="cosine"):
    factor = S.lr_schedule(step, total, warmup, kind)
    return factor**2 if step < warmup else factor


@wrong()
def lr_schedule__cosine_of_a_whole_period(step, total, warmup=0, kind="cosine"):
    if kind != "cosine" or step < warmup:
        return S.lr_schedule(step, total, warmup, kind)
    return (1 + np.cos(2 * np.pi * min((step - warmup) / (total - warmup), 1))) / 2


@wrong("bn_divides_by_variance")
def batchnorm_forward__divides_twice(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, m, v = S.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    return (out - beta) / cache[1] + beta, cache, m, v


@wrong()
def batchnorm_forward__momentum_on_the_root(
    x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True
):
    out, cache, m, v = S.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    if train:
        v = ((1 - momentum) * np.sqrt(running_var) + momentum * x.std(axis=0, ddof=1)) ** 2
    return out, cache, m, v


@wrong("bn_backward_sums_for_means")
def batchnorm_backward__sums_for_means(dout, cache):
    x_hat, std, gamma = cache
    dg, db = (dout * x_hat).sum(0), dout.sum(0)
    return gamma / std * (dout - db - x_hat * dg), dg, db


@wrong("bn_dgamma_and_dbeta_swapped")
def batchnorm_backward__beta_and_gamma_exchanged(dout, cache):
    dx, dg, db = S.batchnorm_backward(dout, cache)
    return dx, db, dg


@wrong()
def deep_backward__relu_slope(dlogits, caches):
    grads = S.deep_backward(dlogits, caches)
    return [{**g, "W": np.maximum(g["W"], 0)} for g in grads]


@right
def critical_point__selected_word(H, tol=1e-8):
    values = np.linalg.eigvalsh((H + H.T) / 2)
    up, down = values > tol, values < -tol
    cases = [up.any() and down.any(), up.all(), down.all()]
    return np.select(cases, ["saddle", "min", "max"], "degenerate")
