"""Wrong answers that people really write, each with the question that helps.

Left out because they are right: `sign(0)` taken as ±1 (any subgradient will do), `mask_u > p` instead of `>=` (equal
with probability 0), `max_norm <= total` instead of `<` (the factor is 1 there), folds of equal sizes in another order.
"""

from itertools import count

import numpy as np

from autograder.bank import mistake

from . import solution as right

_RUNS = count()


def _as_chance_has_it():
    """A generator that nobody can have twice, as `np.random` is to whoever did not seed it."""
    return np.random.default_rng(next(_RUNS))


# ---------------------------------------------------------------------------------------------------- penalty


def _penalty(params, l1, l2, exclude, loss_of, grad_of):
    """The right frame of `penalty` around another loss and gradient of one tensor."""
    kept = {name: w for name, w in params.items() if name not in exclude}
    grads = {name: grad_of(w) if name in kept else np.zeros_like(w) for name, w in params.items()}
    return sum(loss_of(w) for w in kept.values()), grads


@mistake(
    "penalty",
    en="Which of the parameters named in `exclude` still change your result?",
    zh="`exclude` 里列出的参数，是否仍然影响了你的结果？",
)
def penalty_that_ignores_exclude(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2)


@mistake(
    "penalty",
    en="Does `exclude` name the parameters to leave out, or the ones to penalise?",
    zh="`exclude` 列的是要排除的参数，还是要惩罚的参数？",
)
def penalty_of_the_excluded_only(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2, tuple(name for name in params if name not in exclude))


@mistake(
    "penalty",
    en="What is the gradient of a parameter that the loss does not contain?",
    zh="损失里没有出现的参数，它的梯度应该是多少？",
)
def penalty_gradient_of_excluded_kept(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2, exclude)[0], right.penalty(params, l1, l2)[1]


@mistake(
    "penalty",
    en="Your gradients leave the excluded parameters out; does your loss leave them out too?",
    zh="梯度里已经排除了这些参数，损失里也排除了吗？",
)
def penalty_loss_of_excluded_kept(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2)[0], right.penalty(params, l1, l2, exclude)[1]


@mistake(
    "penalty",
    en="Which keys must the dictionary of gradients have?",
    zh="返回的梯度字典应该包含哪些键？",
)
def penalty_gradient_of_excluded_missing(params, l1, l2, exclude=()):
    loss, grads = right.penalty(params, l1, l2, exclude)
    return loss, {name: g for name, g in grads.items() if name not in exclude}


@mistake(
    "penalty",
    en="With exclude = ('b1',), is 'b10' excluded?",
    zh="exclude = ('b1',) 时，'b10' 应该被排除吗？",
)
def penalty_excludes_by_prefix(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2, tuple(n for n in params if n.startswith(tuple(exclude))))


@mistake(
    "penalty",
    en="How do you decide which parameter is exempt: by its name or by its number of axes?",
    zh="你是按名字，还是按维数来判断哪些参数不惩罚的？",
)
def penalty_excludes_vectors(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2, tuple(name for name, w in params.items() if w.ndim == 1))


@mistake(
    "penalty",
    en="Does this course's convention have the ½ in front of the square?",
    zh="按本课程的约定，平方项前面有 ½ 吗？",
)
def penalty_l2_halved(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2 / 2, exclude)


@mistake(
    "penalty",
    en="What is the derivative of w²?",
    zh="w² 的导数是什么？",
)
def penalty_l2_gradient_without_two(params, l1, l2, exclude=()):
    return right.penalty(params, l1, l2, exclude)[0], right.penalty(params, l1, l2 / 2, exclude)[1]


@mistake(
    "penalty",
    en="Is the L2 penalty the norm, or its square?",
    zh="L2 惩罚用的是范数本身，还是范数的平方？",
)
def penalty_l2_norm_not_squared(params, l1, l2, exclude=()):
    return _penalty(
        params,
        l1,
        l2,
        exclude,
        lambda w: l1 * np.abs(w).sum() + l2 * np.sqrt(np.square(w).sum()),
        lambda w: l1 * np.sign(w) + l2 * w / np.sqrt(np.square(w).sum()),
    )


@mistake(
    "penalty",
    en="Is the penalty a sum over the weights, or a mean?",
    zh="惩罚项是对权重求和，还是取平均？",
)
def penalty_averaged_over_entries(params, l1, l2, exclude=()):
    return _penalty(
        params,
        l1,
        l2,
        exclude,
        lambda w: l1 * np.abs(w).mean() + l2 * np.square(w).mean(),
        lambda w: (l1 * np.sign(w) + 2 * l2 * w) / w.size,
    )


@mistake(
    "penalty",
    en="What is divided by a number of examples here, and does the penalty know how many examples there are?",
    zh="你除以的样本数从哪里来？惩罚项与样本数有关吗？",
)
def penalty_over_first_dimension(params, l1, l2, exclude=()):
    return _penalty(
        params,
        l1,
        l2,
        exclude,
        lambda w: (l1 * np.abs(w).sum() + l2 * np.square(w).sum()) / w.shape[0],
        lambda w: (l1 * np.sign(w) + 2 * l2 * w) / w.shape[0],
    )


@mistake(
    "penalty",
    en="What does a negative weight add to the L1 penalty?",
    zh="负的权重对 L1 惩罚的贡献是多少？",
)
def penalty_l1_without_abs(params, l1, l2, exclude=()):
    return _penalty(
        params,
        l1,
        l2,
        exclude,
        lambda w: l1 * w.sum() + l2 * np.square(w).sum(),
        lambda w: l1 * np.ones_like(w) + 2 * l2 * w,
    )


@mistake(
    "penalty",
    en="Is it the L1 norm that is added, or its square?",
    zh="加上的是 L1 范数，还是 L1 范数的平方？",
)
def penalty_l1_squared(params, l1, l2, exclude=()):
    return _penalty(
        params,
        l1,
        l2,
        exclude,
        lambda w: l1 * np.abs(w).sum() ** 2 + l2 * np.square(w).sum(),
        lambda w: 2 * l1 * np.abs(w).sum() * np.sign(w) + 2 * l2 * w,
    )


@mistake(
    "penalty",
    en="How does the slope of |w| depend on the size of w?",
    zh="|w| 的斜率会随 w 的大小变化吗？",
)
def penalty_l1_gradient_is_abs(params, l1, l2, exclude=()):
    grads = _penalty(params, l1, l2, exclude, np.sum, lambda w: l1 * np.abs(w) + 2 * l2 * w)[1]
    return right.penalty(params, l1, l2, exclude)[0], grads


@mistake(
    "penalty",
    en="Towards which side does |w| fall when w is negative?",
    zh="w 为负时，|w| 往哪个方向减小？",
)
def penalty_l1_gradient_without_sign(params, l1, l2, exclude=()):
    grads = _penalty(params, l1, l2, exclude, np.sum, lambda w: l1 + 2 * l2 * w)[1]
    return right.penalty(params, l1, l2, exclude)[0], grads


@mistake(
    "penalty",
    en="What does your L1 gradient give where a weight is exactly 0?",
    zh="权重恰好为 0 时，你的 L1 梯度是多少？",
)
def penalty_l1_gradient_divides_by_abs(params, l1, l2, exclude=()):
    grads = _penalty(params, l1, l2, exclude, np.sum, lambda w: l1 * w / np.abs(w) + 2 * l2 * w)[1]
    return right.penalty(params, l1, l2, exclude)[0], grads


@mistake(
    "penalty",
    en="How large is the L1 gradient of a weight of 1e-9?",
    zh="权重只有 1e-9 时，L1 梯度有多大？",
)
def penalty_l1_gradient_with_eps(params, l1, l2, exclude=()):
    def slope(w):
        return l1 * w / (np.abs(w) + 1e-8) + 2 * l2 * w

    return right.penalty(params, l1, l2, exclude)[0], _penalty(params, l1, l2, exclude, np.sum, slope)[1]


