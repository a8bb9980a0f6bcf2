"""Wrong answers that people really write, each with the question that helps.

Left out because they are right: the pairs of a window drawn at random (word2vec's program does that; here the window is
fixed), negatives that happen to be the true neighbour, `u <= keep` instead of `<` where no u equals keep.
"""

from itertools import count

import numpy as np

from autograder.bank import mistake

from . import solution as right

# ------------------------------------------------------------------------------------------ skipgram_pairs


def _pairs(tokens, window, allowed):
    """All pairs of places that are allowed, as words."""
    T = len(tokens)
    places = [(i, j) for i in range(T) for j in range(T) if allowed(i, j)]
    i, j = np.array(places, dtype=int).reshape(-1, 2).T
    return tokens[i], tokens[j]


@mistake("skipgram_pairs", en="Is a word its own neighbour?", zh="一个词是它自己的邻居吗？")
def skipgram_pairs_with_itself(tokens, window):
    return _pairs(tokens, window, lambda i, j: abs(i - j) <= window)


@mistake("skipgram_pairs", en="On which sides of a word are its neighbours?", zh="邻居只在一侧吗？")
def skipgram_pairs_to_the_right_only(tokens, window):
    return _pairs(tokens, window, lambda i, j: 0 < j - i <= window)


@mistake("skipgram_pairs", en="What comes after a word: is that context, too?", zh="后面的词也算上下文吗？")
def skipgram_pairs_to_the_left_only(tokens, window):
    return _pairs(tokens, window, lambda i, j: 0 < i - j <= window)


@mistake(
    "skipgram_pairs",
    en="Which is the farthest place that your range reaches?",
    zh="你的 range 最远能取到哪个位置？",
)
def skipgram_pairs_window_too_short(tokens, window):
    return _pairs(tokens, window, lambda i, j: 0 < abs(i - j) < window)


@mistake(
    "skipgram_pairs",
    en="With a window of 1, how many neighbours has a word at most?",
    zh="窗口为 1 时，一个词最多有几个邻居？",
)
def skipgram_pairs_window_too_long(tokens, window):
    return _pairs(tokens, window, lambda i, j: 0 < abs(i - j) <= window + 1)


@mistake("skipgram_pairs", en="Which of the two results holds the centres?", zh="返回的两个数组，哪个是中心词？")
def skipgram_pairs_swapped(tokens, window):
    return right.skipgram_pairs(tokens, window)[::-1]


@mistake(
    "skipgram_pairs",
    en="What does tokens[i - 1] mean where i is 0?",
    zh="i 为 0 时，tokens[i - 1] 取到的是什么？",
)
def skipgram_pairs_that_wrap_around(tokens, window):
    T = len(tokens)
    reach = [step for step in range(-window, window + 1) if step]
    places = [(i, i + step) for i in range(T) for step in reach if i + step < T and i + step >= -T]
    i, j = np.array(places, dtype=int).reshape(-1, 2).T
    return tokens[i], tokens[j]


@mistake(
    "skipgram_pairs",
    en="Do you compare places, or the words that stand there?",
    zh="你比较的是位置，还是位置上的词？",
)
def skipgram_pairs_without_equal_words(tokens, window):
    centers, contexts = right.skipgram_pairs(tokens, window)
    return centers[centers != contexts], contexts[centers != contexts]


@mistake(
    "skipgram_pairs",
    en="Which words near the ends of the text have neighbours?",
    zh="靠近文本两端的词，也有邻居吗？",
)
def skipgram_pairs_full_windows_only(tokens, window):
    return _pairs(tokens, window, lambda i, j: 0 < abs(i - j) <= window <= i < len(tokens) - window)


@mistake("skipgram_pairs", en="Are these words, or their places?", zh="返回的是词，还是词的位置？")
def skipgram_pairs_of_places(tokens, window):
    return right.skipgram_pairs(np.arange(len(tokens)), window)


@mistake("skipgram_pairs", en="In which order do the pairs come?", zh="各对按什么顺序排列？")
def skipgram_pairs_distance_by_distance(tokens, window):
    order = [step for step in range(-window, window + 1) if step]
    places = [(i, i + step) for step in order for i in range(len(tokens)) if 0 <= i + step < len(tokens)]
    i, j = np.array(places, dtype=int).reshape(-1, 2).T
    return tokens[i], tokens[j]


