"""Right answers written another way: each must keep all its points."""

from collections import namedtuple

import numpy as np

from autograder.bank import alternative

from . import solution as right

# O1 critical points


@alternative("critical_points", replaces="critical_point")
def critical_point_by_eig(H, tol=1e-8):
    """General eigenvalues of the symmetric part, counted one by one."""
    eigenvalues = np.linalg.eig(0.5 * H + 0.5 * np.transpose(H))[0].real.tolist()
    negative = sum(value < -tol for value in eigenvalues)
    positive = sum(value > tol for value in eigenvalues)
    if negative and positive:
        return "saddle"
    return {negative: "max", positive: "min"}.get(len(eigenvalues), "degenerate")


@alternative("critical_points", replaces="critical_point")
def critical_point_by_range(H, tol=1e-8):
    """Only the lowest and the highest curvature, as the extremes of vᵀHv."""
    curvature = np.linalg.eigvalsh(H + H.T) / 2
    lowest, highest = curvature.min(), curvature.max()
    if lowest < -tol and highest > tol:
        return "saddle"
    if lowest > tol:
        return "min"
    if highest < -tol:
        return "max"
    return "degenerate"


@alternative("critical_points", replaces="critical_point")
def critical_point_by_rayleigh(H, tol=1e-8):
    """Curvatures vᵀHv along the eigenvectors, which the symmetric and the whole H share."""
    _, vectors = np.linalg.eigh((H + H.T) / 2)
    curvatures = [float(vector @ H @ vector) for vector in vectors.T]
    kinds = {("up" if c > tol else "down" if c < -tol else "flat") for c in curvatures}
    if {"up", "down"} <= kinds:
        return "saddle"
    return {("up",): "min", ("down",): "max"}.get(tuple(kinds), "degenerate")


@alternative("critical_points", replaces="escape_direction")
def escape_other_sign(H):
    """The opposite direction is as good."""
    return -right.escape_direction(H)


@alternative("critical_points", replaces="escape_direction")
def escape_by_eig(H):
    """General eigenvectors, sorted by hand and normalised again."""
    eigenvalues, eigenvectors = np.linalg.eig((H + H.T) / 2)
    lowest = int(np.argmin(eigenvalues.real))
    if eigenvalues[lowest].real >= 0:
        raise ValueError("nowhere down")
    direction = eigenvectors[:, lowest].real
    return direction / np.linalg.norm(direction)


@alternative("critical_points", replaces="escape_direction")
def escape_by_inverse_iteration(H):
    """Inverse iteration, shifted just below the lowest eigenvalue."""
    symmetric = (H + H.T) / 2
    lowest = np.linalg.eigvalsh(symmetric)[0]
    if lowest >= 0:
        raise ValueError("nowhere down")
    shifted = symmetric - (lowest - 1e-6) * np.eye(len(H))
    u = np.linspace(1.0, 2.0, len(H))
    for _ in range(20):
        u = np.linalg.solve(shifted, u)
        u = u / np.sqrt(u @ u)
    return u.tolist()


# O2 momentum


@alternative("momentum_step")
def momentum_unrolled(w, g, v, lr, mu=0.9, nesterov=False):
    """Everything in terms of the old velocity: w + μ²v − (1 + μ)lr·g with Nesterov."""
    if nesterov:
        return w + mu**2 * v - (1 + mu) * lr * g, mu * v - lr * g
    return w + mu * v - lr * g, mu * v - lr * g


@alternative("momentum_step")
def momentum_from_torch_form(w, g, v, lr, mu=0.9, nesterov=False):
    """The other sign inside, turned back at the end; a list is returned."""
    down = -mu * v + lr * g
    step = mu * down + lr * g if nesterov else down
    return [w - step, -down]


@alternative("momentum_step")
def momentum_difference_of_places(w, g, v, lr, mu=0.9, nesterov=False):
    """The new velocity as the distance between two places, with a named tuple."""
    plain = np.asarray(w) - lr * np.asarray(g) + mu * np.asarray(v)
    velocity = mu * v - lr * g
    ahead = plain + (velocity - v) * mu if nesterov else plain
    return namedtuple("Step", "w v")(ahead, velocity)


