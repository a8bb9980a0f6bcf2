"""Right answers, written another way; among them what PyTorch itself offers, in our signatures."""

import functools
import heapq
import math

import numpy as np
import torch
from torch import nn

from autograder.bank import alternative

from . import solution as right

F = nn.functional


# ------------------------------------------------------------------------------------------------------ layernorm


@alternative("layernorm", replaces="layernorm_forward", group="two_passes")
def two_passes_forward(x, gamma, beta, eps=1e-5):
    mean = np.einsum("...d->...", x)[..., None] / x.shape[-1]
    std = np.sqrt(np.var(x, axis=-1, keepdims=True) + eps)
    return (x - mean) / std * gamma + beta, {"x": x, "mean": mean, "std": std, "gamma": gamma}


@alternative("layernorm", replaces="layernorm_backward", group="two_passes")
def two_passes_backward(dout, cache):
    x, mean, std, gamma = cache["x"], cache["mean"], cache["std"], cache["gamma"]
    D, dnormal = x.shape[-1], dout * gamma
    dvar = (dnormal * (x - mean)).sum(-1, keepdims=True) * -0.5 * std**-3
    dmean = -dnormal.sum(-1, keepdims=True) / std - 2 * dvar * (x - mean).mean(-1, keepdims=True)
    dx = dnormal / std + dvar * 2 * (x - mean) / D + dmean / D
    rows = dout.reshape(-1, D), ((x - mean) / std).reshape(-1, D)
    return [dx, np.einsum("nd,nd->d", *rows), np.einsum("nd->d", rows[0])]


@alternative("layernorm", replaces="layernorm_forward", group="moments")
def moments_forward(x, gamma, beta, eps=1e-5):
    """The variance as E[x²] − E[x]², which double precision allows where rows do not lie far out."""
    first, second = x.mean(-1, keepdims=True), (x * x).mean(-1, keepdims=True)
    rate = (second - first * first + eps) ** -0.5
    scale = rate * gamma
    return x * scale + (beta - first * scale), [x.copy(), first, rate, gamma, None, "moments"]


@alternative("layernorm", replaces="layernorm_backward", group="moments")
def moments_backward(dout, cache):
    x, first, rate, gamma, *_ = cache
    normal = (x - first) * rate
    D = x.shape[-1]
    d = gamma * dout
    dx = rate / D * (D * d - d.sum(-1, keepdims=True) - normal * (d * normal).sum(-1, keepdims=True))
    while dout.ndim > 1:
        dout, normal = dout.sum(0), (dout * normal).sum(0) / np.where(dout.sum(0) == 0, 1.0, dout.sum(0))
    return dx, dout * normal, dout


@alternative("layernorm", replaces="layernorm_forward", group="by_jacobian")
def by_jacobian_forward(x, gamma, beta, eps=1e-5):
    out, cache = right.layernorm_forward(x, gamma, beta, eps)
    return np.asfortranarray(out), cache


@alternative("layernorm", replaces="layernorm_backward", group="by_jacobian")
def by_jacobian_backward(dout, cache):
    """Row by row with the whole matrix of derivatives."""
    normal, gamma, inverse = cache
    D = normal.shape[-1]
    dx = np.empty_like(normal)
    for row in np.ndindex(normal.shape[:-1]):
        jacobian = inverse[row] * (np.eye(D) - 1 / D - np.outer(normal[row], normal[row]) / D)
        dx[row] = jacobian.T @ (gamma * dout[row])
    flat = dout.reshape(-1, D)
    return dx, (flat * normal.reshape(-1, D)).sum(0), flat.sum(0)


@alternative("layernorm", replaces="layernorm_forward", group="of_torch")
def of_torch_forward(x, gamma, beta, eps=1e-5):
    """torch.nn.LayerNorm in our signature, its gradient by autograd."""
    x, gamma, beta = (torch.from_numpy(np.array(value)).requires_grad_() for value in (x, gamma, beta))
    layer = nn.LayerNorm(x.shape[-1], eps=eps, dtype=x.dtype)
    out = torch.func.functional_call(layer, {"weight": gamma, "bias": beta}, (x,))
    return out.detach().numpy(), (out, x, gamma, beta)


