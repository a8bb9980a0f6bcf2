"""Public questions on the Transformer."""

import numpy as np
import torch

from autograder.checks import (
    check_close,
    check_equal,
    check_gradient,
    check_parameters,
    check_reaches,
    check_same,
    check_shape,
    check_that,
    check_unchanged,
    parts,
    then,
)
from autograder.questions import points


def some_mask(rng, *dims):
    """Truth values that keep between one entry and all but one of each row, as a tensor."""
    order = np.argsort(rng.random(dims), axis=-1)
    return torch.from_numpy(order < rng.integers(1, dims[-1], size=(*dims[:-1], 1)))


# ------------------------------------------------------------------------------------------------------ layernorm


def norm_problem(rng, *dims):
    """An input of uneven rows, and a gain and a shift that are not 1 and 0."""
    x = rng.normal(size=dims) * rng.uniform(0.5, 3, size=(*dims[:-1], 1)) + rng.normal(size=(*dims[:-1], 1))
    return x, rng.normal(size=dims[-1]), rng.normal(size=dims[-1])


@points(1)
def test_layernorm_contract(student, reference, rng):
    """out has the dims of x; the gradients those of x, gamma and beta; nothing that is given changes
    zh: out 与 x 形状相同；梯度与 x、gamma、beta 形状相同；不改动传入的参数"""
    x, gamma, beta = norm_problem(rng, 3, 4, 5)
    out, cache = parts(student.layernorm_forward(x, gamma, beta), "out", "cache")
    check_shape(out, x)
    check_shape(student.layernorm_backward(x, cache), (x, gamma, beta), names=("dx", "dgamma", "dbeta"))
    check_unchanged(student.layernorm_forward, x, gamma, beta)
    check_unchanged(student.layernorm_backward, x, cache)


@points(3.5)
def test_layernorm_values(student, reference, rng):
    """each row is normalised by its own mean and variance, then scaled and shifted
    zh: 每一行用自己的均值和方差归一化，再缩放和平移"""
    for dims in ((4, 6), (2, 3, 5)):
        problem = norm_problem(rng, *dims)
        out, _ = parts(student.layernorm_forward(*problem), "out", "cache")
        check_close(out, reference.layernorm_forward(*problem)[0])


def norm_gradients(student, reference, rng, *dims):
    """The student's three gradients, along a random direction, and the reference's."""
    x, gamma, beta = norm_problem(rng, *dims)
    _, cache = parts(student.layernorm_forward(x, gamma, beta), "out", "cache")
    dout = rng.normal(size=dims)
    expected = reference.layernorm_backward(dout, reference.layernorm_forward(x, gamma, beta)[1])
    answers = parts(student.layernorm_backward(dout, cache), "dx", "dgamma", "dbeta")
    return (x, gamma, beta), dout, answers, expected


@points(2)
def test_layernorm_backward_of_gain_and_shift(student, reference, rng):
    """dgamma and dbeta gather from every row of every sequence
    zh: dgamma 与 dbeta 汇集所有序列、所有位置的贡献"""
    for dims in ((4, 6), (2, 3, 5)):
        _, _, (_, dgamma, dbeta), expected = norm_gradients(student, reference, rng, *dims)
        check_close(dgamma, expected[1])
        check_close(dbeta, expected[2])


@points(3.5)
def test_layernorm_backward_of_x(student, reference, rng):
    """dx is the derivative through the mean and the variance too
    zh: dx 包括经过均值和方差的部分"""
    (x, gamma, beta), dout, (dx, _, _), expected = norm_gradients(student, reference, rng, 3, 5)
    check_close(dx, expected[0])
    check_gradient(dx, of=lambda x: reference.layernorm_forward(x, gamma, beta)[0], at=(x,), along=dout)


# --------------------------------------------------------------------------------------------------- feed_forward


@points(1.5)
def test_feed_forward_gelu(student, reference, tensors):
    """gelu(x) = x · Φ(x), exact and approximate, with its slope
    zh: gelu(x) = x·Φ(x) 的精确值与近似值，以及导数"""
    x = 2 * tensors.normal((5, 7))
    check_same(student.gelu, reference.gelu, at=(x,))
    check_same(student.gelu, reference.gelu, at=(x, True))


