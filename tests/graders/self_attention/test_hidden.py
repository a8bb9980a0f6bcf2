"""Hidden questions on self-attention: other shapes, structure, edges."""

import numpy as np
import torch

from autograder.checks import (
    check_close,
    check_equal,
    check_gradient,
    check_raises,
    check_reaches,
    check_same,
    check_that,
    check_unchanged,
    parts,
    then,
)
from autograder.questions import points

from .test_public import additive_problem, cycle, dictionary, lookups, qkv, some_mask, with_floats


def strided(array):
    """The same numbers, spread out in memory."""
    return np.asfortranarray(np.repeat(array, 2, axis=-1))[..., ::2]


# ------------------------------------------------------------------------------------------------- masked_softmax


@points(1)
def test_masked_softmax_of_large_scores(student, reference, rng):
    """scores of ±1000 are fine, also where the largest one is masked, in any order of memory
    zh: 分数为 ±1000 也没问题，最大的那个被掩掉时、内存不连续时也一样"""
    s = rng.normal(size=(5, 6)) + np.array([[1000.0], [-1000.0], [0.0], [3000.0], [-3000.0]])
    check_close(student.masked_softmax(s, None), reference.masked_softmax(s, None))
    mask = some_mask(rng, 5, 6)
    check_close(student.masked_softmax(strided(s), strided(mask)), reference.masked_softmax(s, mask))
    s = s + np.where(mask, 0.0, 5000.0)  # what is masked towers above what is kept
    check_close(student.masked_softmax(s, mask), reference.masked_softmax(s, mask))


@points(1)
def test_masked_softmax_of_rubbish(student, reference, rng):
    """inf and NaN at masked places leave no trace
    zh: 被掩掉的位置上即使是 inf 或 NaN，也不影响结果"""
    s, mask = rng.normal(size=(3, 4, 5)), some_mask(rng, 3, 4, 5)
    for rubbish in (np.inf, np.nan, -np.inf):
        spoilt = np.where(mask, s, rubbish)
        check_close(student.masked_softmax(spoilt, mask), reference.masked_softmax(s, mask))


# ------------------------------------------------------------------------------------------------------ attention


@points(1.5)
def test_attention_of_large_scores(student, reference, rng):
    """scores in the thousands do not overflow, and hide what is masked no less than others
    zh: 分数上千也不会溢出，掩码照样有效"""
    q, k, v = qkv(rng, 2, Tq=4, Tk=6, dk=3, dv=5)
    q = 1000 * q
    check_close(student.attention(q, k, v), reference.attention(q, k, v), names=("out", "w"))
    q, k, mask = q / 1000, k.copy(), some_mask(rng, 2, 4, 6)
    q[..., 0], k[..., 0] = -2000, 1  # all scores are about -1150: what hides a key must be lower still
    check_close(student.attention(q, k, v, mask), reference.attention(q, k, v, mask), names=("out", "w"))


@points(1.5)
def test_attention_with_padding(student, reference, rng):
    """padded and masked keys change nothing, whatever they hold
    zh: 填充并掩掉的键不论内容是什么，结果都不变"""
    q, k, v = qkv(rng, 2, Tq=3, Tk=5, dk=4, dv=6)
    more_k, more_v = 3 * rng.normal(size=(2, 2, 4)), 3 * rng.normal(size=(2, 2, 6))
    longer_k, longer_v = np.concatenate([k, more_k], axis=1), np.concatenate([v, more_v], axis=1)  # Tk = 7
    out, w = reference.attention(q, k, v)
    real = np.arange(7) < 5  # (7,)
    expected = out, np.concatenate([w, np.zeros((2, 3, 2))], axis=2)
    check_close(student.attention(q, longer_k, longer_v, real), expected, names=("out", "w"))


@points(1)
def test_attention_in_another_order(student, reference, rng):
    """reordered keys with their values give the same outputs, reordered queries reordered ones
    zh: 键与值一起换序，输出不变；查询换序，输出随之换序"""
    q, k, v = qkv(rng, Tq=6, Tk=5, dk=3, dv=4)
    queries, keys = cycle(rng, 6), cycle(rng, 5)
    out, w = reference.attention(q, k, v)
    check_close(student.attention(q, k[keys], v[keys]), (out, w[:, keys]), names=("out", "w"))
    check_close(student.attention(q[queries], k, v), (out[queries], w[queries]), names=("out", "w"))


