"""Public questions on classification: what a student sees and can run."""

import numpy as np

from autograder.checks import (
    check_close,
    check_equal,
    check_gradient,
    check_reaches,
    check_shape,
    check_unchanged,
    lattice,
    parts,
    show_boundary,
    then,
)
from autograder.data import breast_cancer, digits
from autograder.questions import points


def labels(rng, N, C):
    """Shuffled labels int (N,) in which every class appears."""
    return rng.permutation(np.arange(N) % C)


def soft_targets(rng, N, C):
    """Random distributions float (N, C), none of them near one-hot."""
    t = rng.uniform(0.2, 1.0, size=(N, C))
    return t / t.sum(axis=1, keepdims=True)


def dyadic(rng, size):
    """Random multiples of 1/32 between -2 and 2: still exact in float32 after 1000 is added."""
    return rng.integers(-64, 65, size=size) / 32


def every_fourth(X, y):
    """A fixed split: (X_train, y_train, X_test, y_test), examples 2, 6, 10, … are the test set."""
    test = np.arange(len(y)) % 4 == 2
    return X[~test], y[~test], X[test], y[test]


# --- softmax


@points(1)
def test_softmax_contract(student, reference, rng):
    """softmax keeps the shape of z, for one row, many rows or a block, and leaves z as it was
    zh: softmax 保持 z 的形状（一行、多行或多维数组），且不改动 z"""
    row, block = rng.normal(size=5), rng.normal(size=(2, 3, 4))
    check_shape(student.softmax(row), reference.softmax(row))
    check_shape(student.softmax(block), reference.softmax(block))
    check_unchanged(student.softmax, rng.normal(size=(3, 4)))


@points(3)
def test_softmax_values(student, reference, rng):
    """softmax(z) agrees with the reference on each row of a batch
    zh: 对一批数据的每一行，softmax(z) 与参考答案一致"""
    z, single = 2 * rng.normal(size=(5, 3)), rng.normal(size=(1, 4))
    check_close(student.softmax(z), reference.softmax(z))
    check_close(student.softmax(single), reference.softmax(single))


@points(2)
def test_softmax_along_another_axis(student, reference, rng):
    """softmax(z, axis) normalises along the axis that is asked for
    zh: softmax(z, axis) 沿指定的轴归一化"""
    z = rng.normal(size=(2, 3, 4))
    check_close(student.softmax(z, 1), reference.softmax(z, 1))
    check_close(student.softmax(z, 0), reference.softmax(z, 0))


@points(1.5)
def test_softmax_large_logits(student, reference, rng):
    """softmax stays exact when logits are large or far apart
    zh: logits 很大或相差悬殊时，softmax 依然准确"""
    apart = np.array([[-450.0, 0.0, 450.0], [450.0, 448.0, -450.0], [-30.0, -31.0, -30.0]]) + dyadic(rng, (3, 3))
    check_close(student.softmax(apart), reference.softmax(apart))
    large = np.array([[1000.0, 1000.0, 999.0], [0.0, 0.0, 3000.0]]) + dyadic(rng, (2, 3))
    check_close(student.softmax(large), reference.softmax(large))


# --- logsumexp, log_softmax


@points(1)
def test_log_space_contract(student, reference, rng):
    """logsumexp drops the axis, or keeps it with keepdims; log_softmax keeps the shape; z is left as it was
    zh: logsumexp 去掉所给的轴（keepdims 时保留为 1）；log_softmax 保持形状；都不改动 z"""
    z = rng.normal(size=(2, 3, 4))
    check_shape(student.logsumexp(z, 1), reference.logsumexp(z, 1))
    check_shape(student.logsumexp(z, 1, True), reference.logsumexp(z, 1, True))
    check_shape(student.log_softmax(z), reference.log_softmax(z))
    check_unchanged(student.logsumexp, z)
    check_unchanged(student.log_softmax, z)


@points(2)
def test_log_space_logsumexp_values(student, reference, rng):
    """logsumexp(z, axis) agrees with the reference
    zh: logsumexp(z, axis) 与参考答案一致"""
    z = 2 * rng.normal(size=(5, 3))
    check_close(student.logsumexp(z, 1), reference.logsumexp(z, 1))
    check_close(student.logsumexp(z, 0), reference.logsumexp(z, 0))
    check_close(student.logsumexp(z, 1, True), reference.logsumexp(z, 1, True))
    check_close(student.logsumexp(z[0]), reference.logsumexp(z[0]))


