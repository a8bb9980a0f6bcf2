"""Hidden questions on word embeddings: other shapes, edges, large numbers."""

import numpy as np

from autograder.checks import check_close, check_equal, check_that, parts, then
from autograder.questions import points

from .test_public import some_counts


@points(3)
def test_skipgram_pairs_of_a_short_text(student, reference, rng):
    """a window wider than the text, and texts of two words and one
    zh: 窗口比文本还宽；只有两个词或一个词的文本"""
    for T, window in ((4, 6), (2, 1), (1, 3)):
        tokens = rng.permutation(9)[:T]
        check_equal(student.skipgram_pairs(tokens, window), reference.skipgram_pairs(tokens, window))


@points(2)
def test_subsample_rare_words(student, reference, rng):
    """rare words are always kept, also those that never occur
    zh: 罕见词总是保留，从未出现的词也是"""
    counts = np.concatenate([some_counts(rng, 5) + 200, [0, 1, 2]])
    check_close(student.keep_probability(counts, 0.02), reference.keep_probability(counts, 0.02))


@points(2)
def test_subsample_edges(student, reference, rng):
    """keep of 0 and 1, and a u that equals keep
    zh: keep 为 0 和 1 的情形，以及 u 恰好等于 keep 的情形"""
    keep = np.array([0.0, 1.0, 0.5, 0.25])
    tokens = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    u = np.array([0.0, 0.999, 0.5, 0.25, 0.3, 0.0, 0.499, 0.2])
    order = rng.permutation(8)
    check_equal(student.subsample(tokens[order], keep, u[order]), reference.subsample(tokens[order], keep, u[order]))


@points(2.5)
def test_negatives_other_powers(student, reference, rng):
    """other powers, and words that never occur
    zh: 其他的 power，以及从未出现的词"""
    counts = np.concatenate([some_counts(rng, 6), [0]])
    for power in (0.5, 1.0, 1.5):
        check_close(student.negative_distribution(counts, power), reference.negative_distribution(counts, power))


@points(2)
def test_negatives_impossible_words(student, reference, rng):
    """words with p = 0 are never drawn, whatever u is and whatever p sums to
    zh: 无论 u 取多少、p 的总和是多少，p = 0 的词都不会被抽中"""
    p = np.array([0.0, 0.25, 0.0, 0.5, 0.25, 0.0])
    u = rng.permutation([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1 - 2**-53])
    check_equal(student.sample_negatives(p, u), reference.sample_negatives(p, u))
    p = p * rng.choice([0.3, 4.0])
    check_equal(student.sample_negatives(p, u), reference.sample_negatives(p, u))


@points(3)
def test_sgns_large_scores(student, reference, rng):
    """scores of several hundred give a finite loss and finite gradients
    zh: 得分高达数百时，损失与梯度仍是有限的数"""
    v, u_pos, u_neg = 30 * rng.normal(size=(4, 5)), 30 * rng.normal(size=(4, 5)), 30 * rng.normal(size=(4, 3, 5))
    u_pos[0] = -v[0]  # a true neighbour as far away as it can be
    u_neg[1, 0] = v[1]
    loss, cache = parts(student.sgns_forward(v, u_pos, u_neg), "loss", "cache")
    check_close(loss, reference.sgns_forward(v, u_pos, u_neg)[0])
    right = reference.sgns_backward(reference.sgns_forward(v, u_pos, u_neg)[1])
    check_close(student.sgns_backward(cache), right, names=("dv", "du_pos", "du_neg"))


@points(3)
def test_sgns_one_pair(student, reference, rng):
    """a single pair with a single negative
    zh: 只有一对样本、一个负样本"""
    v, u_pos, u_neg = rng.normal(size=(1, 4)), rng.normal(size=(1, 4)), rng.normal(size=(1, 1, 4))
    loss, cache = parts(student.sgns_forward(v, u_pos, u_neg), "loss", "cache")
    check_close(loss, reference.sgns_forward(v, u_pos, u_neg)[0])
    right = reference.sgns_backward(reference.sgns_forward(v, u_pos, u_neg)[1])
    check_close(student.sgns_backward(cache), right, names=("dv", "du_pos", "du_neg"))


