"""Optimisation: the public questions."""

from itertools import pairwise

import numpy as np

from autograder.checks import (
    check_close,
    check_equal,
    check_falls,
    check_reaches,
    check_shape,
    check_that,
    check_unchanged,
    parts,
    then,
)
from autograder.questions import points

KINDS = ("min", "max", "saddle", "degenerate")


def hessian(rng, eigenvalues):
    """A symmetric matrix with these eigenvalues along random directions."""
    Q = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))[0]
    return Q * np.asarray(eigenvalues) @ Q.T


def away(rng, *shape):
    """Numbers of both signs, none of them near zero: 0.3 <= |x| <= 2."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, size=shape)


def square(u):
    """u uᵀ, the same for u and -u; its trace is the squared length."""
    return np.outer(u, u)


# O1 critical points


@points(1)
def test_critical_points_contract(student, reference, rng):
    """critical_point gives one of the four words, escape_direction a vector; H stays as it is
    zh: critical_point 返回四个词之一，escape_direction 返回向量；不改动 H"""
    H = hessian(rng, [-2.0, 1.0, 3.0])
    check_that(
        student.critical_point(H),
        lambda kind: kind in KINDS,
        'the kind is "min", "max", "saddle" or "degenerate"',
        zh='类型是 "min"、"max"、"saddle" 或 "degenerate" 之一',
    )
    check_shape(student.escape_direction(H), reference.escape_direction(H))
    check_unchanged(student.critical_point, H)
    check_unchanged(student.escape_direction, H)


@points(3)
def test_critical_points_kinds(student, rng):
    """the signs of the eigenvalues decide the kind
    zh: 临界点的类型由特征值的符号决定"""
    up = rng.uniform(0.5, 3.0, size=5)
    check_equal(student.critical_point(hessian(rng, up)), "min")
    check_equal(student.critical_point(hessian(rng, -up)), "max")
    check_equal(student.critical_point(hessian(rng, [*up[:3], -0.4])), "saddle")
    check_equal(student.critical_point(hessian(rng, [*up[:2], -0.8, -0.4])), "saddle")  # two down: det > 0
    check_equal(student.critical_point(np.array([[1.0, 3.0], [3.0, 2.0]]) * up[0]), "saddle")  # positive diagonal
    check_equal(student.critical_point(hessian(rng, [*up[:3], 0.0])), "degenerate")
    check_equal(student.critical_point(hessian(rng, [*-up[:3], 0.0])), "degenerate")


@points(1)
def test_critical_points_lecture(student, rng):
    """the lecture's saddle: L(w1, w2) = (y − w1·w2·x)² at w1 = w2 = 0
    zh: 课上的鞍点：L(w1, w2) = (y − w1·w2·x)²，在 w1 = w2 = 0 处"""
    x, y = rng.uniform(0.5, 2.0, size=2)
    H = np.array([[0.0, -2 * x * y], [-2 * x * y, 0.0]])
    check_equal(student.critical_point(H), "saddle")
    check_close(then(student.escape_direction(H), square), np.full((2, 2), 0.5))


@points(2)
def test_critical_points_escape(student, reference, rng):
    """escape_direction is the unit eigenvector of the lowest eigenvalue, up to its sign
    zh: escape_direction 是最小特征值的单位特征向量（正负号不限）"""
    for eigenvalues in ([5.0, 0.1, 1.0, -1.5], [4.0, -0.2, 2.0, -1.0, -3.0], [1.0, 2.0, -0.5, -4.0], [3.0, -0.2, 1.0]):
        H = hessian(rng, eigenvalues)
        check_close(then(student.escape_direction(H), square), square(reference.escape_direction(H)))
    H = np.diag([1.0, rng.uniform(2.0, 3.0), -0.5, -1.5, 1.5])
    check_close(then(student.escape_direction(H), square), square(np.eye(5)[3]))


# O2 momentum


@points(1)
def test_momentum_step_contract(student, reference, rng):
    """momentum_step gives (w, v), both of the shape of w, and leaves what it was given
    zh: momentum_step 返回 (w, v)，形状与 w 相同，且不改动传入的数组"""
    w, g, v = (away(rng, 3, 4) for _ in range(3))
    check_shape(student.momentum_step(w, g, v, 0.1), reference.momentum_step(w, g, v, 0.1), names=("w", "v"))
    check_unchanged(student.momentum_step, w, g, v, 0.1, 0.8)
    check_unchanged(student.momentum_step, w, g, v, 0.1, 0.8, True)


@points(2.5)
def test_momentum_step_values(student, reference, rng):
    """one step from a velocity that is not zero
    zh: 从非零速度出发走一步"""
    w, g, v = (away(rng, 3, 4) for _ in range(3))
    for lr, mu in ((0.3, 0.6), (0.05, 0.95)):
        step = student.momentum_step(w, g, v, lr, mu)
        check_close(step, reference.momentum_step(w, g, v, lr, mu), names=("w", "v"))
    check_close(student.momentum_step(w, g, v, 0.2), reference.momentum_step(w, g, v, 0.2), names=("w", "v"))


@points(2)
def test_momentum_step_path(student, reference, rng):
    """six steps under a learning rate that changes
    zh: 学习率变化时连续走六步"""
    w, v = away(rng, 5), np.zeros(5)
    for lr in (0.5, 0.5, 0.05, 0.05, 0.3, 0.01):
        g = away(rng, 5)
        expected = reference.momentum_step(w, g, v, lr, 0.8)
        check_close(student.momentum_step(w, g, v, lr, 0.8), expected, names=("w", "v"))
        w, v = expected


@points(2)
def test_momentum_step_nesterov(student, reference, rng):
    """with nesterov=True the step looks ahead along the new velocity
    zh: nesterov=True 时沿新的速度向前看"""
    w, g, v = (away(rng, 2, 3) for _ in range(3))
    for lr, mu in ((0.3, 0.6), (0.7, 0.3)):
        expected = reference.momentum_step(w, g, v, lr, mu, nesterov=True)
        check_close(student.momentum_step(w, g, v, lr, mu, nesterov=True), expected, names=("w", "v"))


# O3 adaptive rates


@points(1)
def test_adaptive_rates_contract(student, reference, rng):
    """both steps give (w, s), both of the shape of w, and leave what they were given
    zh: 两个函数都返回 (w, s)，形状与 w 相同，且不改动传入的数组"""
    w, g, s = away(rng, 3, 4), away(rng, 3, 4), rng.uniform(0.5, 2.0, size=(3, 4))
    check_shape(student.adagrad_step(w, g, s, 0.1), reference.adagrad_step(w, g, s, 0.1), names=("w", "s"))
    check_shape(student.rmsprop_step(w, g, s, 0.1), reference.rmsprop_step(w, g, s, 0.1), names=("w", "s"))
    check_unchanged(student.adagrad_step, w, g, s, 0.1)
    check_unchanged(student.rmsprop_step, w, g, s, 0.1)


@points(2.5)
def test_adaptive_rates_adagrad(student, reference, rng):
    """adagrad_step: one step from a sum that is not zero
    zh: adagrad_step：从非零的累加状态走一步"""
    w, g, s = away(rng, 3, 4), away(rng, 3, 4), rng.uniform(0.5, 2.0, size=(3, 4))
    check_close(student.adagrad_step(w, g, s, 0.3), reference.adagrad_step(w, g, s, 0.3), names=("w", "s"))
    g[0, 0] = s[0, 0] = 0.0
    expected = reference.adagrad_step(w, g, s, 0.7, 0.05)
    check_close(student.adagrad_step(w, g, s, 0.7, 0.05), expected, names=("w", "s"))


@points(2)
def test_adaptive_rates_adagrad_path(student, reference, rng):
    """adagrad_step: six steps from zero, with gradients that change their size and sign
    zh: adagrad_step：从零开始走六步，梯度的大小和符号不断变化"""
    w, s = away(rng, 4), np.zeros(4)
    for size in (1.0, 10.0, 0.1, 1.0, 0.3, 3.0):
        g = size * away(rng, 4)
        expected = reference.adagrad_step(w, g, s, 0.5)
        check_close(student.adagrad_step(w, g, s, 0.5), expected, names=("w", "s"))
        w, s = expected


@points(2.5)
def test_adaptive_rates_rmsprop(student, reference, rng):
    """rmsprop_step: one step from an average that is not zero
    zh: rmsprop_step：从非零的平均状态走一步"""
    w, g, s = away(rng, 3, 4), away(rng, 3, 4), rng.uniform(0.5, 2.0, size=(3, 4))
    check_close(student.rmsprop_step(w, g, s, 0.3), reference.rmsprop_step(w, g, s, 0.3), names=("w", "s"))
    g[0, 0] = s[0, 0] = 0.0
    expected = reference.rmsprop_step(w, g, s, 0.7, 0.7, 0.05)
    check_close(student.rmsprop_step(w, g, s, 0.7, 0.7, 0.05), expected, names=("w", "s"))


@points(2)
def test_adaptive_rates_rmsprop_path(student, reference, rng):
    """rmsprop_step: six steps from zero, with gradients that change their size and sign
    zh: rmsprop_step：从零开始走六步，梯度的大小和符号不断变化"""
    w, s = away(rng, 4), np.zeros(4)
    for size in (1.0, 10.0, 0.1, 1.0, 0.3, 3.0):
        g = size * away(rng, 4)
        expected = reference.rmsprop_step(w, g, s, 0.5, 0.8)
        check_close(student.rmsprop_step(w, g, s, 0.5, 0.8), expected, names=("w", "s"))
        w, s = expected


# O4 Adam


def zero_state(w):
    """What Adam starts from: (m, v, t)."""
    return np.zeros_like(w), np.zeros_like(w), 0


ADAM = ("w", "state")


@points(1)
def test_adam_contract(student, reference, rng):
    """both steps give (w, (m, v, t)) and leave what they were given
    zh: 两个函数都返回 (w, (m, v, t))，且不改动传入的数组"""
    w, g = away(rng, 3, 4), away(rng, 3, 4)
    state = away(rng, 3, 4), rng.uniform(0.5, 2.0, size=(3, 4)), 3
    check_shape(student.adam_step(w, g, state), reference.adam_step(w, g, state), names=ADAM)
    check_shape(student.adamw_step(w, g, state), reference.adamw_step(w, g, state), names=ADAM)
    check_unchanged(student.adam_step, w, g, state)
    check_unchanged(student.adamw_step, w, g, state)


@points(2.5)
def test_adam_first_step(student, reference, rng):
    """from zeros, the corrected first step is lr against the gradient's sign, whatever its size
    zh: 从零状态出发，修正后的第一步是沿梯度符号的反方向走 lr，与梯度大小无关"""
    w, g = away(rng, 4), away(rng, 4)
    for size in (1.0, 1e4):
        expected = reference.adam_step(w, size * g, zero_state(w), 0.1)
        check_close(student.adam_step(w, size * g, zero_state(w), 0.1), expected, names=ADAM)
    expected = reference.adam_step(w, g, zero_state(w), 0.1, 0.6, 0.8)
    check_close(student.adam_step(w, g, zero_state(w), 0.1, 0.6, 0.8), expected, names=ADAM)


@points(4)
def test_adam_path(student, reference, rng):
    """eight steps through gradients that change their sign, vanish, and are tiny or huge
    zh: 连续八步：梯度变号、为零、极小或极大"""
    for size in (1e-4, 1.0, 1e4):
        w, state = away(rng, 4), zero_state(np.zeros(4))
        for turn in (1, 1, -1, 0, 0.2, -1, 5, 1):
            g = size * turn * away(rng, 4)
            expected = reference.adam_step(w, g, state, 0.1, 0.8, 0.95)
            check_close(student.adam_step(w, g, state, 0.1, 0.8, 0.95), expected, names=ADAM)
            w, state = expected


@points(3)
def test_adam_decoupled(student, reference, rng):
    """adamw_step: the decay stands beside Adam's step and does not enter its averages
    zh: adamw_step：衰减与 Adam 的更新并列，不进入它的平均值"""
    w, g = away(rng, 3, 4), away(rng, 3, 4)
    state = away(rng, 3, 4), rng.uniform(0.5, 2.0, size=(3, 4)), 3
    expected = reference.adamw_step(w, g, state, 0.3, 0.8, 0.95, 1e-12, 0.4)
    check_close(student.adamw_step(w, g, state, 0.3, 0.8, 0.95, 1e-12, 0.4), expected, names=ADAM)
    expected = reference.adamw_step(w, g, zero_state(w), lr=0.1, wd=0.2)
    check_close(student.adamw_step(w, g, zero_state(w), lr=0.1, wd=0.2), expected, names=ADAM)


@points(2)
def test_adam_decoupled_path(student, reference, rng):
    """adamw_step: six steps in which gradients differ in size from parameter to parameter
    zh: adamw_step：六步，各参数的梯度大小不同"""
    w, state = away(rng, 4), zero_state(np.zeros(4))
    for _ in range(6):
        g = away(rng, 4) * np.array([0.01, 1.0, 10.0, 100.0])
        expected = reference.adamw_step(w, g, state, 0.1, 0.8, 0.95, 1e-12, 0.3)
        check_close(student.adamw_step(w, g, state, 0.1, 0.8, 0.95, 1e-12, 0.3), expected, names=ADAM)
        w, state = expected


# O5 learning-rate schedule

SCALE = {"floor": 1.0, "because": "the factor lives in [0, 1], and an exact 0 is no scale"}


@points(0.5)
def test_lr_schedule_contract(student, reference, rng):
    """the factor is one number between 0 and 1
    zh: 系数是 0 到 1 之间的一个数"""
    step, total = int(rng.integers(3, 9)), int(rng.integers(20, 30))
    check_shape(student.lr_schedule(step, total), reference.lr_schedule(step, total))
    for kind in ("constant", "linear", "cosine"):
        check_that(
            student.lr_schedule(step, total, 5, kind),
            lambda factor: 0 <= factor <= 1,
            "the factor is between 0 and 1",
            zh="系数在 0 和 1 之间",
        )


@points(1.5)
def test_lr_schedule_warmup(student, reference, rng):
    """the factor rises in a straight line from 0 at step 0 to 1 at step warmup
    zh: 系数从第 0 步的 0 直线上升到第 warmup 步的 1"""
    warmup = int(rng.integers(5, 9))
    total = warmup + int(rng.integers(20, 40))
    for kind in ("constant", "linear", "cosine"):
        for step in range(warmup + 1):
            expected = reference.lr_schedule(step, total, warmup, kind)
            check_close(student.lr_schedule(step, total, warmup, kind), expected, **SCALE)


@points(1.5)
def test_lr_schedule_linear(student, reference, rng):
    """from step warmup the linear factor falls in a straight line to 0 at step total
    zh: 从第 warmup 步起，linear 系数直线下降，到第 total 步为 0"""
    warmup = int(rng.integers(5, 9))
    total = warmup + int(rng.integers(20, 40))
    for step in (warmup, warmup + 1, warmup + 7, total - warmup, total - 1, total):
        expected = reference.lr_schedule(step, total, warmup, "linear")
        check_close(student.lr_schedule(step, total, warmup, "linear"), expected, **SCALE)


@points(2)
def test_lr_schedule_cosine(student, reference, rng):
    """from step warmup the cosine factor falls along half a period to 0 at step total
    zh: 从第 warmup 步起，cosine 系数沿半个周期下降，到第 total 步为 0"""
    warmup = int(rng.integers(5, 9))
    total = warmup + int(rng.integers(20, 40))
    for step in (warmup, warmup + 1, warmup + 7, total - warmup, total - 1, total):
        expected = reference.lr_schedule(step, total, warmup)
        check_close(student.lr_schedule(step, total, warmup), expected, **SCALE)


# O6 batch normalisation, forward

BN = ("out", "cache", "running_mean", "running_var")


def batch(rng, N, D):
    """x, gamma, beta, running_mean, running_var with means and scales of their own in each column."""
    x = away(rng, D) + rng.normal(size=(N, D)) * rng.uniform(0.5, 2.0, size=D)
    return x, away(rng, D), away(rng, D), away(rng, D), rng.uniform(0.5, 2.0, size=D)


def without_cache(answer):
    """(out, running_mean, running_var) of a forward pass; the cache is the student's own affair."""
    out, _, mean, var = parts(answer, *BN)
    return out, mean, var


