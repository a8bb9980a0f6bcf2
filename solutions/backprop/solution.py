"""Backpropagation: from one derivative to an engine that differentiates by itself.

反向传播：从一个导数，到一台自动求导的引擎。

Conventions of this file
------------------------
* `dout` is the cotangent: the gradient of the loss with respect to an output. A backward function multiplies it by
  the local derivative and hands it on. Nothing here divides by N, except a loss that says it is a mean.
* A cache is whatever the forward pass keeps for the backward pass. Nobody else looks into it.
* Functions are pure: arguments stay as they were, random numbers come from the generator that is passed in.
"""

import numpy as np


### BEGIN SOLUTION
def _sigmoid(x):
    shrunk = np.exp(-np.abs(x))  # the exponent is never positive, so nothing overflows
    return np.where(x >= 0, 1.0, shrunk) / (1.0 + shrunk)


### END SOLUTION


# Exercise: activations


def act_forward(name, x):
    """Apply an activation function elementwise.

    对每个元素施加激活函数。

    name: str, one of "sigmoid", "tanh", "relu".
    x: float (...), any shape, any finite value: the result is finite even at x = -800 or 800.
    Returns: (out, cache); out: float (...), the shape of x; cache: what `act_backward` needs.
    Source: Lee 1.3.3, "Activation function"; d2l 5.1.2 (zh 4.1.2).
    """
    ### BEGIN SOLUTION
    if name == "sigmoid":
        out = _sigmoid(x)
    elif name == "tanh":
        out = np.tanh(x)
    else:
        out = np.maximum(0.0, x)
    return out, (name, x, out)
    ### END SOLUTION


def act_backward(dout, cache):
    """Carry a gradient back through an activation function.

    把梯度传回激活函数的输入。

    dout: float (...), the gradient with respect to `out`.
    cache: as `act_forward` returned it; may be used more than once.
    Returns: dx, float (...), the gradient with respect to x. For relu at x = 0 exactly, any slope in [0, 1] is right.
    Source: Lee 1.3.3 and 1.4, "Backpropagation"; d2l 5.1.2 (zh 4.1.2).
    """
    ### BEGIN SOLUTION
    name, x, out = cache
    if name == "sigmoid":
        slope = out * (1.0 - out)
    elif name == "tanh":
        slope = 1.0 - out**2
    else:
        slope = x > 0
    return dout * slope
    ### END SOLUTION


# Exercise: affine


def affine_forward(x, w, b):
    """Flatten each example and apply an affine map, out = flat(x) w + b.

    把每个样本展平，再做仿射变换。

    x: float (N, d1, ..., dk), one example for each index of the first axis; flattened in C order to D = d1 ... dk.
    w: float (D, M), weights.
    b: float (M,), bias.
    Returns: (out, cache); out: float (N, M); cache: what `affine_backward` needs.
    Source: Lee 1.3; d2l 5.1 (zh 4.1).
    """
    ### BEGIN SOLUTION
    out = x.reshape(len(x), -1) @ w + b  # (N, M)
    return out, (x, w, b)
    ### END SOLUTION


def affine_backward(dout, cache):
    """Carry a gradient back through an affine map, to the input, the weights and the bias.

    把梯度传回仿射变换的输入、权重和偏置。

    dout: float (N, M), the gradient with respect to `out`; it holds any 1/N of the loss already.
    cache: as `affine_forward` returned it; may be used more than once.
    Returns: (dx, dw, db) with the shapes of x (N, d1, ..., dk), w (D, M) and b (M,).
    Source: Lee 1.4, "Backpropagation"; d2l 5.3 (zh 4.7).
    """
    ### BEGIN SOLUTION
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)  # (N, d1, ..., dk)
    dw = x.reshape(len(x), -1).T @ dout  # (D, M)
    db = dout.sum(axis=0)  # (M,)
    return dx, dw, db
    ### END SOLUTION


# Exercise: unbroadcast


def unbroadcast(g, shape):
    """Carry a gradient back through NumPy's broadcasting: the adjoint of `np.broadcast_to(x, g.shape)`.

    把梯度传回广播之前的形状。

    g: float (...), the gradient with respect to the broadcast array.
    shape: tuple of int, the shape before broadcasting; `np.broadcast_shapes(shape, g.shape) == g.shape`.
    Returns: float `shape`; each entry of x is used in several places, and its gradient takes all of them in.
    Source: Ng, "Computation graph"; NumPy manual, "Broadcasting".
    """
    ### BEGIN SOLUTION
    new_axes = g.ndim - len(shape)  # broadcasting adds axes on the left
    stretched = [new_axes + axis for axis, size in enumerate(shape) if size == 1]
    return g.sum(axis=(*range(new_axes), *stretched)).reshape(shape)
    ### END SOLUTION


