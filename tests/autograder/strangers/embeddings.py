"""Word embeddings by strangers."""

import numpy as np
from support_strangers import right, solution_of, wrong

S = solution_of("embeddings")


@right
def skipgram_pairs__matrix_of_distances(tokens, window):
    place = np.arange(len(tokens))
    gap = np.abs(place[:, None] - place)
    i, j = np.nonzero((gap > 0) & (gap <= window))
    return np.take(tokens, i), np.take(tokens, j)


@right
def keep_probability__word_by_word(counts, t):
    total = float(sum(counts))
    return np.array([1.0 if c == 0 else min(1.0, (t * total / c) ** 0.5) for c in counts])


@right
def subsample__list_comprehension(tokens, keep, u):
    return np.array([w for w, draw in zip(tokens, u, strict=True) if draw < keep[w]], dtype=tokens.dtype)


@right
def sample_negatives__counting_edges(p, u):
    edges = np.cumsum(p) / np.cumsum(p)[-1]
    return (np.asarray(u)[..., None] >= edges).sum(axis=-1)


@right
def sgns_forward__softplus_by_log1p(v, u_pos, u_neg):
    scores = np.concatenate([(v * u_pos).sum(-1)[:, None], -(u_neg @ v[:, :, None])[:, :, 0]], axis=1)
    losses = np.log1p(np.exp(-np.abs(scores))) + np.maximum(-scores, 0)
    return losses.sum(axis=1).mean(), (v, np.concatenate([u_pos[:, None], u_neg], axis=1), scores)


@right
def sgns_backward__softplus_by_log1p(cache):
    v, u, scores = cache
    slope = -np.exp(-np.logaddexp(0, scores)) / len(v)
    slope[:, 1:] *= -1
    du = slope[:, :, None] * v[:, None]
    return np.squeeze(slope[:, None] @ u, axis=1), du[:, 0], du[:, 1:]


@right
def embedding_backward__one_hot_product(dout, ids, V):
    hot = np.eye(V)[np.ravel(ids)]
    return hot.T @ dout.reshape(-1, dout.shape[-1])


@right
def cosine_similarity__pair_by_pair(A, B):
    out = np.zeros((len(A), len(B)))
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            size = np.hypot.reduce(a) * np.hypot.reduce(b)
            out[i, j] = a.dot(b) / size if size else 0.0
    return out


@right
def nearest__python_sort(W, query, k, exclude=()):
    cosines = S.cosine_similarity(W, query[None])[:, 0]
    left = [word for word in range(len(W)) if word not in exclude]
    return np.array(sorted(left, key=lambda word: cosines[word], reverse=True)[:k])


@wrong()
def skipgram_pairs__only_at_the_distance(tokens, window):
    place = np.arange(len(tokens))
    i, j = np.nonzero(np.abs(place[:, None] - place) == window)
    return tokens[i], tokens[j]


@wrong()
def skipgram_pairs__sorted_by_context(tokens, window):
    place = np.arange(len(tokens))
    gap = np.abs(place[:, None] - place)
    j, i = np.nonzero((gap > 0) & (gap <= window))
    return tokens[i], tokens[j][::-1]


@wrong()
def skipgram_pairs__each_pair_once(tokens, window):
    c, o = S.skipgram_pairs(tokens, window)
    _, first = np.unique(np.stack([c, o]), axis=1, return_index=True)
    first = np.sort(first)
    return c[first], o[first]


@wrong()
def skipgram_pairs__every_second_centre(tokens, window):
    place = np.arange(len(tokens))
    gap = np.abs(place[:, None] - place)
    i, j = np.nonzero((gap > 0) & (gap <= window) & (place[:, None] % 2 == 0))
    return tokens[i], tokens[j]


@wrong()
def keep_probability__exponential(counts, t):
    f = counts / counts.sum()
    return np.exp(-f / t)


@wrong()
def keep_probability__cube_root(counts, t):
    f = counts / counts.sum()
    return np.cbrt(t / np.maximum(f, t))


@wrong()
def keep_probability__floor_of_one_percent(counts, t):
    return np.maximum(S.keep_probability(counts, t), 0.3)


