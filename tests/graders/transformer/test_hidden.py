"""Hidden questions on the Transformer: other shapes, structure, edges."""

import numpy as np
import torch

from autograder.checks import (
    check_close,
    check_equal,
    check_parameters,
    check_reaches,
    check_same,
    check_that,
    check_unchanged,
    parts,
    then,
)
from autograder.questions import points

from .test_public import (
    blocks,
    check_search,
    check_settled,
    crossings,
    decoders,
    language_models,
    readers,
    some_mask,
    speakers,
    speakers_of_chance,
    spoken,
    trained_model,
)

SINGLE = {"rtol": 1e-4, "kappa": 3e-5, "because": "constants such as √2 may have been computed in 32 bits"}


def cycle(rng, T):
    """An order of T positions that moves each of them and is not its own inverse (for T of 3 or more)."""
    ring, perm = rng.permutation(T), np.empty(T, dtype=int)
    perm[ring] = np.roll(ring, 1)
    return torch.from_numpy(perm)


def strided(array):
    """The same numbers, spread out in memory."""
    return np.asfortranarray(np.repeat(array, 2, axis=-1))[..., ::2]


# ------------------------------------------------------------------------------------------------------ layernorm


@points(2)
def test_layernorm_of_small_variance(student, reference, rng):
    """where a row hardly varies, eps decides, by default and as it is given
    zh: 当一行几乎没有变化时，eps 起决定作用，默认值与给定值都要对"""
    x, gamma, beta = 3e-3 * rng.normal(size=(5, 6)) + 0.1, rng.normal(size=6), rng.normal(size=6)
    for eps in ((), (1e-3,), (1e-7,)):
        out, _ = parts(student.layernorm_forward(x, gamma, beta, *eps), "out", "cache")
        check_close(out, reference.layernorm_forward(x, gamma, beta, *eps)[0])


@points(2)
def test_layernorm_backward_of_small_variance(student, reference, rng):
    """and so it does on the way back
    zh: 反向时也是如此"""
    x, gamma, beta = 3e-3 * rng.normal(size=(3, 5)) - 0.1, rng.normal(size=5), rng.normal(size=5)
    dout = rng.normal(size=x.shape)
    for eps in ((), (1e-4,)):
        _, cache = parts(student.layernorm_forward(x, gamma, beta, *eps), "out", "cache")
        expected = reference.layernorm_backward(dout, reference.layernorm_forward(x, gamma, beta, *eps)[1])
        check_close(student.layernorm_backward(dout, cache), expected, names=("dx", "dgamma", "dbeta"))


@points(2)
def test_layernorm_of_other_shapes(student, reference, rng):
    """one vector alone, one row, a square, four dims, arrays that are not contiguous
    zh: 单个向量、只有一行、方阵、四维、内存不连续的数组"""
    for dims in ((5,), (1, 4), (6, 6), (2, 3, 2, 7)):
        x, dout = strided(2 * rng.normal(size=dims) + 3), strided(rng.normal(size=dims))
        gamma, beta = rng.normal(size=dims[-1]), rng.normal(size=dims[-1])
        out, cache = parts(student.layernorm_forward(x, gamma, beta), "out", "cache")
        expected, ours = reference.layernorm_forward(x, gamma, beta)
        check_close(out, expected)
        gradients = reference.layernorm_backward(dout, ours)
        check_close(student.layernorm_backward(dout, cache), gradients, names=("dx", "dgamma", "dbeta"))


# --------------------------------------------------------------------------------------------------- feed_forward


@points(1)
def test_feed_forward_gelu_far_out(student, reference, tensors):
    """far out it is 0 or x, without NaN, slope included; in double precision too
    zh: 在很远处它等于 0 或 x，导数也没有 NaN；双精度同样成立"""
    x = torch.tensor([-1000.0, -30.0, -9.0, -3.0, 0.0, 3.0, 9.0, 30.0, 1000.0])
    for approximate in (False, True):
        check_same(student.gelu, reference.gelu, at=(x, approximate))
        near = 2 * tensors.normal((4, 3), dtype="float64")
        check_close(student.gelu(near, approximate), reference.gelu(near, approximate), **SINGLE)