# Exercise: topo_sort


def topo_sort(root, parents_fn):
    """Order a computation graph so that everything stands after what it was computed from.

    对计算图做拓扑排序：每个结点都排在它的输入之后。

    root: hashable, the result of the computation.
    parents_fn: function, node -> list of the nodes that it was computed from directly ([] for a leaf). No cycles.
        Call it about once per node: a call may be slow.
    Returns: list of every node that root depends on, and root itself; each once, parents before children, so root is
        last. Several orders may be right; any of them is taken. Chains of thousands of nodes are no problem: Python
        stops a function that calls itself about 1000 levels deep.
    Source: Ng, "Computation graph"; d2l 5.3.2 (zh 4.7.2).
    """
    ### BEGIN SOLUTION
    order, seen, waiting = [], set(), [(root, False)]
    while waiting:
        node, parents_are_done = waiting.pop()
        if parents_are_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))  # comes up again when all that is put above it now is done
            waiting.extend((parent, False) for parent in parents_fn(node))
    return order
    ### END SOLUTION


# Exercise: autograd


class Value:
    """A number that remembers how it was computed, and so can be differentiated.

    会记住自己由什么算出来的数，因此能自动求导。

    v + w, v - w, v * w, v / w and -v make new Values; on either side of + - * / a plain number may stand instead of a
    Value (2 * v, 1 - v, 3 / v). v ** n takes a plain number n. v.exp(), v.tanh(), v.relu() are functions of v.

    data: float, the number.
    grad: float, 0.0 at first; `backward` adds to it.
    inputs: pairs (Value, slope): what it was computed from, and the derivative with respect to each. This is a
        proposal: keep something else in its place if you like, but let Value(2.0) work, and `data` and `grad`.
    Source: Lee 1.4; Ng, "Computation graph"; Karpathy, "micrograd".
    """

    def __init__(self, data, inputs=()):
        self.data = float(data)
        self.grad = 0.0
        self.inputs = tuple(inputs)

    def __repr__(self):
        return f"Value(data={self.data:.6g}, grad={self.grad:.6g})"

    def __add__(self, other):
        """self + other, a Value or a number."""
        ### BEGIN SOLUTION
        other = self._value(other)
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])
        ### END SOLUTION

    def __mul__(self, other):
        """self * other, a Value or a number."""
        ### BEGIN SOLUTION
        other = self._value(other)
        return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])
        ### END SOLUTION

    def __pow__(self, n):
        """self ** n for a plain number n: an int, or any float where self is positive."""
        ### BEGIN SOLUTION
        return type(self)(self.data**n, [(self, n * self.data ** (n - 1))])
        ### END SOLUTION

    def __neg__(self):
        """-self."""
        ### BEGIN SOLUTION
        return self * -1.0
        ### END SOLUTION

    def __sub__(self, other):
        """self - other, a Value or a number."""
        ### BEGIN SOLUTION
        return self + -other
        ### END SOLUTION

    def __truediv__(self, other):
        """self / other, a Value or a number."""
        ### BEGIN SOLUTION
        return self * self._value(other) ** -1
        ### END SOLUTION

    def __radd__(self, number):
        """number + self: what Python calls when the left side does not know how to add a Value."""
        ### BEGIN SOLUTION
        return self + number
        ### END SOLUTION

    def __rsub__(self, number):
        """number - self."""
        ### BEGIN SOLUTION
        return -self + number
        ### END SOLUTION

    def __rmul__(self, number):
        """number * self."""
        ### BEGIN SOLUTION
        return self * number
        ### END SOLUTION

    def __rtruediv__(self, number):
        """number / self."""
        ### BEGIN SOLUTION
        return self**-1 * number
        ### END SOLUTION

    def exp(self):
        """e to the power of self."""
        ### BEGIN SOLUTION
        out = np.exp(self.data)
        return type(self)(out, [(self, out)])
        ### END SOLUTION

    def tanh(self):
        """The hyperbolic tangent of self; finite for every finite self."""
        ### BEGIN SOLUTION
        out = np.tanh(self.data)
        return type(self)(out, [(self, 1.0 - out**2)])
        ### END SOLUTION

    def relu(self):
        """max(0, self); at self = 0 exactly, any slope in [0, 1] is right."""
        ### BEGIN SOLUTION
        return type(self)(max(0.0, self.data), [(self, float(self.data > 0))])
        ### END SOLUTION

    def backward(self):
        """Add to the `grad` of self, and of every Value that it depends on, the derivative of self with respect to it.

        A second call, or a call from another result, adds its own derivatives and nothing else, as in PyTorch.
        """
        ### BEGIN SOLUTION
        order = topo_sort(self, lambda node: [parent for parent, _ in node.inputs])
        flow = dict.fromkeys(order, 0.0)  # apart from grad: what earlier calls left there must not flow again
        flow[self] = 1.0
        for node in reversed(order):  # a node passes its gradient on when all of it has arrived
            for parent, slope in node.inputs:
                flow[parent] += slope * flow[node]
        for node in order:
            node.grad += flow[node]
        ### END SOLUTION

    ### BEGIN SOLUTION
    def _value(self, other):
        return other if isinstance(other, Value) else type(self)(other)

    ### END SOLUTION


