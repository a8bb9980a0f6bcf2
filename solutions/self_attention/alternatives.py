"""Right answers written another way; none of them may lose a point."""

from collections import namedtuple

import numpy as np
import torch
from torch import nn

from autograder.bank import alternative

from . import solution as right

# ------------------------------------------------------------------------------------------------- masked_softmax


@alternative("masked_softmax")
def masked_softmax_of_what_is_kept(s, mask=None, axis=-1):
    keep = np.ones(s.shape, bool) if mask is None else np.broadcast_to(mask, s.shape)
    s, keep = np.moveaxis(s, axis, -1), np.moveaxis(keep, axis, -1)
    w = np.zeros(s.shape)
    for i in np.ndindex(s.shape[:-1]):
        kept = s[i][keep[i]]
        if kept.size:
            e = np.exp(kept - kept.max())
            w[i][keep[i]] = e / e.sum()
    return np.moveaxis(w, -1, axis)


@alternative("masked_softmax")
def masked_softmax_with_maximum_where(s, mask=None, axis=-1):
    keep = np.broadcast_to(True if mask is None else mask, s.shape)
    top = np.max(s, axis=axis, keepdims=True, initial=-1e300, where=keep)
    e = np.exp(np.where(keep, s - top, 0.0)) * keep
    return e / np.maximum(e.sum(axis=axis, keepdims=True), 1e-300)


@alternative("masked_softmax")
def masked_softmax_in_torch(s, mask=None, axis=-1):
    scores = torch.from_numpy(np.array(s))
    if mask is not None:
        scores = scores.masked_fill(~torch.from_numpy(np.array(mask)), -torch.inf)
    return torch.nan_to_num(torch.softmax(scores, axis)).numpy()


@alternative("masked_softmax")
def masked_softmax_by_logsumexp(s, mask=None, axis=-1):
    s = np.where(True if mask is None else mask, s, -np.inf)
    log_total = np.logaddexp.reduce(s, axis=axis, keepdims=True)
    return np.exp(s - np.where(np.isinf(log_total), 0.0, log_total))


# ------------------------------------------------------------------------------------------------------ attention


@alternative("attention")
def attention_that_scales_q_first(q, k, v, mask=None):
    scores = np.einsum("...id,...jd->...ij", q / q.shape[-1] ** 0.5, k)
    if mask is not None:
        scores = np.where(mask, scores, -1e9)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    w = e / e.sum(-1, keepdims=True)
    return np.einsum("...ij,...jd->...id", w, v), w


@alternative("attention")
def attention_by_loops(q, k, v, mask=None):
    lead, Tq, Tk = q.shape[:-2], q.shape[-2], k.shape[-2]
    keep = np.broadcast_to(True if mask is None else mask, (*lead, Tq, Tk))
    out, w = np.zeros((*lead, Tq, v.shape[-1])), np.zeros((*lead, Tq, Tk))
    for n in np.ndindex(*lead):
        for i in range(Tq):
            seen = [j for j in range(Tk) if keep[(*n, i, j)]]
            scores = np.array([q[n][i].dot(k[n][j]) for j in seen]) * q.shape[-1] ** -0.5
            e = np.exp(scores - max(scores))
            w[n][i, seen] = e / sum(e)
            out[n][i] = sum(w[n][i, j] * v[n][j] for j in seen)
    return namedtuple("Attention", "out weights")(out, w)


@alternative("attention")
def attention_of_torch(q, k, v, mask=None):
    q, k, v = (torch.from_numpy(np.ascontiguousarray(x)) for x in (q, k, v))
    keep = None if mask is None else torch.from_numpy(np.array(mask))
    out = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=keep)
    w = nn.functional.scaled_dot_product_attention(
        q, k, torch.eye(k.shape[-2], dtype=k.dtype).expand(*k.shape[:-1], -1), keep
    )
    return out.numpy(), w.numpy()


@alternative("attention")
def attention_masked_after_exp(q, k, v, mask=None):
    scores = np.matmul(q, np.moveaxis(k, -1, -2)) / np.sqrt(k.shape[-1])
    keep = np.ones_like(scores) if mask is None else np.broadcast_to(mask, scores.shape)
    e = np.exp(scores - np.where(keep, scores, -np.inf).max(-1, keepdims=True).clip(-1e300)) * keep
    return [(e @ v) / e.sum(-1, keepdims=True), e / e.sum(-1, keepdims=True)]


