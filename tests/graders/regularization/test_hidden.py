"""Hidden questions on regularisation: other shapes, other strengths, edges."""

import numpy as np

from autograder.checks import (
    check_close,
    check_draws_from,
    check_equal,
    check_gradient,
    check_raises,
    check_that,
    parts,
    then,
)
from autograder.questions import points

from .test_public import GRID, away_from_zero, even_uniforms

# ---------------------------------------------------------------------------------------------------- penalty


@points(2)
def test_penalty_of_both_kinds(student, reference, rng):
    """L1 and L2 together, on tensors of one to four axes
    zh: L1 与 L2 同时使用，张量从一维到四维"""
    params = {
        "kernel": away_from_zero(rng, 4, 3, 2, 5),
        "gain": away_from_zero(rng, 6),
        "W": np.asfortranarray(away_from_zero(rng, 5, 3)),
        "row": away_from_zero(rng, 1, 7),
    }
    check_close(student.penalty(params, 0.3, 0.05, ()), reference.penalty(params, 0.3, 0.05, ()))


@points(1)
def test_penalty_excludes_by_name(student, reference, rng):
    """what is excluded is decided by the whole name, not by its beginning or by the number of axes
    zh: 是否排除取决于完整的名字，而不是名字的开头或维数"""
    params = {
        "b1": away_from_zero(rng, 4),
        "b10": away_from_zero(rng, 3),
        "scale": away_from_zero(rng, 5),
        "embedding": away_from_zero(rng, 6, 2),
        "W": away_from_zero(rng, 3, 4),
    }
    for exclude in (("b1", "embedding"), ("W",)):
        check_close(student.penalty(params, 0.2, 0.3, exclude), reference.penalty(params, 0.2, 0.3, exclude))


def is_subgradient(g, w, l1, l2):
    """Between both slopes of l1 · |w| + l2 · w² at w, which are the same unless w = 0."""
    g, slack = np.asarray(g), 1e-9
    low = np.where(w > 0, l1, -l1) + 2 * l2 * w - slack
    high = np.where(w < 0, -l1, l1) + 2 * l2 * w + slack
    return g.shape == w.shape and bool(np.all((low <= g) & (g <= high)))


@points(1)
def test_penalty_at_zero(student, reference, rng):
    """where a weight is exactly 0, any slope from −l1 to l1 is right, and nothing is NaN
    zh: 权重恰好为 0 时，−l1 到 l1 之间的任何斜率都对，但不能是 NaN"""
    w = away_from_zero(rng, 4, 3)
    w[1:3, 1] = 0.0
    loss, grads = parts(student.penalty({"W": w}, 0.4, 0.1, ()), "loss", "grads")
    check_close(loss, reference.penalty({"W": w}, 0.4, 0.1, ())[0])
    check_that(
        grads,
        lambda g: is_subgradient(g["W"], w, 0.4, 0.1),
        "the gradient is a slope of l1 · |w| + l2 · w² at each weight",
        zh="梯度是 l1 · |w| + l2 · w² 在每个权重处的斜率",
    )


@points(1)
def test_penalty_of_tiny_and_huge_weights(student, reference, rng):
    """the L1 slope is as steep at 1e-9 as at 1e+6
    zh: 权重无论是 1e-9 还是 1e+6，L1 的斜率一样陡"""
    for size in (1e-9, 1e6):
        params = {"W": size * away_from_zero(rng, 3, 5)}
        check_close(student.penalty(params, 0.5, 0.0, ()), reference.penalty(params, 0.5, 0.0, ()))


# ---------------------------------------------------------------------------------------------------- dropout


@points(2)
def test_dropout_at_the_ends_of_p(student, reference, rng):
    """p = 0 changes nothing and p = 1 leaves nothing, forward and backward
    zh: p = 0 什么都不改，p = 1 全部归零，前向和反向都是如此"""
    x, u, v = away_from_zero(rng, 4, 5), even_uniforms(rng, 4, 5), away_from_zero(rng, 4, 5)
    for p, expected_out, expected_dx in ((0.0, x, v), (1.0, np.zeros((4, 5)), np.zeros((4, 5)))):
        out, cache = parts(student.dropout_forward(x, p, u, True), "out", "cache")
        check_close(out, expected_out)
        check_close(student.dropout_backward(v, cache), expected_dx)


