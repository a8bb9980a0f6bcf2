"""Public questions on self-attention: students run these, offline."""

import numpy as np
import torch

from autograder.checks import (
    check_close,
    check_equal,
    check_gradient,
    check_reaches,
    check_same,
    check_shape,
    check_unchanged,
    parts,
    show_heat,
    then,
)
from autograder.questions import points


def some_mask(rng, *dims, least=1):
    """Truth values that keep between `least` entries and all but one of each row, so that every row tells something."""
    order = np.argsort(rng.random(dims), axis=-1)
    return order < rng.integers(least, dims[-1], size=(*dims[:-1], 1))


def cycle(rng, T):
    """An order of T positions that moves each of them and is not its own inverse (for T of 3 or more)."""
    ring, perm = rng.permutation(T), np.empty(T, dtype=int)
    perm[ring] = np.roll(ring, 1)
    return perm


# ------------------------------------------------------------------------------------------------- masked_softmax


@points(1)
def test_masked_softmax_contract(student, reference, rng):
    """masked_softmax keeps the dims of the scores and leaves scores and mask as they are
    zh: masked_softmax 的输出与分数形状相同，不改动传入的参数"""
    s, mask = rng.normal(size=(3, 2, 5)), some_mask(rng, 3, 2, 5)
    check_shape(student.masked_softmax(s, mask), s)
    check_unchanged(student.masked_softmax, s, mask)
    check_unchanged(student.masked_softmax, s, None)


@points(2)
def test_masked_softmax_values(student, reference, rng):
    """with a mask the weights sum to 1 over what is kept, along any axis
    zh: 有掩码时，保留位置的权重之和为 1，沿哪个轴都对"""
    s = 2 * rng.normal(size=(4, 3, 6))
    for axis in (-1, 0, 1):
        mask = np.moveaxis(some_mask(rng, *np.moveaxis(s, axis, -1).shape), -1, axis)
        check_close(student.masked_softmax(s, mask, axis), reference.masked_softmax(s, mask, axis))


@points(1.5)
def test_masked_softmax_without_a_mask(student, reference, rng):
    """mask=None is the ordinary softmax; a mask may be smaller than the scores
    zh: mask=None 时就是普通的 softmax；掩码可以比分数小，靠广播补齐"""
    s = 2 * rng.normal(size=(2, 3, 4, 5))
    check_close(student.masked_softmax(s, None), reference.masked_softmax(s, None))
    for dims in ((4, 5), (2, 1, 1, 5), (5,)):
        mask = some_mask(rng, *dims)
        check_close(student.masked_softmax(s, mask), reference.masked_softmax(s, mask))


@points(1.5)
def test_masked_softmax_of_nothing(student, reference, rng):
    """where the mask keeps nothing, all weights are 0
    zh: 掩码一个都不保留的行，权重全为 0"""
    s, mask = 2 * rng.normal(size=(4, 6)) + 3, some_mask(rng, 4, 6)
    mask[[0, 2]] = False
    check_close(student.masked_softmax(s, mask), reference.masked_softmax(s, mask))


# ------------------------------------------------------------------------------------------------------ attention


def qkv(rng, *lead, Tq, Tk, dk, dv):
    """Queries, keys and values with standard normal entries."""
    return rng.normal(size=(*lead, Tq, dk)), rng.normal(size=(*lead, Tk, dk)), rng.normal(size=(*lead, Tk, dv))


@points(1.5)
def test_attention_contract(student, reference, rng):
    """attention gives one output for each query and one weight for each query and key
    zh: attention 对每个查询给出一个输出，对每对查询和键给出一个权重"""
    q, k, v = qkv(rng, 2, Tq=3, Tk=5, dk=4, dv=6)
    mask = some_mask(rng, 3, 5)
    check_shape(student.attention(q, k, v), reference.attention(q, k, v))
    check_unchanged(student.attention, q, k, v, mask)


@points(3)
def test_attention_values(student, reference, rng):
    """out = softmax(q kᵀ / √dk) v, for a batch of sequences
    zh: 对一批序列，out = softmax(q kᵀ / √dk) v"""
    q, k, v = qkv(rng, 2, Tq=3, Tk=5, dk=4, dv=6)
    found = student.attention(q, k, v)
    show_heat(found, "your attention weights: a row for each query", zh="你的注意力权重：每行对应一个查询", item=1)
    check_close(found, reference.attention(q, k, v), names=("out", "w"))


