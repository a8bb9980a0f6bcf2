"""Public questions on regularisation: students run these, offline."""

import numpy as np

from autograder.checks import (
    check_close,
    check_equal,
    check_gradient,
    check_shape,
    check_that,
    check_unchanged,
    parts,
    then,
)
from autograder.data import diabetes
from autograder.questions import points


def away_from_zero(rng, *dims):
    """Entries of either sign with a magnitude from 0.1 to 2: no kink and no vanishing weight by accident."""
    return rng.choice([-1.0, 1.0], size=dims) * rng.uniform(0.1, 2.0, size=dims)


def even_uniforms(rng, *dims):
    """A shuffled even grid on (0, 1): a share p falls below p exactly, whatever the seed."""
    size = int(np.prod(dims))
    return ((rng.permutation(size) + 0.5) / size).reshape(dims)


# ---------------------------------------------------------------------------------------------------- penalty


@points(1.5)
def test_penalty_contract(student, reference, rng):
    """penalty gives a number and a gradient for every parameter, and leaves the parameters as they are
    zh: penalty 返回一个数，以及每个参数的梯度；不改动传入的参数"""
    params = {"W": away_from_zero(rng, 5, 3), "b": away_from_zero(rng, 3)}
    check_shape(student.penalty(params, 0.1, 0.2, ("b",)), reference.penalty(params, 0.1, 0.2, ("b",)))
    check_unchanged(student.penalty, params, 0.1, 0.2, ("b",))


@points(2.5)
def test_penalty_l2_alone(student, reference, rng):
    """with l1 = 0 the penalty is l2 · Σw², with its gradient
    zh: l1 = 0 时，惩罚为 l2 · Σw²，梯度与之对应"""
    params = {"W1": away_from_zero(rng, 4, 3), "W2": away_from_zero(rng, 3, 2)}
    check_close(student.penalty(params, 0.0, 0.3, ()), reference.penalty(params, 0.0, 0.3, ()))


@points(2.5)
def test_penalty_l1_alone(student, reference, rng):
    """with l2 = 0 the penalty is l1 · Σ|w|, with its gradient
    zh: l2 = 0 时，惩罚为 l1 · Σ|w|，梯度与之对应"""
    params = {"W1": away_from_zero(rng, 4, 3), "W2": away_from_zero(rng, 3, 2)}
    check_close(student.penalty(params, 0.7, 0.0, ()), reference.penalty(params, 0.7, 0.0, ()))


@points(2.5)
def test_penalty_of_what_is_not_excluded(student, reference, rng):
    """excluded parameters add nothing to the loss and have a gradient of zeros
    zh: 被排除的参数不进入损失，梯度全为 0"""
    params = {
        "W1": away_from_zero(rng, 4, 3),
        "b1": away_from_zero(rng, 3),
        "W2": away_from_zero(rng, 3, 2),
        "b2": away_from_zero(rng, 2),
    }
    exclude = ("b1", "b2")
    check_close(student.penalty(params, 0.2, 0.3, exclude), reference.penalty(params, 0.2, 0.3, exclude))


# ---------------------------------------------------------------------------------------------------- dropout


@points(1.5)
def test_dropout_contract(student, reference, rng):
    """dropout keeps the dims of x on the way forward and backward, and leaves its arguments as they are
    zh: dropout 前向、反向都保持 x 的形状，不改动传入的参数"""
    x, u, dout = away_from_zero(rng, 4, 5), even_uniforms(rng, 4, 5), away_from_zero(rng, 4, 5)
    out, cache = parts(student.dropout_forward(x, 0.3, u, True), "out", "cache")
    check_shape(out, x)
    check_shape(student.dropout_backward(dout, cache), x)
    check_unchanged(student.dropout_forward, x, 0.3, u, True)
    check_unchanged(student.dropout_backward, dout, cache)


@points(3)
def test_dropout_in_training(student, reference, rng):
    """in training, entries with mask_u < p become 0 and the others grow
    zh: 训练时，mask_u < p 的元素变成 0，其余的按比例放大"""
    x, u = away_from_zero(rng, 6, 7), even_uniforms(rng, 6, 7)
    for p in (2 / 7, 5 / 7):  # 12 and 30 of 42: neither a half nor whole rows
        out, _ = parts(student.dropout_forward(x, p, u, True), "out", "cache")
        check_close(out, reference.dropout_forward(x, p, u, True)[0])