@points(2)
def test_dropout_gradient_in_both_modes(student, reference, rng):
    """backward follows the mode of forward: dout itself in evaluation, masked and scaled in training
    zh: 反向与前向的模式一致：测试时就是 dout，训练时要带掩码和缩放"""
    x, u, v = away_from_zero(rng, 2, 3, 5), even_uniforms(rng, 2, 3, 5), away_from_zero(rng, 2, 3, 5)
    for train in (False, True):
        _, cache = parts(student.dropout_forward(x, 0.7, u, train), "out", "cache")
        dx = student.dropout_backward(v, cache)
        check_close(dx, reference.dropout_backward(v, reference.dropout_forward(x, 0.7, u, train)[1]))
        check_gradient(
            dx, of=lambda t, train=train: reference.dropout_forward(t, 0.7, u, train)[0], at=(x,), wrt=0, along=v
        )


@points(1)
def test_dropout_refuses_what_is_no_probability(student, reference, rng):
    """p below 0 or above 1 raises ValueError
    zh: p 小于 0 或大于 1 时抛出 ValueError"""
    x, u = away_from_zero(rng, 2, 3), even_uniforms(rng, 2, 3)
    check_raises(ValueError, student.dropout_forward, x, 1.5, u, True)
    check_raises(ValueError, student.dropout_forward, x, -0.25, u, True)


# --------------------------------------------------------------------------------------------------- ridge_gd


@points(1.5)
def test_ridge_gd_spares_the_bias(student, reference, rng):
    """under a strong penalty the weights vanish and the bias goes to the mean of y
    zh: 惩罚很强时，权重趋近于 0，偏置趋近于 y 的平均值"""
    X, y = rng.normal(size=(30, 3)) + 0.5, 12 + away_from_zero(rng, 30)
    for lam, lr in ((5.0, 0.05), (40.0, 0.01)):
        A = np.column_stack([X, np.ones(30)])
        wb = np.linalg.solve(A.T @ A / 30 + lam * np.diag([1.0, 1.0, 1.0, 0.0]), A.T @ y / 30)
        check_close(student.ridge_gd(X, y, lam, lr, int(30 / lr)), (wb[:-1], wb[-1]))


@points(1)
def test_ridge_gd_on_few_examples(student, reference, rng):
    """one example, and fewer examples than features: the first steps agree
    zh: 只有一个样本，或样本比特征还少：前几步与参考答案一致"""
    for N, D in ((1, 3), (2, 5)):
        X, y = away_from_zero(rng, D, N).T, away_from_zero(rng, N)  # Fortran order
        for steps in (1, 4):
            check_close(student.ridge_gd(X, y, 0.8, 0.03, steps), reference.ridge_gd(X, y, 0.8, 0.03, steps))


# ----------------------------------------------------------------------------------------- label_smoothing_ce


@points(2.5)
def test_label_smoothing_ce_of_large_logits(student, reference, rng):
    """logits of ±1000 give the loss and the gradient that they should, without overflow
    zh: logits 大到 ±1000 时，损失与梯度仍然正确，不溢出"""
    y = rng.integers(0, 4, size=5)
    z = rng.normal(size=(5, 4))
    z[0], z[2] = 1000 * rng.permutation([1.0, -1.0, 0.5, 0.0]), -1000 + rng.normal(size=4)
    z[3] = 40 * rng.permutation([1.0, -1.0, 0.5, 0.0])
    for eps in (0.0, 0.2):
        check_close(student.label_smoothing_ce(z, y, eps), reference.label_smoothing_ce(z, y, eps))