@points(3)
def test_embedding_backward_of_many_axes(student, reference, rng):
    """words in a table of their own, as the negatives are
    zh: 词排成多维的表，例如负样本"""
    for dims in ((3, 4), (2, 3, 2)):
        ids = rng.integers(0, 5, size=dims)
        dout = rng.normal(size=(*dims, 3))
        check_close(student.embedding_backward(dout, ids, 8), reference.embedding_backward(dout, ids, 8))


@points(3)
def test_cosine_edges(student, reference, rng):
    """rows of zeros have similarity 0; tiny rows count like others; a row has similarity 1 to itself
    zh: 零向量的相似度为 0；极小的向量与其他向量一视同仁；自己与自己的相似度为 1"""
    A = rng.normal(size=(4, 3))
    A[1], A[2] = 0.0, A[2] * 1e-7
    check_close(student.cosine_similarity(A, A), reference.cosine_similarity(A, A))
    W = np.concatenate([A[[0, 2, 3]], -A[[0]]])
    check_equal(student.nearest(W, A[0], 4), reference.nearest(W, A[0], 4))
    check_that(student.nearest(W, A[0], 1), lambda words: list(words) == [0], "nearest to itself", zh="离自己最近")


@points(3)
def test_analogy_more(student, reference, rng):
    """more analogies, among more words
    zh: 更多的词，更多的类比"""
    W = rng.normal(size=(40, 16)) * rng.uniform(0.2, 5.0, size=(40, 1))
    for _ in range(12):
        a, b, c = (int(word) for word in rng.choice(40, size=3, replace=False))
        check_equal(student.analogy(W, a, b, c), reference.analogy(W, a, b, c))


@points(0.5)
def test_train_skipgram_start(student, rng):
    """without an epoch the vectors are normal, of standard deviation 0.3
    zh: 一个 epoch 也不训练时，词向量是标准差为 0.3 的正态随机数"""
    words = np.arange(100)
    vectors = student.train_skipgram(words, words, np.ones(100, dtype=int), 40, 1e3, 0, 8, rng)
    for table in parts(vectors, "W_in", "W_out"):
        # 5 standard errors: of the mean 0.3/√4000, of the standard deviation 0.3/√8000
        check_that(table, lambda W: abs(np.mean(W)) < 0.024 and abs(np.std(W) - 0.3) < 0.017, "of deviation 0.3")


@points(0.5)
def test_train_skipgram_draws_from_its_generator(student, rng):
    """the same generator, in the same state, gives the same vectors
    zh: 同一个生成器在同一状态下给出同样的词向量"""
    words, seen = np.arange(6), []

    def repeats(W_in, W_out):
        seen.append(np.concatenate([W_in, W_out]))
        return bool(np.allclose(seen[0], seen[-1]))

    for _ in range(2):
        vectors = student.train_skipgram(words, words[::-1], np.ones(6, dtype=int), 4, 0.5, 2, 3, rng)
        check_that(then(vectors, repeats), lambda repeated: repeated, "as the first time", zh="与第一次相同")


@points(2)
def test_train_skipgram_one_pair(student, rng):
    """one step on one pair moves its centre, its neighbour and the negatives, and nothing else
    zh: 对一对样本走一步，只移动中心词、邻居和负样本"""
    V = 9
    center, context, negative = (int(word) for word in rng.choice(V, size=3, replace=False))
    counts = np.where(np.arange(V) == negative, 10**12, 0)  # all negatives are this word
    pair = np.array([center]), np.array([context])
    vectors = student.train_skipgram(*pair, counts, 6, 1e4, 1, 1, rng)

    def moved(W, *words):
        return [int(word) for word in np.flatnonzero(np.abs(W).max(axis=1) > 10)] == sorted(words)

    check_that(
        vectors,
        lambda tables: moved(tables[0], center) and moved(tables[1], context, negative),
        "the centre alone moves in W_in, the neighbour and the negatives alone in W_out",
        zh="W_in 中只有中心词移动，W_out 中只有邻居和负样本移动",
    )
