"""Wrong answers that people really write, each with the question that helps.

Left out because they are right, or too near to it to be told apart without failing right code:
- 1e-8 in the denominator of a softmax that subtracts the maximum: the sum is at least 1, so p moves by at most 1e-8;
- sigmoid as 1/(1+exp(-z)) in a gradient: a warning at -800, and the right value;
- log(1+exp(-|z|)) instead of log1p: an absolute error of 1e-16;
- any other learning rate in training (1/(N·C), lr ignored): the optimiser is free, the result is graded.
"""

import numpy as np

from autograder.bank import mistake

from . import solution as right

# --- softmax


@mistake(
    "softmax",
    en="What does exp give for a logit of 1000, and which number may you take off every logit without changing p?",
    zh="logit 为 1000 时 exp 得多少？每个 logit 同减哪个数，概率不变？",
)
def softmax_without_shift(z, axis=-1):
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)


@mistake(
    "softmax",
    en="If one row is around 0 and another around -2000, is one maximum for the whole array enough?",
    zh="一行在 0 附近、另一行在 -2000 附近时，整个数组共用一个最大值够吗？",
)
def softmax_with_global_maximum(z, axis=-1):
    e = np.exp(z - z.max())
    return e / e.sum(axis=axis, keepdims=True)


@mistake(
    "softmax",
    en="Where does the argument `axis` enter your formula?",
    zh="参数 axis 在你的公式里用在了哪里？",
)
def softmax_ignores_axis(z, axis=-1):
    return right.softmax(z)


@mistake(
    "softmax",
    en="What becomes of a small constant in the denominator when every exp(z) is smaller than it?",
    zh="当所有 exp(z) 都比分母里那个小常数还小时，结果会怎样？",
)
def softmax_with_epsilon_in_denominator(z, axis=-1):
    e = np.exp(z)
    return e / (e.sum(axis=axis, keepdims=True) + 1e-8)


@mistake(
    "softmax",
    en="Does the caller's array z still hold the same numbers after your function has returned?",
    zh="函数返回之后，调用者手里的 z 还是原来的数吗？",
)
def softmax_overwrites_its_input(z, axis=-1):
    z -= z.max(axis=axis, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=axis, keepdims=True)
    return z


@mistake(
    "softmax",
    en="Which entries should sum to 1: those of one example, or those of one class over the batch?",
    zh="哪些元素之和应为 1：同一样本的各类，还是同一类在整个批量上的各样本？",
)
def softmax_sums_over_wrong_axis(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=-1 if axis == 0 else 0, keepdims=True)


@mistake(
    "softmax",
    en="Can a probability be negative? Is what you return already the logarithm?",
    zh="概率会是负数吗？你返回的是不是已经取了对数？",
)
def softmax_returns_logarithm(z, axis=-1):
    return right.log_softmax(z, axis)


@mistake(
    "softmax",
    en="With a batch of several examples, does each of them sum to 1, or only all of them together?",
    zh="一批有多个样本时，是每个样本的概率之和为 1，还是全部加起来才为 1？",
)
def softmax_normalises_whole_batch(z, axis=-1):
    e = np.exp(z - z.max())
    return e / e.sum()