@points(0.5)
def test_feed_forward_contract(student, reference, tensors):
    """two layers, w1 and w2; the dims of the input come back
    zh: 两层 w1 和 w2；输出与输入形状相同"""
    module, x = student.FeedForward(5, 12), tensors.normal((2, 3, 5))
    check_parameters(module, reference.FeedForward(5, 12))
    check_shape(module(x), x)


@points(2)
def test_feed_forward_same(student, reference, tensors):
    """with equal weights, output and every gradient agree
    zh: 权重相同时，输出与每个梯度都一致"""
    ours = tensors.drawn(reference.FeedForward(5, 12))
    check_same(student.FeedForward(5, 12), ours, at=(2 * tensors.normal((2, 3, 5)),))


# -------------------------------------------------------------------------------------------------- encoder_block


def blocks(student, reference, tensors, *arguments, **keywords):
    """The student's block and the reference's with drawn weights."""
    return student.EncoderBlock(*arguments, **keywords), tensors.drawn(reference.EncoderBlock(*arguments, **keywords))


@points(1)
def test_encoder_block_contract(student, reference, tensors):
    """attention, ff, norm1 and norm2; the dims of the input come back
    zh: 部件为 attention、ff、norm1、norm2；输出与输入形状相同"""
    yours, ours = blocks(student, reference, tensors, 8, 2, 20)
    check_parameters(yours, ours)
    x = tensors.normal((3, 5, 8))
    check_shape(yours(x), x)


@points(3.5)
def test_encoder_block_pre_norm(student, reference, tensors):
    """pre-norm: output and every gradient agree
    zh: pre-norm：输出与每个梯度都一致"""
    yours, ours = blocks(student, reference, tensors, 8, 2, 20, True)
    check_same(yours, ours, at=(2 * tensors.normal((3, 5, 8)) + 1,))


@points(2.5)
def test_encoder_block_post_norm(student, reference, tensors):
    """post-norm: output and every gradient agree
    zh: post-norm：输出与每个梯度都一致"""
    yours, ours = blocks(student, reference, tensors, 8, 4, 20, False)
    check_same(yours, ours, at=(2 * tensors.normal((3, 5, 8)) + 1,))


@points(2)
def test_encoder_block_with_a_mask(student, reference, tensors):
    """under a causal mask, both ways agree, and a change of the future leaves the past alone
    zh: 使用因果掩码时两种形式都一致；改变未来，过去的输出不变"""
    mask = reference.causal_mask(6)
    for norm_first in (True, False):
        yours, ours = blocks(student, reference, tensors, 8, 2, 20, norm_first)
        x = 2 * tensors.normal((2, 6, 8))
        check_same(yours, ours, at=(x, mask))
        past = ours(x, mask)[:, :4]
        x[:, 4:] += 1 + tensors.normal((2, 2, 8)).abs()
        check_close(then(yours(x, mask), lambda out: out[:, :4]), past)


# ------------------------------------------------------------------------------------------------ cross_attention


def crossings(student, reference, tensors, *arguments):
    """The student's cross-attention and the reference's with drawn weights."""
    return student.CrossAttention(*arguments), tensors.drawn(reference.CrossAttention(*arguments))


@points(1)
def test_cross_attention_contract(student, reference, tensors):
    """one output for each position of the decoder, whatever the encoder's length
    zh: 解码器的每个位置一个输出，与编码器的长度无关"""
    yours, ours = crossings(student, reference, tensors, 12, 3)
    check_parameters(yours, ours)
    x, memory = tensors.normal((2, 4, 12)), tensors.normal((2, 7, 12))
    check_shape(yours(x, memory), x)


@points(3.5)
def test_cross_attention_same(student, reference, tensors):
    """queries from the decoder, keys and values from the encoder: output and every gradient agree
    zh: 查询来自解码器，键和值来自编码器：输出与每个梯度都一致"""
    yours, ours = crossings(student, reference, tensors, 12, 3)
    check_same(yours, ours, at=(2 * tensors.normal((2, 4, 12)), 2 * tensors.normal((2, 7, 12))))