@points(1)
def test_batchnorm_forward_contract(student, reference, rng):
    """batchnorm_forward gives (out, cache, running_mean, running_var) and leaves what it was given
    zh: batchnorm_forward 返回 (out, cache, running_mean, running_var)，且不改动传入的数组"""
    arguments = batch(rng, 6, 4)  # N=6, D=4
    answers = without_cache(student.batchnorm_forward(*arguments))
    for answer, expected in zip(answers, without_cache(reference.batchnorm_forward(*arguments)), strict=True):
        check_shape(answer, expected)
    check_unchanged(student.batchnorm_forward, *arguments, 0.3, 1e-5, True)
    check_unchanged(student.batchnorm_forward, *arguments, 0.3, 1e-5, False)


@points(3)
def test_batchnorm_forward_train(student, reference, rng):
    """in training each column is normalised with its own mean and biased variance, then scaled and shifted
    zh: 训练时每一列用自己的均值和有偏方差归一化，再缩放和平移"""
    for N, D, eps in ((6, 4, 1e-5), (3, 5, 0.2)):
        arguments = batch(rng, N, D)
        out, *_ = without_cache(student.batchnorm_forward(*arguments, 0.3, eps))
        check_close(out, without_cache(reference.batchnorm_forward(*arguments, 0.3, eps))[0])