@alternative("layernorm", replaces="layernorm_backward", group="of_torch")
def of_torch_backward(dout, cache):
    out, *inputs = cache
    found = torch.autograd.grad(out, inputs, torch.from_numpy(np.array(dout)), retain_graph=True)
    return tuple(gradient.numpy() for gradient in found)


@alternative("layernorm", replaces="layernorm_forward", group="layernorm_in_float32")
def layernorm_in_float32_forward(x, gamma, beta, eps=1e-5):
    return right.layernorm_forward(*(value.astype(np.float32) for value in (x, gamma, beta)), eps)


@alternative("layernorm", replaces="layernorm_backward", group="layernorm_in_float32")
def layernorm_in_float32_backward(dout, cache):
    return right.layernorm_backward(dout.astype(np.float32), cache)


# --------------------------------------------------------------------------------------------------- feed_forward


@alternative("feed_forward", replaces="gelu")
def gelu_of_torch(x, approximate=False):
    return F.gelu(x, approximate="tanh" if approximate else "none")


@alternative("feed_forward", replaces="gelu")
def gelu_by_the_complement(x, approximate=False):
    if approximate:
        return x * torch.sigmoid(math.sqrt(8 / math.pi) * x * (1 + 0.044715 * x * x))
    return x * 0.5 * torch.erfc(-x * math.sqrt(0.5))


@alternative("feed_forward", replaces="gelu")
def gelu_by_the_distribution(x, approximate=False):
    if approximate:
        return x.mul(0.5).mul(torch.tanh(x * 0.7978845608028654 + 0.035677408136300125 * x.pow(3)) + 1)
    return x * torch.special.ndtr(x)


@alternative("feed_forward", replaces="FeedForward")
class FeedForwardOfTorch(nn.Module):
    def __init__(self, d, hidden, dropout=0.0):
        super().__init__()
        self.w2, self.w1 = nn.Linear(hidden, d), nn.Linear(d, hidden)
        self.all = [self.w1, nn.GELU(), nn.Dropout(dropout), self.w2]  # a plain list: registered once is enough

    def forward(self, x):
        self.all[2].train(self.training)
        return functools.reduce(lambda y, layer: layer(y), self.all, x)


@alternative("feed_forward", replaces="FeedForward")
class FeedForwardByMatrices(right.FeedForward):
    def forward(self, x):
        h = torch.einsum("...d,hd->...h", x, self.w1.weight) + self.w1.bias
        h = F.dropout(h * 0.5 * (1 + torch.erf(h * 0.5**0.5)), self.dropout.p, self.training)
        return h @ self.w2.weight.T + self.w2.bias


# -------------------------------------------------------------------------------------------------- encoder_block


@alternative("encoder_block", replaces="EncoderBlock")
class EncoderBlockOfTorch(right.EncoderBlock):
    """torch.nn.TransformerEncoderLayer in our signature, both ways."""

    def __init__(self, d, heads, hidden, norm_first=True, dropout=0.0):
        super().__init__(d, heads, hidden, norm_first, dropout)
        self.theirs = [heads, hidden, dropout]

    def forward(self, x, mask=None):
        heads, hidden, p = self.theirs
        options = {"batch_first": True, "norm_first": self.norm_first, "activation": "gelu"}
        layer = nn.TransformerEncoderLayer(x.shape[-1], heads, hidden, p, **options).to(x.dtype)
        layer.train(self.training)
        layer.self_attn.dropout = layer.dropout.p = 0.0  # they drop in two more places
        names = {
            "attention.inner": "self_attn",
            "ff.0": "linear1",
            "ff.2": "linear2",
            "norm1": "norm1",
            "norm2": "norm2",
        }
        weights = {}
        for name, parameter in self.named_parameters():
            ours = next(part for part in names if name.startswith(f"{part}."))
            weights[names[ours] + name.removeprefix(ours)] = parameter
        if mask is not None:
            mask = ~mask.expand(len(x), x.shape[1], x.shape[1]).repeat_interleave(heads, dim=0)
        return torch.func.functional_call(layer, weights, (x,), {"src_mask": mask})


