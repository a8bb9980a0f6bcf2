"""Public questions on word embeddings: students run these, offline."""

from collections import Counter

import numpy as np

from autograder.checks import (
    check_close,
    check_equal,
    check_gradient,
    check_reaches,
    check_shape,
    check_that,
    check_unchanged,
    parts,
    then,
)
from autograder.data import manual_words
from autograder.questions import points


def some_counts(rng, V):
    """Counts between 1 and some hundreds, no two alike, the most frequent word anywhere."""
    return rng.permutation(np.cumsum(rng.integers(1, 40, size=V)))


def sgns_inputs(rng, B, K, D):
    """Vectors whose scores are neither tiny nor saturated."""
    return rng.normal(size=(B, D)), rng.normal(size=(B, D)), rng.normal(size=(B, K, D))


# ------------------------------------------------------------------------------------------ skipgram_pairs


@points(1)
def test_skipgram_pairs_contract(student, reference, rng):
    """skipgram_pairs gives two arrays of whole numbers, and leaves the text as it is
    zh: skipgram_pairs 返回两个整数数组，不改动传入的文本"""
    tokens = rng.integers(0, 9, size=7)
    check_shape(student.skipgram_pairs(tokens, 2), reference.skipgram_pairs(tokens, 2), names=("centers", "contexts"))
    check_unchanged(student.skipgram_pairs, tokens, 2)


@points(4)
def test_skipgram_pairs_values(student, reference, rng):
    """every word meets each neighbour within the window, in the order of the text
    zh: 每个词与窗口内的每个邻居各配一次，按文本中的顺序"""
    for window in (1, 2, 3):
        tokens = rng.permutation(11)
        check_equal(student.skipgram_pairs(tokens, window), reference.skipgram_pairs(tokens, window))


@points(2)
def test_skipgram_pairs_of_a_repeated_word(student, reference, rng):
    """a word beside itself is a pair like any other
    zh: 同一个词相邻出现时，也照样配成一对"""
    tokens = np.repeat(rng.permutation(4), 2)
    check_equal(student.skipgram_pairs(tokens, 2), reference.skipgram_pairs(tokens, 2))


# ----------------------------------------------------------------------------------------------- subsample


@points(1)
def test_subsample_contract(student, reference, rng):
    """keep_probability has one entry for each word; nothing that is handed over is changed
    zh: keep_probability 为每个词给出一个概率；不改动传入的数组"""
    counts, tokens, u = some_counts(rng, 6), rng.integers(0, 6, size=9), rng.random(9)
    check_shape(student.keep_probability(counts, 0.1), reference.keep_probability(counts, 0.1))
    check_unchanged(student.keep_probability, counts, 0.1)
    check_unchanged(student.subsample, tokens, rng.random(6), u)


@points(4)
def test_subsample_keep_probability(student, reference, rng):
    """keep_probability(counts, t) = min(1, √(t / f)), f being the share of the text
    zh: keep_probability(counts, t) = min(1, √(t / f))，其中 f 是词在语料中的占比"""
    for V in (8, 13):
        counts = some_counts(rng, V)
        t = float(np.median(counts) / counts.sum() * rng.uniform(0.8, 0.9))  # some words on either side of it
        check_close(student.keep_probability(counts, t), reference.keep_probability(counts, t))


@points(3)
def test_subsample_text(student, reference, rng):
    """subsample keeps place i where u[i] < keep[tokens[i]]
    zh: 当且仅当 u[i] < keep[tokens[i]] 时，subsample 保留第 i 个位置"""
    for T in (40, 60):
        tokens, keep = rng.integers(0, 7, size=T), rng.uniform(0.2, 0.8, size=7)
        u = rng.random(T)
        check_equal(student.subsample(tokens, keep, u), reference.subsample(tokens, keep, u))


# ----------------------------------------------------------------------------------------------- negatives


@points(1.5)
def test_negatives_contract(student, reference, rng):
    """distributions and samples have the shapes asked for; nothing that is handed over is changed
    zh: 分布与样本的形状符合要求；不改动传入的数组"""
    counts, u = some_counts(rng, 6), rng.random((4, 3))
    p = reference.negative_distribution(counts)
    check_shape(student.negative_distribution(counts), p)
    check_shape(student.sample_negatives(p, u), reference.sample_negatives(p, u))
    check_unchanged(student.negative_distribution, counts, 0.5)
    check_unchanged(student.sample_negatives, p, u)


@points(4)
def test_negatives_distribution(student, reference, rng):
    """negative_distribution is counts to the power, and sums to 1
    zh: negative_distribution 是词频的 power 次方，总和为 1"""
    for V in (7, 12):
        counts = some_counts(rng, V)
        check_close(student.negative_distribution(counts), reference.negative_distribution(counts))