@points(2.5)
def test_cross_attention_with_padding(student, reference, tensors, rng):
    """padding of the memory gets no weight, from no query and no head
    zh: 编码器输出中的填充得不到任何权重"""
    yours, ours = crossings(student, reference, tensors, 12, 3)
    x, memory = 2 * tensors.normal((5, 4, 12)), 2 * tensors.normal((5, 7, 12))
    check_same(yours, ours, at=(x, memory, some_mask(rng, 5, 7)))


# -------------------------------------------------------------------------------------------------- decoder_block


def decoders(student, reference, tensors, *arguments):
    """The student's block and the reference's with drawn weights."""
    return student.DecoderBlock(*arguments), tensors.drawn(reference.DecoderBlock(*arguments))


@points(1)
def test_decoder_block_contract(student, reference, tensors):
    """attention, cross, ff and three norms; the dims of the decoder's side come back
    zh: 部件为 attention、cross、ff 和三个 norm；输出与解码器一侧形状相同"""
    yours, ours = decoders(student, reference, tensors, 8, 2, 20)
    check_parameters(yours, ours)
    x = tensors.normal((3, 5, 8))
    check_shape(yours(x, tensors.normal((3, 6, 8))), x)


@points(3.5)
def test_decoder_block_same(student, reference, tensors):
    """causal self-attention, cross-attention, feed-forward: output and every gradient agree
    zh: 因果自注意力、交叉注意力、前馈网络：输出与每个梯度都一致"""
    yours, ours = decoders(student, reference, tensors, 8, 2, 20)
    check_same(yours, ours, at=(2 * tensors.normal((3, 5, 8)) + 1, 2 * tensors.normal((3, 6, 8))))


@points(2)
def test_decoder_block_causal(student, reference, tensors):
    """a change of the future leaves the past alone, a change of the memory does not
    zh: 改变未来，过去的输出不变；改变编码器的输出则会影响"""
    yours, ours = decoders(student, reference, tensors, 8, 4, 20)
    x, memory = 2 * tensors.normal((2, 6, 8)), 2 * tensors.normal((2, 3, 8))
    check_parameters(yours, ours)
    past = ours(x, memory)[:, :4]
    x[:, 4:] += 1 + tensors.normal((2, 2, 8)).abs()
    check_close(then(yours(x, memory), lambda out: out[:, :4]), past)
    memory = memory + 1
    check_close(yours(x, memory), ours(x, memory))


# ------------------------------------------------------------------------------------------------- language_model


def language_models(student, reference, tensors, *arguments):
    """The student's model and the reference's with drawn weights."""
    return student.TransformerLM(*arguments), tensors.drawn(reference.TransformerLM(*arguments))


@points(1)
def test_language_model_contract(student, reference, tensors):
    """tokens, blocks, norm and head; logits for every position and token
    zh: 部件为 tokens、blocks、norm、head；每个位置对每个词元给出 logits"""
    yours, ours = language_models(student, reference, tensors, 11, 8, 2, 2, 9)
    check_parameters(yours, ours)
    ids = tensors.integers(0, 11, (3, 7))
    check_shape(yours(ids), ours(ids))


@points(3)
def test_language_model_same(student, reference, tensors):
    """scaled embeddings, positions, causal blocks, a last norm: logits and every gradient agree
    zh: 放大后的嵌入、位置编码、因果的各层、最后的归一化：logits 与每个梯度都一致"""
    yours, ours = language_models(student, reference, tensors, 11, 8, 2, 2, 9)
    check_same(yours, ours, at=(tensors.integers(0, 11, (3, 7)),))


@points(1.5)
def test_language_model_count_params(student, reference, rng):
    """count_params agrees with the model, tied and not
    zh: count_params 与模型的实际参数量一致，共享与不共享权重都对"""
    for tie in (False, True):
        sizes = tuple(int(rng.integers(low, high)) for low, high in ((20, 90), (8, 40), (2, 7)))
        check_equal(student.count_params(*sizes, tie), reference.count_params(*sizes, tie))


# -------------------------------------------------------------------------------------------------------- lm_loss


