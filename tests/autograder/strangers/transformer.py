"""The Transformer by strangers."""

import numpy as np
import torch
from support_strangers import right, solution_of, wrong
from torch import nn

S = solution_of("transformer")


@right
def layernorm_forward__row_by_row(x, gamma, beta, eps=1e-5):
    rows = np.reshape(x, (-1, x.shape[-1]))
    means = [row.sum() / row.size for row in rows]
    roots = [np.sqrt(np.vdot(row - m, row - m) / row.size + eps) for row, m in zip(rows, means, strict=True)]
    hats = np.array([(row - m) / s for row, m, s in zip(rows, means, roots, strict=True)])
    return (hats * gamma + beta).reshape(x.shape), {"hats": hats, "roots": np.array(roots), "gamma": gamma}


@right
def layernorm_backward__row_by_row(dout, cache):
    d = dout.reshape(cache["hats"].shape)
    dx = np.empty_like(d)
    for i, (hat, root) in enumerate(zip(cache["hats"], cache["roots"], strict=True)):
        D = len(hat)
        J = (np.eye(D) - 1 / D - np.outer(hat, hat) / D) / root
        dx[i] = J @ (d[i] * cache["gamma"])
    return dx.reshape(dout.shape), np.einsum("nd,nd->d", d, cache["hats"]), d.sum(0)


@right
def gelu__torch_functional(x, approximate=False):
    return nn.functional.gelu(x, approximate="tanh" if approximate else "none")


@right
class EncoderBlock__closures(nn.Module):
    def __init__(self, d, heads, hidden, norm_first=True, dropout=0.0):
        super().__init__()
        self.norm2, self.norm1 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.ff, self.attention = S.mlp(d, hidden), S.Attention(d, heads)
        self.p, self.pre = dropout, norm_first

    def half(self, x, norm, part):
        out = nn.functional.dropout(part(norm(x) if self.pre else x), self.p, self.training)
        return x.add(out) if self.pre else norm(x.add(out))

    def forward(self, x, mask=None):
        x = self.half(x, self.norm1, lambda y: self.attention(y, y, mask))
        return self.half(x, self.norm2, self.ff)


