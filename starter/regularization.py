"""Regularisation: keep a model from learning its training set by heart.

正则化：不让模型把训练集背下来。

Every function is pure: it leaves its arguments as they are, draws random numbers only from the generator that it is
given, and prints nothing.
"""

import numpy as np


def penalty(params, l1, l2, exclude=()):
    """Penalty on the size of the weights, l1 · Σ|w| + l2 · Σw², and its gradient.

    权重大小的惩罚项及其梯度：求和，不取平均，也没有 ½。

    Convention: a plain sum over all entries of all tensors; no mean, and no ½ in front of the square (d2l has one).

    params: dict from name to float (any dims), the model's parameters.
    l1: float, 0 or more, strength of the L1 penalty.
    l2: float, 0 or more, strength of the L2 penalty.
    exclude: tuple of str, the names of the parameters that are not penalised (biases, as a rule); whole names.
    Returns: (loss, grads); loss: float; grads: dict with every name of `params`, each entry float with that
        parameter's dims, all zeros for an excluded one. Where w = 0 any subgradient of l1 · |w| will do.
    Source: d2l 3.7 (zh 4.5), "Weight Decay"; Goodfellow et al., Deep Learning, 7.1.
    """
    raise NotImplementedError("penalty")


def dropout_forward(x, p, mask_u, train):
    """Inverted dropout: drop entries with probability p and scale up the rest, so that the mean stays.

    暂退法（inverted dropout）：以概率 p 丢弃，保留下来的元素在训练时放大，使期望不变。

    Convention: p is the probability of being DROPPED; the entry x[i] is dropped where mask_u[i] < p. In evaluation
    (train=False) nothing is dropped and nothing is scaled. p = 1 drops everything.

    x: float (any dims).
    p: float in [0, 1].
    mask_u: float (dims of x), uniform in [0, 1); may be None where train is False.
    train: bool.
    Returns: (out, cache); out: float (dims of x); cache: whatever your `dropout_backward` needs.
    Raises: ValueError where p lies outside [0, 1].
    Source: d2l 5.6 (zh 4.6), "Dropout"; Srivastava et al. 2014, JMLR 15.
    """
    raise NotImplementedError("dropout_forward")


def dropout_backward(dout, cache):
    """Gradient of `dropout_forward` with respect to x.

    dropout_forward 对 x 的梯度。

    dout: float (dims of x), gradient of the loss with respect to out.
    cache: what `dropout_forward` returned.
    Returns: float (dims of x).
    Source: d2l 5.6 (zh 4.6), "Dropout".
    """
    raise NotImplementedError("dropout_backward")


def ridge_gd(X, y, lam, lr, steps):
    """Ridge regression by full-batch gradient descent, from w = 0 and b = 0.

    从 w = 0、b = 0 出发，用全批量梯度下降求岭回归。

    Convention: the loss is mean((Xw + b − y)²) + lam · ‖w‖²: a mean over examples without ½, a penalty that is not
    divided by N and spares the bias. Each step moves w and b together, both gradients taken at the old (w, b).

    X: float (N, D), one example a row.
    y: float (N,).
    lam: float, 0 or more.
    lr: float, above 0.
    steps: int, 0 or more, number of updates.
    Returns: (w, b); w: float (D,); b: float. With enough steps these are the minimum of the loss.
    Source: d2l 3.7 (zh 4.5), "Weight Decay"; Hoerl and Kennard 1970, Technometrics 12.
    """
    raise NotImplementedError("ridge_gd")


def label_smoothing_ce(z, y, eps):
    """Cross-entropy of logits against smoothed labels, and its gradient.

    标签平滑后的交叉熵，以及它对 logits 的梯度。

    Convention (PyTorch's): the target is (1 − eps) · onehot(y) + eps / C, so the share eps is spread over ALL C
    classes, the true one included. The loss is the mean over the N examples.

    z: float (N, C), logits, any finite value (±1000 too).
    y: int (N,), the true classes, 0 to C − 1.
    eps: float in [0, 1].
    Returns: (loss, dz); loss: float; dz: float (N, C), the gradient with respect to the logits.
    Source: Szegedy et al. 2016, "Rethinking the Inception Architecture", section 7; d2l 4.1 (zh 3.4) for the loss.
    """
    raise NotImplementedError("label_smoothing_ce")