@points(4)
def test_negatives_samples(student, reference, rng):
    """sample_negatives finds the first word at which the sum of p exceeds u
    zh: sample_negatives 找到累积概率首次超过 u 的词"""
    for V, dims in ((9, (50,)), (6, (10, 5))):
        p, u = reference.negative_distribution(some_counts(rng, V)), rng.random(dims)
        check_equal(student.sample_negatives(p, u), reference.sample_negatives(p, u))


# ---------------------------------------------------------------------------------------------------- sgns


@points(2)
def test_sgns_contract(student, reference, rng):
    """sgns_forward gives a number, sgns_backward a gradient of each argument's shape; no argument is changed
    zh: sgns_forward 返回一个数，sgns_backward 返回与各参数同形状的梯度；不改动参数"""
    inputs = sgns_inputs(rng, 4, 3, 5)
    loss, cache = parts(student.sgns_forward(*inputs), "loss", "cache")
    check_shape(loss, reference.sgns_forward(*inputs)[0])
    check_shape(student.sgns_backward(cache), inputs, names=("dv", "du_pos", "du_neg"))
    check_unchanged(student.sgns_forward, *inputs)


@points(6)
def test_sgns_loss(student, reference, rng):
    """the loss agrees: a sum over the negatives, a mean over the pairs
    zh: 损失一致：对负样本求和，对样本对取平均"""
    for B, K, D in ((5, 3, 4), (2, 4, 6)):
        inputs = sgns_inputs(rng, B, K, D)
        loss, _ = parts(student.sgns_forward(*inputs), "loss", "cache")
        check_close(loss, reference.sgns_forward(*inputs)[0])


def gradients(student, reference, rng, wrt, name):
    """One of the three gradients, against the reference's and against central differences of its loss."""
    inputs = sgns_inputs(rng, 3, 2, 4)
    right = reference.sgns_backward(reference.sgns_forward(*inputs)[1])[wrt]
    _, cache = parts(student.sgns_forward(*inputs), "loss", "cache")
    found = parts(student.sgns_backward(cache), "dv", "du_pos", "du_neg")[wrt]
    check_close(found, right)
    check_gradient(found, of=lambda *at: reference.sgns_forward(*at)[0], at=inputs, wrt=wrt, along=1.0)


@points(4)
def test_sgns_dv(student, reference, rng):
    """the gradient with respect to the centres
    zh: 对中心词向量的梯度"""
    gradients(student, reference, rng, 0, "dv")


@points(3)
def test_sgns_du_pos(student, reference, rng):
    """the gradient with respect to the true neighbours
    zh: 对正样本上下文向量的梯度"""
    gradients(student, reference, rng, 1, "du_pos")


@points(3)
def test_sgns_du_neg(student, reference, rng):
    """the gradient with respect to the negatives
    zh: 对负样本上下文向量的梯度"""
    gradients(student, reference, rng, 2, "du_neg")


# -------------------------------------------------------------------------------------- embedding_backward


@points(1)
def test_embedding_backward_contract(student, reference, rng):
    """embedding_backward gives a table of V rows, and leaves its arguments as they are
    zh: embedding_backward 返回 V 行的表，不改动参数"""
    dout, ids = rng.normal(size=(4, 3)), np.array([1, 0, 3, 1])
    check_shape(student.embedding_backward(dout, ids, 6), reference.embedding_backward(dout, ids, 6))
    check_unchanged(student.embedding_backward, dout, ids, 6)


@points(5)
def test_embedding_backward_adds_up(student, reference, rng):
    """a word that was looked up several times gets the sum of its gradients
    zh: 一个词被查了几次，就把那几份梯度加起来"""
    for V in (5, 7):
        ids = rng.permutation(np.concatenate([np.arange(V - 1), [0, 0, 1]]))  # the last word never comes
        dout = rng.normal(size=(len(ids), 3))
        check_close(student.embedding_backward(dout, ids, V), reference.embedding_backward(dout, ids, V))


@points(3)
def test_embedding_backward_numeric(student, reference, rng):
    """it is the gradient of W[ids] along a random direction
    zh: 它是 W[ids] 沿随机方向的梯度"""
    ids, W, along = np.array([2, 0, 2, 3, 2]), rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    check_gradient(student.embedding_backward(along, ids, 5), of=lambda table: table[ids], at=(W,), along=along)


# -------------------------------------------------------------------------------------------------- cosine