# --------------------------------------------------------------------------------------------- attention_backward


@alternative("attention_backward")
def attention_backward_by_einsum(dout, q, k, v, w):
    ds = np.einsum("...id,...jd->...ij", dout, v)
    ds = w * ds - w * np.einsum("...ij,...ij->...i", w, ds)[..., None]
    ds = ds * q.shape[-1] ** -0.5
    dq, dk = np.einsum("...ij,...jd->...id", ds, k), np.einsum("...ij,...id->...jd", ds, q)
    return [dq, dk, np.einsum("...ij,...id->...jd", w, dout)]


@alternative("attention_backward")
def attention_backward_by_the_full_jacobian(dout, q, k, v, w):
    dw = dout @ np.swapaxes(v, -1, -2)
    jacobian = w[..., :, None] * np.eye(w.shape[-1]) - w[..., :, None] * w[..., None, :]  # (..., Tq, Tk, Tk)
    ds = (jacobian @ dw[..., None])[..., 0]
    dq = ds @ (k / np.sqrt(k.shape[-1]))
    dk = np.swapaxes(ds, -1, -2) @ (q / np.sqrt(k.shape[-1]))
    return dq, dk, np.swapaxes(w, -1, -2) @ dout


@alternative("attention_backward")
def attention_backward_in_float32(dout, q, k, v, w):
    dout, q, k, v, w = (value.astype(np.float32) for value in (dout, q, k, v, w))
    dw = dout @ v.swapaxes(-1, -2)
    ds = w * (dw - (w * dw).sum(-1, keepdims=True)) / q.shape[-1] ** 0.5
    return ds @ k, ds.swapaxes(-1, -2) @ q, w.swapaxes(-1, -2) @ dout


@alternative("attention_backward")
def attention_backward_from_the_output(dout, q, k, v, w):
    """As FlashAttention does it: the row sum of dw · w is that of dout · out."""
    out = w @ v
    delta = (dout * out).sum(-1, keepdims=True)
    ds = w * (dout @ np.swapaxes(v, -1, -2) - delta) / q.shape[-1] ** 0.5
    return ds @ k, np.asfortranarray(np.swapaxes(ds, -1, -2) @ q), np.swapaxes(w, -1, -2) @ dout


@alternative("attention_backward")
def attention_backward_by_autograd(dout, q, k, v, w):
    q, k, v = (torch.from_numpy(np.array(x)).requires_grad_() for x in (q, k, v))
    keep = torch.from_numpy(np.array(w)) > 0
    scores = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~keep, -torch.inf)
    (scores.softmax(-1) @ v).backward(torch.from_numpy(np.array(dout)))
    return q.grad.numpy(), k.grad.numpy(), v.grad.numpy()


# ---------------------------------------------------------------------------------------------------------- masks


@alternative("masks", replaces="causal_mask")
def causal_mask_of_whole_numbers(T):
    return np.tril(np.ones((T, T), dtype=int))


@alternative("masks", replaces="causal_mask")
def causal_mask_by_lists(T):
    return [[j <= i for j in range(T)] for i in range(T)]


@alternative("masks", replaces="causal_mask")
def causal_mask_not_above(T):
    return ~np.triu(np.ones((T, T), dtype=bool), k=1)


@alternative("masks", replaces="padding_mask")
def padding_mask_by_loops(lengths, T):
    mask = np.zeros((len(lengths), 1, T), dtype=np.uint8)
    for b, length in enumerate(lengths):
        mask[b, 0, : int(length)] = 1
    return mask


@alternative("masks", replaces="padding_mask")
def padding_mask_of_positions(lengths, T):
    positions = np.tile(np.arange(1, T + 1), (len(lengths), 1))
    return (positions <= np.reshape(lengths, (-1, 1)))[:, np.newaxis]


@alternative("masks", replaces="combine_masks")
def combine_masks_by_product(*masks):
    given = [mask for mask in masks if mask is not None]
    if not given:
        return None
    product = np.ones((), dtype=int)
    for mask in given:
        product = product * mask
    return product