@points(2)
def test_log_space_log_softmax_values(student, reference, rng):
    """log_softmax(z, axis) agrees with the reference
    zh: log_softmax(z, axis) 与参考答案一致"""
    z = 2 * rng.normal(size=(5, 3))
    check_close(student.log_softmax(z), reference.log_softmax(z))
    check_close(student.log_softmax(z, 0), reference.log_softmax(z, 0))
    check_close(student.log_softmax(z[0]), reference.log_softmax(z[0]))


@points(2)
def test_log_space_large_values(student, reference, rng):
    """logsumexp and log_softmax stay exact around 1000
    zh: 数值在 1000 上下时，logsumexp 与 log_softmax 依然准确"""
    z = 1000 + dyadic(rng, (4, 3))
    check_close(student.logsumexp(z), reference.logsumexp(z))
    check_close(student.log_softmax(z), reference.log_softmax(z))


# --- one_hot, smooth_labels


@points(0.5)
def test_labels_contract(student, reference, rng):
    """one_hot and smooth_labels give float (N, C)
    zh: one_hot 与 smooth_labels 返回浮点数组，形状为 (N, C)"""
    y = labels(rng, 7, 4)
    check_shape(student.one_hot(y, 4), reference.one_hot(y, 4))
    check_shape(student.smooth_labels(y, 4, 0.1), reference.smooth_labels(y, 4, 0.1))
    check_unchanged(student.one_hot, y, 4)
    check_unchanged(student.smooth_labels, y, 4, 0.1)


@points(1.5)
def test_labels_one_hot_values(student, reference, rng):
    """one_hot(y, C) has its single 1 in the column of the label
    zh: one_hot(y, C) 每行只有标签那一列为 1"""
    y = labels(rng, 7, 4)
    check_close(then(student.one_hot(y, 4), lambda t: np.asarray(t) * 1.0), reference.one_hot(y, 4))


@points(2)
def test_labels_smooth_values(student, reference, rng):
    """smooth_labels(y, C, eps) agrees with the reference
    zh: smooth_labels(y, C, eps) 与参考答案一致"""
    y, eps = labels(rng, 7, 4), rng.uniform(0.1, 0.4)
    check_close(student.smooth_labels(y, 4, eps), reference.smooth_labels(y, 4, eps))


# --- cross_entropy


@points(1)
def test_cross_entropy_contract(student, reference, rng):
    """cross_entropy gives one number, or one per example with reduction="none"; arguments stay as they were
    zh: cross_entropy 返回一个数；reduction="none" 时每个样本一个数；不改动输入"""
    z, y = rng.normal(size=(5, 3)), labels(rng, 5, 3)
    check_shape(student.cross_entropy(z, y), reference.cross_entropy(z, y))
    check_shape(student.cross_entropy(z, y, "none"), reference.cross_entropy(z, y, "none"))
    check_unchanged(student.cross_entropy, z, soft_targets(rng, 5, 3))


@points(2.5)
def test_cross_entropy_hard_labels(student, reference, rng):
    """cross_entropy(z, y) agrees with the reference for labels
    zh: 硬标签：cross_entropy(z, y) 与参考答案一致"""
    z, y = 2 * rng.normal(size=(7, 4)), labels(rng, 7, 4)
    check_close(student.cross_entropy(z, y, "none"), reference.cross_entropy(z, y, "none"))
    check_close(student.cross_entropy(z, y), reference.cross_entropy(z, y))


@points(2)
def test_cross_entropy_soft_labels(student, reference, rng):
    """cross_entropy(z, t) agrees with the reference for target distributions
    zh: 软标签：cross_entropy(z, t) 与参考答案一致"""
    z, t = 2 * rng.normal(size=(6, 4)), soft_targets(rng, 6, 4)
    check_close(student.cross_entropy(z, t, "none"), reference.cross_entropy(z, t, "none"))
    check_close(student.cross_entropy(z, t), reference.cross_entropy(z, t))


@points(2)
def test_cross_entropy_reductions(student, reference, rng):
    """reduction "mean", "sum" and "none" each do what they say
    zh: "mean"、"sum"、"none" 三种归约各得其所"""
    z, y = rng.normal(size=(5, 3)), labels(rng, 5, 3)
    check_close(student.cross_entropy(z, y, "mean"), reference.cross_entropy(z, y, "mean"))
    check_close(student.cross_entropy(z, y, "sum"), reference.cross_entropy(z, y, "sum"))
    check_close(student.cross_entropy(z, y, "none"), reference.cross_entropy(z, y, "none"))