# Exercise: mlp_loss


def mlp_loss(params, X, y):
    """Loss of a network with one hidden layer of ReLUs, and its gradient with respect to every parameter.

    单隐藏层 ReLU 网络的交叉熵损失，以及它对每个参数的梯度。

    params: dict of float arrays: "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,).
    X: float (N, D), one example a row.
    y: int (N,), the right classes, 0 <= y < C.
    Returns: (loss, grads); loss: float, the cross-entropy of softmax(relu(X W1 + b1) W2 + b2), the mean over the N
        examples; grads: dict with the keys and shapes of params. Finite for logits in the thousands.
    Source: Lee 1.4, "Backpropagation"; d2l 5.3 (zh 4.7).
    """
    ### BEGIN SOLUTION
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    rows = np.arange(len(X))
    z = X @ W1 + b1  # (N, H)
    h = np.maximum(0.0, z)
    logits = h @ W2 + b2  # (N, C)
    logits = logits - logits.max(axis=1, keepdims=True)  # softmax stays the same, exp cannot overflow
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean()

    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1.0
    dlogits /= len(X)
    dz = (dlogits @ W2.T) * (z > 0)  # (N, H)
    grads = {"W1": X.T @ dz, "b1": dz.sum(axis=0), "W2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return loss, grads
    ### END SOLUTION


# Exercise: gradient_check


def gradient_check(f, grad, x, h=1e-5):
    """Compare a gradient with slopes that are measured, entry by entry.

    把解析梯度与数值梯度逐个元素对照。

    The slope that is measured at entry i is the central difference (f(x + h e_i) - f(x - h e_i)) / 2h. Where the
    one-sided slopes, to x + h e_i and to x - h e_i, differ by more than 0.01 * max(1, |right|, |left|), f has a kink
    (as relu has at 0): any gradient between the two counts as right there, and one outside is compared with the
    nearer. The relative error of an entry is |grad_i - slope_i| / max(|grad_i|, |slope_i|), and 0 where both are 0.

    f: function, float array like x -> float.
    grad: float, the shape of x: the gradient to be checked; NaN in it is never ok.
    x: float (...), any shape.
    h: float, the step.
    Returns: dict; "ok": bool, no relative error is above 1e-5; "max_rel": float, the largest relative error;
        "index": tuple of int, where in x it is.
    Source: Ng, "Gradient checking"; CS231n notes, "Gradient checks".
    """
    ### BEGIN SOLUTION
    grad, rel, here = np.asarray(grad), np.zeros(np.shape(x)), f(x)
    for index in np.ndindex(rel.shape):
        step = np.zeros(rel.shape)  # a new array for each entry: nothing has to be put back
        step[index] = h
        above, below = f(x + step), f(x - step)
        right, left, a = (above - here) / h, (here - below) / h, grad[index]
        if abs(right - left) > 0.01 * max(1.0, abs(right), abs(left)):
            slope = np.clip(a, min(left, right), max(left, right))
        else:
            slope = (above - below) / (2 * h)
        rel[index] = 0.0 if a == slope == 0 else abs(a - slope) / max(abs(a), abs(slope))
    index = np.unravel_index(np.argmax(rel), rel.shape)  # argmax gives a NaN first, as it should
    return {"ok": bool(rel[index] <= 1e-5), "max_rel": float(rel[index]), "index": tuple(int(i) for i in index)}
    ### END SOLUTION


# Exercise: debug_backward


def debug_backward(params, X, y):
    """Loss and gradients of a small residual network. The forward pass is right; the backward pass has three bugs.

    一个小残差网络的损失和梯度：前向是对的，反向里藏着三个错误。

    Mend the backward pass, one line at a time, and leave the forward pass alone.

    params: dict; "W1": float (D, H), "b1": float (H,), "W2": float (H, H), "b2": float (H,), "w3": float (H,),
        "b3": float.
    X: float (N, D), one example a row.
    y: float (N,), what is to be predicted.
    Returns: (loss, grads); loss: float, the mean over the examples of the squared error, without a half; grads: dict
        with the keys and shapes of params.
    Source: Ng, "Debugging neural networks"; Lee 2.1, "What to do if the network fails to train".
    """
    W1, b1, W2, b2, w3, b3 = (params[name] for name in ("W1", "b1", "W2", "b2", "w3", "b3"))
    N = len(X)

    h1 = np.tanh(X @ W1 + b1)  # (N, H)
    z2 = h1 @ W2 + b2  # (N, H)
    h2 = h1 + np.maximum(0.0, z2)  # the residual connection: h1 goes around the second layer, too
    y_hat = h2 @ w3 + b3  # (N,)
    loss = np.mean((y_hat - y) ** 2)

    ### BEGIN SOLUTION
    dy_hat = 2 * (y_hat - y) / N  # (N,)
    dw3 = h2.T @ dy_hat  # (H,)
    db3 = dy_hat.sum()
    dh2 = np.outer(dy_hat, w3)  # (N, H)
    dz2 = dh2 * (z2 > 0)
    dW2 = h1.T @ dz2  # (H, H)
    db2 = dz2.sum(axis=0)  # (H,)
    dh1 = dh2 + dz2 @ W2.T  # two ways lead from h1 to the loss
    dz1 = dh1 * (1 - h1**2)
    dW1 = X.T @ dz1  # (D, H)
    db1 = dz1.sum(axis=0)  # (H,)
    ### END SOLUTION
    ### BEGIN STARTER
    # dy_hat = 2 * (y_hat - y) / N  # (N,)
    # dw3 = h2.T @ dy_hat  # (H,)
    # db3 = dy_hat.sum()
    # dh2 = np.outer(dy_hat, w3)  # (N, H)
    # dz2 = dh2 * (h2 > 0)
    # dW2 = h1.T @ dz2  # (H, H)
    # db2 = dz2.sum(axis=0)  # (H,)
    # dh1 = dz2 @ W2.T
    # dz1 = dh1 * (1 - h1**2)
    # dW1 = X.T @ dz1  # (D, H)
    # db1 = dz1.mean(axis=0)  # (H,)
    ### END STARTER
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "w3": dw3, "b3": db3}


