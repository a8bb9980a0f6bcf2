"""Classification and logistic regression: from logits to probabilities, to a loss, to its slope, to a classifier.

分类与逻辑回归：从 logits 到概率、到损失、到梯度，最后训练出分类器。

Every function is pure: it leaves its arguments as they were. N examples, C classes, D features.
"""

import numpy as np


def softmax(z, axis=-1):
    """Softmax: turns scores into probabilities along one axis.

    沿某一轴把得分（logits）变成概率；数值再大也不能溢出。

    z: float (..., C), logits, any finite value (also 1000 or -2000).
    axis: int, the axis that holds the classes.
    Returns: float, shape of z; non-negative, sums to 1 along `axis`.
    Source: Lee 1.4; d2l 4.1 (zh 3.4).
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=axis, keepdims=True))  # each slice has its own maximum: a shared one underflows low rows
    return e / e.sum(axis=axis, keepdims=True)
    ### END SOLUTION


def logsumexp(z, axis=-1, keepdims=False):
    """Logarithm of the sum of exponentials along one axis, log Σ exp(z), without overflow.

    沿某一轴计算 log Σ exp(z)，不溢出；全为 -inf 时得 -inf，含 +inf 时得 +inf。

    z: float (..., C), any value; -inf stands for a probability of 0.
    axis: int, the axis to sum over.
    keepdims: bool, whether the summed axis stays, with length 1.
    Returns: float, shape of z without `axis` (with length 1 there if keepdims). A slice that is all -inf gives -inf;
        one with a +inf gives +inf.
    Source: d2l 4.5 (zh 3.7).
    """
    ### BEGIN SOLUTION
    m = z.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(m), m, 0.0)  # inf - inf is NaN
    with np.errstate(divide="ignore"):  # log 0 = -inf is what the specification asks for
        log_sum = np.log(np.exp(z - shift).sum(axis=axis, keepdims=keepdims))
    return log_sum + (shift if keepdims else shift.squeeze(axis))
    ### END SOLUTION


def log_softmax(z, axis=-1):
    """Logarithm of the softmax along one axis, exact also where the probability itself underflows to 0.

    沿某一轴计算 log softmax(z)；即使概率小到下溢为 0，对数仍然准确。

    z: float (..., C), logits, any finite value.
    axis: int, the axis that holds the classes.
    Returns: float, shape of z; at most 0.
    Source: d2l 4.5 (zh 3.7).
    """
    ### BEGIN SOLUTION
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))  # softmax itself may underflow: log 0 = -inf
    ### END SOLUTION


def one_hot(y, C):
    """One-hot rows: a 1 in the column of the label, 0 elsewhere.

    独热编码：标签所在的列为 1，其余为 0。

    y: int (N,), labels from 0 to C-1, any integer dtype; a class may be missing.
    C: int, number of classes.
    Returns: float (N, C).
    Source: Lee 1.4; d2l 4.1 (zh 3.4).
    """
    ### BEGIN SOLUTION
    return (y[:, None] == np.arange(C)).astype(float)  # (N, C)
    ### END SOLUTION


def smooth_labels(y, C, eps):
    """Soft labels: one-hot rows mixed with the uniform distribution, (1-eps)·onehot + eps·uniform.

    标签平滑：独热分布与 C 个类别上的均匀分布按 1-eps 与 eps 混合（与 torch 的约定相同）。

    The uniform distribution covers all C classes, the true one included (the convention of torch).

    y: int (N,), labels from 0 to C-1.
    C: int, number of classes.
    eps: float, 0 to 1, the weight of the uniform distribution.
    Returns: float (N, C), rows sum to 1.
    Source: d2l 4.1 (zh 3.4); Szegedy et al., Rethinking the Inception Architecture, section 7.
    """
    ### BEGIN SOLUTION
    return (1 - eps) * one_hot(y, C) + eps / C
    ### END SOLUTION


### BEGIN SOLUTION
def _as_distribution(target, C):
    return one_hot(target, C) if target.ndim == 1 else target  # (N, C)


### END SOLUTION


def cross_entropy(z, target, reduction="mean"):
    """Cross-entropy between targets and the softmax of logits, in nats; the mean over the N examples by default.

    交叉熵：输入是 logits（未经 softmax），默认对 N 个样本取平均。

    For one example with target distribution t: loss = -Σ_c t_c log softmax(z)_c. No factor ½, no division by C.

    z: float (N, C), logits, any finite value.
    target: int (N,), labels from 0 to C-1; or float (N, C), soft labels, rows sum to 1.
    reduction: "mean" (over the N examples), "sum" (over them) or "none".
    Returns: float; for "none" float (N,), the loss of each example.
    Source: Lee 1.4; d2l 4.1 (zh 3.4).
    """
    ### BEGIN SOLUTION
    losses = -(_as_distribution(target, z.shape[1]) * log_softmax(z)).sum(axis=1)  # (N,)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()
    ### END SOLUTION


def cross_entropy_backward(z, target):
    """Gradient of cross_entropy(z, target), the mean over N, with respect to the logits z.

    平均交叉熵对 logits（不是对概率）的梯度。

    z: float (N, C), logits, any finite value.
    target: int (N,), labels from 0 to C-1; or float (N, C), soft labels, rows sum to 1.
    Returns: float (N, C), ∂loss/∂z.
    Source: Lee 1.4; d2l 4.1 (zh 3.4).
    """
    ### BEGIN SOLUTION
    return (softmax(z) - _as_distribution(target, z.shape[1])) / len(z)
    ### END SOLUTION


def softmax_backward(dout, p, axis=-1):
    """Backward pass of softmax: from the gradient at the probabilities to the gradient at the logits.

    softmax 的反向传播：由损失对概率的梯度，求损失对 logits 的梯度（向量乘雅可比矩阵）。

    dout: float (..., C), ∂loss/∂p, any loss.
    p: float (..., C), the output of softmax (probabilities, not logits).
    axis: int, the axis that holds the classes.
    Returns: float, shape of p, ∂loss/∂z. No division by N: that belongs to the loss.
    Source: Lee 1.4; Goodfellow et al., Deep Learning, 6.2.2.
    """
    ### BEGIN SOLUTION
    return p * (dout - (dout * p).sum(axis=axis, keepdims=True))
    ### END SOLUTION


def bce_with_logits(z, y):
    """Binary cross-entropy of logistic regression from logits, and its gradient; both for the mean over N.

    二元交叉熵（逻辑回归的损失）及其对 logits 的梯度，均为 N 个样本的平均；z 取 ±800 也要准确。

    With σ the sigmoid: loss = mean of -(y log σ(z) + (1-y) log(1-σ(z))). No factor ½.

    z: float (N,), logits of class 1, any finite value (also ±800).
    y: float or int (N,), probability of class 1, 0 to 1; hard labels are 0 and 1.
    Returns: (loss float, dz float (N,)), dz = ∂loss/∂z.
    Source: Lee 1.4; Ng, logistic regression.
    """
    ### BEGIN SOLUTION
    losses = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))  # exponents are never positive
    p = np.exp(-np.logaddexp(0, -z))
    return losses.mean(), (p - y) / len(z)
    ### END SOLUTION


def mse_on_softmax_backward(z, y):
    """Gradient, with respect to the logits, of the squared error between softmax(z) and the one-hot labels.

    若在 softmax 之后改用平方误差：损失对 logits 的梯度。

    loss = (1/N) Σ_n Σ_c (softmax(z)_nc - onehot_nc)²: summed over classes, mean over examples, no ½.

    z: float (N, C), logits, any finite value.
    y: int (N,), labels from 0 to C-1.
    Returns: float (N, C), ∂loss/∂z.
    Source: Lee 2.4.
    """
    ### BEGIN SOLUTION
    p = softmax(z)
    return softmax_backward(2 * (p - one_hot(y, z.shape[1])) / len(z), p)
    ### END SOLUTION


def compare_slopes(z, y):
    """How steep the two losses are at the same logits: the norms of the gradients of cross-entropy and squared error.

    在同一组 logits 处比较两种损失的陡峭程度：交叉熵与平方误差各自梯度的范数。

    The norm is the Euclidean one of all N·C entries: the square root of the sum of their squares.

    z: float (N, C), logits, any finite value.
    y: int (N,), labels from 0 to C-1.
    Returns: (norm_ce float, norm_mse float), of cross_entropy_backward and of mse_on_softmax_backward at (z, y).
    Source: Lee 2.4.
    """
    ### BEGIN SOLUTION
    return np.linalg.norm(cross_entropy_backward(z, y)), np.linalg.norm(mse_on_softmax_backward(z, y))
    ### END SOLUTION


def confusion_matrix(y, y_hat, C):
    """Confusion matrix: how often class i (row, the truth) was called class j (column, the prediction).

    混淆矩阵：行是真实类别，列是预测类别。

    y: int (N,), true labels from 0 to C-1, any integer dtype; classes may be missing.
    y_hat: int (N,), predicted labels from 0 to C-1.
    C: int, number of classes.
    Returns: int (C, C), counts that sum to N.
    Source: d2l 4.3 (zh 3.6); Ng, error metrics for skewed classes.
    """
    ### BEGIN SOLUTION
    counts = np.zeros((C, C), dtype=int)
    np.add.at(counts, (y, y_hat), 1)  # counts[y, y_hat] += 1 would count a repeated pair once
    return counts
    ### END SOLUTION


def macro_f1(y, y_hat, C):
    """Macro F1: the F1 score of each class, then their plain mean over all C classes.

    宏平均 F1：先求每一类的 F1，再对全部 C 类取算术平均；出现 0/0 时该类 F1 记为 0。

    F1 of a class is the harmonic mean of its precision and recall; where that is 0/0 it counts as 0, and the class
    still counts in the mean.

    y: int (N,), true labels from 0 to C-1.
    y_hat: int (N,), predicted labels from 0 to C-1.
    C: int, number of classes.
    Returns: float, 0 to 1.
    Source: Ng, error metrics for skewed classes.
    """
    ### BEGIN SOLUTION
    true, predicted = y[:, None] == np.arange(C), y_hat[:, None] == np.arange(C)  # (N, C)
    hits = (true & predicted).sum(axis=0)  # (C,)
    appearances = true.sum(axis=0) + predicted.sum(axis=0)  # (C,), 2TP + FP + FN
    return (2 * hits / np.maximum(appearances, 1)).mean()
    ### END SOLUTION


def standardize(X_train, X_test):
    """Both sets with each feature shifted and scaled so that the training set has mean 0 and standard deviation 1.

    标准化：每个特征都用训练集的均值与标准差（除以 N，而非 N-1）平移、缩放；训练集上为常数的特征只减均值。

    The standard deviation is the population's (mean of squares, divided by N). A feature that is constant on the
    training set is only shifted.

    X_train: float (N, D).
    X_test: float (M, D).
    Returns: (float (N, D), float (M, D)), the training and the test set.
    Source: Ng, feature scaling; Lee 2.5.
    """
    ### BEGIN SOLUTION
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    scale = np.where(np.ptp(X_train, axis=0) == 0, 1.0, std)  # rounding makes the std of a constant 1e-17, not 0
    return (X_train - mean) / scale, (X_test - mean) / scale
    ### END SOLUTION


def train_softmax(X, y, lr, steps):
    """Softmax regression: weights and biases that minimise the mean cross-entropy of XW + b.

    softmax 回归：用全批量梯度下降训练 W 与 b（也可以换成别的优化方法，只看分类结果）。

    Full-batch gradient descent from zeros; any other optimiser that gets as far is as good.

    X: float (N, D).
    y: int (N,), labels from 0 to C-1, every class present.
    lr: float > 0, step size.
    steps: int >= 1, number of full-batch steps.
    Returns: (W float (D, C), b float (C,)); the predicted class is the largest of XW + b.
    Source: Lee 1.4; d2l 4.4 (zh 3.6).
    """
    ### BEGIN SOLUTION
    C = y.max() + 1
    W, b = np.zeros((X.shape[1], C)), np.zeros(C)
    for _ in range(steps):
        dz = cross_entropy_backward(X @ W + b, y)  # (N, C)
        W, b = W - lr * X.T @ dz, b - lr * dz.sum(axis=0)
    return W, b
    ### END SOLUTION


def train_logistic(X, y, lr, steps):
    """Logistic regression: weights and a bias that minimise the mean binary cross-entropy of Xw + b.

    逻辑回归：用全批量梯度下降训练 w 与 b（也可以换成别的优化方法，只看分类结果）。

    Full-batch gradient descent from zeros; any other optimiser that gets as far is as good.

    X: float (N, D).
    y: int (N,), 0 or 1.
    lr: float > 0, step size.
    steps: int >= 1, number of full-batch steps.
    Returns: (w float (D,), b float); the predicted class is 1 where Xw + b > 0.
    Source: Lee 1.4; Ng, logistic regression.
    """
    ### BEGIN SOLUTION
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        _, dz = bce_with_logits(X @ w + b, y)  # (N,)
        w, b = w - lr * X.T @ dz, b - lr * dz.sum()
    return w, b
    ### END SOLUTION
