"""Optimisation: the hidden questions, other sizes and edges of the same functions."""

import numpy as np

from autograder.checks import check_close, check_equal, check_raises, check_that, parts, then
from autograder.questions import points

from .test_public import ADAM, BACKWARD, BN, DEEP, SCALE, away, backward, deep_layers, square


def rotation(rng, D):
    """Random orthogonal directions as columns."""
    return np.linalg.qr(rng.normal(size=(D, D)))[0]


# O1 critical points


@points(1)
def test_critical_points_tolerance(student, rng):
    """eigenvalues within tol count as zero; a saddle stays one beside a flat direction
    zh: tol 以内的特征值算零；旁边有平坦方向的鞍点仍是鞍点"""
    Q = rotation(rng, 4)
    for eigenvalues, tol, kind in (
        ([200.0, 3.0, 2.0, 1e-3], 1e-2, "degenerate"),
        ([200.0, 3.0, 2.0, 1.2e-2], 1e-2, "min"),
        ([200.0, 3.0, 2.0, 0.8e-2], 1e-2, "degenerate"),
        ([-200.0, -3.0, -2.0, -1e-3], 1e-2, "degenerate"),
        ([-200.0, -3.0, -2.0, -1e-3], 1e-4, "max"),
        ([2.0, 1.0, 1e-3, -1.0], 1e-2, "saddle"),
        ([2.0, 1.0, 1.0, -1e-3], 1e-2, "degenerate"),
        ([2.0, 1.0, 1.0, -1e-3], 1e-4, "saddle"),
    ):
        check_equal(student.critical_point(Q * np.array(eigenvalues) @ Q.T, tol), kind)
    check_equal(student.critical_point(np.diag([3.0, 1.0, 1.2e-8])), "min")
    check_equal(student.critical_point(np.diag([3.0, 1.0, 0.8e-8])), "degenerate")
    check_equal(student.critical_point(np.zeros((3, 3)), 0.0), "degenerate")


@points(1.5)
def test_critical_points_asymmetric(student, reference, rng):
    """a Hessian that is not symmetric, in one dimension and in several
    zh: 不对称的 Hessian，一维和多维"""
    size = rng.uniform(1.0, 2.0)
    check_equal(student.critical_point(size * np.array([[1.0, 0.0], [-4.0, 1.0]])), "saddle")
    check_equal(student.critical_point(size * np.array([[1.0, -4.0], [0.0, 1.0]])), "saddle")
    check_equal(student.critical_point(size * np.array([[1.0, 6.0], [1.0, 2.0]])), "saddle")
    check_equal(student.critical_point(size * np.array([[1.0, 3.0], [-3.0, 1.0]])), "min")
    check_equal(student.critical_point(size * np.array([[-1.0, 3.0], [-3.0, -1.0]])), "max")
    check_equal(student.critical_point(np.array([[size]])), "min")
    Q, turn = rotation(rng, 4), rng.normal(size=(4, 4))
    H = np.asfortranarray(Q * np.array([2.0, 1.0, -1.0, -2.5]) @ Q.T + turn - turn.T)
    check_close(then(student.escape_direction(H), square), square(reference.escape_direction(H)))


@points(0.5)
def test_critical_points_no_way_down(student, rng):
    """where nothing leads down, escape_direction raises ValueError
    zh: 没有向下的方向时，escape_direction 抛出 ValueError"""
    Q = rotation(rng, 3)
    check_raises(ValueError, student.escape_direction, Q * rng.uniform(0.5, 2.0, size=3) @ Q.T)
    check_raises(ValueError, student.escape_direction, np.zeros((2, 2)))


# O2 momentum


@points(1)
def test_momentum_step_edges(student, reference, rng):
    """without gradient the ball coasts, without momentum it is gradient descent, and w may be a number
    zh: 没有梯度时靠惯性滑行，没有动量时就是梯度下降，w 也可以是一个数"""
    w, g, v = (away(rng, 4) for _ in range(3))
    number = tuple(map(np.array, (1.5, -0.5, 0.25)))  # arrays without axes: they have methods, as the others do
    for arguments in ((w, 0 * g, v, 0.2, 0.7), (w, g, v, 0.2, 0.0), (*number, 0.2, 0.7)):
        check_close(student.momentum_step(*arguments), reference.momentum_step(*arguments), names=("w", "v"))


