"""Optimisation: critical points, momentum, adaptive rates, Adam, schedules, batch normalisation.

优化：临界点、动量、自适应学习率、Adam、学习率调度、批量归一化。

Every function is pure: it returns new arrays and never changes its arguments. What an optimiser
has to remember from one step to the next comes in as an argument and goes out as a result.
"""

import numpy as np


def critical_point(H, tol=1e-8):
    """What kind of critical point has this Hessian, by the signs of its eigenvalues.

    由 Hessian 矩阵特征值的符号判断临界点的类型。

    H: float (D, D), second derivatives of the loss where its gradient is zero. A measured H is
        not exactly symmetric; the loss sees only its symmetric part, (H + Hᵀ)/2.
    tol: float >= 0; an eigenvalue in [-tol, tol] counts as zero.
    Returns: str; "saddle" if there are eigenvalues of both signs (whether or not others are
        zero), "min" if all are positive, "max" if all are negative, else "degenerate".
    Source: Lee 2.1; Goodfellow et al. 4.3.1.
    """
    raise NotImplementedError("critical_point")


def escape_direction(H):
    """The unit direction in which the loss falls fastest away from a critical point.

    从临界点出发，损失下降最快的单位方向。

    H: float (D, D), as in `critical_point`: only its symmetric part counts.
    Returns: float (D,), of length 1, an eigenvector of the lowest eigenvalue; u and -u are
        both right.
    Raises: ValueError if no eigenvalue is negative: no direction leads down.
    Source: Lee 2.1.
    """
    raise NotImplementedError("escape_direction")


def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):
    """One step of gradient descent with momentum, v' = μv − lr·g and w' = w + v'.

    带动量的梯度下降走一步：先更新速度 v，再用新的速度移动参数 w。

    w: float (any shape), parameters.
    g: float (as w), gradient of the loss at w.
    v: float (as w), velocity: what has become of the earlier movements (zeros at the start).
    lr: float > 0, learning rate; it stands inside the velocity.
    mu: float in [0, 1), the share of the velocity that is kept.
    nesterov: bool; if true, w looks ahead along the new velocity, w' = w + μv' − lr·g. The
        velocity that is returned is v' in either case.
    Returns: (w', v'), two floats (as w).
    Source: Lee 2.2; d2l 12.6 (zh 11.6); Sutskever et al. 2013, eq. 1-4; Bengio et al. 2012.
    """
    raise NotImplementedError("momentum_step")


def adagrad_step(w, g, s, lr, eps=1e-8):
    """One step of AdaGrad: each parameter's rate is lr over the root of the sum of its g².

    AdaGrad 走一步：每个参数的学习率除以它自己历次梯度平方和的根。

    w, g: float (any shape), parameters and gradient.
    s: float (as w), sum of the squared gradients so far (zeros at the start).
    lr: float > 0.
    eps: float > 0, added to the root, outside it: √s' + eps.
    Returns: (w', s'), two floats (as w); s' includes this step's gradient, and w' uses s'.
    Source: Lee 2.3; Duchi et al. 2011; d2l 12.7 (zh 11.7), which puts eps inside the root.
    """
    raise NotImplementedError("adagrad_step")


def rmsprop_step(w, g, s, lr, rho=0.9, eps=1e-8):
    """One step of RMSProp: like AdaGrad, but old squared gradients are forgotten.

    RMSProp 走一步：与 AdaGrad 相似，但用指数加权平均逐渐遗忘旧的梯度。

    w, g: float (any shape), parameters and gradient.
    s: float (as w), moving average of the squared gradients (zeros at the start).
    lr: float > 0.
    rho: float in [0, 1), weight of the old average; the new g² has weight 1 − rho.
    eps: float > 0, added to the root, outside it: √s' + eps.
    Returns: (w', s'), two floats (as w); w' uses s'.
    Source: Lee 2.3; Hinton, Neural Networks for Machine Learning, lecture 6; d2l 12.8 (zh 11.8).
    """
    raise NotImplementedError("rmsprop_step")


