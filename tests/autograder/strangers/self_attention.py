"""Self-attention by strangers."""

import numpy as np
import torch
from support_strangers import right, solution_of, wrong
from torch import nn

S = solution_of("self_attention")


@right
def masked_softmax__kept_entries_only(s, mask=None, axis=-1):
    kept = np.ones(s.shape, bool) if mask is None else np.broadcast_to(mask, s.shape)
    rows, keeps = np.moveaxis(s, axis, -1), np.moveaxis(kept, axis, -1)
    out = np.zeros(rows.shape)
    for i in np.ndindex(rows.shape[:-1]):
        if keeps[i].any():
            chosen = rows[i][keeps[i]]
            e = np.exp(chosen - chosen.max())
            out[i][keeps[i]] = e / e.sum()
    return np.moveaxis(out, -1, axis)


@right
def attention__scaled_keys_and_large_negative(q, k, v, mask=None):
    scores = np.einsum("...id,...jd->...ij", q, k / q.shape[-1] ** 0.5)
    if mask is not None:
        scores = scores + np.where(mask, 0.0, -1e12)
    scores = scores - scores.max(axis=-1, keepdims=True)
    w = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    return np.einsum("...ij,...jd->...id", w, v), w


@right
def attention_backward__einsum(dout, q, k, v, w):
    dw = np.einsum("...id,...jd->...ij", dout, v)
    ds = w * dw - w * np.einsum("...ij,...ij->...i", w, dw)[..., None]
    ds /= np.sqrt(k.shape[-1])
    return (
        np.einsum("...ij,...jd->...id", ds, k),
        np.einsum("...ij,...id->...jd", ds, q),
        np.einsum("...ij,...id->...jd", w, dout),
    )


@right
def causal_mask__tri(T):
    return np.tri(T, dtype=bool)


@right
def combine_masks__reduced(*masks):
    import functools

    given = [mask for mask in masks if mask is not None]
    return functools.reduce(np.logical_and, given) if given else None


@right
def split_heads__stacked_slices(x, heads):
    if x.shape[-1] % heads:
        raise ValueError("heads")
    return np.stack(np.split(x, heads, axis=-1), axis=1)