@wrong()
def subsample__reversed(tokens, keep, u):
    return S.subsample(tokens, keep, u)[::-1]


@wrong()
def subsample__uniforms_sorted(tokens, keep, u):
    return tokens[np.sort(u) < keep[tokens]]


@wrong()
def negative_distribution__softmax(counts, power=0.75):
    e = np.exp(power * (counts - counts.max()))
    return e / e.sum()


@wrong()
def negative_distribution__plus_one(counts, power=0.75):
    weights = (counts + 1.0) ** power
    return weights / weights.sum()


@wrong()
def negative_distribution__unit_length(counts, power=0.75):
    weights = counts**power
    return weights / np.linalg.norm(weights)


@wrong()
def sample_negatives__from_the_end(p, u):
    return len(p) - 1 - S.sample_negatives(p[::-1], u)


@wrong()
def sample_negatives__uniforms_squared(p, u):
    return S.sample_negatives(p, u**2)


@wrong()
def sgns_forward__margin(v, u_pos, u_neg):
    good, bad = (v * u_pos).sum(1), np.einsum("bd,bkd->bk", v, u_neg)
    return np.maximum(0, 1 - good[:, None] + bad).sum() / len(v), (v, u_pos, u_neg)


@wrong()
def sgns_forward__only_the_hardest_negative(v, u_pos, u_neg):
    good, bad = (v * u_pos).sum(1), np.einsum("bd,bkd->bk", v, u_neg).max(axis=1)
    return (np.logaddexp(0, -good) + np.logaddexp(0, bad)).mean(), (v, u_pos, u_neg)


@wrong()
def sgns_forward__scaled_by_root_of_width(v, u_pos, u_neg):
    return S.sgns_forward(v / np.sqrt(v.shape[1]), u_pos, u_neg)


@wrong()
def sgns_backward__dv_of_mean_negative(cache):
    v, _u_pos, u_neg = cache
    dv, dp, dn = S.sgns_backward(cache)
    positive = dv - np.einsum("bk,bkd->bd", 1 / (1 + np.exp(-np.einsum("bd,bkd->bk", v, u_neg))), u_neg) / len(v)
    return positive + (dv - positive) / u_neg.shape[1], dp, dn


@wrong()
def sgns_backward__du_pos_and_dv_exchanged(cache):
    dv, dp, dn = S.sgns_backward(cache)
    return dp, dv, dn


@wrong()
def embedding_backward__sign_of_the_sum(dout, ids, V):
    return np.sign(S.embedding_backward(dout, ids, V))


@wrong()
def embedding_backward__root_of_occurrences(dout, ids, V):
    counts = np.bincount(ids.ravel(), minlength=V)[:, None]
    return S.embedding_backward(dout, ids, V) / np.sqrt(np.maximum(counts, 1))


@wrong()
def embedding_backward__transposed_table(dout, ids, V):
    return S.embedding_backward(dout, ids, V).T


@wrong()
def cosine_similarity__squared(A, B):
    return S.cosine_similarity(A, B) ** 2


@wrong()
def cosine_similarity__centred_rows(A, B):
    return S.cosine_similarity(A - A.mean(1, keepdims=True), B - B.mean(1, keepdims=True))


@wrong()
def cosine_similarity__angles(A, B):
    return np.arccos(np.clip(S.cosine_similarity(A, B), -1, 1))


@wrong()
def cosine_similarity__transposed(A, B):
    return S.cosine_similarity(B, A)


@wrong()
def nearest__by_absolute_cosine(W, query, k, exclude=()):
    order = np.argsort(-np.abs(S.cosine_similarity(W, query[None]).ravel()))
    return order[~np.isin(order, exclude)][:k]


@wrong()
def analogy__sums_of_pairs(W, a, b, c):
    unit = W / np.linalg.norm(W, axis=1, keepdims=True)
    return S.nearest(unit, unit[b] + unit[c], 1, (a, b, c))[0]


@wrong()
def analogy__product_of_cosines(W, a, b, c):
    scores = S.cosine_similarity(W, W[[a, b, c]])
    rank = scores[:, 1] * scores[:, 2] / (np.abs(scores[:, 0]) + 1e-3)
    rank[[a, b, c]] = -np.inf
    return int(rank.argmax())