# O3 adaptive rates


@alternative("adaptive_rates", replaces="adagrad_step")
def adagrad_rate_first(w, g, s, lr, eps=1e-8):
    """The parameter's own rate, then the step."""
    total = np.add(s, np.multiply(g, g))
    rate = lr / (total**0.5 + eps)
    return [w - rate * g, total]


@alternative("adaptive_rates", replaces="adagrad_step")
def adagrad_lee(w, g, s, lr, eps=1e-8):
    """Lee's σ, the root mean square, under a decaying η: the number of steps cancels."""
    steps = 7  # any number
    total = g**2 + s
    sigma = np.sqrt(total / steps)
    return w - lr / np.sqrt(steps) * g / (sigma + eps / np.sqrt(steps)), total


@alternative("adaptive_rates", replaces="adagrad_step")
def adagrad_entry_by_entry(w, g, s, lr, eps=1e-8):
    """One parameter at a time."""
    if np.ndim(w) == 0:
        return right.adagrad_step(w, g, s, lr, eps)
    moved, total = np.array(w, float), np.array(s, float)
    for index in np.ndindex(total.shape):
        total[index] += g[index] * g[index]
        moved[index] -= lr * g[index] / (np.sqrt(total[index]) + eps)
    return moved, total


@alternative("adaptive_rates", replaces="rmsprop_step")
def rmsprop_by_correction(w, g, s, lr, rho=0.9, eps=1e-8):
    """The average moved towards the new square."""
    s = s + (1 - rho) * (g * g - s)
    return (w - g * (lr / (s**0.5 + eps)), s)


@alternative("adaptive_rates", replaces="rmsprop_step")
def rmsprop_by_hypot(w, g, s, lr, rho=0.9, eps=1e-8):
    """The root as the length of a right angle's diagonal, as Lee writes σ."""
    sigma = np.hypot(np.sqrt(rho * s), np.sqrt(1 - rho) * g)
    return w - lr * np.divide(g, sigma + eps), rho * s + (1 - rho) * np.square(g)


# O4 Adam