@points(3)
def test_batchnorm_forward_running(student, reference, rng):
    """training moves the running statistics by `momentum` towards the batch, the variance unbiased
    zh: 训练时滑动统计量按 momentum 向本批靠近，其中方差用无偏估计"""
    for momentum in (0.3, 0.75):
        arguments = batch(rng, 5, 4)
        _, mean, var = without_cache(student.batchnorm_forward(*arguments, momentum, 0.1))
        _, wanted_mean, wanted_var = without_cache(reference.batchnorm_forward(*arguments, momentum, 0.1))
        check_close(mean, wanted_mean)
        check_close(var, wanted_var)
    check_running_by_default(student, reference, batch(rng, 5, 4))


def check_running_by_default(student, reference, arguments):
    """The running statistics with the default momentum."""
    _, mean, var = without_cache(student.batchnorm_forward(*arguments))
    _, wanted_mean, wanted_var = without_cache(reference.batchnorm_forward(*arguments))
    check_close(mean, wanted_mean)
    check_close(var, wanted_var)


@points(2)
def test_batchnorm_forward_eval(student, reference, rng):
    """with train=False the running statistics normalise, and stay as they are
    zh: train=False 时用滑动统计量归一化，且统计量保持不变"""
    arguments = batch(rng, 6, 4)
    for eps in (1e-5, 0.2):
        answers = without_cache(student.batchnorm_forward(*arguments, 0.3, eps, train=False))
        wanted = without_cache(reference.batchnorm_forward(*arguments, 0.3, eps, train=False))
        for answer, expected in zip(answers, wanted, strict=True):
            check_close(answer, expected)