# ----------------------------------------------------------------------------------------------- subsample


@mistake(
    "subsample",
    replaces="keep_probability",
    en="Is this the probability of staying, or of going?",
    zh="这是保留的概率，还是丢弃的概率？",
)
def keep_probability_of_dropping(counts, t):
    return 1 - right.keep_probability(counts, t)


@mistake("subsample", replaces="keep_probability", en="Can a probability exceed 1?", zh="概率能大于 1 吗？")
def keep_probability_not_clipped(counts, t):
    return np.sqrt(t * counts.sum() / np.maximum(counts, 1e-9))


@mistake("subsample", replaces="keep_probability", en="Where is the square root?", zh="平方根在哪里？")
def keep_probability_without_root(counts, t):
    return right.keep_probability(counts, t) ** 2


@mistake(
    "subsample",
    replaces="keep_probability",
    en="Is f a count, or a share of the text?",
    zh="f 是次数，还是占比？",
)
def keep_probability_of_counts(counts, t):
    return np.sqrt(t / np.maximum(counts, t))


@mistake(
    "subsample",
    replaces="keep_probability",
    en="The paper and the program that came with it differ; which formula is asked for?",
    zh="论文与它附带的程序公式不同，这里要的是哪一个？",
)
def keep_probability_of_the_program(counts, t):
    f = np.maximum(counts / counts.sum(), 1e-12)
    return np.minimum(1, (np.sqrt(f / t) + 1) * t / f)


@mistake(
    "subsample",
    replaces="keep_probability",
    en="Which words should become rarer: the frequent ones, or the rare ones?",
    zh="应该变少的，是高频词还是低频词？",
)
def keep_probability_inverted(counts, t):
    return np.minimum(1, np.sqrt(counts / counts.sum() / t))


@mistake(
    "subsample",
    replaces="keep_probability",
    en="A share of what: of all words, or of the most frequent one?",
    zh="占比是相对于全部词数，还是相对于最高频的词？",
)
def keep_probability_of_the_largest(counts, t):
    f = counts / counts.max()
    return np.sqrt(t / np.maximum(f, t))


@mistake(
    "subsample",
    replaces="keep_probability",
    en="How often is a word kept whose share is just below t?",
    zh="占比略低于 t 的词，应该保留多少？",
)
def keep_probability_of_rare_words_zero(counts, t):
    f = counts / counts.sum()
    return np.where(f > t, np.sqrt(t / np.maximum(f, t)), 0.0)


@mistake("subsample", en="With keep = 1, which u may drop a word?", zh="keep = 1 时，什么样的 u 会丢掉这个词？")
def subsample_keeps_where_u_is_above(tokens, keep, u):
    return tokens[u >= keep[tokens]]


@mistake("subsample", en="What does keep have an entry for: places, or words?", zh="keep 的下标是位置，还是词？")
def subsample_keep_of_places(tokens, keep, u):
    return tokens[u < keep[np.arange(len(tokens)) % len(keep)]]


@mistake(
    "subsample",
    en="Do all occurrences of a word share one fate?",
    zh="同一个词的每次出现，命运都一样吗？",
)
def subsample_of_words_at_once(tokens, keep, u):
    return tokens[u[tokens % len(u)] < keep[tokens]]


@mistake("subsample", en="Words, or places of words?", zh="返回的是词，还是词的位置？")
def subsample_gives_places(tokens, keep, u):
    return np.flatnonzero(u < keep[tokens])


@mistake("subsample", en="What stands where a word was dropped?", zh="词被丢弃之后，它原来的位置上是什么？")
def subsample_puts_zeros(tokens, keep, u):
    return np.where(u < keep[tokens], tokens, 0)


@mistake("subsample", en="Does a text keep its order?", zh="文本的顺序还在吗？")
def subsample_sorts(tokens, keep, u):
    return np.sort(tokens[u < keep[tokens]])


@mistake("subsample", en="And if u equals keep?", zh="如果 u 恰好等于 keep 呢？")
def subsample_keeps_equal(tokens, keep, u):
    return tokens[u <= keep[tokens]]


# ----------------------------------------------------------------------------------------------- negatives


