"""Word embeddings: vectors for words, learned from the company that words keep.

词嵌入：从上下文中为每个词学出一个向量。

Words are whole numbers from 0 to V - 1. Every function is pure: it leaves its arguments as they are and draws random
numbers only from the generator, or by the uniform numbers, that it is given.
"""

import numpy as np


def skipgram_pairs(tokens, window):
    """Every word with each of its neighbours, at most `window` places to either side.

    每个词与左右各 window 个位置以内的邻居配成对；序列两端不补齐，也不绕回。

    Order: by the place of the centre, then by the place of the neighbour, both from left to right.

    tokens: int (T,), a text.
    window: int, 1 or more.
    Returns: (centers, contexts); each int (pairs,).
    Source: Mikolov et al. 2013, "Efficient Estimation of Word Representations in Vector Space"; d2l 15.1 (zh 14.1).
    """
    ### BEGIN SOLUTION
    T = len(tokens)
    places = [(i, j) for i in range(T) for j in range(max(0, i - window), min(T, i + window + 1)) if i != j]
    i, j = np.array(places, dtype=int).reshape(len(places), 2).T  # (pairs,) each
    return tokens[i], tokens[j]
    ### END SOLUTION


def keep_probability(counts, t):
    """Probability with which each word is kept when frequent words are thinned out: min(1, √(t / f)).

    下采样高频词时，每个词被保留的概率；f 是该词在语料中的频率（次数除以总数）。

    Convention: the paper's formula, in which f is the word's share of the text. A word that never occurs has 1.

    counts: int (V,), how often each word occurs; 0 or more.
    t: float, above 0, the share from which words are thinned out.
    Returns: float (V,), in (0, 1].
    Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", section 2.3, eq. 5.
    """
    ### BEGIN SOLUTION
    f = counts / counts.sum()
    return np.sqrt(t / np.maximum(f, t))
    ### END SOLUTION


def subsample(tokens, keep, u):
    """A text in which each word stays with its own probability, decided place by place.

    逐个位置决定去留：第 i 个位置上的词 w 保留，当且仅当 u[i] < keep[w]。

    tokens: int (T,).
    keep: float (V,), the probability of each word.
    u: float (T,), uniform in [0, 1), one for each place.
    Returns: int (up to T,), the words that stay, in their order.
    Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", section 2.3.
    """
    ### BEGIN SOLUTION
    return tokens[u < keep[tokens]]
    ### END SOLUTION


def negative_distribution(counts, power=0.75):
    """The distribution that negative examples are drawn from: counts to a power, made to sum to 1.

    负采样所用的分布：词频的 power 次方，归一化。

    counts: int (V,), how often each word occurs; 0 or more, not all 0.
    power: float, above 0; below 1 it helps rare words.
    Returns: float (V,), sums to 1.
    Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", section 2.2.
    """
    ### BEGIN SOLUTION
    weights = counts**power
    return weights / weights.sum()
    ### END SOLUTION


def sample_negatives(p, u):
    """Words drawn from a distribution by given uniform numbers: the smallest w with p[0] + … + p[w] > u.

    用给定的均匀随机数按分布抽词（逆变换采样）；p 的总和若不是 1，先缩放到 1。

    Convention: p is scaled first, so that it sums to 1: a sum of rounded numbers rarely does.

    p: float (V,), 0 or more, not all 0.
    u: float (any dims), uniform in [0, 1).
    Returns: int (dims of u), words in 0 … V - 1; a word with p = 0 is never drawn.
    Source: inverse transform sampling; Goodfellow et al., Deep Learning, 17.1.
    """
    ### BEGIN SOLUTION
    edges = np.cumsum(p)
    return np.searchsorted(edges / edges[-1], u, side="right")
    ### END SOLUTION


### BEGIN SOLUTION
def _sigmoid(x):
    """1 / (1 + exp(-x)), which tanh computes without overflow."""
    return 0.5 * (1 + np.tanh(x / 2))


### END SOLUTION


def sgns_forward(v, u_pos, u_neg):
    """Loss of skip-gram with negative sampling, the mean over the B pairs.

    负采样 skip-gram 的损失：每对样本 −log σ(v·u⁺) − Σₖ log σ(−v·uₖ⁻)，再对 B 对取平均；K 个负样本是求和。

    For one pair: -log σ(v · u_pos) - Σ_k log σ(-v · u_neg[k]); a sum over the K negatives, a mean over the pairs.
    Scores of ±1000 give a finite loss.

    v: float (B, D), vectors of the centres.
    u_pos: float (B, D), context vectors of the true neighbours.
    u_neg: float (B, K, D), context vectors of the negatives.
    Returns: (loss, cache); loss: float; cache: whatever your `sgns_backward` needs.
    Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eq. 4.
    """
    ### BEGIN SOLUTION
    positive = np.einsum("bd,bd->b", v, u_pos)  # (B,)
    negative = np.einsum("bd,bkd->bk", v, u_neg)  # (B, K)
    loss = np.logaddexp(0, -positive).sum() + np.logaddexp(0, negative).sum()
    return loss / len(v), (v, u_pos, u_neg)
    ### END SOLUTION