@points(1)
def test_feed_forward_in_evaluation(student, reference, tensors):
    """in evaluation nothing is dropped, however large the probability; in double precision
    zh: 测试模式下不丢弃任何激活，不论概率多大；双精度"""
    yours, ours = student.FeedForward(6, 9, 1.0), tensors.drawn(reference.FeedForward(6, 9, 1.0))
    yours.eval()
    check_same(yours, ours.eval(), at=(2 * tensors.normal((4, 6)),))
    yours.double()
    x = 2 * tensors.normal((4, 6), dtype="float64")
    check_close(yours(x), ours.double()(x), **SINGLE)


def of_dropped_entries(factors):
    """Whether each entry is 0 or 2, and some of them either."""
    nothing, twice = (np.abs(np.asarray(factors) - factor) < 1e-3 for factor in (0, 2))
    return np.all(nothing | twice) and nothing.any() and twice.any()


@points(1)
def test_feed_forward_in_training(student, reference, tensors):
    """in training, dropout of every activation leaves the last bias; what comes out of the GELU is dropped
    zh: 训练模式下，激活全部被丢弃后只剩最后的偏置；被丢弃的是 GELU 的输出"""
    yours, ours = student.FeedForward(6, 9, 1.0), tensors.drawn(reference.FeedForward(6, 9, 1.0))
    check_same(yours, ours, at=(2 * tensors.normal((2, 4, 6)),))
    yours, ours = student.FeedForward(6, 6, 0.5), tensors.drawn(reference.FeedForward(6, 6, 0.5))
    for layer in (ours.w1, ours.w2):
        layer.weight.data.copy_(torch.eye(6))
        layer.bias.data.zero_()
    x = -0.5 - tensors.normal((40, 6)).abs().clamp(max=2.0)  # where the two formulas of GELU differ, and it is not 0
    yours.eval()
    check_same(yours, ours.eval(), at=(x,))  # from here on the layers hand their input on
    yours.train()
    hidden = reference.gelu(x).cpu().numpy()
    check_that(
        then(yours(x), lambda out: np.asarray(out) / hidden),
        of_dropped_entries,
        "with dropout = 0.5 each hidden activation becomes either 0 or twice gelu(w1(x))",
        zh="dropout = 0.5 时，每个隐藏激活要么变成 0，要么变成 gelu(w1(x)) 的两倍",
    )


# -------------------------------------------------------------------------------------------------- encoder_block


@points(1)
def test_encoder_block_in_evaluation(student, reference, tensors):
    """in evaluation nothing is dropped, both ways
    zh: 测试模式下不丢弃任何值，两种形式都如此"""
    for norm_first in (True, False):
        yours, ours = blocks(student, reference, tensors, 6, 3, 11, norm_first, 1.0)
        yours.eval()
        check_same(yours, ours.eval(), at=(tensors.normal((2, 4, 6)),))


@points(1)
def test_encoder_block_in_training(student, reference, tensors):
    """in training, dropout of everything leaves the residual connection
    zh: 训练模式下全部丢弃后，只剩残差连接"""
    for norm_first in (True, False):
        yours, ours = blocks(student, reference, tensors, 6, 3, 11, norm_first, 1.0)
        x = 2 * tensors.normal((2, 4, 6))
        check_same(yours, ours, at=(x,))
        yours.eval()
        check_same(yours, ours.eval(), at=(x,))


@points(1.5)
def test_encoder_block_with_a_mask_each(student, reference, tensors, rng):
    """each sequence may bring its own mask, or one for all its queries
    zh: 每个序列可以有自己的掩码，也可以所有查询共用一个"""
    for norm_first, dims in ((True, (3, 5, 5)), (False, (3, 1, 5))):
        yours, ours = blocks(student, reference, tensors, 8, 4, 14, norm_first)
        check_same(yours, ours, at=(tensors.normal((3, 5, 8)), some_mask(rng, *dims)))


