"""The Transformer, part by part: normalisation, feed-forward, blocks, a language model, decoding, training.

Transformer：归一化、前馈网络、编码器与解码器、语言模型、解码和训练。

`layernorm_forward` and `layernorm_backward` work on NumPy arrays, everything else on PyTorch tensors. Masks are bool
and True means keep, as in the topic `self_attention`. What is marked "Given" is there to be used: nothing to write.
"""

import numpy as np
import torch
from torch import nn


def layernorm_forward(x, gamma, beta, eps=1e-5):
    """Layer normalisation: each vector of features to mean 0 and variance 1, then scaled and shifted.

    层归一化：对每个位置自己的特征向量做归一化，再缩放和平移。

    Convention: out = gamma · (x − mean) / √(var + eps) + beta; mean and var are those of the last axis, var is the
    biased one (it divides by D).

    x: float (..., D), any leading dims or none at all.
    gamma, beta: float (D,).
    eps: float > 0, inside the square root.
    Returns: (out, cache); out: float (..., D); cache: whatever your `layernorm_backward` needs.
    Source: Lee 5 (layer norm); Ba et al. 2016; d2l 11.7 (zh 10.7).
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=-1, keepdims=True)  # (..., D)
    inverse = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)  # (..., 1)
    normal = centred * inverse  # (..., D)
    return gamma * normal + beta, (normal, gamma, inverse)
    ### END SOLUTION


def layernorm_backward(dout, cache):
    """Gradients of `layernorm_forward` with respect to x, gamma and beta.

    层归一化对 x、gamma、beta 的梯度。

    dout: float (..., D), gradient of the loss with respect to out.
    cache: what your `layernorm_forward` returned.
    Returns: (dx, dgamma, dbeta); dx: float (..., D); dgamma, dbeta: float (D,).
    Source: Lee 1.2 (backpropagation) and 5; Ba et al. 2016.
    """
    ### BEGIN SOLUTION
    normal, gamma, inverse = cache
    lead = tuple(range(dout.ndim - 1))
    dnormal = dout * gamma  # (..., D)
    along = (dnormal * normal).mean(axis=-1, keepdims=True)  # (..., 1)
    dx = inverse * (dnormal - dnormal.mean(axis=-1, keepdims=True) - normal * along)  # (..., D)
    return dx, (dout * normal).sum(axis=lead), dout.sum(axis=lead)  # (..., D), (D,), (D,)
    ### END SOLUTION


def gelu(x, approximate=False):
    """The Gaussian error linear unit, x · Φ(x), with Φ the distribution function of the standard normal.

    GELU 激活函数：x·Φ(x)。

    x: float tensor (any dims).
    approximate: bool; True takes x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) instead.
    Returns: float tensor (dims of x).
    Source: Hendrycks & Gimpel 2016; Vaswani et al. 2017, 3.3 has ReLU in its place.
    """
    ### BEGIN SOLUTION
    if approximate:
        return x / 2 * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)))
    return x / 2 * (1 + torch.erf(x / 2**0.5))
    ### END SOLUTION


class FeedForward(nn.Module):
    """The position-wise feed-forward network, w2(dropout(gelu(w1(x)))), the same at every position.

    逐位置的前馈网络：每个位置各自经过同一个两层网络。

    The layers are `w1`, nn.Linear(d, hidden), and `w2`, nn.Linear(hidden, d), under exactly these names. The GELU is
    the exact one.

    d: int, number of features. hidden: int, width in between.
    dropout: float in [0, 1], probability of dropping a hidden activation, in training mode only.
    Source: Lee 5; Vaswani et al. 2017, 3.3; d2l 11.7 (zh 10.7).
    """

    def __init__(self, d, hidden, dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.w1, self.w2 = nn.Linear(d, hidden), nn.Linear(hidden, d)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x):
        """Each position's new features.

        x: float tensor (..., d).
        Returns: float tensor (..., d).
        """
        ### BEGIN SOLUTION
        return self.w2(self.dropout(gelu(self.w1(x))))  # (..., d)
        ### END SOLUTION


class Attention(nn.Module):
    """Multi-head attention out of PyTorch's own. Given.

    现成的多头注意力，直接使用即可。
    """

    def __init__(self, d, heads):
        super().__init__()
        self.inner = nn.MultiheadAttention(d, heads, batch_first=True)

    def forward(self, x, source, mask=None):
        """What the positions of x find in `source`: queries from x, keys and values from source.

        x: float tensor (B, Tq, d). source: float tensor (B, Tk, d); x itself for self-attention.
        mask: bool tensor that broadcasts to (B, Tq, Tk), True means keep; None keeps everything.
        Returns: float tensor (B, Tq, d).
        """
        if mask is not None:
            mask = ~mask.expand(len(x), x.shape[1], source.shape[1]).repeat_interleave(self.inner.num_heads, dim=0)
        return self.inner(x, source, source, attn_mask=mask, need_weights=False)[0]


def mlp(d, hidden):
    """A position-wise feed-forward network out of PyTorch's parts. Given.

    现成的前馈网络，直接使用即可。
    """
    return nn.Sequential(nn.Linear(d, hidden), nn.GELU(), nn.Linear(hidden, d))


def causal_mask(T):
    """Bool tensor (T, T), True where position i may look at position j: at itself and the past. Given.

    现成的因果掩码，直接使用即可。
    """
    return torch.ones(T, T, dtype=torch.bool).tril()


def positions(T, d):
    """The sinusoidal positional encoding, float32 tensor (T, d), d even. Given.

    现成的正弦位置编码，直接使用即可。
    """
    angle = torch.arange(T)[:, None] / 10000.0 ** (torch.arange(0, d, 2) / d)  # (T, d / 2)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)  # (T, d)


class EncoderBlock(nn.Module):
    """One block of the encoder: self-attention, then feed-forward, each with a residual connection and a LayerNorm.

    编码器的一层：自注意力加前馈网络，各带残差连接和层归一化。

    Its parts are `attention`, Attention(d, heads); `ff`, mlp(d, hidden); `norm1` and `norm2`, nn.LayerNorm(d); under
    exactly these names.

    With norm_first (pre-norm) each half is x + dropout(part(norm(x))); without (post-norm, as in the paper) it is
    norm(x + dropout(part(x))). norm1 belongs to the attention, norm2 to the feed-forward.

    d, heads, hidden: int. norm_first: bool.
    dropout: float in [0, 1], probability of dropping an entry of a part's output, in training mode only.
    Source: Lee 5, "Encoder"; Vaswani et al. 2017, 3.1; Xiong et al. 2020 (pre-norm).
    """

    def __init__(self, d, heads, hidden, norm_first=True, dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.attention, self.ff = Attention(d, heads), mlp(d, hidden)
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.dropout, self.norm_first = nn.Dropout(dropout), norm_first
        ### END SOLUTION

    def forward(self, x, mask=None):
        """Each position's new features.

        x: float tensor (B, T, d).
        mask: bool tensor that broadcasts to (B, T, T), True means keep; None keeps everything. Each position may look
            at one at least.
        Returns: float tensor (B, T, d).
        """
        ### BEGIN SOLUTION
        if self.norm_first:
            normal = self.norm1(x)  # (B, T, d)
            x = x + self.dropout(self.attention(normal, normal, mask))
            return x + self.dropout(self.ff(self.norm2(x)))
        x = self.norm1(x + self.dropout(self.attention(x, x, mask)))  # (B, T, d)
        return self.norm2(x + self.dropout(self.ff(x)))
        ### END SOLUTION


class CrossAttention(nn.Module):
    """Multi-head attention from the decoder to the encoder's output: queries from one, keys and values from the other.

    交叉注意力：查询来自解码器，键和值来自编码器的输出。

    The weights are four layers `wq`, `wk`, `wv`, `wo`, each nn.Linear(d, d, bias=False) under exactly that name. Head h
    has the features h·d/heads to (h + 1)·d/heads − 1, and scales by the square root of its own width.

    d: int, number of features. heads: int, divides d.
    Source: Lee 5, "Cross attention"; Vaswani et al. 2017, 3.2.3.
    """

    def __init__(self, d, heads):
        super().__init__()
        ### BEGIN SOLUTION
        self.heads = heads
        self.wq, self.wk, self.wv, self.wo = (nn.Linear(d, d, bias=False) for _ in range(4))
        ### END SOLUTION

    def forward(self, x, memory, keep=None):
        """What each position of the decoder finds in the encoder's output.

        x: float tensor (B, Tq, d), the decoder's side. memory: float tensor (B, Tk, d), the encoder's output.
        keep: bool tensor (B, Tk), True where the memory is real and False where it is padding; None keeps everything.
            A sequence without anything real gives zeros, and no gradient is NaN.
        Returns: float tensor (B, Tq, d).
        """
        ### BEGIN SOLUTION
        q, k, v = (
            layer(y).unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (B, heads, T, d / heads)
            for layer, y in ((self.wq, x), (self.wk, memory), (self.wv, memory))
        )
        scores = q @ k.mT / q.shape[-1] ** 0.5  # (B, heads, Tq, Tk)
        if keep is None:
            w = scores.softmax(-1)
        else:
            kept = keep[:, None, None, :]  # (B, 1, 1, Tk)
            w = scores.masked_fill(~kept, -1e30).softmax(-1) * kept  # -inf would make NaN where nothing is real
        return self.wo((w @ v).transpose(1, 2).flatten(2))  # (B, Tq, d)
        ### END SOLUTION


class DecoderBlock(nn.Module):
    """One block of the decoder: causal self-attention, cross-attention, feed-forward, all pre-norm.

    解码器的一层：带因果掩码的自注意力、交叉注意力、前馈网络，均为 pre-norm。

    Its parts are `attention` and `cross`, each Attention(d, heads); `ff`, mlp(d, hidden); `norm1`, `norm2` and `norm3`,
    nn.LayerNorm(d), in the order in which they are used; under exactly these names. Each third is x + part(norm(x)).
    The memory is not normalised.

    d, heads, hidden: int.
    Source: Lee 5, "Decoder"; Vaswani et al. 2017, 3.1; d2l 11.7 (zh 10.7).
    """

    def __init__(self, d, heads, hidden):
        super().__init__()
        ### BEGIN SOLUTION
        self.attention, self.cross, self.ff = Attention(d, heads), Attention(d, heads), mlp(d, hidden)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(d), nn.LayerNorm(d), nn.LayerNorm(d)
        ### END SOLUTION

    def forward(self, x, memory, keep=None):
        """Each position's new features; none of them sees the positions after it.

        x: float tensor (B, T, d). memory: float tensor (B, S, d), the encoder's output.
        keep: bool tensor (B, S), True where the memory is real; None keeps everything. Something is real in each.
        Returns: float tensor (B, T, d).
        """
        ### BEGIN SOLUTION
        normal = self.norm1(x)  # (B, T, d)
        x = x + self.attention(normal, normal, causal_mask(x.shape[1]))
        x = x + self.cross(self.norm2(x), memory, None if keep is None else keep[:, None, :])
        return x + self.ff(self.norm3(x))
        ### END SOLUTION


class TransformerLM(nn.Module):
    """A decoder-only language model: the next token's logits at every position.

    只有解码器的语言模型：每个位置给出下一个词元的 logits。

    Its parts are `tokens`, nn.Embedding(V, d); `blocks`, an nn.ModuleList of as many
    nn.TransformerEncoderLayer(d, heads, 4 * d, dropout=0.0, activation="gelu", batch_first=True, norm_first=True);
    `norm`, nn.LayerNorm(d); `head`, nn.Linear(d, V, bias=False); under exactly these names. The embeddings are
    multiplied by √d, then the sinusoidal encoding `positions` is added, which is no parameter. The blocks see the past
    and themselves only. `norm` comes after the last block, then the head.

    V: int, number of tokens. d, heads, layers: int. T: int, length of the longest sequence.
    tie: bool; True makes head.weight the very tensor that tokens.weight is.
    Source: Lee 5, autoregressive decoder; Radford et al. 2019; Press & Wolf 2017 (tying).
    """

    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__()
        ### BEGIN SOLUTION
        options = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
        self.tokens, self.head = nn.Embedding(V, d), nn.Linear(d, V, bias=False)
        self.blocks = nn.ModuleList(nn.TransformerEncoderLayer(d, heads, 4 * d, **options) for _ in range(layers))
        self.norm = nn.LayerNorm(d)
        self.register_buffer("pe", positions(T, d), persistent=False)
        if tie:
            self.head.weight = self.tokens.weight
        ### END SOLUTION

    def forward(self, ids):
        """The logits of the token that follows each position.

        ids: int64 tensor (B, t), 0 to V − 1; t is at most T.
        Returns: float tensor (B, t, V), logits.
        """
        ### BEGIN SOLUTION
        t = ids.shape[1]
        x = self.tokens(ids) * self.norm.normalized_shape[0] ** 0.5 + self.pe[:t]  # (B, t, d)
        for block in self.blocks:
            x = block(x, src_mask=~causal_mask(t))
        return self.head(self.norm(x))  # (B, t, V)
        ### END SOLUTION


def count_params(V, d, layers, tie=False):
    """How many numbers `TransformerLM` learns, by a closed formula.

    TransformerLM 的参数个数，用公式计算。

    V, d, layers: int, as for `TransformerLM`; the number of heads and the length do not matter.
    tie: bool; a shared tensor counts once.
    Returns: int.
    Source: Lee 5.
    """
    ### BEGIN SOLUTION
    attention, ff, norms = 4 * d * d + 4 * d, 8 * d * d + 5 * d, 4 * d
    return layers * (attention + ff + norms) + 2 * d + V * d * (1 if tie else 2)
    ### END SOLUTION


def shift_targets(ids, bos):
    """What a language model reads and what it should say, for teacher forcing.

    教师强制：输入右移一位，目标就是原序列。

    The input is the sequence moved right by one, with `bos` in front; the target is the sequence itself.

    ids: int64 tensor (B, T). bos: int, the token that begins every sequence.
    Returns: (inputs, targets), int64 tensors (B, T).
    Source: Lee 5, "Teacher forcing"; d2l 10.7 (zh 9.7).
    """
    ### BEGIN SOLUTION
    return torch.cat([torch.full_like(ids[:, :1], bos), ids[:, :-1]], dim=1), ids
    ### END SOLUTION


def lm_loss(logits, targets, ignore_index=-100):
    """Cross-entropy of the next token, the mean over all tokens of the batch that count.

    语言模型的交叉熵损失：对所有有效词元取平均，填充不计入。

    Convention: one mean over tokens, not a mean over sequences of means. Where no token counts, the loss is 0.

    logits: float tensor (B, T, V), up to ±1000 and beyond.
    targets: int64 tensor (B, T), 0 to V − 1, or ignore_index where the token is padding.
    ignore_index: int, which stands for no token.
    Returns: float tensor ().
    Source: Lee 5, training; d2l 10.7 (zh 9.7), masked loss.
    """
    ### BEGIN SOLUTION
    counts = targets != ignore_index  # (B, T)
    chosen = targets.where(counts, 0)[..., None]  # (B, T, 1)
    losses = logits.logsumexp(-1) - logits.gather(-1, chosen)[..., 0]  # (B, T)
    return losses.where(counts, 0.0).sum() / counts.sum().clamp_min(1)
    ### END SOLUTION


class Reader(nn.Module):
    """A small language model to try decoding on: what comes next depends on all that was read. Given.

    一个现成的小语言模型，用来测试解码。
    """

    def __init__(self, V, dropout=0.0):
        super().__init__()
        self.last, self.all = nn.Embedding(V, V), nn.Embedding(V, V)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids):
        """ids: int64 tensor (B, T). Returns: float tensor (B, T, V), logits."""
        steps = torch.arange(1, ids.shape[1] + 1)[:, None]  # (T, 1)
        return self.dropout(self.last(ids) + self.all(ids).cumsum(1) / steps)  # (B, T, V)


def greedy_decode(model, prompt, max_new, eos):
    """The prompt continued with the likeliest token, again and again.

    贪心解码：每一步都取概率最大的词元。

    A row that has produced `eos` gets nothing but `eos` from then on; an `eos` in the prompt does not count. The model
    is asked in evaluation mode, and left in the mode in which it was.

    model: nn.Module; model(ids) gives logits, float tensor (B, t, V), for int64 tensors (B, t).
    prompt: int64 tensor (B, P), P is 1 or more.
    max_new: int, 0 or more, how many tokens are added. eos: int, the token that ends a row.
    Returns: int64 tensor (B, P + max_new).
    Source: Lee 5, autoregressive decoding; d2l 10.8 (zh 9.8).
    """
    ### BEGIN SOLUTION
    mode, ids = model.training, prompt
    over = torch.zeros(len(prompt), dtype=torch.bool)
    model.eval()
    with torch.no_grad():
        for _ in range(max_new):
            best = model(ids)[:, -1].argmax(1)  # (B,)
            best = best.where(~over, eos)
            over = over | (best == eos)
            ids = torch.cat([ids, best[:, None]], dim=1)  # (B, t + 1)
    model.train(mode)
    return ids
    ### END SOLUTION


def sample_top_k(logits, k, temperature, u):
    """A token drawn from the k likeliest ones, with given uniform numbers.

    从概率最大的 k 个词元中采样，均匀随机数由参数给出。

    Convention: the logits are divided by the temperature; all but the k largest get probability 0; the others'
    probabilities sum to 1. The token is the first, in the order of token numbers, at which the sum of the
    probabilities so far is larger than u.

    logits: float tensor (B, V), without ties. k: int, 1 to V. temperature: float > 0.
    u: float tensor (B,), 0 ≤ u < 1, one number for each row.
    Returns: int64 tensor (B,).
    Source: Lee 5 (sampling); Fan et al. 2018 (top-k).
    """
    ### BEGIN SOLUTION
    least = logits.topk(k).values[:, -1:]  # (B, 1)
    p = (logits / temperature).masked_fill(logits < least, -torch.inf).softmax(1)  # (B, V)
    return (p.double().cumsum(1) > u[:, None]).long().argmax(1)  # (B,)
    ### END SOLUTION


def noam_lr(step, d, warmup):
    """The learning rate of the Transformer paper: it grows linearly, then falls like 1/√step.

    Transformer 论文的学习率：先线性升高（warm-up），再按 1/√step 下降。

    lr = d^(−1/2) · min(step^(−1/2), step · warmup^(−3/2)), and 0 at step 0.

    step: int, 0 or more. d: int, number of features. warmup: int, 1 or more, the step at which it is highest.
    Returns: float.
    Source: Lee, homework 5; Vaswani et al. 2017, 5.3.
    """
    ### BEGIN SOLUTION
    return d**-0.5 * min(max(step, 1) ** -0.5, step * warmup**-1.5)
    ### END SOLUTION


### BEGIN SOLUTION
class _Translator(nn.Module):
    """An encoder block and a decoder block between tokens and logits."""

    def __init__(self, V, d=32, heads=2, hidden=64):
        super().__init__()
        self.tokens, self.norm, self.head = nn.Embedding(V, d), nn.LayerNorm(d), nn.Linear(d, V)
        self.encoder, self.decoder = EncoderBlock(d, heads, hidden), DecoderBlock(d, heads, hidden)

    def embedded(self, ids):
        d = self.tokens.embedding_dim
        return self.tokens(ids) * d**0.5 + positions(ids.shape[1], d)  # (B, T, d)

    def forward(self, source, prefix):
        memory = self.encoder(self.embedded(source))  # (B, S, d)
        return self.head(self.norm(self.decoder(self.embedded(prefix), memory)))  # (B, T, V)


def _begun(model, examples, rounds, seed, device):
    """The model with weights drawn from the seed, and the batches of all rounds."""
    draw = torch.Generator(device).manual_seed(seed)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            parameter.data.normal_(std=parameter.shape[1] ** -0.5, generator=draw)
    orders = [torch.randperm(examples, generator=draw, device=device) for _ in range(rounds)]
    return model, torch.cat(orders).split(64)


### END SOLUTION


def train_reverse(source, target, seed):
    """A model that says sequences backwards, trained on examples.

    训练一个把序列倒过来说的模型。

    Token 0 begins what the decoder reads, the others are 1 to 9. Each target is its source in reverse order.

    source: int64 tensor (N, S), 1 to 9. target: int64 tensor (N, S).
    seed: int, for whatever you draw at random.
    Returns: model, an nn.Module, ready for use, in evaluation mode; model(source, prefix) gives logits, float tensor
        (B, t, 10), for source (B, S) and prefix (B, t), where prefix begins with 0 and goes on with the tokens said so
        far; entry [:, i] is about what follows prefix[:, i], and does not depend on what comes after it. Graders let it
        speak about new sequences, greedily. Training takes at most 30 seconds.
    Source: Lee 5, "Sequence to sequence"; Vaswani et al. 2017.
    """
    ### BEGIN SOLUTION
    model, batches = _begun(_Translator(10), len(source), 12, seed, source.device)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=len(batches))
    inputs, targets = shift_targets(target, 0)
    for batch in batches:
        optimizer.zero_grad()
        lm_loss(model(source[batch], inputs[batch]), targets[batch]).backward()
        optimizer.step()
        schedule.step()
    return model.eval()
    ### END SOLUTION


def beam_search(model, prompt, width, max_new, eos, alpha=0.0):
    """The best continuation of a prompt that a beam search finds.

    束搜索：每一步保留得分最高的 width 个候选，最后返回其中得分最高的一个。

    Convention: a hypothesis is the prompt with the tokens that were added. Its score is the sum of the
    log-probabilities of what was added, divided by (how many tokens that is) to the power alpha; with nothing added it
    is 0. A hypothesis that has added `eos` is over. The search begins with the prompt alone. At each of max_new steps
    every hypothesis that is not over is continued with each token of the vocabulary, one that is over stays as it is,
    and of all these together the `width` with the highest scores are kept. The model is asked in evaluation mode, and
    left in the mode in which it was.

    model: nn.Module; model(ids) gives logits, float tensor (B, t, V), for int64 tensors (B, t).
    prompt: int64 tensor (P,), P is 1 or more; an `eos` in it does not count.
    width: int, 1 or more. max_new: int, 0 or more. eos: int. alpha: float, 0 or more. No two scores are equal.
    Returns: (ids, score); ids: int64 tensor (P + n,), n is max_new at most; score: float.
    Source: Lee 5, beam search; d2l 10.8 (zh 9.8); Wu et al. 2016 (length).
    """
    ### BEGIN SOLUTION
    mode, beam = model.training, [(0.0, prompt, False)]  # the sum of log-probabilities, the tokens, whether it is over

    def score(hypothesis):
        return hypothesis[0] / max(len(hypothesis[1]) - len(prompt), 1) ** alpha

    model.eval()
    with torch.no_grad():
        for _ in range(max_new):
            found = [hypothesis for hypothesis in beam if hypothesis[2]]
            for total, ids, _ in (hypothesis for hypothesis in beam if not hypothesis[2]):
                logs = model(ids[None])[0, -1].log_softmax(-1)  # (V,)
                for token, log in enumerate(logs.tolist()):
                    longer = torch.cat([ids, torch.full_like(ids[:1], token)])  # (t + 1,)
                    found.append((total + log, longer, token == eos))
            beam = sorted(found, key=score, reverse=True)[:width]
    model.train(mode)
    return beam[0][1], score(beam[0])
    ### END SOLUTION


class Layer(nn.Module):
    """A layer of `Speaker`: causal attention with one head, then feed-forward, both pre-norm. Given.

    `Speaker` 的一层：单头因果注意力加前馈网络，直接使用即可。
    """

    def __init__(self, d):
        super().__init__()
        self.wq, self.wk, self.wv = (nn.Linear(d, d, bias=False) for _ in range(3))
        self.norm1, self.norm2, self.ff = nn.LayerNorm(d), nn.LayerNorm(d), mlp(d, 2 * d)

    def forward(self, x):
        """x: float tensor (B, T, d). Returns: float tensor (B, T, d)."""
        y = self.norm1(x)
        scores = self.wq(y) @ self.wk(y).mT / x.shape[-1] ** 0.5  # (B, T, T)
        x = x + scores.masked_fill(~causal_mask(x.shape[1]), -torch.inf).softmax(-1) @ self.wv(y)
        return x + self.ff(self.norm2(x))


class Speaker(nn.Module):
    """A small language model with learned positions, which reads everything anew for each token. Given.

    一个现成的小语言模型，位置编码是学出来的；每生成一个词元都要把前面的内容重新算一遍。
    """

    def __init__(self, V, d, layers, T):
        super().__init__()
        self.tokens, self.places = nn.Embedding(V, d), nn.Embedding(T, d)
        self.layers = nn.ModuleList(Layer(d) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, V, bias=False)

    def forward(self, ids):
        """ids: int64 tensor (B, t). Returns: float tensor (B, t, V), logits."""
        x = self.tokens(ids) + self.places.weight[: ids.shape[1]]  # (B, t, d)
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))  # (B, t, V)


def cached_forward(model, ids, cache=None):
    """The logits of new tokens, out of them and what earlier ones left behind: nothing is computed a second time.

    KV 缓存：只计算新词元，之前的键和值直接从缓存里取。

    Convention: the cache has a pair (k, v) for each layer, in their order: the keys and the values of all positions so
    far, the oldest first. The new tokens stand behind these: with S positions so far they are at the places S to
    S + t − 1. Each of them sees every earlier position, itself, and none after it. What is given does not change.

    model: Speaker. ids: int64 tensor (B, t), the new tokens, t is 1 or more.
    cache: None where nothing was read so far, else a list of pairs of float tensors (B, S, d).
    Returns: (logits, cache); logits: float tensor (B, t, V); cache: list of pairs of float tensors (B, S + t, d).
    Source: Lee 5, autoregressive decoding; Shazeer 2019.
    """
    ### BEGIN SOLUTION
    S, t = 0 if cache is None else cache[0][0].shape[1], ids.shape[1]
    x, longer = model.tokens(ids) + model.places.weight[S : S + t], []  # (B, t, d)
    for number, layer in enumerate(model.layers):
        y = layer.norm1(x)
        k, v = layer.wk(y), layer.wv(y)  # (B, t, d)
        if cache is not None:
            k, v = (
                torch.cat([old, new], dim=1) for old, new in zip(cache[number], (k, v), strict=True)
            )  # (B, S + t, d)
        scores = layer.wq(y) @ k.mT / x.shape[-1] ** 0.5  # (B, t, S + t)
        x = x + scores.masked_fill(~causal_mask(S + t)[S:], -torch.inf).softmax(-1) @ v
        x = x + layer.ff(layer.norm2(x))
        longer.append((k, v))
    return model.head(model.norm(x)), longer
    ### END SOLUTION
