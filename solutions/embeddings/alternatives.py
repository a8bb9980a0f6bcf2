"""Right answers written another way: none of them may lose a point."""

import numpy as np

from autograder.bank import alternative

from . import solution as right


@alternative("skipgram_pairs")
def skipgram_pairs_loop(tokens, window):
    centers, contexts = [], []
    for i, center in enumerate(tokens):
        for j in range(i - window, i + window + 1):
            if j != i and 0 <= j < len(tokens):
                centers.append(int(center))
                contexts.append(int(tokens[j]))
    return np.array(centers, dtype=int), np.array(contexts, dtype=int)


@alternative("skipgram_pairs")
def skipgram_pairs_without_a_dtype(tokens, window):
    centers, contexts = skipgram_pairs_as_lists(tokens, window)
    return np.array(centers), np.array(contexts)  # float64 where there is no pair


@alternative("skipgram_pairs")
def skipgram_pairs_as_lists(tokens, window):
    centers, contexts = [], []
    for i in range(len(tokens)):
        around = [*tokens[max(0, i - window) : i], *tokens[i + 1 : i + window + 1]]
        centers += [tokens[i]] * len(around)
        contexts += around
    return centers, contexts


@alternative("skipgram_pairs")
def skipgram_pairs_mask(tokens, window):
    place = np.arange(len(tokens))
    apart = np.abs(place[:, None] - place)
    i, j = np.nonzero((apart > 0) & (apart <= window))
    return tokens[i].astype(np.int32), tokens[j].astype(np.int32)


@alternative("subsample", replaces="keep_probability")
def keep_probability_clipped(counts, t):
    with np.errstate(divide="ignore"):
        return np.minimum(1.0, np.sqrt(t / (counts / counts.sum())))


@alternative("subsample", replaces="keep_probability")
def keep_probability_loop(counts, t):
    total = sum(int(count) for count in counts)
    return [1.0 if count <= t * total else (t * total / int(count)) ** 0.5 for count in counts]


@alternative("subsample")
def subsample_loop(tokens, keep, u):
    return np.array([word for word, chance in zip(tokens, u, strict=True) if chance < keep[word]], dtype=int)


@alternative("subsample")
def subsample_compress(tokens, keep, u):
    return np.compress(np.take(keep, tokens) > u, tokens)


@alternative("negatives", replaces="negative_distribution")
def negative_distribution_by_logarithms(counts, power=0.75):
    with np.errstate(divide="ignore"):
        logits = power * np.log(counts)
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


@alternative("negatives", replaces="negative_distribution")
def negative_distribution_of_shares(counts, power=0.75):
    weights = np.power(counts / counts.sum(), power)
    return weights / np.add.reduce(weights)


@alternative("negatives", replaces="sample_negatives")
def sample_negatives_by_comparison(p, u):
    edges = np.cumsum(p)
    return np.sum(np.asarray(u)[..., None] >= edges / edges[-1], axis=-1)


@alternative("negatives", replaces="sample_negatives")
def sample_negatives_digitize(p, u):
    edges = np.cumsum(p)
    return np.digitize(u, edges / edges[-1])