@points(1.5)
def test_attention_of_other_shapes(student, reference, rng):
    """batch and heads in front, a single query, a single key, arrays that are not contiguous
    zh: 前面有批和头两个维度、只有一个查询、只有一个键、内存不连续的数组"""
    cases = [((2, 3), 4, 6, 5, 7), ((1,), 1, 4, 3, 2), ((2,), 3, 1, 5, 4)]
    for lead, Tq, Tk, dk, dv in cases:
        q, k, v = map(strided, qkv(rng, *lead, Tq=Tq, Tk=Tk, dk=dk, dv=dv))
        check_close(student.attention(q, k, v), reference.attention(q, k, v), names=("out", "w"))


# --------------------------------------------------------------------------------------------- attention_backward


NAMES = ("dq", "dk", "dv")


@points(3)
def test_attention_backward_with_a_mask(student, reference, rng):
    """no gradient passes through a masked place
    zh: 被掩掉的位置不传梯度"""
    mask = some_mask(rng, 4, 6)
    q, k, v = qkv(rng, 2, Tq=4, Tk=6, dk=3, dv=5)
    out, w = reference.attention(q, k, v, mask)
    dout = rng.normal(size=out.shape)
    answer = student.attention_backward(dout, q, k, v, w)
    check_close(answer, reference.attention_backward(dout, q, k, v, w), names=NAMES)
    dq, dk, _ = parts(answer, *NAMES)
    check_gradient(dq, of=lambda q: reference.attention(q, k, v, mask)[0], at=(q,), along=dout)
    check_gradient(dk, of=lambda k: reference.attention(q, k, v, mask)[0], at=(k,), along=dout)


@points(2)
def test_attention_backward_of_other_shapes(student, reference, rng):
    """a square without a batch, batch and heads, a single query, arrays that are not contiguous
    zh: 没有批维度的方阵、批加多头、只有一个查询、内存不连续的数组"""
    for lead, Tq, Tk, dk, dv in [((), 4, 4, 4, 4), ((2, 3), 4, 6, 5, 7), ((2,), 1, 3, 5, 4)]:
        q, k, v = map(strided, qkv(rng, *lead, Tq=Tq, Tk=Tk, dk=dk, dv=dv))
        out, w = reference.attention(q, k, v)
        dout = strided(rng.normal(size=out.shape))
        expected = reference.attention_backward(dout, q, k, v, w)
        check_close(student.attention_backward(dout, q, k, v, w), expected, names=NAMES)


@points(2)
def test_attention_backward_of_a_choice(student, reference, rng):
    """where a query looks at one key alone, dq and dk vanish; between two equal keys they do not
    zh: 查询只看一个键时 dq、dk 为 0；在两个一样的键之间则不然"""
    q, k, v = qkv(rng, Tq=3, Tk=5, dk=4, dv=2)
    for mask in (np.eye(3, 5, k=1, dtype=bool), np.eye(3, 5, dtype=bool) | np.eye(3, 5, k=2, dtype=bool)):
        out, w = reference.attention(q, k, v, mask)
        dout = rng.normal(size=out.shape)
        expected = reference.attention_backward(dout, q, k, v, w)
        because = "where one key takes all, the right gradient is 0 and rounding has no scale of its own"
        answer = student.attention_backward(dout, q, k, v, w)
        check_close(answer, expected, names=NAMES, kappa=1e-6, floor=1.0, because=because)


# ---------------------------------------------------------------------------------------------------------- masks


@points(1)
def test_masks_at_the_edges(student, reference, rng):
    """one position only; sequences that are empty or full; lengths of any whole kind
    zh: 只有一个位置；空序列与满序列；长度可以是任何整数类型"""
    check_equal(student.causal_mask(1), reference.causal_mask(1))
    for kind in (np.int32, np.uint8):
        lengths = rng.permutation([0, 4, 2, 3]).astype(kind)
        check_equal(student.padding_mask(lengths, 4), reference.padding_mask(lengths, 4))