@points(2)
def test_dropout_in_evaluation(student, reference, rng):
    """in evaluation out = x, with or without uniforms
    zh: 测试时 out = x，不管有没有传入均匀随机数"""
    x, u = away_from_zero(rng, 4, 5), even_uniforms(rng, 4, 5)
    for uniforms in (u, None):
        out, _ = parts(student.dropout_forward(x, 0.3, uniforms, False), "out", "cache")
        check_close(out, x)


@points(2)
def test_dropout_of_other_shapes(student, reference, rng):
    """each entry is dropped on its own, forward and backward, in images, in a single example, in Fortran order
    zh: 前向和反向都逐元素丢弃：图像、单个样本、Fortran 顺序的数组都一样"""
    for dims, p in (((3, 2, 7, 4), 5 / 6), ((1, 15), 0.2), ((7,), 3 / 7)):  # 1 - p is no axis's length in disguise
        x, u, v = np.asfortranarray(away_from_zero(rng, *dims)), even_uniforms(rng, *dims), away_from_zero(rng, *dims)
        expected, factor = reference.dropout_forward(x, p, u, True)
        out, cache = parts(student.dropout_forward(x, p, u, True), "out", "cache")
        check_close(out, expected)
        check_close(student.dropout_backward(v, cache), reference.dropout_backward(v, factor))


@points(1.5)
def test_dropout_keeps_the_mean(student, reference, rng):
    """over evenly spread uniforms, training and evaluation have the same mean
    zh: 当随机数均匀铺开时，训练与测试的输出均值相同"""
    ones, u = np.ones((7, 9)), even_uniforms(rng, 7, 9)
    for train in (True, False):
        out, _ = parts(student.dropout_forward(ones, 20 / 63, u, train), "out", "cache")
        check_close(then(out, np.mean), 1.0)


@points(3)
def test_dropout_gradient(student, reference, rng):
    """dropout_backward is the derivative of dropout_forward in training
    zh: 训练时，dropout_backward 是 dropout_forward 的导数"""
    x, u, v = away_from_zero(rng, 6, 7), even_uniforms(rng, 6, 7), away_from_zero(rng, 6, 7)
    for p in (2 / 7, 5 / 7):
        _, cache = parts(student.dropout_forward(x, p, u, True), "out", "cache")
        dx = student.dropout_backward(v, cache)
        check_close(dx, reference.dropout_backward(v, reference.dropout_forward(x, p, u, True)[1]))
        check_gradient(dx, of=lambda t, p=p: reference.dropout_forward(t, p, u, True)[0], at=(x,), wrt=0, along=v)


# --------------------------------------------------------------------------------------------------- ridge_gd


def line_with_noise(rng, N, D, bias=1.5):
    """Features whose means are not zero, and targets from a noisy linear model."""
    X = rng.normal(size=(N, D)) + np.linspace(0.2, 0.8, D)
    return X, X @ away_from_zero(rng, D) + bias + 0.3 * rng.normal(size=N)


def ridge_minimum(X, y, lam):
    """Where the gradient of mean((Xw + b − y)²) + lam · ‖w‖² vanishes: one linear system for (w, b)."""
    N, D = X.shape
    A = np.column_stack([X, np.ones(N)])
    wb = np.linalg.solve(A.T @ A / N + lam * np.diag([1.0] * D + [0.0]), A.T @ y / N)
    return wb[:-1], wb[-1]


@points(1)
def test_ridge_gd_contract(student, reference, rng):
    """ridge_gd gives (w, b) with w (D,), zeros after no step at all, and leaves X and y as they are
    zh: ridge_gd 返回 (w, b)，w 的形状为 (D,)；一步不走时全为 0；不改动 X 和 y"""
    X, y = line_with_noise(rng, 7, 3)
    check_shape(student.ridge_gd(X, y, 0.1, 0.05, 2), (np.zeros(3), 0.0))
    check_close(student.ridge_gd(X, y, 0.1, 0.05, 0), (np.zeros(3), 0.0))
    check_unchanged(student.ridge_gd, X, y, 0.1, 0.05, 2)


