"""Backpropagation by strangers."""

import numpy as np
from support_strangers import right, solution_of, wrong

S = solution_of("backprop")
_topo_sort = S.topo_sort


class _Unit:
    """A cache that is an object."""

    def __init__(self, name, x, out):
        self.name, self.x, self.out = name, x, out


@right
def act_forward__cache_is_an_object(name, x):
    out = np.exp(-np.logaddexp(0.0, -x)) if name == "sigmoid" else np.tanh(x) if name == "tanh" else x * (x > 0)
    return out, _Unit(name, x, out)


@right
def act_backward__cache_is_an_object(dout, cache):
    if cache.name == "relu":
        dx = dout.copy()
        dx[cache.x <= 0] = 0.0
        return dx
    if cache.name == "tanh":
        return dout * (1 + cache.out) * (1 - cache.out)
    return dout * (cache.out - cache.out * cache.out)


@right
def affine_forward__einsum_of_flat_rows(x, w, b):
    rows = np.stack([np.ravel(each) for each in x])
    return np.einsum("nd,dm->nm", rows, w) + b[None], {"rows": rows, "w": w, "shape": np.shape(x)}


@right
def affine_backward__einsum_of_flat_rows(dout, cache):
    dx = np.einsum("nm,dm->nd", dout, cache["w"]).reshape(cache["shape"])
    return [dx, sum(np.outer(r, d) for r, d in zip(cache["rows"], dout, strict=True)), np.ones(len(dout)) @ dout]