@points(1)
def test_masks_combined_with_none(student, reference, rng):
    """None keeps everything; three masks work as well as one
    zh: None 表示全部保留；三个掩码、一个掩码都可以"""
    one, two, three = some_mask(rng, 2, 1, 4, 5), some_mask(rng, 4, 5), rng.permutation([True] * 4 + [False])
    one[0, 0, 0], two[0] = True, True  # a row from which only the third mask takes anything
    for masks in ((None, two), (one, None), (three,), (one, two, three), (one, None, three)):
        check_equal(student.combine_masks(*masks), reference.combine_masks(*masks))
    check_equal(student.combine_masks(None, None), None)
    check_unchanged(student.combine_masks, one, two, three)


# ---------------------------------------------------------------------------------------------------------- heads


@points(1)
def test_heads_of_other_numbers(student, reference, rng):
    """one head, as many heads as features, arrays that are not contiguous
    zh: 只有一个头、头数等于特征数、内存不连续的数组"""
    x = strided(rng.normal(size=(3, 4, 6)))
    for heads in (1, 6, 2):
        check_close(student.split_heads(x, heads), reference.split_heads(x, heads))
        cut = strided(reference.split_heads(x, heads))
        check_close(student.merge_heads(cut), x)


@points(1)
def test_heads_must_divide(student, reference, rng):
    """a number of heads that does not divide the features is refused
    zh: 头数不能整除特征数时应当拒绝"""
    x = rng.normal(size=(2, 3, 8))
    check_raises(ValueError, student.split_heads, x, 3)
    check_close(student.split_heads(x, 4), reference.split_heads(x, 4))


# ----------------------------------------------------------------------------------------------------- multi_head


def modules(student, reference, tensors, *arguments):
    """The student's module and the reference's with drawn weights."""
    return student.MultiHeadSelfAttention(*arguments), tensors.drawn(reference.MultiHeadSelfAttention(*arguments))


@points(2)
def test_multi_head_with_padding(student, reference, tensors, rng):
    """with a padding mask, output and gradients agree, and the padding's content does not matter
    zh: 使用填充掩码时输出与梯度一致，填充的内容无关紧要"""
    yours, ours = modules(student, reference, tensors, 12, 4)
    x, real = tensors.normal((3, 5, 12)), torch.from_numpy(reference.padding_mask(np.array([3, 5, 2]), 5))
    check_same(yours, ours, at=(x, real))
    out = ours(x, real)
    x[0, 3:], x[2, 2:] = 5 * tensors.normal((2, 12)), 5 * tensors.normal((3, 12))
    check_close(then(yours(x, real), lambda out: out[[0, 2], :2]), out[[0, 2], :2])


@points(1.5)
def test_multi_head_with_a_mask_each(student, reference, tensors, rng):
    """each sequence may bring its own mask, also where there are as many sequences as heads
    zh: 每个序列可以有自己的掩码，序列数恰好等于头数时也不例外"""
    yours, ours = modules(student, reference, tensors, 6, 2)
    mask = torch.from_numpy(some_mask(rng, 2, 5, 5, least=2))
    check_same(yours, ours, at=(tensors.normal((2, 5, 6)), mask))


@points(1.5)
def test_multi_head_with_nothing_to_see(student, reference, tensors, rng):
    """a query that may look at nothing gets zeros, and no gradient is NaN
    zh: 什么都不许看的查询得到 0，梯度里没有 NaN"""
    yours, ours = modules(student, reference, tensors, 9, 3)
    mask = some_mask(rng, 2, 5, 5, least=2)  # a query that sees one key alone has no gradient to tell about
    mask[0, 2], mask[1, :2] = False, False
    check_same(yours, ours, at=(tensors.normal((2, 5, 9)), torch.from_numpy(mask)))


@points(1)
def test_multi_head_in_evaluation(student, reference, tensors):
    """in evaluation nothing is dropped, however large the probability
    zh: 测试模式下不丢弃任何权重，不论概率多大"""
    yours, ours = modules(student, reference, tensors, 6, 3, 1.0)
    yours.eval()
    check_same(yours, ours.eval(), at=(tensors.normal((2, 5, 6)),))