@mistake("negatives", replaces="negative_distribution", en="Where does the power come in?", zh="power 用在哪里了？")
def negative_distribution_of_counts(counts, power=0.75):
    return counts / counts.sum()


@mistake(
    "negatives",
    replaces="negative_distribution",
    en="What if somebody asks for another power?",
    zh="如果 power 不是 0.75 呢？",
)
def negative_distribution_fixed_power(counts, power=0.75):
    return right.negative_distribution(counts)


@mistake("negatives", replaces="negative_distribution", en="What do probabilities add up to?", zh="概率之和是多少？")
def negative_distribution_not_normalised(counts, power=0.75):
    return counts**power


@mistake(
    "negatives",
    replaces="negative_distribution",
    en="Which comes first, the power or the division by the sum?",
    zh="先求幂，还是先除以总和？",
)
def negative_distribution_normalised_too_early(counts, power=0.75):
    return (counts / counts.sum()) ** power


@mistake(
    "negatives",
    replaces="negative_distribution",
    en="Are frequent words still drawn more often than rare ones?",
    zh="高频词是否仍比低频词更常被抽到？",
)
def negative_distribution_uniform(counts, power=0.75):
    return (counts > 0) / np.sum(counts > 0)


@mistake(
    "negatives",
    replaces="negative_distribution",
    en="Is it the counts that are raised to the power, or their logarithms?",
    zh="求幂的是词频，还是词频的对数？",
)
def negative_distribution_of_logarithms(counts, power=0.75):
    weights = np.log1p(counts) ** power
    return weights / weights.sum()


@mistake(
    "negatives",
    replaces="negative_distribution",
    en="A power of ¾, or a root of ¾?",
    zh="是 ¾ 次方，还是开 ¾ 次方？",
)
def negative_distribution_inverse_power(counts, power=0.75):
    weights = counts ** (1 / power)
    return weights / weights.sum()


@mistake("negatives", replaces="sample_negatives", en="Is every word as likely?", zh="每个词的概率都一样吗？")
def sample_negatives_uniformly(p, u):
    return np.floor(u * len(p)).astype(int)


@mistake(
    "negatives",
    replaces="sample_negatives",
    en="At u = 0, may a word with p = 0 be drawn?",
    zh="u = 0 时，p = 0 的词可以被抽到吗？",
)
def sample_negatives_side_left(p, u):
    return np.searchsorted(np.cumsum(p) / np.sum(p), u, side="left")


@mistake(
    "negatives", replaces="sample_negatives", en="Which word does the smallest u give?", zh="最小的 u 对应哪个词？"
)
def sample_negatives_one_too_far(p, u):
    return np.minimum(right.sample_negatives(p, u) + 1, len(p) - 1)


@mistake("negatives", replaces="sample_negatives", en="Which word does the largest u give?", zh="最大的 u 对应哪个词？")
def sample_negatives_one_too_near(p, u):
    return np.maximum(right.sample_negatives(p, u) - 1, 0)


@mistake(
    "negatives",
    replaces="sample_negatives",
    en="What is compared with u: p itself, or a sum of p?",
    zh="与 u 比较的，是 p 本身还是 p 的累积和？",
)
def sample_negatives_without_sum(p, u):
    return np.searchsorted(np.sort(p), u, side="right") % len(p)


@mistake(
    "negatives", replaces="sample_negatives", en="Are all your negatives the same word?", zh="负样本是否全是同一个词？"
)
def sample_negatives_most_likely(p, u):
    return np.full(np.shape(u), np.argmax(p))


@mistake("negatives", replaces="sample_negatives", en="Which shape has u?", zh="u 是什么形状？")
def sample_negatives_in_a_row(p, u):
    return right.sample_negatives(p, u).ravel()


@mistake("negatives", replaces="sample_negatives", en="What does p sum to?", zh="p 的总和是多少？")
def sample_negatives_not_scaled(p, u):
    return np.minimum(np.searchsorted(np.cumsum(p), u, side="right"), len(p) - 1)


@mistake(
    "negatives",
    replaces="sample_negatives",
    en="Are p and the words still in the same order?",
    zh="p 和词的顺序还对应吗？",
)
def sample_negatives_of_sorted(p, u):
    return right.sample_negatives(np.sort(p)[::-1], u)