@points(1.5)
def test_batchnorm_forward_low_variance(student, reference, rng):
    """columns with a standard deviation near 0.003, and one in which all examples are equal
    zh: 标准差约为 0.003 的列，以及所有样本都相等的列"""
    x, *rest = batch(rng, 8, 4)
    x = 3e-3 * rng.normal(size=(8, 4))
    x[:, 2] = 0.25
    out, *_ = without_cache(student.batchnorm_forward(x, *rest))
    check_close(out, without_cache(reference.batchnorm_forward(x, *rest))[0])


# O7 batch normalisation, backward

BACKWARD = ("dx", "dgamma", "dbeta")


def backward(side, dout, *arguments):
    """Gradients along dout of one side, its cache coming from its own forward pass."""
    _, cache, _, _ = parts(side.batchnorm_forward(*arguments), *BN)
    return side.batchnorm_backward(dout, cache)


@points(1)
def test_batchnorm_backward_contract(student, reference, rng):
    """batchnorm_backward gives (dx, dgamma, dbeta), shaped as x, gamma and beta, and leaves dout as it is
    zh: batchnorm_backward 返回 (dx, dgamma, dbeta)，形状与 x、gamma、beta 相同，且不改动 dout"""
    arguments, dout = batch(rng, 6, 4), rng.normal(size=(6, 4))
    check_shape(backward(student, dout, *arguments), backward(reference, dout, *arguments), names=BACKWARD)
    _, cache, _, _ = parts(student.batchnorm_forward(*arguments), *BN)
    check_unchanged(student.batchnorm_backward, dout, cache)