@points(1.5)
def test_encoder_block_structure(student, reference, tensors, rng):
    """reordered positions, rows that hardly vary, single sequences, T = 1, views, double precision
    zh: 位置换序、几乎不变的行、单个序列、T = 1、非连续的输入、双精度"""
    for norm_first in (True, False):
        yours, ours = blocks(student, reference, tensors, 8, 2, 14, norm_first)
        yours.double()
        ours.double()
        x, perm = tensors.normal((3, 6, 8), dtype="float64"), cycle(rng, 6)
        x[1] = 1 + 3e-3 * x[1]
        check_same(yours, ours, at=(x,))
        out = ours(x)
        check_close(yours(x[:, perm]), out[:, perm])
        check_close(yours(x[1:2]), out[1:2])
        check_close(yours(x[:, :1]), ours(x[:, :1]))
        check_close(yours(x.transpose(0, 1).contiguous().transpose(0, 1)), out)


# ------------------------------------------------------------------------------------------------ cross_attention


@points(1.5)
def test_cross_attention_with_nothing_real(student, reference, tensors, rng):
    """a memory that is all padding gives zeros, and no gradient is NaN
    zh: 编码器输出全是填充时得到 0，梯度里没有 NaN"""
    yours, ours = crossings(student, reference, tensors, 8, 4)
    keep = some_mask(rng, 3, 5)
    keep[1] = False
    check_same(yours, ours, at=(2 * tensors.normal((3, 4, 8)), 2 * tensors.normal((3, 5, 8)), keep))


@points(1.5)
def test_cross_attention_structure(student, reference, tensors, rng):
    """the order of the memory does not matter, that of the queries does; squares, one query, a batch as long as Tk
    zh: 编码器输出换序不影响结果，查询换序则输出随之换序；方阵、单个查询、批大小等于 Tk"""
    yours, ours = crossings(student, reference, tensors, 6, 3)
    check_parameters(yours, ours)
    x, memory, keep = 2 * tensors.normal((4, 3, 6)), 2 * tensors.normal((4, 5, 6)), some_mask(rng, 4, 5)
    out, queries, keys = ours(x, memory, keep), cycle(rng, 3), cycle(rng, 5)
    check_close(yours(x, memory[:, keys], keep[:, keys]), out)
    check_close(yours(x[:, queries], memory, keep), out[:, queries])
    check_close(yours(x[:, :1], memory, keep), out[:, :1])
    check_close(yours(x[:1], memory[:1]), ours(x[:1], memory[:1]))
    square = tensors.normal((6, 6, 6)), tensors.normal((6, 6, 6)), some_mask(rng, 6, 6)
    check_same(yours, ours, at=square)


# -------------------------------------------------------------------------------------------------- decoder_block


@points(2)
def test_decoder_block_with_padding(student, reference, tensors, rng):
    """padding of the memory is not looked at; the decoder's own positions are not masked by it
    zh: 不看编码器输出中的填充；解码器自己的位置不受其影响"""
    for S in (7, 4):
        yours, ours = decoders(student, reference, tensors, 8, 2, 12)
        x, memory, keep = 2 * tensors.normal((3, 4, 8)), 2 * tensors.normal((3, S, 8)), some_mask(rng, 3, S)
        check_same(yours, ours, at=(x, memory, keep))


@points(1.5)
def test_decoder_block_structure(student, reference, tensors, rng):
    """one position, one place in the memory, a memory in another order, single sequences, double precision
    zh: 只有一个位置、编码器只有一个位置、编码器输出换序、单个序列、双精度"""
    yours, ours = decoders(student, reference, tensors, 6, 3, 10)
    yours.double()
    ours.double()
    x, memory = (2 * tensors.normal((3, T, 6), dtype="float64") for T in (4, 5))
    memory[2] = 1 + memory[2] / 500
    check_same(yours, ours, at=(x, memory))
    out = ours(x, memory)
    check_close(yours(x, memory[:, cycle(rng, 5)]), out)
    check_close(yours(x[:, :1], memory), out[:, :1])
    check_close(yours(x, memory[:, :1]), ours(x, memory[:, :1]))
    check_close(yours(x[1:2], memory[1:2]), out[1:2])


# ------------------------------------------------------------------------------------------------- language_model