@right
def unbroadcast__one_axis_at_a_time(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


@right
def topo_sort__counting_children(root, parents_fn):
    children, waiting = {root: 0}, [root]
    while waiting:
        for parent in parents_fn(waiting.pop()):
            if parent not in children:
                children[parent] = 0
                waiting.append(parent)
            children[parent] += 1
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.insert(0, node)
        for parent in parents_fn(node):
            children[parent] -= 1
            if not children[parent]:
                ready.append(parent)
    return order


@right
class Value__closures:
    """micrograd's way: each result knows how to hand on what it got."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents

    def _lift(self, other):
        return other if isinstance(other, Value__closures) else Value__closures(other)

    def __add__(self, other):
        other = self._lift(other)
        return Value__closures(self.data + other.data, ((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other, a = self._lift(other), self.data
        return Value__closures(a * other.data, ((self, lambda g: g * other.data), (other, lambda g: g * a)))

    def __pow__(self, n):
        return Value__closures(self.data**n, ((self, lambda g: g * n * self.data ** (n - 1)),))

    def _of(self, out, slope):
        return Value__closures(out, ((self, lambda g: g * slope),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + self._lift(other) * -1

    def __truediv__(self, other):
        return self * self._lift(other) ** -1

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return self._lift(other) - self

    def __rtruediv__(self, other):
        return self._lift(other) / self

    def exp(self):
        return self._of(np.exp(self.data), np.exp(self.data))

    def tanh(self):
        return self._of(np.tanh(self.data), 1 - np.tanh(self.data) ** 2)

    def relu(self):
        return self._of(max(self.data, 0.0), 1.0 if self.data > 0 else 0.0)

    def backward(self):
        arrived = {id(self): 1.0}
        for node in reversed(_topo_sort(self, lambda v: [p for p, _ in v.parents])):
            g = arrived.pop(id(node))
            node.grad += g
            for parent, slope in node.parents:
                arrived[id(parent)] = arrived.get(id(parent), 0.0) + slope(g)


@right
def mlp_loss__one_example_at_a_time(params, X, y):
    loss, grads = 0.0, {name: np.zeros_like(value) for name, value in params.items()}
    for x, label in zip(X, y, strict=True):
        z = x @ params["W1"] + params["b1"]
        h = z.clip(min=0)
        scores = h @ params["W2"] + params["b2"]
        scores = scores - scores.max()
        p = np.exp(scores) / np.exp(scores).sum()
        loss += (np.log(np.exp(scores).sum()) - scores[label]) / len(X)
        d = (p - np.eye(len(p))[label]) / len(X)
        grads["W2"] += np.outer(h, d)
        grads["b2"] += d
        back = params["W2"] @ d * np.heaviside(z, 0)
        grads["W1"] += x[:, None] * back
        grads["b1"] += back
    return loss, grads


@wrong()
def act_backward__mean_over_the_entries(dout, cache):
    return S.act_backward(dout, cache) / dout.size


@wrong()
def act_backward__mask_of_dout_and_x(dout, cache):
    name, x, _out = cache
    return np.where((x > 0) & (dout > 0), dout, 0.0) if name == "relu" else S.act_backward(dout, cache)


@wrong()
def act_backward__sigmoid_slope_of_tanh(dout, cache):
    name, _x, out = cache
    return dout * (1 - out**2) if name == "sigmoid" else S.act_backward(dout, cache)


@wrong()
def act_forward__clips_at_thirty(name, x):
    return S.act_forward(name, np.clip(x, -30, 30))


@wrong()
def act_forward__relu_of_six(name, x):
    out, cache = S.act_forward(name, x)
    return (np.minimum(out, 1.0) if name == "relu" else out), cache


@wrong()
def affine_forward__bias_before_the_product(x, w, b):
    flat = x.reshape(len(x), -1)
    return flat @ w + flat.sum(axis=1, keepdims=True) * b, (x, w, b)


@wrong()
def affine_backward__db_of_first_example(dout, cache):
    dx, dw, _ = S.affine_backward(dout, cache)
    return dx, dw, dout[0]


@wrong()
def affine_backward__dw_from_mean_x(dout, cache):
    dx, _, db = S.affine_backward(dout, cache)
    x = cache[0].reshape(len(dout), -1)
    return dx, np.outer(x.mean(axis=0), dout.sum(axis=0)), db


@wrong()
def affine_backward__all_times_two(dout, cache):
    return tuple(2 * each for each in S.affine_backward(dout, cache))


@wrong()
def unbroadcast__maximum_of_copies(g, shape):
    new = g.ndim - len(shape)
    axes = (*range(new), *(new + i for i, n in enumerate(shape) if n == 1))
    return g.max(axis=axes).reshape(shape) if axes else g


@wrong()
def unbroadcast__first_two_axes_at_most(g, shape):
    new = g.ndim - len(shape)
    axes = (*range(new), *(new + i for i, n in enumerate(shape) if n == 1))[:2]
    return g.sum(axis=axes).reshape(shape)


@wrong()
def topo_sort__alphabetical(root, parents_fn):
    return sorted(S.topo_sort(root, parents_fn), key=str)


@wrong("follows_the_first_parent_only")
def topo_sort__last_parent_lost(root, parents_fn):
    return S.topo_sort(root, lambda node: list(parents_fn(node))[:-1] or list(parents_fn(node)))


@wrong()
class Value__exp_slope_is_data(S.Value):
    def exp(self):
        return Value__exp_slope_is_data(np.exp(self.data), [(self, self.data)])


@wrong()
class Value__root_starts_with_its_data(S.Value):
    def backward(self):
        order = S.topo_sort(self, lambda node: [parent for parent, _ in node.inputs])
        flow = dict.fromkeys(order, 0.0)
        flow[self] = self.data
        for node in reversed(order):
            for parent, slope in node.inputs:
                flow[parent] += slope * flow[node]
        for node in order:
            node.grad += flow[node]


@wrong()
class Value__relu_slope_is_one_below(S.Value):
    def relu(self):
        return Value__relu_slope_is_one_below(max(0.0, self.data), [(self, float(self.data < 0))])


@wrong()
class Value__division_of_integers(S.Value):
    def __truediv__(self, other):
        return self * self._value(other) ** -2


@wrong()
class Value__gradient_of_root_left_zero(S.Value):
    def backward(self):
        kept = self.grad
        super().backward()
        self.grad = kept


@wrong()
def mlp_loss__relu_leaks_backward(params, X, y):
    loss, grads = S.mlp_loss(params, X, y)
    z = X @ params["W1"] + params["b1"]
    h = np.maximum(z, 0)
    a = h @ params["W2"] + params["b2"]
    p = np.exp(a - a.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    dz = (p / len(y)) @ params["W2"].T * np.where(z > 0, 1, 0.01)
    return loss, {**grads, "W1": X.T @ dz, "b1": dz.sum(0)}


@wrong()
def mlp_loss__loss_of_accuracy(params, X, y):
    _, grads = S.mlp_loss(params, X, y)
    a = np.maximum(X @ params["W1"] + params["b1"], 0) @ params["W2"] + params["b2"]
    return np.mean(a.argmax(1) != y), grads


@wrong()
def mlp_loss__db2_from_the_hidden_layer(params, X, y):
    loss, grads = S.mlp_loss(params, X, y)
    h = np.maximum(X @ params["W1"] + params["b1"], 0)
    return loss, {**grads, "b2": np.resize(h.sum(axis=0), params["b2"].shape)}


@wrong()
def mlp_loss__log_base_two(params, X, y):
    loss, grads = S.mlp_loss(params, X, y)
    return loss / np.log(2), grads


@wrong()
def gradient_check__always_ok(f, grad, x, h=1e-5):
    return {**S.gradient_check(f, grad, x, h), "ok": True}


@wrong()
def gradient_check__tolerance_of_one_percent(f, grad, x, h=1e-5):
    found = S.gradient_check(f, grad, x, h)
    return {**found, "ok": bool(found["max_rel"] <= 1e-2)}


@right
def gradient_check__denominator_is_a_sum(f, grad, x, h=1e-5):
    found = S.gradient_check(f, grad, x, h)
    rel = found["max_rel"] / 2
    return {"ok": bool(rel <= 1e-5), "max_rel": rel, "index": found["index"]}


@wrong()
def debug_backward__db1_halved(params, X, y):
    loss, grads = S.debug_backward(params, X, y)
    return loss, {**grads, "b1": grads["b1"] / 2}


@right
def topo_sort__leaves_first(root, parents_fn):
    parents, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in parents:
            parents[node] = set(parents_fn(node))
            todo.extend(parents[node])
    children = {node: [] for node in parents}
    for node, before in parents.items():
        for parent in before:
            children[parent].append(node)
    left = {node: len(before) for node, before in parents.items()}
    ready, order = [node for node, count in left.items() if count == 0], []
    while ready:
        order.append(ready.pop())
        for child in children[order[-1]]:
            left[child] -= 1
            if left[child] == 0:
                ready.append(child)
    return order