@right
class CrossAttention__functional(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        for name in ("wo", "wv", "wk", "wq"):
            setattr(self, name, nn.Linear(d, d, bias=False))
        self.heads = heads

    def forward(self, x, memory, keep=None):
        B, Tq, d = x.shape
        parts = [w(y).reshape(B, -1, self.heads, d // self.heads) for w, y in self.pairs(x, memory)]
        q, k, v = parts
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / (d / self.heads) ** 0.5
        real = torch.ones(B, memory.shape[1], dtype=torch.bool) if keep is None else keep
        e = torch.exp(scores - scores.amax(-1, keepdim=True).detach()) * real[:, None, None]
        w = e / e.sum(-1, keepdim=True).clamp_min(1e-30)
        return self.wo(torch.einsum("bhij,bjhd->bihd", w, v).reshape(B, Tq, d))

    def pairs(self, x, memory):
        return (self.wq, x), (self.wk, memory), (self.wv, memory)


@right
def lm_loss__torch_functional(logits, targets, ignore_index=-100):
    counts = (targets != ignore_index).sum()
    whole = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), None, None, ignore_index, None, "sum")
    return whole / counts if counts else whole * 0.0


@right
def greedy_decode__row_by_row(model, prompt, max_new, eos):
    was = model.training
    model.train(False)
    rows = []
    with torch.inference_mode():
        for row in prompt:
            ids, done = row.tolist(), False
            for _ in range(max_new):
                token = eos if done else int(model(torch.tensor([ids]))[0, -1].argmax())
                done = done or token == eos
                ids.append(token)
            rows.append(ids)
    model.train(was)
    return torch.tensor(rows, dtype=torch.int64).reshape(len(prompt), -1)


@right
def noam_lr__two_cases(step, d, warmup):
    return (step / warmup**1.5 if step < warmup else step**-0.5) / d**0.5


@right
def shift_targets__empty_like(ids, bos):
    inputs = torch.empty_like(ids)
    inputs[:, 0] = bos
    inputs[:, 1:] = ids[:, :-1]
    return [inputs, ids.clone()]


@wrong()
def layernorm_forward__root_mean_square_of_raw(x, gamma, beta, eps=1e-5):
    inverse = 1 / np.sqrt(np.abs(x - x.mean(-1, keepdims=True)).mean(-1, keepdims=True) ** 2 + eps)
    normal = (x - x.mean(-1, keepdims=True)) * inverse
    return gamma * normal + beta, (normal, gamma, inverse)


@wrong()
def layernorm_forward__median(x, gamma, beta, eps=1e-5):
    centred = x - np.median(x, axis=-1, keepdims=True)
    inverse = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    return gamma * centred * inverse + beta, (centred * inverse, gamma, inverse)


@wrong()
def layernorm_forward__gain_plus_one(x, gamma, beta, eps=1e-5):
    return S.layernorm_forward(x, 1 + gamma, beta, eps)


@wrong()
def layernorm_backward__dgamma_of_dx(dout, cache):
    dx, _, db = S.layernorm_backward(dout, cache)
    normal = cache[0]
    lead = tuple(range(dout.ndim - 1))
    return dx, (dx * normal).sum(axis=lead), db


@wrong()
def layernorm_backward__half_of_the_projection(dout, cache):
    normal, gamma, inverse = cache
    _, dg, db = S.layernorm_backward(dout, cache)
    d = dout * gamma
    dx = inverse * (d - d.mean(-1, keepdims=True) - normal * (d * normal).mean(-1, keepdims=True) / 2)
    return dx, dg, db


@wrong()
def gelu__softplus(x, approximate=False):
    return nn.functional.softplus(x)


@wrong()
def gelu__erfc(x, approximate=False):
    return S.gelu(-x, approximate)


@wrong()
def gelu__half_width(x, approximate=False):
    return S.gelu(2 * x, approximate) / 2


@wrong()
class FeedForward__tanh_inside(S.FeedForward):
    def forward(self, x):
        return self.w2(self.dropout(self.w1(x).tanh()))


@wrong()
class FeedForward__normalised_first(S.FeedForward):
    def forward(self, x):
        return super().forward(nn.functional.layer_norm(x, x.shape[-1:]))


@wrong()
class EncoderBlock__feed_forward_first(S.EncoderBlock):
    def forward(self, x, mask=None):
        if self.norm_first:
            x = x + self.dropout(self.ff(self.norm2(x)))
            n = self.norm1(x)
            return x + self.dropout(self.attention(n, n, mask))
        x = self.norm2(x + self.dropout(self.ff(x)))
        return self.norm1(x + self.dropout(self.attention(x, x, mask)))


@wrong()
class EncoderBlock__residual_halved(S.EncoderBlock):
    def forward(self, x, mask=None):
        return super().forward(x, mask) - x / 2


@wrong()
class EncoderBlock__attention_twice(S.EncoderBlock):
    def forward(self, x, mask=None):
        if not self.norm_first:
            return super().forward(x, mask)
        n = self.norm1(x)
        n = self.attention(n, n, mask)
        x = x + self.dropout(self.attention(n, n, mask))
        return x + self.dropout(self.ff(self.norm2(x)))


@wrong()
class CrossAttention__sigmoid_weights(S.CrossAttention):
    def forward(self, x, memory, keep=None):
        q, k, v = (
            f(y).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for f, y in ((self.wq, x), (self.wk, memory), (self.wv, memory))
        )
        w = (q @ k.mT / q.shape[-1] ** 0.5).sigmoid()
        w = w if keep is None else w * keep[:, None, None, :]
        return self.wo((w @ v).transpose(1, 2).flatten(2))


@wrong()
class CrossAttention__residual(S.CrossAttention):
    def forward(self, x, memory, keep=None):
        return x + super().forward(x, memory, keep)


@wrong()
class CrossAttention__heads_in_reverse(S.CrossAttention):
    def forward(self, x, memory, keep=None):
        q, k, v = (
            f(y).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for f, y in ((self.wq, x), (self.wk, memory), (self.wv, memory))
        )
        s = q @ k.mT / q.shape[-1] ** 0.5
        if keep is not None:
            s = s.masked_fill(~keep[:, None, None, :], -1e30)
        w = s.softmax(-1)
        w = w if keep is None else w * keep[:, None, None, :]
        return self.wo((w @ v).flip(1).transpose(1, 2).flatten(2))


@wrong()
class DecoderBlock__last_norm_missing(S.DecoderBlock):
    def forward(self, x, memory, keep=None):
        n = self.norm1(x)
        x = x + self.attention(n, n, S.causal_mask(x.shape[1]))
        x = x + self.cross(self.norm2(x), memory, None if keep is None else keep[:, None, :])
        return x + self.ff(x)


@wrong()
class DecoderBlock__cross_twice(S.DecoderBlock):
    def forward(self, x, memory, keep=None):
        mask = None if keep is None else keep[:, None, :]
        x = x + self.attention(self.norm1(x), self.norm1(x), S.causal_mask(x.shape[1]))
        x = x + self.cross(self.norm2(x), memory, mask)
        x = x + self.cross(self.norm2(x), memory, mask)
        return x + self.ff(self.norm3(x))


@wrong()
class TransformerLM__positions_subtracted(S.TransformerLM):
    def forward(self, ids):
        t = ids.shape[1]
        x = self.tokens(ids) * self.norm.normalized_shape[0] ** 0.5 - self.pe[:t]
        for block in self.blocks:
            x = block(x, src_mask=~S.causal_mask(t))
        return self.head(self.norm(x))


@wrong()
class TransformerLM__blocks_in_reverse(S.TransformerLM):
    def forward(self, ids):
        t = ids.shape[1]
        x = self.tokens(ids) * self.norm.normalized_shape[0] ** 0.5 + self.pe[:t]
        for block in reversed(self.blocks):
            x = block(x, src_mask=~S.causal_mask(t))
        return self.head(self.norm(x))


@wrong()
class TransformerLM__norm_before_the_blocks(S.TransformerLM):
    def forward(self, ids):
        t = ids.shape[1]
        x = self.norm(self.tokens(ids) * self.norm.normalized_shape[0] ** 0.5 + self.pe[:t])
        for block in self.blocks:
            x = block(x, src_mask=~S.causal_mask(t))
        return self.head(x)


@wrong()
def count_params__with_positions(V, d, layers, tie=False):
    return S.count_params(V, d, layers, tie) + V * d


@wrong()
def shift_targets__bos_at_the_end(ids, bos):
    return torch.cat([ids[:, 1:], torch.full_like(ids[:, :1], bos)], dim=1), ids


@wrong()
def lm_loss__smoothed(logits, targets, ignore_index=-100):
    loss = S.lm_loss(logits, targets, ignore_index)
    return 0.9 * loss + 0.1 * logits.logsumexp(-1).mean()


@wrong()
def lm_loss__perplexity(logits, targets, ignore_index=-100):
    return S.lm_loss(logits, targets, ignore_index).exp()


@wrong()
def greedy_decode__second_best(model, prompt, max_new, eos):
    class Second(nn.Module):
        def forward(self, ids):
            out = model(ids).clone()
            return out.scatter(-1, out.argmax(-1, keepdim=True), -torch.inf)

    return S.greedy_decode(Second(), prompt, max_new, eos)


@wrong()
def sample_top_k__nucleus(logits, k, temperature, u):
    return S.sample_top_k(logits, min(k + 1, logits.shape[1]), temperature, u)


@wrong()
def sample_top_k__one_minus_u(logits, k, temperature, u):
    return S.sample_top_k(logits, k, temperature, (1 - u).clamp_max(1 - 1e-6))


@wrong()
def noam_lr__linear_decay(step, d, warmup):
    return d**-0.5 * warmup**-0.5 * min(step / warmup, max(0.0, 2 - step / warmup))


@wrong("noam_lr_with_another_power_of_warmup")
def noam_lr__root_of_warmup_kept_out(step, d, warmup):
    return d**-0.5 * min(max(step, 1) ** -0.5, step * warmup**-1.0)


def _gelu_of_tensors(x, approximate=False):
    if approximate:
        return 0.5 * x * (1 + torch.tanh(torch.sqrt(torch.tensor(2 / torch.pi)) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + torch.erf(x / torch.sqrt(torch.tensor(2.0))))


class _Wide(nn.Module):
    def __init__(self, d, hidden, dropout=0.0):
        super().__init__()
        self.w1, self.w2, self.dropout = nn.Linear(d, hidden), nn.Linear(hidden, d), nn.Dropout(dropout)


@right
def gelu__roots_of_tensors(x, approximate=False):
    return _gelu_of_tensors(x, approximate)


@right
class FeedForward__roots_of_tensors(_Wide):
    def forward(self, x):
        return self.w2(self.dropout(_gelu_of_tensors(self.w1(x))))


@wrong()
class FeedForward__drops_before_the_gelu(_Wide):
    def forward(self, x):
        return self.w2(_gelu_of_tensors(self.dropout(self.w1(x))))


@wrong()
class FeedForward__layers_in_a_sequence(nn.Module):
    def __init__(self, d, hidden, dropout=0.0):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d, hidden), nn.Dropout(dropout), nn.Linear(hidden, d))

    def forward(self, x):
        return self.net[2](self.net[1](_gelu_of_tensors(self.net[0](x))))