# ---------------------------------------------------------------------------------------------------- sgns


def _loss(v, u_pos, u_neg, of_positive, of_negative):
    """The right frame of `sgns_forward` around other losses of the scores."""
    positive, negative = np.einsum("bd,bd->b", v, u_pos), np.einsum("bd,bkd->bk", v, u_neg)
    return (of_positive(positive).sum() + of_negative(negative).sum()) / len(v), (v, u_pos, u_neg)


def _of_true(score):
    return np.logaddexp(0, -score)


def _of_false(score):
    return np.logaddexp(0, score)


@mistake("sgns", replaces="sgns_forward", en="A sum or a mean over the pairs?", zh="对样本对求和还是取平均？")
def sgns_loss_summed(v, u_pos, u_neg):
    loss, cache = right.sgns_forward(v, u_pos, u_neg)
    return loss * len(v), cache


@mistake("sgns", replaces="sgns_forward", en="Are the negatives averaged, or added?", zh="负样本是取平均还是求和？")
def sgns_loss_mean_of_negatives(v, u_pos, u_neg):
    return _loss(v, u_pos, u_neg, _of_true, lambda score: _of_false(score) / score.shape[1])


@mistake(
    "sgns",
    replaces="sgns_forward",
    en="Should the score of a negative be large, or small?",
    zh="负样本的得分应该大还是小？",
)
def sgns_loss_negatives_like_positives(v, u_pos, u_neg):
    return _loss(v, u_pos, u_neg, _of_true, _of_true)


@mistake(
    "sgns",
    replaces="sgns_forward",
    en="Which of the two terms wants a large score?",
    zh="哪一项希望得分大？",
)
def sgns_loss_signs_swapped(v, u_pos, u_neg):
    return _loss(v, u_pos, u_neg, _of_false, _of_true)


@mistake("sgns", replaces="sgns_forward", en="Where have the negatives gone?", zh="负样本到哪里去了？")
def sgns_loss_without_negatives(v, u_pos, u_neg):
    return _loss(v, u_pos, u_neg, _of_true, lambda score: 0 * score)


@mistake("sgns", replaces="sgns_forward", en="Where is the logarithm?", zh="对数在哪里？")
def sgns_loss_without_logarithm(v, u_pos, u_neg):
    return _loss(v, u_pos, u_neg, lambda score: -right._sigmoid(score), lambda score: -right._sigmoid(-score))


@mistake("sgns", replaces="sgns_forward", en="Can this loss be negative?", zh="这个损失可能是负的吗？")
def sgns_loss_negated(v, u_pos, u_neg):
    loss, cache = right.sgns_forward(v, u_pos, u_neg)
    return -loss, cache


@mistake("sgns", replaces="sgns_forward", en="What is log σ(-800)?", zh="log σ(−800) 是多少？")
def sgns_loss_overflows(v, u_pos, u_neg):
    def of_true(score):
        return -np.log(1 / (1 + np.exp(-score)))

    return _loss(v, u_pos, u_neg, of_true, lambda score: of_true(-score))


@mistake(
    "sgns",
    replaces="sgns_forward",
    en="A small number inside the logarithm: what does it do to a large loss?",
    zh="在对数里加一个小数，较大的损失会变成什么？",
)
def sgns_loss_with_epsilon(v, u_pos, u_neg):
    def of_true(score):
        return -np.log(right._sigmoid(score) + 1e-6)

    return _loss(v, u_pos, u_neg, of_true, lambda score: of_true(-score))


@mistake(
    "sgns",
    replaces="sgns_forward",
    en="Does each candidate get its own σ, or do they compete?",
    zh="每个候选词各用一个 σ，还是放在一起竞争？",
)
def sgns_loss_softmax(v, u_pos, u_neg):
    positive, negative = np.einsum("bd,bd->b", v, u_pos), np.einsum("bd,bkd->bk", v, u_neg)
    scores = np.concatenate([positive[:, None], negative], axis=1)
    return (np.logaddexp.reduce(scores, axis=1) - positive).mean(), (v, u_pos, u_neg)


def _scaled(cache, *factors):
    return tuple(factor * gradient for factor, gradient in zip(factors, right.sgns_backward(cache), strict=True))