@points(2)
def test_attention_of_a_square(student, reference, rng):
    """one sequence that has as many positions as features, without a batch
    zh: 单个序列，位置数恰好等于特征数，没有批的维度"""
    q, k, v = qkv(rng, Tq=4, Tk=4, dk=4, dv=4)
    check_close(student.attention(q, k, v), reference.attention(q, k, v), names=("out", "w"))


@points(3)
def test_attention_with_a_mask(student, reference, rng):
    """what a query may not look at gets weight 0, and the rest of its row sums to 1
    zh: 不许看的位置权重为 0，这一行其余的权重之和为 1"""
    q, k, v = qkv(rng, 3, Tq=4, Tk=6, dk=5, dv=2)
    for dims in ((4, 6), (3, 1, 6)):
        mask = some_mask(rng, *dims)
        check_close(student.attention(q, k, v, mask), reference.attention(q, k, v, mask), names=("out", "w"))


# --------------------------------------------------------------------------------------------- attention_backward


def backward_problem(reference, rng, *lead, Tq=3, Tk=5, dk=4, dv=6, mask=None):
    """A cotangent, q, k, v and the weights of the reference's forward pass."""
    q, k, v = qkv(rng, *lead, Tq=Tq, Tk=Tk, dk=dk, dv=dv)
    out, w = reference.attention(q, k, v, mask)
    return rng.normal(size=out.shape), q, k, v, w


@points(2)
def test_attention_backward_contract(student, reference, rng):
    """each gradient has the dims of what it belongs to, and the arguments stay as they are
    zh: 每个梯度与对应的输入形状相同，不改动传入的参数"""
    problem = backward_problem(reference, rng, 2)
    check_shape(student.attention_backward(*problem), problem[1:4], names=("dq", "dk", "dv"))
    check_unchanged(student.attention_backward, *problem)


@points(3)
def test_attention_backward_dv(student, reference, rng):
    """dv is the derivative of the output with respect to the values
    zh: dv 是输出对 v 的导数"""
    square = backward_problem(reference, rng, 2, Tq=5)  # here w fits as it is, so that its transpose shows in numbers
    _, _, dv = parts(student.attention_backward(*square), "dq", "dk", "dv")
    check_close(dv, reference.attention_backward(*square)[2])
    dout, q, k, v, w = backward_problem(reference, rng, 2)
    _, _, dv = parts(student.attention_backward(dout, q, k, v, w), "dq", "dk", "dv")
    check_close(dv, reference.attention_backward(dout, q, k, v, w)[2])
    check_gradient(dv, of=lambda v: reference.attention(q, k, v)[0], at=(v,), along=dout)


@points(3)
def test_attention_backward_dq(student, reference, rng):
    """dq is the derivative of the output with respect to the queries
    zh: dq 是输出对 q 的导数"""
    dout, q, k, v, w = backward_problem(reference, rng, 2)
    dq, _, _ = parts(student.attention_backward(dout, q, k, v, w), "dq", "dk", "dv")
    check_close(dq, reference.attention_backward(dout, q, k, v, w)[0])
    check_gradient(dq, of=lambda q: reference.attention(q, k, v)[0], at=(q,), along=dout)


@points(3)
def test_attention_backward_dk(student, reference, rng):
    """dk is the derivative of the output with respect to the keys
    zh: dk 是输出对 k 的导数"""
    dout, q, k, v, w = backward_problem(reference, rng, 2)
    _, dk, _ = parts(student.attention_backward(dout, q, k, v, w), "dq", "dk", "dv")
    check_close(dk, reference.attention_backward(dout, q, k, v, w)[1])
    check_gradient(dk, of=lambda k: reference.attention(q, k, v)[0], at=(k,), along=dout)


# ---------------------------------------------------------------------------------------------------------- masks


@points(2)
def test_masks_causal(student, reference, rng):
    """causal_mask lets each position see itself and the past
    zh: causal_mask 允许每个位置看见自己和过去"""
    for T in (5, 2):
        check_equal(student.causal_mask(T), reference.causal_mask(T))


@points(2)
def test_masks_padding(student, reference, rng):
    """padding_mask keeps the first lengths[b] keys of sequence b, for every query
    zh: padding_mask 保留序列 b 的前 lengths[b] 个键，对每个查询都一样"""
    lengths = rng.permutation([1, 3, 4])
    check_equal(student.padding_mask(lengths, 6), reference.padding_mask(lengths, 6))
    check_unchanged(student.padding_mask, lengths, 6)


@points(2)
def test_masks_combined(student, reference, rng):
    """combine_masks keeps what every mask keeps
    zh: combine_masks 只保留所有掩码都保留的位置"""
    causal, real = reference.causal_mask(5), reference.padding_mask(np.array([2, 5, 4]), 5)
    check_equal(student.combine_masks(causal, real), reference.combine_masks(causal, real))
    check_equal(student.combine_masks(real, causal), reference.combine_masks(real, causal))
    check_unchanged(student.combine_masks, real, causal)