def clip_grad_norm(grads, max_norm):
    """Gradients scaled so that their global norm is at most max_norm, and the norm before that.

    按全局范数裁剪梯度，并返回裁剪之前的范数。

    Convention: one Euclidean norm over all entries of all tensors together; one common factor for all of them.
    Nothing changes where the norm is max_norm or less. Nothing changes either where the norm is NaN or infinite:
    the caller sees that in `total` and skips the step.

    grads: list of float (any dims) or None (a parameter without gradient).
    max_norm: float, above 0.
    Returns: (clipped, total); clipped: list as long as `grads`, with None where `grads` has None; total: float, the
        norm before clipping, 0 where there is no gradient at all.
    Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks"; d2l 9.5 (zh 8.5).
    """
    raise NotImplementedError("clip_grad_norm")


def early_stopping(losses, patience, min_delta):
    """Which epoch to keep and at which epoch to stop, given the validation loss of every epoch.

    给定每个 epoch 的验证损失：该保留哪一个 epoch，又在哪一个 epoch 停下。

    Convention: an epoch improves where its loss is lower than that of the best epoch so far by MORE than min_delta;
    it is then the new best. Training stops at the end of the epoch that makes it `patience` epochs in a row without
    improvement. A NaN is never an improvement. Epochs count from 0.

    losses: float (E,), E at least 1, the first one finite.
    patience: int, 1 or more.
    min_delta: float, 0 or more.
    Returns: (best, stop), two int; best: the best epoch among those run; stop: the last epoch run, which is E − 1
        where the patience never runs out.
    Source: Prechelt 1998, "Early stopping — but when?"; Goodfellow et al., Deep Learning, 7.8; d2l 5.5.
    """
    raise NotImplementedError("early_stopping")


def kfold(N, k, rng):
    """Split N examples into k folds at random; each fold is the validation set once.

    把 N 个样本随机分成 k 折，每一折轮流当验证集。

    Convention: fold sizes differ by at most one. The indices within a fold may stand in any order.

    N: int, number of examples.
    k: int, 2 to N.
    rng: numpy.random.Generator, the only source of randomness.
    Returns: list of k pairs (train, val), each an int array of indices out of 0 to N − 1.
    Raises: ValueError where k is less than 2 or more than N.
    Source: d2l 3.6 (zh 4.4), "Cross-Validation"; Hastie et al., The Elements of Statistical Learning, 7.10.
    """
    raise NotImplementedError("kfold")


def init_std(fan_in, fan_out, kind):
    """Standard deviation with which to draw a layer's initial weights.

    一层的初始权重该用多大的标准差。

    Convention: Xavier looks at the mean of both fans, with gain 1; Kaiming looks at fan_in alone, with ReLU's gain √2.
    The standard deviation is the same whether the weights are then drawn uniform or normal.

    fan_in: int, number of inputs that one output sums up.
    fan_out: int, number of outputs that one input feeds.
    kind: str, "xavier_uniform", "xavier_normal", "kaiming_uniform" or "kaiming_normal".
    Returns: float, the standard deviation (not the variance, not the uniform's bound).
    Raises: ValueError for any other kind.
    Source: Glorot and Bengio 2010; He et al. 2015; d2l 5.4 (zh 4.8).
    """
    raise NotImplementedError("init_std")


def init_weights(shape, kind, rng):
    """Random initial weights of one dense or convolution layer, mean 0 and standard deviation `init_std`.

    全连接层或卷积层的随机初始权重：均值 0，标准差为 init_std。

    Convention: a dense layer computes x @ w with w (fan_in, fan_out), as everywhere in this course (PyTorch stores
    the transpose); a convolution has w (F, C, KH, KW), F filters over C channels, and each of its outputs sums up
    C · KH · KW inputs. A uniform kind is drawn from [−a, a), with the a that gives the standard deviation asked for.

    shape: tuple of int, (fan_in, fan_out) or (F, C, KH, KW).
    kind: str, as in `init_std`.
    rng: numpy.random.Generator, the only source of randomness.
    Returns: float array of that shape.
    Raises: ValueError for an unknown kind.
    Source: Glorot and Bengio 2010; He et al. 2015, section 2.2; d2l 5.4 (zh 4.8).
    """
    raise NotImplementedError("init_weights")