def _softplus(x):
    """log(1 + exp(x))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@alternative("sgns", replaces="sgns_forward")
def sgns_forward_stacked(v, u_pos, u_neg):
    u = np.concatenate([u_pos[:, None], u_neg], axis=1)  # (B, 1 + K, D)
    scores = (u @ v[:, :, None])[:, :, 0]  # (B, 1 + K)
    scores[:, 0] *= -1
    return float(_softplus(scores).sum(axis=1).mean()), (v, u_pos, u_neg)


@alternative("sgns", replaces="sgns_backward")
def sgns_backward_loop(cache):
    v, u_pos, u_neg = cache
    dv, du_pos, du_neg = (np.zeros_like(x) for x in cache)
    for b in range(len(v)):
        slope = -1 / (1 + np.exp(np.minimum(v[b] @ u_pos[b], 700.0)))
        dv[b] += slope * u_pos[b]
        du_pos[b] = slope * v[b]
        for k in range(u_neg.shape[1]):
            slope = 1 / (1 + np.exp(np.minimum(-(v[b] @ u_neg[b, k]), 700.0)))
            dv[b] += slope * u_neg[b, k]
            du_neg[b, k] = slope * v[b]
    return dv / len(v), du_pos / len(v), du_neg / len(v)


@alternative("sgns", replaces="sgns_forward", group="sgns_in_pairs")
def sgns_forward_with_slopes(v, u_pos, u_neg):
    positive, negative = (v * u_pos).sum(axis=1), (v[:, None] * u_neg).sum(axis=2)
    loss = np.mean(_softplus(-positive) + _softplus(negative).sum(axis=1))
    slopes = (np.exp(-_softplus(positive)), np.exp(-_softplus(-negative)))
    return loss, {"inputs": [v, u_pos, u_neg], "slopes": slopes}


@alternative("sgns", replaces="sgns_backward", group="sgns_in_pairs")
def sgns_backward_with_slopes(cache):
    (v, u_pos, u_neg), (positive, negative) = cache["inputs"], cache["slopes"]
    du_pos = -positive[:, None] * v / len(v)
    du_neg = negative[..., None] * v[:, None] / len(v)
    dv = ((negative[..., None] * u_neg).sum(axis=1) - positive[:, None] * u_pos) / len(v)
    return dv, du_pos, du_neg


@alternative("embedding_backward")
def embedding_backward_one_hot(dout, ids, V):
    one_hot = np.eye(V)[ids.ravel()]  # (words, V)
    return one_hot.T @ dout.reshape(-1, dout.shape[-1])


@alternative("embedding_backward")
def embedding_backward_columns(dout, ids, V):
    columns = dout.reshape(-1, dout.shape[-1]).T
    return np.stack([np.bincount(ids.ravel(), weights=column, minlength=V) for column in columns], axis=1)


@alternative("cosine", replaces="cosine_similarity")
def cosine_similarity_divided(A, B):
    norms = np.sqrt((A**2).sum(axis=1))[:, None] * np.sqrt((B**2).sum(axis=1))
    return np.divide(A @ B.T, norms, out=np.zeros_like(norms), where=norms > 0)


@alternative("cosine", replaces="cosine_similarity")
def cosine_similarity_loop(A, B):
    def cosine(a, b):
        length = np.linalg.norm(a) * np.linalg.norm(b)
        return float(a @ b) / length if length > 0 else 0.0

    return [[cosine(a, b) for b in B] for a in A]


@alternative("cosine", replaces="nearest")
def nearest_sorted(W, query, k, exclude=()):
    words = [word for word in range(len(W)) if word not in exclude]
    return sorted(words, key=lambda word: -float(W[word] @ query) / float(np.linalg.norm(W[word])))[:k]


@alternative("cosine", replaces="nearest")
def nearest_masked(W, query, k, exclude=()):
    scores = W @ query / np.linalg.norm(W, axis=1)
    scores[list(exclude)] = -np.inf
    return np.argsort(scores)[::-1][:k]


@alternative("analogy")
def analogy_sum_of_cosines(W, a, b, c):
    similar = right.cosine_similarity(W, W[[a, b, c]])  # (V, 3)
    scores = similar @ np.array([-1.0, 1.0, 1.0])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())


@alternative("analogy")
def analogy_loop(W, a, b, c):
    unit = [row / np.sqrt(row @ row) for row in W]
    target = unit[b] - unit[a] + unit[c]
    return np.int64(max((w for w in range(len(W)) if w not in (a, b, c)), key=lambda w: float(unit[w] @ target)))


@alternative("train_skipgram")
def train_skipgram_in_place(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    V, p = len(counts), right.negative_distribution(counts)
    W_in, W_out = 0.3 * rng.normal(size=(V, dim)), 0.3 * rng.normal(size=(V, dim))
    for _ in range(epochs):
        order = rng.permutation(len(centers))
        for rows in np.array_split(order, max(1, len(order) // batch)):
            c, o = centers[rows], contexts[rows]
            n = rng.choice(V, size=(len(rows), k), p=p)
            _, cache = right.sgns_forward(W_in[c], W_out[o], W_out[n])
            dv, du_pos, du_neg = right.sgns_backward(cache)
            np.subtract.at(W_in, c, lr * len(rows) * dv)
            np.subtract.at(W_out, o, lr * len(rows) * du_pos)
            np.subtract.at(W_out, n, lr * len(rows) * du_neg)
    return W_in, W_out


@alternative("train_skipgram")
def train_skipgram_small_batches(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    return right.train_skipgram(centers, contexts, counts, dim, lr, epochs, max(1, batch // 2), rng, k)