def of_dropped_weights(factors):
    """Whether the three heads of each lone position are 0 or 2 as a whole, and some of them either."""
    heads = np.asarray(factors).reshape(-1, 3, 2)
    nothing, twice = (np.all(np.abs(heads - factor) < 1e-3, axis=-1) for factor in (0, 2))
    return np.all(nothing | twice) and nothing.any() and twice.any()


@points(0.5)
def test_multi_head_in_training(student, reference, tensors):
    """in training, dropout of every weight leaves nothing; it takes weights away, and makes the others larger
    zh: 训练模式下，全部注意力权重都被丢弃时什么也不剩；被丢弃的是注意力权重，其余的相应放大"""
    yours, ours = modules(student, reference, tensors, 6, 3, 1.0)
    check_same(yours, ours, at=(tensors.normal((2, 4, 6)),))
    yours, ours = modules(student, reference, tensors, 6, 3, 0.5)
    ours.wv.weight.data.copy_(torch.eye(6))
    ours.wo.weight.data.copy_(torch.eye(6))
    x = 1 + tensors.normal((40, 1, 6)).abs()  # a lone position: the weight of each head is 1, and its output its slice
    yours.eval()
    check_same(yours, ours.eval(), at=(x,))
    yours.train()
    check_that(
        then(yours(x), lambda out: np.asarray(out) / x.cpu().numpy()),
        of_dropped_weights,
        "with dropout = 0.5 a single position finds, head by head, either nothing or twice its values",
        zh="dropout = 0.5 时，只有一个位置的序列在每个头里要么什么也得不到，要么得到两倍的 v",
    )


@points(0.5)
def test_multi_head_structure(student, reference, tensors, rng):
    """in double precision: reordered positions, single sequences, T = 1, views
    zh: 双精度下：位置换序、单个序列、T = 1、非连续的输入"""
    yours, ours = modules(student, reference, tensors, 8, 4)
    check_same(yours, ours, at=(tensors.normal((3, 6, 8)),))
    yours.double()
    ours.double()
    x, perm = tensors.normal((3, 6, 8), dtype="float64"), torch.from_numpy(cycle(rng, 6))
    out, single = ours(x), {"rtol": 1e-4, "kappa": 3e-5, "because": "√d may have been computed in 32 bits"}
    check_close(yours(x), out, **single)
    check_close(yours(x[:, perm]), out[:, perm], **single)
    check_close(yours(x[1:2]), out[1:2], **single)
    check_close(yours(x[:, :1]), ours(x[:, :1]), **single)
    check_close(yours(x.transpose(0, 1).contiguous().transpose(0, 1)), out, **single)


# --------------------------------------------------------------------------------------------- additive_attention


@points(1)
def test_additive_attention_of_batches(student, reference, rng):
    """batch and heads in front, arrays that are not contiguous, a single query
    zh: 前面有批和头两个维度、内存不连续的数组、只有一个查询"""
    for lead, Tq in (((2, 3), 4), ((2,), 1)):
        problem = tuple(map(strided, additive_problem(rng, *lead, Tq=Tq)))
        check_close(student.additive_attention(*problem), reference.additive_attention(*problem), names=("out", "w"))


@points(1)
def test_additive_attention_of_a_square(student, reference, rng):
    """all widths and lengths equal
    zh: 所有宽度与长度都相等"""
    problem = additive_problem(rng, Tq=4, Tk=4, dq=4, dk=4, dv=4, H=4)
    check_close(student.additive_attention(*problem), reference.additive_attention(*problem), names=("out", "w"))


@points(1)
def test_additive_attention_of_large_scores(student, reference, rng):
    """scores in the thousands do not overflow
    zh: 分数上千也不会溢出"""
    q, k, v, Wq, Wk, u = additive_problem(rng, Tq=8)
    problem = q, k, v, Wq, Wk, 5000 * u
    check_close(student.additive_attention(*problem), reference.additive_attention(*problem), names=("out", "w"))


# -------------------------------------------------------------------------------------------------- sinusoidal_pe