@points(3)
def test_ridge_gd_first_steps(student, reference, rng):
    """after one, two and three steps ridge_gd stands where gradient descent stands
    zh: 走一步、两步、三步之后，ridge_gd 的位置与梯度下降一致"""
    X, y = line_with_noise(rng, 9, 4)
    for steps in (1, 2, 3):
        check_close(student.ridge_gd(X, y, 0.4, 0.07, steps), reference.ridge_gd(X, y, 0.4, 0.07, steps))


@points(2.5)
def test_ridge_gd_reaches_the_minimum(student, reference, rng):
    """after many steps ridge_gd has reached the closed form
    zh: 步数足够多时，ridge_gd 收敛到闭式解"""
    X, y = line_with_noise(rng, 40, 3)
    check_close(student.ridge_gd(X, y, 0.5, 0.1, 600), ridge_minimum(X, y, 0.5))


@points(1.5)
def test_ridge_gd_without_penalty(student, reference, rng):
    """with lam = 0 ridge_gd finds the least squares fit
    zh: lam = 0 时，ridge_gd 得到最小二乘解"""
    X, y = line_with_noise(rng, 60, 2)
    check_close(student.ridge_gd(X, y, 0.0, 0.1, 800), ridge_minimum(X, y, 0.0))


@points(1.5)
def test_ridge_gd_on_diabetes(student, reference):
    """on the diabetes data ridge_gd reaches the closed form for a weak and a strong penalty
    zh: 在糖尿病数据集上，惩罚弱或强，ridge_gd 都收敛到闭式解"""
    X, y = diabetes()
    X, y = X / X.std(axis=0), y / y.std()
    for lam in (0.2, 1.0):
        check_close(student.ridge_gd(X, y, lam, 0.15, 800), ridge_minimum(X, y, lam))


# ----------------------------------------------------------------------------------------- label_smoothing_ce


@points(1)
def test_label_smoothing_ce_contract(student, reference, rng):
    """label_smoothing_ce gives a number and a gradient like z, and leaves its arguments as they are
    zh: label_smoothing_ce 返回一个数和形状同 z 的梯度，不改动传入的参数"""
    z, y = rng.normal(size=(5, 4)), rng.integers(0, 4, size=5)
    check_shape(student.label_smoothing_ce(z, y, 0.1), (0.0, z))
    check_unchanged(student.label_smoothing_ce, z, y, 0.1)


@points(3)
def test_label_smoothing_ce_loss(student, reference, rng):
    """the loss is the mean cross-entropy against the smoothed labels
    zh: 损失是对平滑标签的交叉熵的平均值"""
    z, y = 2 * rng.normal(size=(6, 4)), rng.integers(0, 4, size=6)
    for eps in (0.1, 0.3):
        loss, _ = parts(student.label_smoothing_ce(z, y, eps), "loss", "dz")
        check_close(loss, reference.label_smoothing_ce(z, y, eps)[0])


@points(3)
def test_label_smoothing_ce_gradient(student, reference, rng):
    """dz is the derivative of the loss with respect to the logits
    zh: dz 是损失对 logits 的导数"""
    z, y = 2 * rng.normal(size=(6, 4)), rng.integers(0, 4, size=6)
    for eps in (0.1, 0.3):
        _, dz = parts(student.label_smoothing_ce(z, y, eps), "loss", "dz")
        check_close(dz, reference.label_smoothing_ce(z, y, eps)[1])
        check_gradient(dz, of=lambda t, eps=eps: reference.label_smoothing_ce(t, y, eps)[0], at=(z,), wrt=0, along=1.0)


@points(1)
def test_label_smoothing_ce_with_hard_labels(student, reference, rng):
    """with eps = 0 it is the ordinary cross-entropy
    zh: eps = 0 时就是普通的交叉熵"""
    z, y = 2 * rng.normal(size=(5, 3)), rng.integers(0, 3, size=5)
    check_close(student.label_smoothing_ce(z, y, 0.0), reference.label_smoothing_ce(z, y, 0.0))


# --------------------------------------------------------------------------------------------- clip_grad_norm

SLACK = "PyTorch adds 1e-6 to the norm before it divides, which is right too; all norms here are at least 1"


