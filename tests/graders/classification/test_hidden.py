"""Hidden questions on classification: other shapes, edges and scales."""

import numpy as np

from autograder.checks import check_close, check_equal, check_that, parts, then
from autograder.questions import points

from .test_public import dyadic, examples, labels, linear, soft_targets

# --- softmax


@points(1)
def test_softmax_blocks_and_layouts(student, reference, rng):
    """softmax on a block and on a column-major array
    zh: 多维数组与列优先存储的数组"""
    block, column_major = rng.normal(size=(2, 3, 4)), np.asfortranarray(rng.normal(size=(4, 6)))
    check_close(student.softmax(block), reference.softmax(block))
    check_close(student.softmax(column_major), reference.softmax(column_major))


@points(1.5)
def test_softmax_low_rows(student, reference, rng):
    """softmax of rows far from zero: high, low, and a low one beside an ordinary one
    zh: 远离零的行：很高、很低，以及很低的行与普通的行在一起"""
    for levels in ([1000.0, 999.0], [-30.0, 0.0], [-2000.0, -2001.0], [-2000.0, 0.0]):
        z = np.array(levels)[:, None] + dyadic(rng, (2, 3))
        check_close(student.softmax(z), reference.softmax(z))


# --- logsumexp, log_softmax


@points(1.5)
def test_log_space_infinities(student, reference, rng):
    """logsumexp of -inf alone, of -inf among numbers, and of +inf
    zh: logsumexp 遇到全为 -inf、夹有 -inf、以及 +inf 的情形"""
    z = dyadic(rng, (3, 4))
    z[0, 1] = -np.inf
    check_close(student.logsumexp(z), reference.logsumexp(z))
    z[1], z[2, 3] = -np.inf, np.inf
    check_close(student.logsumexp(z), reference.logsumexp(z))


@points(1.5)
def test_log_space_logits_far_apart(student, reference, rng):
    """log_softmax where a probability underflows, and rows far below others, or alone
    zh: 概率下溢时的 log_softmax，以及比其他行低很多的行、只有一行的情形"""
    z = np.array([[0.0, -60.0, -50.0], [40.0, 0.0, 0.0]]) + dyadic(rng, (2, 3))
    check_close(student.log_softmax(z), reference.log_softmax(z))
    z = np.array([[0.0, -1000.0, 1000.0], [-2000.0, -2000.0, -2001.0]]) + dyadic(rng, (2, 3))
    check_close(student.logsumexp(z), reference.logsumexp(z))
    check_close(student.logsumexp(z[:1]), reference.logsumexp(z[:1]))
    check_close(student.log_softmax(z), reference.log_softmax(z))


# --- one_hot, smooth_labels


@points(1)
def test_labels_missing_class_and_small_dtype(student, reference, rng):
    """one_hot when the last class is missing and the labels are uint8
    zh: 缺少最后一类、标签为 uint8 时的 one_hot"""
    y = labels(rng, 9, 4).astype(np.uint8)  # classes 0 to 3 of 6
    check_close(then(student.one_hot(y, 6), lambda t: np.asarray(t) * 1.0), reference.one_hot(y, 6))


@points(1)
def test_labels_smoothing_edges(student, reference, rng):
    """smooth_labels with eps = 0, with eps = 1, and for two classes
    zh: eps = 0、eps = 1 以及只有两类时的 smooth_labels"""
    y = labels(rng, 5, 2)
    check_close(student.smooth_labels(y, 2, 0.3), reference.smooth_labels(y, 2, 0.3))
    check_close(student.smooth_labels(y, 3, 0.0), reference.smooth_labels(y, 3, 0.0))
    check_close(student.smooth_labels(y, 3, 1.0), reference.smooth_labels(y, 3, 1.0))


# --- cross_entropy


@points(1.5)
def test_cross_entropy_soft_labels_far_apart(student, reference, rng):
    """soft labels on logits 2000 apart, also where the target is 0
    zh: logits 相差 2000 时的软标签，包括目标为 0 的类别"""
    t = np.array([[0.75, 0.25, 0.0], [0.0, 0.5, 0.5]])
    z = np.array([[0.0, -2000.0, 0.0], [900.0, -1000.0, 1000.0]]) + dyadic(rng, (2, 3))
    check_close(student.cross_entropy(z, t), reference.cross_entropy(z, t))


@points(1.5)
def test_cross_entropy_other_shapes(student, reference, rng):
    """two classes, one example, uint8 labels, column-major soft labels, and every reduction of soft labels
    zh: 两类、单个样本、uint8 标签、列优先的软标签，以及软标签的各种归约"""
    z, y = rng.normal(size=(3, 2)), labels(rng, 3, 2).astype(np.uint8)
    check_close(student.cross_entropy(z, y), reference.cross_entropy(z, y))
    check_close(student.cross_entropy(z[:1], y[:1]), reference.cross_entropy(z[:1], y[:1]))
    z, t = rng.normal(size=(3, 5)), np.asfortranarray(soft_targets(rng, 3, 5))
    check_close(student.cross_entropy(z, t), reference.cross_entropy(z, t))
    check_close(student.cross_entropy(z, t, "sum"), reference.cross_entropy(z, t, "sum"))
    check_close(student.cross_entropy(z, t, "none"), reference.cross_entropy(z, t, "none"))