@alternative("encoder_block", replaces="EncoderBlock")
class EncoderBlockByFunctions(right.EncoderBlock):
    """One line for both ways: the norms stand where the flag puts them."""

    def forward(self, x, mask=None):
        parts = (self.norm1, lambda y: self.attention(y, y, mask)), (self.norm2, self.ff)
        for norm, part in parts:
            y = F.dropout(part(norm(x) if self.norm_first else x), self.dropout.p, self.training)
            x = x + y if self.norm_first else norm(x + y)
        return x


@alternative("encoder_block", replaces="EncoderBlock")
class EncoderBlockByHand(right.EncoderBlock):
    """Norms and attention from their numbers; an additive mask."""

    def norm(self, layer, x):
        centred = x - x.mean(-1, keepdim=True)
        return layer.weight * centred / (centred.square().mean(-1, keepdim=True) + layer.eps).sqrt() + layer.bias

    def look(self, x, mask):
        inner = self.attention.inner
        h = inner.num_heads
        q, k, v = F.linear(x, inner.in_proj_weight, inner.in_proj_bias).chunk(3, dim=-1)
        q, k, v = (y.unflatten(-1, (h, -1)) for y in (q, k, v))  # (B, T, heads, d / heads)
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores + torch.where(mask.unsqueeze(-3), 0.0, -torch.inf).to(scores.dtype)
        out = torch.einsum("bhij,bjhd->bihd", scores.softmax(-1), v).flatten(2)
        return self.dropout(F.linear(out, inner.out_proj.weight, inner.out_proj.bias))

    def forward(self, x, mask=None):
        if self.norm_first:
            x = x + self.look(self.norm(self.norm1, x), mask)
            return x + self.dropout(self.ff(self.norm(self.norm2, x)))
        x = self.norm(self.norm1, x + self.look(x, mask))
        return self.norm(self.norm2, x + self.dropout(self.ff(x)))


# ------------------------------------------------------------------------------------------------ cross_attention


@alternative("cross_attention", replaces="CrossAttention")
class CrossAttentionOfTorch(right.CrossAttention):
    """torch.nn.MultiheadAttention in our signature."""

    def forward(self, x, memory, keep=None):
        d = x.shape[-1]
        theirs = nn.MultiheadAttention(d, self.heads, bias=False, batch_first=True)
        weights = {
            "in_proj_weight": torch.cat([self.wq.weight, self.wk.weight, self.wv.weight]),
            "out_proj.weight": self.wo.weight,
        }
        keep = torch.ones(memory.shape[:2], dtype=torch.bool) if keep is None else keep
        nothing = ~keep.any(-1, keepdim=True)  # torch gives NaN for such a row
        options = {"key_padding_mask": ~(keep | nothing), "need_weights": False}
        out, _ = torch.func.functional_call(theirs, weights, (x, memory, memory), options)
        return out.masked_fill(nothing[..., None], 0.0)


@alternative("cross_attention", replaces="CrossAttention")
class CrossAttentionFused(right.CrossAttention):
    """torch.nn.functional.scaled_dot_product_attention, keys and values in one product."""

    def forward(self, x, memory, keep=None):
        q = self.wq(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        both = F.linear(memory, torch.cat([self.wk.weight, self.wv.weight]))
        k, v = both.unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mask = None if keep is None else keep[:, None, None, :].expand(-1, 1, x.shape[1], -1)
        return self.wo(F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2))


@alternative("cross_attention", replaces="CrossAttention")
class CrossAttentionByLoops(right.CrossAttention):
    """Sequence by sequence and head by head."""

    def forward(self, x, memory, keep=None):
        d, rows = x.shape[-1] // self.heads, []
        for b in range(len(x)):
            outs = []
            for h in range(self.heads):
                part = slice(h * d, (h + 1) * d)
                q, k, v = (
                    y @ layer.weight[part].T
                    for layer, y in ((self.wq, x[b]), (self.wk, memory[b]), (self.wv, memory[b]))
                )
                scores = q @ k.T * d**-0.5
                e = (scores - scores.amax(-1, keepdim=True).detach()).exp()
                e = e if keep is None else e * keep[b]
                outs.append(e / e.sum(-1, keepdim=True).clamp_min(1e-30) @ v)
            rows.append(torch.cat(outs, dim=-1))
        return torch.stack(rows) @ self.wo.weight.T