@mistake(
    "sgns",
    replaces="sgns_backward",
    en="The loss is a mean: is the gradient, too?",
    zh="损失取了平均，梯度呢？",
)
def sgns_gradient_summed(cache):
    return _scaled(cache, *[len(cache[0])] * 3)


@mistake("sgns", replaces="sgns_backward", en="Uphill, or downhill?", zh="上坡还是下坡？")
def sgns_gradient_negated(cache):
    return _scaled(cache, -1, -1, -1)


@mistake("sgns", replaces="sgns_backward", en="Which way should a negative move?", zh="负样本应该朝哪个方向移动？")
def sgns_gradient_of_negatives_negated(cache):
    return _scaled(cache, 1, 1, -1)


@mistake(
    "sgns", replaces="sgns_backward", en="Which way should a true neighbour move?", zh="正样本应该朝哪个方向移动？"
)
def sgns_gradient_of_positives_negated(cache):
    return _scaled(cache, 1, -1, 1)


@mistake(
    "sgns",
    replaces="sgns_backward",
    en="By how many ways does v enter the loss?",
    zh="v 从几条路径进入损失？",
)
def sgns_dv_without_negatives(cache):
    v, u_pos, u_neg = cache
    dv, _, _ = right.sgns_backward((v, u_pos, u_neg[:, :0]))
    return dv, *right.sgns_backward(cache)[1:]


@mistake(
    "sgns",
    replaces="sgns_backward",
    en="What does the true neighbour contribute to dv?",
    zh="正样本对 dv 有什么贡献？",
)
def sgns_dv_without_the_positive(cache):
    v, u_pos, u_neg = cache
    gradients = right.sgns_backward(cache)
    return gradients[0] - right.sgns_backward((v, u_pos, u_neg[:, :0]))[0], *gradients[1:]


def _backward(cache, of_positive, of_negative):
    """The right frame of `sgns_backward` around other derivatives of the scores."""
    v, u_pos, u_neg = cache
    dpositive = of_positive(np.einsum("bd,bd->b", v, u_pos)) / len(v)
    dnegative = of_negative(np.einsum("bd,bkd->bk", v, u_neg)) / len(v)
    dv = dpositive[:, None] * u_pos + np.einsum("bk,bkd->bd", dnegative, u_neg)
    return dv, dpositive[:, None] * v, dnegative[:, :, None] * v[:, None, :]


@mistake(
    "sgns",
    replaces="sgns_backward",
    en="What is the derivative of -log σ(x)?",
    zh="−log σ(x) 的导数是什么？",
)
def sgns_gradient_sigma_for_both(cache):
    return _backward(cache, right._sigmoid, right._sigmoid)


@mistake(
    "sgns",
    replaces="sgns_backward",
    en="Is this the derivative of σ, or that of its logarithm?",
    zh="这是 σ 的导数，还是 log σ 的导数？",
)
def sgns_gradient_of_sigma_itself(cache):
    def slope(score):
        return right._sigmoid(score) * (1 - right._sigmoid(score))

    return _backward(cache, lambda score: -slope(score), slope)


@mistake(
    "sgns",
    replaces="sgns_backward",
    en="Do the negatives share one gradient?",
    zh="各个负样本的梯度都相同吗？",
)
def sgns_du_neg_averaged(cache):
    dv, du_pos, du_neg = right.sgns_backward(cache)
    return dv, du_pos, np.broadcast_to(du_neg.mean(axis=1, keepdims=True), du_neg.shape).copy()


@mistake(
    "sgns",
    replaces="sgns_backward",
    en="The derivative of v · u with respect to u: is it u, or v?",
    zh="v · u 对 u 的导数，是 u 还是 v？",
)
def sgns_du_from_u(cache):
    v, u_pos, u_neg = cache
    dpositive = (right._sigmoid(np.einsum("bd,bd->b", v, u_pos)) - 1) / len(v)
    dnegative = right._sigmoid(np.einsum("bd,bkd->bk", v, u_neg)) / len(v)
    return right.sgns_backward(cache)[0], dpositive[:, None] * u_pos, dnegative[:, :, None] * u_neg


# -------------------------------------------------------------------------------------- embedding_backward