# --- cross_entropy_backward


@points(2.5)
def test_cross_entropy_backward_large_logits(student, reference, rng):
    """the gradient with logits around 1000 and 2000 apart, hard and soft
    zh: logits 在 1000 附近、相差 2000 时的梯度，硬标签与软标签"""
    z, y = 1000 + dyadic(rng, (5, 3)), labels(rng, 5, 3)
    check_close(student.cross_entropy_backward(z, y), reference.cross_entropy_backward(z, y))
    z = np.array([[0.0, -2000.0, 0.0], [900.0, -1000.0, 1000.0]]) + dyadic(rng, (2, 3))
    t = np.array([[0.75, 0.25, 0.0], [0.0, 0.5, 0.5]])
    check_close(student.cross_entropy_backward(z, t), reference.cross_entropy_backward(z, t))


@points(2)
def test_cross_entropy_backward_other_shapes(student, reference, rng):
    """two classes, one example, uint8 labels, column-major logits
    zh: 两类、单个样本、uint8 标签、列优先的 logits"""
    z, y = np.asfortranarray(rng.normal(size=(6, 2))), labels(rng, 6, 2)
    check_close(student.cross_entropy_backward(z, y), reference.cross_entropy_backward(z, y))
    z, y = rng.normal(size=(1, 3)), np.array([2], dtype=np.uint8)
    check_close(student.cross_entropy_backward(z, y), reference.cross_entropy_backward(z, y))
    z, t = rng.normal(size=(4, 7)), soft_targets(rng, 4, 7)
    check_close(student.cross_entropy_backward(z, t), reference.cross_entropy_backward(z, t))


# --- softmax_backward


@points(1.5)
def test_softmax_backward_blocks(student, reference, rng):
    """a block along its middle and last axis, and a single row
    zh: 多维数组沿中间的轴与最后的轴，以及单独一行"""
    z, dout = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 4))
    p, row = reference.softmax(z, 1), reference.softmax(z[0, 0])
    check_close(student.softmax_backward(dout, p, 1), reference.softmax_backward(dout, p, 1))
    last = reference.softmax(z)
    check_close(student.softmax_backward(dout, last), reference.softmax_backward(dout, last))
    check_close(student.softmax_backward(dout[0, 0], row), reference.softmax_backward(dout[0, 0], row))


