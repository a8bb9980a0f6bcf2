"""Self-attention: every position looks at every other and decides for itself what matters.

自注意力：每个位置都去看其他所有位置，自己决定什么重要。

All functions work on NumPy arrays, but for `MultiHeadSelfAttention` and `train_recall`, which use PyTorch. They are
pure: they leave their arguments as they are and print nothing.
"""

import numpy as np
import torch
from torch import nn


def masked_softmax(s, mask=None, axis=-1):
    """Softmax along one axis over the entries that the mask keeps; the others get weight 0.

    带掩码的 softmax：只在保留的位置上归一化，其余位置的权重为 0。

    Convention: True means keep. Where the mask keeps nothing along the axis, all weights there are 0 (not NaN, not
    uniform). What `s` holds at masked places never matters: it may even be inf or NaN.

    s: float (any dims), scores; those that are kept are finite, up to ±1000 and beyond.
    mask: bool, broadcasts to the dims of s; None keeps everything.
    axis: int, the axis along which the weights sum to 1.
    Returns: float (dims of s).
    Source: Lee 4.2, "Self-attention"; d2l 11.3 (zh 10.3), masked softmax.
    """
    ### BEGIN SOLUTION
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    top = s.max(axis=axis, keepdims=True)  # axis of length 1
    e = np.exp(s - np.where(np.isfinite(top), top, 0.0))  # -inf - -inf would be NaN where nothing is kept
    total = e.sum(axis=axis, keepdims=True)  # axis of length 1; 0 where nothing is kept
    return e / np.maximum(total, 1.0)  # elsewhere the largest score alone adds exp(0) = 1
    ### END SOLUTION


### BEGIN SOLUTION
def _transposed(x):
    """The matrices of the last two axes transposed."""
    return x.swapaxes(-1, -2)


### END SOLUTION


def attention(q, k, v, mask=None):
    """Scaled dot-product attention, out = softmax(q kᵀ / √dk) v.

    缩放点积注意力：用 q 与 k 的内积打分，除以 √dk，softmax 后对 v 加权求和。

    q: float (..., Tq, dk), queries.
    k: float (..., Tk, dk), keys.
    v: float (..., Tk, dv), values. The leading dims of q, k and v are equal: batch, heads, or none at all.
    mask: bool, broadcasts to (..., Tq, Tk), True where query i may look at key j; None keeps everything. Each query
        may look at one key at least.
    Returns: (out, w); out: float (..., Tq, dv); w: float (..., Tq, Tk), the weights, each row sums to 1.
    Source: Lee 4.2, "Self-attention"; d2l 11.3 (zh 10.3); Vaswani et al. 2017, equation 1.
    """
    ### BEGIN SOLUTION
    scores = q @ _transposed(k) / np.sqrt(q.shape[-1])  # (..., Tq, Tk)
    w = masked_softmax(scores, mask)
    return w @ v, w  # (..., Tq, dv), (..., Tq, Tk)
    ### END SOLUTION


def attention_backward(dout, q, k, v, w):
    """Gradients of `attention` with respect to q, k and v.

    attention 对 q、k、v 的梯度。

    dout: float (..., Tq, dv), gradient of the loss with respect to out.
    q, k, v: float, what `attention` was given.
    w: float (..., Tq, Tk), the weights that `attention` returned; 0 where the mask kept nothing.
    Returns: (dq, dk, dv), float, with the dims of q, k and v.
    Source: Lee 1.2 (backpropagation) and 4.2; the Jacobian of softmax as in the topic `classification`.
    """
    ### BEGIN SOLUTION
    dv = _transposed(w) @ dout  # (..., Tk, dv)
    dw = dout @ _transposed(v)  # (..., Tq, Tk)
    ds = w * (dw - (dw * w).sum(axis=-1, keepdims=True)) / np.sqrt(q.shape[-1])  # (..., Tq, Tk)
    dq = ds @ k  # (..., Tq, dk)
    dk = _transposed(ds) @ q  # (..., Tk, dk)
    return dq, dk, dv
    ### END SOLUTION