def sgns_backward(cache):
    """Gradients of `sgns_forward`'s loss with respect to its three arguments.

    sgns_forward 的损失对三个输入的梯度（别忘了取平均的系数）。

    cache: what `sgns_forward` returned.
    Returns: (dv, du_pos, du_neg); float (B, D), (B, D), (B, K, D).
    Source: d2l 15.2 (zh 14.2); Goldberg and Levy 2014, "word2vec Explained".
    """
    ### BEGIN SOLUTION
    v, u_pos, u_neg = cache
    B = len(v)
    dpositive = (_sigmoid(np.einsum("bd,bd->b", v, u_pos)) - 1) / B  # (B,)
    dnegative = _sigmoid(np.einsum("bd,bkd->bk", v, u_neg)) / B  # (B, K)
    dv = dpositive[:, None] * u_pos + np.einsum("bk,bkd->bd", dnegative, u_neg)  # (B, D)
    return dv, dpositive[:, None] * v, dnegative[:, :, None] * v[:, None, :]
    ### END SOLUTION


def embedding_backward(dout, ids, V):
    """Gradient of an embedding table W with respect to its rows, where `out = W[ids]`.

    查表 out = W[ids] 对表 W 的梯度：同一个词出现几次，梯度就累加几次。

    dout: float (dims of ids, D), gradient of the loss with respect to out.
    ids: int (any dims), the words that were looked up, in 0 … V - 1; a word may come several times, or never.
    V: int, the number of words.
    Returns: float (V, D).
    Source: d2l 15.4 (zh 14.4), the embedding layer.
    """
    ### BEGIN SOLUTION
    D = dout.shape[-1]
    dW = np.zeros((V, D))
    np.add.at(dW, ids.ravel(), dout.reshape(ids.size, D))  # `dW[ids] += dout` would count a word once
    return dW
    ### END SOLUTION


### BEGIN SOLUTION
def _unit(x):
    """Rows of length 1; a row of zeros stays."""
    norms = np.sqrt(np.einsum("nd,nd->n", x, x))[:, None]  # (N, 1)
    return x / np.where(norms > 0, norms, 1)


### END SOLUTION


def cosine_similarity(A, B):
    """Cosine of the angle between every row of A and every row of B.

    A 的每一行与 B 的每一行的余弦相似度；零向量与任何向量的相似度规定为 0。

    Convention: a row of zeros has similarity 0 to everything. Nothing is added to the norms.

    A: float (M, D).
    B: float (N, D).
    Returns: float (M, N), in [-1, 1].
    Source: d2l 15.7 (zh 14.7), word similarity.
    """
    ### BEGIN SOLUTION
    return _unit(A) @ _unit(B).T  # (M, N)
    ### END SOLUTION


def nearest(W, query, k, exclude=()):
    """The k words whose vectors have the largest cosine with a query, the nearest first.

    与查询向量余弦最大的 k 个词，从最相近的开始；exclude 里的词不算。

    W: float (V, D), the vectors of all words.
    query: float (D,), not zero.
    k: int, 1 … V - len(exclude).
    exclude: tuple of int, words that are left out.
    Returns: int (k,).
    Source: d2l 15.7 (zh 14.7), word similarity.
    """
    ### BEGIN SOLUTION
    order = np.argsort(-cosine_similarity(W, query[None]).ravel())  # (V,)
    return order[~np.isin(order, exclude)][:k]  # (k,)
    ### END SOLUTION


def analogy(W, a, b, c):
    """The word d for which a : b = c : d, as man : king = woman : queen.

    类比：a 之于 b，如同 c 之于谁？先把所有向量化为单位长度，再取 b − a + c 最相近的词，a、b、c 自己除外。

    All vectors are scaled to length 1 first; d is the word nearest (by cosine) to b - a + c, and none of a, b, c.

    W: float (V, D), the vectors of all words, V above 3, none of them zero.
    a, b, c: int, words.
    Returns: int, a word.
    Source: Mikolov et al. 2013, "Linguistic Regularities in Continuous Space Word Representations"; d2l 15.7 (zh 14.7).
    """
    ### BEGIN SOLUTION
    unit = _unit(W)
    (d,) = nearest(unit, unit[b] - unit[a] + unit[c], 1, (a, b, c))
    return d
    ### END SOLUTION


def train_skipgram(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    """Word vectors by gradient descent on skip-gram with negative sampling.

    用小批量梯度下降训练 skip-gram。起点：W_in 与 W_out 都取均值为 0、标准差约 0.3 的正态随机数。

    Start with normal entries of standard deviation 0.3. In each epoch go through all pairs in a random order, `batch`
    at a time, each with k negatives drawn by `negative_distribution(counts)`. A step follows the gradient of the SUM
    over the batch's pairs, times `lr`: with the mean, a pair would count the less the larger the batch.

    centers, contexts: int (pairs,).
    counts: int (V,), how often each word occurs.
    dim: int, D.
    lr: float. epochs: int. batch: int.
    rng: numpy.random.Generator, the only source of randomness.
    Returns: (W_in, W_out); float (V, D), vectors of words as centres and as contexts.
    Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", section 2.2.
    """
    ### BEGIN SOLUTION
    V, p = len(counts), negative_distribution(counts)
    W_in, W_out = rng.normal(scale=0.3, size=(2, V, dim))
    for _ in range(epochs):
        order = rng.permutation(len(centers))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            c, o = centers[rows], contexts[rows]  # (B,)
            n = sample_negatives(p, rng.random((len(rows), k)))  # (B, K)
            _, cache = sgns_forward(W_in[c], W_out[o], W_out[n])
            dv, du_pos, du_neg = (len(rows) * gradient for gradient in sgns_backward(cache))
            W_in -= lr * embedding_backward(dv, c, V)
            W_out -= lr * (embedding_backward(du_pos, o, V) + embedding_backward(du_neg, n, V))
    return W_in, W_out
    ### END SOLUTION