@points(2)
def test_language_model_tied(student, reference, tensors):
    """tied, embedding and head are one tensor, which gathers the gradients of both
    zh: 共享权重时，嵌入与输出层是同一个张量，梯度来自两处"""
    yours, ours = language_models(student, reference, tensors, 10, 12, 3, 1, 6, True)
    check_same(yours, ours, at=(tensors.integers(0, 10, (2, 6)),))


@points(1)
def test_language_model_causal(student, reference, tensors):
    """other tokens later on leave the logits before them alone
    zh: 改变后面的词元，前面的 logits 不变"""
    yours, ours = language_models(student, reference, tensors, 11, 8, 4, 3, 7)
    check_parameters(yours, ours)
    ids = tensors.integers(0, 11, (4, 7))
    past = ours(ids)[:, :4]
    ids[:, 4:] = (ids[:, 4:] + 1 + tensors.integers(0, 10, (4, 3))) % 11
    check_close(then(yours(ids), lambda logits: logits[:, :4]), past)


@points(1)
def test_language_model_of_short_sequences(student, reference, tensors):
    """one token, fewer than T tokens, one sequence, no block at all
    zh: 只有一个词元、少于 T 个词元、单个序列、一层都没有"""
    for layers, (B, t) in ((1, (2, 1)), (2, (1, 3)), (0, (3, 5))):
        yours, ours = language_models(student, reference, tensors, 9, 10, 2, layers, 8)
        check_same(yours, ours, at=(tensors.integers(0, 9, (B, t)),))


@points(0.5)
def test_language_model_count_params_of_the_smallest(student, reference, rng):
    """no block, one feature, one token
    zh: 没有层、只有一个特征、只有一个词元"""
    V, d = (int(n) for n in rng.integers(2, 50, size=2))
    for sizes in ((V, d, 0), (V, 1, 3), (1, d, 1)):
        for tie in (False, True):
            check_equal(student.count_params(*sizes, tie), reference.count_params(*sizes, tie))


# -------------------------------------------------------------------------------------------------------- lm_loss


@points(0.5)
def test_lm_loss_shift_targets_of_one(student, reference, tensors):
    """sequences of one token, another bos
    zh: 长度为 1 的序列，另一个 bos"""
    for dims, bos in (((3, 1), 40), ((1, 4), 31)):
        ids = tensors.integers(1, 30, dims)
        check_equal(student.shift_targets(ids, bos), reference.shift_targets(ids, bos), names=("inputs", "targets"))


@points(1)
def test_lm_loss_of_another_ignored_token(student, reference, tensors):
    """a token of the vocabulary may stand for padding
    zh: 填充也可以用词表里的某个词元表示"""
    targets = tensors.integers(0, 6, (4, 5))
    targets[0, :2], targets[1, 0] = 2, 3
    logits = 2 * tensors.normal((4, 5, 6))
    usual = torch.where(targets == 2, -100, targets)
    check_close(student.lm_loss(logits, usual), reference.lm_loss(logits, usual))
    check_same(student.lm_loss, reference.lm_loss, at=(logits, targets, 2))
    check_unchanged(student.lm_loss, logits, targets, 2)


@points(1)
def test_lm_loss_of_large_logits(student, reference, tensors):
    """logits in the hundreds are fine, gradient included
    zh: logits 达到几百也没问题，梯度同样如此"""
    logits, targets = 200 * tensors.normal((3, 4, 5)), tensors.integers(0, 5, (3, 4))
    check_same(student.lm_loss, reference.lm_loss, at=(logits, targets))


@points(0.5)
def test_lm_loss_of_nothing(student, reference, tensors):
    """where no token counts, the loss is 0, and so is its gradient; where one counts, it is that one's
    zh: 没有有效词元时，损失为 0，梯度也为 0；只有一个有效词元时，损失就是它的损失"""
    targets = torch.full((2, 3), -100)
    check_same(student.lm_loss, reference.lm_loss, at=(tensors.normal((2, 3, 4)), targets))
    targets[1, 0] = 3
    check_same(student.lm_loss, reference.lm_loss, at=(tensors.normal((2, 3, 4)), targets))