@mistake(
    "penalty",
    en="Which strength belongs to |w|, and which one to w²?",
    zh="两个强度，哪个乘 |w|，哪个乘 w²？",
)
def penalty_strengths_swapped(params, l1, l2, exclude=()):
    return right.penalty(params, l2, l1, exclude)


@mistake(
    "penalty",
    en="What is left in your loss of the tensors that came before the last one?",
    zh="循环到最后一个张量时，前面张量的惩罚还在损失里吗？",
)
def penalty_of_last_tensor_only(params, l1, l2, exclude=()):
    kept = [name for name in params if name not in exclude]
    last = {name: params[name] for name in kept[-1:]}
    return right.penalty(last, l1, l2)[0], right.penalty(params, l1, l2, exclude)[1]


@mistake(
    "penalty",
    en="Your gradient points downhill; which way does a gradient point?",
    zh="梯度指向函数增大还是减小的方向？",
)
def penalty_gradient_negated(params, l1, l2, exclude=()):
    loss, grads = right.penalty(params, l1, l2, exclude)
    return loss, {name: -g for name, g in grads.items()}


# ---------------------------------------------------------------------------------------------------- dropout
# The reference's cache is the factor by which each entry was multiplied, and its backward multiplies by that factor:
# a mistake made alike in both directions is a forward that stores its own factor.


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="What happens to the mean of the output when a share p of the entries is dropped?",
    zh="丢掉比例为 p 的元素之后，输出的均值会怎样？",
)
def dropout_forward_without_scaling(x, p, mask_u, train):
    out, factor = right.dropout_forward(x, p, mask_u, train)
    return (x * (mask_u >= p), factor) if train else (out, factor)


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="By how much does dropping change the expected value of an entry, and where do you make up for it?",
    zh="丢弃会让每个元素的期望变成多少？你在哪里补偿回来？",
)
def dropout_without_scaling(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    factor = 1.0 * (mask_u >= p) if train else 1.0
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Is p the probability of keeping an entry, or of dropping it?",
    zh="p 是保留的概率，还是丢弃的概率？",
)
def dropout_keeps_with_p(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    factor = (mask_u < p) / max(p, 1e-300) if train else 1.0
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Which share of the entries survives: p or 1 − p?",
    zh="留下来的比例是 p 还是 1 − p？",
)
def dropout_scaled_by_p(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    factor = (mask_u >= p) / max(p, 1e-300) if train else 1.0
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Should the surviving entries become larger or smaller?",
    zh="保留下来的元素应该变大还是变小？",
)
def dropout_multiplied_by_survival(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    factor = (mask_u >= p) * (1 - p) if train else 1.0
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Which entries does the docstring drop: those with a small or those with a large uniform?",
    zh="按文档的约定，被丢弃的是 mask_u 小的元素，还是大的元素？",
)
def dropout_mask_mirrored(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    factor = (mask_u < 1 - p) / (1 - p) if train and p < 1 else 0.0 if train else 1.0
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="In which of the two modes does inverted dropout scale: training or evaluation?",
    zh="inverted dropout 是在训练时缩放，还是在测试时缩放？",
)
def dropout_scales_in_evaluation(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    factor = 1.0 * (mask_u >= p) if train else 1 - p
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="If training already keeps the mean, what is left to correct in evaluation?",
    zh="训练时已经保持了期望，测试时还需要再修正什么吗？",
)
def dropout_scales_in_both_modes(x, p, mask_u, train):
    if train:
        return right.dropout_forward(x, p, mask_u, train)
    right.dropout_forward(x, p, mask_u, train)
    return x * (1 - p), 1 - p


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="What should `train=False` change?",
    zh="`train=False` 时应该有什么不同？",
)
def dropout_in_evaluation_too(x, p, mask_u, train):
    return right.dropout_forward(x, p, mask_u, True)


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Where in your code does `mask_u` change the output?",
    zh="你的代码里，`mask_u` 在哪里影响了输出？",
)
def dropout_never(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    return x, 1.0


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Does each entry have its own chance, or does a whole row share one?",
    zh="是每个元素各自决定去留，还是整行共用一个结果？",
)
def dropout_of_whole_rows(x, p, mask_u, train):
    if not train:
        return right.dropout_forward(x, p, mask_u, train)
    factor = right.dropout_forward(np.ones_like(x), p, mask_u, True)[0]
    factor = np.broadcast_to(factor.reshape(len(x), -1)[:, 0].reshape((-1,) + (1,) * (x.ndim - 1)), x.shape)
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Do all the examples of a batch drop the same units?",
    zh="同一个 batch 里的所有样本，丢弃的单元都一样吗？",
)
def dropout_same_for_every_example(x, p, mask_u, train):
    if not train:
        return right.dropout_forward(x, p, mask_u, train)
    factor = right.dropout_forward(np.ones_like(x), p, mask_u, True)[0]
    factor = np.broadcast_to(factor[:1], x.shape)
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Which values can a dropout mask take?",
    zh="dropout 的掩码可以取哪些值？",
)
def dropout_uses_uniforms_as_mask(x, p, mask_u, train):
    right.dropout_forward(x, p, mask_u, train)
    factor = mask_u / max(1 - p, 1e-300) if train else 1.0
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="Where do the random numbers that decide come from: from `mask_u`, or from your own draw?",
    zh="决定去留的随机数是来自 `mask_u`，还是你自己另外抽的？",
)
def dropout_draws_its_own_mask(x, p, mask_u, train):
    own = None if mask_u is None else np.random.default_rng(0).random(x.shape)
    return right.dropout_forward(x, p, own, train)


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="What does your scale become at p = 1, and what is 0 times that?",
    zh="p = 1 时缩放系数是多少？0 乘以它又得到什么？",
)
def dropout_of_everything_is_nan(x, p, mask_u, train):
    if not train or p != 1:
        return right.dropout_forward(x, p, mask_u, train)
    factor = (mask_u >= p) / np.float64(1 - p)
    return x * factor, factor


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="What does your function say to p = 1.5?",
    zh="p = 1.5 时，你的函数会怎么做？",
)
def dropout_takes_any_p(x, p, mask_u, train):
    return right.dropout_forward(x, min(max(p, 0.0), 1.0), mask_u, train)


@mistake(
    "dropout",
    replaces="dropout_forward",
    en="After the call, is x still what the caller passed in?",
    zh="调用结束之后，调用者手里的 x 还是原来的样子吗？",
)
def dropout_overwrites_x(x, p, mask_u, train):
    out, factor = right.dropout_forward(x, p, mask_u, train)
    x[...] = out
    return x, factor


@mistake(
    "dropout",
    replaces="dropout_backward",
    en="Which entries of x could have changed the loss?",
    zh="x 中有哪些元素真正影响了损失？",
)
def dropout_backward_without_mask(dout, cache):
    return dout * np.max(cache)


@mistake(
    "dropout",
    replaces="dropout_backward",
    en="By what was a surviving entry multiplied in forward?",
    zh="前向时，保留下来的元素乘了多少？",
)
def dropout_backward_without_scale(dout, cache):
    return dout * (np.asarray(cache) != 0)


@mistake(
    "dropout",
    replaces="dropout_backward",
    en="Is the mask in backward the same one as in forward?",
    zh="反向用的掩码和前向是同一个吗？",
)
def dropout_backward_draws_new_mask(dout, cache):
    if np.ndim(cache) == 0:
        return dout * cache
    return dout * np.random.default_rng(1).permutation(np.ravel(cache)).reshape(dout.shape)


@mistake(
    "dropout",
    replaces="dropout_backward",
    en="How often does the scale act on an entry on its way forward?",
    zh="前向时，缩放系数对每个元素作用了几次？",
)
def dropout_backward_scales_twice(dout, cache):
    return dout * cache * np.max(cache)


@mistake(
    "dropout",
    replaces="dropout_backward",
    en="Does dropout with a fixed mask multiply or divide by the scale in backward?",
    zh="掩码固定时，反向应该乘以还是除以缩放系数？",
)
def dropout_backward_divides_by_scale(dout, cache):
    factor = np.asarray(cache)
    return dout * np.divide(1.0, factor, out=np.zeros_like(factor), where=factor != 0)


# --------------------------------------------------------------------------------------------------- ridge_gd