@points(3)
def test_batchnorm_backward_scale_and_shift(student, reference, rng):
    """dgamma and dbeta along random cotangents
    zh: 沿随机余切向量的 dgamma 和 dbeta"""
    for N, D in ((6, 4), (3, 5)):
        arguments, dout = batch(rng, N, D), rng.normal(size=(N, D))
        _, dgamma, dbeta = parts(backward(student, dout, *arguments), *BACKWARD)
        _, wanted_dgamma, wanted_dbeta = backward(reference, dout, *arguments)
        check_close(dgamma, wanted_dgamma)
        check_close(dbeta, wanted_dbeta)


@points(5)
def test_batchnorm_backward_x(student, reference, rng):
    """dx along random cotangents: directly, through the mean and through the variance
    zh: 沿随机余切向量的 dx：直接的路径、经过均值的路径、经过方差的路径"""
    for N, D, eps in ((6, 4, 1e-5), (4, 5, 0.3)):
        arguments, dout = batch(rng, N, D), rng.normal(size=(N, D))
        dx, _, _ = parts(backward(student, dout, *arguments, 0.1, eps), *BACKWARD)
        check_close(dx, backward(reference, dout, *arguments, 0.1, eps)[0])


# O8 a deep sigmoid network


def deep_layers(rng, sizes):
    """Random layers from sizes[0] inputs to sizes[-1] logits, as `deep_forward` takes them."""
    layers = [
        {
            "W": rng.normal(size=(n_in, n_out)),
            "gamma": away(rng, n_out),
            "beta": away(rng, n_out),
            "mean": away(rng, n_out),
            "var": rng.uniform(0.5, 2.0, size=n_out),
        }
        for n_in, n_out in pairwise(sizes)
    ]
    return [*layers[:-1], {name: layers[-1][name] for name in ("W", "beta")}]