@points(1)
def test_clip_grad_norm_contract(student, reference, rng):
    """clip_grad_norm gives a list as long as the one it got, and a number; its argument stays as it is
    zh: clip_grad_norm 返回等长的列表和一个数，不改动传入的梯度"""
    grads = [3 * away_from_zero(rng, 4, 3), 3 * away_from_zero(rng, 3), 3 * away_from_zero(rng, 3, 2)]
    check_shape(student.clip_grad_norm(grads, 1.0), reference.clip_grad_norm(grads, 1.0))
    check_unchanged(student.clip_grad_norm, [3 * away_from_zero(rng, 5, 2), 3 * away_from_zero(rng, 5, 2)], 1.0)


@points(3.5)
def test_clip_grad_norm_of_long_gradients(student, reference, rng):
    """gradients with a global norm above max_norm are scaled down to it, all by one factor
    zh: 全局范数超过 max_norm 时，所有梯度按同一系数缩小到 max_norm"""
    grads = [5 * away_from_zero(rng, 4, 3), 0.5 * away_from_zero(rng, 3), away_from_zero(rng, 3, 2)]
    for max_norm in (0.8, 1.7):
        clipped, _ = parts(student.clip_grad_norm(grads, max_norm), "clipped", "total")
        check_close(clipped, reference.clip_grad_norm(grads, max_norm)[0], rtol=1e-5, because=SLACK)


@points(2.5)
def test_clip_grad_norm_of_short_gradients(student, reference, rng):
    """gradients with a global norm below max_norm stay as they are
    zh: 全局范数小于 max_norm 时，梯度保持不变"""
    grads = [away_from_zero(rng, 4, 3), away_from_zero(rng, 3)]
    clipped, _ = parts(student.clip_grad_norm(grads, 100.0), "clipped", "total")
    check_close(clipped, grads)


@points(2)
def test_clip_grad_norm_total(student, reference, rng):
    """total is the Euclidean norm of all gradients together, before clipping
    zh: total 是裁剪之前全部梯度合在一起的欧几里得范数"""
    grads = [3 * away_from_zero(rng, 4, 3), away_from_zero(rng, 5)]
    for max_norm in (1.0, 100.0):
        _, total = parts(student.clip_grad_norm(grads, max_norm), "clipped", "total")
        check_close(total, reference.clip_grad_norm(grads, max_norm)[1])


@points(1.5)
def test_clip_grad_norm_without_some_gradients(student, reference, rng):
    """a parameter without gradient keeps its place and its None
    zh: 没有梯度的参数仍占一个位置，值仍为 None"""
    grads = [3 * away_from_zero(rng, 4, 3), None, 2 * away_from_zero(rng, 3)]
    for max_norm in (1.5, 100.0):
        expected = reference.clip_grad_norm(grads, max_norm)
        check_close(student.clip_grad_norm(grads, max_norm), expected, rtol=1e-5, because=SLACK)


# --------------------------------------------------------------------------------------------- early_stopping

GRID = 1 / 64  # losses on a grid of powers of two: sums and differences are exact, ties are ties


def curve(rng, *levels):
    """Losses at the given levels, lifted and stretched at random; the order and the ties of the levels stay."""
    lift, stretch = rng.integers(300, 400), rng.integers(2, 6)
    return (lift + stretch * np.array(levels)) * GRID


@points(1)
def test_early_stopping_contract(student, reference, rng):
    """early_stopping gives two whole numbers that are epochs, and leaves the losses as they are
    zh: early_stopping 返回两个整数（epoch 编号），不改动传入的损失"""
    losses = curve(rng, 9, 6, 4, 5, 7, 8, 9)
    check_equal(student.early_stopping(losses, 2, 0.0), reference.early_stopping(losses, 2, 0.0))
    check_unchanged(student.early_stopping, losses, 2, 0.0)


@points(1.5)
def test_early_stopping_on_a_valley(student, reference, rng):
    """the loss falls, then rises: keep the bottom, stop when the patience has run out
    zh: 损失先降后升：保留谷底，耐心耗尽时停下"""
    bottom = 3 * int(rng.integers(2, 6))
    losses = curve(rng, *range(20, bottom, -3), *range(bottom, bottom + 6), 1)  # a late low that training never sees
    for patience in (1, 2, 4):
        check_equal(student.early_stopping(losses, patience, 0.0), reference.early_stopping(losses, patience, 0.0))