# -------------------------------------------------------------------------------------------------- decoder_block


@alternative("decoder_block", replaces="DecoderBlock")
class DecoderBlockOfTorch(right.DecoderBlock):
    """torch.nn.TransformerDecoderLayer in our signature."""

    def __init__(self, d, heads, hidden):
        super().__init__(d, heads, hidden)
        self.theirs = [heads, hidden]

    def forward(self, x, memory, keep=None):
        options = {"batch_first": True, "norm_first": True, "activation": "gelu"}
        layer = nn.TransformerDecoderLayer(x.shape[-1], *self.theirs, 0.0, **options).to(x.dtype)
        names = {"attention.inner": "self_attn", "cross.inner": "multihead_attn", "ff.0": "linear1", "ff.2": "linear2"}
        names |= {name: name for name in ("norm1", "norm2", "norm3")}
        weights = {}
        for name, parameter in self.named_parameters():
            ours = next(part for part in names if name.startswith(f"{part}."))
            weights[names[ours] + name.removeprefix(ours)] = parameter
        masks = {"tgt_mask": ~right.causal_mask(x.shape[1])}
        masks |= {} if keep is None else {"memory_key_padding_mask": ~keep}
        return torch.func.functional_call(layer, weights, (x, memory), masks)


@alternative("decoder_block", replaces="DecoderBlock")
class DecoderBlockInSteps(right.DecoderBlock):
    """Position by position: each looks at what is there already, so that no mask is needed."""

    def forward(self, x, memory, keep=None):
        normal, mask = self.norm1(x), None if keep is None else keep.unsqueeze(1)
        seen = [self.attention(normal[:, t : t + 1], normal[:, : t + 1]) for t in range(x.shape[1])]
        x = torch.cat(seen, dim=1) + x
        x = self.cross(self.norm2(x), memory, mask) + x
        return self.ff(self.norm3(x)) + x


@alternative("decoder_block", replaces="DecoderBlock")
class DecoderBlockByPositions(right.DecoderBlock):
    """A causal mask out of numbers of positions, the norms as functions."""

    def forward(self, x, memory, keep=None):
        def norm(layer, y):
            return F.layer_norm(y, y.shape[-1:], layer.weight, layer.bias)

        t = torch.arange(x.shape[1])
        y = norm(self.norm1, x)
        x = x + self.attention(y, y, (t[:, None] >= t).unsqueeze(0))
        mask = None if keep is None else keep[:, None].expand(-1, x.shape[1], -1)
        x = x + self.cross(norm(self.norm2, x), memory, mask)
        return x + self.ff(norm(self.norm3, x))


# ------------------------------------------------------------------------------------------------- language_model


@alternative("language_model", replaces="TransformerLM")
class TransformerLMByEncoder(nn.Module):
    """The layers' own class, positions as a plain attribute, an additive mask; other names in front, then ours."""

    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__()
        self.head = nn.Linear(d, V, bias=False)
        self.norm = nn.LayerNorm(d)
        options = {"dropout": 0.0, "activation": F.gelu, "batch_first": True, "norm_first": True}
        self.blocks = nn.ModuleList()
        for _ in range(layers):
            self.blocks.append(nn.TransformerEncoderLayer(d, heads, dim_feedforward=4 * d, **options))
        self.tokens = nn.Embedding(V, d)
        if tie:
            self.tokens.weight = self.head.weight
        self.scale, self.length = math.sqrt(d), T

    def forward(self, ids):
        t = ids.shape[1]
        table = right.positions(self.length, self.tokens.embedding_dim)
        x = F.embedding(ids, self.tokens.weight * self.scale) + table[:t]
        mask = nn.Transformer.generate_square_subsequent_mask(t)
        for block in self.blocks:
            x = block(x, src_mask=mask, is_causal=True)
        return F.linear(self.norm(x), self.head.weight)


@alternative("language_model", replaces="TransformerLM")
class TransformerLMWithSinesByHand(right.TransformerLM):
    """The encoding computed at each call, the product with the table written out."""

    def forward(self, ids):
        t, d = ids.shape[1], self.tokens.embedding_dim
        j = torch.arange(d)
        angle = torch.arange(t)[:, None] / 10000.0 ** ((j - j % 2) / d)
        x = self.tokens(ids) * d**0.5 + torch.where(j % 2 == 0, angle.sin(), angle.cos())
        hidden = torch.full((t, t), True).triu(1)
        for block in self.blocks:
            x = block(x, hidden)
        return torch.einsum("btd,vd->btv", self.norm(x), self.head.weight)