@mistake(
    "embedding_backward",
    en="What does `dW[ids] += dout` do when a word stands in ids twice?",
    zh="同一个词在 ids 里出现两次时，`dW[ids] += dout` 会怎样？",
)
def embedding_backward_last_wins(dout, ids, V):
    dW = np.zeros((V, dout.shape[-1]))
    dW[ids.ravel()] += dout.reshape(-1, dout.shape[-1])
    return dW


@mistake(
    "embedding_backward",
    en="Does a second look at a word replace the first?",
    zh="第二次查到同一个词，会覆盖第一次吗？",
)
def embedding_backward_first_wins(dout, ids, V):
    dW = np.zeros((V, dout.shape[-1]))
    dW[ids.ravel()[::-1]] = dout.reshape(-1, dout.shape[-1])[::-1]
    return dW


@mistake("embedding_backward", en="A sum over occurrences, or a mean?", zh="同一个词的各次出现：求和还是取平均？")
def embedding_backward_mean_of_occurrences(dout, ids, V):
    times = np.bincount(ids.ravel(), minlength=V)[:, None]
    return right.embedding_backward(dout, ids, V) / np.maximum(times, 1)


@mistake(
    "embedding_backward",
    en="Who has divided by the number of words already, or has nobody?",
    zh="除以词的个数这一步，该由谁来做？",
)
def embedding_backward_divided(dout, ids, V):
    return right.embedding_backward(dout, ids, V) / ids.size


@mistake("embedding_backward", en="Which rows has the table?", zh="表有哪些行？")
def embedding_backward_used_rows_only(dout, ids, V):
    return right.embedding_backward(dout, ids, V)[np.unique(ids)]


@mistake("embedding_backward", en="Do the words count from 0, or from 1?", zh="词从 0 开始编号，还是从 1？")
def embedding_backward_one_row_down(dout, ids, V):
    return np.roll(right.embedding_backward(dout, ids, V), 1, axis=0)


@mistake(
    "embedding_backward",
    en="Does the gradient of a lookup depend on how large dout is?",
    zh="查表的梯度与 dout 的数值有关吗？",
)
def embedding_backward_counts_only(dout, ids, V):
    return right.embedding_backward(np.ones_like(dout), ids, V)


# -------------------------------------------------------------------------------------------------- cosine


@mistake(
    "cosine",
    replaces="cosine_similarity",
    en="Does a longer vector become more similar?",
    zh="向量变长，相似度会变吗？",
)
def cosine_similarity_dot_products(A, B):
    return A @ B.T


@mistake("cosine", replaces="cosine_similarity", en="Whose length have you divided by?", zh="除以了谁的长度？")
def cosine_similarity_one_norm(A, B):
    return right._unit(A) @ B.T


@mistake("cosine", replaces="cosine_similarity", en="And the length of the other one?", zh="另一方的长度呢？")
def cosine_similarity_other_norm(A, B):
    return A @ right._unit(B).T


@mistake(
    "cosine",
    replaces="cosine_similarity",
    en="Along which axis lies one vector?",
    zh="一个向量是沿哪个轴排列的？",
)
def cosine_similarity_norms_of_columns(A, B):
    return (A / np.linalg.norm(A, axis=0)) @ (B / np.linalg.norm(B, axis=0)).T


@mistake("cosine", replaces="cosine_similarity", en="The norm, or its square?", zh="是范数，还是范数的平方？")
def cosine_similarity_squared_norms(A, B):
    squares = np.maximum((A**2).sum(axis=1)[:, None] * (B**2).sum(axis=1), 1e-300)
    return A @ B.T / squares


@mistake("cosine", replaces="cosine_similarity", en="What is 0 / 0?", zh="0 / 0 等于多少？")
def cosine_similarity_nan_at_zero(A, B):
    with np.errstate(invalid="ignore"):
        return A @ B.T / (np.linalg.norm(A, axis=1)[:, None] * np.linalg.norm(B, axis=1))


@mistake(
    "cosine",
    replaces="cosine_similarity",
    en="What does a small number added to a norm do to a vector that is just as small?",
    zh="给范数加一个小数，对同样小的向量有什么影响？",
)
def cosine_similarity_with_epsilon(A, B):
    return A @ B.T / (np.linalg.norm(A, axis=1)[:, None] * np.linalg.norm(B, axis=1) + 1e-8)