@points(1.5)
def test_cross_entropy_confidently_wrong(student, reference, rng):
    """the loss of a confident wrong answer grows with the logit and never saturates
    zh: 错得越自信，损失越大，不会封顶"""
    y = labels(rng, 5, 3)
    true_class = y[:, None] == np.arange(3)
    for margin in (60, 2000):
        z = dyadic(rng, (5, 3)) - margin * true_class
        check_close(student.cross_entropy(z, y), reference.cross_entropy(z, y))
    z = 1000 + dyadic(rng, (5, 3))
    check_close(student.cross_entropy(z, y), reference.cross_entropy(z, y))


# --- cross_entropy_backward


@points(1.5)
def test_cross_entropy_backward_contract(student, reference, rng):
    """the gradient has the shape of z; z and the target stay as they were
    zh: 梯度与 z 同形；不改动 z 与目标"""
    z, y, t = rng.normal(size=(5, 3)), labels(rng, 5, 3), soft_targets(rng, 5, 3)
    check_shape(student.cross_entropy_backward(z, y), reference.cross_entropy_backward(z, y))
    check_unchanged(student.cross_entropy_backward, z, y)
    check_unchanged(student.cross_entropy_backward, z, t)


@points(3.5)
def test_cross_entropy_backward_hard_labels(student, reference, rng):
    """∂loss/∂z agrees with the reference for labels
    zh: 硬标签：∂loss/∂z 与参考答案一致"""
    z, y = 2 * rng.normal(size=(7, 4)), labels(rng, 7, 4)
    check_close(student.cross_entropy_backward(z, y), reference.cross_entropy_backward(z, y))


@points(2.5)
def test_cross_entropy_backward_soft_labels(student, reference, rng):
    """∂loss/∂z agrees with the reference for target distributions
    zh: 软标签：∂loss/∂z 与参考答案一致"""
    z, t = 2 * rng.normal(size=(6, 4)), soft_targets(rng, 6, 4)
    check_close(student.cross_entropy_backward(z, t), reference.cross_entropy_backward(z, t))


@points(3)
def test_cross_entropy_backward_against_differences(student, reference, rng):
    """∂loss/∂z agrees with central differences of the loss
    zh: ∂loss/∂z 与损失的中心差分一致"""
    z, y = rng.normal(size=(3, 5)), labels(rng, 3, 5)
    check_gradient(student.cross_entropy_backward(z, y), of=reference.cross_entropy, at=(z, y), wrt=0, along=1.0)


# --- softmax_backward


@points(1)
def test_softmax_backward_contract(student, reference, rng):
    """the gradient has the shape of p; dout and p stay as they were
    zh: 梯度与 p 同形；不改动 dout 与 p"""
    p, dout = reference.softmax(rng.normal(size=(2, 3, 4))), rng.normal(size=(2, 3, 4))
    check_shape(student.softmax_backward(dout, p), reference.softmax_backward(dout, p))
    check_unchanged(student.softmax_backward, dout, p)


@points(3.5)
def test_softmax_backward_values(student, reference, rng):
    """softmax_backward(dout, p) agrees with the reference along random cotangents
    zh: 对随机的 dout，softmax_backward(dout, p) 与参考答案一致"""
    square = reference.softmax(rng.normal(size=(4, 4)))
    dout = rng.normal(size=(4, 4))
    check_close(student.softmax_backward(dout, square), reference.softmax_backward(dout, square))
    p, dout = reference.softmax(2 * rng.normal(size=(5, 3))), rng.normal(size=(5, 3))
    check_close(student.softmax_backward(dout, p), reference.softmax_backward(dout, p))


@points(3)
def test_softmax_backward_against_differences(student, reference, rng):
    """softmax_backward agrees with central differences of softmax along a random direction
    zh: 沿随机方向，softmax_backward 与 softmax 的中心差分一致"""
    z, dout = rng.uniform(-0.5, 0.5, size=(3, 5)), rng.normal(size=(3, 5))
    p = reference.softmax(z)
    check_gradient(student.softmax_backward(dout, p), of=reference.softmax, at=(z,), wrt=0, along=dout)


@points(1.5)
def test_softmax_backward_along_another_axis(student, reference, rng):
    """softmax_backward(dout, p, axis) works along the axis that is asked for
    zh: softmax_backward(dout, p, axis) 沿指定的轴计算"""
    z, dout = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4, 3))
    for axis in (1, 0):
        p = reference.softmax(z, axis)
        check_close(student.softmax_backward(dout, p, axis), reference.softmax_backward(dout, p, axis))


