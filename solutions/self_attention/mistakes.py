"""Wrong answers that people really write, each with the question that helps.

Left out because they are right: masking after the softmax and dividing by the row's new sum (the same number, as long
as nothing overflows), a fill of -1e9 in `attention` (no query there is without a key), an epsilon of 1e-9 in the
softmax's denominator, heads in the order (heads, batch) inside a module, a negated angle for the cosines.
"""

import numpy as np
import torch
from torch import nn

from autograder.bank import mistake

from . import solution as right


def _softmax(s, axis=-1):
    e = np.exp(s - s.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _swapped(x):
    return np.swapaxes(x, -1, -2)


# ------------------------------------------------------------------------------------------------- masked_softmax


@mistake(
    "masked_softmax",
    en="What is 0 / 0, in a row where nothing is kept?",
    zh="某一行什么都不保留时，0 / 0 等于什么？",
)
def masked_softmax_nan_of_nothing(s, mask=None, axis=-1):
    return _softmax(s if mask is None else np.where(mask, s, -np.inf), axis)


@mistake(
    "masked_softmax",
    en="With a large negative number for masked scores: what comes out of a row in which all are masked?",
    zh="用很大的负数填充被掩掉的分数：如果整行都被掩掉，会得到什么？",
)
def masked_softmax_uniform_of_nothing(s, mask=None, axis=-1):
    return _softmax(s if mask is None else np.where(mask, s, -1e9), axis)


@mistake(
    "masked_softmax",
    en="Do the weights that are kept still sum to 1?",
    zh="保留下来的权重之和还是 1 吗？",
)
def masked_softmax_zeroed_afterwards(s, mask=None, axis=-1):
    w = _softmax(s, axis)
    return w if mask is None else np.where(mask, w, 0.0)


@mistake(
    "masked_softmax",
    en="Is e⁰ nothing? What weight does a score of 0 get?",
    zh="e⁰ 等于 0 吗？分数为 0 的位置会得到多少权重？",
)
def masked_softmax_scores_zeroed(s, mask=None, axis=-1):
    return _softmax(s if mask is None else np.where(mask, s, 0.0), axis)


@mistake(
    "masked_softmax",
    en="Does True mean keep, or hide?",
    zh="True 表示保留，还是表示遮住？",
)
def masked_softmax_inverted(s, mask=None, axis=-1):
    return right.masked_softmax(s, None if mask is None else ~np.asarray(mask), axis)


@mistake(
    "masked_softmax",
    en="What is exp(1000) in floating point?",
    zh="浮点数里 exp(1000) 等于多少？",
)
def masked_softmax_without_maximum(s, mask=None, axis=-1):
    e = np.exp(s if mask is None else np.where(mask, s, -np.inf))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1.0, total)


@mistake(
    "masked_softmax",
    en="Which maximum do you subtract: that of all scores, or that of the scores that are kept?",
    zh="你减去的是所有分数的最大值，还是保留下来的分数的最大值？",
)
def masked_softmax_maximum_of_masked_too(s, mask=None, axis=-1):
    e = np.where(True if mask is None else mask, np.exp(s - s.max(axis=axis, keepdims=True)), 0.0)
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1.0, total)


@mistake(
    "masked_softmax",
    en="One maximum for the whole array: what does that do to a row that lies 2000 below?",
    zh="整个数组只取一个最大值：比它低 2000 的那一行会怎样？",
)
def masked_softmax_one_maximum_for_all(s, mask=None, axis=-1):
    s = s if mask is None else np.where(mask, s, -np.inf)
    e = np.exp(s - s.max())
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1.0, total)


@mistake(
    "masked_softmax",
    en="What is 0 · inf, or 0 · NaN?",
    zh="0 · inf 和 0 · NaN 等于什么？",
)
def masked_softmax_multiplied_by_mask(s, mask=None, axis=-1):
    keep = np.broadcast_to(True if mask is None else mask, s.shape)
    e = np.exp(s - np.max(s, axis=axis, keepdims=True, initial=s.min(), where=keep)) * keep
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1.0, total)


@mistake(
    "masked_softmax",
    en="Along which axis should the weights sum to 1? Where does `axis` enter your code?",
    zh="权重应当沿哪个轴求和为 1？你的代码里哪里用到了 `axis`？",
)
def masked_softmax_that_ignores_axis(s, mask=None, axis=-1):
    return right.masked_softmax(s, mask)


@mistake(
    "masked_softmax",
    en="Where does the mask enter your code?",
    zh="你的代码里哪里用到了掩码？",
)
def masked_softmax_that_ignores_the_mask(s, mask=None, axis=-1):
    return _softmax(s, axis)


# ------------------------------------------------------------------------------------------------------ attention