@points(2)
def test_lm_loss_shift_targets(student, reference, tensors):
    """the input is the sequence moved right behind bos, the target the sequence itself
    zh: 输入是以 bos 开头、右移一位的序列，目标是原序列"""
    ids = tensors.integers(1, 30, (4, 6))
    check_equal(student.shift_targets(ids, 0), reference.shift_targets(ids, 0), names=("inputs", "targets"))
    check_unchanged(student.shift_targets, ids, 0)


@points(1.5)
def test_lm_loss_values(student, reference, tensors):
    """without padding it is the mean cross-entropy of all tokens
    zh: 没有填充时，就是所有词元交叉熵的平均值"""
    logits, targets = 2 * tensors.normal((3, 5, 7)), tensors.integers(0, 7, (3, 5))
    check_close(student.lm_loss(logits, targets), reference.lm_loss(logits, targets))


def padded(tensors, lengths, V, ignored):
    """Targets of these lengths, the rest of each row ignored."""
    targets = tensors.integers(0, V, (len(lengths), int(max(lengths)) + 1))
    targets[torch.arange(targets.shape[1]) >= torch.tensor(lengths)[:, None]] = ignored
    return targets


@points(2)
def test_lm_loss_with_padding(student, reference, tensors, rng):
    """padding does not count, neither above the line nor below; each token counts alike
    zh: 填充既不计入分子也不计入分母，每个词元权重相同"""
    targets = padded(tensors, rng.permutation([1, 3, 6]), 7, -100)
    logits = 2 * tensors.normal((*targets.shape, 7))
    check_close(student.lm_loss(logits, targets), reference.lm_loss(logits, targets))


@points(1.5)
def test_lm_loss_gradient(student, reference, tensors, rng):
    """its gradient agrees, and padding gets none
    zh: 梯度一致，填充处没有梯度"""
    targets = padded(tensors, rng.permutation([2, 5, 3]), 6, -100)
    check_same(student.lm_loss, reference.lm_loss, at=(2 * tensors.normal((*targets.shape, 6)), targets))


# ------------------------------------------------------------------------------------------------------- decoding


def readers(student, reference, tensors, V, *dropout):
    """A model in the student's process and the same here, whose next token hangs on all that it has read."""
    yours, ours = student.Reader(V, *dropout), tensors.drawn(reference.Reader(V, *dropout))
    ours.last.weight.data *= V**0.5
    ours.all.weight.data *= 2 * V**0.5
    check_parameters(yours, ours)
    return yours, ours


@points(2)
def test_decoding_greedy(student, reference, tensors):
    """the likeliest token is appended, max_new times
    zh: 每次接上概率最大的词元，共 max_new 次"""
    yours, ours = readers(student, reference, tensors, 13)
    prompt = tensors.integers(0, 12, (4, 3))
    check_equal(student.greedy_decode(yours, prompt, 6, -1), reference.greedy_decode(ours, prompt, 6, -1))
    check_unchanged(student.greedy_decode, yours, prompt, 2, -1)


@points(1.5)
def test_decoding_greedy_to_the_end(student, reference, tensors):
    """a row that has said eos says nothing but eos, the others go on
    zh: 说过 eos 的行之后只有 eos，其他行继续"""
    for V in (9, 11):
        yours, ours = readers(student, reference, tensors, V)
        prompt = tensors.integers(0, V, (5, 2))
        said = reference.greedy_decode(ours, prompt, 8, -1)
        changes = (said[:, 3:7] != said[:, 4:8]).nonzero()  # after such a token comes another
        row, step = changes[0].tolist() if len(changes) else (0, 0)
        eos = int(said[row, 3 + step])
        for rows in (prompt, prompt[row : row + 1]):
            check_equal(student.greedy_decode(yours, rows, 8, eos), reference.greedy_decode(ours, rows, 8, eos))