def adam_step(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    """One step of Adam: momentum over RMSProp, both corrected for their start at zero.

    Adam 走一步：一阶矩除以二阶矩的根，两者都要做偏差修正。

    w, g: float (any shape), parameters and gradient.
    state: (m, v, t): float (as w), moving average of g; float (as w), moving average of g²;
        int, the number of steps taken so far. At the start (zeros, zeros, 0). The averages in
        the state are not corrected; the correction is made for the step only.
    lr: float > 0.
    b1, b2: float in [0, 1), weights of the old m and the old v.
    eps: float > 0, added outside the root of the corrected v.
    Returns: (w', (m', v', t')); t' = t + 1 is also the t of this step's correction.
    Source: Lee 2.3; Kingma and Ba 2015, algorithm 1; d2l 12.10 (zh 11.10).
    """
    raise NotImplementedError("adam_step")


def adamw_step(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    """One step of Adam with decoupled weight decay: Adam's step, and besides −lr·wd·w.

    带解耦权重衰减的 Adam 走一步：衰减不经过梯度，也不被自适应学习率缩放。

    w, g, state, lr, b1, b2, eps: as in `adam_step`; g is the gradient of the loss alone.
    wd: float >= 0. The decay is lr·wd times the weights before the step (as in torch).
    Returns: (w', (m', v', t')), as `adam_step`.
    Source: Loshchilov and Hutter 2019, algorithm 2.
    """
    raise NotImplementedError("adamw_step")


def lr_schedule(step, total, warmup=0, kind="cosine"):
    """The factor in [0, 1] by which the learning rate is multiplied at one step.

    某一步的学习率系数：先线性预热，再按 kind 衰减。

    step: int >= 0.
    total: int > warmup, the step at which the decay ends; from there on the factor stays.
    warmup: int >= 0. The factor rises in a straight line from 0 at step 0 to 1 at step
        `warmup`; with warmup = 0 it starts at 1.
    kind: str. How it goes on from 1 at step `warmup`: "constant" stays, "linear" falls in a
        straight line to 0 at step `total`, "cosine" falls to 0 along half a period of a cosine.
    Returns: float in [0, 1].
    Raises: ValueError if `kind` is none of the three, at any step, in the warm-up too.
    Source: Lee 2.3; d2l 12.11 (zh 11.11); Loshchilov and Hutter 2017, eq. 5; Goyal et al. 2017, 2.2.
    """
    raise NotImplementedError("lr_schedule")


def batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    """Batch normalisation of each feature, γ·(x − mean)/√(var + eps) + β.

    批量归一化的前向传播：训练时用本批的统计量，推理时用滑动统计量。

    x: float (N, D), one example a row.
    gamma, beta: float (D,), scale and shift.
    running_mean, running_var: float (D,), moving statistics (zeros and ones at the start).
    momentum: float in [0, 1], weight of the new batch in the moving statistics (as in torch).
    eps: float > 0, added to the variance, inside the root.
    train: bool. If true, normalise with the batch's mean and its biased variance (over N), and
        move the running statistics: new = (1 − momentum)·old + momentum·batch, the batch's
        variance unbiased here (over N − 1, as in torch). If false, normalise with the running
        statistics and leave them as they are.
    Returns: (out, cache, running_mean, running_var): float (N, D); whatever
        `batchnorm_backward` needs, here (x_hat, std, gamma) with std = √(var + eps); float (D,)
        twice.
    Raises: ValueError if `train` and N < 2: one example has no variance.
    Source: Lee 2.5; d2l 8.5 (zh 7.5); Ioffe and Szegedy 2015, algorithms 1 and 2.
    """
    raise NotImplementedError("batchnorm_forward")


def batchnorm_backward(dout, cache):
    """Gradients of batch normalisation in training, where mean and variance depend on x.

    批量归一化（训练模式）的反向传播：均值和方差也是 x 的函数。

    dout: float (N, D), gradient of the loss with respect to out.
    cache: from `batchnorm_forward` with train=True.
    Returns: (dx, dgamma, dbeta): float (N, D), (D,), (D,).
    Source: Lee 2.5; Ioffe and Szegedy 2015, section 3.
    """
    raise NotImplementedError("batchnorm_backward")


def sigmoid(z):
    """The sigmoid 1/(1 + e^(−z)), given: written so that no z overflows.

    S 型函数（已给出，不会溢出）。

    z: float (any shape).
    Returns: float (as z), in [0, 1].
    """
    return (1 + np.tanh(z / 2)) / 2


def softmax_loss(logits, y):
    """Mean cross-entropy of softmax, and its gradient, given.

    softmax 交叉熵损失（取平均）及其对 logits 的梯度（已给出）。

    logits: float (N, C).
    y: int (N,), classes in 0..C-1.
    Returns: (loss, dlogits): float; float (N, C), with the 1/N in it.
    """
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)  # (N, C)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1
    return -log_p[rows, y].mean(), dlogits / len(y)


def deep_forward(x, layers, bn, train):
    """Logits of a deep sigmoid network, with or without batch normalisation.

    深层 sigmoid 网络的前向传播，可选批量归一化（放在激活函数之前）。

    x: float (N, D).
    layers: list of dicts. Each hidden layer has "W" float (in, out), "gamma", "beta", "mean" and
        "var", float (out,). The last has "W" and "beta" only, and gives logits = aW + β.
    bn: bool. A hidden layer is a' = sigmoid(z) with z = batch norm of aW (its scale is gamma, its
        shift beta, its running statistics mean and var; momentum and eps by default) if bn, and
        z = aW + β if not.
    train: bool, as in `batchnorm_forward`.
    Returns: (logits, caches, layers): float (N, C); whatever `deep_backward` needs; the layers
        as they came, but with the new running statistics (new dicts: do not change the old).
    Source: Lee 2.5.
    """
    raise NotImplementedError("deep_forward")


def deep_backward(dlogits, caches):
    """Gradients of a deep sigmoid network, layer by layer from the last to the first.

    深层 sigmoid 网络的反向传播。

    dlogits: float (N, C), gradient of the loss with respect to the logits.
    caches: from `deep_forward` with train=True.
    Returns: list of dicts in the order of the layers, "W" and "beta" for each layer, and with
        batch normalisation "gamma" for each hidden layer; shapes as in the layers.
    Source: Lee 2.5.
    """
    raise NotImplementedError("deep_backward")


def train_deep(X, y, layers, bn, batches, lr):
    """The layers after one pass of gradient descent over the given batches.

    按给定的批次顺序训练深层网络，返回训练后的各层参数。

    X: float (N, D), training examples.
    y: int (N,), their classes.
    layers: list of dicts, as in `deep_forward`, the initial weights.
    bn: bool, with or without batch normalisation.
    batches: int (steps, B), the rows of X that each step sees.
    lr: float > 0. Plain gradient descent with this rate is enough; any other optimiser, with any
        rate, may be used instead.
    Returns: list of dicts, as `layers`, trained; with bn its running statistics are those that
        the training has gathered.
    Source: Lee 2.5.
    """
    raise NotImplementedError("train_deep")