# ------------------------------------------------------------------------------------------------------- decoding


@points(1)
def test_decoding_greedy_in_evaluation(student, reference, tensors):
    """the model is asked in evaluation mode, and left in the mode in which it was
    zh: 解码时模型处于测试模式，结束后恢复原来的模式"""
    yours, ours = readers(student, reference, tensors, 12, 0.9)
    prompt = tensors.integers(0, 12, (6, 4))
    check_equal(student.greedy_decode(yours, prompt, 7, -1), reference.greedy_decode(ours, prompt, 7, -1))
    check_equal(yours.training, True)
    yours.eval()
    check_equal(student.greedy_decode(yours, prompt, 2, -1), reference.greedy_decode(ours, prompt, 2, -1))
    check_equal(yours.training, False)


@points(0.5)
def test_decoding_greedy_at_the_edges(student, reference, tensors):
    """nothing new, one prompt of one token, an eos that the prompt holds already
    zh: 不生成新词元、只有一个词元的提示、提示里已经有 eos"""
    yours, ours = readers(student, reference, tensors, 10)
    for dims, max_new in (((3, 4), 0), ((1, 1), 5)):
        prompt = tensors.integers(0, 10, dims)
        check_equal(
            student.greedy_decode(yours, prompt, max_new, -1), reference.greedy_decode(ours, prompt, max_new, -1)
        )
    prompt = tensors.integers(0, 10, (4, 3))
    for eos in prompt[:, -1].tolist():
        check_equal(student.greedy_decode(yours, prompt, 5, eos), reference.greedy_decode(ours, prompt, 5, eos))


@points(1.5)
def test_decoding_sample_at_the_edges(student, reference, tensors, rng):
    """k = 1 takes the likeliest; u = 0 the first that is kept, u near 1 the last; large logits are fine
    zh: k = 1 时取概率最大的；u = 0 取保留的第一个，u 接近 1 取最后一个；logits 很大也没问题"""
    order = torch.from_numpy(np.argsort(rng.random((8, 7)), axis=-1))
    for scale, temperature in ((0.3, 1.0), (0.2, 0.5), (60.0, 100.0), (900.0, 1500.0)):
        logits = scale * (order - 3.0)
        for k in (1, 3, 7):
            for u in (0.0, 0.999):
                u = torch.full((8,), u)
                answer = student.sample_top_k(logits, k, temperature, u)
                check_equal(answer, reference.sample_top_k(logits, k, temperature, u))
    check_unchanged(student.sample_top_k, logits, 3, 2.0, u)


# -------------------------------------------------------------------------------------------------------- noam_lr


@points(2)
def test_noam_lr_at_the_edges(student, reference, rng):
    """0 at step 0, no warm-up to speak of, the peak at the warm-up's end
    zh: 第 0 步为 0；几乎没有预热；峰值在预热结束处"""
    d, warmup = int(rng.integers(50, 600)), int(rng.integers(40, 400))
    for step, steps in ((0, warmup), (warmup - 1, warmup), (warmup + 1, warmup), (1, 1), (9, 1), (0, 1)):
        check_close(student.noam_lr(step, d, steps), reference.noam_lr(step, d, steps))


# -------------------------------------------------------------------------------------------------- train_reverse


@points(5)
def test_train_reverse_in_order_and_without_the_future(student, tensors, rng):
    """it tells apart what differs in order alone, and what comes later in the prefix changes no logits before it
    zh: 能区分只有顺序不同的序列；前缀中后面的词元不影响前面的 logits"""
    model = trained_model(student, tensors)
    source, prefix = tensors.integers(1, 10, (40, 5)), tensors.integers(1, 10, (40, 5))
    prefix[:, 0] = 0
    check_settled(model, source)
    other = prefix.clone()
    other[:, 3:] = (other[:, 3:] + tensors.integers(0, 8, (40, 2))) % 9 + 1  # none stays as it is
    logits = model(torch.cat([source, source]), torch.cat([prefix, other]))

    def change(logits):
        once, again = logits[:40, :3], logits[40:, :3]
        return float(np.abs(once - again).max() / np.abs(logits).max())

    claim = "logits do not depend on what comes after them in the prefix"
    check_that(then(logits, change), lambda change: change < 1e-4, claim, zh="logits 不依赖前缀中后面的词元")

    tokens = torch.from_numpy(rng.permutation(9)[:5] + 1)
    source = torch.stack([tokens[torch.from_numpy(rng.permutation(5))] for _ in range(300)])
    said = spoken(model, source)
    tokens = then(said, lambda said: float((said[:, 1:] == source.flip(1)).double().mean()))
    check_reaches(tokens, at_least=0.96)
    right = then(said, lambda said: float((said[:, 1:] == source.flip(1)).all(1).double().mean()))
    check_reaches(right, at_least=0.95)