@mistake("cosine", replaces="cosine_similarity", en="A similarity, or a distance?", zh="这是相似度，还是距离？")
def cosine_similarity_as_distance(A, B):
    return 1 - right.cosine_similarity(A, B)


@mistake("cosine", replaces="nearest", en="Is the first word the nearest?", zh="第一个词是最相近的吗？")
def nearest_farthest_first(W, query, k, exclude=()):
    return right.nearest(W, -query, k, exclude)


@mistake(
    "cosine",
    replaces="nearest",
    en="Does a long vector come first because it is long?",
    zh="长向量因为长就排在前面吗？",
)
def nearest_by_dot_product(W, query, k, exclude=()):
    order = np.argsort(-(W @ query), kind="stable")
    return order[~np.isin(order, exclude)][:k]


@mistake("cosine", replaces="nearest", en="Nearest by angle, or by distance?", zh="按夹角找最近，还是按距离？")
def nearest_by_distance(W, query, k, exclude=()):
    order = np.argsort(np.linalg.norm(W - query, axis=1), kind="stable")
    return order[~np.isin(order, exclude)][:k]


@mistake("cosine", replaces="nearest", en="What is `exclude` for?", zh="`exclude` 是做什么用的？")
def nearest_without_exclusion(W, query, k, exclude=()):
    return right.nearest(W, query, k)


@mistake(
    "cosine",
    replaces="nearest",
    en="After leaving words out, are there still k?",
    zh="排除之后，还剩 k 个吗？",
)
def nearest_excludes_afterwards(W, query, k, exclude=()):
    found = right.nearest(W, query, k)
    return found[~np.isin(found, exclude)]


@mistake("cosine", replaces="nearest", en="Should the nearest of all be skipped?", zh="最近的那个应该跳过吗？")
def nearest_skips_the_first(W, query, k, exclude=()):
    return right.nearest(W, query, min(k + 1, len(W) - len(exclude)), exclude)[1:]


@mistake(
    "cosine", replaces="nearest", en="In which order does the last one of k come first?", zh="k 个词按什么顺序排列？"
)
def nearest_in_reverse(W, query, k, exclude=()):
    return right.nearest(W, query, k, exclude)[::-1]


# ------------------------------------------------------------------------------------------------- analogy


def _analogy(W, target, exclude):
    return int(right.nearest(W, target, 1, exclude)[0])


@mistake("analogy", en="Which word is nearest to itself?", zh="离一个词最近的是谁？")
def analogy_without_exclusion(W, a, b, c):
    unit = right._unit(W)
    return _analogy(unit, unit[b] - unit[a] + unit[c], ())


@mistake("analogy", en="May a or b be the answer?", zh="答案可以是 a 或 b 吗？")
def analogy_excludes_c_only(W, a, b, c):
    unit = right._unit(W)
    return _analogy(unit, unit[b] - unit[a] + unit[c], (c,))


@mistake("analogy", en="May c be the answer?", zh="答案可以是 c 吗？")
def analogy_excludes_a_and_b_only(W, a, b, c):
    unit = right._unit(W)
    return _analogy(unit, unit[b] - unit[a] + unit[c], (a, b))


@mistake("analogy", en="From a to b, or from b to a?", zh="方向是从 a 到 b，还是从 b 到 a？")
def analogy_backwards(W, a, b, c):
    unit = right._unit(W)
    return _analogy(unit, unit[a] - unit[b] + unit[c], (a, b, c))


@mistake("analogy", en="To which word is the difference added?", zh="差向量加到哪个词上？")
def analogy_from_the_wrong_word(W, a, b, c):
    unit = right._unit(W)
    return _analogy(unit, unit[b] + unit[a] - unit[c], (a, b, c))


@mistake("analogy", en="How long are the vectors that you add?", zh="相加的各个向量有多长？")
def analogy_of_raw_vectors(W, a, b, c):
    return _analogy(W, W[b] - W[a] + W[c], (a, b, c))


@mistake("analogy", en="Does a long vector win because it is long?", zh="长向量因为长就胜出吗？")
def analogy_by_dot_product(W, a, b, c):
    unit = right._unit(W)
    scores = W @ (unit[b] - unit[a] + unit[c])
    scores[[a, b, c]] = -np.inf
    return int(np.argmax(scores))