@alternative("language_model", replaces="TransformerLM")
class TransformerLMTiedByUse(right.TransformerLM):
    """Tied, it has no head at all: the embedding's table is used twice."""

    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__(V, d, heads, layers, T)
        if tie:
            del self.head

    def forward(self, ids):
        x = self.tokens(ids) * self.norm.weight.numel() ** 0.5 + self.pe[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, src_mask=~right.causal_mask(ids.shape[1]))
        return self.norm(x) @ (self.head if hasattr(self, "head") else self.tokens).weight.T


@alternative("language_model", replaces="count_params")
def count_params_expanded(V, d, layers, tie=False):
    return layers * (12 * d**2 + 13 * d) + d * (2 + V * (2 - tie))


@alternative("language_model", replaces="count_params")
def count_params_by_counting(V, d, layers, tie=False):
    model = right.TransformerLM(V, d, 1, layers, 2, tie)
    return sum(parameter.numel() for parameter in model.parameters())


@alternative("language_model", replaces="count_params")
def count_params_of_numpy(V, d, layers, tie=False):
    shapes = [(3 * d, d), (3 * d,), (d, d), (d,), (4 * d, d), (4 * d,), (d, 4 * d), (d,), *[(d,)] * 4]
    return np.int64(layers * sum(map(math.prod, shapes)) + 2 * d + V * d * (2 - int(tie)))


# -------------------------------------------------------------------------------------------------------- lm_loss


@alternative("lm_loss", replaces="shift_targets")
def shift_targets_by_padding(ids, bos):
    return F.pad(ids, (1, 0), value=bos)[:, :-1], ids.clone()


@alternative("lm_loss", replaces="shift_targets")
def shift_targets_by_rolling(ids, bos):
    inputs = ids.roll(1, dims=1)
    inputs[:, 0] = bos
    return [inputs, ids]


@alternative("lm_loss", replaces="shift_targets")
def shift_targets_by_filling(ids, bos):
    inputs = torch.empty_like(ids)
    inputs[:, 1:], inputs[:, :1] = ids[:, :-1], bos
    return inputs, ids


@alternative("lm_loss")
def lm_loss_of_torch(logits, targets, ignore_index=-100):
    total = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=ignore_index, reduction="sum")
    return total / max(int((targets != ignore_index).sum()), 1)


@alternative("lm_loss")
def lm_loss_of_what_counts(logits, targets, ignore_index=-100):
    counts = targets != ignore_index
    if not counts.any():
        return (0 * logits).sum()
    logits, targets = logits[counts], targets[counts]
    return -logits.log_softmax(-1)[torch.arange(len(targets)), targets].mean()


@alternative("lm_loss")
def lm_loss_by_one_hot(logits, targets, ignore_index=-100):
    counts = (targets != ignore_index).to(logits.dtype)
    top = logits.amax(-1, keepdim=True).detach()
    logs = logits - top - (logits - top).exp().sum(-1, keepdim=True).log()
    hot = F.one_hot(targets.masked_fill(targets == ignore_index, 0), logits.shape[-1]) * counts[..., None]
    return -(hot * logs).sum() / counts.sum().clamp(min=1)


# ------------------------------------------------------------------------------------------------------- decoding


@alternative("decoding", replaces="greedy_decode")
def greedy_decode_row_by_row(model, prompt, max_new, eos):
    mode, rows = model.training, []
    model.eval()
    for row in prompt:
        said = row.tolist()
        for _ in range(max_new):
            with torch.inference_mode():
                said.append(int(model(torch.tensor([said]))[0, -1].argmax()))
            if said[-1] == eos:
                break
        rows.append(said + [eos] * (len(row) + max_new - len(said)))
    model.train(mode)
    return torch.tensor(rows)