@points(1.5)
def test_label_smoothing_ce_from_hard_to_uniform(student, reference, rng):
    """one example, many classes, and eps up to 1, where the label is forgotten
    zh: 单个样本、类别很多，eps 一直到 1（此时标签不再起作用）"""
    for N, C, eps in ((1, 7, 0.5), (3, 2, 0.9), (4, 11, 1.0)):
        z, y = np.asfortranarray(2 * rng.normal(size=(N, C))), rng.integers(0, C, size=N)
        check_close(student.label_smoothing_ce(z, y, eps), reference.label_smoothing_ce(z, y, eps))


# --------------------------------------------------------------------------------------------- clip_grad_norm


@points(1.5)
def test_clip_grad_norm_of_broken_gradients(student, reference, rng):
    """with a NaN or an Inf among them the gradients come back as they are, and total shows it
    zh: 梯度里有 NaN 或 Inf 时原样返回，并且能从 total 看出来"""
    for broken in (np.nan, np.inf):
        grads = [3 * away_from_zero(rng, 4, 3), 3 * away_from_zero(rng, 5)]
        grads[0][2, 1] = broken
        check_close(student.clip_grad_norm(grads, 1.0), (grads, broken))


@points(1)
def test_clip_grad_norm_of_nothing(student, reference, rng):
    """gradients of zeros, and no gradient at all: nothing changes and total is 0
    zh: 梯度全为 0，或者根本没有梯度：什么都不变，total 为 0"""
    for grads in ([np.zeros((3, 2)), np.zeros(4)], [None, None, np.zeros(2)], [None, None]):
        check_close(student.clip_grad_norm(grads, 1.0), (grads, 0.0))


@points(1)
def test_clip_grad_norm_over_many_scales(student, reference, rng):
    """a huge tensor next to small ones: the same factor acts on all of them
    zh: 巨大的张量与很小的张量并存：所有张量乘的是同一个系数"""
    grads = [1e6 * away_from_zero(rng, 2, 3, 4), away_from_zero(rng, 5), None, 4e5 * away_from_zero(rng, 1, 6)]
    clipped, total = parts(student.clip_grad_norm(grads, 20.0), "clipped", "total")
    expected = reference.clip_grad_norm(grads, 20.0)
    check_close(total, expected[1])
    check_close(clipped, expected[0], rtol=1e-5, because="PyTorch adds 1e-6 to the norm before it divides")


# --------------------------------------------------------------------------------------------- early_stopping


@points(1)
def test_early_stopping_with_ties(student, reference, rng):
    """a loss that only reaches the best one, or only min_delta below it, is no improvement
    zh: 只是追平最好值，或恰好低 min_delta，都不算进步"""
    lift, stretch = rng.integers(300, 400), rng.integers(2, 6)
    losses = (lift + stretch * np.array([10, 8, 8, 9, 8, 6, 4, 1, 3, 2])) * GRID
    for min_delta in (0.0, float(2 * stretch * GRID)):
        check_equal(student.early_stopping(losses, 3, min_delta), reference.early_stopping(losses, 3, min_delta))


@points(1)
def test_early_stopping_on_a_gentle_slope(student, reference, rng):
    """small steps downhill add up until they exceed min_delta
    zh: 一小步一小步的下降会累积，直到超过 min_delta"""
    lift, stretch = rng.integers(300, 400), rng.integers(2, 6)
    losses = (lift + stretch * np.array([60, 45, 52, 44, 42, 38, 36, 34, 32, 31, 30, 29, 28, 5])) * GRID
    min_delta = float(5 * stretch * GRID)
    check_equal(student.early_stopping(losses, 4, min_delta), reference.early_stopping(losses, 4, min_delta))


@points(1)
def test_early_stopping_with_nan(student, reference, rng):
    """an epoch whose loss is NaN counts as one without improvement
    zh: 损失为 NaN 的 epoch 算作没有进步"""
    lift, stretch = rng.integers(300, 400), rng.integers(2, 6)
    losses = (lift + stretch * np.array([10, 8, np.nan, np.nan, 7, 9, np.nan, 9, 2, 4, 5, 6, 1])) * GRID
    for patience in (2, 3):
        check_equal(student.early_stopping(losses, patience, 0.0), reference.early_stopping(losses, patience, 0.0))