@alternative("masks", replaces="combine_masks")
def combine_masks_by_reduce(*masks):
    given = [mask for mask in masks if mask is not None]
    return np.logical_and.reduce(np.broadcast_arrays(*given)) if given else None


# ---------------------------------------------------------------------------------------------------------- heads


@alternative("heads", replaces="split_heads")
def split_heads_by_slices(x, heads):
    if x.shape[-1] % heads != 0:
        raise ValueError("D must be a multiple of heads")
    return np.stack(np.split(x, heads, axis=-1), axis=1)


@alternative("heads", replaces="split_heads")
def split_heads_by_einsum(x, heads):
    return np.einsum("bthd->bhtd", x.reshape(*x.shape[:2], heads, -1))


@alternative("heads", replaces="merge_heads")
def merge_heads_by_concatenation(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


@alternative("heads", replaces="merge_heads")
def merge_heads_by_loops(x):
    B, heads, T, d = x.shape
    out = np.empty((B, T, heads * d))
    for h in range(heads):
        out[:, :, h * d : (h + 1) * d] = x[:, h]
    return out


# ----------------------------------------------------------------------------------------------------- multi_head


class _Weights(nn.Module):
    """The four layers under the names that are asked for."""

    def __init__(self, d_model, heads, dropout=0.0):
        super().__init__()
        for name in ("wo", "wv", "wk", "wq"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
        self.h, self.p = heads, dropout


@alternative("multi_head", replaces="MultiHeadSelfAttention")
class MultiHeadWithFusedWeights(_Weights):
    def forward(self, x, mask=None):
        B, T, D = x.shape
        fused = torch.cat([self.wq.weight, self.wk.weight, self.wv.weight])
        q, k, v = nn.functional.linear(x, fused).view(B, T, 3, self.h, D // self.h).permute(2, 0, 3, 1, 4)
        keep = None if mask is None else mask.expand(B, T, T)[:, None]
        out = nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=keep, dropout_p=self.p if self.training else 0.0
        )
        return self.wo(out.transpose(1, 2).flatten(2))


@alternative("multi_head", replaces="MultiHeadSelfAttention")
class MultiHeadByLoop(_Weights):
    def forward(self, x, mask=None):
        d, outs = x.shape[-1] // self.h, []
        for h in range(self.h):
            part = slice(h * d, (h + 1) * d)
            q, k, v = (nn.functional.linear(x, layer.weight[part]) for layer in (self.wq, self.wk, self.wv))
            scores = q @ k.mT * d**-0.5
            w = torch.softmax(scores if mask is None else scores.masked_fill(~mask, -torch.inf), dim=-1).nan_to_num()
            outs.append(nn.functional.dropout(w, self.p, self.training) @ v)
        return self.wo(torch.cat(outs, dim=-1))


@alternative("multi_head", replaces="MultiHeadSelfAttention")
class MultiHeadByEinsum(_Weights):
    def forward(self, x, mask=None):
        q, k, v = (layer(x).unflatten(-1, (self.h, -1)) for layer in (self.wq, self.wk, self.wv))  # (B, T, heads, d)
        scores = torch.einsum("bihd,bjhd->bhij", q / q.shape[-1] ** 0.5, k)
        e = torch.exp(scores - scores.amax(-1, keepdim=True).detach())
        e = e if mask is None else e * mask.unsqueeze(-3)
        w = nn.functional.dropout(e / e.sum(-1, keepdim=True).clamp_min(1e-30), self.p, self.training)
        return nn.functional.linear(torch.einsum("bhij,bjhd->bihd", w, v).flatten(-2), self.wo.weight)


@alternative("multi_head", replaces="MultiHeadSelfAttention")
class MultiHeadOfTorch(_Weights):
    """torch.nn.MultiheadAttention in our signature."""

    def forward(self, x, mask=None):
        B, T, D = x.shape
        keep = torch.ones(1, T, T, dtype=torch.bool) if mask is None else mask
        keep = keep.expand(B, T, T)
        nothing = ~keep.any(-1, keepdim=True)  # torch gives NaN for such a row
        theirs = nn.MultiheadAttention(D, self.h, dropout=self.p, bias=False, batch_first=True)
        theirs.train(self.training)
        weights = {
            "in_proj_weight": torch.cat([self.wq.weight, self.wk.weight, self.wv.weight]),
            "out_proj.weight": self.wo.weight,
        }
        blocked = (~(keep | nothing)).repeat_interleave(self.h, dim=0)  # (B · heads, T, T)
        options = {"attn_mask": blocked, "need_weights": False}
        out, _ = torch.func.functional_call(theirs, weights, (x, x, x), options)
        return out.masked_fill(nothing, 0.0)


# --------------------------------------------------------------------------------------------- additive_attention


@alternative("additive_attention")
def additive_attention_by_concatenation(q, k, v, Wq, Wk, u):
    lead, Tq, Tk = q.shape[:-2], q.shape[-2], k.shape[-2]
    both = np.concatenate(
        [
            np.broadcast_to(q[..., :, None, :], (*lead, Tq, Tk, q.shape[-1])),
            np.broadcast_to(k[..., None, :, :], (*lead, Tq, Tk, k.shape[-1])),
        ],
        axis=-1,
    )
    scores = np.tanh(both @ np.concatenate([Wq, Wk])) @ u
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    w = e / e.sum(axis=-1, keepdims=True)
    return w @ v, w


@alternative("additive_attention")
def additive_attention_by_loops(q, k, v, Wq, Wk, u):
    scores = np.empty((*q.shape[:-1], k.shape[-2]))
    for n in np.ndindex(q.shape[:-2]):
        for i in range(q.shape[-2]):
            for j in range(k.shape[-2]):
                scores[(*n, i, j)] = np.dot(u, np.tanh(Wq.T @ q[n][i] + Wk.T @ k[n][j]))
    w = np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))
    return np.einsum("...ij,...jd->...id", w, v), w