@points(1)
def test_cosine_contract(student, reference, rng):
    """similarities of all pairs of rows, k words; nothing that is handed over is changed
    zh: 所有行两两的相似度；k 个词；不改动传入的数组"""
    A, B = rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
    check_shape(student.cosine_similarity(A, B), reference.cosine_similarity(A, B))
    check_shape(student.nearest(A, B[0], 2), reference.nearest(A, B[0], 2))
    check_unchanged(student.cosine_similarity, A, B)
    check_unchanged(student.nearest, A, B[0], 2)


@points(4)
def test_cosine_values(student, reference, rng):
    """cosine_similarity agrees for rows of very different lengths
    zh: 各行长度相差很大时，cosine_similarity 仍与参考答案一致"""
    for M, N, D in ((4, 3, 5), (2, 6, 3)):
        A, B = rng.normal(size=(M, D)), rng.normal(size=(N, D))
        A, B = A * rng.uniform(0.1, 9.0, size=(M, 1)), B * rng.uniform(0.1, 9.0, size=(N, 1))
        check_close(student.cosine_similarity(A, B), reference.cosine_similarity(A, B))


@points(4)
def test_cosine_nearest(student, reference, rng):
    """nearest gives the words with the largest cosines, the nearest first, without those excluded
    zh: nearest 按余弦从大到小给出词，排除指定的词"""
    W = rng.normal(size=(30, 4)) * rng.uniform(0.2, 5.0, size=(30, 1))
    query = rng.normal(size=4)
    check_equal(student.nearest(W, query, 6), reference.nearest(W, query, 6))
    first = [int(word) for word in reference.nearest(W, query, 3)]
    for exclude in ((first[0],), (first[0], first[2])):
        check_equal(student.nearest(W, query, 5, exclude), reference.nearest(W, query, 5, exclude))


# ------------------------------------------------------------------------------------------------- analogy


def check_analogies(student, reference, rng, queries):
    """Analogies among words whose vectors have very different lengths."""
    W = rng.normal(size=(24, 12)) * rng.uniform(0.2, 5.0, size=(24, 1))
    for _ in range(queries):
        a, b, c = (int(word) for word in rng.choice(24, size=3, replace=False))
        check_equal(student.analogy(W, a, b, c), reference.analogy(W, a, b, c))


@points(4)
def test_analogy_values(student, reference, rng):
    """a : b = c : d, among vectors of very different lengths
    zh: a 之于 b 如同 c 之于 d，向量的长度相差很大"""
    check_analogies(student, reference, rng, 12)


@points(1)
def test_analogy_contract(student, reference, rng):
    """analogy gives a single whole number, and leaves the vectors as they are
    zh: analogy 返回一个整数，不改动词向量"""
    W = rng.normal(size=(7, 3))
    check_shape(student.analogy(W, 0, 1, 2), reference.analogy(W, 0, 1, 2))
    check_unchanged(student.analogy, W, 0, 1, 2)


# ------------------------------------------------------------------------------------------ train_skipgram

SKIPPED, V, LENGTH, WINDOW = 30, 100, 3000, 3


def manual():
    """Python's manual as whole numbers: the 100 words that come after the 30 most frequent, and their counts."""
    words = [word for word in manual_words() if len(word) > 2]
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))[SKIPPED : SKIPPED + V]
    numbers = {word: number for number, (word, _) in enumerate(ranked)}
    tokens = np.array([numbers[word] for word in words if word in numbers][:LENGTH])
    return tokens, np.bincount(tokens, minlength=V)


def preference(W_in, W_out, centers, contexts, others):
    """How often a true neighbour scores above a random one; ½ for vectors that know nothing."""
    true, random = ((W_in[centers] * W_out[words]).sum(axis=1) for words in (contexts, others))
    return float(np.mean(true > random))


@points(5)
def test_train_skipgram_prefers_true_neighbours(student, reference, rng):
    """after training, true neighbours score above random ones in at least 65 % of pairs
    zh: 训练之后，至少 65% 的样本对中，真实邻居的得分高于随机的词"""
    tokens, counts = manual()
    centers, contexts = reference.skipgram_pairs(tokens, WINDOW)
    vectors = student.train_skipgram(centers, contexts, counts, 12, 0.05, 3, 128, rng)
    W_in, W_out = parts(vectors, "W_in", "W_out")
    for table in (W_in, W_out):
        check_that(table, lambda W: np.shape(W) == (V, 12) and np.all(np.isfinite(W)), "finite, of shape (V, dim)")
    others = rng.permutation(contexts)
    score = then(vectors, lambda W_in, W_out: preference(W_in, W_out, centers, contexts, others))
    check_reaches(score, at_least=0.65, good=0.68, excellent=0.71)