def draws(reference, tensors, rng, B, V, k, temperature):
    """Logits without ties, and for each row a number in the middle of a random token's share."""
    order = np.argsort(rng.random((B, V)), axis=-1)
    logits = torch.from_numpy((order - V / 2) * 3.0 / V + rng.uniform(-0.1, 0.1, size=(B, V)) / V).float()
    kept = logits >= logits.sort(descending=True).values[:, k - 1 : k]
    p = (logits.double() / temperature).exp() * kept
    edges = (p / p.sum(-1, keepdim=True)).cumsum(-1)
    chosen = torch.from_numpy(np.argsort(rng.random((B, V)) - 2 * kept.numpy(), axis=-1)[:, 0])  # one of the kept
    rows = torch.arange(B)
    below = torch.where(chosen > 0, edges[rows, (chosen - 1).clamp(min=0)], torch.zeros(()))
    return logits, ((below + edges[rows, chosen]) / 2).float()


@points(1.5)
def test_decoding_sample_top_k(student, reference, tensors, rng):
    """among the k likeliest, the token at which the probabilities so far exceed u
    zh: 在概率最大的 k 个词元中，累积概率首次超过 u 的那个"""
    for V, k, temperature in ((9, 4, 0.7), (7, 5, 2.5), (8, 8, 1.0)):
        logits, u = draws(reference, tensors, rng, 20, V, k, temperature)
        answer = student.sample_top_k(logits, k, temperature, u)
        check_equal(answer, reference.sample_top_k(logits, k, temperature, u))


# -------------------------------------------------------------------------------------------------------- noam_lr