def causal_mask(T):
    """Which position may look at which when nobody sees the future: itself and all before it.

    因果掩码：每个位置只能看自己和前面的位置。

    T: int, 1 or more.
    Returns: bool (T, T); row i is the query, column j the key; True means keep.
    Source: Lee 5 (masked self-attention); d2l 11.6 (zh 10.6).
    """
    ### BEGIN SOLUTION
    return np.arange(T)[:, None] >= np.arange(T)  # (T, T)
    ### END SOLUTION


def padding_mask(lengths, T):
    """Which keys are real, in a batch of sequences that were padded to length T.

    填充掩码：一批补齐到长度 T 的序列中，哪些位置是真实的。

    lengths: int (B,), the true lengths, 0 to T; the padding stands at the end.
    T: int, the padded length.
    Returns: bool (B, 1, T); True means keep. The 1 stands for the queries: each of them sees the same keys.
    Source: d2l 11.3 (zh 10.3), valid lengths.
    """
    ### BEGIN SOLUTION
    return np.arange(T) < lengths[:, None, None]  # (B, 1, T)
    ### END SOLUTION


def combine_masks(*masks):
    """One mask out of several: kept is what all of them keep.

    合并多个掩码：所有掩码都保留的位置才保留。

    masks: bool arrays that broadcast to each other, or None, which keeps everything.
    Returns: bool, of the broadcast dims; None where every mask is None (or there is none).
    Source: Lee 5; d2l 11.6 (zh 10.6).
    """
    ### BEGIN SOLUTION
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
    ### END SOLUTION