def planted_bugs():
    """Name the three bugs that you mended in `debug_backward`.

    说出 `debug_backward` 里原有的三个错误。

    A: The factor 2/N that the mean of squares brings is wrong.          均方误差带来的系数 2/N 写错了。
    B: The gradient of w3 is made from the wrong layer's output.         算 w3 的梯度时用错了某一层的输出。
    C: The mask of the ReLU is taken from the wrong array.               ReLU 的掩码取自错误的数组。
    D: W2 stands as it is where its transpose is needed (or vice versa). W2 该转置的没转置（或相反）。
    E: A variable is used twice going forward, but gets one gradient.    前向用了两次的变量，反向只收到一份梯度。
    F: The slope of tanh is wrong.                                       tanh 的导数写错了。
    G: A gradient is averaged over the examples instead of summed.       某个梯度本该对样本求和，却取了平均。
    H: The factors of a weight matrix's gradient are in the wrong order. 某个权重矩阵的梯度里，两个因子的次序反了。

    Returns: str, three letters in alphabetical order, such as "ABH".
    """
    ### BEGIN SOLUTION
    return "CEG"
    ### END SOLUTION


# Exercise: train_mlp


def train_mlp(X, y, params, lr, epochs, rng, batch=32):
    """Train the network of `mlp_loss` with stochastic gradient descent on minibatches.

    用小批量随机梯度下降训练 `mlp_loss` 的网络。

    X: float (N, D), one example a row.
    y: int (N,), the right classes.
    params: dict of float arrays as in `mlp_loss`: where to start. It stays as it was.
    lr: float, the learning rate; each step is param <- param - lr * gradient of the mean loss of the batch.
    epochs: int, how often each example is used.
    rng: numpy.random.Generator, to shuffle the examples with before each epoch (not shuffling loses no points).
    batch: int, examples a step; the last batch of an epoch may be smaller, and is used, too.
    Returns: dict like params, the trained parameters.
    Source: Lee 1.1.3 and 2.2, "Batch"; d2l 5.2 (zh 4.2).
    """
    ### BEGIN SOLUTION
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            picked = order[start : start + batch]
            _, grads = mlp_loss(params, X[picked], y[picked])
            params = {name: param - lr * grads[name] for name, param in params.items()}
    return params
    ### END SOLUTION
