"""Right answers, written another way than in solution.py."""

import math
from collections import deque, namedtuple

import numpy as np

from autograder.bank import alternative

from . import solution as right

# activations


@alternative("activations", replaces="act_forward")
def sigmoid_from_tanh(name, x):
    out = 0.5 * (1 + np.tanh(0.5 * x)) if name == "sigmoid" else right.act_forward(name, x)[0]
    return [out, (name, x, out)]


@alternative("activations", replaces="act_forward")
def sigmoid_that_only_warns(name, x):
    with np.errstate(over="ignore"):  # exp(800) is inf, and 1 / inf is the 0 that is wanted
        out = 1 / (1 + np.exp(-x)) if name == "sigmoid" else right.act_forward(name, x)[0]
    return out, (name, x, out)


@alternative("activations", replaces="act_forward")
def sigmoid_of_clipped_x(name, x):
    out = 1 / (1 + np.exp(-np.clip(x, -500, 500))) if name == "sigmoid" else right.act_forward(name, x)[0]
    return np.asfortranarray(out), (name, x, out)


@alternative("activations", replaces="act_forward", group="activations_one_number_at_a_time")
def _act_forward_scalar(name, x):
    function = {
        "sigmoid": lambda v: 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v)),
        "tanh": math.tanh,
        "relu": lambda v: v if v > 0 else 0.0,
    }[name]
    out = np.array([function(v) for v in x.ravel().tolist()]).reshape(x.shape)
    return out, {"name": name, "out": out.tolist(), "note": None}


@alternative("activations", replaces="act_backward", group="activations_one_number_at_a_time")
def _act_backward_scalar(dout, cache):
    out = np.array(cache["out"])
    if cache["name"] == "sigmoid":
        return dout * out - dout * out * out
    return dout * (1 - out) * (1 + out) if cache["name"] == "tanh" else np.where(out > 0, dout, 0)


@alternative("activations", replaces="act_forward", group="activations_that_keep_the_slope")
def _act_forward_with_slope(name, x):
    out = right.act_forward(name, x)[0]
    slope = {"sigmoid": out * (1 - out), "tanh": 1 - np.square(out), "relu": np.heaviside(x, 0.5)}[name]
    return out, slope


@alternative("activations", replaces="act_backward", group="activations_that_keep_the_slope")
def _act_backward_with_slope(dout, slope):
    return np.einsum("...,...->...", slope, dout)


@alternative("activations", replaces="act_backward")
def relu_slope_one_at_zero(dout, cache):
    name, x, _ = cache
    return np.where(x >= 0, dout, 0.0) if name == "relu" else right.act_backward(dout, cache)


@alternative("activations", replaces="act_backward")
def tanh_slope_from_cosh(dout, cache):
    name, x, _ = cache
    if name != "tanh":
        return right.act_backward(dout, cache)
    return dout / np.cosh(np.clip(x, -300, 300)) ** 2


# affine

AffineGradients = namedtuple("AffineGradients", "dx dw db")


@alternative("affine", replaces="affine_forward")
def affine_forward_einsum(x, w, b):
    return np.einsum("nd,dm->nm", x.reshape(x.shape[0], w.shape[0]), w) + b, (x, w, b)


@alternative("affine", replaces="affine_forward")
def affine_forward_by_row(x, w, b):
    return np.stack([w.T @ example.ravel() + b for example in x]), (x, w, b)


@alternative("affine", replaces="affine_backward")
def affine_backward_einsum(dout, cache):
    x, w, _ = cache
    dx = np.einsum("nm,dm->nd", dout, w).reshape(x.shape)
    return AffineGradients(dx, np.einsum("nd,nm->dm", x.reshape(len(x), -1), dout), np.einsum("nm->m", dout))


@alternative("affine", replaces="affine_backward")
def affine_backward_by_example(dout, cache):
    x, w, b = cache
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n in range(len(x)):
        dx[n] = (w @ dout[n]).reshape(x.shape[1:])
        dw += np.outer(x[n], dout[n])
        db += dout[n]
    return [dx, dw, db]


@alternative("affine", replaces="affine_forward", group="affine_with_a_column_of_ones")
def _affine_forward_augmented(x, w, b):
    flat = np.hstack([x.reshape(len(x), -1), np.ones((len(x), 1))])
    weights = np.vstack([w, b])
    return flat @ weights, {"flat": flat, "weights": weights, "shape": x.shape}


@alternative("affine", replaces="affine_backward", group="affine_with_a_column_of_ones")
def _affine_backward_augmented(dout, cache):
    dweights = cache["flat"].T @ dout
    dflat = dout @ cache["weights"].T
    return dflat[:, :-1].reshape(cache["shape"]), dweights[:-1], dweights[-1]