# ---------------------------------------------------------------------------------------------------------- heads


@points(2)
def test_heads_split(student, reference, rng):
    """split_heads gives head h the h-th slice of the features of each position
    zh: split_heads 把每个位置的第 h 段特征交给第 h 个头"""
    x = rng.normal(size=(2, 5, 12))
    check_close(student.split_heads(x, 3), reference.split_heads(x, 3))
    check_unchanged(student.split_heads, x, 3)


@points(2)
def test_heads_merged(student, reference, rng):
    """merge_heads puts the heads' features side by side
    zh: merge_heads 把各个头的特征并排拼起来"""
    x = rng.normal(size=(2, 3, 5, 4))
    check_close(student.merge_heads(x), reference.merge_heads(x))
    check_unchanged(student.merge_heads, x)


# ----------------------------------------------------------------------------------------------------- multi_head


@points(1.5)
def test_multi_head_contract(student, reference, tensors):
    """out of (B, T, D) come (B, T, D), with and without a mask
    zh: 输入 (B, T, D)，输出 (B, T, D)，有无掩码都一样"""
    x, module = tensors.normal((2, 5, 12)), student.MultiHeadSelfAttention(12, 3)
    check_shape(module(x), x)
    check_shape(module(x, torch.from_numpy(reference.causal_mask(5))), x)


@points(4.5)
def test_multi_head_same(student, reference, tensors):
    """with equal weights, the output and every gradient agree
    zh: 权重相同时，输出与每个梯度都一致"""
    module = tensors.drawn(reference.MultiHeadSelfAttention(12, 3))
    check_same(student.MultiHeadSelfAttention(12, 3), module, at=(tensors.normal((2, 5, 12)),))


@points(2)
def test_multi_head_causal(student, reference, tensors):
    """under a causal mask, output and gradients agree, and a change of the future leaves the past alone
    zh: 使用因果掩码时输出与梯度一致；改变未来，过去的输出不变"""
    mask = torch.from_numpy(reference.causal_mask(6))
    module, yours = tensors.drawn(reference.MultiHeadSelfAttention(12, 2)), student.MultiHeadSelfAttention(12, 2)
    x = tensors.normal((3, 6, 12))
    check_same(yours, module, at=(x, mask))
    past = module(x, mask)[:, :4]
    x[:, 4:] += 1 + tensors.normal((3, 2, 12)).abs()
    check_close(then(yours(x, mask), lambda out: out[:, :4]), past)


# --------------------------------------------------------------------------------------------- additive_attention


def additive_problem(rng, *lead, Tq=3, Tk=5, dq=4, dk=6, dv=2, H=7):
    """Queries, keys and values of different widths, and the three parameters."""
    q, k, v = rng.normal(size=(*lead, Tq, dq)), rng.normal(size=(*lead, Tk, dk)), rng.normal(size=(*lead, Tk, dv))
    return q, k, v, rng.normal(size=(dq, H)) / 2, rng.normal(size=(dk, H)) / 2, rng.normal(size=H)


@points(1)
def test_additive_attention_contract(student, reference, rng):
    """additive_attention gives outputs and weights, and leaves its arguments as they are
    zh: additive_attention 返回输出和权重，不改动传入的参数"""
    problem = additive_problem(rng)
    check_shape(student.additive_attention(*problem), reference.additive_attention(*problem), names=("out", "w"))
    check_unchanged(student.additive_attention, *problem)


@points(3)
def test_additive_attention_values(student, reference, rng):
    """the scores are uᵀ tanh(Wqᵀ q + Wkᵀ k)
    zh: 分数为 uᵀ tanh(Wqᵀ q + Wkᵀ k)"""
    problem = additive_problem(rng)
    check_close(student.additive_attention(*problem), reference.additive_attention(*problem), names=("out", "w"))


# -------------------------------------------------------------------------------------------------- sinusoidal_pe


@points(1)
def test_sinusoidal_pe_contract(student, reference, rng):
    """one row for each position, one column for each feature
    zh: 每个位置一行，每个特征一列"""
    for T, d in ((5, 8), (3, 2)):
        check_shape(student.sinusoidal_pe(T, d), reference.sinusoidal_pe(T, d))