@points(2)
def test_early_stopping_on_a_bumpy_road(student, reference, rng):
    """only epochs in a row without a new best wear out the patience
    zh: 只有连续没有刷新最好值的 epoch，才会消耗耐心"""
    losses = curve(rng, 20, 15, 17, 16, 12, 14, 10, 13, 9, 12, 11, 10, 14, 8, 3, 5, 4)
    for patience in (3, 2):
        check_equal(student.early_stopping(losses, patience, 0.0), reference.early_stopping(losses, patience, 0.0))


@points(1)
def test_early_stopping_that_never_stops(student, reference, rng):
    """with the patience never exhausted, training runs to the last epoch
    zh: 耐心一直没有耗尽时，训练进行到最后一个 epoch"""
    losses = curve(rng, 12, 10, 11, 8, 7, 5, 6, 7)
    check_equal(student.early_stopping(losses, 4, 0.0), reference.early_stopping(losses, 4, 0.0))


@points(1.5)
def test_early_stopping_with_min_delta(student, reference, rng):
    """an epoch must be better by more than min_delta to count
    zh: 必须好过 min_delta 以上，才算有进步"""
    stretch = rng.integers(2, 6)
    losses = (rng.integers(300, 400) + stretch * np.array([30, 20, 17, 18, 10, 9, 8, 11, 12, 1])) * GRID
    for min_delta in (0.0, float(5 * stretch * GRID)):
        check_equal(student.early_stopping(losses, 3, min_delta), reference.early_stopping(losses, 3, min_delta))


# ------------------------------------------------------------------------------------------------------ kfold


def everything(folds):
    """All validation indices, fold after fold."""
    return np.concatenate([np.asarray(val) for _, val in folds])


@points(1)
def test_kfold_contract(student, reference, rng):
    """kfold gives k pairs (train, val) of whole numbers from 0 to N − 1
    zh: kfold 返回 k 对 (train, val)，都是 0 到 N − 1 的整数"""
    check_that(
        student.kfold(12, 3, rng),
        lambda folds: (
            len(folds) == 3
            and all(len(pair) == 2 for pair in folds)
            and all(np.asarray(i).dtype.kind in "iu" and np.asarray(i).ndim == 1 for pair in folds for i in pair)
            and all(np.min(i) >= 0 and np.max(i) < 12 for pair in folds for i in pair)
        ),
        "three pairs of 1-D index arrays with entries from 0 to 11",
        zh="返回三对一维下标数组，元素在 0 到 11 之间",
    )


@points(2)
def test_kfold_validates_each_example_once(student, reference, rng):
    """over all folds each example is in a validation set exactly once
    zh: 所有折合起来，每个样本恰好当一次验证样本"""
    for N, k in ((12, 4), (23, 5)):
        check_that(
            student.kfold(N, k, rng),
            lambda folds, N=N: np.array_equal(np.sort(everything(folds)), np.arange(N)),
            "the validation sets together hold each index exactly once",
            zh="各验证集合起来，每个下标恰好出现一次",
        )


@points(1.5)
def test_kfold_trains_on_the_rest(student, reference, rng):
    """each training set is what its validation set leaves over
    zh: 每个训练集正好是验证集以外的全部样本"""
    check_that(
        student.kfold(100, 3, rng),
        lambda folds: (
            len(folds) == 3 and all(np.array_equal(np.sort(np.r_[train, val]), np.arange(100)) for train, val in folds)
        ),
        "train and val of a pair together hold each index exactly once",
        zh="每一对 train 与 val 合起来，每个下标恰好出现一次",
    )
    check_that(
        student.kfold(100, 3, rng),
        lambda folds: len(folds) == 3 and all(len(train) > len(val) for train, val in folds),
        "train is the larger one of a pair",
        zh="每一对中 train 比 val 大",
    )