# unbroadcast


@alternative("unbroadcast")
def unbroadcast_axis_by_axis(g, shape):
    while g.ndim > len(shape):
        g = np.add.reduce(g, axis=0)
    for axis, size in enumerate(shape):
        if size != g.shape[axis]:
            g = g.sum(axis=axis, keepdims=True)
    return g


@alternative("unbroadcast")
def unbroadcast_by_scattering(g, shape):
    size = int(np.prod(shape))
    used_at = np.broadcast_to(np.arange(size).reshape(shape), g.shape)
    return np.bincount(used_at.ravel(), weights=g.ravel(), minlength=size).reshape(shape)


@alternative("unbroadcast")
def unbroadcast_einsum(g, shape):
    padded = (1,) * (g.ndim - len(shape)) + tuple(shape)
    kept = [axis for axis, size in enumerate(padded) if size != 1]
    return np.einsum(g, list(range(g.ndim)), kept).reshape(shape)


# topo_sort


@alternative("topo_sort")
def topo_sort_by_counting_children(root, parents_fn):
    parents, waiting = {}, [root]
    while waiting:
        node = waiting.pop()
        if node not in parents:
            parents[node] = list(parents_fn(node))
            waiting.extend(parents[node])
    unserved = dict.fromkeys(parents, 0)
    for inputs in parents.values():
        for parent in inputs:
            unserved[parent] += 1
    order, ready = [], deque([root])
    while ready:
        node = ready.popleft()
        order.append(node)
        for parent in parents[node]:
            unserved[parent] -= 1
            if unserved[parent] == 0:
                ready.append(parent)
    return order[::-1]


@alternative("topo_sort")
def topo_sort_by_depth(root, parents_fn):
    # the depth of a node is its longest distance from a leaf: found by relaxing until nothing changes any more
    parents, waiting = {}, [root]
    while waiting:
        node = waiting.pop()
        if node not in parents:
            parents[node] = list(parents_fn(node))
            waiting.extend(parents[node])
    children = {node: [] for node in parents}
    for node, inputs in parents.items():
        for parent in set(inputs):
            children[parent].append(node)
    depth, changed = {}, [node for node, inputs in parents.items() if not inputs]
    depth.update(dict.fromkeys(changed, 0))
    while changed:
        node = changed.pop()
        for child in children[node]:
            if depth.get(child, -1) < depth[node] + 1:
                depth[child] = depth[node] + 1
                changed.append(child)
    return tuple(sorted(parents, key=depth.get))


@alternative("topo_sort")
def topo_sort_with_iterators(root, parents_fn):
    order, seen, path = [], {root}, [(root, iter(parents_fn(root)))]
    while path:
        node, parents = path[-1]
        unseen = next((parent for parent in parents if parent not in seen), None)
        if unseen is None:
            order.append(node)
            path.pop()
        else:
            seen.add(unseen)
            path.append((unseen, iter(parents_fn(unseen))))
    return order


# autograd