@points(1.5)
def test_momentum_step_nesterov_path(student, reference, rng):
    """six steps of Nesterov's under a learning rate that changes
    zh: 学习率变化时，Nesterov 连续走六步"""
    w, v = away(rng, 3, 2), np.zeros((3, 2))
    for lr in (0.5, 0.1, 0.02, 0.4, 0.01, 0.2):
        g = np.asfortranarray(away(rng, 3, 2))
        expected = reference.momentum_step(w, g, v, lr, 0.7, True)
        check_close(student.momentum_step(w, g, v, lr, 0.7, True), expected, names=("w", "v"))
        w, v = expected


# O3 adaptive rates


TINY = {"names": ("w", "s"), "floor": 1e-20, "because": "the squares of tiny gradients are their own scale"}


@points(2)
def test_adaptive_rates_tiny_gradients(student, reference, rng):
    """gradients as small as eps itself
    zh: 与 eps 一样小的梯度"""
    zeros, g = np.zeros(4), 1e-8 * away(rng, 4)
    for step in ("adagrad_step", "rmsprop_step"):
        expected = getattr(reference, step)(zeros, g, zeros, 0.1)
        check_close(getattr(student, step)(zeros, g, zeros, 0.1), expected, **TINY)


@points(1)
def test_adaptive_rates_zero_gradient(student, reference, rng):
    """a parameter whose gradient has always been zero stays where it is
    zh: 梯度一直为零的参数保持不动"""
    w, s = away(rng, 3), np.zeros(3)
    g = away(rng, 3) * np.array([1.0, 0.0, 1.0])
    for step in ("adagrad_step", "rmsprop_step"):
        check_close(getattr(student, step)(w, g, s, 0.1), getattr(reference, step)(w, g, s, 0.1), names=("w", "s"))


@points(1)
def test_adaptive_rates_sizes(student, reference, rng):
    """each parameter has a rate of its own: gradients from 0.01 to 100, in a matrix
    zh: 每个参数有自己的学习率：矩阵形式，梯度从 0.01 到 100"""
    w, s = away(rng, 2, 4), rng.uniform(0.5, 2.0, size=(2, 4))
    g = np.asfortranarray(away(rng, 2, 4) * 10.0 ** np.array([-2, -1, 1, 2]))
    g[0, 0] = s[0, 0] = 0.0
    for step, options in (("adagrad_step", (1e-3,)), ("rmsprop_step", (0.6, 1e-3))):
        expected = getattr(reference, step)(w, g, s, 0.2, *options)
        check_close(getattr(student, step)(w, g, s, 0.2, *options), expected, names=("w", "s"))


# O4 Adam

TINY_ADAM = {**TINY, "names": ADAM}


@points(2)
def test_adam_tiny_gradients(student, reference, rng):
    """gradients as small as eps itself, first and later
    zh: 与 eps 一样小的梯度，第一步和之后"""
    w, state = np.zeros(4), (np.zeros(4), np.zeros(4), 0)
    g = 1e-8 * away(rng, 4)
    check_close(student.adamw_step(w, g, state), reference.adamw_step(w, g, state), **TINY_ADAM)
    for _ in range(3):
        g = 1e-8 * away(rng, 4)
        expected = reference.adam_step(w, g, state, 0.1)
        check_close(student.adam_step(w, g, state, 0.1), expected, **TINY_ADAM)
        w, state = expected


@points(1)
def test_adam_later(student, reference, rng):
    """a step far from the start, where the correction has all but faded, with eps and the betas given
    zh: 远离起点的一步，修正几乎消失；eps 和两个 β 由参数给定"""
    w, g = np.asfortranarray(away(rng, 2, 3)), away(rng, 2, 3)
    state = away(rng, 2, 3), rng.uniform(0.5, 2.0, size=(2, 3)), int(rng.integers(20, 40))
    for options in ((0.2, 0.7, 0.99, 0.1), ()):
        expected = reference.adam_step(w, g, state, *options)
        check_close(student.adam_step(w, g, state, *options), expected, names=ADAM)


@points(1.5)
def test_adam_decay_alone(student, reference, rng):
    """without gradient only the decay moves the weights; without decay adamw_step is adam_step
    zh: 没有梯度时只有衰减移动权重；没有衰减时 adamw_step 就是 adam_step"""
    w, zeros = away(rng, 4), np.zeros(4)
    state = (zeros, zeros, 0)
    expected = reference.adamw_step(w, zeros, state, 0.1, wd=0.5)
    check_close(student.adamw_step(w, zeros, state, 0.1, wd=0.5), expected, names=ADAM)
    g = away(rng, 4)
    check_close(student.adamw_step(w, g, state, 0.1, wd=0.0), reference.adam_step(w, g, state, 0.1), names=ADAM)