@alternative("additive_attention")
def additive_attention_in_torch(q, k, v, Wq, Wk, u):
    q, k, v, Wq, Wk, u = (torch.from_numpy(np.array(x)) for x in (q, k, v, Wq, Wk, u))
    w = torch.softmax(torch.tanh((q @ Wq).unsqueeze(-2) + (k @ Wk).unsqueeze(-3)) @ u, dim=-1)
    return [(w @ v).numpy(), w.numpy()]


# -------------------------------------------------------------------------------------------------- sinusoidal_pe


@alternative("sinusoidal_pe")
def sinusoidal_pe_by_columns(T, d):
    pe, t = np.zeros((T, d)), np.arange(T)[:, None]
    rate = np.exp(np.arange(0, d, 2) * (-np.log(10000.0) / d))
    pe[:, 0::2], pe[:, 1::2] = np.sin(t * rate), np.cos(t * rate)[:, : d // 2]
    return pe


@alternative("sinusoidal_pe")
def sinusoidal_pe_by_loops(T, d):
    rows = []
    for t in range(T):
        angles = [t / 10000 ** (2 * (j // 2) / d) for j in range(d)]
        rows.append([np.cos(a) if j % 2 else np.sin(a) for j, a in enumerate(angles)])
    return np.array(rows)


@alternative("sinusoidal_pe")
def sinusoidal_pe_by_complex_numbers(T, d):
    rates = 10000.0 ** (-np.arange(0, d, 2) / d)
    z = np.exp(1j * np.outer(np.arange(T), rates))
    return np.stack([z.imag, z.real], axis=-1).reshape(T, -1)[:, :d]


@alternative("sinusoidal_pe")
def sinusoidal_pe_with_shifted_phase(T, d):
    j = np.arange(d)
    return np.sin(np.arange(T)[:, None] * 10000.0 ** (-(j // 2 * 2) / d) + j % 2 * np.pi / 2)


# ---------------------------------------------------------------------------------------------------- convolution


@alternative("convolution", replaces="local_mask")
def local_mask_by_triangles(T, r):
    ones = np.ones((T, T), dtype=int)
    return np.tril(ones, k=r) * np.triu(ones, k=-r)


@alternative("convolution", replaces="local_mask")
def local_mask_by_diagonals(T, r):
    return sum(np.eye(T, k=o, dtype=bool) for o in range(-r, r + 1)) > 0


@alternative("convolution", replaces="conv1d_as_attention")
def conv1d_as_attention_by_loops(x, kernel):
    T, r = len(x), len(kernel) // 2
    out, w = np.zeros((T, kernel.shape[-1])), np.zeros((len(kernel), T, T))
    for t in range(T):
        for o in range(-r, r + 1):
            if 0 <= t + o < T:
                w[o + r, t, t + o] = 1
                out[t] += x[t + o] @ kernel[o + r]
    return out, w


@alternative("convolution", replaces="conv1d_as_attention")
def conv1d_as_attention_by_padding(x, kernel):
    T, r = len(x), len(kernel) // 2
    padded = np.concatenate([np.zeros((r, x.shape[1])), x, np.zeros((r, x.shape[1]))])
    out = np.einsum("otd,odm->tm", np.stack([padded[o : o + T] for o in range(2 * r + 1)]), kernel)
    t = np.arange(T)
    return out, (t[None, None, :] - t[None, :, None] == np.arange(-r, r + 1)[:, None, None]) * 1.0


@alternative("convolution", replaces="conv1d_as_attention")
def conv1d_as_attention_in_torch(x, kernel):
    r = len(kernel) // 2
    weights = torch.from_numpy(np.array(kernel)).permute(2, 1, 0)  # (M, D, 2r + 1)
    out = nn.functional.conv1d(torch.from_numpy(np.array(x)).T[None], weights, padding=r)[0].T
    return out.numpy(), right.conv1d_as_attention(x, kernel)[1]


# ------------------------------------------------------------------------------------------- positional_blindness


@alternative("positional_blindness")
def positional_blindness_by_inverse(x, perm, attend):
    return np.allclose(attend(x[perm])[np.argsort(perm)], attend(x))


@alternative("positional_blindness")
def positional_blindness_by_placing(x, perm, attend):
    back = attend(np.take(x, perm, axis=0))
    placed = np.empty_like(back)
    placed[perm] = back
    return np.linalg.norm(placed - attend(x)) < 1e-6 * np.linalg.norm(back)


@alternative("positional_blindness")
def positional_blindness_row_by_row(x, perm, attend):
    out, moved = attend(x), attend(x[perm])
    return all(np.allclose(moved[i], out[j], rtol=1e-5) for i, j in enumerate(perm))


# --------------------------------------------------------------------------------------------------- train_recall


@alternative("train_recall")
def train_recall_with_projections(pairs, query, answer, seed):
    """One-hot symbols, bare matrices, small batches, a loss over probabilities."""
    draw = torch.Generator().manual_seed(seed)
    Wqk = (torch.randn(16, 16, generator=draw) / 4).requires_grad_()
    Wv = (torch.randn(10, 10, generator=draw) / 4).requires_grad_()

    def model(pairs, query):
        scores = (Wqk[query].unsqueeze(1) * nn.functional.one_hot(pairs[..., 0], 16)).sum(-1)  # (N, T)
        return (scores.softmax(-1).unsqueeze(-1) * Wv[pairs[..., 1]]).sum(-2)  # (N, 10)

    optimizer = torch.optim.RMSprop([Wqk, Wv], lr=0.1)
    for step in range(100):
        part = slice(256 * (step % 2), 256 * (step % 2 + 1))
        optimizer.zero_grad()
        p = model(pairs[part], query[part]).softmax(-1)
        (-p[torch.arange(len(p)), answer[part]].clamp_min(1e-9).log().mean()).backward()
        optimizer.step()
    return model


@alternative("train_recall")
def train_recall_by_counting(pairs, query, answer, seed):
    """No gradient at all: which key goes with which query, and which value with which answer."""
    pairs, query, answer = (given.cpu().numpy() for given in (pairs, query, answer))
    names = np.zeros((16, 16))
    for shown, asked in zip(pairs, query, strict=True):
        names[asked, shown[:, 0]] += 1
    key_of = names.argmax(axis=1)  # the key that is shown whenever the query is asked
    words = np.zeros((10, 10))
    for shown, asked, said in zip(pairs, query, answer, strict=True):
        words[shown[shown[:, 0] == key_of[asked], 1], said] += 1

    def model(pairs, query):
        shown = pairs.cpu().numpy()
        w = (shown[..., 0] == key_of[query.cpu().numpy()][:, None]) / 1.0  # attention that is one-hot
        return np.einsum("nt,ntc->nc", w, words[shown[..., 1]])

    return model