def split_heads(x, heads):
    """The features of each position cut into one slice for each head.

    把每个位置的特征切成若干段，每个头一段。

    Convention: head h gets the features h·d to (h+1)·d − 1, with d = D / heads.

    x: float (B, T, D).
    heads: int, 1 or more.
    Returns: float (B, heads, T, D / heads).
    Raises: ValueError where heads does not divide D.
    Source: Lee 4.3, multi-head self-attention; d2l 11.5 (zh 10.5).
    """
    ### BEGIN SOLUTION
    B, T, D = x.shape
    if D % heads:
        raise ValueError(f"split_heads: {heads} heads do not divide {D} features")
    return x.reshape(B, T, heads, D // heads).transpose(0, 2, 1, 3)  # (B, heads, T, D / heads)
    ### END SOLUTION


def merge_heads(x):
    """The heads' features side by side again: the inverse of `split_heads`.

    把各个头的特征重新拼到一起，是 split_heads 的逆操作。

    x: float (B, heads, T, d).
    Returns: float (B, T, heads · d).
    Source: Lee 4.3, multi-head self-attention; d2l 11.5 (zh 10.5).
    """
    ### BEGIN SOLUTION
    B, heads, T, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(B, T, heads * d)  # (B, T, heads · d)
    ### END SOLUTION


class MultiHeadSelfAttention(nn.Module):
    """Multi-head self-attention in PyTorch, without biases.

    多头自注意力（PyTorch），四个线性层都没有偏置。

    The weights are four layers `wq`, `wk`, `wv`, `wo`, each nn.Linear(d_model, d_model, bias=False) under exactly that
    name: graders load their own weights by name. Heads are cut as in `split_heads`. Each head scales by the square
    root of its own width.

    d_model: int, number of features.
    heads: int, divides d_model.
    dropout: float in [0, 1], the probability of dropping an attention weight, in training mode only.
    Source: Lee 4.3, multi-head self-attention; Vaswani et al. 2017, 3.2.2.
    """

    def __init__(self, d_model, heads, dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.heads = heads
        self.wq, self.wk, self.wv, self.wo = (nn.Linear(d_model, d_model, bias=False) for _ in range(4))
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x, mask=None):
        """Each position's new features.

        x: float tensor (B, T, d_model).
        mask: bool tensor that broadcasts to (B, T, T), True means keep; None keeps everything. All heads use the same
            mask. A query that may look at nothing gets zeros, and no gradient is NaN.
        Returns: float tensor (B, T, d_model).
        """
        ### BEGIN SOLUTION
        B, T, D = x.shape
        q, k, v = (layer(x).view(B, T, self.heads, -1).transpose(1, 2) for layer in (self.wq, self.wk, self.wv))
        scores = q @ k.mT / q.shape[-1] ** 0.5  # (B, heads, T, T)
        if mask is not None:
            kept = mask.unsqueeze(-3)  # (..., 1, T, T): one for all heads
            scores = scores.masked_fill(~kept, -1e30)  # -inf would make NaN gradients in rows without a key
            w = scores.softmax(-1) * kept
        else:
            w = scores.softmax(-1)  # (B, heads, T, T)
        out = self.dropout(w) @ v  # (B, heads, T, d)
        return self.wo(out.transpose(1, 2).reshape(B, T, D))  # (B, T, D)
        ### END SOLUTION


def additive_attention(q, k, v, Wq, Wk, u):
    """Additive attention: the score of query i and key j is uᵀ tanh(Wqᵀ qᵢ + Wkᵀ kⱼ).

    加性注意力：先把 q 和 k 各自投影到同一空间，相加后过 tanh，再与向量 u 做内积得到分数。

    There is no scale, and no mask.

    q: float (..., Tq, dq), queries.
    k: float (..., Tk, dk), keys; dq and dk may differ.
    v: float (..., Tk, dv), values.
    Wq: float (dq, H); Wk: float (dk, H); u: float (H,).
    Returns: (out, w); out: float (..., Tq, dv); w: float (..., Tq, Tk).
    Source: Lee 4.2, "Self-attention" (the additive score); Bahdanau et al. 2015; d2l 11.3 (zh 10.3).
    """
    ### BEGIN SOLUTION
    hidden = np.tanh((q @ Wq)[..., :, None, :] + (k @ Wk)[..., None, :, :])  # (..., Tq, Tk, H)
    w = masked_softmax(hidden @ u)  # (..., Tq, Tk)
    return w @ v, w  # (..., Tq, dv), (..., Tq, Tk)
    ### END SOLUTION


def sinusoidal_pe(T, d):
    """Sinusoidal positional encoding: sines in the even columns, cosines in the odd ones.

    正弦位置编码：偶数列是 sin，奇数列是 cos，位置从 0 开始。

    Convention: pe[t, 2i] = sin(t / 10000^(2i/d)) and pe[t, 2i+1] = cos(t / 10000^(2i/d)): a sine and the cosine
    beside it share one frequency. Positions count from 0. Where d is odd, the last column is a sine without its cosine.

    T: int, 1 or more, number of positions.
    d: int, 1 or more, number of features.
    Returns: float (T, d).
    Source: Lee 4.2 (positional encoding); Vaswani et al. 2017, 3.5.
    """
    ### BEGIN SOLUTION
    j = np.arange(d)
    angle = np.arange(T)[:, None] / 10000.0 ** ((j - j % 2) / d)  # (T, d)
    return np.where(j % 2 == 0, np.sin(angle), np.cos(angle))
    ### END SOLUTION


def local_mask(T, r):
    """Which position may look at which when nobody sees further than r places.

    局部掩码：每个位置只能看到距离不超过 r 的位置，即卷积的感受野。

    T: int, 1 or more.
    r: int, 0 or more, the reach to either side; the window has 2r + 1 places, fewer at the ends.
    Returns: bool (T, T); True means keep.
    Source: Lee 4.3, "Self-attention v.s. CNN".
    """
    ### BEGIN SOLUTION
    t = np.arange(T)
    return np.abs(t[:, None] - t) <= r  # (T, T)
    ### END SOLUTION


def conv1d_as_attention(x, kernel):
    """A 1-D convolution as 2r + 1 heads, each of which looks at one fixed place.

    把一维卷积写成 2r + 1 个头：每个头的注意力是独热的，固定看某个相对位置。

    Convention: as in deep learning the kernel is not flipped, and the ends are padded with zeros:
    out[t] = Σ over o from −r to r of x[t + o] @ kernel[o + r], without the terms that lie outside. A head is a matrix
    of weights (T, T): its row t has a single 1 at t + o, or none where that lies outside.

    x: float (T, D).
    kernel: float (2r + 1, D, M), one matrix of values for each head.
    Returns: (out, w); out: float (T, M); w: float (2r + 1, T, T), the heads' weights from o = −r to r.
    Source: Lee 4.3, "Self-attention v.s. CNN"; Cordonnier et al. 2020.
    """
    ### BEGIN SOLUTION
    r, T = len(kernel) // 2, len(x)
    w = np.stack([np.eye(T, k=o) for o in range(-r, r + 1)])  # (2r + 1, T, T)
    return (w @ x @ kernel).sum(axis=0), w  # (T, M), (2r + 1, T, T)
    ### END SOLUTION


def positional_blindness(x, perm, attend):
    """Whether `attend` is blind to positions: reordering its input only reorders its output in the same way.

    判断 attend 是否“看不见位置”：打乱输入的顺序，输出是否只是以同样的方式被打乱。

    x: float (T, D).
    perm: int (T,), an order of the positions 0 to T − 1.
    attend: function from float (T, D) to float (T, M), row t being the output at position t.
    Returns: bool, for this x and this perm. Differences up to rounding (1e-6 of the output's size) do not count.
    Source: Lee 4.2 (positional encoding): "every position is the same distance away".
    """
    ### BEGIN SOLUTION
    moved, out = attend(x[perm]), attend(x)[perm]
    return bool(np.abs(moved - out).max() <= 1e-6 * np.abs(out).max())
    ### END SOLUTION


### BEGIN SOLUTION
class _Recall(nn.Module):
    """One attention layer from a query to the pairs."""

    def __init__(self, symbols, answers):
        super().__init__()
        self.query, self.key = nn.Embedding(symbols, 32), nn.Embedding(symbols, 32)
        self.value, self.read = nn.Embedding(answers, 32), nn.Linear(32, answers)

    def forward(self, pairs, query):
        q, k, v = self.query(query)[:, None], self.key(pairs[..., 0]), self.value(pairs[..., 1])  # T is 1 for q
        out = nn.functional.scaled_dot_product_attention(q, k, v)  # (N, 1, d)
        return self.read(out.squeeze(1))  # (N, answers)


### END SOLUTION


def train_recall(pairs, query, answer, seed):
    """A model that looks up in a small dictionary, trained on examples.

    训练一个会“查字典”的模型：给出 8 个键值对和一个查询，回答对应的值。

    Each example shows T = 8 pairs of symbols (key, value), no key twice, and asks for one of them. The query is not the
    key itself but its name in another language, and so is the answer: both translations are fixed, unknown, and the
    same for all examples.

    pairs: int64 tensor (N, T, 2), key symbols 0 to 15 and value symbols 0 to 9.
    query: int64 tensor (N,), 0 to 15.
    answer: int64 tensor (N,), 0 to 9.
    seed: int, for whatever you draw at random.
    Returns: model, an nn.Module or a function; model(pairs, query) gives logits, float tensor (N, 10), each example
        on its own. Graders ask it about new examples, one by one too. Training takes at most 10 seconds.
    Source: Lee 4.2; Graves et al. 2014 (associative recall).
    """
    ### BEGIN SOLUTION
    draw, model = torch.Generator(pairs.device).manual_seed(seed), _Recall(16, 10)
    for parameter in model.parameters():
        parameter.data.normal_(generator=draw)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(pairs, query), answer).backward()
        optimizer.step()
    return model
    ### END SOLUTION