# --- bce_with_logits


@points(1)
def test_bce_with_logits_contract(student, reference, rng):
    """bce_with_logits gives a loss and a gradient of shape (N,); z and y stay as they were
    zh: bce_with_logits 返回损失与形状为 (N,) 的梯度；不改动 z 与 y"""
    z, y = rng.normal(size=6), labels(rng, 6, 2)
    check_shape(student.bce_with_logits(z, y), reference.bce_with_logits(z, y))
    check_unchanged(student.bce_with_logits, z, y)


@points(3)
def test_bce_with_logits_loss(student, reference, rng):
    """the loss agrees with the reference
    zh: 损失与参考答案一致"""
    z, y = 2 * rng.normal(size=7), labels(rng, 7, 2)
    loss, _ = parts(student.bce_with_logits(z, y), "loss", "dz")
    check_close(loss, reference.bce_with_logits(z, y)[0])


@points(3.5)
def test_bce_with_logits_gradient(student, reference, rng):
    """the gradient with respect to z agrees with the reference
    zh: 对 z 的梯度与参考答案一致"""
    z, y = 2 * rng.normal(size=7), labels(rng, 7, 2)
    _, dz = parts(student.bce_with_logits(z, y), "loss", "dz")
    check_close(dz, reference.bce_with_logits(z, y)[1])


@points(2)
def test_bce_with_logits_at_800(student, reference, rng):
    """loss and gradient are finite and exact at ±800
    zh: z 取 ±800 时，损失与梯度都有限且准确"""
    z, y = np.array([800.0, -800.0, 800.0, -800.0, 1.0]) + dyadic(rng, 5), np.array([0, 1, 1, 0, 1])
    check_close(student.bce_with_logits(z, y), reference.bce_with_logits(z, y))


# --- mse_on_softmax_backward, compare_slopes


@points(0.5)
def test_flat_loss_contract(student, reference, rng):
    """mse_on_softmax_backward gives the shape of z, compare_slopes two numbers; z and y stay as they were
    zh: mse_on_softmax_backward 与 z 同形，compare_slopes 返回两个数；不改动 z 与 y"""
    z, y = rng.normal(size=(5, 3)), labels(rng, 5, 3)
    check_shape(student.mse_on_softmax_backward(z, y), reference.mse_on_softmax_backward(z, y))
    check_shape(student.compare_slopes(z, y), reference.compare_slopes(z, y))
    check_unchanged(student.mse_on_softmax_backward, z, y)
    check_unchanged(student.compare_slopes, z, y)


@points(2.5)
def test_flat_loss_gradient(student, reference, rng):
    """mse_on_softmax_backward(z, y) agrees with the reference
    zh: mse_on_softmax_backward(z, y) 与参考答案一致"""
    z, y = rng.normal(size=(7, 4)), labels(rng, 7, 4)
    check_close(student.mse_on_softmax_backward(z, y), reference.mse_on_softmax_backward(z, y))


@points(2)
def test_flat_loss_slopes(student, reference, rng):
    """compare_slopes(z, y) gives the two norms, cross-entropy first
    zh: compare_slopes(z, y) 依次给出交叉熵与平方误差的梯度范数"""
    z, y = rng.normal(size=(6, 3)), labels(rng, 6, 3)
    check_close(student.compare_slopes(z, y), reference.compare_slopes(z, y))


# --- confusion_matrix, macro_f1

COUNTS = np.array([[12, 5, 0], [1, 3, 0], [2, 4, 2]])  # precision and recall differ in their means, too


def examples(rng, counts):
    """Shuffled (y, y_hat) whose confusion matrix is `counts` int (C, C)."""
    pairs = rng.permutation(np.repeat(np.argwhere(counts >= 0), counts.ravel(), axis=0))  # (N, 2)
    return pairs[:, 0], pairs[:, 1]


@points(1.5)
def test_evaluation_confusion_matrix(student, reference, rng):
    """confusion_matrix counts truth by rows and predictions by columns
    zh: confusion_matrix 行为真实类别、列为预测类别"""
    y, y_hat = examples(rng, COUNTS)
    check_equal(student.confusion_matrix(y, y_hat, 3), reference.confusion_matrix(y, y_hat, 3))
    check_unchanged(student.confusion_matrix, y, y_hat, 3)


@points(1.5)
def test_evaluation_macro_f1(student, reference, rng):
    """macro_f1 agrees with the reference when every class is present and predicted
    zh: 各类都出现、也都被预测过时，macro_f1 与参考答案一致"""
    y, y_hat = examples(rng, COUNTS)
    check_close(student.macro_f1(y, y_hat, 3), reference.macro_f1(y, y_hat, 3))
    check_unchanged(student.macro_f1, y, y_hat, 3)