@alternative("decoding", replaces="greedy_decode")
def greedy_decode_into_a_buffer(model, prompt, max_new, eos):
    B, P = prompt.shape
    ids, mode = torch.full((B, P + max_new), eos), model.training
    ids[:, :P], going = prompt, torch.arange(B)
    try:
        model.train(False)
        for t in range(P, P + max_new):
            if len(going) == 0:
                break
            ids[going, t] = model(ids[going, :t])[:, -1].detach().topk(1).indices[:, 0]
            going = going[ids[going, t] != eos]
    finally:
        model.train(mode)
    return ids


@alternative("decoding", replaces="sample_top_k")
def sample_top_k_by_search(logits, k, temperature, u):
    kept = torch.zeros_like(logits, dtype=torch.bool).scatter_(1, logits.topk(k).indices, True)
    scaled = ((logits - logits.amax(-1, keepdim=True)) / temperature).double()
    sums = (scaled.exp() * kept).cumsum(-1)
    return torch.searchsorted(sums, u.double()[:, None] * sums[:, -1:], right=True)[:, 0]


@alternative("decoding", replaces="sample_top_k")
def sample_top_k_by_loops(logits, k, temperature, u):
    drawn = []
    for row, threshold in zip(logits.tolist(), u.tolist(), strict=True):
        kept = sorted(sorted(range(len(row)), key=lambda v: -row[v])[:k])
        p = [math.exp((row[v] - max(row)) / temperature) for v in kept]
        so_far = 0.0
        rank = 0
        while (so_far := so_far + p[rank] / sum(p)) <= threshold and rank < len(p) - 1:
            rank += 1
        drawn.append(kept[rank])
    return torch.tensor(drawn)


@alternative("decoding", replaces="sample_top_k")
def sample_top_k_sorted(logits, k, temperature, u):
    tokens = logits.topk(k).indices.sort().values  # (B, k), in the order of token numbers
    p = (logits.gather(1, tokens) / temperature).softmax(-1).cumsum(-1)
    rank = (p <= u[:, None]).sum(-1).clamp_max(k - 1)
    return tokens[torch.arange(len(u)), rank]


# -------------------------------------------------------------------------------------------------------- noam_lr


@alternative("noam_lr")
def noam_lr_by_cases(step, d, warmup):
    if step < warmup:
        return step / (math.sqrt(d) * warmup * math.sqrt(warmup))
    return 1 / math.sqrt(d * step)


@alternative("noam_lr")
def noam_lr_of_numpy(step, d, warmup):
    with np.errstate(divide="ignore"):
        return np.power(float(d), -0.5) * np.minimum(np.float64(step) ** -0.5, step * np.float64(warmup) ** -1.5)


@alternative("noam_lr")
def noam_lr_as_a_tensor(step, d, warmup):
    steps = torch.tensor(float(step), dtype=torch.float64)
    return (torch.minimum(steps.rsqrt(), steps * warmup**-1.5) / d**0.5).item()


# -------------------------------------------------------------------------------------------------- train_reverse


class _OneStack(nn.Module):
    """A single stack of PyTorch's own layers over source and prefix, learned positions, a mask for the prefix."""

    def __init__(self, S, d=32):
        super().__init__()
        self.tokens, self.places, self.S = nn.Embedding(11, d), nn.Embedding(2 * S + 1, d), S
        layer = nn.TransformerEncoderLayer(d, 2, 64, 0.0, batch_first=True, norm_first=True)
        self.stack = nn.TransformerEncoder(layer, 2, nn.LayerNorm(d), enable_nested_tensor=False)
        self.head = nn.Linear(d, 10)

    def forward(self, source, prefix):
        ids = torch.cat([source, prefix], dim=1)
        t = torch.arange(ids.shape[1])
        x = self.tokens(ids) + self.places(t)
        hidden = (t[:, None] < t) & (t >= self.S)  # the source is seen by all, the prefix by what follows it
        return self.head(self.stack(x, mask=hidden)[:, self.S :])


