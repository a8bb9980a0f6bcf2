"""Linear regression and gradient descent.

线性回归与梯度下降。

Conventions, the same in every function: N examples stand in the rows of X, D features in its columns.
A loss is the MEAN over the examples. The squared loss has no factor 1/2; Huber's loss has one, in its
quadratic part. Functions leave their arguments as they were, and draw from no generator but the one they are given.
"""

import numpy as np


def predict_linear(X, w, b):
    """Predictions of a linear model, ŷ = Xw + b.

    线性模型的预测：每行样本得到一个数。

    X: float (N, D), one example a row.
    w: float (D,), weights.
    b: float, bias.
    Returns: float (N,).
    Source: Lee 1.1, 1.3; d2l 3.1.
    """
    raise NotImplementedError("predict_linear")


def regression_loss(y_hat, y, kind, delta=1.0):
    """Mean loss of predictions, with residual r = y_hat − y.

    预测的平均损失；除 Huber 的二次部分外都不带 1/2。

    "mse":   mean of r² (no factor 1/2);
    "mae":   mean of |r|;
    "huber": mean of r²/2 where |r| ≤ delta, and of delta·|r| − delta²/2 elsewhere.

    y_hat: float (N,), predictions.
    y: float (N,), targets.
    kind: str, "mse", "mae" or "huber".
    delta: float, > 0, where Huber's loss turns linear; the others ignore it.
    Returns: float.
    Raises: ValueError for any other `kind`.
    Source: Lee 1.1; d2l 3.1; d2l lecture on loss functions.
    """
    raise NotImplementedError("regression_loss")


def mse_grad(X, y, w, b):
    """Gradient of the mean squared error of a linear model with respect to its weights and its bias.

    均方误差对权重与偏置的梯度；损失是 (Xw + b − y)² 的平均值，不带 1/2。

    The loss is mean((Xw + b − y)²): a mean over the N examples, no factor 1/2.

    X: float (N, D), one example a row.
    y: float (N,), targets.
    w: float (D,), weights.
    b: float, bias.
    Returns: (dw, db); dw: float (D,), db: float.
    Source: Lee 1.1; d2l 3.1.
    """
    raise NotImplementedError("mse_grad")


def loss_grad_wrt_pred(kind, y_hat, y, delta=1.0):
    """Gradient of `regression_loss(y_hat, y, kind, delta)` with respect to each prediction.

    平均损失对每个预测值的导数（含 1/N）；绝对值损失在残差为 0 处取任一次梯度皆可。

    The loss is a mean over N examples (and "mse" has no factor 1/2), so the 1/N belongs to the gradient.
    Where y_hat = y, "mae" has a kink: any value in [−1/N, 1/N] is right there.

    kind: str, "mse", "mae" or "huber".
    y_hat: float (N,), predictions.
    y: float (N,), targets.
    delta: float, > 0, where Huber's loss turns linear; the others ignore it.
    Returns: float (N,).
    Raises: ValueError for any other `kind`.
    Source: d2l lecture on loss functions.
    """
    raise NotImplementedError("loss_grad_wrt_pred")


def numerical_gradient(f, x, h=1e-5):
    """Gradient of a scalar function by central differences, one entry of x at a time.

    用中心差分逐个元素地估计梯度；x 可以是任意形状，也可以是整数数组。

    Entry i is (f(x + h·eᵢ) − f(x − h·eᵢ)) / (2h), where eᵢ is 1 at entry i and 0 elsewhere.

    f: callable, takes a float array shaped like x, returns a float.
    x: float or int (any shape). It may be moved while f is called, if it is put back exactly.
    h: float, > 0, the step.
    Returns: float, shaped like x (float also where x holds integers).
    Source: Ng, gradient checking.
    """
    raise NotImplementedError("numerical_gradient")


def closed_form(X, y, l2=0.0):
    """Weights and bias that minimise mean((Xw + b − y)²) + l2·‖w‖².

    岭回归（l2=0 时为最小二乘）的显式解；偏置不受惩罚，特征可以线性相关。

    The first term is a mean over the N examples, no factor 1/2; the penalty is on w alone, never on b.
    The columns of X may be linearly dependent, and N may be smaller than D: where there are many
    minimisers, any one will do.

    X: float (N, D), one example a row.
    y: float (N,), targets.
    l2: float, >= 0, strength of the penalty.
    Returns: (w, b); w: float (D,), b: float.
    Source: d2l 3.1.
    """
    raise NotImplementedError("closed_form")


def gradient_descent(grad_fn, theta0, lr, steps):
    """Every point that gradient descent visits, θ ← θ − lr·grad_fn(θ), the starting point first.

    梯度下降经过的所有点，第一行是起点。

    grad_fn: callable, takes a float (P,) array, returns the gradient there, float (P,). It is used as it is.
    theta0: float or int (P,), the starting point; stays as it is.
    lr: float, > 0, learning rate.
    steps: int, >= 0, number of updates.
    Returns: float (steps + 1, P), row k is the point after k updates (a list of such rows is taken too).
    Source: Lee 1.1; d2l 3.1.
    """
    raise NotImplementedError("gradient_descent")


def minibatches(N, batch, rng):
    """The examples' indices 0 … N−1 for one epoch, shuffled and cut into mini-batches.

    把 0 … N−1 打乱后切成小批量；最后一批可以不满，但不能丢掉，也不能是空的。

    Every index comes exactly once. Each mini-batch has `batch` indices, only the last one has what is left
    over, and none is empty. The order is a fresh random one in each call, drawn from `rng` and nothing else.

    N: int, >= 1, number of examples.
    batch: int, >= 1, may be larger than N.
    rng: numpy.random.Generator.
    Returns: list of int arrays (a generator of them is taken too).
    Source: Lee 1.3; d2l 3.3 (zh 3.2).
    """
    raise NotImplementedError("minibatches")


def relu_sum(knots, values):
    """A constant and ReLUs whose sum runs through given points, y(x) = b + Σₖ cₖ·max(0, x − tₖ).

    用常数加若干 ReLU 精确表示分段线性曲线；两端之外保持水平，结点不一定有序。

    The curve is a straight line between neighbouring points (knots[k], values[k]). To the left of the leftmost
    knot it stays at that knot's value, to the right of the rightmost one at that one's.
    Any (b, c, t) that gives this curve is right.

    knots: float (K,), K >= 1, all different, in any order.
    values: float (K,), the curve's height at each knot.
    Returns: (b, c, t); b: float, c: float (K,), t: float (K,). Another number of ReLUs is taken too.
    Source: Lee 1.3.2, 1.3.3.
    """
    raise NotImplementedError("relu_sum")


def train_views(series, lag):
    """A linear model, fitted by least squares, that predicts a day's views from the days before it.

    用前 lag 天的观看次数预测当天的线性模型；w[0] 乘昨天，w[1] 乘前天，以此类推。

    The prediction for day t is b + Σⱼ w[j−1]·series[t−j], j = 1 … lag: w[0] weighs the day before, w[1] the
    day before that. The loss is the mean squared error over the days lag … T−1 of the series; minimise it in
    closed form, or by gradient descent on standardised days (on the raw ones it takes too long), down to within
    2 % of the lowest value. Where the days follow an exact rule, the forecasts are right to 0.001.

    series: float (T,), views a day, oldest first; T > 2·lag.
    lag: int, >= 1, how many days the model looks back.
    Returns: (w, b); w: float (lag,), b: float.
    Source: Lee 1.1, 1.3.
    """
    raise NotImplementedError("train_views")