@points(1.5)
def test_softmax_backward_saturated(student, reference, rng):
    """rows where one probability is 1, and large column-major cotangents
    zh: 某个概率恰为 1 的行，以及很大的、列优先的 dout"""
    z = np.array([[800.0, 0.0, 0.0], [1.0, 0.0, -1.0]]) + dyadic(rng, (2, 3)) / 4
    spread = rng.permuted(np.array([[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]), axis=1)  # near-equal entries would cancel
    p, dout = reference.softmax(z), np.asfortranarray(1000 * (spread + dyadic(rng, (2, 3)) / 8) + 500)
    check_close(student.softmax_backward(dout, p), reference.softmax_backward(dout, p))


# --- bce_with_logits


@points(1.5)
def test_bce_with_logits_no_plateau(student, reference, rng):
    """the loss goes on rising, and its slope does not vanish, where the answer is confident and wrong
    zh: 自信而错误时，损失继续上升，斜率也不消失"""
    z, y = np.array([25.0, -25.0, 30.0, -30.0]) + dyadic(rng, 4), np.array([0, 1, 0, 1])
    loss, dz = parts(student.bce_with_logits(z, y), "loss", "dz")
    check_close(loss, reference.bce_with_logits(z, y)[0])
    check_close(dz, reference.bce_with_logits(z, y)[1])


@points(1)
def test_bce_with_logits_soft_labels(student, reference, rng):
    """labels between 0 and 1, and a single example
    zh: 介于 0 与 1 之间的标签，以及单个样本"""
    z, y = rng.normal(size=5), rng.uniform(0.2, 0.8, size=5)
    check_close(student.bce_with_logits(z, y), reference.bce_with_logits(z, y))
    z, y = rng.uniform(1.0, 2.0, size=1), rng.uniform(0.2, 0.4, size=1)  # σ(z) - y far from 0, where float32 cancels
    check_close(student.bce_with_logits(z, y), reference.bce_with_logits(z, y))


# --- mse_on_softmax_backward, compare_slopes


@points(1.5)
def test_flat_loss_far_away(student, reference, rng):
    """the squared error's slope, and both norms, six logits away on the wrong side
    zh: 错了 6 个 logit 那么远时，平方误差的斜率与两个范数"""
    y = labels(rng, 5, 3)
    z = dyadic(rng, (5, 3)) / 4 - 6 * (y[:, None] == np.arange(3))
    check_close(student.mse_on_softmax_backward(z, y), reference.mse_on_softmax_backward(z, y))
    check_close(student.compare_slopes(z, y), reference.compare_slopes(z, y))


@points(1.5)
def test_flat_loss_large_logits(student, reference, rng):
    """one example, other sizes, and logits around 1000
    zh: 单个样本、其他大小，以及 1000 附近的 logits"""
    z, y = rng.normal(size=(1, 4)), np.array([2])
    check_close(student.mse_on_softmax_backward(z, y), reference.mse_on_softmax_backward(z, y))
    z, y = 1000 + dyadic(rng, (4, 5)), labels(rng, 4, 5)
    check_close(student.mse_on_softmax_backward(z, y), reference.mse_on_softmax_backward(z, y))
    check_close(student.compare_slopes(z, y), reference.compare_slopes(z, y))


# --- confusion_matrix, macro_f1

# class 2 is predicted but never true, class 3 is true but never predicted, class 4 is neither
LOPSIDED = np.array([[5, 2, 1, 0, 0], [1, 3, 2, 0, 0], [0, 0, 0, 0, 0], [3, 0, 1, 0, 0], [0, 0, 0, 0, 0]])


@points(1)
def test_evaluation_confusion_matrix_missing_classes(student, reference, rng):
    """classes that are never true or never predicted, with uint8 labels
    zh: 从未出现或从未被预测的类别，标签为 uint8"""
    y, y_hat = (v.astype(np.uint8) for v in examples(rng, LOPSIDED))
    check_equal(student.confusion_matrix(y, y_hat, 5), reference.confusion_matrix(y, y_hat, 5))


@points(1)
def test_evaluation_macro_f1_missing_classes(student, reference, rng):
    """macro_f1 with a class never predicted, then with one that is absent altogether
    zh: macro_f1：有从未被预测的类别；再加上完全缺席的类别"""
    y, y_hat = examples(rng, LOPSIDED)
    check_close(student.macro_f1(y, y_hat, 4), reference.macro_f1(y, y_hat, 4))
    check_close(student.macro_f1(y, y_hat, 5), reference.macro_f1(y, y_hat, 5))


# --- standardize, train_softmax, train_logistic


@points(1)
def test_training_standardize_constant_feature(student, reference, rng):
    """a feature that is constant on the training set but not on the test set
    zh: 在训练集上为常数、在测试集上却不是的特征"""
    X_train, X_test = rng.normal(size=(9, 3)), rng.normal(size=(4, 3))
    X_train[:, 1] = 3.0
    check_close(student.standardize(X_train, X_test), reference.standardize(X_train, X_test))


def overlapping(rng, C):
    """(X (N, 2), y (N,)) that no line separates: each x comes 7 times, 2 with its side's label, 4 with 0, 1 with 1.

    Class 0 is frequent on both sides, so that the best bias is far from 0.
    """
    side = np.repeat([0, C - 1], [10, 5])
    x = rng.normal(size=(15, 2)) + np.where(side[:, None] == 0, 1.5, -1.5) * np.array([1, 0])
    y = np.stack([side] * 2 + [0 * side] * 4 + [0 * side + 1], axis=1)  # (15, 7)
    return np.repeat(x, 7, axis=0), y.ravel()


def mean_loss(scores, y):
    """Mean cross-entropy of logits float (N, C), or of the logit of class 1, float (N,)."""
    logits = np.stack([np.zeros(len(y)), scores], axis=1) if scores.ndim == 1 else scores  # (N, C)
    return float(np.mean(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(y)), y]))


def check_lowest(answer, best, X, y):
    """The answer's weights have the lowest loss, that of `best`, within 1 %; lower is as good."""
    lowest, axes = mean_loss(X @ best[0] + best[1], y), np.ndim(best[0])
    excess = then(answer, lambda W, b: mean_loss(linear(X, W, b, axes), y) / lowest - 1)
    check_that(
        excess, lambda v: v <= 0.01, "the mean loss is within 1 % of the lowest", zh="平均损失与最低值相差不超过 1%"
    )


@points(1)
def test_training_softmax_gets_to_the_bottom(student, reference, rng):
    """train_softmax comes down to the lowest loss on classes that overlap
    zh: 类别互相重叠时，train_softmax 能把损失降到最低"""
    for _ in range(2):
        X, y = overlapping(rng, 3)
        check_lowest(student.train_softmax(X, y, 0.5, 1000), reference.train_softmax(X, y, 0.5, 1000), X, y)


@points(1)
def test_training_logistic_gets_to_the_bottom(student, reference, rng):
    """train_logistic comes down to the lowest loss on classes that overlap
    zh: 类别互相重叠时，train_logistic 能把损失降到最低"""
    for _ in range(2):
        X, y = overlapping(rng, 2)
        check_lowest(student.train_logistic(X, y, 0.5, 1000), reference.train_logistic(X, y, 0.5, 1000), X, y)