@mistake("analogy", en="A difference, or a sum of all three?", zh="三个向量是全部相加，还是有一个要减？")
def analogy_adds_all(W, a, b, c):
    unit = right._unit(W)
    return _analogy(unit, unit[a] + unit[b] + unit[c], (a, b, c))


# ------------------------------------------------------------------------------------------ train_skipgram


def _train(centers, contexts, counts, dim, lr, epochs, batch, rng, k, changed):
    """The right loop, with the three gradients changed."""
    V, p = len(counts), right.negative_distribution(counts)
    W_in, W_out = rng.normal(scale=0.3, size=(2, V, dim))
    for _ in range(epochs):
        order = rng.permutation(len(centers))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            c, o = centers[rows], contexts[rows]
            n = right.sample_negatives(p, rng.random((len(rows), k)))
            _, cache = right.sgns_forward(W_in[c], W_out[o], W_out[n])
            dv, du_pos, du_neg = changed(*(len(rows) * gradient for gradient in right.sgns_backward(cache)))
            W_in -= lr * right.embedding_backward(dv, c, V)
            W_out -= lr * right.embedding_backward(du_pos, o, V)
            W_out -= lr * right.embedding_backward(du_neg, n, V)
    return W_in, W_out


@mistake("train_skipgram", en="Does the loss fall, or rise?", zh="损失是在下降，还是在上升？")
def train_skipgram_uphill(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    return _train(centers, contexts, counts, dim, -lr, epochs, batch, rng, k, lambda *gradients: gradients)


@mistake(
    "train_skipgram",
    en="What keeps all scores from growing?",
    zh="是什么阻止所有得分一起变大？",
)
def train_skipgram_without_negatives(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    return _train(centers, contexts, counts, dim, lr, epochs, batch, rng, 0, lambda *gradients: gradients)


@mistake("train_skipgram", en="Which tables does a step change?", zh="一步更新会改变哪些表？")
def train_skipgram_contexts_frozen(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    def changed(dv, du_pos, du_neg):
        return dv, 0 * du_pos, 0 * du_neg

    return _train(centers, contexts, counts, dim, lr, epochs, batch, rng, k, changed)


@mistake(
    "train_skipgram",
    en="By how much does the first batch change the vectors?",
    zh="第一个批次让向量改变了多少？",
)
def train_skipgram_mean_of_the_batch(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    def changed(*gradients):
        return tuple(gradient / batch for gradient in gradients)

    return _train(centers, contexts, counts, dim, lr, epochs, batch, rng, k, changed)


@mistake("train_skipgram", en="Does each pair belong together after shuffling?", zh="打乱之后，每一对还对得上吗？")
def train_skipgram_shuffles_apart(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    return right.train_skipgram(centers, rng.permutation(contexts), counts, dim, lr, epochs, batch, rng, k)


@mistake(
    "train_skipgram", en="Which words does a step move besides the pair?", zh="除了这一对词，一步更新还移动哪些词？"
)
def train_skipgram_negatives_stay(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    def changed(dv, du_pos, du_neg):
        return dv, du_pos, 0 * du_neg

    return _train(centers, contexts, counts, dim, lr, epochs, batch, rng, k, changed)


@mistake("train_skipgram", en="Which of the two tables comes first?", zh="返回的两张表，哪一张在前？")
def train_skipgram_tables_swapped(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    return right.train_skipgram(centers, contexts, counts, dim, lr, epochs, batch, rng, k)[::-1]


@mistake("train_skipgram", en="How large are the vectors at the start?", zh="向量的初始值有多大？")
def train_skipgram_starts_too_large(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    if epochs:
        return right.train_skipgram(centers, contexts, counts, dim, lr, epochs, batch, rng, k)
    return tuple(rng.normal(size=(2, len(counts), dim)))


_RUNS = count()


@mistake(
    "train_skipgram",
    en="Is `rng` the only source of randomness: can anyone repeat your training?",
    zh="随机性只来自 `rng` 吗：别人能重现你的训练吗？",
)
def train_skipgram_with_a_generator_of_its_own(centers, contexts, counts, dim, lr, epochs, batch, rng, k=5):
    own = np.random.default_rng(next(_RUNS))  # nobody can have it twice
    return right.train_skipgram(centers, contexts, counts, dim, lr, epochs, batch, own, k)