def _descend(X, y, lr, steps, gradient):
    """Gradient descent from zero along another gradient, which maps (w, b, residual) to (dw, db)."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        dw, db = gradient(w, b, X @ w + b - y)
        w, b = w - lr * dw, b - lr * db
    return w, b


@mistake(
    "ridge_gd",
    en="Does the penalty in the loss contain the bias?",
    zh="损失里的惩罚项包含偏置吗？",
)
def ridge_decays_bias(X, y, lam, lr, steps):
    N = len(y)
    return _descend(X, y, lr, steps, lambda w, b, r: (2 / N * X.T @ r + 2 * lam * w, 2 / N * r.sum() + 2 * lam * b))


@mistake(
    "ridge_gd",
    en="Is the penalty inside the mean over examples, or beside it?",
    zh="惩罚项在对样本取平均的里面，还是外面？",
)
def ridge_penalty_over_n(X, y, lam, lr, steps):
    return right.ridge_gd(X, y, lam / len(y), lr, steps)


@mistake(
    "ridge_gd",
    en="What is the derivative of lam · w² when there is no ½?",
    zh="没有 ½ 时，lam · w² 的导数是多少？",
)
def ridge_penalty_without_two(X, y, lam, lr, steps):
    return right.ridge_gd(X, y, lam / 2, lr, steps)


@mistake(
    "ridge_gd",
    en="What is the derivative of the squared residual when there is no ½?",
    zh="没有 ½ 时，残差平方的导数是多少？",
)
def ridge_data_without_two(X, y, lam, lr, steps):
    N = len(y)
    return _descend(X, y, lr, steps, lambda w, b, r: (X.T @ r / N + 2 * lam * w, r.sum() / N))


@mistake(
    "ridge_gd",
    en="Which of your two gradients has lost its factor 2: the data's, the penalty's, or both?",
    zh="因子 2 是从哪一项梯度里丢的：数据项、惩罚项，还是两项都丢了？",
)
def ridge_both_without_two(X, y, lam, lr, steps):
    return right.ridge_gd(X, y, lam, lr / 2, steps)


@mistake(
    "ridge_gd",
    en="Is the data term a mean or a sum over the examples?",
    zh="数据项是对样本取平均，还是求和？",
)
def ridge_sum_over_examples(X, y, lam, lr, steps):
    return _descend(X, y, lr, steps, lambda w, b, r: (2 * X.T @ r + 2 * lam * w, 2 * r.sum()))


@mistake(
    "ridge_gd",
    en="Which way should the penalty push a weight: towards 0 or away from it?",
    zh="惩罚项应该把权重推向 0，还是推离 0？",
)
def ridge_grows_weights(X, y, lam, lr, steps):
    return right.ridge_gd(X, y, -lam, lr, steps)


@mistake(
    "ridge_gd",
    en="Where in your update does lam stand?",
    zh="更新公式里，lam 出现在哪里？",
)
def ridge_without_penalty(X, y, lam, lr, steps):
    return right.ridge_gd(X, y, 0.0, lr, steps)


@mistake(
    "ridge_gd",
    en="By what is the penalty's gradient multiplied before it moves the weights?",
    zh="惩罚项的梯度在更新权重之前乘了什么？",
)
def ridge_decay_without_lr(X, y, lam, lr, steps):
    return _descend(X, y, lr, steps, lambda w, b, r: (2 / len(y) * X.T @ r + 2 * lam * w / lr, 2 / len(y) * r.sum()))


@mistake(
    "ridge_gd",
    en="At which weights do you take the data gradient: before or after the decay?",
    zh="数据项的梯度是在衰减之前的权重处算的，还是之后？",
)
def ridge_decays_before_gradient(X, y, lam, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        w = w * (1 - 2 * lr * lam)
        r = X @ w + b - y
        w, b = w - lr * 2 / len(y) * X.T @ r, b - lr * 2 / len(y) * r.sum()
    return w, b


@mistake(
    "ridge_gd",
    en="Which weights does the decay act on: those before or those after the data step?",
    zh="衰减作用在数据项更新之前的权重上，还是之后的权重上？",
)
def ridge_decays_after_step(X, y, lam, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        r = X @ w + b - y
        w, b = w - lr * 2 / len(y) * X.T @ r, b - lr * 2 / len(y) * r.sum()
        w = w * (1 - 2 * lr * lam)
    return w, b


@mistake(
    "ridge_gd",
    en="When you compute the gradient of b, has w already moved?",
    zh="计算 b 的梯度时，w 是不是已经更新过了？",
)
def ridge_moves_w_before_b(X, y, lam, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        w = w - lr * (2 / len(y) * X.T @ (X @ w + b - y) + 2 * lam * w)
        b = b - lr * 2 / len(y) * (X @ w + b - y).sum()
    return w, b


@mistake(
    "ridge_gd",
    en="Which penalty has a gradient that does not depend on the size of w?",
    zh="哪一种惩罚的梯度与 w 的大小无关？",
)
def ridge_with_l1_penalty(X, y, lam, lr, steps):
    return _descend(X, y, lr, steps, lambda w, b, r: (2 / len(y) * X.T @ r + lam * np.sign(w), 2 / len(y) * r.sum()))


@mistake(
    "ridge_gd",
    en="Does your bias ever move away from 0?",
    zh="你的偏置离开过 0 吗？",
)
def ridge_without_bias(X, y, lam, lr, steps):
    return _descend(X, y, lr, steps, lambda w, b, r: (2 / len(y) * X.T @ r + 2 * lam * w, 0.0))


@mistake(
    "ridge_gd",
    en="How many updates does your loop make when steps = 1?",
    zh="steps = 1 时，你的循环更新了几次？",
)
def ridge_one_step_short(X, y, lam, lr, steps):
    return right.ridge_gd(X, y, lam, lr, max(steps - 1, 0))


@mistake(
    "ridge_gd",
    en="What should come back when steps = 0?",
    zh="steps = 0 时应该返回什么？",
)
def ridge_one_step_more(X, y, lam, lr, steps):
    return right.ridge_gd(X, y, lam, lr, steps + 1)


@mistake(
    "ridge_gd",
    en="After how many steps does your loop really end?",
    zh="你的循环实际上执行了多少步就停了？",
)
def ridge_stops_when_loss_settles(X, y, lam, lr, steps):
    def loss(w, b):
        return np.mean((X @ w + b - y) ** 2) + lam * w @ w

    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        new_w, new_b = (u + v for u, v in zip((w, b), _one_step(X, y, lam, lr, w, b), strict=True))
        settled = abs(loss(w, b) - loss(new_w, new_b)) < 1e-6
        w, b = new_w, new_b
        if settled:
            break
    return w, b


def _one_step(X, y, lam, lr, w, b):
    r = X @ w + b - y
    return -lr * (2 / len(y) * X.T @ r + 2 * lam * w), -lr * 2 / len(y) * r.sum()


@mistake(
    "ridge_gd",
    en="What should w be after a single step: already the minimum?",
    zh="只走一步之后，w 就应该已经在最小点了吗？",
)
def ridge_closed_form_instead(X, y, lam, lr, steps):
    N, D = X.shape
    mean_x, mean_y = X.mean(axis=0), y.mean()
    Xc = X - mean_x
    w = np.linalg.solve(Xc.T @ Xc / N + lam * np.eye(D) + 1e-300, Xc.T @ (y - mean_y) / N)
    return w, mean_y - mean_x @ w


@mistake(
    "ridge_gd",
    en="If you centre the data first, what does b belong to afterwards: the centred data or the given one?",
    zh="如果先把数据中心化，最后的 b 对应的是中心化之后的数据，还是原来的数据？",
)
def ridge_on_centred_data(X, y, lam, lr, steps):
    w, _ = right.ridge_gd(X - X.mean(axis=0), y - y.mean(), lam, lr, steps)
    return w, y.mean()


# ----------------------------------------------------------------------------------------- label_smoothing_ce


def _log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _onehot(y, C):
    return np.eye(C)[y]


def _smoothed_with(z, target):
    """Loss and gradient as people write them for a target, also where it does not sum to 1."""
    log_p = _log_softmax(z)
    return -(target * log_p).sum() / len(z), (np.exp(log_p) - target) / len(z)


@mistake(
    "label_smoothing_ce",
    en="Over how many classes is the share eps spread: C or C − 1?",
    zh="eps 这部分概率分给了多少个类别：C 个，还是 C − 1 个？",
)
def smoothing_over_other_classes(z, y, eps):
    C = z.shape[1]
    hot = _onehot(y, C)
    return _smoothed_with(z, (1 - eps) * hot + eps / (C - 1) * (1 - hot))


@mistake(
    "label_smoothing_ce",
    en="What do the entries of your target sum to?",
    zh="你的软标签各项之和是多少？",
)
def smoothing_without_share_for_true_class(z, y, eps):
    C = z.shape[1]
    hot = _onehot(y, C)
    return _smoothed_with(z, (1 - eps) * hot + eps / C * (1 - hot))


@mistake(
    "label_smoothing_ce",
    en="How much of the probability has your target left for the other classes?",
    zh="你的软标签给其他类别留了多少概率？",
)
def smoothing_scales_true_class_only(z, y, eps):
    return _smoothed_with(z, (1 - eps) * _onehot(y, z.shape[1]))


@mistake(
    "label_smoothing_ce",
    en="With eps = 0, which target do you get?",
    zh="eps = 0 时，你得到的目标是什么？",
)
def smoothing_with_eps_for_the_onehot(z, y, eps):
    return right.label_smoothing_ce(z, y, 1 - eps)


@mistake(
    "label_smoothing_ce",
    en="What does eps change in your loss?",
    zh="在你的损失里，eps 起了什么作用？",
)
def smoothing_left_out(z, y, eps):
    return right.label_smoothing_ce(z, y, 0.0)


@mistake(
    "label_smoothing_ce",
    en="What is it that is smoothed: the label, or the value of the loss?",
    zh="被平滑的是标签，还是损失的值？",
)
def smoothing_of_the_loss(z, y, eps):
    loss, dz = right.label_smoothing_ce(z, y, 0.0)
    return (1 - eps) * loss + eps / z.shape[1], (1 - eps) * dz


@mistake(
    "label_smoothing_ce",
    en="What is it that is smoothed: the label, or the model's prediction?",
    zh="被平滑的是标签，还是模型的预测？",
)
def smoothing_of_the_prediction(z, y, eps):
    N, C = z.shape
    p = np.exp(_log_softmax(z))
    smoothed = (1 - eps) * p + eps / C
    hot = _onehot(y, C)
    dp = -hot * (1 - eps) / smoothed / N
    return -np.log(smoothed[np.arange(N), y]).mean(), p * (dp - (dp * p).sum(axis=1, keepdims=True))


@mistake(
    "label_smoothing_ce",
    en="Does eps act on the logits or on the labels?",
    zh="eps 作用在 logits 上，还是作用在标签上？",
)
def smoothing_of_the_logits(z, y, eps):
    return right.label_smoothing_ce((1 - eps) * z + eps / z.shape[1], y, 0.0)


@mistake(
    "label_smoothing_ce",
    en="Which target does your gradient subtract: the same one that stands in your loss?",
    zh="梯度里减去的目标，和损失里用的是同一个吗？",
)
def smoothing_gradient_with_onehot(z, y, eps):
    return right.label_smoothing_ce(z, y, eps)[0], right.label_smoothing_ce(z, y, 0.0)[1]


@mistake(
    "label_smoothing_ce",
    en="Your gradient knows the smoothed target; does your loss know it too?",
    zh="梯度用了平滑后的标签，损失用了吗？",
)
def smoothing_loss_with_onehot(z, y, eps):
    return right.label_smoothing_ce(z, y, 0.0)[0], right.label_smoothing_ce(z, y, eps)[1]


@mistake(
    "label_smoothing_ce",
    en="The loss is a mean: does your gradient know how many examples there are?",
    zh="损失取的是平均值：梯度除以样本数了吗？",
)
def smoothing_gradient_without_mean(z, y, eps):
    loss, dz = right.label_smoothing_ce(z, y, eps)
    return loss, dz * len(z)


@mistake(
    "label_smoothing_ce",
    en="Is the loss a sum or a mean over the examples?",
    zh="损失是对样本求和，还是取平均？",
)
def smoothing_summed(z, y, eps):
    loss, dz = right.label_smoothing_ce(z, y, eps)
    return loss * len(z), dz * len(z)


@mistake(
    "label_smoothing_ce",
    en="Over how many numbers do you take the mean: over the examples, or over all entries?",
    zh="你是对 N 个样本取平均，还是对全部 N·C 个元素取平均？",
)
def smoothing_averaged_over_classes(z, y, eps):
    loss, dz = right.label_smoothing_ce(z, y, eps)
    return loss / z.shape[1], dz / z.shape[1]


@mistake(
    "label_smoothing_ce",
    en="Which sign has the gradient at the true class when the prediction is too low there?",
    zh="真实类别的预测偏低时，那里的梯度应该是正还是负？",
)
def smoothing_gradient_negated(z, y, eps):
    loss, dz = right.label_smoothing_ce(z, y, eps)
    return loss, -dz


@mistake(
    "label_smoothing_ce",
    en="With respect to what is your gradient: the probabilities or the logits?",
    zh="你的梯度是对概率求的，还是对 logits 求的？",
)
def smoothing_gradient_of_probabilities(z, y, eps):
    N, C = z.shape
    target = (1 - eps) * _onehot(y, C) + eps / C
    return right.label_smoothing_ce(z, y, eps)[0], -target / np.exp(_log_softmax(z)) / N


@mistake(
    "label_smoothing_ce",
    en="Along which axis do the probabilities of one example sum to 1?",
    zh="同一个样本的概率沿哪个轴求和等于 1？",
)
def smoothing_softmax_over_examples(z, y, eps):
    N, C = z.shape
    log_p = _log_softmax(z.T).T
    target = (1 - eps) * _onehot(y, C) + eps / C
    return -(target * log_p).sum() / N, (np.exp(log_p) - target) / N


@mistake(
    "label_smoothing_ce",
    en="What is exp(1000), and which shift of the logits leaves softmax as it is?",
    zh="exp(1000) 是多少？把 logits 整体平移多少，softmax 的结果不变？",
)
def smoothing_with_overflow(z, y, eps):
    N, C = z.shape
    target = (1 - eps) * _onehot(y, C) + eps / C
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -(target * np.log(p)).sum() / N, (p - target) / N


@mistake(
    "label_smoothing_ce",
    en="What is the logarithm of a probability that has been rounded to 0?",
    zh="概率下溢成 0 之后，取对数会得到什么？",
)
def smoothing_log_of_softmax(z, y, eps):
    N, C = z.shape
    target = (1 - eps) * _onehot(y, C) + eps / C
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return -(target * np.log(p)).sum() / N, (p - target) / N


@mistake(
    "label_smoothing_ce",
    en="How large can −log(p + 1e-12) get, and how large should the loss be there?",
    zh="−log(p + 1e-12) 最大能到多少？这里的损失本应有多大？",
)
def smoothing_log_with_eps(z, y, eps):
    N, C = z.shape
    target = (1 - eps) * _onehot(y, C) + eps / C
    p = np.exp(_log_softmax(z))
    return -(target * np.log(p + 1e-12)).sum() / N, (p - target) / N


@mistake(
    "label_smoothing_ce",
    en="Is your loss the cross-entropy, or the divergence that has the target's entropy taken off?",
    zh="你算的是交叉熵，还是减掉了标签自身熵的 KL 散度？",
)
def smoothing_divergence(z, y, eps):
    N, C = z.shape
    target = (1 - eps) * _onehot(y, C) + eps / C
    entropy = -(target * np.log(np.where(target > 0, target, 1.0))).sum() / N
    loss, dz = right.label_smoothing_ce(z, y, eps)
    return loss - entropy, dz


@mistake(
    "label_smoothing_ce",
    en="After the call, are the logits still what the caller passed in?",
    zh="调用结束之后，调用者手里的 logits 还是原来的样子吗？",
)
def smoothing_overwrites_logits(z, y, eps):
    result = right.label_smoothing_ce(z, y, eps)
    z -= z.max(axis=1, keepdims=True)
    return result


# --------------------------------------------------------------------------------------------- clip_grad_norm


def _total(grads):
    return float(np.sqrt(sum(np.square(g).sum() for g in grads if g is not None)))


def _scaled(grads, factor):
    return [None if g is None else g * factor for g in grads]


@mistake(
    "clip_grad_norm",
    en="How many norms do you compute: one for each tensor, or one for all of them?",
    zh="你算了几个范数：每个张量各一个，还是全部张量合起来一个？",
)
def clip_each_tensor_alone(grads, max_norm):
    clipped = [None if g is None else right.clip_grad_norm([g], max_norm)[0][0] for g in grads]
    return clipped, right.clip_grad_norm(grads, max_norm)[1]


@mistake(
    "clip_grad_norm",
    en="Does your clipping keep the direction of the gradient?",
    zh="裁剪之后，梯度的方向保持不变吗？",
)
def clip_by_value(grads, max_norm):
    clipped = [None if g is None else np.clip(g, -max_norm, max_norm) for g in grads]
    return clipped, right.clip_grad_norm(grads, max_norm)[1]


@mistake(
    "clip_grad_norm",
    en="What should happen to gradients whose norm is already below max_norm?",
    zh="范数本来就小于 max_norm 的梯度，应该怎么处理？",
)
def clip_rescales_small_gradients_up(grads, max_norm):
    total = _total(grads)
    return (_scaled(grads, max_norm / total) if 0 < total < np.inf else grads), total


@mistake(
    "clip_grad_norm",
    en="What is max_norm divided by the norm when every gradient is 0?",
    zh="所有梯度都是 0 时，max_norm 除以范数是多少？",
)
def clip_divides_zero_by_zero(grads, max_norm):
    total = np.float64(_total(grads))
    if total == 0 and len(grads):
        return [None if g is None else g / total * max_norm for g in grads], float(total)
    return right.clip_grad_norm(grads, max_norm)


@mistake(
    "clip_grad_norm",
    en="Which norm do you return: the one before clipping, or the one after it?",
    zh="你返回的是裁剪之前的范数，还是裁剪之后的？",
)
def clip_returns_norm_after(grads, max_norm):
    clipped, _ = right.clip_grad_norm(grads, max_norm)
    return clipped, right.clip_grad_norm(clipped, max_norm)[1]


@mistake(
    "clip_grad_norm",
    en="Is the factor 1 when nothing is clipped, and the norm what you return?",
    zh="你返回的第二个值是范数，还是缩放系数？",
)
def clip_returns_factor(grads, max_norm):
    clipped, total = right.clip_grad_norm(grads, max_norm)
    return clipped, max_norm / total if max_norm < total < np.inf else 1.0


@mistake(
    "clip_grad_norm",
    en="Which norm is meant: the largest entry, or the root of the sum of squares?",
    zh="这里的范数是最大元素，还是平方和开根号？",
)
def clip_with_maximum_norm(grads, max_norm):
    total = max((float(np.abs(g).max()) for g in grads if g is not None), default=0.0)
    return _scaled(grads, max_norm / total if max_norm < total < np.inf else 1.0), total


@mistake(
    "clip_grad_norm",
    en="Which norm is meant: the sum of the absolute values, or the root of the sum of squares?",
    zh="这里的范数是绝对值之和，还是平方和开根号？",
)
def clip_with_l1_norm(grads, max_norm):
    total = float(sum(np.abs(g).sum() for g in grads if g is not None))
    return _scaled(grads, max_norm / total if max_norm < total < np.inf else 1.0), total


@mistake(
    "clip_grad_norm",
    en="Do the norms of several tensors add up, or do their squares?",
    zh="几个张量合在一起，是范数相加，还是范数的平方相加？",
)
def clip_with_sum_of_norms(grads, max_norm):
    total = float(sum(np.sqrt(np.square(g).sum()) for g in grads if g is not None))
    return _scaled(grads, max_norm / total if max_norm < total < np.inf else 1.0), total


@mistake(
    "clip_grad_norm",
    en="Is it the largest of the tensors' norms that counts, or the norm of all of them together?",
    zh="起作用的是各张量范数里最大的一个，还是所有张量合起来的范数？",
)
def clip_with_largest_tensor_norm(grads, max_norm):
    total = max((_total([g]) for g in grads if g is not None), default=0.0)
    return _scaled(grads, max_norm / total if max_norm < total < np.inf else 1.0), total


@mistake(
    "clip_grad_norm",
    en="What has become of the square root?",
    zh="平方和开根号了吗？",
)
def clip_with_squared_norm(grads, max_norm):
    total = _total(grads) ** 2
    return _scaled(grads, max_norm / total if max_norm < total < np.inf else 1.0), total


@mistake(
    "clip_grad_norm",
    en="Does the norm contain a sum of squares, or a mean?",
    zh="范数里是平方和，还是平方的平均？",
)
def clip_with_root_mean_square(grads, max_norm):
    size = sum(g.size for g in grads if g is not None)
    total = _total(grads) / np.sqrt(max(size, 1))
    return _scaled(grads, max_norm / total if max_norm < total < np.inf else 1.0), total


@mistake(
    "clip_grad_norm",
    en="What is the norm of your result when the gradient is too long: max_norm or 1?",
    zh="梯度过长时，裁剪后的范数是 max_norm 还是 1？",
)
def clip_to_norm_one(grads, max_norm):
    total = _total(grads)
    return _scaled(grads, 1 / total if max_norm < total < np.inf else 1.0), total


@mistake(
    "clip_grad_norm",
    en="What does a parameter get that has no gradient: None or zeros?",
    zh="没有梯度的参数应该得到 None，还是全零？",
)
def clip_turns_none_into_zero(grads, max_norm):
    clipped, total = right.clip_grad_norm(grads, max_norm)
    return [0.0 if g is None else g for g in clipped], total


@mistake(
    "clip_grad_norm",
    en="Does your list still have one entry for each parameter?",
    zh="返回的列表里，每个参数还都有对应的一项吗？",
)
def clip_drops_none(grads, max_norm):
    clipped, total = right.clip_grad_norm(grads, max_norm)
    return [g for g in clipped if g is not None], total


@mistake(
    "clip_grad_norm",
    en="What does your function do with an entry that is None?",
    zh="遇到值为 None 的项，你的函数会怎样？",
)
def clip_crashes_on_none(grads, max_norm):
    total = float(np.sqrt(sum((g**2).sum() for g in grads)))
    return [g * (max_norm / total if max_norm < total < np.inf else 1.0) for g in grads], total


@mistake(
    "clip_grad_norm",
    en="One entry is NaN: what becomes of the tensors that were whole?",
    zh="只有一个元素是 NaN 时，其他原本正常的张量会变成什么？",
)
def clip_spreads_nan(grads, max_norm):
    total = _total(grads)
    factor = 1.0 if total == 0 or np.isinf(total) else np.minimum(1.0, max_norm / total)
    return _scaled(grads, factor), total


@mistake(
    "clip_grad_norm",
    en="One entry is infinite: what is max_norm / inf, and what is inf times that?",
    zh="有元素是无穷大时，max_norm / inf 是多少？inf 再乘以它呢？",
)
def clip_turns_infinity_into_nan(grads, max_norm):
    total = _total(grads)
    return _scaled(grads, max_norm / total if total > max_norm else 1.0), total


@mistake(
    "clip_grad_norm",
    en="Can the caller still see that one of the gradients is NaN?",
    zh="调用者还能看出某个梯度是 NaN 吗？",
)
def clip_hides_nan(grads, max_norm):
    return right.clip_grad_norm([None if g is None else np.nan_to_num(g) for g in grads], max_norm)


@mistake(
    "clip_grad_norm",
    en="After the call, are the gradients still what the caller passed in?",
    zh="调用结束之后，调用者手里的梯度还是原来的样子吗？",
)
def clip_overwrites_gradients(grads, max_norm):
    clipped, total = right.clip_grad_norm(grads, max_norm)
    for g, scaled in zip(grads, clipped, strict=True):
        if g is not None:
            g[...] = scaled
    return grads, total


# --------------------------------------------------------------------------------------------- early_stopping


def _stopping(losses, patience, improves):
    """The right loop around another idea of improvement, which maps (loss, best_loss, last_loss) to bool."""
    best, best_loss, last = 0, losses[0], losses[0]
    wait = 0
    for epoch in range(1, len(losses)):
        if improves(losses[epoch], best_loss, last):
            best, best_loss, wait = epoch, losses[epoch], 0
        else:
            wait += 1
        last = losses[epoch]
        if wait >= patience:
            return best, epoch
    return best, len(losses) - 1


@mistake(
    "early_stopping",
    en="Is a loss that only equals the best one (less min_delta) an improvement?",
    zh="恰好等于最好值（减去 min_delta）的损失，算有进步吗？",
)
def stopping_counts_ties_as_improvement(losses, patience, min_delta):
    return _stopping(losses, patience, lambda loss, best, last: loss <= best - min_delta)


@mistake(
    "early_stopping",
    en="With patience = 1, after how many epochs without improvement do you stop?",
    zh="patience = 1 时，你在连续几个 epoch 没有进步之后停下？",
)
def stopping_one_epoch_late(losses, patience, min_delta):
    return right.early_stopping(losses, patience + 1, min_delta)


@mistake(
    "early_stopping",
    en="Is the best epoch itself one of the epochs without improvement?",
    zh="最好的那个 epoch 本身，也算在没有进步的 epoch 里吗？",
)
def stopping_one_epoch_early(losses, patience, min_delta):
    return _stopping(losses, patience - 1, lambda loss, best, last: loss < best - min_delta)


@mistake(
    "early_stopping",
    en="What happens to your counter when an epoch improves?",
    zh="某个 epoch 有进步时，你的计数器会怎样？",
)
def stopping_never_resets_counter(losses, patience, min_delta):
    best, best_loss, wait = 0, losses[0], 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < best_loss - min_delta:
            best, best_loss = epoch, losses[epoch]
        else:
            wait += 1
            if wait >= patience:
                return best, epoch
    return best, len(losses) - 1


@mistake(
    "early_stopping",
    en="With what do you compare the loss: with the best one so far, or with the one before?",
    zh="你拿当前损失和谁比：迄今最好的，还是上一个 epoch 的？",
)
def stopping_compares_with_previous_epoch(losses, patience, min_delta):
    return _stopping(losses, patience, lambda loss, best, last: loss < last - min_delta)


@mistake(
    "early_stopping",
    en="May the counter start again when the loss falls without reaching a new best?",
    zh="损失虽然下降、但没有刷新最好值时，计数器可以清零吗？",
)
def stopping_restarts_on_any_fall(losses, patience, min_delta):
    best, best_loss, wait = 0, losses[0], 0
    for epoch in range(1, len(losses)):
        wait = 0 if losses[epoch] < losses[epoch - 1] - min_delta else wait + 1
        if losses[epoch] < best_loss - min_delta:
            best, best_loss, wait = epoch, losses[epoch], 0
        if wait >= patience:
            return best, epoch
    return best, len(losses) - 1


@mistake(
    "early_stopping",
    en="Does a larger min_delta make it harder or easier to count as an improvement?",
    zh="min_delta 越大，算作进步是更难了，还是更容易了？",
)
def stopping_adds_min_delta(losses, patience, min_delta):
    return _stopping(losses, patience, lambda loss, best, last: loss < best + min_delta)


@mistake(
    "early_stopping",
    en="What does min_delta change in your result?",
    zh="min_delta 对你的结果有什么影响？",
)
def stopping_ignores_min_delta(losses, patience, min_delta):
    return right.early_stopping(losses, patience, 0.0)


@mistake(
    "early_stopping",
    en="Is min_delta an amount of loss, or a share of it?",
    zh="min_delta 是损失的绝对差值，还是比例？",
)
def stopping_relative_min_delta(losses, patience, min_delta):
    return _stopping(losses, patience, lambda loss, best, last: loss < best * (1 - min_delta))


@mistake(
    "early_stopping",
    en="When an epoch is only slightly better, not by min_delta, what is the next one compared with?",
    zh="某个 epoch 只好了一点、不到 min_delta，下一个 epoch 该和谁比？",
)
def stopping_lets_best_creep(losses, patience, min_delta):
    best, best_loss, wait = 0, losses[0], 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < best_loss - min_delta:
            best, wait = epoch, 0
        else:
            wait += 1
        best_loss = min(best_loss, losses[epoch])
        if wait >= patience:
            return best, epoch
    return best, len(losses) - 1


@mistake(
    "early_stopping",
    en="Which epoch's weights would you hand in: the last one's?",
    zh="最后要交出去的是哪个 epoch 的权重：最后一个吗？",
)
def stopping_keeps_last_epoch(losses, patience, min_delta):
    stop = right.early_stopping(losses, patience, min_delta)[1]
    return stop, stop


@mistake(
    "early_stopping",
    en="Can training know a loss that comes after the stop?",
    zh="训练停下之后的损失，当时能看到吗？",
)
def stopping_looks_beyond_the_stop(losses, patience, min_delta):
    return int(np.nanargmin(losses)), right.early_stopping(losses, patience, min_delta)[1]


@mistake(
    "early_stopping",
    en="Does an epoch that is better by less than min_delta become the best one?",
    zh="好得不到 min_delta 的 epoch，会成为新的最好 epoch 吗？",
)
def stopping_keeps_lowest_loss(losses, patience, min_delta):
    stop = right.early_stopping(losses, patience, min_delta)[1]
    return int(np.nanargmin(losses[: stop + 1])), stop


@mistake(
    "early_stopping",
    en="From which number on do epochs count?",
    zh="epoch 是从几开始编号的？",
)
def stopping_counts_from_one(losses, patience, min_delta):
    best, stop = right.early_stopping(losses, patience, min_delta)
    return best + 1, stop + 1


@mistake(
    "early_stopping",
    en="Is `stop` the last epoch that runs, or the first that does not?",
    zh="`stop` 是最后一个运行的 epoch，还是第一个不再运行的 epoch？",
)
def stopping_after_the_stop(losses, patience, min_delta):
    best, stop = right.early_stopping(losses, patience, min_delta)
    return best, stop + 1


@mistake(
    "early_stopping",
    en="What should `stop` be when the patience never runs out?",
    zh="耐心一直没有耗尽时，`stop` 应该是多少？",
)
def stopping_beyond_the_last_epoch(losses, patience, min_delta):
    best, _ = right.early_stopping(losses, patience, min_delta)
    return best, best + patience


@mistake(
    "early_stopping",
    en="What is wanted: the number of the best epoch, or its loss?",
    zh="要返回的是最好的 epoch 的编号，还是它的损失？",
)
def stopping_returns_the_loss(losses, patience, min_delta):
    best, stop = right.early_stopping(losses, patience, min_delta)
    return float(losses[best]), stop


@mistake(
    "early_stopping",
    en="What does every comparison with NaN give, and where does that lead in your code?",
    zh="任何数与 NaN 比较的结果是什么？这会让你的代码走进哪个分支？",
)
def stopping_takes_nan_as_improvement(losses, patience, min_delta):
    return _stopping(losses, patience, lambda loss, best, last: not loss >= best - min_delta)


@mistake(
    "early_stopping",
    en="Does your function ever stop before the last epoch?",
    zh="你的函数会在最后一个 epoch 之前停下吗？",
)
def stopping_never(losses, patience, min_delta):
    return right.early_stopping(losses, len(losses) + 1, min_delta)


# ------------------------------------------------------------------------------------------------------ kfold


def _pairs(folds):
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i]) for i in range(len(folds))]


def _demand(N, k):
    right.kfold(N, k, np.random.default_rng(0))


@mistake(
    "kfold",
    en="How often is each example in a validation set, over all k folds?",
    zh="k 折合起来，每个样本当过几次验证样本？",
)
def kfold_shuffles_for_each_fold(N, k, rng):
    _demand(N, k)
    return [right.kfold(N, k, rng)[i] for i in range(k)]


@mistake(
    "kfold",
    en="Can one example be twice in the same validation set?",
    zh="同一个样本会在同一个验证集里出现两次吗？",
)
def kfold_draws_with_replacement(N, k, rng):
    _demand(N, k)
    val = [rng.integers(0, N, size=N // k + (i < N % k)) for i in range(k)]
    return [(np.setdiff1d(np.arange(N), v), v) for v in val]


@mistake(
    "kfold",
    en="When k does not divide N, where do the last examples go?",
    zh="N 不能被 k 整除时，最后剩下的样本去哪儿了？",
)
def kfold_drops_remainder(N, k, rng):
    _demand(N, k)
    return _pairs(list(rng.permutation(N)[: N // k * k].reshape(k, -1)))


@mistake(
    "kfold",
    en="By how much may the sizes of two folds differ?",
    zh="任意两折的大小最多可以相差多少？",
)
def kfold_gives_last_fold_the_remainder(N, k, rng):
    _demand(N, k)
    order, size = rng.permutation(N), N // k
    return _pairs([order[i * size : (i + 1) * size if i < k - 1 else N] for i in range(k)])


@mistake(
    "kfold",
    en="With k = 3 and N = 7, how many folds do slices of ⌈N / k⌉ give, and how large is the last one?",
    zh="N = 7、k = 3 时，每折取 ⌈N / k⌉ 个，最后一折还剩几个？",
)
def kfold_starves_last_fold(N, k, rng):
    _demand(N, k)
    order, size = rng.permutation(N), -(-N // k)
    return _pairs([order[i * size : (i + 1) * size] for i in range(k)])


@mistake(
    "kfold",
    en="Is the validation set another one in each round?",
    zh="每一轮的验证集都不一样吗？",
)
def kfold_repeats_one_fold(N, k, rng):
    return [right.kfold(N, k, rng)[0]] * k


@mistake(
    "kfold",
    en="If the examples are sorted by class, what does your first fold contain?",
    zh="如果样本是按类别排好序的，你的第一折里会是什么？",
)
def kfold_without_shuffle(N, k, rng):
    _demand(N, k)
    return _pairs(np.array_split(np.arange(N), k))


@mistake(
    "kfold",
    en="Does another generator give you another split?",
    zh="换一个随机数生成器，划分会跟着变吗？",
)
def kfold_with_its_own_seed(N, k, rng):
    return right.kfold(N, k, np.random.default_rng(0))


@mistake(
    "kfold",
    en="Is `rng` the only source of randomness: can anyone repeat your split?",
    zh="随机性只来自 `rng` 吗：别人能重现你的划分吗？",
)
def kfold_with_a_generator_of_its_own(N, k, rng):
    return right.kfold(N, k, _as_chance_has_it())


@mistake(
    "kfold",
    en="Has the model seen a validation example during training?",
    zh="模型在训练时见过验证集里的样本吗？",
)
def kfold_trains_on_everything(N, k, rng):
    return [(np.arange(N), val) for _, val in right.kfold(N, k, rng)]


@mistake(
    "kfold",
    en="How many of the k folds does the training set consist of?",
    zh="训练集由 k 折中的几折组成？",
)
def kfold_trains_on_one_fold(N, k, rng):
    folds = [val for _, val in right.kfold(N, k, rng)]
    return [(folds[(i + 1) % k], folds[i]) for i in range(k)]


@mistake(
    "kfold",
    en="Which of the two is the larger set?",
    zh="训练集和验证集，哪个应该更大？",
)
def kfold_swaps_train_and_val(N, k, rng):
    return [(val, train) for train, val in right.kfold(N, k, rng)]


@mistake(
    "kfold",
    en="Is the smallest index 0 or 1?",
    zh="最小的下标是 0 还是 1？",
)
def kfold_counts_from_one(N, k, rng):
    return [(train + 1, val + 1) for train, val in right.kfold(N, k, rng)]


@mistake(
    "kfold",
    en="How many pairs should come back?",
    zh="应该返回多少对（训练集，验证集）？",
)
def kfold_returns_one_pair_less(N, k, rng):
    return right.kfold(N, k, rng)[:-1]


@mistake(
    "kfold",
    en="Which values does an index into the examples have: booleans or whole numbers?",
    zh="样本下标应该是整数，还是布尔值？",
)
def kfold_returns_masks(N, k, rng):
    def mask(index):
        return np.isin(np.arange(N), index)

    return [(mask(train), mask(val)) for train, val in right.kfold(N, k, rng)]


@mistake(
    "kfold",
    en="What does your function say to k = 1?",
    zh="k = 1 时，你的函数会怎么做？",
)
def kfold_takes_any_k(N, k, rng):
    folds = np.array_split(rng.permutation(N), max(k, 1))
    return [(np.setdiff1d(np.arange(N), val), val) for val in folds]


# ------------------------------------------------------------------------------------------------------- init


def _std(replacement):
    """`init_std` with the formulas of some families replaced: {"xavier": f(fan_in, fan_out), ...}."""

    def init_std(fan_in, fan_out, kind):
        std = right.init_std(fan_in, fan_out, kind)
        formula = replacement.get(kind.split("_")[0])
        return std if formula is None else float(formula(fan_in, fan_out))

    return init_std


@mistake(
    "init",
    replaces="init_std",
    en="How many terms does one output of the layer sum up: fan_in or fan_out?",
    zh="这一层的一个输出是多少项之和：fan_in 还是 fan_out？",
)
def init_std_kaiming_from_fan_out(fan_in, fan_out, kind):
    return _std({"kaiming": lambda i, o: np.sqrt(2 / o)})(fan_in, fan_out, kind)


@mistake(
    "init",
    replaces="init_std",
    en="Which share of its input's second moment does ReLU let through?",
    zh="ReLU 会让输入的二阶矩剩下多少？",
)
def init_std_kaiming_without_gain(fan_in, fan_out, kind):
    return _std({"kaiming": lambda i, o: np.sqrt(1 / i)})(fan_in, fan_out, kind)


@mistake(
    "init",
    replaces="init_std",
    en="Is the gain √2 part of the variance, or of the standard deviation?",
    zh="增益 √2 是乘在方差上，还是乘在标准差上？",
)
def init_std_kaiming_with_gain_squared(fan_in, fan_out, kind):
    return _std({"kaiming": lambda i, o: 2 / np.sqrt(i)})(fan_in, fan_out, kind)


@mistake(
    "init",
    replaces="init_std",
    en="Whose fans does Kaiming's rule look at: both, or the input's alone?",
    zh="Kaiming 规则看的是两侧的 fan，还是只看输入一侧？",
)
def init_std_kaiming_from_both_fans(fan_in, fan_out, kind):
    return _std({"kaiming": lambda i, o: np.sqrt(4 / (i + o))})(fan_in, fan_out, kind)


@mistake(
    "init",
    replaces="init_std",
    en="What is the mean of fan_in and fan_out?",
    zh="fan_in 与 fan_out 的平均值是多少？",
)
def init_std_xavier_over_sum(fan_in, fan_out, kind):
    return _std({"xavier": lambda i, o: np.sqrt(1 / (i + o))})(fan_in, fan_out, kind)


@mistake(
    "init",
    replaces="init_std",
    en="Which of the two directions does your Xavier rule forget: forward or backward?",
    zh="你的 Xavier 规则忘了哪个方向：前向还是反向？",
)
def init_std_xavier_from_fan_in(fan_in, fan_out, kind):
    return _std({"xavier": lambda i, o: np.sqrt(1 / i)})(fan_in, fan_out, kind)


@mistake(
    "init",
    replaces="init_std",
    en="Does Xavier's rule have a gain for ReLU?",
    zh="Xavier 规则里有 ReLU 的增益吗？",
)
def init_std_xavier_with_relu_gain(fan_in, fan_out, kind):
    return _std({"xavier": lambda i, o: np.sqrt(4 / (i + o))})(fan_in, fan_out, kind)


@mistake(
    "init",
    replaces="init_std",
    en="Which number is wanted: the standard deviation, or the bound of the uniform distribution?",
    zh="要返回的是标准差，还是均匀分布的边界？",
)
def init_std_is_the_uniform_bound(fan_in, fan_out, kind):
    return right.init_std(fan_in, fan_out, kind) * (np.sqrt(3) if kind.endswith("uniform") else 1.0)


@mistake(
    "init",
    replaces="init_std",
    en="Which number is wanted: the standard deviation or the variance?",
    zh="要返回的是标准差还是方差？",
)
def init_std_is_the_variance(fan_in, fan_out, kind):
    return right.init_std(fan_in, fan_out, kind) ** 2


@mistake(
    "init",
    replaces="init_std",
    en="Which of the two rules looks at fan_out as well?",
    zh="两种规则里，哪一种还要看 fan_out？",
)
def init_std_rules_swapped(fan_in, fan_out, kind):
    return _std({"kaiming": lambda i, o: np.sqrt(2 / (i + o)), "xavier": lambda i, o: np.sqrt(2 / i)})(
        fan_in, fan_out, kind
    )


@mistake(
    "init",
    replaces="init_std",
    en="What does your function say to a kind that it does not know?",
    zh="遇到不认识的 kind，你的函数会怎么做？",
)
def init_std_takes_any_kind(fan_in, fan_out, kind):
    family = "xavier" if kind.startswith("xavier") else "kaiming"
    return right.init_std(fan_in, fan_out, family + "_normal")


def _fans(shape):
    if len(shape) == 2:
        return shape
    taps = int(np.prod(shape[2:]))
    return shape[1] * taps, shape[0] * taps


def _draw(shape, std, kind, rng):
    if kind.endswith("uniform"):
        return rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, size=shape)
    return rng.normal(0, std, size=shape)


@mistake(
    "init",
    replaces="init_weights",
    en="What is the standard deviation of a uniform distribution on [−a, a)?",
    zh="[−a, a) 上均匀分布的标准差是多少？",
)
def init_weights_uniform_bound_is_std(shape, kind, rng):
    std = right.init_std(*_fans(shape), kind)
    return rng.uniform(-std, std, size=shape) if kind.endswith("uniform") else rng.normal(0, std, size=shape)


@mistake(
    "init",
    replaces="init_weights",
    en="How many numbers does one output of a 3 × 3 convolution over C channels sum up?",
    zh="C 个通道上的 3 × 3 卷积，一个输出是多少个数之和？",
)
def init_weights_without_kernel_area(shape, kind, rng):
    fans = shape if len(shape) == 2 else (shape[1], shape[0])
    return _draw(shape, right.init_std(*fans, kind), kind, rng)


@mistake(
    "init",
    replaces="init_weights",
    en="Does each side of the kernel count once, or only one of the sides?",
    zh="卷积核的高和宽都算进去了吗？",
)
def init_weights_with_one_kernel_side(shape, kind, rng):
    fans = shape if len(shape) == 2 else (shape[1] * shape[2], shape[0] * shape[2])
    return _draw(shape, right.init_std(*fans, kind), kind, rng)


@mistake(
    "init",
    replaces="init_weights",
    en="In w (F, C, KH, KW), which axis belongs to the inputs: F or C?",
    zh="w (F, C, KH, KW) 里，哪个轴对应输入：F 还是 C？",
)
def init_weights_conv_fans_swapped(shape, kind, rng):
    fan_in, fan_out = _fans(shape)
    fans = (fan_in, fan_out) if len(shape) == 2 else (fan_out, fan_in)
    return _draw(shape, right.init_std(*fans, kind), kind, rng)


@mistake(
    "init",
    replaces="init_weights",
    en="The layer computes x @ w: which axis of w do the inputs run along?",
    zh="这一层算的是 x @ w：输入沿着 w 的哪个轴？",
)
def init_weights_dense_fans_swapped(shape, kind, rng):
    fan_in, fan_out = _fans(shape)
    fans = (fan_out, fan_in) if len(shape) == 2 else (fan_in, fan_out)
    return _draw(shape, right.init_std(*fans, kind), kind, rng)


@mistake(
    "init",
    replaces="init_weights",
    en="In a convolution, what is the fan_in: the first two axes, or all but the first?",
    zh="卷积层的 fan_in 由哪些轴相乘得到？",
)
def init_weights_conv_read_as_dense(shape, kind, rng):
    return _draw(shape, right.init_std(shape[0], shape[1], kind), kind, rng)


@mistake(
    "init",
    replaces="init_weights",
    en="Which distribution does a kind that ends in `uniform` ask for?",
    zh="以 `uniform` 结尾的 kind 要求哪种分布？",
)
def init_weights_always_normal(shape, kind, rng):
    return _draw(shape, right.init_std(*_fans(shape), kind), "normal", rng)


@mistake(
    "init",
    replaces="init_weights",
    en="Which distribution does a kind that ends in `normal` ask for?",
    zh="以 `normal` 结尾的 kind 要求哪种分布？",
)
def init_weights_always_uniform(shape, kind, rng):
    return _draw(shape, right.init_std(*_fans(shape), kind), "uniform", rng)


@mistake(
    "init",
    replaces="init_weights",
    en="What does the second argument of `rng.normal` mean: variance or standard deviation?",
    zh="`rng.normal` 的第二个参数是方差还是标准差？",
)
def init_weights_normal_with_variance(shape, kind, rng):
    std = right.init_std(*_fans(shape), kind)
    return _draw(shape, std if kind.endswith("uniform") else std**2, kind, rng)


@mistake(
    "init",
    replaces="init_weights",
    en="What is the mean of your weights?",
    zh="你的权重的均值是多少？",
)
def init_weights_positive_only(shape, kind, rng):
    return np.abs(_draw(shape, right.init_std(*_fans(shape), kind), kind, rng))


@mistake(
    "init",
    replaces="init_weights",
    en="Are the weights of two units of one layer different from each other?",
    zh="同一层的两个单元，它们的权重有区别吗？",
)
def init_weights_same_for_every_unit(shape, kind, rng):
    std = right.init_std(*_fans(shape), kind)
    return np.broadcast_to(_draw((1, *shape[1:]), std, kind, rng), shape)


@mistake(
    "init",
    replaces="init_weights",
    en="How far from 0 can a normally distributed weight lie?",
    zh="正态分布的权重可以离 0 多远？",
)
def init_weights_normal_truncated(shape, kind, rng):
    std = right.init_std(*_fans(shape), kind)
    drawn = _draw(shape, std, kind, rng)
    return drawn if kind.endswith("uniform") else np.clip(drawn, -2 * std, 2 * std)


@mistake(
    "init",
    replaces="init_weights",
    en="How does the spread of your weights depend on the size of the layer?",
    zh="权重的离散程度随层的大小变化吗？",
)
def init_weights_fixed_small_std(shape, kind, rng):
    right.init_std(*_fans(shape), kind)
    return _draw(shape, 0.01, kind, rng)


@mistake(
    "init",
    replaces="init_weights",
    en="Does x @ w work with the shape of your weights?",
    zh="以你返回的权重形状，x @ w 能算吗？",
)
def init_weights_in_pytorch_layout(shape, kind, rng):
    W = right.init_weights(shape, kind, rng)
    return W.T if len(shape) == 2 else W


@mistake(
    "init",
    replaces="init_weights",
    en="Is `rng` the only source of randomness: can anyone repeat your run?",
    zh="随机性只来自 `rng` 吗：别人能重现你的实验吗？",
)
def init_weights_with_a_generator_of_its_own(shape, kind, rng):
    return right.init_weights(shape, kind, _as_chance_has_it())


@mistake(
    "init",
    replaces="init_weights",
    en="Does another generator give you other weights?",
    zh="换一个随机数生成器，权重会跟着变吗？",
)
def init_weights_with_its_own_seed(shape, kind, rng):
    return right.init_weights(shape, kind, np.random.default_rng(0))