@points(1.5)
def test_sinusoidal_pe_at_the_start(student, reference, rng):
    """position 0 is 0, 1, 0, 1, …; the first pair of columns is sin t, cos t
    zh: 位置 0 是 0, 1, 0, 1, …；最前面两列是 sin t 和 cos t"""
    pe = student.sinusoidal_pe(4, 6)
    check_close(then(pe, lambda pe: pe[0]), np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]))
    t = np.arange(4)
    check_close(then(pe, lambda pe: pe[:, :2]), np.stack([np.sin(t), np.cos(t)], axis=1))


@points(3)
def test_sinusoidal_pe_values(student, reference, rng):
    """every position and feature, for an even number of features
    zh: 特征数为偶数时，每个位置、每个特征都正确"""
    T, d = int(rng.integers(9, 14)), 2 * int(rng.integers(4, 7))
    check_close(student.sinusoidal_pe(T, d), reference.sinusoidal_pe(T, d))


# ---------------------------------------------------------------------------------------------------- convolution


@points(2)
def test_convolution_local_mask(student, reference, rng):
    """local_mask lets each position see r places to either side
    zh: local_mask 允许每个位置看见左右各 r 个位置"""
    for T, r in ((9, 2), (8, 3)):
        check_equal(student.local_mask(T, r), reference.local_mask(T, r))


def with_floats(out, w):
    """Ones and zeros as floats, whatever numbers they are written as."""
    return out, np.asarray(w) * 1.0


@points(2)
def test_convolution_as_attention(student, reference, rng):
    """heads that look at fixed places add up to a convolution
    zh: 每个头固定看一个相对位置，合起来就是卷积"""
    x, kernel = rng.normal(size=(8, 3)), rng.normal(size=(5, 3, 4))
    expected = reference.conv1d_as_attention(x, kernel)
    check_close(then(student.conv1d_as_attention(x, kernel), with_floats), expected, names=("out", "w"))
    check_unchanged(student.conv1d_as_attention, x, kernel)


# ------------------------------------------------------------------------------------------- positional_blindness


@points(1)
def test_positional_blindness_of_attention(student, reference, rng):
    """attention is blind to positions, attention with a positional encoding is not
    zh: 注意力看不见位置，加上位置编码就看得见了"""
    x, perm, pe = rng.normal(size=(7, 4)), cycle(rng, 7), reference.sinusoidal_pe(7, 4)

    def blind(x):
        return reference.attention(x, x, x)[0]

    def seeing(x):
        return reference.attention(x + pe, x + pe, x + pe)[0]

    check_equal(student.positional_blindness(x, perm, blind), True)
    check_equal(student.positional_blindness(x, perm, seeing), False)
    check_unchanged(student.positional_blindness, x, perm, blind)


@points(0.5)
def test_positional_blindness_of_layers(student, reference, rng):
    """a layer that does the same at each place is blind, and so is a constant; one that reverses is not
    zh: 对每个位置做同样运算的层看不见位置，输出恒定的层也是；倒序的层则看得见"""
    x, perm, twice = rng.normal(size=(7, 4)), cycle(rng, 7), np.array([1, 0, 3, 2, 5, 4, 6])  # twice undoes itself
    check_equal(student.positional_blindness(x, twice, np.square), True)
    check_equal(student.positional_blindness(x, perm, np.square), True)
    check_equal(student.positional_blindness(x, perm, np.ones_like), True)
    check_equal(student.positional_blindness(x, twice, np.flipud), False)


# --------------------------------------------------------------------------------------------------- train_recall


def dictionary(rng):
    """The two unknown translations: of key symbols into queries, of value symbols into answers."""
    return rng.permutation(16), rng.permutation(10)


def lookups(rng, N, names, words):
    """N examples: eight pairs with different keys, the translated name of one key, its translated value."""
    keys, values = np.argsort(rng.random((N, 16)), axis=1)[:, :8], rng.integers(0, 10, size=(N, 8))
    asked, each = rng.integers(0, 8, size=N), np.arange(N)
    pairs = np.stack([keys, values], axis=-1)  # (N, 8, 2)
    return tuple(map(torch.from_numpy, (pairs, names[keys[each, asked]], words[values[each, asked]])))


@points(4)
def test_train_recall_of_new_examples(student, rng, device):
    """the trained model answers new examples
    zh: 训练好的模型能回答新的例子"""
    translations = dictionary(rng)
    model = student.train_recall(*lookups(rng, 512, *translations), 5)
    pairs, query, answer = lookups(rng, 1000, *translations)
    right = then(model(pairs, query), lambda logits: float(np.mean(logits.argmax(axis=1) == answer.numpy())))
    check_reaches(right, at_least=0.95, good=0.97, excellent=0.99, boss=1.0)