@alternative("adam", replaces="adam_step")
def adam_efficient_order(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    """The corrections folded into the rate and into ε̂ = ε√(1 − b2ᵗ), as the paper suggests."""
    m, v, t = state
    t += 1
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
    root = np.sqrt(1 - b2**t)
    return w - lr * root / (1 - b1**t) * m / (np.sqrt(v) + eps * root), [m, v, t]


@alternative("adam", replaces="adam_step")
def adam_by_corrections(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    """Averages moved towards the new value; as torch divides."""
    m, v, t = state
    m = m + (1 - b1) * (g - m)
    v = v + (1 - b2) * (g**2 - v)
    denominator = v**0.5 / (1 - b2 ** (t + 1)) ** 0.5 + eps
    step_size = lr / (1 - b1 ** (t + 1))
    return [w - step_size * (m / denominator), (m, v, t + 1)]


@alternative("adam", replaces="adam_step")
def adam_power_by_loop(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    """The powers multiplied out step by step, and NumPy's own count."""
    m, v, t = state
    power1 = power2 = 1.0
    for _ in range(int(t) + 1):
        power1, power2 = power1 * b1, power2 * b2
    m, v = (1 - b1) * g + b1 * m, (1 - b2) * np.square(g) + b2 * v
    step = (m / (1 - power1)) / (np.sqrt(v / (1 - power2)) + eps)
    return w - lr * step, (m, v, np.int64(t) + 1)


@alternative("adam", replaces="adamw_step")
def adamw_decay_before(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    """The old weights shrink first, as torch does it."""
    return right.adam_step(w * (1 - lr * wd), g, state, lr, b1, b2, eps)


@alternative("adam", replaces="adamw_step")
def adamw_decay_beside_step(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    """The step and the decay in one bracket, as the paper writes it."""
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2, t + 1
    step = m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)
    return w - lr * (step + wd * w), (m, v, t)


# O5 learning-rate schedule


@alternative("lr_schedule")
def schedule_by_half_angle(step, total, warmup=0, kind="cosine"):
    """cos² of the half angle instead of (1 + cos)/2."""
    if kind not in {"constant", "linear", "cosine"}:
        raise ValueError(kind)
    if warmup and step <= warmup:
        return step / warmup
    progress = np.clip((step - warmup) / (total - warmup), 0, 1)
    if kind == "constant":
        return np.float64(1)
    return 1 - progress if kind == "linear" else np.cos(np.pi * progress / 2) ** 2


@alternative("lr_schedule")
def schedule_by_interpolation(step, total, warmup=0, kind="cosine"):
    """Corner points, and a cosine bent over the straight line; a 0-d array is returned."""
    knots = {"constant": [1.0, 1.0], "linear": [1.0, 0.0], "cosine": [1.0, 0.0]}
    if kind not in knots:
        raise ValueError(f"no such schedule: {kind}")
    if step < warmup:
        return np.array(np.interp(step, [0, warmup], [0.0, 1.0]))
    factor = np.interp(step, [warmup, total], knots[kind])
    return np.array((1 - np.cos(np.pi * factor)) / 2 if kind == "cosine" else factor)


@alternative("lr_schedule")
def schedule_by_remaining_steps(step, total, warmup=0, kind="cosine"):
    """Steps that are left instead of steps that are gone; a whole number where it is one."""
    if kind == "linear" or kind == "cosine" or kind == "constant":
        if step < warmup:
            return 1.0 - (warmup - step) / warmup
        left = max(total - step, 0) / (total - warmup)
        return {"constant": 1, "linear": left, "cosine": (1 - np.cos(np.pi * left)) / 2}[kind]
    raise ValueError("unknown kind")


# O6, O7 batch normalisation


@alternative("batchnorm_forward")
def bn_forward_two_moments(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    """E[x²] − E[x]²; the normalisation folded into one scale and one shift, as at inference."""
    mean, var = running_mean, running_var
    if train:
        n = len(x)
        if n == 1:
            raise ValueError("one example")
        mean = np.einsum("nd->d", x) / n
        var = np.einsum("nd,nd->d", x, x) / n - mean**2
        running_mean = running_mean + momentum * (mean - running_mean)
        running_var = running_var + momentum * (n / (n - 1) * var - running_var)
    scale = gamma * (var + eps) ** -0.5
    std = np.sqrt(var + eps)
    cache = ((x - mean) / std, std, gamma)
    return x * scale + (beta - mean * scale), cache, running_mean, running_var


@alternative("batchnorm_forward")
def bn_forward_column_by_column(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    """One feature at a time, in Fortran order; a list is returned."""
    if train and x.shape[0] < 2:
        raise ValueError("at least two examples")
    x_hat = np.empty(x.shape, order="F")
    std = np.empty(x.shape[1])
    new_mean, new_var = np.array(running_mean, float), np.array(running_var, float)
    for d in range(x.shape[1]):
        column = x[:, d]
        mean, var = running_mean[d], running_var[d]
        if train:
            mean = sum(column) / len(column)
            var = sum((column - mean) ** 2) / len(column)
            new_mean[d] = momentum * mean + (1 - momentum) * running_mean[d]
            new_var[d] = momentum * np.var(column, ddof=1) + (1 - momentum) * running_var[d]
        std[d] = np.sqrt(var + eps)
        x_hat[:, d] = (column - mean) / std[d]
    return [x_hat * gamma + beta, (x_hat, std, gamma), new_mean, new_var]


@alternative("batchnorm_forward", group="bn_graph")
def batchnorm_forward_as_graph(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    """A cache with a content of its own: everything that the computation graph has on the way."""
    _, _, *running = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    mean, var = (x.mean(0), x.var(0)) if train else (running_mean, running_var)
    centred = x - mean
    root = np.sqrt(var + eps)
    inverse = 1 / root
    out = gamma * (centred * inverse) + beta
    cache = {"centred": centred, "root": root, "inverse": inverse, "gamma": gamma, "train": train}
    return out, cache, *running


@alternative("batchnorm_forward", replaces="batchnorm_backward", group="bn_graph")
def batchnorm_backward_as_graph(dout, cache):
    """Node by node, back through the graph."""
    centred, root, inverse = cache["centred"], cache["root"], cache["inverse"]
    n = len(dout)
    dbeta, dgamma = dout.sum(0), (dout * centred * inverse).sum(0)
    dx_hat = dout * cache["gamma"]
    dinverse = (dx_hat * centred).sum(0)
    dcentred = dx_hat * inverse
    dvar = -dinverse / root**2 / (2 * root)
    dcentred = dcentred + 2 * centred * dvar / n
    return dcentred - dcentred.sum(0) / n, dgamma, dbeta


@alternative("batchnorm_backward")
def bn_backward_paper(dout, cache):
    """The three paths of the paper: directly, through the variance, through the mean."""
    x_hat, std, gamma = cache
    n = dout.shape[0]
    centred, dx_hat = x_hat * std, dout * gamma
    dvar = np.sum(dx_hat * centred * -0.5 * std**-3, axis=0)
    dmean = np.sum(-dx_hat / std, axis=0) + dvar * np.mean(-2 * centred, axis=0)
    dx = dx_hat / std + dvar * 2 * centred / n + dmean / n
    return dx, np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)


@alternative("batchnorm_backward")
def bn_backward_one_line(dout, cache):
    """The formula with N outside, as it is often quoted."""
    x_hat, std, gamma = cache
    n = len(dout)
    total = n * dout - dout.sum(0) - x_hat * (dout * x_hat).sum(0)
    return [gamma * total / (n * std), np.einsum("nd,nd->d", dout, x_hat), np.ones(n) @ dout]


@alternative("batchnorm_backward")
def bn_backward_by_jacobian(dout, cache):
    """The whole N × N Jacobian of each column."""
    x_hat, std, gamma = cache
    n, features = dout.shape
    dx = np.empty((n, features), order="F")
    for d in range(features):
        u = x_hat[:, d]
        jacobian = gamma[d] / std[d] * (np.eye(n) - 1 / n - np.outer(u, u) / n)
        dx[:, d] = jacobian.T @ dout[:, d]
    return dx, np.diagonal(dout.T @ x_hat), dout.T @ np.ones(n)


# O8 a deep sigmoid network


@alternative("train_deep", replaces="deep_forward", group="deep_with_inputs_kept")
def deep_forward_with_inputs_kept(x, layers, bn, train):
    """Two loops: all the hidden layers' inputs in one list, the caches of the normalisation in another."""
    inputs, norms, updated = [x], [], [dict(layer) for layer in layers]
    for layer in updated[:-1]:
        z = np.einsum("ni,io->no", inputs[-1], layer["W"])
        cache = None
        if bn:
            z, cache, layer["mean"], layer["var"] = right.batchnorm_forward(
                z, layer["gamma"], layer["beta"], layer["mean"], layer["var"], 0.1, 1e-5, train
            )
        else:
            z = z + layer["beta"]
        norms.append(cache)
        inputs.append(1 / (1 + np.exp(-z)))
    last = updated[-1]
    caches = {"inputs": inputs, "norms": norms, "weights": [layer["W"] for layer in layers]}
    return inputs[-1] @ last["W"] + last["beta"], caches, updated


@alternative("train_deep", replaces="deep_backward", group="deep_with_inputs_kept")
def deep_backward_with_inputs_kept(dlogits, caches):
    """Without batch normalisation a gradient of zeros for gamma is told as well."""
    inputs, norms, weights = caches["inputs"], caches["norms"], caches["weights"]
    grads = [None] * len(weights)
    grads[-1] = {"W": inputs[-1].T @ dlogits, "beta": np.sum(dlogits, axis=0)}
    da = dlogits @ weights[-1].T
    for n in reversed(range(len(norms))):
        dz = da * inputs[n + 1] - da * inputs[n + 1] ** 2
        dgamma, dbeta = np.zeros(dz.shape[1]), dz.sum(axis=0)
        if norms[n] is not None:
            dz, dgamma, dbeta = right.batchnorm_backward(dz, norms[n])
        grads[n] = {"W": (dz.T @ inputs[n]).T, "beta": dbeta, "gamma": dgamma}
        da = np.einsum("no,io->ni", dz, weights[n])
    return tuple(grads)


@alternative("train_deep", replaces="deep_forward", group="deep_by_recursion")
def deep_forward_by_recursion(x, layers, bn, train):
    """The first layer, then the rest of the network on what it gives."""
    layer, *rest = layers
    z = x @ layer["W"]
    if not rest:
        return z + layer["beta"], [(x, layer["W"], None, None)], [layer]
    cache, updated = None, layer
    if bn:
        z, cache, mean, var = right.batchnorm_forward(
            z, layer["gamma"], layer["beta"], layer["mean"], layer["var"], train=train
        )
        updated = {**layer, "mean": mean, "var": var}
    else:
        z = z + layer["beta"]
    a = right.sigmoid(z)
    logits, caches, others = deep_forward_by_recursion(a, rest, bn, train)
    return logits, [(x, layer["W"], cache, a), *caches], [updated, *others]


@alternative("train_deep", replaces="deep_backward", group="deep_by_recursion")
def deep_backward_by_recursion(dlogits, caches):
    """From the back, each layer handing its cotangent on."""
    grads, d = [], dlogits
    for a_in, W, cache, a in caches[::-1]:
        grad = {}
        if a is not None:
            d = d * a * (1 - a)
        grad["beta"] = d.sum(axis=0)
        if cache is not None:
            d, grad["gamma"], grad["beta"] = right.batchnorm_backward(d, cache)
        grad["W"] = a_in.T @ d
        grads.insert(0, grad)
        d = d @ W.T
    return grads


def _train(X, y, layers, bn, batches, step):
    """Training with `step(parameter, gradient, memory, t) -> (parameter, memory)`, memories by place."""
    memories = {}
    for t, rows in enumerate(batches, 1):
        logits, caches, layers = right.deep_forward(X[rows], layers, bn, train=True)
        grads = right.deep_backward(right.softmax_loss(logits, y[rows])[1], caches)
        moved = []
        for place, (layer, grad) in enumerate(zip(layers, grads, strict=True)):
            layer = dict(layer)
            for name, gradient in grad.items():
                memory = memories.get((place, name), (0.0 * gradient, 0.0 * gradient))
                layer[name], memories[place, name] = step(layer[name], gradient, memory, t)
            moved.append(layer)
        layers = moved
    return layers


@alternative("train_deep")
def train_with_momentum(X, y, layers, bn, batches, lr):
    """Momentum 0.9, with a rate that makes up for it."""

    def step(w, g, memory, t):
        w, v = right.momentum_step(w, g, memory[0], lr / 4)
        return w, (v, memory[1])

    return _train(X, y, layers, bn, batches, step)


@alternative("train_deep")
def train_with_adam(X, y, layers, bn, batches, lr):
    """Adam with a rate of its own."""

    def step(w, g, memory, t):
        w, (m, v, _) = right.adam_step(w, g, (*memory, t - 1), lr=3e-3)
        return w, (m, v)

    return _train(X, y, layers, bn, batches, step)


@alternative("train_deep")
def train_with_rmsprop(X, y, layers, bn, batches, lr):
    """RMSProp under a cosine schedule."""

    def step(w, g, memory, t):
        rate = 3e-3 * right.lr_schedule(t, len(batches) + 1)
        w, s = right.rmsprop_step(w, g, memory[0], rate)
        return w, (s, memory[1])

    return _train(X, y, layers, bn, batches, step)