@points(1)
def test_adam_defaults(student, reference, rng):
    """adamw_step by default, on a number and on an array, and with every option given
    zh: adamw_step 的默认参数，数值和数组；以及给定全部参数"""
    for w, g in ((np.array(1.5), np.array(-0.5)), (away(rng, 3), away(rng, 3))):
        state = (np.asarray(0.5 * g), np.asarray(0.5 * g**2), 4)
        for options in ((), (0.2, 0.7, 0.9, 0.05, 0.3)):
            expected = reference.adamw_step(w, g, state, *options)
            check_close(student.adamw_step(w, g, state, *options), expected, names=ADAM)


# O5 learning-rate schedule


@points(1)
def test_lr_schedule_past_the_end(student, reference, rng):
    """from step total on the factor stays: 0, or 1 for "constant"
    zh: 从第 total 步起系数不再变化：0，或 "constant" 的 1"""
    warmup, total = int(rng.integers(3, 6)), int(rng.integers(15, 25))
    for kind in ("constant", "linear", "cosine"):
        for step in (total - 1, total, total + 1, total + 9, 3 * total):
            expected = reference.lr_schedule(step, total, warmup, kind)
            check_close(student.lr_schedule(step, total, warmup, kind), expected, **SCALE)


@points(1)
def test_lr_schedule_without_warmup(student, reference, rng):
    """with warmup = 0 the factor starts at 1
    zh: warmup = 0 时系数从 1 开始"""
    total = int(rng.integers(15, 25))
    for kind in ("constant", "linear", "cosine"):
        for step in (0, 1, total // 2, total):
            expected = reference.lr_schedule(step, total, 0, kind)
            check_close(student.lr_schedule(step, total, 0, kind), expected, **SCALE)
    check_close(student.lr_schedule(0, total), 1.0)


@points(0.5)
def test_lr_schedule_unknown_kind(student):
    """a kind that does not exist raises ValueError
    zh: 不存在的 kind 抛出 ValueError"""
    check_raises(ValueError, student.lr_schedule, 7, 20, 5, "cosin")
    check_raises(ValueError, student.lr_schedule, 2, 20, 5, "exponential")


# O6, O7 batch normalisation


def batch(rng, N, D):
    """x (Fortran order), gamma, beta, running_mean, running_var with scales of their own in each column."""
    x = np.asfortranarray(away(rng, D) + rng.normal(size=(N, D)) * rng.uniform(0.5, 2.0, size=D))
    return x, away(rng, D), away(rng, D), away(rng, D), rng.uniform(0.5, 2.0, size=D)


@points(1)
def test_batchnorm_forward_offset(student, reference, rng):
    """columns far from zero, with eps given
    zh: 远离零的列，eps 由参数给定"""
    x, *rest = batch(rng, 9, 3)
    x = x + 20 * away(rng, 3)
    out, _, mean, var = parts(student.batchnorm_forward(x, *rest, 0.2, 0.05), *BN)
    wanted, _, wanted_mean, wanted_var = reference.batchnorm_forward(x, *rest, 0.2, 0.05)
    check_close(out, wanted)
    check_close(mean, wanted_mean)
    check_close(var, wanted_var)


@points(1)
def test_batchnorm_forward_one_example_in_use(student, reference, rng):
    """with train=False a single example is enough, also when the running variance is tiny
    zh: train=False 时一个样本就够，滑动方差极小时也一样"""
    x, gamma, beta, mean, var = batch(rng, 1, 5)
    var = var * np.array([1.0, 1e-5, 1.0, 1e-6, 1e-4])
    answers = parts(student.batchnorm_forward(x, gamma, beta, mean, var, train=False), *BN)
    wanted = reference.batchnorm_forward(x, gamma, beta, mean, var, train=False)
    for place in (0, 2, 3):
        check_close(answers[place], wanted[place])


@points(0.5)
def test_batchnorm_forward_one_example_in_training(student, rng):
    """in training a single example has no variance: ValueError
    zh: 训练时单个样本没有方差：ValueError"""
    check_raises(ValueError, student.batchnorm_forward, *batch(rng, 1, 3))


@points(1)
def test_batchnorm_forward_several_batches(student, reference, rng):
    """running statistics over four batches, then in use
    zh: 滑动统计量经过四批数据，然后用于推理"""
    x, gamma, beta, _, _ = batch(rng, 6, 3)
    mean, var = np.zeros(3), np.ones(3)
    yours = ours = (mean, var)
    for N in (2, 5, 3, 7):
        x = batch(rng, N, 3)[0]
        _, _, *yours = parts(student.batchnorm_forward(x, gamma, beta, *yours, 0.4), *BN)
        _, _, *ours = reference.batchnorm_forward(x, gamma, beta, *ours, 0.4)
        for answer, expected in zip(yours, ours, strict=True):
            check_close(answer, expected)
    out, _, _, _ = parts(student.batchnorm_forward(x, gamma, beta, *yours, train=False), *BN)
    check_close(out, reference.batchnorm_forward(x, gamma, beta, *ours, train=False)[0])


@points(2)
def test_batchnorm_backward_low_variance(student, reference, rng):
    """columns with a standard deviation near 0.003, where eps weighs as much as the variance
    zh: 标准差约为 0.003 的列，eps 与方差同等重要"""
    x, *rest = batch(rng, 8, 4)
    x, dout = 3e-3 * rng.normal(size=(8, 4)), rng.normal(size=(8, 4))
    check_close(backward(student, dout, x, *rest), backward(reference, dout, x, *rest), names=BACKWARD)


@points(1)
def test_batchnorm_backward_shift_is_undone(student, rng):
    """dx adds up to zero in each column: shifting all examples alike changes nothing
    zh: dx 每一列之和为零：所有样本一起平移不改变输出"""
    arguments, dout = batch(rng, 6, 4), 2 + rng.normal(size=(6, 4))
    dx, _, _ = parts(backward(student, dout, *arguments), *BACKWARD)
    check_that(
        dx,
        lambda dx: (
            np.shape(dx) == (6, 4)
            and np.all(abs(dx.sum(axis=0)) <= 1e-5 * abs(dx).max())
            and np.all(abs(dx).max(axis=0) > 1e-3)
        ),
        "each column of dx adds up to zero, without being zero",
        zh="dx 的每一列之和为零，而本身不为零",
    )


@points(2)
def test_batchnorm_backward_two_cotangents(student, reference, rng):
    """two cotangents and their sum, on three examples in Fortran order
    zh: 两个余切向量及其和，三个样本，Fortran 内存顺序"""
    arguments = batch(rng, 3, 7)
    u, v = rng.normal(size=(3, 7)), np.asfortranarray(rng.normal(size=(3, 7)))
    for dout in (u, v, 2 * u - 3 * v):
        check_close(backward(student, dout, *arguments), backward(reference, dout, *arguments), names=BACKWARD)


# O8 a deep sigmoid network


@points(1.5)
def test_train_deep_statistics(student, reference, rng):
    """training gathers running statistics, and train=False uses them
    zh: 训练时积累滑动统计量，train=False 时使用它们"""
    layers, x = deep_layers(rng, (3, 6, 4, 5)), rng.normal(size=(8, 3))
    _, _, updated = parts(student.deep_forward(x, layers, True, True), *DEEP)
    _, _, wanted = reference.deep_forward(x, layers, True, True)
    check_close(then(updated, statistics), statistics(wanted))
    for bn in (True, False):
        logits, _, kept = parts(student.deep_forward(x[:3], wanted, bn, False), *DEEP)
        check_close(logits, reference.deep_forward(x[:3], wanted, bn, False)[0])
        check_close(then(kept, statistics), statistics(wanted))


def statistics(layers):
    """Running mean and variance of each hidden layer."""
    return [[layer[name] for name in ("mean", "var")] for layer in layers[:-1]]


@points(1.5)
def test_train_deep_more_layers(student, reference, rng):
    """forward and backward through five hidden layers, and through none
    zh: 穿过五个隐藏层，以及没有隐藏层时的前向和反向传播"""
    for sizes in ((3, 4, 5, 6, 4, 5, 2), (4, 3)):
        layers, x, dlogits = deep_layers(rng, sizes), rng.normal(size=(6, sizes[0])), rng.normal(size=(6, sizes[-1]))
        for bn in (False, True):
            logits, caches, _ = parts(student.deep_forward(x, layers, bn, True), *DEEP)
            wanted, wanted_caches, _ = reference.deep_forward(x, layers, bn, True)
            check_close(logits, wanted)
            grads = then(student.deep_backward(dlogits, caches), first_and_last)
            check_close(grads, first_and_last(reference.deep_backward(dlogits, wanted_caches)))


def first_and_last(grads):
    """Gradients of W and beta in the first and the last layer."""
    return [[grad["W"], grad["beta"]] for grad in (grads[0], grads[-1])]