@alternative("autograd", replaces="Value")
class ValueWithClosures:
    """Each operation leaves a function behind that passes a gradient on."""

    def __init__(self, data, parents=(), push=None):
        self.data, self.grad, self.parents, self.push = data, 0, parents, push

    @classmethod
    def of(cls, other):
        return other if isinstance(other, cls) else cls(other)

    def __add__(self, other):
        other = self.of(other)
        return type(self)(self.data + other.data, (self, other), lambda g: (g, g))

    def __sub__(self, other):
        other = self.of(other)
        return type(self)(self.data - other.data, (self, other), lambda g: (g, -g))

    def __mul__(self, other):
        other = self.of(other)
        return type(self)(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __truediv__(self, other):
        other = self.of(other)
        data = self.data / other.data
        return type(self)(data, (self, other), lambda g: (g / other.data, -g * data / other.data))

    def __pow__(self, n):
        return type(self)(self.data**n, (self,), lambda g: (g * n * self.data ** (n - 1),))

    def __neg__(self):
        return type(self)(-self.data, (self,), lambda g: (-g,))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return self.of(other) - self

    def __rtruediv__(self, other):
        return self.of(other) / self

    def exp(self):
        data = math.exp(self.data)
        return type(self)(data, (self,), lambda g: (g * data,))

    def tanh(self):
        data = math.tanh(self.data)
        return type(self)(data, (self,), lambda g: (g * (1 - data * data),))

    def relu(self):
        return type(self)(self.data if self.data > 0 else 0, (self,), lambda g: (g if self.data > 0 else 0,))

    def backward(self):
        order, flow = topo_sort_with_iterators(self, lambda node: node.parents), {self: 1.0}
        for node in reversed(order):
            g = flow[node]
            for parent, share in zip(node.parents, node.push(g) if node.push else (), strict=True):
                flow[parent] = flow.get(parent, 0) + share
            node.grad += g


@alternative("autograd", replaces="Value")
class ValueAlongEveryPath(right.Value):
    """The sum over all paths of the product of the slopes: slow on deep graphs, but the same number."""

    def backward(self, g=1.0):
        self.grad += g
        for parent, slope in self.inputs:
            parent.backward(g * slope)


@alternative("autograd", replaces="Value")
class ValueInNumPy(right.Value):
    """Numbers as np.float64; the gradients of a pass are found from the inputs' side by counting the users."""

    def __init__(self, data, inputs=()):
        super().__init__(data, inputs)
        self.data, self.grad, self.unused = np.float64(data), np.float64(0), "an attribute of one's own"

    def backward(self):
        order = topo_sort_by_counting_children(self, lambda node: [parent for parent, _ in node.inputs])
        gradient_of = np.zeros(len(order))
        place = {id(node): number for number, node in enumerate(order)}
        gradient_of[place[id(self)]] = 1
        for node in order[::-1]:
            for parent, slope in node.inputs:
                gradient_of[place[id(parent)]] += slope * gradient_of[place[id(node)]]
        for node, gradient in zip(order, gradient_of, strict=True):
            node.grad = node.grad + gradient


# mlp_loss


@alternative("mlp_loss")
def mlp_loss_with_one_hot_targets(params, X, y):
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    z = np.einsum("nd,dh->nh", X, W1) + b1
    h = z * (z > 0)
    logits = np.einsum("nh,hc->nc", h, W2) + b2
    targets = np.eye(len(b2))[y]
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    top = logits.max(1)
    loss = np.mean(top + np.log(np.exp(logits - top[:, None]).sum(1)) - (logits * targets).sum(1))
    dlogits = (p - targets) / len(X)
    dh = np.einsum("nc,hc->nh", dlogits, W2)
    dh[z <= 0] = 0
    return [loss, {"b2": dlogits.sum(0), "W2": h.T @ dlogits, "b1": dh.sum(0), "W1": X.T @ dh}]


@alternative("mlp_loss")
def mlp_loss_example_by_example(params, X, y):
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    loss, grads = 0.0, {name: np.zeros(np.shape(param)) for name, param in params.items()}
    for x, c in zip(X, y, strict=True):
        z = x @ W1 + b1
        h = np.where(z > 0, z, 0)
        logits = h @ W2 + b2
        log_sum = np.logaddexp.reduce(logits)
        loss += (log_sum - logits[c]) / len(X)
        d = np.exp(logits - log_sum) / len(X)
        d[c] -= 1 / len(X)
        dz = np.where(z > 0, W2 @ d, 0)
        for name, part in (("W1", np.outer(x, dz)), ("b1", dz), ("W2", np.outer(h, d)), ("b2", d)):
            grads[name] += part
    return float(loss), grads


@alternative("mlp_loss")
def mlp_loss_from_layers(params, X, y):
    a, first = right.affine_forward(X, params["W1"], params["b1"])
    h, relu = right.act_forward("relu", a)
    logits, second = right.affine_forward(h, params["W2"], params["b2"])
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    chosen = (np.arange(logits.shape[1]) == np.asarray(y)[:, None]).astype(float)
    dh, dW2, db2 = right.affine_backward((np.exp(log_p) - chosen) / len(X), second)
    _, dW1, db1 = right.affine_backward(right.act_backward(dh, relu), first)
    return -(log_p * chosen).sum() / len(X), {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


# gradient_check


@alternative("gradient_check")
def gradient_check_with_the_sum_below(f, grad, x, h=1e-5):
    flat, grad, errors = np.array(x, dtype=float).ravel(), np.array(grad).ravel(), []
    middle = float(f(flat.reshape(np.shape(x))))
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + h
        above = float(f(flat.reshape(np.shape(x)).copy()))
        flat[i] = kept - h
        below = float(f(flat.reshape(np.shape(x)).copy()))
        flat[i] = kept
        slopes = sorted([(above - middle) / h, (middle - below) / h])
        slope = (above - below) / (2 * h)
        if slopes[1] - slopes[0] > 0.01 * max(1, abs(slopes[0]), abs(slopes[1])):
            slope = min(max(grad[i], slopes[0]), slopes[1])
        errors.append(abs(grad[i] - slope) / (abs(grad[i]) + abs(slope) + 1e-12))
    worst = int(np.argmax(errors))
    return {
        "ok": all(error <= 1e-5 for error in errors),
        "max_rel": errors[worst],
        "index": np.unravel_index(worst, np.shape(x)),
    }


@alternative("gradient_check")
def gradient_check_with_a_floor(f, grad, x, h=1e-5):
    worst, where, grad, middle = -1.0, None, np.asarray(grad), f(x)
    for index in np.ndindex(*np.shape(x)):
        one = np.zeros_like(x)
        one[index] = 1
        above, below = f(x + h * one), f(x - h * one)
        sides = (above - middle) / h, (middle - below) / h
        slope = 0.5 * (above - below) / h
        is_kink = abs(sides[0] - sides[1]) > 0.01 * max(1, *map(abs, sides))
        distance = max(min(sides) - grad[index], grad[index] - max(sides), 0 * grad[index])
        error = (distance if is_kink else abs(grad[index] - slope)) / max(abs(grad[index]), abs(slope), 1e-8)
        if not error <= worst:
            worst, where = error, index
        if np.isnan(error):
            break
    return {"ok": worst <= 1e-5, "max_rel": worst, "index": where}


# debug_backward


@alternative("debug_backward")
def debug_backward_einsum(params, X, y):
    h1 = np.tanh(np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"])
    z2 = np.einsum("nh,hk->nk", h1, params["W2"]) + params["b2"]
    h2 = h1 + np.where(z2 > 0, z2, 0)
    error = np.einsum("nh,h->n", h2, params["w3"]) + params["b3"] - y
    d = 2 * error / len(y)
    dz2 = np.where(z2 > 0, np.einsum("n,h->nh", d, params["w3"]), 0)
    dz1 = (np.einsum("n,h->nh", d, params["w3"]) + np.einsum("nk,hk->nh", dz2, params["W2"])) * (1 - h1) * (1 + h1)
    return float(error @ error) / len(y), {
        "b3": d.sum(),
        "w3": np.einsum("nh,n->h", h2, d),
        "b2": dz2.sum(0),
        "W2": np.einsum("nh,nk->hk", h1, dz2),
        "b1": dz1.sum(0),
        "W1": np.einsum("nd,nh->dh", X, dz1),
    }


@alternative("debug_backward")
def debug_backward_example_by_example(params, X, y):
    W1, b1, W2, b2, w3, b3 = (params[name] for name in ("W1", "b1", "W2", "b2", "w3", "b3"))
    loss, grads = 0.0, {name: np.zeros(np.shape(param)) for name, param in params.items()}
    for x, target in zip(X, y, strict=True):
        h1 = np.tanh(x @ W1 + b1)
        z2 = h1 @ W2 + b2
        h2 = h1 + np.maximum(z2, 0)
        error = (h2 @ w3 + b3 - target) / len(X)
        loss += error**2 * len(X)
        is_open = np.diag((z2 > 0).astype(float))
        dz1 = 2 * error * (w3 + W2 @ is_open @ w3) / np.cosh(x @ W1 + b1) ** 2
        dz2 = 2 * error * is_open @ w3
        parts = {"W1": np.outer(x, dz1), "b1": dz1, "W2": np.outer(h1, dz2), "b2": dz2}
        for name, part in {**parts, "w3": 2 * error * h2, "b3": 2 * error}.items():
            grads[name] = grads[name] + part
    return [loss, grads]


@alternative("debug_backward", replaces="planted_bugs")
def planted_bugs_sorted():
    return "".join(sorted({"G", "C", "E"}))


# train_mlp


@alternative("train_mlp")
def train_mlp_without_shuffling(X, y, params, lr, epochs, rng, batch=32):
    trained = {name: np.array(param) for name, param in params.items()}
    for _ in range(epochs):
        for first in range(0, len(X), batch):
            _, grads = right.mlp_loss(trained, X[first : first + batch], y[first : first + batch])
            for name in trained:
                trained[name] -= lr * grads[name]
    return trained


@alternative("train_mlp")
def train_mlp_in_float32(X, y, params, lr, epochs, rng, batch=32):
    trained = {name: param.astype(np.float32) for name, param in params.items()}
    X = X.astype(np.float32)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for picked in np.split(order, range(batch, len(X), batch)):
            _, grads = right.mlp_loss(trained, X[picked], y[picked])
            for name, grad in grads.items():
                trained[name] -= np.float32(lr) * grad
    return trained


@alternative("train_mlp")
def train_mlp_with_split_batches(X, y, params, lr, epochs, rng, batch=32):
    order = np.arange(len(X))
    for _ in range(epochs):
        rng.shuffle(order)
        for picked in np.split(order, range(batch, len(X), batch)):
            grads = mlp_loss_with_one_hot_targets(params, X[picked], y[picked])[1]
            params = {name: params[name] - lr * grads[name] for name in grads}
    return params