DEEP = ("logits", "caches", "layers")


def gradients(bn):
    """What picks the gradients asked for, layer by layer; others may stand beside them."""
    hidden = ("W", "gamma", "beta") if bn else ("W", "beta")

    def picked(grads):
        *front, last = grads
        return [*([grad[name] for name in hidden] for grad in front), [last["W"], last["beta"]]]

    return picked


@points(1)
def test_train_deep_contract(student, reference, rng):
    """deep_forward, deep_backward and train_deep give what their docstrings say
    zh: deep_forward、deep_backward 和 train_deep 返回文档所说的内容"""
    layers, x, y = deep_layers(rng, (4, 5, 6, 3)), rng.normal(size=(7, 4)), np.arange(7) % 3
    dlogits, batches = rng.normal(size=(7, 3)), np.arange(6).reshape(2, 3)
    for bn in (True, False):
        logits, caches, updated = parts(student.deep_forward(x, layers, bn, True), *DEEP)
        wanted_logits, wanted_caches, wanted_layers = reference.deep_forward(x, layers, bn, True)
        check_shape(logits, wanted_logits)
        check_shape(updated, wanted_layers)
        grads = then(student.deep_backward(dlogits, caches), gradients(bn))
        check_shape(grads, gradients(bn)(reference.deep_backward(dlogits, wanted_caches)))
        check_shape(student.train_deep(x, y, layers, bn, batches, 0.1), layers)
        check_unchanged(student.deep_forward, x, layers, bn, True)
        check_unchanged(student.deep_backward, dlogits, caches)
        check_unchanged(student.train_deep, x, y, layers, bn, batches, 0.1)