def _attend(q, k, v, mask, scale=None, axis=-1):
    """The right frame of `attention` around another scale or axis."""
    scores = q @ _swapped(k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    w = right.masked_softmax(scores, mask, axis)
    return w @ v, w


@mistake(
    "attention",
    en="How large do inner products of dk numbers grow, and what brings them back?",
    zh="dk 个数的内积会有多大？用什么把它缩回来？",
)
def attention_without_scale(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=1.0)


@mistake(
    "attention",
    en="Is it the variance or the standard deviation of a score that is dk?",
    zh="等于 dk 的，是分数的方差还是标准差？",
)
def attention_scaled_by_dk(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=1 / q.shape[-1])


@mistake(
    "attention",
    en="Over what does the inner product sum: positions or features?",
    zh="内积是对位置求和，还是对特征求和？",
)
def attention_scaled_by_length_of_keys(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=k.shape[-2] ** -0.5)


@mistake(
    "attention",
    en="Whose width is under the square root: that of the keys, or that of the values?",
    zh="根号里是键的维数，还是值的维数？",
)
def attention_scaled_by_width_of_values(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=v.shape[-1] ** -0.5)


@mistake(
    "attention",
    en="Do you divide by √dk, or multiply?",
    zh="是除以 √dk，还是乘以 √dk？",
)
def attention_multiplied_by_root(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=q.shape[-1] ** 0.5)


@mistake(
    "attention",
    en="Whose weights sum to 1: those that one query gives to all keys, or those that all queries give to one key?",
    zh="求和为 1 的，是一个查询给所有键的权重，还是所有查询给一个键的权重？",
)
def attention_softmax_over_queries(q, k, v, mask=None):
    return _attend(q, k, v, mask, axis=-2)


@mistake(
    "attention",
    en="You mask after the softmax: what do the remaining weights of a row sum to?",
    zh="你在 softmax 之后才做掩码：这一行剩下的权重之和是多少？",
)
def attention_masked_after_softmax(q, k, v, mask=None):
    w = _attend(q, k, v, None)[1]
    w = w if mask is None else w * mask
    return w @ v, w


@mistake(
    "attention",
    en="Does True mean that a key may be looked at, or that it is hidden?",
    zh="True 表示可以看，还是表示被遮住？",
)
def attention_mask_inverted(q, k, v, mask=None):
    return _attend(q, k, v, None if mask is None else ~np.asarray(mask))


@mistake(
    "attention",
    en="You add the mask to the scores: how much does a 1 or a 0 forbid?",
    zh="你把掩码直接加到分数上：加 1 或加 0 能禁止什么？",
)
def attention_mask_added(q, k, v, mask=None):
    w = _softmax(q @ _swapped(k) / np.sqrt(q.shape[-1]) + (0.0 if mask is None else np.asarray(mask, float)))
    return w @ v, w


@mistake(
    "attention",
    en="What weight does the softmax give to a score of 0?",
    zh="分数为 0 时，softmax 会给出多少权重？",
)
def attention_mask_multiplied_before_softmax(q, k, v, mask=None):
    w = _softmax(q @ _swapped(k) / np.sqrt(q.shape[-1]) * (1.0 if mask is None else mask))
    return w @ v, w


@mistake(
    "attention",
    en="Where does the mask enter your code?",
    zh="你的代码里哪里用到了掩码？",
)
def attention_that_ignores_the_mask(q, k, v, mask=None):
    return _attend(q, k, v, None)


@mistake(
    "attention",
    en="What comes first: the softmax of the scores, or the values?",
    zh="先对分数做 softmax，还是先乘上 v？",
)
def attention_values_before_softmax(q, k, v, mask=None):
    return _softmax(q @ _swapped(k) / np.sqrt(q.shape[-1]) @ v), _attend(q, k, v, mask)[1]


@mistake(
    "attention",
    en="Entry (i, j) of the scores is the inner product of which two rows?",
    zh="分数矩阵的第 (i, j) 个元素，是哪两行的内积？",
)
def attention_keys_not_transposed(q, k, v, mask=None):
    w = right.masked_softmax(q @ k / np.sqrt(q.shape[-1]), mask)
    return w @ v, w


@mistake(
    "attention",
    en="What does .T do to an array with a batch in front?",
    zh="前面带有批维度的数组，.T 会把它变成什么？",
)
def attention_keys_wholly_reversed(q, k, v, mask=None):
    w = right.masked_softmax(q @ k.T / np.sqrt(q.shape[-1]), mask)
    return w @ v, w


@mistake(
    "attention",
    en="What is exp(1000) in floating point?",
    zh="浮点数里 exp(1000) 等于多少？",
)
def attention_with_unstable_exp(q, k, v, mask=None):
    scores = q @ _swapped(k) / np.sqrt(q.shape[-1])
    e = np.exp(scores if mask is None else np.where(mask, scores, -np.inf))
    w = e / e.sum(axis=-1, keepdims=True)
    return w @ v, w


@mistake(
    "attention",
    en="May a query look at the keys of another sequence of the batch?",
    zh="一个查询可以看到同一批里其他序列的键吗？",
)
def attention_across_the_batch(q, k, v, mask=None):
    scores = q.reshape(-1, q.shape[-1]) @ k.reshape(-1, k.shape[-1]).T / np.sqrt(q.shape[-1])
    w = _softmax(scores)  # (all queries, all keys)
    out = (w @ v.reshape(-1, v.shape[-1])).reshape(*q.shape[:-1], v.shape[-1])
    n = int(np.prod(q.shape[:-2]))
    blocks = w.reshape(n, q.shape[-2], n, k.shape[-2])[np.arange(n), :, np.arange(n)]
    return out, blocks.reshape(*q.shape[:-1], k.shape[-2])


@mistake(
    "attention",
    en="Are the scores that you return already weights?",
    zh="你返回的分数已经是权重了吗？",
)
def attention_that_returns_scores(q, k, v, mask=None):
    return _attend(q, k, v, mask)[0], q @ _swapped(k) / np.sqrt(q.shape[-1])


@mistake(
    "attention",
    en="Which rows are averaged with the weights: those of k or those of v?",
    zh="用权重求平均的，是 k 的各行还是 v 的各行？",
)
def attention_that_averages_keys(q, k, v, mask=None):
    w = _attend(q, k, v, mask)[1]
    return w @ k, w


# --------------------------------------------------------------------------------------------- attention_backward


def _backward(dout, q, k, v, w, ds_of=None, scale=None):
    """The right frame of `attention_backward` around another gradient of the scores."""
    dw = dout @ _swapped(v)
    ds = w * (dw - (w * dw).sum(-1, keepdims=True)) if ds_of is None else ds_of(w, dw)
    ds = ds * (q.shape[-1] ** -0.5 if scale is None else scale)
    return ds @ k, _swapped(ds) @ q, _swapped(w) @ dout


@mistake(
    "attention_backward",
    en="Entry (i, j) of the scores joins query i with key j: over what must dk sum?",
    zh="分数的第 (i, j) 个元素连接查询 i 与键 j：dk 应当对哪个下标求和？",
)
def attention_backward_dk_not_transposed(dout, q, k, v, w):
    dq, _, dv = _backward(dout, q, k, v, w)
    dw = dout @ _swapped(v)
    return dq, w * (dw - (w * dw).sum(-1, keepdims=True)) / np.sqrt(q.shape[-1]) @ q, dv


@mistake(
    "attention_backward",
    en="Row j of dv gathers from all queries: over which axis of the weights is that?",
    zh="dv 的第 j 行汇集了所有查询的贡献：对应权重的哪个轴？",
)
def attention_backward_dv_not_transposed(dout, q, k, v, w):
    dq, dk, _ = _backward(dout, q, k, v, w)
    return dq, dk, w @ dout


@mistake(
    "attention_backward",
    en="Does a weight depend on its own score only, or on all scores of its row?",
    zh="一个权重只取决于它自己的分数，还是取决于整行的分数？",
)
def attention_backward_diagonal_jacobian(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, lambda w, dw: w * (1 - w) * dw)


@mistake(
    "attention_backward",
    en="What happens to all weights of a row when all its scores grow by the same amount?",
    zh="一行的分数同时增加相同的量，这一行的权重会怎样变化？",
)
def attention_backward_without_the_row_sum(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, lambda w, dw: w * dw)


@mistake(
    "attention_backward",
    en="Along which axis did the softmax sum?",
    zh="前向时 softmax 沿哪个轴求和？",
)
def attention_backward_sum_over_queries(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, lambda w, dw: w * (dw - (w * dw).sum(-2, keepdims=True)))


@mistake(
    "attention_backward",
    en="Is it the mean of dw that is subtracted, or the mean weighted with w?",
    zh="减去的是 dw 的普通平均，还是以 w 加权的平均？",
)
def attention_backward_plain_mean(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, lambda w, dw: w * (dw - dw.mean(-1, keepdims=True)))


@mistake(
    "attention_backward",
    en="The scores were divided by something on the way forward: where is it on the way back?",
    zh="前向时分数除以了一个数，反向时它去哪儿了？",
)
def attention_backward_without_scale(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, scale=1.0)


@mistake(
    "attention_backward",
    en="How many times do the scores pass the scale on the way back?",
    zh="反向时，梯度经过缩放几次？",
)
def attention_backward_scaled_twice(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, scale=1 / q.shape[-1])


@mistake(
    "attention_backward",
    en="Does the scale stand between the scores and q only, or between the scores and k too?",
    zh="缩放只影响 q 的梯度，还是也影响 k 的梯度？",
)
def attention_backward_dk_without_scale(dout, q, k, v, w):
    dq, dk, dv = _backward(dout, q, k, v, w)
    return dq, dk * np.sqrt(q.shape[-1]), dv


@mistake(
    "attention_backward",
    en="Do the weights that you use still know of the mask?",
    zh="你用的权重还考虑掩码吗？",
)
def attention_backward_of_other_weights(dout, q, k, v, w):
    dq, dk, _ = _backward(dout, q, k, v, _softmax(q @ _swapped(k) / np.sqrt(q.shape[-1])))
    return dq, dk, _swapped(w) @ dout


@mistake(
    "attention_backward",
    en="By what were the values multiplied: by the scores or by the weights?",
    zh="v 乘的是分数还是权重？",
)
def attention_backward_dv_from_scores(dout, q, k, v, w):
    dq, dk, _ = _backward(dout, q, k, v, w)
    return dq, dk, _swapped(q @ _swapped(k) / np.sqrt(q.shape[-1])) @ dout


@mistake(
    "attention_backward",
    en="In what order do you return the gradients?",
    zh="各个梯度是按什么顺序返回的？",
)
def attention_backward_dq_and_dk_swapped(dout, q, k, v, w):
    dq, dk, dv = _backward(dout, q, k, v, w)
    return dk, dq, dv


@mistake(
    "attention_backward",
    en="Between the scores and the weights stands a softmax: where is it on the way back?",
    zh="分数和权重之间隔着一个 softmax：反向时它去哪儿了？",
)
def attention_backward_through_dw_only(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, lambda w, dw: dw)


@mistake(
    "attention_backward",
    en="Which way does the loss move when out grows?",
    zh="out 增大时，损失朝哪个方向变化？",
)
def attention_backward_sign_flipped(dout, q, k, v, w):
    return _backward(dout, q, k, v, w, lambda w, dw: w * ((w * dw).sum(-1, keepdims=True) - dw))


@mistake(
    "attention_backward",
    en="Where does dout enter the gradients of q and k?",
    zh="q 和 k 的梯度里，dout 出现在哪里？",
)
def attention_backward_along_ones(dout, q, k, v, w):
    dq, dk, _ = _backward(np.ones_like(dout), q, k, v, w)
    return dq, dk, _swapped(w) @ dout


@mistake(
    "attention_backward",
    en="Is there a mean anywhere in the forward pass?",
    zh="前向计算里哪里取过平均？",
)
def attention_backward_divided_by_queries(dout, q, k, v, w):
    return tuple(gradient / q.shape[-2] for gradient in _backward(dout, q, k, v, w))


# ---------------------------------------------------------------------------------------------------------- masks


@mistake(
    "masks",
    en="May a position look at itself?",
    zh="一个位置可以看自己吗？",
    replaces="causal_mask",
)
def causal_mask_without_diagonal(T):
    return np.tril(np.ones((T, T), bool), k=-1)


@mistake(
    "masks",
    en="How far to the right of the diagonal is True allowed?",
    zh="对角线右边多远的地方还可以是 True？",
    replaces="causal_mask",
)
def causal_mask_that_sees_the_next(T):
    return np.tril(np.ones((T, T), bool), k=1)


@mistake(
    "masks",
    en="Which axis counts the queries: rows or columns?",
    zh="查询对应的是行还是列？",
    replaces="causal_mask",
)
def causal_mask_transposed(T):
    return np.triu(np.ones((T, T), bool))


@mistake(
    "masks",
    en="Does True mean keep, or hide?",
    zh="True 表示保留，还是表示遮住？",
    replaces="causal_mask",
)
def causal_mask_of_hidden(T):
    return np.triu(np.ones((T, T), bool), k=1)


@mistake(
    "masks",
    en="Should the mask hold truth values, or what is added to the scores?",
    zh="掩码里应当是真假值，还是要加到分数上的数？",
    replaces="causal_mask",
)
def causal_mask_to_be_added(T):
    return np.where(np.tril(np.ones((T, T), bool)), 0.0, -1e9)


@mistake(
    "masks",
    en="With length 2, which are the real positions: 0 and 1, or also 2?",
    zh="长度为 2 时，真实的位置是 0 和 1，还是也包括 2？",
    replaces="padding_mask",
)
def padding_mask_one_too_long(lengths, T):
    return np.arange(T) <= np.asarray(lengths)[:, None, None]


@mistake(
    "masks",
    en="Does True stand for a real position, or for padding?",
    zh="True 代表真实位置，还是代表填充？",
    replaces="padding_mask",
)
def padding_mask_of_padding(lengths, T):
    return ~right.padding_mask(lengths, T)


@mistake(
    "masks",
    en="Does the mask broadcast to (B, Tq, Tk)?",
    zh="这个掩码能广播到 (B, Tq, Tk) 吗？",
    replaces="padding_mask",
)
def padding_mask_without_queries(lengths, T):
    return right.padding_mask(lengths, T)[:, 0]


@mistake(
    "masks",
    en="Which of the two last axes is the keys': the one you mask, or the other?",
    zh="最后两个轴里哪个是键？你遮住的是它吗？",
    replaces="padding_mask",
)
def padding_mask_of_queries(lengths, T):
    return right.padding_mask(lengths, T).swapaxes(1, 2)


@mistake(
    "masks",
    en="Where does the padding stand: at the end or at the beginning?",
    zh="填充在序列的末尾，还是开头？",
    replaces="padding_mask",
)
def padding_mask_at_the_start(lengths, T):
    return right.padding_mask(lengths, T)[..., ::-1]


@mistake(
    "masks",
    en="How wide is the mask when even the longest sequence is shorter than T?",
    zh="最长的序列也短于 T 时，掩码应该有多宽？",
    replaces="padding_mask",
)
def padding_mask_of_the_longest(lengths, T):
    return right.padding_mask(lengths, int(max(lengths)))


@mistake(
    "masks",
    en="May a query look where one mask allows it, or only where all do?",
    zh="只要有一个掩码允许就能看，还是必须全部允许？",
    replaces="combine_masks",
)
def combine_masks_by_or(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined | mask
    return combined


@mistake(
    "masks",
    en="What is True + True?",
    zh="True + True 等于什么？",
    replaces="combine_masks",
)
def combine_masks_by_sum(*masks):
    given = [np.asarray(mask, dtype=int) for mask in masks if mask is not None]
    return sum(given) if given else None


@mistake(
    "masks",
    en="What becomes of the second mask?",
    zh="第二个掩码到哪里去了？",
    replaces="combine_masks",
)
def combine_masks_first_only(*masks):
    return next((mask for mask in masks if mask is not None), None)


@mistake(
    "masks",
    en="What should happen to a mask that is None?",
    zh="某个掩码是 None 时应该怎么办？",
    replaces="combine_masks",
)
def combine_masks_without_none(*masks):
    combined = masks[0]
    for mask in masks[1:]:
        combined = combined & mask
    return combined


@mistake(
    "masks",
    en="How many masks may be given?",
    zh="可以传入几个掩码？",
    replaces="combine_masks",
)
def combine_masks_two_only(*masks):
    given = [mask for mask in masks if mask is not None]
    return (given[0] & given[1] if len(given) > 1 else given[0]) if given else None


# ---------------------------------------------------------------------------------------------------------- heads


@mistake(
    "heads",
    en="Which axis of x is cut by your reshape: the features, or the positions?",
    zh="你的 reshape 切开的是特征轴，还是位置轴？",
    replaces="split_heads",
)
def split_heads_by_view(x, heads):
    B, T, D = x.shape
    return x.reshape(B, heads, T, D // heads)


@mistake(
    "heads",
    en="Does head 0 get neighbouring features, or every heads-th one?",
    zh="第 0 个头拿到的是相邻的特征，还是每隔 heads 个取一个？",
    replaces="split_heads",
)
def split_heads_interleaved(x, heads):
    B, T, D = x.shape
    return x.reshape(B, T, D // heads, heads).transpose(0, 3, 1, 2)


@mistake(
    "heads",
    en="Which axis should stand second: positions or heads?",
    zh="第二个轴应该是位置还是头？",
    replaces="split_heads",
)
def split_heads_not_moved(x, heads):
    B, T, D = x.shape
    return x.reshape(B, T, heads, D // heads)


@mistake(
    "heads",
    en="Should heads become part of the batch, or an axis of their own?",
    zh="头应该并进批的维度，还是自成一个轴？",
    replaces="split_heads",
)
def split_heads_into_the_batch(x, heads):
    B, T, D = x.shape
    return right.split_heads(x, heads).reshape(B * heads, T, D // heads)


@mistake(
    "heads",
    en="What becomes of the last features when heads does not divide D?",
    zh="头数不能整除 D 时，最后几个特征去哪儿了？",
    replaces="split_heads",
)
def split_heads_truncated(x, heads):
    d = x.shape[-1] // heads
    return right.split_heads(x[..., : d * heads], heads)


@mistake(
    "heads",
    en="Is `heads` the number of heads, or the width of one?",
    zh="`heads` 是头的个数，还是每个头的宽度？",
    replaces="split_heads",
)
def split_heads_by_width(x, heads):
    return right.split_heads(x, x.shape[-1] // heads)


@mistake(
    "heads",
    en="In which order do heads and positions lie in memory when you flatten them?",
    zh="展平的时候，头和位置在内存里是什么顺序？",
    replaces="merge_heads",
)
def merge_heads_by_view(x):
    B, heads, T, d = x.shape
    return x.reshape(B, T, heads * d)


@mistake(
    "heads",
    en="Do the features of one head stay together?",
    zh="同一个头的特征还挨在一起吗？",
    replaces="merge_heads",
)
def merge_heads_interleaved(x):
    B, heads, T, d = x.shape
    return x.transpose(0, 2, 3, 1).reshape(B, T, heads * d)


@mistake(
    "heads",
    en="Are heads put side by side, or averaged?",
    zh="各个头是并排拼接，还是取平均？",
    replaces="merge_heads",
)
def merge_heads_averaged(x):
    return x.mean(axis=1)


@mistake(
    "heads",
    en="Along which axis do the heads line up: features or positions?",
    zh="各个头是沿特征轴拼接，还是沿位置轴拼接？",
    replaces="merge_heads",
)
def merge_heads_along_positions(x):
    B, heads, T, d = x.shape
    return x.reshape(B, heads * T, d)


# ----------------------------------------------------------------------------------------------------- multi_head


class _MultiHead(right.MultiHeadSelfAttention):
    """The right module with its steps apart, for a mistake to replace one."""

    def cut(self, y):
        return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (B, heads, T, d)

    def join(self, y):
        return y.transpose(1, 2).flatten(2)  # (B, T, D)

    def projected(self, x):
        return self.wq(x), self.wk(x), self.wv(x)

    def scale(self, D):
        return (D // self.heads) ** -0.5

    def weights(self, scores, mask):
        if mask is None:
            return scores.softmax(-1)
        kept = mask.unsqueeze(-3)
        return scores.masked_fill(~kept, -1e30).softmax(-1) * kept

    def forward(self, x, mask=None):
        q, k, v = map(self.cut, self.projected(x))
        w = self.weights(q @ k.mT * self.scale(x.shape[-1]), mask)
        return self.wo(self.join(self.dropout(w) @ v))


@mistake(
    "multi_head",
    en="How many numbers does the inner product of one head sum up?",
    zh="每个头的内积是多少个数之和？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadScaledByModel(_MultiHead):
    def scale(self, D):
        return D**-0.5


@mistake(
    "multi_head",
    en="Where is the scale?",
    zh="缩放到哪里去了？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadWithoutScale(_MultiHead):
    def scale(self, D):
        return 1.0


@mistake(
    "multi_head",
    en="Does view(B, heads, T, d) cut features, or positions?",
    zh="view(B, heads, T, d) 切开的是特征，还是位置？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadByView(_MultiHead):
    def cut(self, y):
        B, T, D = y.shape
        return y.reshape(B, self.heads, T, D // self.heads)

    def join(self, y):
        B, heads, T, d = y.shape
        return y.reshape(B, T, heads * d)


@mistake(
    "multi_head",
    en="Does head 0 get neighbouring features, or every heads-th one?",
    zh="第 0 个头拿到的是相邻的特征，还是每隔 heads 个取一个？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadInterleaved(_MultiHead):
    def cut(self, y):
        return y.unflatten(-1, (-1, self.heads)).permute(0, 3, 1, 2)

    def join(self, y):
        return y.permute(0, 2, 3, 1).flatten(2)


@mistake(
    "multi_head",
    en="In which order do heads and positions lie in memory when you flatten them?",
    zh="展平的时候，头和位置在内存里是什么顺序？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadMergedByView(_MultiHead):
    def join(self, y):
        B, heads, T, d = y.shape
        return y.reshape(B, T, heads * d)


@mistake(
    "multi_head",
    en="Can view put every tensor into another shape, also one whose positions are not neighbours in memory?",
    zh="view 对任何张量都能用吗？如果相邻位置在内存里并不相邻呢？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadViewsItsInput(_MultiHead):
    def projected(self, x):
        flat = x.view(-1, x.shape[-1])  # (B · T, D)
        return tuple(layer(flat).view(x.shape) for layer in (self.wq, self.wk, self.wv))


@mistake(
    "multi_head",
    en="Which layer mixes what the heads have found?",
    zh="各个头的结果由哪一层混合起来？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadWithoutOutputLayer(_MultiHead):
    def forward(self, x, mask=None):
        q, k, v = map(self.cut, self.projected(x))
        w = self.weights(q @ k.mT * self.scale(x.shape[-1]), mask)
        return self.join(self.dropout(w) @ v)


@mistake(
    "multi_head",
    en="How many layers does the module have, and under which names?",
    zh="这个模块有几层？各叫什么名字？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadOfThreeLayers(_MultiHead):
    def __init__(self, d_model, heads, dropout=0.0):
        super().__init__(d_model, heads, dropout)
        self.wo = nn.Identity()


@mistake(
    "multi_head",
    en="Are keys and values made by the same layer?",
    zh="键和值是由同一层得到的吗？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadValuesFromKeys(_MultiHead):
    def projected(self, x):
        return self.wq(x), self.wk(x), self.wk(x) + 0 * self.wv(x)


@mistake(
    "multi_head",
    en="Which layer makes the queries, and which the keys?",
    zh="哪一层产生查询，哪一层产生键？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadQueriesAndKeysSwapped(_MultiHead):
    def projected(self, x):
        return self.wk(x), self.wq(x), self.wv(x)


@mistake(
    "multi_head",
    en="Do the four layers have biases?",
    zh="这四层有偏置吗？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadWithBiases(_MultiHead):
    def __init__(self, d_model, heads, dropout=0.0):
        super().__init__(d_model, heads, dropout)
        self.wq, self.wk, self.wv, self.wo = (nn.Linear(d_model, d_model) for _ in range(4))


@mistake(
    "multi_head",
    en="Who tells nn.functional.dropout that the module is in evaluation mode?",
    zh="谁来告诉 nn.functional.dropout 模块处于测试模式？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadDropsInEvaluation(_MultiHead):
    def forward(self, x, mask=None):
        q, k, v = map(self.cut, self.projected(x))
        w = self.weights(q @ k.mT * self.scale(x.shape[-1]), mask)
        return self.wo(self.join(nn.functional.dropout(w, self.dropout.p) @ v))


@mistake(
    "multi_head",
    en="Where is `dropout` used in training mode?",
    zh="训练模式下，哪里用到了 `dropout`？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadWithoutDropout(_MultiHead):
    def __init__(self, d_model, heads, dropout=0.0):
        super().__init__(d_model, heads)


@mistake(
    "multi_head",
    en="A mask (B, T, T) meets scores (B, heads, T, T): with which axis is its first one lined up?",
    zh="掩码 (B, T, T) 遇到分数 (B, heads, T, T)：它的第一个轴与哪个轴对齐？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadMaskAlongHeads(_MultiHead):
    def weights(self, scores, mask):
        if mask is None:
            return scores.softmax(-1)
        return scores.masked_fill(~mask, -1e30).softmax(-1) * mask


@mistake(
    "multi_head",
    en="Does True mean keep, or hide?",
    zh="True 表示保留，还是表示遮住？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadMaskInverted(_MultiHead):
    def weights(self, scores, mask):
        return super().weights(scores, None if mask is None else ~mask)


@mistake(
    "multi_head",
    en="You mask after the softmax: what do the remaining weights of a row sum to?",
    zh="你在 softmax 之后才做掩码：这一行剩下的权重之和是多少？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadMaskedAfterSoftmax(_MultiHead):
    def weights(self, scores, mask):
        w = scores.softmax(-1)
        return w if mask is None else w * mask.unsqueeze(-3)


@mistake(
    "multi_head",
    en="Where does the mask enter your code?",
    zh="你的代码里哪里用到了掩码？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadWithoutMask(_MultiHead):
    def weights(self, scores, mask):
        return scores.softmax(-1)


@mistake(
    "multi_head",
    en="Do all heads get the mask?",
    zh="每个头都用上掩码了吗？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadMaskOfTheFirstHead(_MultiHead):
    def weights(self, scores, mask):
        w = super().weights(scores, mask)
        return torch.cat([w[:, :1], scores[:, 1:].softmax(-1)], dim=1)


@mistake(
    "multi_head",
    en="What is the softmax of a row in which all scores are -inf, and what is its gradient?",
    zh="一整行分数都是 -inf 时，softmax 等于什么？它的梯度呢？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadNaNOfNothing(_MultiHead):
    def weights(self, scores, mask):
        return scores.softmax(-1) if mask is None else scores.masked_fill(~mask.unsqueeze(-3), -torch.inf).softmax(-1)


@mistake(
    "multi_head",
    en="With a large negative number for masked scores: what comes out of a row in which all are masked?",
    zh="用很大的负数填充被掩掉的分数：如果整行都被掩掉，会得到什么？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadUniformOfNothing(_MultiHead):
    def weights(self, scores, mask):
        return scores.softmax(-1) if mask is None else scores.masked_fill(~mask.unsqueeze(-3), -1e9).softmax(-1)


@mistake(
    "multi_head",
    en="You replaced NaN in the output: what does its gradient do on the way back?",
    zh="你替换掉了输出里的 NaN：反向时它的梯度又如何？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadNaNInGradients(_MultiHead):
    def weights(self, scores, mask):
        if mask is None:
            return scores.softmax(-1)
        forbidden = torch.zeros(mask.shape).masked_fill(~mask, -torch.inf)
        return (scores + forbidden.unsqueeze(-3)).softmax(-1).nan_to_num()


@mistake(
    "multi_head",
    en="Along which axis should the weights of one query sum to 1?",
    zh="一个查询的权重应当沿哪个轴求和为 1？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadSoftmaxOverQueries(_MultiHead):
    def weights(self, scores, mask):
        if mask is None:
            return scores.softmax(-2)
        kept = mask.unsqueeze(-3)
        return scores.masked_fill(~kept, -1e30).softmax(-2) * kept


@mistake(
    "multi_head",
    en="Can a gradient find its way from your output back to the weights?",
    zh="梯度能从你的输出传回各个权重吗？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadDetached(_MultiHead):
    def weights(self, scores, mask):
        return super().weights(scores, mask).detach()


@mistake(
    "multi_head",
    en="Is the residual connection part of this module?",
    zh="残差连接属于这个模块吗？",
    replaces="MultiHeadSelfAttention",
)
class MultiHeadWithResidual(_MultiHead):
    def forward(self, x, mask=None):
        return x + super().forward(x, mask)


# --------------------------------------------------------------------------------------------- additive_attention


def _additive(q, k, v, Wq, Wk, u, hidden=np.tanh, axis=-1, scale=1.0):
    """The right frame of `additive_attention` around another non-linearity, axis or scale."""
    inside = (q @ Wq)[..., :, None, :] + (k @ Wk)[..., None, :, :]
    w = _softmax(hidden(inside) @ u * scale, axis)
    return w @ v, w


@mistake(
    "additive_attention",
    en="What stands between the sum and u?",
    zh="求和之后、与 u 做内积之前，还有一步什么？",
)
def additive_attention_without_tanh(q, k, v, Wq, Wk, u):
    return _additive(q, k, v, Wq, Wk, u, hidden=lambda z: z)


@mistake(
    "additive_attention",
    en="Which non-linearity does the formula have?",
    zh="公式里用的是哪个非线性函数？",
)
def additive_attention_with_relu(q, k, v, Wq, Wk, u):
    return _additive(q, k, v, Wq, Wk, u, hidden=lambda z: np.maximum(z, 0))


@mistake(
    "additive_attention",
    en="Does tanh come before the inner product with u, or after it?",
    zh="tanh 在与 u 做内积之前，还是之后？",
)
def additive_attention_tanh_last(q, k, v, Wq, Wk, u):
    w = _softmax(np.tanh((q @ Wq @ u)[..., :, None] + (k @ Wk @ u)[..., None, :]))
    return w @ v, w


@mistake(
    "additive_attention",
    en="Do the weights of one query sum to 1, or those of one key?",
    zh="求和为 1 的是一个查询的权重，还是一个键的权重？",
)
def additive_attention_softmax_over_queries(q, k, v, Wq, Wk, u):
    return _additive(q, k, v, Wq, Wk, u, axis=-2)


@mistake(
    "additive_attention",
    en="Where is u?",
    zh="u 用在哪里了？",
)
def additive_attention_by_dot(q, k, v, Wq, Wk, u):
    w = _softmax((q @ Wq) @ _swapped(k @ Wk))
    return w @ v, w


@mistake(
    "additive_attention",
    en="Which of the two matrices belongs to the queries?",
    zh="两个矩阵中，哪个属于查询？",
)
def additive_attention_matrices_swapped(q, k, v, Wq, Wk, u):
    return _additive(q, k, v, Wk, Wq, u)


@mistake(
    "additive_attention",
    en="Does the additive score have a scale?",
    zh="加性分数需要缩放吗？",
)
def additive_attention_scaled_by_hidden(q, k, v, Wq, Wk, u):
    return _additive(q, k, v, Wq, Wk, u, scale=len(u) ** -0.5)


@mistake(
    "additive_attention",
    en="Where does √dk come from, and is there an inner product of dk numbers here?",
    zh="√dk 是怎么来的？这里有 dk 个数的内积吗？",
)
def additive_attention_scaled_by_keys(q, k, v, Wq, Wk, u):
    return _additive(q, k, v, Wq, Wk, u, scale=k.shape[-1] ** -0.5)


@mistake(
    "additive_attention",
    en="Are the two projections added, or multiplied?",
    zh="两个投影是相加，还是相乘？",
)
def additive_attention_of_products(q, k, v, Wq, Wk, u):
    w = _softmax(np.tanh((q @ Wq)[..., :, None, :] * (k @ Wk)[..., None, :, :]) @ u)
    return w @ v, w


@mistake(
    "additive_attention",
    en="What is exp(1000) in floating point?",
    zh="浮点数里 exp(1000) 等于多少？",
)
def additive_attention_with_unstable_exp(q, k, v, Wq, Wk, u):
    e = np.exp(np.tanh((q @ Wq)[..., :, None, :] + (k @ Wk)[..., None, :, :]) @ u)
    w = e / e.sum(axis=-1, keepdims=True)
    return w @ v, w


@mistake(
    "additive_attention",
    en="Which axis of the weights counts the queries?",
    zh="权重的哪个轴对应查询？",
)
def additive_attention_weights_transposed(q, k, v, Wq, Wk, u):
    out, w = right.additive_attention(q, k, v, Wq, Wk, u)
    return out, _swapped(w)


# -------------------------------------------------------------------------------------------------- sinusoidal_pe


def _encoding(t, exponent, d, base=10000.0):
    """Sines and cosines of t / base^exponent, beside each other."""
    angle = np.asarray(t, dtype=float)[:, None] / base**exponent
    return np.where(np.arange(d) % 2 == 0, np.sin(angle), np.cos(angle))


def _even(d):
    return (np.arange(d) // 2 * 2) / d


@mistake(
    "sinusoidal_pe",
    en="Which number does the first position have?",
    zh="第一个位置的编号是多少？",
)
def sinusoidal_pe_from_one(T, d):
    return _encoding(np.arange(1, T + 1), _even(d), d)


@mistake(
    "sinusoidal_pe",
    en="Which columns hold the sines?",
    zh="sin 放在哪些列？",
)
def sinusoidal_pe_cosine_first(T, d):
    angle = np.arange(T)[:, None] / 10000.0 ** _even(d)
    return np.where(np.arange(d) % 2 == 0, np.cos(angle), np.sin(angle))


@mistake(
    "sinusoidal_pe",
    en="Do a sine and the cosine beside it have the same frequency?",
    zh="相邻的 sin 与 cos 频率相同吗？",
)
def sinusoidal_pe_own_frequency_for_odd(T, d):
    return _encoding(np.arange(T), np.arange(d) / d, d)


@mistake(
    "sinusoidal_pe",
    en="Do sines and cosines alternate, or stand in two blocks?",
    zh="sin 和 cos 是交替排列，还是各占一半？",
)
def sinusoidal_pe_in_blocks(T, d):
    angle = np.arange(T)[:, None] / 10000.0 ** (np.arange(0, d, 2) / d)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)[:, :d]


@mistake(
    "sinusoidal_pe",
    en="What is the base of the frequencies?",
    zh="频率的底数是多少？",
)
def sinusoidal_pe_of_base_1000(T, d):
    return _encoding(np.arange(T), _even(d), d, base=1000.0)


@mistake(
    "sinusoidal_pe",
    en="How many sine columns and how many cosine columns are there when d is odd?",
    zh="d 为奇数时，sin 和 cos 各有几列？",
)
def sinusoidal_pe_that_cannot_be_odd(T, d):
    pe, angle = np.zeros((T, d)), np.arange(T)[:, None] / 10000.0 ** (np.arange(0, d, 2) / d)
    pe[:, 0::2], pe[:, 1::2] = np.sin(angle), np.cos(angle)
    return pe


@mistake(
    "sinusoidal_pe",
    en="In which unit does np.sin expect its angle?",
    zh="np.sin 的角度以什么为单位？",
)
def sinusoidal_pe_in_degrees(T, d):
    return _encoding(np.deg2rad(np.arange(T)), _even(d), d)


@mistake(
    "sinusoidal_pe",
    en="Is the exponent of column 2i equal to i/d, or to 2i/d?",
    zh="第 2i 列的指数是 i/d，还是 2i/d？",
)
def sinusoidal_pe_with_half_exponent(T, d):
    return _encoding(np.arange(T), _even(d) / 2, d)


@mistake(
    "sinusoidal_pe",
    en="Your column number is already 2i: what is the exponent then?",
    zh="列号本身已经是 2i 了，那么指数应该是多少？",
)
def sinusoidal_pe_with_double_exponent(T, d):
    return _encoding(np.arange(T), _even(d) * 2, d)


@mistake(
    "sinusoidal_pe",
    en="Do later columns turn faster, or more slowly?",
    zh="越靠后的列转得越快，还是越慢？",
)
def sinusoidal_pe_that_speeds_up(T, d):
    return _encoding(np.arange(T), -_even(d), d)


@mistake(
    "sinusoidal_pe",
    en="Is the exponent divided by d, or by d − 2?",
    zh="指数的分母是 d，还是 d − 2？",
)
def sinusoidal_pe_that_ends_at_the_base(T, d):
    return _encoding(np.arange(T), _even(d) * d / max(d - 2, 1), d)


# ---------------------------------------------------------------------------------------------------- convolution


@mistake(
    "convolution",
    en="Does the window reach to both sides?",
    zh="窗口是否向两边伸展？",
    replaces="local_mask",
)
def local_mask_one_sided(T, r):
    t = np.arange(T)
    return (t[:, None] >= t) & (t[:, None] - t <= r)


@mistake(
    "convolution",
    en="How many places has a window that reaches r to either side?",
    zh="向两边各伸出 r 的窗口一共有几个位置？",
    replaces="local_mask",
)
def local_mask_too_narrow(T, r):
    t = np.arange(T)
    return np.abs(t[:, None] - t) < r


@mistake(
    "convolution",
    en="Is r the reach to one side, or the width of the whole window?",
    zh="r 是单侧的距离，还是整个窗口的宽度？",
    replaces="local_mask",
)
def local_mask_of_width_r(T, r):
    return right.local_mask(T, r // 2)


@mistake(
    "convolution",
    en="Is the window as wide to the left as to the right?",
    zh="窗口左右两边一样宽吗？",
    replaces="local_mask",
)
def local_mask_of_2r(T, r):
    t = np.arange(T)
    return (t[:, None] - t <= r) & (t - t[:, None] < r)


@mistake(
    "convolution",
    en="Is the last position a neighbour of the first?",
    zh="最后一个位置与第一个位置相邻吗？",
    replaces="local_mask",
)
def local_mask_wrapped(T, r):
    t = np.arange(T)
    apart = np.abs(t[:, None] - t)
    return np.minimum(apart, T - apart) <= r


@mistake(
    "convolution",
    en="Does True mean keep, or hide?",
    zh="True 表示保留，还是表示遮住？",
    replaces="local_mask",
)
def local_mask_of_what_is_far(T, r):
    return ~right.local_mask(T, r)


def _convolved(w, x, kernel):
    return (w @ x @ kernel).sum(axis=0), w


@mistake(
    "convolution",
    en="Does the first kernel matrix meet the place before, or the place after?",
    zh="卷积核的第一个矩阵对应的是前面的位置，还是后面的位置？",
    replaces="conv1d_as_attention",
)
def conv1d_as_attention_flipped(x, kernel):
    r = len(kernel) // 2
    return _convolved(np.stack([np.eye(len(x), k=-o) for o in range(-r, r + 1)]), x, kernel)


@mistake(
    "convolution",
    en="What stands to the left of position 0: the last position, or nothing?",
    zh="位置 0 的左边是最后一个位置，还是什么都没有？",
    replaces="conv1d_as_attention",
)
def conv1d_as_attention_wrapped(x, kernel):
    r = len(kernel) // 2
    return _convolved(np.stack([np.roll(np.eye(len(x)), o, axis=1) for o in range(-r, r + 1)]), x, kernel)


@mistake(
    "convolution",
    en="At the ends, does a head look at the outermost position again, or at nothing?",
    zh="在两端，头是再看一次最边上的位置，还是什么都不看？",
    replaces="conv1d_as_attention",
)
def conv1d_as_attention_clamped(x, kernel):
    T, r = len(x), len(kernel) // 2
    w = np.stack([np.eye(T)[np.clip(np.arange(T) + o, 0, T - 1)] for o in range(-r, r + 1)])
    return _convolved(w, x, kernel)


@mistake(
    "convolution",
    en="Where is the middle of the kernel?",
    zh="卷积核的中心在哪里？",
    replaces="conv1d_as_attention",
)
def conv1d_as_attention_of_the_past(x, kernel):
    return _convolved(np.stack([np.eye(len(x), k=o - len(kernel) + 1) for o in range(len(kernel))]), x, kernel)


@mistake(
    "convolution",
    en="Are the heads' results added, or averaged?",
    zh="各个头的结果是相加，还是取平均？",
    replaces="conv1d_as_attention",
)
def conv1d_as_attention_averaged(x, kernel):
    out, w = right.conv1d_as_attention(x, kernel)
    return out / len(kernel), w


@mistake(
    "convolution",
    en="Is a softmax needed when the weights are one-hot already?",
    zh="权重已经是独热的了，还需要 softmax 吗？",
    replaces="conv1d_as_attention",
)
def conv1d_as_attention_softened(x, kernel):
    return _convolved(_softmax(right.conv1d_as_attention(x, kernel)[1]), x, kernel)


# ------------------------------------------------------------------------------------------- positional_blindness


@mistake(
    "positional_blindness",
    en="Does your answer depend on `attend`?",
    zh="你的答案取决于 `attend` 吗？",
)
def positional_blindness_always(x, perm, attend):
    return True


@mistake(
    "positional_blindness",
    en="Is there any function for which you answer True?",
    zh="有没有哪个函数会让你回答 True？",
)
def positional_blindness_never(x, perm, attend):
    return False


@mistake(
    "positional_blindness",
    en="When the input is reordered, should the output stay, or be reordered too?",
    zh="输入换序之后，输出应当不变，还是也跟着换序？",
)
def positional_blindness_as_invariance(x, perm, attend):
    return np.allclose(attend(x[perm]), attend(x))


@mistake(
    "positional_blindness",
    en="Which order undoes x[perm]: perm, or its inverse?",
    zh="能还原 x[perm] 的，是 perm 还是它的逆？",
)
def positional_blindness_undone_by_perm(x, perm, attend):
    return np.allclose(attend(x[perm])[perm], attend(x))


@mistake(
    "positional_blindness",
    en="Are two floating-point sums in another order equal to the last bit?",
    zh="两个浮点数的和，换一种求和顺序，每一位都相等吗？",
)
def positional_blindness_to_the_last_bit(x, perm, attend):
    return np.array_equal(attend(x[perm]), np.asarray(attend(x))[perm])


@mistake(
    "positional_blindness",
    en="Is it enough that the same numbers come out, wherever they stand?",
    zh="只要出来的数是同一批就够了吗？它们在哪儿不重要吗？",
)
def positional_blindness_of_sorted_rows(x, perm, attend):
    return np.allclose(np.sort(attend(x[perm]), axis=0), np.sort(attend(x), axis=0))


@mistake(
    "positional_blindness",
    en="Which axis of x counts the positions?",
    zh="x 的哪个轴是位置？",
)
def positional_blindness_of_features(x, perm, attend):
    T = x.shape[1]
    return np.allclose(attend(x[:, perm % T]), np.asarray(attend(x))[:, perm % np.asarray(attend(x)).shape[1]])


@mistake(
    "positional_blindness",
    en="Your tolerance is a fixed number: what if all outputs are small?",
    zh="你的容差是一个固定的数：如果所有输出都很小呢？",
)
def positional_blindness_with_fixed_tolerance(x, perm, attend):
    return bool(np.abs(attend(x[perm]) - np.asarray(attend(x))[perm]).max() < 0.05)


@mistake(
    "positional_blindness",
    en="Does a difference below zero count as one?",
    zh="差值是负数时，你的判断认得出来吗？",
)
def positional_blindness_without_abs(x, perm, attend):
    out = np.asarray(attend(x))[perm]
    return bool((attend(x[perm]) - out).max() <= 1e-6 * np.abs(out).max())


@mistake(
    "positional_blindness",
    en="Is it enough that some positions agree?",
    zh="只要有几个位置一致就够了吗？",
)
def positional_blindness_of_any_position(x, perm, attend):
    return bool(np.isclose(attend(x[perm]), np.asarray(attend(x))[perm]).any())


@mistake(
    "positional_blindness",
    en="What happens to rounding errors where the outputs are in the billions?",
    zh="输出有几十亿那么大时，舍入误差还会小于你的阈值吗？",
)
def positional_blindness_with_an_absolute_bound(x, perm, attend):
    return bool(np.abs(attend(x[perm]) - np.asarray(attend(x))[perm]).max() <= 1e-6)


# --------------------------------------------------------------------------------------------------- train_recall


def _trained(model_of, pairs, query, answer, seed, steps=40, loss=nn.functional.cross_entropy, lr=0.05):
    draw, model = torch.Generator(pairs.device).manual_seed(seed), model_of(16, 10)
    for parameter in model.parameters():
        parameter.data.normal_(generator=draw)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(model(pairs, query), answer).backward()
        optimizer.step()
    return model


class _WithWeights(right._Recall):
    def weights(self, scores):
        return scores.softmax(-1)

    def forward(self, pairs, query):
        q, k, v = self.query(query), self.key(pairs[..., 0]), self.value(pairs[..., 1])
        scores = (k @ q.unsqueeze(-1)).squeeze(-1) / q.shape[-1] ** 0.5
        return self.read((self.weights(scores).unsqueeze(-1) * v).sum(1))


@mistake(
    "train_recall",
    en="Does your model look at the query at all, or average all the values?",
    zh="你的模型真的看了查询吗，还是只把所有值平均了？",
)
def train_recall_by_mean_pooling(pairs, query, answer, seed):
    class Pooled(_WithWeights):
        def weights(self, scores):
            return torch.full_like(scores, 1 / scores.shape[-1])

    return _trained(Pooled, pairs, query, answer, seed)


@mistake(
    "train_recall",
    en="Over what is your softmax taken: over the pairs of one example, or over the examples of the batch?",
    zh="softmax 是对一个样本里的各个键值对，还是对一批里的各个样本做的？",
)
def train_recall_softmax_over_queries(pairs, query, answer, seed):
    class Crossed(_WithWeights):
        def weights(self, scores):
            return scores.softmax(0)

    return _trained(Crossed, pairs, query, answer, seed, steps=30)


@mistake(
    "train_recall",
    en="Does your model use the values, or only the keys?",
    zh="你的模型用到了值，还是只用了键？",
)
def train_recall_that_reads_keys(pairs, query, answer, seed):
    return _trained(_WithWeights, pairs[..., [0, 0]] % 10, query, answer, seed)


@mistake(
    "train_recall",
    en="Is your model any different after training from before?",
    zh="训练之后的模型和训练之前有区别吗？",
)
def train_recall_without_training(pairs, query, answer, seed):
    return _trained(right._Recall, pairs, query, answer, seed, steps=0)


@mistake(
    "train_recall",
    en="Your model remembers the examples: what does it answer to one that it has never seen?",
    zh="你的模型背下了训练样本：遇到没见过的样本，它怎么回答？",
)
def train_recall_by_heart(pairs, query, answer, seed):
    seen = {(*map(tuple, p), q): a for p, q, a in zip(pairs.tolist(), query.tolist(), answer.tolist(), strict=True)}

    def model(pairs, query):
        said = [seen.get((*map(tuple, p), q), 0) for p, q in zip(pairs.tolist(), query.tolist(), strict=True)]
        return nn.functional.one_hot(torch.tensor(said), 10).float()

    return model


@mistake(
    "train_recall",
    en="Are query and key written in the same language?",
    zh="查询和键用的是同一种语言吗？",
)
def train_recall_without_translation(pairs, query, answer, seed):
    def model(pairs, query):
        found = (pairs[..., 0] == query[:, None]).float()  # (N, T)
        return (found.unsqueeze(-1) * nn.functional.one_hot(pairs[..., 1], 10)).sum(1)

    return model


@mistake(
    "train_recall",
    en="Which way does your loss go from step to step?",
    zh="损失一步步是在变大还是变小？",
)
def train_recall_uphill(pairs, query, answer, seed):
    return _trained(right._Recall, pairs, query, answer, seed, loss=lambda z, y: -nn.functional.cross_entropy(z, y))


@mistake(
    "train_recall",
    en="Does your model hand out one number for each answer, or the answer itself?",
    zh="你的模型给出的是每个答案的分数，还是答案本身？",
)
def train_recall_that_gives_the_answer(pairs, query, answer, seed):
    model = right.train_recall(pairs, query, answer, seed)
    return lambda pairs, query: model(pairs, query).argmax(-1)