@points(1.5)
def test_sinusoidal_pe_of_odd_width(student, reference, rng):
    """an odd number of features ends with a sine alone
    zh: 特征数为奇数时，最后一列只有 sin"""
    for T, d in ((6, 9), (4, 1), (5, 3)):
        check_close(student.sinusoidal_pe(T, d), reference.sinusoidal_pe(T, d))


@points(1)
def test_sinusoidal_pe_far_out(student, reference, rng):
    """the encoding of position 1000 is as exact as that of position 1
    zh: 第 1000 个位置的编码与第 1 个一样准确"""
    check_close(then(student.sinusoidal_pe(1001, 6), lambda pe: pe[990:]), reference.sinusoidal_pe(1001, 6)[990:])


# ---------------------------------------------------------------------------------------------------- convolution


@points(1)
def test_convolution_local_mask_at_the_edges(student, reference, rng):
    """r = 0 sees itself alone, a large r sees everything
    zh: r = 0 只看见自己，r 很大时看见全部"""
    for T, r in ((5, 0), (4, 3), (3, 7), (1, 1), (6, 1)):
        check_equal(student.local_mask(T, r), reference.local_mask(T, r))


@points(1)
def test_convolution_at_the_edges(student, reference, rng):
    """a kernel of one place, one wider than the sequence, one position only
    zh: 卷积核只有一个位置、卷积核比序列还长、序列只有一个位置"""
    for T, size in ((5, 1), (3, 9), (1, 3)):
        x, kernel = strided(rng.normal(size=(T, 2))), rng.normal(size=(size, 2, 3))
        expected = reference.conv1d_as_attention(x, kernel)
        check_close(then(student.conv1d_as_attention(x, kernel), with_floats), expected, names=("out", "w"))


# ------------------------------------------------------------------------------------------- positional_blindness


@points(1.5)
def test_positional_blindness_of_others(student, reference, rng):
    """rounding does not count; a causal mask, a reversal and a running sum see positions, a layer for each does not
    zh: 舍入误差不算；因果掩码、倒序、累加看得见位置，逐位置的层看不见"""
    x, perm, causal = rng.normal(size=(7, 7)), cycle(rng, 7), reference.causal_mask(7)
    W, fixed, jitter = rng.normal(size=(7, 3)), rng.normal(size=(7, 4)), 1e-13 * rng.normal(size=(7, 7))
    down = np.sign(x[0, 0] - x[perm[0], 0])  # what the first position holds falls, in this direction

    cases = [
        (lambda x: x @ W, True),
        (lambda x: reference.attention(x, x, x, causal)[0], False),
        (lambda x: x[::-1], False),
        (lambda x: reference.attention(x, x, x)[0] + jitter, True),
        (lambda x: np.cumsum(x, axis=0), False),
        (lambda x: 1e-3 * reference.attention(x, x, x)[0], True),
        (lambda x: 1e-3 * np.roll(x, 1, axis=0), False),
        (lambda x: np.tanh(x) + x.mean(axis=0), True),
        (lambda x: np.tile(x.max(axis=0), (7, 1)), True),
        (lambda x: fixed, False),
        (lambda x: 1e9 * (reference.attention(x, x, x)[0] + jitter) * (np.arange(7) > 0), True),
        (lambda x: -np.exp(x), True),
        (lambda x: np.tile(down * x[0, 0], (7, 1)), False),
        (lambda x: x + (np.arange(7) == 3)[:, None], False),
    ]
    for attend, blind in cases:
        check_equal(student.positional_blindness(x, perm, attend), blind)


# --------------------------------------------------------------------------------------------------- train_recall


@points(2)
def test_train_recall_one_by_one(student, rng, device):
    """with another dictionary, the trained model answers new examples one at a time
    zh: 换一本字典，训练好的模型能逐个回答新的例子"""
    translations = dictionary(rng)
    model = student.train_recall(*lookups(rng, 512, *translations), 11)
    pairs, query, answer = lookups(rng, 60, *translations)
    hits = []

    def share(logits, wanted):
        hits.append(int(logits.reshape(10).argmax()) == wanted)
        return float(np.mean(hits))

    for each in range(60):
        right = then(model(pairs[each : each + 1], query[each : each + 1]), lambda z, y=int(answer[each]): share(z, y))
    check_reaches(right, at_least=0.9)