@points(1.5)
def test_train_deep_forward(student, reference, rng):
    """the logits in training, with batch normalisation before each sigmoid and without
    zh: 训练时的 logits：每个 sigmoid 之前做批量归一化，以及不做的情形"""
    layers, x = deep_layers(rng, (4, 5, 6, 3)), rng.normal(size=(7, 4))
    for bn in (False, True):
        logits, _, _ = parts(student.deep_forward(x, layers, bn, True), *DEEP)
        check_close(logits, reference.deep_forward(x, layers, bn, True)[0])


@points(2.5)
def test_train_deep_gradients(student, reference, rng):
    """the gradients of every layer along random cotangents, with batch normalisation and without
    zh: 沿随机余切向量的各层梯度，有批量归一化和没有的情形"""
    layers, x, dlogits = deep_layers(rng, (4, 5, 6, 3)), rng.normal(size=(7, 4)), rng.normal(size=(7, 3))
    for bn in (False, True):
        _, caches, _ = parts(student.deep_forward(x, layers, bn, True), *DEEP)
        _, wanted_caches, _ = reference.deep_forward(x, layers, bn, True)
        grads = then(student.deep_backward(dlogits, caches), gradients(bn))
        check_close(grads, gradients(bn)(reference.deep_backward(dlogits, wanted_caches)))


@points(4)
def test_train_deep_digits(student):
    """eight sigmoid layers learn the digits with batch normalisation (85 %), and hardly without (at most 40 %)
    zh: 八层 sigmoid 网络：有批量归一化时能学会手写数字（85 %），没有时几乎学不动（不超过 40 %）"""
    X, y, X_test, y_test, layers, batches = digits()
    for bn in (True, False):
        trained = student.train_deep(X, y, layers, bn, batches, 0.2)
        if bn:
            logits, _, _ = parts(student.deep_forward(X[:200], trained, bn, False), *DEEP)
            check_falls(then(logits, lambda logits: [np.log(10), cross_entropy(logits, y[:200])]))
        logits, _, _ = parts(student.deep_forward(X_test, trained, bn, False), *DEEP)
        accuracy = then(logits, lambda logits: float(np.mean(np.argmax(logits, axis=1) == y_test)))
        if bn:
            check_reaches(accuracy, at_least=0.85, good=0.92, excellent=0.95, boss=0.965)
        else:
            check_that(
                accuracy,
                lambda share: share <= 0.40,
                "without batch normalisation at most 40 % are right: the gradient dies on its way down",
                zh="没有批量归一化时正确率不超过 40 %：梯度在回传途中消失了",
            )


def cross_entropy(logits, y):
    """Mean cross-entropy of softmax; log(10) is what ten equal chances cost."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y]))


def digits():
    """1400 digits to learn from, 397 to be asked, eight layers of 32, ten epochs in batches of 50; all fixed."""
    from sklearn.datasets import load_digits

    data, rng = load_digits(), np.random.default_rng(7)
    order = rng.permutation(len(data.target))
    X, y = data.data[order] / 16, data.target[order]
    X = X - X[:1400].mean(axis=0)
    layers = []
    for n_in, n_out in [(64, 32)] + [(32, 32)] * 7:
        W = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)
        zeros, ones = np.zeros(n_out), np.ones(n_out)
        layers.append({"W": W, "gamma": ones, "beta": zeros, "mean": zeros, "var": ones})
    layers.append({"W": rng.normal(size=(32, 10)) / np.sqrt(32), "beta": np.zeros(10)})
    batches = np.concatenate([rng.permutation(1400).reshape(28, 50) for _ in range(10)])
    return X[:1400], y[:1400], X[1400:], y[1400:], layers, batches