@points(2)
def test_noam_lr_values(student, reference, rng):
    """the rate grows to the warm-up's end and falls from there
    zh: 学习率在预热结束前上升，之后下降"""
    d, warmup = int(rng.integers(50, 600)), int(rng.integers(40, 400))
    for step in (1, warmup // 3, warmup, warmup + 17, 5 * warmup):
        check_close(student.noam_lr(step, d, warmup), reference.noam_lr(step, d, warmup))


# -------------------------------------------------------------------------------------------------- train_reverse


def trained_model(student, tensors):
    """The student's model, taught with 1024 sequences of five tokens."""
    source = tensors.integers(1, 10, (1024, 5))
    return student.train_reverse(source, source.flip(1), 7)


def check_settled(model, source):
    """The model, asked the same twice, gives the same logits: one that was left in training drops others each time."""
    start, first = torch.zeros(len(source), 1, dtype=torch.int64), []
    then(model(source, start), first.append)
    check_that(
        model(source, start),
        lambda again: np.allclose(again, first[0], rtol=1e-3, atol=1e-3, equal_nan=True),
        "asked the same twice, the model gives the same logits: it is handed out in evaluation mode",
        zh="同样的输入问两次，模型给出同样的 logits：交出来时处于测试模式",
    )


def spoken(model, source):
    """What the model says to each source, greedily, behind the 0 that begins it: an answer (B, S + 1)."""
    start = torch.zeros(len(source), 1, dtype=torch.int64)
    prefix = start
    for _ in range(source.shape[1]):
        prefix = then(
            model(source, prefix), lambda logits: torch.cat([start, torch.from_numpy(np.argmax(logits, -1))], dim=1)
        )
    return prefix


@points(6)
def test_train_reverse_of_new_sequences(student, tensors):
    """the trained model says new sequences backwards
    zh: 训练好的模型能把新的序列倒过来说"""
    model, source = trained_model(student, tensors), tensors.integers(1, 10, (500, 5))
    check_settled(model, source[:20])
    said = spoken(model, source)
    tokens = then(said, lambda said: float((said[:, 1:] == source.flip(1)).double().mean()))
    check_reaches(tokens, at_least=0.97)
    right = then(said, lambda said: float((said[:, 1:] == source.flip(1)).all(1).double().mean()))
    check_reaches(right, at_least=0.97, good=0.98, excellent=0.99, boss=1.0)


# ---------------------------------------------------------------------------------------------------- beam_search


def speakers_of_chance(student, reference, tensors, V, *dropout):
    """As `readers`, in double precision, so that no two hypotheses come close."""
    yours, ours = readers(student, reference, tensors, V, *dropout)
    yours.double()
    return yours, ours.double()


def check_search(student, reference, models, *arguments):
    """What is found and its score are those of the reference."""
    yours, ours = models
    ids, score = parts(student.beam_search(yours, *arguments), "ids", "score")
    expected = reference.beam_search(ours, *arguments)
    check_equal(ids, expected[0])
    check_close(score, expected[1], rtol=1e-5, because="sums of six terms at most, which may be kept in 32 bits")


@points(0.5)
def test_beam_search_contract(student, reference, tensors):
    """the prompt and what was added, and a number; nothing that is given changes
    zh: 返回提示加上新词元，以及一个分数；不改动传入的参数"""
    yours, ours = speakers_of_chance(student, reference, tensors, 7)
    prompt = tensors.integers(0, 7, (3,))
    check_shape(
        student.beam_search(yours, prompt, 2, 4, -1),
        reference.beam_search(ours, prompt, 2, 4, -1),
        names=("ids", "score"),
    )
    check_unchanged(student.beam_search, yours, prompt, 2, 2, -1)


@points(1.5)
def test_beam_search_values(student, reference, tensors):
    """among the hypotheses of all beams together, the likeliest are followed
    zh: 在所有候选的所有延伸中，保留概率最大的几个"""
    for V, width, steps in ((9, 3, 5), (6, 4, 6), (11, 1, 4), (7, 5, 4)):
        models = speakers_of_chance(student, reference, tensors, V)
        check_search(student, reference, models, tensors.integers(0, V, (3,)), width, steps, -1)


@points(1)
def test_beam_search_to_the_end(student, reference, tensors):
    """a hypothesis that has said eos is over: it stays, and what is longer must beat it
    zh: 说过 eos 的候选不再延伸，但仍留在束中，与更长的候选竞争"""
    for V, width in ((6, 3), (5, 4), (7, 2)):
        models = speakers_of_chance(student, reference, tensors, V)
        prompt = tensors.integers(0, V, (4,))
        for eos in range(V):
            check_search(student, reference, models, prompt, width, 6, eos, 0.75)


# ------------------------------------------------------------------------------------------------------- kv_cache


def speakers(student, reference, tensors, *sizes):
    """A language model in the student's process, and the same here."""
    yours, ours = student.Speaker(*sizes), tensors.drawn(reference.Speaker(*sizes))
    check_parameters(yours, ours)
    return yours, ours


@points(0.5)
def test_kv_cache_contract(student, reference, tensors):
    """logits for each new token; keys and values of every layer; nothing that is given changes
    zh: 每个新词元一行 logits；每一层的键和值；不改动传入的参数"""
    yours, ours = speakers(student, reference, tensors, 9, 6, 2, 8)
    ids, more = tensors.integers(0, 9, (3, 4)), tensors.integers(0, 9, (3, 2))
    _, cache = reference.cached_forward(ours, ids)
    for given in ((ids,), (more, cache)):
        check_shape(
            student.cached_forward(yours, *given), reference.cached_forward(ours, *given), names=("logits", "cache")
        )
    check_unchanged(student.cached_forward, yours, more, cache)


@points(1)
def test_kv_cache_of_a_prompt(student, reference, tensors):
    """without a cache the logits are the model's own, and every key and value is kept
    zh: 没有缓存时，logits 就是模型自己的输出，所有的键和值都保存下来"""
    yours, ours = speakers(student, reference, tensors, 11, 6, 2, 9)
    ids = tensors.integers(0, 11, (2, 5))
    logits, cache = parts(student.cached_forward(yours, ids), "logits", "cache")
    check_close(logits, ours(ids))
    check_close(cache, reference.cached_forward(ours, ids)[1])


@points(1.5)
def test_kv_cache_token_by_token(student, reference, tensors):
    """read token by token, the logits are those of reading everything anew
    zh: 一个一个词元地读，logits 与每次从头重算的结果相同"""
    yours, ours = speakers(student, reference, tensors, 11, 6, 3, 9)
    ids = tensors.integers(0, 11, (2, 7))
    expected, cache = ours(ids), None
    for t, given in ((0, ids[:, :3]), *((t, ids[:, t : t + 1]) for t in (3, 4, 5, 6))):
        arguments = (given,) if cache is None else (given, cache)
        logits, cache = parts(student.cached_forward(yours, *arguments), "logits", "cache")
        check_close(logits, expected[:, t : t + given.shape[1]])