@points(1)
def test_kfold_shuffles(student, reference, rng):
    """which example falls into which fold is random
    zh: 哪个样本落在哪一折是随机的"""
    check_that(
        student.kfold(60, 3, rng),
        lambda folds: len(folds) == 3 and all(len(set(np.sort(val)[1:] - np.sort(val)[:-1])) > 1 for _, val in folds),
        "no validation set is a block of neighbours, nor every third example",
        zh="验证集既不是连续的一段，也不是每隔几个取一个",
    )


# ------------------------------------------------------------------------------------------------------- init

KINDS = ("xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal")


@points(1)
def test_init_contract(student, reference, rng):
    """init_std gives a number, init_weights an array of floats of the shape asked for
    zh: init_std 返回一个数，init_weights 返回指定形状的浮点数组"""
    for kind in KINDS:
        check_shape(student.init_std(6, 5, kind), 0.5)
        check_shape(student.init_weights((6, 5), kind, rng), np.zeros((6, 5)))
        check_shape(student.init_weights((6, 5, 3, 2), kind, rng), np.zeros((6, 5, 3, 2)))


@points(2)
def test_init_std_of_xavier(student, reference, rng):
    """Xavier's standard deviation weighs both fans alike
    zh: Xavier 的标准差对两侧的 fan 一视同仁"""
    fan_in, fan_out = int(rng.integers(5, 40)), int(rng.integers(50, 400))
    for kind in ("xavier_uniform", "xavier_normal"):
        check_close(student.init_std(fan_in, fan_out, kind), reference.init_std(fan_in, fan_out, kind))


@points(2)
def test_init_std_of_kaiming(student, reference, rng):
    """Kaiming's standard deviation keeps the second moment through a layer with ReLU
    zh: Kaiming 的标准差使二阶矩经过带 ReLU 的一层后保持不变"""
    fan_in, fan_out = int(rng.integers(5, 40)), int(rng.integers(50, 400))
    for kind in ("kaiming_uniform", "kaiming_normal"):
        check_close(student.init_std(fan_in, fan_out, kind), reference.init_std(fan_in, fan_out, kind))


def looks(W, std, kind):
    """Whether 40 000 weights or more look like draws of that kind: five standard errors on each statistic."""
    W, n = np.asarray(W, dtype=float), np.size(W)
    if abs(W.mean()) > 5 * std / np.sqrt(n) or abs(W.std() / std - 1) > 5 / np.sqrt(2 * n):
        return False
    if np.unique(W).size < 0.9 * n:  # float32 draws coincide now and then, copies of a row always
        return False
    share, expected = np.mean(np.abs(W) > 1.5 * std), {"uniform": 1 - np.sqrt(3) / 2, "normal": 0.133614}
    expected = expected[kind.split("_")[1]]
    if abs(share - expected) > 5 * np.sqrt(expected * (1 - expected) / n):
        return False
    top = np.abs(W).max() / std
    return 1.7 < top < 1.7321 if kind.endswith("uniform") else 3.5 < top < 7


@points(2)
def test_init_weights_that_are_normal(student, reference, rng):
    """the normal kinds draw weights with mean 0, the standard deviation asked for, and a normal's tails
    zh: normal 类的权重：均值 0、标准差正确，尾部符合正态分布"""
    for kind in ("xavier_normal", "kaiming_normal"):
        W = student.init_weights((100, 400), kind, rng)
        std = reference.init_std(100, 400, kind)
        check_that(
            W,
            lambda w, std=std, kind=kind: looks(w, std, kind),
            f"40 000 draws look normal with mean 0 and standard deviation {std:.4g}",
            zh=f"4 万个数看上去服从均值 0、标准差 {std:.4g} 的正态分布",
        )


@points(2)
def test_init_weights_that_are_uniform(student, reference, rng):
    """the uniform kinds draw weights with mean 0 and the standard deviation asked for, up to a sharp bound
    zh: uniform 类的权重：均值 0、标准差正确，并且有明确的边界"""
    for kind in ("xavier_uniform", "kaiming_uniform"):
        W = student.init_weights((100, 400), kind, rng)
        std = reference.init_std(100, 400, kind)
        check_that(
            W,
            lambda w, std=std, kind=kind: looks(w, std, kind),
            f"40 000 draws look uniform with mean 0 and standard deviation {std:.4g}",
            zh=f"4 万个数看上去服从均值 0、标准差 {std:.4g} 的均匀分布",
        )