@mistake(
    "softmax",
    en="After your shift, how large can the largest exponent still be?",
    zh="平移之后，最大的指数还可能有多大？",
)
def softmax_subtracts_minimum(z, axis=-1):
    e = np.exp(z - z.min(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@mistake(
    "softmax",
    en="After taking the mean off, what is the largest exponent in the row (0, 0, 3000)?",
    zh="减去平均值之后，(0, 0, 3000) 这一行最大的指数是多少？",
)
def softmax_subtracts_mean(z, axis=-1):
    e = np.exp(z - z.mean(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@mistake(
    "softmax",
    en="In a row of negative logits only, is the largest absolute value the largest value?",
    zh="一行 logits 全为负时，绝对值最大的还是最大值吗？",
)
def softmax_subtracts_largest_magnitude(z, axis=-1):
    e = np.exp(z - np.abs(z).max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@mistake(
    "softmax",
    en="Softmax does not change under a shift of the logits; does it change when you divide them?",
    zh="logits 整体平移时 softmax 不变；除以一个数呢？",
)
def softmax_divides_by_maximum(z, axis=-1):
    return right.softmax(z / np.abs(z).max(axis=axis, keepdims=True), axis)


@mistake(
    "softmax",
    en="In your answer, does the probability of one class depend on the logits of the others?",
    zh="在你的结果里，某一类的概率与其他类的 logits 有关吗？",
)
def softmax_is_sigmoid(z, axis=-1):
    return np.exp(-np.logaddexp(0, -z))


# --- logsumexp, log_softmax


@mistake(
    "log_space",
    en="What is the logarithm of exp(1000) once exp has overflowed?",
    zh="exp 溢出之后再取对数，还能得回 1000 吗？",
    replaces="logsumexp",
)
def logsumexp_without_shift(z, axis=-1, keepdims=False):
    return np.log(np.exp(z).sum(axis=axis, keepdims=keepdims))


@mistake(
    "log_space",
    en="You took the maximum out of the exponentials: where does it come back?",
    zh="从指数里提出来的最大值，在哪里加回去了？",
    replaces="logsumexp",
)
def logsumexp_maximum_not_added_back(z, axis=-1, keepdims=False):
    return np.log(np.exp(z - z.max(axis=axis, keepdims=True)).sum(axis=axis, keepdims=keepdims))


@mistake(
    "log_space",
    en="What shape is asked for when keepdims is true?",
    zh="keepdims 为真时，结果应是什么形状？",
    replaces="logsumexp",
)
def logsumexp_ignores_keepdims(z, axis=-1, keepdims=False):
    return right.logsumexp(z, axis)


@mistake(
    "log_space",
    en="What shape is asked for when keepdims is false?",
    zh="keepdims 为假时，结果应是什么形状？",
    replaces="logsumexp",
)
def logsumexp_always_keeps_the_axis(z, axis=-1, keepdims=False):
    return right.logsumexp(z, axis, keepdims=True)


@mistake(
    "log_space",
    en="What is -inf minus -inf, and what should the log of a sum of zeros be?",
    zh="-inf 减 -inf 等于什么？若干个 0 之和的对数又应是什么？",
    replaces="logsumexp",
)
def logsumexp_nan_when_all_minus_infinity(z, axis=-1, keepdims=False):
    m = z.max(axis=axis, keepdims=True)
    shift = np.where(m == np.inf, 0.0, m)
    out = np.log(np.exp(z - shift).sum(axis=axis, keepdims=True)) + shift
    return out if keepdims else out.squeeze(axis)


@mistake(
    "log_space",
    en="What does your function do when the maximum of a row is +inf?",
    zh="某一行的最大值是 +inf 时，你的函数会怎样？",
    replaces="logsumexp",
)
def logsumexp_nan_at_plus_infinity(z, axis=-1, keepdims=False):
    m = z.max(axis=axis, keepdims=True)
    shift = np.where(m == -np.inf, 0.0, m)
    out = np.log(np.exp(z - shift).sum(axis=axis, keepdims=True)) + shift
    return out if keepdims else out.squeeze(axis)


@mistake(
    "log_space",
    en="Try a row that is all -inf and one that holds +inf: is maximum minus maximum still 0 there?",
    zh="试试全为 -inf 的一行和含 +inf 的一行：最大值减最大值还是 0 吗？",
    replaces="logsumexp",
)
def logsumexp_nan_at_both_infinities(z, axis=-1, keepdims=False):
    m = z.max(axis=axis, keepdims=True)
    out = np.log(np.exp(z - m).sum(axis=axis, keepdims=True)) + m
    return out if keepdims else out.squeeze(axis)


@mistake(
    "log_space",
    en="Is one maximum for the whole array enough when one row is 2000 below another?",
    zh="一行比另一行低 2000 时，整个数组共用一个最大值够吗？",
    replaces="logsumexp",
)
def logsumexp_with_global_maximum(z, axis=-1, keepdims=False):
    m = z.max()
    m = m if np.isfinite(m) else 0.0
    return np.log(np.exp(z - m).sum(axis=axis, keepdims=keepdims)) + m


@mistake(
    "log_space",
    en="Where does the argument `axis` enter your formula?",
    zh="参数 axis 在你的公式里用在了哪里？",
    replaces="logsumexp",
)
def logsumexp_ignores_axis(z, axis=-1, keepdims=False):
    return right.logsumexp(z, -1, keepdims)


@mistake(
    "log_space",
    en="Is it the logarithm of a sum or of a mean?",
    zh="是和的对数，还是平均值的对数？",
    replaces="logsumexp",
)
def logsumexp_of_mean(z, axis=-1, keepdims=False):
    return right.logsumexp(z, axis, keepdims) - np.log(z.shape[axis])


@mistake(
    "log_space",
    en="A probability may underflow to 0; what is its logarithm then, and did you need the probability at all?",
    zh="概率可能下溢成 0，它的对数是多少？真的需要先算出概率吗？",
    replaces="log_softmax",
)
def log_softmax_through_softmax(z, axis=-1):
    return np.log(right.softmax(z, axis))


@mistake(
    "log_space",
    en="With your small constant inside the log, what is the lowest value that you can return?",
    zh="对数里加了小常数之后，你能返回的最小值是多少？",
    replaces="log_softmax",
)
def log_softmax_with_epsilon(z, axis=-1):
    return np.log(right.softmax(z, axis) + 1e-12)


@mistake(
    "log_space",
    en="Do the exponentials of your answer sum to 1?",
    zh="把你的结果取指数，加起来等于 1 吗？",
    replaces="log_softmax",
)
def log_softmax_only_shifts_by_maximum(z, axis=-1):
    return z - z.max(axis=axis, keepdims=True)


@mistake(
    "log_space",
    en="Which is taken off: the sum of exponentials, or its logarithm?",
    zh="减去的是指数之和，还是指数之和的对数？",
    replaces="log_softmax",
)
def log_softmax_subtracts_sum_without_log(z, axis=-1):
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.exp(shifted).sum(axis=axis, keepdims=True)


@mistake(
    "log_space",
    en="Where does the argument `axis` enter your log_softmax?",
    zh="参数 axis 在你的 log_softmax 里用在了哪里？",
    replaces="log_softmax",
)
def log_softmax_ignores_axis(z, axis=-1):
    return right.log_softmax(z)


@mistake(
    "log_space",
    en="What does exp give for a logit of 1000 in your log_softmax?",
    zh="在你的 log_softmax 里，logit 为 1000 时 exp 得多少？",
    replaces="log_softmax",
)
def log_softmax_without_shift(z, axis=-1):
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


# --- one_hot, smooth_labels


@mistake(
    "labels",
    en="The uniform share eps is spread over how many classes: all C, or only the wrong ones?",
    zh="eps 这一份是平分给全部 C 类，还是只分给错误的类？",
    replaces="smooth_labels",
)
def smooth_over_other_classes_only(y, C, eps):
    hot = right.one_hot(y, C)
    return (1 - eps) * hot + eps / (C - 1) * (1 - hot)


@mistake(
    "labels",
    en="What do the rows of your soft labels sum to?",
    zh="你的软标签每行之和是多少？",
    replaces="smooth_labels",
)
def smooth_scales_true_class_only(y, C, eps):
    return (1 - eps) * right.one_hot(y, C)


@mistake(
    "labels",
    en="Does a row stand for an example or for a class?",
    zh="一行代表一个样本，还是一个类别？",
    replaces="one_hot",
)
def one_hot_with_classes_as_rows(y, C):
    return right.one_hot(y, C).T


@mistake(
    "labels",
    en="Which dtype does the array have into which you write 1-eps?",
    zh="你把 1-eps 写进的那个数组是什么 dtype？",
    replaces="smooth_labels",
)
def smooth_truncates_to_integers(y, C, eps):
    soft = right.one_hot(y, C).astype(int)
    soft[...] = (1 - eps) * soft + eps / C
    return soft.astype(float)


@mistake(
    "labels",
    en="If no example of the last class is in the batch, how many columns do you make?",
    zh="如果这一批里恰好没有最后一类，你会得到几列？",
    replaces="one_hot",
)
def one_hot_counts_classes_from_labels(y, C):
    return np.eye(int(y.max()) + 1)[y]


@mistake(
    "labels",
    en="You added the uniform part: what did you take off the true class to keep the sum at 1?",
    zh="加上了均匀分布那一份，真实类别上减去了什么，使总和仍为 1？",
    replaces="smooth_labels",
)
def smooth_adds_without_scaling(y, C, eps):
    return right.one_hot(y, C) + eps / C


@mistake(
    "labels",
    en="Does the uniform distribution leave out the true class?",
    zh="均匀分布里不包括真实类别吗？",
    replaces="smooth_labels",
)
def smooth_leaves_true_class_at_one_minus_eps(y, C, eps):
    hot = right.one_hot(y, C)
    return (1 - eps) * hot + eps / C * (1 - hot)


@mistake(
    "labels",
    en="With eps = 0, should the labels be one-hot or uniform?",
    zh="eps = 0 时，标签应是独热的还是均匀的？",
    replaces="smooth_labels",
)
def smooth_swaps_the_weights(y, C, eps):
    return eps * right.one_hot(y, C) + (1 - eps) / C


@mistake(
    "labels",
    en="Is eps shared among the classes or among the examples?",
    zh="eps 是分给各个类别，还是分给各个样本？",
    replaces="smooth_labels",
)
def smooth_divides_by_examples(y, C, eps):
    return (1 - eps) * right.one_hot(y, C) + eps / len(y)


@mistake(
    "labels",
    en="How many ones are in each row? Which rows does your indexing write to?",
    zh="每行有几个 1？你的索引写到了哪些行？",
    replaces="one_hot",
)
def one_hot_fills_whole_columns(y, C):
    hot = np.zeros((len(y), C))
    hot[:, y] = 1
    return hot


@mistake(
    "labels",
    en="Is the first class number 0 or number 1?",
    zh="第一个类别的编号是 0 还是 1？",
    replaces="one_hot",
)
def one_hot_counts_from_one(y, C):
    return right.one_hot(y.astype(int) - 1, C)


# --- cross_entropy


@mistake(
    "cross_entropy",
    en="Is the input already a probability, or a logit? How many times is softmax applied on the way?",
    zh="输入是概率还是 logits？一路上 softmax 做了几次？",
)
def cross_entropy_with_softmax_twice(z, target, reduction="mean"):
    return right.cross_entropy(right.softmax(z), target, reduction)


@mistake(
    "cross_entropy",
    en="If the true class is 2000 below the best logit, what is its probability in float64, and the log of that?",
    zh="真实类别的 logit 比最大者低 2000 时，概率在 float64 里是多少？它的对数呢？",
)
def cross_entropy_takes_log_of_softmax(z, target, reduction="mean"):
    t = right._as_distribution(target, z.shape[1])
    losses = -(t * np.log(right.softmax(z))).sum(axis=1)
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


@mistake(
    "cross_entropy",
    en="With a small constant inside the log, what is the greatest loss an example can have?",
    zh="对数里加了小常数之后，单个样本的损失最大能到多少？",
)
def cross_entropy_with_epsilon_in_log(z, target, reduction="mean"):
    t = right._as_distribution(target, z.shape[1])
    losses = -(t * np.log(right.softmax(z) + 1e-12)).sum(axis=1)
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


@mistake(
    "cross_entropy",
    en="The loss is a mean by default: where is the number of examples N?",
    zh="默认对样本取平均：样本数 N 用在了哪里？",
)
def cross_entropy_sums_by_default(z, target, reduction="mean"):
    return right.cross_entropy(z, target, "none" if reduction == "none" else "sum")


@mistake(
    "cross_entropy",
    en="Is the mean taken over the N examples, or over all N·C entries?",
    zh="是对 N 个样本取平均，还是对 N·C 个元素取平均？",
)
def cross_entropy_means_over_all_entries(z, target, reduction="mean"):
    out = right.cross_entropy(z, target, reduction)
    return out / z.shape[1] if reduction == "mean" else out


@mistake(
    "cross_entropy",
    en="With a soft target (0.7, 0.2, 0.1), do the second and third class enter your loss?",
    zh="软标签为 (0.7, 0.2, 0.1) 时，后两类进入你的损失了吗？",
)
def cross_entropy_ignores_soft_targets(z, target, reduction="mean"):
    return right.cross_entropy(z, target if target.ndim == 1 else target.argmax(axis=1), reduction)


@mistake(
    "cross_entropy",
    en="Which column of the log-probabilities does each example take: its own label's, or always the first?",
    zh="每个样本取的是自己标签那一列的对数概率，还是总取第一列？",
)
def cross_entropy_gathers_first_column(z, target, reduction="mean"):
    zeros = np.zeros(len(z), dtype=int)
    return right.cross_entropy(z, zeros if target.ndim == 1 else target, reduction)


@mistake(
    "cross_entropy",
    en="How many entries does log_p[:, y] have: N or N×N?",
    zh="log_p[:, y] 有多少个元素：N 个还是 N×N 个？",
)
def cross_entropy_gathers_all_pairs(z, target, reduction="mean"):
    if target.ndim == 2:
        return right.cross_entropy(z, target, reduction)
    losses = -right.log_softmax(z)[:, target]  # (N, N)
    return {"none": losses.mean(axis=1), "sum": losses.sum(), "mean": losses.mean()}[reduction]


@mistake(
    "cross_entropy",
    en="Is the mean over the examples taken for soft targets too?",
    zh="软标签的情形也对样本取平均了吗？",
)
def cross_entropy_soft_without_mean(z, target, reduction="mean"):
    soft_mean = target.ndim == 2 and reduction == "mean"
    return right.cross_entropy(z, target, "sum" if soft_mean else reduction)


@mistake(
    "cross_entropy",
    en='What does reduction="none" ask for: one number, or one per example?',
    zh='reduction="none" 要的是一个数，还是每个样本一个数？',
)
def cross_entropy_always_means(z, target, reduction="mean"):
    return right.cross_entropy(z, target, "mean")


@mistake(
    "cross_entropy",
    en="Can a cross-entropy be negative? What is the sign of the logarithm of a probability?",
    zh="交叉熵会是负数吗？概率的对数是什么符号？",
)
def cross_entropy_without_minus(z, target, reduction="mean"):
    return -right.cross_entropy(z, target, reduction)


@mistake(
    "cross_entropy",
    en="Along which axis do the probabilities sum to 1: the classes or the batch?",
    zh="概率沿哪个轴之和为 1：类别，还是批量？",
)
def cross_entropy_normalises_over_the_batch(z, target, reduction="mean"):
    t = right._as_distribution(target, z.shape[1])
    losses = -(t * right.log_softmax(z, axis=0)).sum(axis=1)
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


@mistake(
    "cross_entropy",
    en="What does exp give for a logit of 1000 in your normaliser?",
    zh="在你的归一化项里，logit 为 1000 时 exp 得多少？",
)
def cross_entropy_without_shift(z, target, reduction="mean"):
    t = right._as_distribution(target, z.shape[1])
    losses = np.log(np.exp(z).sum(axis=1)) - (t * z).sum(axis=1)
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


# --- cross_entropy_backward


@mistake(
    "cross_entropy_backward",
    en="If the true class is given too little probability, should the gradient at its logit be positive or negative?",
    zh="真实类别的概率偏低时，它的 logit 上的梯度应为正还是负？",
)
def ce_backward_with_sign_flipped(z, target):
    return -right.cross_entropy_backward(z, target)


@mistake(
    "cross_entropy_backward",
    en="The loss is a mean: did you divide by the number of examples N?",
    zh="损失取了平均，梯度除以样本数 N 了吗？",
)
def ce_backward_without_mean(z, target):
    return right.cross_entropy_backward(z, target) * len(z)


@mistake(
    "cross_entropy_backward",
    en="Where does the target enter your gradient?",
    zh="目标分布在你的梯度里出现在哪里？",
)
def ce_backward_is_the_probability(z, target):
    return right.softmax(z) / len(z)


@mistake(
    "cross_entropy_backward",
    en="With respect to which variable did you differentiate: the probabilities or the logits?",
    zh="你是对哪个变量求的导：概率，还是 logits？",
)
def ce_backward_with_respect_to_probabilities(z, target):
    return -right._as_distribution(target, z.shape[1]) / right.softmax(z) / len(z)


@mistake(
    "cross_entropy_backward",
    en="Is the Jacobian of softmax already contained in the expression that you multiply it by?",
    zh="你乘上雅可比矩阵的那个式子里，是否已经含有 softmax 的雅可比了？",
)
def ce_backward_with_jacobian_twice(z, target):
    return right.softmax_backward(right.cross_entropy_backward(z, target), right.softmax(z))


@mistake(
    "cross_entropy_backward",
    en="Along which axis do the probabilities in your gradient sum to 1: the classes or the batch?",
    zh="你的梯度里，概率沿哪个轴之和为 1：类别，还是批量？",
)
def ce_backward_normalises_over_the_batch(z, target):
    return (right.softmax(z, axis=0) - right._as_distribution(target, z.shape[1])) / len(z)


@mistake(
    "cross_entropy_backward",
    en="With a soft target (0.7, 0.2, 0.1), what is taken off at the second and third class?",
    zh="软标签为 (0.7, 0.2, 0.1) 时，第二、三类上减去了什么？",
)
def ce_backward_treats_soft_targets_as_hard(z, target):
    return right.cross_entropy_backward(z, target if target.ndim == 1 else target.argmax(axis=1))


@mistake(
    "cross_entropy_backward",
    en="Is the mean taken over the N examples, or over all N·C entries?",
    zh="是对 N 个样本取平均，还是对 N·C 个元素取平均？",
)
def ce_backward_means_over_all_entries(z, target):
    return right.cross_entropy_backward(z, target) / z.shape[1]


@mistake(
    "cross_entropy_backward",
    en="Over what is the mean: the number of examples, or the number of classes?",
    zh="平均是对样本数取的，还是对类别数取的？",
)
def ce_backward_divides_by_classes(z, target):
    return right.cross_entropy_backward(z, target) * len(z) / z.shape[1]


@mistake(
    "cross_entropy_backward",
    en="What does exp give for a logit of 1000 inside your gradient?",
    zh="在你的梯度里，logit 为 1000 时 exp 得多少？",
)
def ce_backward_without_shift(z, target):
    e = np.exp(z)
    return (e / e.sum(axis=1, keepdims=True) - right._as_distribution(target, z.shape[1])) / len(z)


@mistake(
    "cross_entropy_backward",
    en="Which entries does p[:, y] -= 1 change: one in each row, or whole columns?",
    zh="p[:, y] -= 1 改动的是每行一个元素，还是整列？",
)
def ce_backward_subtracts_from_whole_columns(z, target):
    if target.ndim == 2:
        return right.cross_entropy_backward(z, target)
    p = right.softmax(z)
    p[:, target] -= 1
    return p / len(z)


@mistake(
    "cross_entropy_backward",
    en="Is the mean over the examples taken for soft targets too?",
    zh="软标签的情形也对样本取平均了吗？",
)
def ce_backward_soft_without_mean(z, target):
    return right.cross_entropy_backward(z, target) * (len(z) if target.ndim == 2 else 1)


# --- softmax_backward


@mistake(
    "softmax_backward",
    en="Does raising one logit change only its own probability?",
    zh="调高某一个 logit，只有它自己的概率会变吗？",
)
def softmax_backward_diagonal_only(dout, p, axis=-1):
    return dout * p * (1 - p)


@mistake(
    "softmax_backward",
    en="Which part of ∂p_i/∂z_j is left when i ≠ j, and where is it in your answer?",
    zh="i ≠ j 时 ∂p_i/∂z_j 还剩哪一项？它在你的答案里吗？",
)
def softmax_backward_without_cross_terms(dout, p, axis=-1):
    return dout * p


@mistake(
    "softmax_backward",
    en="Over which axis do the classes share their probability, and over which one do you sum?",
    zh="概率是在哪个轴上由各类分享的？你又是沿哪个轴求和的？",
)
def softmax_backward_sums_over_wrong_axis(dout, p, axis=-1):
    return p * (dout - (dout * p).sum(axis=-1 if axis == 0 else 0, keepdims=True))


@mistake(
    "softmax_backward",
    en="What shape has your sum over the classes, and to which axis does NumPy line it up?",
    zh="对类别求和之后是什么形状？NumPy 会把它对齐到哪个轴？",
)
def softmax_backward_without_keepdims(dout, p, axis=-1):
    return p * (dout - (dout * p).sum(axis=axis))


@mistake(
    "softmax_backward",
    en="Try C = 2 by hand: which sign has ∂p_0/∂z_0?",
    zh="取 C = 2 手算一下：∂p_0/∂z_0 是正还是负？",
)
def softmax_backward_with_sign_flipped(dout, p, axis=-1):
    return -right.softmax_backward(dout, p, axis)


@mistake(
    "softmax_backward",
    en="Do different examples of the batch influence each other in your sum?",
    zh="在你的求和里，批量中不同的样本会互相影响吗？",
)
def softmax_backward_sums_over_everything(dout, p, axis=-1):
    return p * (dout - (dout * p).sum())


@mistake(
    "softmax_backward",
    en="In the sum over the classes, with what is each entry of dout weighted?",
    zh="对类别求和时，dout 的每一项用什么加权？",
)
def softmax_backward_sums_dout_unweighted(dout, p, axis=-1):
    return p * (dout - dout.sum(axis=axis, keepdims=True))


@mistake(
    "softmax_backward",
    en="Is it a plain mean of dout, or one weighted by the probabilities?",
    zh="是 dout 的简单平均，还是以概率为权重的平均？",
)
def softmax_backward_with_plain_mean(dout, p, axis=-1):
    return p * (dout - dout.mean(axis=axis, keepdims=True))


@mistake(
    "softmax_backward",
    en="Where does the argument `axis` enter your formula?",
    zh="参数 axis 在你的公式里用在了哪里？",
)
def softmax_backward_ignores_axis(dout, p, axis=-1):
    return right.softmax_backward(dout, p)


@mistake(
    "softmax_backward",
    en="dout is already the gradient of the loss: does the 1/N belong here once more?",
    zh="dout 已经是损失的梯度：这里还要再除一次 N 吗？",
)
def softmax_backward_divides_by_examples(dout, p, axis=-1):
    return right.softmax_backward(dout, p, axis) / len(p)


@mistake(
    "softmax_backward",
    en="Is the second argument the logits or already the probabilities?",
    zh="第二个参数是 logits，还是已经是概率？",
)
def softmax_backward_takes_p_for_logits(dout, p, axis=-1):
    return right.softmax_backward(dout, right.softmax(p, axis), axis)


@mistake(
    "softmax_backward",
    en="In p ⊙ dout, minus what: p times the sum, or the sum alone?",
    zh="p ⊙ dout 减去的是 p 乘那个和，还是只有那个和？",
)
def softmax_backward_subtracts_bare_sum(dout, p, axis=-1):
    return p * dout - (p * dout).sum(axis=axis, keepdims=True)


# --- bce_with_logits


def _sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


@mistake(
    "bce_with_logits",
    en="What is σ(800) in float64, and the logarithm of 1 minus it?",
    zh="float64 里 σ(800) 等于多少？1 减去它再取对数呢？",
)
def bce_takes_log_of_sigmoid(z, y):
    p = 1 / (1 + np.exp(-z))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(), (p - y) / len(z)


@mistake(
    "bce_with_logits",
    en="With p clipped at 1e-7, can the loss of one example ever exceed 17?",
    zh="把 p 截断在 1e-7 之后，单个样本的损失还能超过 17 吗？",
)
def bce_clips_probabilities(z, y):
    p = np.clip(_sigmoid(z), 1e-7, 1 - 1e-7)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(), (_sigmoid(z) - y) / len(z)


@mistake(
    "bce_with_logits",
    en="Is it only the loss that you clipped, or did the gradient become 0 far away as well?",
    zh="截断的只是损失吗？远处的梯度是不是也变成 0 了？",
)
def bce_clips_loss_and_gradient(z, y):
    loss, _ = bce_clips_probabilities(z, y)
    p = _sigmoid(z)
    return loss, np.where((p > 1e-7) & (p < 1 - 1e-7), p - y, 0.0) / len(z)


@mistake(
    "bce_with_logits",
    en="Are the labels 0 and 1 or -1 and 1 in your formula?",
    zh="你的公式里，标签是 0 和 1，还是 -1 和 1？",
)
def bce_with_labels_of_minus_one_and_one(z, y):
    return np.logaddexp(0, -y * z).mean(), -y * _sigmoid(-y * z) / len(z)


@mistake(
    "bce_with_logits",
    en="The loss is a mean: where is N in your loss and in your gradient?",
    zh="损失取平均：N 在你的损失和梯度里都出现了吗？",
)
def bce_without_mean(z, y):
    loss, dz = right.bce_with_logits(z, y)
    return loss * len(z), dz * len(z)


@mistake(
    "bce_with_logits",
    en="Your loss is a mean; is your gradient the gradient of that mean?",
    zh="你的损失是平均值；你的梯度是这个平均值的梯度吗？",
)
def bce_gradient_without_mean(z, y):
    loss, dz = right.bce_with_logits(z, y)
    return loss, dz * len(z)


@mistake(
    "bce_with_logits",
    en="Which loss is asked for: the squared distance between σ(z) and y, or a logarithm?",
    zh="要的是哪种损失：σ(z) 与 y 的平方差，还是对数损失？",
)
def bce_is_squared_error(z, y):
    p = _sigmoid(z)
    return ((p - y) ** 2).mean(), 2 * (p - y) * p * (1 - p) / len(z)


@mistake(
    "bce_with_logits",
    en="After the derivative of the logarithm is multiplied by σ', which factors cancel?",
    zh="对数的导数乘上 σ' 之后，哪些因子会消去？",
)
def bce_gradient_with_sigmoid_slope_twice(z, y):
    p = _sigmoid(z)
    return right.bce_with_logits(z, y)[0], (p - y) * p * (1 - p) / len(z)


@mistake(
    "bce_with_logits",
    en="If y = 1 and σ(z) is small, must z rise or fall, and which sign has the gradient then?",
    zh="y = 1 而 σ(z) 很小时，z 应增大还是减小？梯度应是什么符号？",
)
def bce_gradient_with_sign_flipped(z, y):
    loss, dz = right.bce_with_logits(z, y)
    return loss, -dz


@mistake(
    "bce_with_logits",
    en="What does an example with y = 0 add to your loss?",
    zh="y = 0 的样本对你的损失有贡献吗？",
)
def bce_without_negative_examples(z, y):
    return (y * np.logaddexp(0, -z)).mean(), y * (_sigmoid(z) - 1) / len(z)


@mistake(
    "bce_with_logits",
    en="What does your formula do with y = 0.3?",
    zh="y = 0.3 时，你的公式会怎样处理？",
)
def bce_rounds_soft_labels(z, y):
    return right.bce_with_logits(z, (y > 0.5).astype(float))


@mistake(
    "bce_with_logits",
    en="What are exp(800) and exp(800)/(1+exp(800)) in float64?",
    zh="float64 里 exp(800) 是多少？exp(800)/(1+exp(800)) 呢？",
)
def bce_gradient_overflows(z, y):
    e = np.exp(z)
    return right.bce_with_logits(z, y)[0], (e / (1 + e) - y) / len(z)


@mistake(
    "bce_with_logits",
    en="What is log(1+exp(800)) in float64, and what would it be on paper?",
    zh="float64 里 log(1+exp(800)) 得多少？纸上算又该是多少？",
)
def bce_softplus_overflows(z, y):
    return (np.log(1 + np.exp(z)) - y * z).mean(), right.bce_with_logits(z, y)[1]


@mistake(
    "bce_with_logits",
    en="Is z already σ(z) in your gradient?",
    zh="你的梯度里用的是 z，还是 σ(z)？",
)
def bce_gradient_without_sigmoid(z, y):
    return right.bce_with_logits(z, y)[0], (z - y) / len(z)


# --- mse_on_softmax_backward, compare_slopes


@mistake(
    "flat_loss",
    en="You have the slope at the probabilities: how does it get to the logits?",
    zh="你得到的是对概率的斜率：怎样才能传到 logits？",
    replaces="mse_on_softmax_backward",
)
def mse_slope_without_softmax_jacobian(z, y):
    return 2 * (right.softmax(z) - right.one_hot(y, z.shape[1])) / len(z)


@mistake(
    "flat_loss",
    en="The loss has a square and no ½: which factor does its derivative bring?",
    zh="损失里有平方、没有 ½：求导会带出什么因子？",
    replaces="mse_on_softmax_backward",
)
def mse_slope_without_two(z, y):
    return right.mse_on_softmax_backward(z, y) / 2


@mistake(
    "flat_loss",
    en="The loss is a mean over the examples: where is N?",
    zh="损失对样本取平均：N 在哪里？",
    replaces="mse_on_softmax_backward",
)
def mse_slope_without_mean(z, y):
    return right.mse_on_softmax_backward(z, y) * len(z)


@mistake(
    "flat_loss",
    en="Are the classes summed or averaged in this loss?",
    zh="在这个损失里，各类别是求和还是取平均？",
    replaces="mse_on_softmax_backward",
)
def mse_slope_means_over_classes(z, y):
    return right.mse_on_softmax_backward(z, y) / z.shape[1]


@mistake(
    "flat_loss",
    en="Does the error at one probability reach only its own logit?",
    zh="某个概率上的误差只传给它自己的 logit 吗？",
    replaces="mse_on_softmax_backward",
)
def mse_slope_with_diagonal_jacobian(z, y):
    p = right.softmax(z)
    return 2 * (p - right.one_hot(y, z.shape[1])) * p * (1 - p) / len(z)


@mistake(
    "flat_loss",
    en="Does a step against your gradient lower the squared error or raise it?",
    zh="沿你的梯度的反方向走一步，平方误差是变小还是变大？",
    replaces="mse_on_softmax_backward",
)
def mse_slope_with_sign_flipped(z, y):
    return -right.mse_on_softmax_backward(z, y)


@mistake(
    "flat_loss",
    en="Is this the gradient of the squared error or still that of the cross-entropy?",
    zh="这是平方误差的梯度，还是仍是交叉熵的梯度？",
    replaces="mse_on_softmax_backward",
)
def mse_slope_is_cross_entropy_slope(z, y):
    return right.cross_entropy_backward(z, y)


@mistake(
    "flat_loss",
    en="Is a norm the sum of squares or its square root?",
    zh="范数是平方和，还是平方和的平方根？",
    replaces="compare_slopes",
)
def slopes_squared(z, y):
    ce, mse = right.compare_slopes(z, y)
    return ce**2, mse**2


@mistake(
    "flat_loss",
    en="Which of the two is asked for first?",
    zh="题目要求先返回哪一个？",
    replaces="compare_slopes",
)
def slopes_swapped(z, y):
    return right.compare_slopes(z, y)[::-1]


@mistake(
    "flat_loss",
    en="Is the norm taken of all the entries together, or of one row at a time?",
    zh="范数是对全部元素一起取，还是一行一行地取？",
    replaces="compare_slopes",
)
def slopes_summed_row_by_row(z, y):
    both = right.cross_entropy_backward(z, y), right.mse_on_softmax_backward(z, y)
    return tuple(np.linalg.norm(g, axis=1).sum() for g in both)


@mistake(
    "flat_loss",
    en="Did you take the mean of the squares where their sum is asked for?",
    zh="题目要的是平方之和，你是不是取了平方的平均？",
    replaces="compare_slopes",
)
def slopes_as_root_mean_square(z, y):
    ce, mse = right.compare_slopes(z, y)
    return ce / np.sqrt(z.size), mse / np.sqrt(z.size)


@mistake(
    "flat_loss",
    en="Which norm is asked for: the root of the summed squares, or the sum of absolute values?",
    zh="要的是哪种范数：平方和的平方根，还是绝对值之和？",
    replaces="compare_slopes",
)
def slopes_by_absolute_values(z, y):
    both = right.cross_entropy_backward(z, y), right.mse_on_softmax_backward(z, y)
    return tuple(np.abs(g).sum() for g in both)


@mistake(
    "flat_loss",
    en="Are you comparing the losses or their slopes?",
    zh="你比较的是损失本身，还是损失的斜率？",
    replaces="compare_slopes",
)
def slopes_are_losses(z, y):
    p, hot = right.softmax(z), right.one_hot(y, z.shape[1])
    return right.cross_entropy(z, y), ((p - hot) ** 2).sum(axis=1).mean()


# --- confusion_matrix, macro_f1


@mistake(
    "evaluation",
    en="Do the rows stand for the truth or for the prediction?",
    zh="行代表真实类别，还是预测类别？",
    replaces="confusion_matrix",
)
def confusion_with_predictions_as_rows(y, y_hat, C):
    return right.confusion_matrix(y_hat, y, C)


@mistake(
    "evaluation",
    en="If the last class appears nowhere, how many rows do you make?",
    zh="如果最后一类从未出现，你会得到几行？",
    replaces="confusion_matrix",
)
def confusion_counts_classes_from_labels(y, y_hat, C):
    return right.confusion_matrix(y, y_hat, int(max(y.max(), y_hat.max())) + 1)


@mistake(
    "evaluation",
    en="What happens in NumPy when the same index stands twice in counts[y, y_hat] += 1?",
    zh="counts[y, y_hat] += 1 里同一个下标出现两次时，NumPy 会加几次？",
    replaces="confusion_matrix",
)
def confusion_counts_each_pair_once(y, y_hat, C):
    counts = np.zeros((C, C), dtype=int)
    counts[y, y_hat] += 1
    return counts


@mistake(
    "evaluation",
    en="Are counts asked for, or shares of each row?",
    zh="题目要的是计数，还是每行的比例？",
    replaces="confusion_matrix",
)
def confusion_normalised_by_row(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@mistake(
    "evaluation",
    en="Where do the wrong predictions go in your matrix?",
    zh="预测错的样本记在你的矩阵的哪里？",
    replaces="confusion_matrix",
)
def confusion_counts_hits_only(y, y_hat, C):
    return np.diag(np.diag(right.confusion_matrix(y, y_hat, C)))


def _precision_and_recall(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    tp, predicted, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    return tp / np.maximum(predicted, 1), tp / np.maximum(true, 1)


@mistake(
    "evaluation",
    en="What is 0/0 in NumPy, and what does the specification say a class without any example counts as?",
    zh="NumPy 里 0/0 是什么？题目规定没有样本的类别记为多少？",
    replaces="macro_f1",
)
def macro_f1_nan_for_absent_class(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    with np.errstate(invalid="ignore"):
        return (2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1))).mean()


@mistake(
    "evaluation",
    en="Which class has a precision of 0/0: one never predicted? What does its F1 become in your code?",
    zh="哪一类的精确率是 0/0？从未被预测的类别，它的 F1 在你的代码里成了什么？",
    replaces="macro_f1",
)
def macro_f1_nan_for_class_never_predicted(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    tp = np.diag(counts)
    with np.errstate(invalid="ignore"):
        precision, recall = tp / counts.sum(axis=0), tp / counts.sum(axis=1)
        return (2 * precision * recall / (precision + recall)).mean()


@mistake(
    "evaluation",
    en="Did you count all examples together first? Does a rare class then weigh as much as a frequent one?",
    zh="你是不是先把所有样本混在一起算？这样稀少的类别还与常见的类别同样重要吗？",
    replaces="macro_f1",
)
def macro_f1_is_micro(y, y_hat, C):
    return (y == y_hat).mean()


@mistake(
    "evaluation",
    en="Is each class weighted by its number of examples in your mean?",
    zh="你的平均是不是按各类样本数加权的？",
    replaces="macro_f1",
)
def macro_f1_weighted_by_support(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    f1 = 2 * np.diag(counts) / np.maximum(counts.sum(axis=0) + counts.sum(axis=1), 1)
    return (f1 * counts.sum(axis=1)).sum() / len(y)


@mistake(
    "evaluation",
    en="Over how many classes is the mean: all C, or only those that appear?",
    zh="平均是对全部 C 类取的，还是只对出现过的类别取的？",
    replaces="macro_f1",
)
def macro_f1_skips_absent_classes(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    appearances = counts.sum(axis=0) + counts.sum(axis=1)
    present = appearances > 0
    return (2 * np.diag(counts)[present] / appearances[present]).mean()


@mistake(
    "evaluation",
    en="Which comes first: the F1 of each class, or the mean over the classes?",
    zh="先求每一类的 F1，还是先对各类取平均？",
    replaces="macro_f1",
)
def macro_f1_of_mean_precision_and_recall(y, y_hat, C):
    precision, recall = (v.mean() for v in _precision_and_recall(y, y_hat, C))
    return 2 * precision * recall / (precision + recall)


@mistake(
    "evaluation",
    en="Is the mean of precision and recall in F1 an arithmetic or a harmonic one?",
    zh="F1 里精确率与召回率取的是算术平均还是调和平均？",
    replaces="macro_f1",
)
def macro_f1_with_arithmetic_mean(y, y_hat, C):
    precision, recall = _precision_and_recall(y, y_hat, C)
    return ((precision + recall) / 2).mean()


@mistake(
    "evaluation",
    en="Does a wrong alarm lower your score, or only a miss?",
    zh="误报会降低你的分数吗？还是只有漏报才会？",
    replaces="macro_f1",
)
def macro_f1_is_macro_recall(y, y_hat, C):
    return _precision_and_recall(y, y_hat, C)[1].mean()


@mistake(
    "evaluation",
    en="Does a miss lower your score, or only a wrong alarm?",
    zh="漏报会降低你的分数吗？还是只有误报才会？",
    replaces="macro_f1",
)
def macro_f1_is_macro_precision(y, y_hat, C):
    return _precision_and_recall(y, y_hat, C)[0].mean()


@mistake(
    "evaluation",
    en="For two classes, do you report one class only or the mean of both?",
    zh="只算了某一类的 F1，还是各类 F1 的平均？",
    replaces="macro_f1",
)
def macro_f1_of_class_one_only(y, y_hat, C):
    counts = right.confusion_matrix(y, y_hat, C)
    return 2 * counts[1, 1] / max(counts[1].sum() + counts[:, 1].sum(), 1)


# --- standardize, train_softmax, train_logistic


@mistake(
    "training",
    en="When one new patient arrives, which mean and deviation would you use? Did the test set shape its own scaling?",
    zh="只来一位新病人时，你用哪个均值和标准差？测试集参与决定自己的缩放了吗？",
    replaces="standardize",
)
def standardize_test_with_its_own_statistics(X_train, X_test):
    return right.standardize(X_train, X_train)[0], right.standardize(X_test, X_test)[0]


@mistake(
    "training",
    en="Do the test examples enter the mean and the deviation?",
    zh="测试样本参与计算均值和标准差了吗？",
    replaces="standardize",
)
def standardize_with_statistics_of_both(X_train, X_test):
    both = np.concatenate([X_train, X_test])
    return right.standardize(both, X_train)[1], right.standardize(both, X_test)[1]


@mistake(
    "training",
    en="What is the deviation of a pixel that is always 0?",
    zh="一个永远为 0 的像素，标准差是多少？",
    replaces="standardize",
)
def standardize_divides_by_zero(X_train, X_test):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / std, (X_test - mean) / std


@mistake(
    "training",
    en="How large does a test value become when you divide it by 1e-8?",
    zh="测试集上的一个值除以 1e-8 之后有多大？",
    replaces="standardize",
)
def standardize_adds_epsilon_to_deviation(X_train, X_test):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0) + 1e-8
    return (X_train - mean) / std, (X_test - mean) / std


@mistake(
    "training",
    en="Does the deviation asked for divide by N or by N-1?",
    zh="题目要的标准差除以 N 还是 N-1？",
    replaces="standardize",
)
def standardize_with_sample_deviation(X_train, X_test):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0, ddof=1)
    scale = np.where(np.ptp(X_train, axis=0) == 0, 1.0, std)
    return (X_train - mean) / scale, (X_test - mean) / scale


@mistake(
    "training",
    en="Does each feature have its own mean and deviation?",
    zh="每个特征有各自的均值和标准差吗？",
    replaces="standardize",
)
def standardize_all_features_alike(X_train, X_test):
    mean, std = X_train.mean(), X_train.std()
    return (X_train - mean) / std, (X_test - mean) / std


@mistake(
    "training",
    en="Did you divide by the variance or by its square root?",
    zh="除的是方差，还是方差的平方根？",
    replaces="standardize",
)
def standardize_divides_by_variance(X_train, X_test):
    mean, scale = X_train.mean(axis=0), np.where(np.ptp(X_train, axis=0) == 0, 1.0, X_train.var(axis=0))
    return (X_train - mean) / scale, (X_test - mean) / scale


@mistake(
    "training",
    en="Are the test examples on the same scale as the training examples now?",
    zh="现在测试样本与训练样本在同一尺度上吗？",
    replaces="standardize",
)
def standardize_leaves_test_set_alone(X_train, X_test):
    return right.standardize(X_train, X_test)[0], X_test.copy()


@mistake(
    "training",
    en="Does the loss fall or rise from step to step?",
    zh="损失一步步是在下降还是上升？",
    replaces="train_softmax",
)
def train_softmax_climbs(X, y, lr, steps):
    return right.train_softmax(X, y, -lr, steps)


@mistake(
    "training",
    en="If two classes differ only in how frequent they are, which parameter can say so?",
    zh="如果两类只是出现的频率不同，哪个参数能表达出来？",
    replaces="train_softmax",
)
def train_softmax_without_bias(X, y, lr, steps):
    W, b = np.zeros((X.shape[1], y.max() + 1)), np.zeros(y.max() + 1)
    for _ in range(steps):
        W = W - lr * X.T @ right.cross_entropy_backward(X @ W + b, y)
    return W, b


@mistake(
    "training",
    en="Are the parameters that you return the ones that you updated?",
    zh="你返回的参数是更新过的那一份吗？",
    replaces="train_softmax",
)
def train_softmax_returns_initial_parameters(X, y, lr, steps):
    return np.zeros((X.shape[1], y.max() + 1)), np.zeros(y.max() + 1)


@mistake(
    "training",
    en="How many steps does your loop really take?",
    zh="你的循环实际走了几步？",
    replaces="train_softmax",
)
def train_softmax_takes_one_step(X, y, lr, steps):
    return right.train_softmax(X, y, lr, 1)


@mistake(
    "training",
    en="Does the size of your step grow with the number of examples?",
    zh="你的步长是不是随样本数一起变大了？",
    replaces="train_softmax",
)
def train_softmax_without_mean(X, y, lr, steps):
    return right.train_softmax(X, y, lr * len(X), steps)


@mistake(
    "training",
    en="Does the loss fall or rise from step to step?",
    zh="损失一步步是在下降还是上升？",
    replaces="train_logistic",
)
def train_logistic_climbs(X, y, lr, steps):
    return right.train_logistic(X, y, -lr, steps)


@mistake(
    "training",
    en="Must the boundary between the two classes pass through the origin?",
    zh="两类之间的分界一定要过原点吗？",
    replaces="train_logistic",
)
def train_logistic_without_bias(X, y, lr, steps):
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        w = w - lr * X.T @ right.bce_with_logits(X @ w, y)[1]
    return w, 0.0


@mistake(
    "training",
    en="Are the parameters that you return the ones that you updated?",
    zh="你返回的参数是更新过的那一份吗？",
    replaces="train_logistic",
)
def train_logistic_returns_initial_parameters(X, y, lr, steps):
    return np.zeros(X.shape[1]), 0.0


@mistake(
    "training",
    en="How many steps does your loop really take?",
    zh="你的循环实际走了几步？",
    replaces="train_logistic",
)
def train_logistic_takes_one_step(X, y, lr, steps):
    return right.train_logistic(X, y, lr, 1)


@mistake(
    "training",
    en="Does the size of your step grow with the number of examples?",
    zh="你的步长是不是随样本数一起变大了？",
    replaces="train_logistic",
)
def train_logistic_without_mean(X, y, lr, steps):
    return right.train_logistic(X, y, lr * len(X), steps)


@mistake(
    "training",
    en="Are the labels 0 and 1 or -1 and 1 in your gradient?",
    zh="你的梯度里，标签是 0 和 1，还是 -1 和 1？",
    replaces="train_logistic",
)
def train_logistic_with_labels_of_minus_one_and_one(X, y, lr, steps):
    return right.train_logistic(X, 2 * y - 1, lr, steps)