# --- standardize, train_softmax, train_logistic


@points(0.5)
def test_training_contract(student, reference, rng):
    """train_softmax gives (W (D, C), b (C,)), train_logistic (w (D,), b); X and y stay as they were
    zh: train_softmax 返回 (W (D, C), b (C,))，train_logistic 返回 (w (D,), b)；不改动 X 与 y"""
    X, y = rng.normal(size=(9, 4)), labels(rng, 9, 3)
    check_shape(student.train_softmax(X, y, 0.1, 2), reference.train_softmax(X, y, 0.1, 2))
    check_shape(student.train_logistic(X, y % 2, 0.1, 2), reference.train_logistic(X, y % 2, 0.1, 2))
    check_unchanged(student.train_softmax, X, y, 0.1, 2)
    check_unchanged(student.train_logistic, X, y % 2, 0.1, 2)


@points(2)
def test_training_standardize(student, reference, rng):
    """standardize uses the training set's mean and deviation for both sets
    zh: standardize 对两个数据集都用训练集的均值与标准差"""
    scale, shift = np.array([1.0, 50.0, 8.0, 3.0]), np.array([0.0, 100.0, -1.0, 5.0])
    X_train, X_test = shift + scale * rng.normal(size=(12, 4)), 2 * shift + scale * rng.normal(size=(5, 4))
    check_close(student.standardize(X_train, X_test), reference.standardize(X_train, X_test))
    check_close(student.standardize(X_train, X_test[:1]), reference.standardize(X_train, X_test[:1]))
    check_unchanged(student.standardize, X_train, X_test)


def linear(X, W, b, axes):
    """X W + b for weights with so many axes. More of them, or more biases, could hold the labels themselves."""
    if np.ndim(W) != axes or np.ndim(b) != axes - 1:
        expected = "(features, classes) and (classes,)" if axes == 2 else "(features,) and ()"
        raise ValueError(f"the weights have shape {np.shape(W)} and {np.shape(b)}, {expected} are expected")
    return X @ W + b  # (N, classes) or (N,)


@points(2)
def test_training_softmax_on_digits(student):
    """train_softmax learns handwritten digits: accuracy on 449 unseen images
    zh: train_softmax 学会手写数字：在 449 张未见过的图片上的准确率"""
    pixels, y = digits()
    X_train, y_train, X_test, y_test = every_fourth(pixels / 16, y)
    accuracy = then(
        student.train_softmax(X_train, y_train, 1.0, 300),
        lambda W, b: float(np.mean(np.argmax(linear(X_test, W, b, 2), axis=1) == y_test)),
    )
    check_reaches(accuracy, at_least=0.92, good=0.945, excellent=0.955, boss=0.965)


@points(1.5)
def test_training_logistic_on_tumours(student, reference):
    """train_logistic tells benign from malignant tumours: accuracy on 142 unseen patients
    zh: train_logistic 区分良性与恶性肿瘤：在 142 位未见过的病人上的准确率"""
    X, y = breast_cancer()
    X_train, y_train, X_test, y_test = every_fourth(X, y)
    X_train, X_test = reference.standardize(X_train, X_test)
    accuracy = then(
        student.train_logistic(X_train, y_train, 0.5, 300),
        lambda w, b: float(np.mean((linear(X_test, w, b, 1) > 0) == (y_test == 1))),
    )
    check_reaches(accuracy, at_least=0.93, good=0.96, excellent=0.98, boss=0.99)


@points(1)
def test_training_logistic_away_from_origin(student, rng):
    """train_logistic finds a boundary that does not pass through the origin
    zh: train_logistic 能找到不过原点的分界"""
    x = np.concatenate([rng.uniform(0.5, 1.0, size=25), rng.uniform(1.4, 2.0, size=15)])
    X, y = np.stack([x, 0.1 * rng.normal(size=40)], axis=1), np.repeat([0, 1], [25, 15])
    model = student.train_logistic(X, y, 1.0, 500)
    boundary = then(model, lambda w, b: 1.0 * (linear(lattice(X), w, b, 1) > 0))  # (cells,)
    show_boundary(boundary, X, y, "your decision boundary", zh="你的决策边界")
    check_reaches(then(model, lambda w, b: float(np.mean((linear(X, w, b, 1) > 0) == (y == 1)))), at_least=0.9)