@functools.lru_cache(maxsize=8)
def _one_stack(source, target, shape, seed):
    """Remembered: each question teaches it anew."""
    source, target = (torch.frombuffer(bytearray(data), dtype=torch.int64).view(shape) for data in (source, target))
    model, batches = right._begun(_OneStack(shape[1]), len(source), 12, seed, source.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=len(batches))
    inputs, targets = right.shift_targets(target, 0)
    for batch in batches:
        optimizer.zero_grad()
        F.cross_entropy(model(source[batch], inputs[batch]).transpose(1, 2), targets[batch]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()


@alternative("train_reverse")
def train_reverse_with_one_stack(source, target, seed):
    return _one_stack(source.numpy().tobytes(), target.numpy().tobytes(), tuple(source.shape), seed)


class _Pointer(nn.Module):
    """No gradient at all: which place of the source each place of the target copies is counted."""

    def __init__(self, source, target):
        super().__init__()
        agree = (source[:, :, None] == target[:, None, :]).double().mean(0)  # (S, S)
        self.register_buffer("places", agree.argmax(0))

    def forward(self, source, prefix):
        said = source[:, self.places[: prefix.shape[1]]]  # (B, t)
        return 5.0 * F.one_hot(said, 10) + 0.05 * F.one_hot(prefix, 10)


@alternative("train_reverse")
def train_reverse_by_counting(source, target, seed):
    return _Pointer(source, target)


# ---------------------------------------------------------------------------------------------------- beam_search


@alternative("beam_search")
def beam_search_in_one_batch(model, prompt, width, max_new, eos, alpha=0.0):
    """All that is going is one batch, and the best of the flattened sums are taken out with topk."""
    mode, P, going, sums, over = model.training, len(prompt), prompt[None], torch.zeros(1, dtype=torch.float64), []
    model.eval()
    with torch.inference_mode():
        for n in range(1, max_new + 1):
            if not len(going):
                break
            logs = F.log_softmax(model(going)[:, -1].double(), dim=-1)  # (b, V)
            best, places = (sums[:, None] + logs).flatten().topk(min(width, logs.numel()))
            tokens = places % logs.shape[1]
            longer = torch.cat([going[places // logs.shape[1]], tokens[:, None]], dim=1)
            merged = [(total / n**alpha, total, ids) for total, ids in zip(best.tolist(), longer, strict=True)]
            merged = sorted([*merged, *over], key=lambda each: -each[0])[:width]
            over = [each for each in merged if len(each[2]) < P + n or each[2][-1] == eos]
            rest = [each for each in merged if len(each[2]) == P + n and each[2][-1] != eos]
            going = torch.stack([each[2] for each in rest]) if rest else going[:0]
            sums = torch.tensor([each[1] for each in rest], dtype=torch.float64)
    model.train(mode)
    last = [(total / max(going.shape[1] - P, 1) ** alpha, ids) for total, ids in zip(sums.tolist(), going, strict=True)]
    found = max([*last, *((score, ids) for score, _, ids in over)], key=lambda each: each[0])
    return found[1].clone(), found[0]


@alternative("beam_search")
def beam_search_in_float32(model, prompt, width, max_new, eos, alpha=0.0):
    """A row for each hypothesis, going or over, and their sums in PyTorch's default dtype."""
    mode = model.training
    rows, sums, lengths = [prompt], torch.zeros(1), torch.zeros(1)
    model.eval()
    for n in range(1, max_new + 1):
        found, total, length = [], [], []
        for ids, so_far, added in zip(rows, sums, lengths, strict=True):
            if added > 0 and ids[-1] == eos:
                found, total, length = [*found, ids], [*total, so_far], [*length, added]
                continue
            with torch.no_grad():
                logs = torch.log_softmax(model(ids[None])[0, -1], dim=0).float()  # (V,)
            for token in range(len(logs)):
                found.append(torch.cat([ids, torch.tensor([token])]))
                total.append(so_far + logs[token])
                length.append(torch.tensor(float(n)))
        sums, lengths = torch.stack(total), torch.stack(length)
        best = (sums / lengths**alpha).topk(min(width, len(found))).indices
        rows, sums, lengths = [found[each] for each in best], sums[best], lengths[best]
    model.train(mode)
    return rows[0], (sums[0] / lengths[0].clamp(min=1) ** alpha).item()


@alternative("beam_search")
def beam_search_with_a_heap(model, prompt, width, max_new, eos, alpha=0.0):
    """Hypotheses as tuples of tokens; each continues with its own best ones only, which are enough."""
    start, mode = tuple(prompt.tolist()), model.training
    sums = {start: 0.0}

    def score(said):
        return sums[said] / max(1, len(said) - len(start)) ** alpha

    def is_over(said):
        return len(said) > len(start) and said[-1] == eos

    model.eval()
    for _ in range(max_new):
        found = {}
        for said, total in sums.items():
            if is_over(said):
                found[said] = total
                continue
            z = model(torch.tensor([said]))[0, -1].detach().numpy().astype(np.float64)
            logs = z - np.logaddexp.reduce(z)
            for token in np.argsort(-logs)[:width]:
                found[(*said, int(token))] = total + logs[token]
        sums = found
        sums = {said: found[said] for said in heapq.nlargest(width, found, key=score)}
    model.train(mode)
    best = max(sums, key=score)
    return [torch.tensor(best), np.float64(score(best))]


# ------------------------------------------------------------------------------------------------------- kv_cache


@alternative("kv_cache", replaces="cached_forward")
def cached_forward_of_torch(model, ids, cache=None):
    """torch.nn.functional.scaled_dot_product_attention, the cache as tensors of both."""
    old = [None] * len(model.layers) if cache is None else cache
    places = torch.arange(ids.shape[1]) + (0 if cache is None else cache[0][0].shape[1])
    x, kept = model.tokens(ids) + model.places(places), ()
    for layer, before in zip(model.layers, old, strict=True):
        y = layer.norm1(x)
        both = torch.stack([layer.wk(y), layer.wv(y)])  # (2, B, t, d)
        both = both if before is None else torch.cat([torch.stack(list(before)), both], dim=2)
        sees = torch.arange(both.shape[2]) <= places[:, None]
        x = x + F.scaled_dot_product_attention(layer.wq(y), *both, attn_mask=sees)
        x = x + layer.ff(layer.norm2(x))
        kept += ((both[0], both[1]),)
    return [model.head(model.norm(x)), kept]


@alternative("kv_cache", replaces="cached_forward")
def cached_forward_one_by_one(model, ids, cache=None):
    """One new token after the other, so that no mask is needed."""
    cache, rows = [] if cache is None else [list(pair) for pair in cache], []
    for token in ids.T:
        S = cache[0][0].shape[1] if cache else 0
        x = model.tokens(token) + model.places.weight[S]  # (B, d)
        for number, layer in enumerate(model.layers):
            y = layer.norm1(x)
            pair = [layer.wk(y)[:, None], layer.wv(y)[:, None]]
            if number == len(cache):
                cache.append(pair)
            else:
                cache[number] = [torch.cat([old, new], dim=1) for old, new in zip(cache[number], pair, strict=True)]
            k, v = cache[number]
            e = torch.einsum("bd,bsd->bs", layer.wq(y), k).div(math.sqrt(k.shape[-1])).softmax(1)
            x = x + torch.einsum("bs,bsd->bd", e, v)
            x = x + layer.ff(layer.norm2(x))
        rows.append(model.head(model.norm(x)))
    return torch.stack(rows, dim=1), cache


@alternative("kv_cache", replaces="cached_forward")
def cached_forward_into_a_buffer(model, ids, cache=None):
    """Room for old and new, filled in place; an additive mask, the softmax by hand."""
    (B, t), d = ids.shape, model.places.weight.shape[1]
    S = cache[0][0].shape[1] if cache is not None else 0
    x, made = model.tokens(ids) + model.places.weight.narrow(0, S, t), []
    fill = torch.full((t, S + t), -torch.inf).triu(S + 1).to(x.dtype)
    for number, layer in enumerate(model.layers):
        room = x.new_empty(2, B, S + t, d)
        if S:
            room[0, :, :S], room[1, :, :S] = cache[number]
        y = layer.norm1(x)
        room[0, :, S:], room[1, :, S:] = layer.wk(y), layer.wv(y)
        scores = layer.wq(y).matmul(room[0].transpose(1, 2)) * d**-0.5 + fill
        e = (scores - scores.amax(2, keepdim=True)).exp()
        x = x + e @ room[1] / e.sum(2, keepdim=True)
        x = x + layer.ff(layer.norm2(x))
        made.append((room[0], room[1]))
    return model.head(model.norm(x)), made