# ------------------------------------------------------------------------------------------------------ kfold


@points(1)
def test_kfold_sizes(student, reference, rng):
    """when k does not divide N, fold sizes differ by one at most
    zh: N 不能被 k 整除时，各折的大小最多相差 1"""
    for N, k in ((11, 4), (23, 9), (5, 5), (9, 2)):
        check_that(
            student.kfold(N, k, rng),
            lambda folds, N=N, k=k: (
                sorted(len(val) for _, val in folds) == [N // k] * (k - N % k) + [N // k + 1] * (N % k)
            ),
            f"of {N} examples in {k} folds, each validation set has {N // k} or {N // k + 1}",
            zh=f"{N} 个样本分 {k} 折，每个验证集有 {N // k} 或 {N // k + 1} 个",
        )


@points(0.5)
def test_kfold_draws_from_its_generator(student, rng):
    """the split hangs on the generator: the same state gives the same split, another state another one
    zh: 划分由随机数生成器决定：状态相同则划分相同，状态不同则划分不同"""

    def validation_sets(*folds):
        return [sorted(np.asarray(val).tolist()) for _, val in folds]

    check_draws_from(rng, lambda generator: then(student.kfold(30, 3, generator), validation_sets))


@points(1)
def test_kfold_refuses_impossible_k(student, reference, rng):
    """k below 2 or above N raises ValueError
    zh: k 小于 2 或大于 N 时抛出 ValueError"""
    check_raises(ValueError, student.kfold, 10, 1, rng)
    check_raises(ValueError, student.kfold, 10, 11, rng)


# ------------------------------------------------------------------------------------------------------- init


def spread(W, std, kind):
    """Whether mean, standard deviation and reach are those of draws of that kind, within five standard errors."""
    W, n = np.asarray(W, dtype=float), np.size(W)
    top = np.abs(W).max() / std
    return (
        abs(W.mean()) < 5 * std / np.sqrt(n)
        and abs(W.std() / std - 1) < 5 / np.sqrt(2 * n)
        and np.unique(W).size > 0.9 * n  # float32 draws coincide now and then, copies of a filter always
        and (1.7 < top < 1.7321 if kind.endswith("uniform") else 3.5 < top < 7)
    )


@points(2)
def test_init_weights_of_convolutions(student, reference, rng):
    """a convolution's fans count channels and kernel area
    zh: 卷积层的 fan 要把通道数和卷积核面积都算进去"""
    F, C, KH, KW = 30, 90, 5, 3
    for kind in ("kaiming_normal", "xavier_uniform"):
        std = reference.init_std(C * KH * KW, F * KH * KW, kind)
        check_that(
            student.init_weights((F, C, KH, KW), kind, rng),
            lambda w, std=std, kind=kind: spread(w, std, kind),
            f"40 500 draws with mean 0 and standard deviation {std:.4g}",
            zh=f"40500 个数的均值为 0、标准差为 {std:.4g}",
        )


@points(0.5)
def test_init_weights_draw_from_their_generator(student, rng):
    """the weights hang on the generator: the same state gives the same weights, another state others
    zh: 权重由随机数生成器决定：状态相同则权重相同，状态不同则权重不同"""
    for shape, kind in (((9, 4), "xavier_normal"), ((3, 4, 2, 5), "kaiming_uniform")):
        check_draws_from(rng, lambda generator, shape=shape, kind=kind: student.init_weights(shape, kind, generator))


@points(0.5)
def test_init_refuses_unknown_kinds(student, reference, rng):
    """a kind that is none of the four raises ValueError
    zh: 四种之外的 kind 抛出 ValueError"""
    check_raises(ValueError, student.init_std, 4, 3, "lecun_normal")
    check_raises(ValueError, student.init_weights, (4, 3), "orthogonal", rng)