# ---------------------------------------------------------------------------------------------------- beam_search


@points(1)
def test_beam_search_by_length(student, reference, tensors):
    """the longer, the more it costs: alpha decides how much of that is forgiven, at every step
    zh: 候选越长，对数概率之和越小：alpha 决定补偿多少，每一步都按它比较"""
    for V, width in ((5, 2), (6, 3), (7, 2), (8, 2)):
        models = speakers_of_chance(student, reference, tensors, V)
        prompt = tensors.integers(0, V, (2,))
        for alpha in (0.5, 2.0):
            for eos in range(V):
                check_search(student, reference, models, prompt, width, 6, eos, alpha)


@points(1)
def test_beam_search_at_the_edges(student, reference, tensors):
    """nothing new, a width beyond all hypotheses, an eos in the prompt; modes as in greedy decoding
    zh: 不生成新词元、束宽超过候选总数、提示里已有 eos；模型的模式处理与贪心解码相同"""
    yours, ours = models = speakers_of_chance(student, reference, tensors, 5, 0.9)
    prompt = tensors.integers(0, 5, (3,))
    for width, steps, eos in ((2, 0, -1), (200, 3, -1), (3, 5, int(prompt[-1])), (1, 6, -1)):
        check_search(student, reference, models, prompt, width, steps, eos)
    check_search(student, reference, models, prompt, 2, 0, -1, 1.0)
    check_search(student, reference, models, prompt[:1], 3, 1, -1, 1.0)
    check_equal(yours.training, True)
    yours.eval()
    check_search(student, reference, (yours, ours.eval()), prompt, 2, 2, -1)
    check_equal(yours.training, False)


# ------------------------------------------------------------------------------------------------------- kv_cache


@points(1)
def test_kv_cache_of_somebody_elses(student, reference, tensors):
    """what stands in the cache is what is looked at, whatever was read before; one cache serves two continuations
    zh: 以缓存里的内容为准，与之前读过什么无关；同一个缓存可以接两种不同的续写"""
    yours, ours = speakers(student, reference, tensors, 9, 6, 2, 8)
    student.cached_forward(yours, tensors.integers(0, 9, (2, 4)))
    cache = [(2 * tensors.normal((2, 4, 6)), tensors.normal((2, 4, 6))) for _ in range(2)]
    for ids in (tensors.integers(0, 9, (2, 1)), tensors.integers(0, 9, (2, 3))):
        answer = student.cached_forward(yours, ids, cache)
        check_close(answer, reference.cached_forward(ours, ids, cache), names=("logits", "cache"))


@points(1)
def test_kv_cache_in_pieces(student, reference, tensors):
    """in pieces of any length, the last place included, in double precision
    zh: 任意长度的分段、用到最后一个位置、双精度"""
    yours, ours = speakers(student, reference, tensors, 7, 10, 1, 9)
    yours.double()
    ours.double()
    ids = tensors.integers(0, 7, (1, 9))
    expected, cache, start = ours(ids), None, 0
    for length in (1, 4, 2, 2):
        given = ids[:, start : start + length]
        arguments = (given,) if cache is None else (given, cache)
        logits, cache = parts(student.cached_forward(yours, *arguments), "logits", "cache")
        check_close(logits, expected[:, start : start + length])
        start += length
    check_close(cache, reference.cached_forward(ours, ids)[1])