@right
def merge_heads__concatenated(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


@right
class MultiHeadSelfAttention__head_by_head(nn.Module):
    def __init__(self, d_model, heads, dropout=0.0):
        super().__init__()
        self.wo = nn.Linear(d_model, d_model, bias=False)
        self.wv = nn.Linear(d_model, d_model, bias=False)
        self.wk = nn.Linear(d_model, d_model, bias=False)
        self.wq = nn.Linear(d_model, d_model, bias=False)
        self.width, self.p = d_model // heads, dropout

    def forward(self, x, mask=None):
        outs = []
        for q, k, v in zip(*(layer(x).split(self.width, -1) for layer in (self.wq, self.wk, self.wv)), strict=True):
            scores = torch.einsum("bid,bjd->bij", q, k) * self.width**-0.5
            if mask is not None:
                keep = mask.expand_as(scores)
                scores = torch.where(keep, scores, torch.full_like(scores, -1e9))
            w = torch.softmax(scores, dim=-1)
            if mask is not None:
                w = torch.where(keep, w, torch.zeros_like(w))
            outs.append(nn.functional.dropout(w, self.p, self.training) @ v)
        return self.wo(torch.cat(outs, dim=-1))


@right
def sinusoidal_pe__column_by_column(T, d):
    pe = np.empty((T, d))
    for j in range(d):
        rate = np.exp(-np.log(10000) * (j // 2 * 2) / d)
        pe[:, j] = np.sin(np.arange(T) * rate + (np.pi / 2 if j % 2 else 0))
    return pe


@right
def conv1d_as_attention__padded_copy(x, kernel):
    T, r = len(x), len(kernel) // 2
    w, out = np.zeros((2 * r + 1, T, T)), np.zeros((T, kernel.shape[2]))
    for t in range(T):
        for o in range(max(-r, -t), min(r, T - 1 - t) + 1):
            w[o + r, t, t + o] = 1
            out[t] += x[t + o] @ kernel[o + r]
    return out, w


@wrong()
def masked_softmax__temperature_two(s, mask=None, axis=-1):
    return S.masked_softmax(s / 2, mask, axis)


@wrong()
def masked_softmax__squares(s, mask=None, axis=-1):
    w = S.masked_softmax(s, mask, axis) ** 2
    return w / np.maximum(w.sum(axis=axis, keepdims=True), 1e-300)


@wrong()
def masked_softmax__hard_maximum(s, mask=None, axis=-1):
    w = S.masked_softmax(s, mask, axis)
    return (w == w.max(axis=axis, keepdims=True)) * (w > 0) * 1.0


@wrong()
def masked_softmax__reversed_along_axis(s, mask=None, axis=-1):
    return np.flip(S.masked_softmax(s, mask, axis), axis)


@wrong()
def attention__softmax_of_scaled_values(q, k, v, mask=None):
    out, w = S.attention(q, k, v, mask)
    return out / np.sqrt(v.shape[-1]), w


@wrong()
def attention__keys_as_values_mixed(q, k, v, mask=None):
    _out, w = S.attention(q, k, v, mask)
    return w @ (v - v.mean(axis=-2, keepdims=True)), w


@wrong()
def attention__residual_of_the_mean(q, k, v, mask=None):
    out, w = S.attention(q, k, v, mask)
    return out + v.mean(axis=-2, keepdims=True), w


@wrong()
def attention__cosine_scores(q, k, v, mask=None):
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    k = k / np.linalg.norm(k, axis=-1, keepdims=True)
    return S.attention(q * q.shape[-1] ** 0.5, k, v, mask)


@wrong()
def attention__distances(q, k, v, mask=None):
    scores = -((q[..., :, None, :] - k[..., None, :, :]) ** 2).sum(-1)
    w = S.masked_softmax(scores, mask)
    return w @ v, w


@wrong()
def attention_backward__dv_times_scale(dout, q, k, v, w):
    dq, dk, dv = S.attention_backward(dout, q, k, v, w)
    return dq, dk, dv / np.sqrt(q.shape[-1])


@wrong()
def attention_backward__weights_squared(dout, q, k, v, w):
    return S.attention_backward(dout, q, k, v, w**2)


@wrong()
def attention_backward__dk_from_keys(dout, q, k, v, w):
    dq, dk, dv = S.attention_backward(dout, q, k, v, w)
    return dq, dk + k, dv


@wrong()
def causal_mask__every_second(T):
    t = np.arange(T)
    return (t[:, None] >= t) & ((t[:, None] - t) % 2 == 0)


@wrong()
def causal_mask__first_column_always_hidden(T):
    mask = np.tri(T, dtype=bool)
    mask[1:, 0] = False
    return mask


@wrong()
def padding_mask__one_too_short(lengths, T):
    return np.arange(T) < (lengths - 1)[:, None, None]


@wrong()
def combine_masks__exclusive_or(*masks):
    given = [m for m in masks if m is not None]
    if not given:
        return None
    out = given[0]
    for m in given[1:]:
        out = out ^ m
    return out


@wrong()
def split_heads__last_head_first(x, heads):
    return S.split_heads(x, heads)[:, ::-1]


@wrong()
def merge_heads__time_reversed(x):
    return S.merge_heads(x)[:, ::-1]


@wrong()
class MultiHeadSelfAttention__relu_on_values(S.MultiHeadSelfAttention):
    def forward(self, x, mask=None):
        return super().forward(x, mask).relu()


@wrong()
class MultiHeadSelfAttention__input_normalised(S.MultiHeadSelfAttention):
    def forward(self, x, mask=None):
        return super().forward(nn.functional.layer_norm(x, x.shape[-1:]), mask)


@wrong()
class MultiHeadSelfAttention__mask_transposed(S.MultiHeadSelfAttention):
    def forward(self, x, mask=None):
        return super().forward(x, None if mask is None else mask.mT)


@wrong()
class MultiHeadSelfAttention__keys_doubled(S.MultiHeadSelfAttention):
    def forward(self, x, mask=None):
        B, T, D = x.shape
        q, k, v = (f(x).view(B, T, self.heads, -1).transpose(1, 2) for f in (self.wq, self.wk, self.wv))
        s = q @ (2 * k).mT / q.shape[-1] ** 0.5
        if mask is not None:
            s = s.masked_fill(~mask.unsqueeze(-3), -1e30)
        w = s.softmax(-1)
        w = w if mask is None else w * mask.unsqueeze(-3)
        return self.wo((w @ v).transpose(1, 2).reshape(B, T, D))


@wrong()
def additive_attention__product_before_tanh(q, k, v, Wq, Wk, u):
    hidden = np.tanh(q @ Wq)[..., :, None, :] * np.tanh(k @ Wk)[..., None, :, :]
    w = S.masked_softmax(hidden @ u)
    return w @ v, w


@wrong()
def additive_attention__difference(q, k, v, Wq, Wk, u):
    return S.additive_attention(q, -k, v, Wq, Wk, u)


@wrong()
def additive_attention__tanh_on_each(q, k, v, Wq, Wk, u):
    hidden = np.tanh(q @ Wq)[..., :, None, :] + np.tanh(k @ Wk)[..., None, :, :]
    w = S.masked_softmax(hidden @ u)
    return w @ v, w


@wrong()
def sinusoidal_pe__angles_modulo_one(T, d):
    j = np.arange(d)
    angle = np.arange(T)[:, None] % 5 / 10000.0 ** ((j - j % 2) / d)
    return np.where(j % 2 == 0, np.sin(angle), np.cos(angle))


@wrong()
def sinusoidal_pe__scaled_by_root_of_width(T, d):
    return S.sinusoidal_pe(T, d) / np.sqrt(d)


@wrong()
def local_mask__squares_of_blocks(T, r):
    t = np.arange(T) // (r + 1)
    return t[:, None] == t


@wrong()
def conv1d_as_attention__kernel_mean(x, kernel):
    out, w = S.conv1d_as_attention(x, np.broadcast_to(kernel.mean(axis=0), kernel.shape))
    return out, w


@wrong("positional_blindness_of_sorted_rows")
def positional_blindness__of_sums(x, perm, attend):
    return bool(np.allclose(attend(x[perm]).sum(), attend(x).sum()))


@right
def conv1d_as_attention__ones_and_zeros_as_whole_numbers(x, kernel):
    r = len(kernel) // 2
    w = np.array([np.eye(len(x), k=o, dtype=int) for o in range(-r, r + 1)])
    return np.einsum("hij,jd,hdm->im", w, x, kernel), w


@wrong()
def attention__masked_places_set_to_minus_100(q, k, v, mask=None):
    scores = q @ k.swapaxes(-1, -2)
    if mask is not None:
        scores = np.where(mask, scores, -100.0)
    scores = scores / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    w = e / e.sum(axis=-1, keepdims=True)
    return w @ v, w


@wrong()
def combine_masks__into_the_first_where_it_fits(*masks):
    whole = None
    for mask in masks:
        if whole is None:
            whole = mask
        elif mask is not None and np.broadcast_shapes(whole.shape, mask.shape) == whole.shape:
            whole &= mask
        elif mask is not None:
            whole = whole & mask
    return whole


class _Heads(nn.Module):
    def __init__(self, d_model, heads, dropout=0.0):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.wq, self.wk, self.wv, self.wo = (nn.Linear(d_model, d_model, bias=False) for _ in range(4))

    def weights(self, x, mask):
        q, k = (layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer in (self.wq, self.wk))
        scores = q @ k.mT / torch.sqrt(torch.tensor(q.shape[-1]))
        if mask is None:
            return scores.softmax(-1)
        seen = mask.expand(len(x), *scores.shape[2:])[:, None]
        return scores.masked_fill(~seen, -1e9).softmax(-1) * seen

    def out(self, x, w):
        v = self.wv(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return self.wo((w @ v).transpose(1, 2).flatten(2))


@right
class MultiHeadSelfAttention__root_of_a_tensor(_Heads):
    def forward(self, x, mask=None):
        return self.out(x, self.dropout(self.weights(x, mask)))


@wrong()
class MultiHeadSelfAttention__drops_the_output(_Heads):
    def forward(self, x, mask=None):
        return self.dropout(self.out(x, self.weights(x, mask)))
