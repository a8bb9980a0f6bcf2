"""Every kind of detector in its exact words, in both languages; two draws must agree."""

from __future__ import annotations

import numpy as np
import pytest
from support_courses import by_name, graded, with_graders

from autograder.checks import Observation
from autograder.diagnosis.patterns import pattern, pattern_of
from autograder.diagnosis.replay import Play
from autograder.diagnosis.seen import MOST_ENTRIES, leaves
from autograder.grading import Grader
from autograder.language import say
from autograder.model import Status, Verdict, sentence
from autograder.student import Origin

RNG = np.random.default_rng(11)
OURS = [RNG.normal(size=(4, 6)) + 3 for _ in range(2)]
VECTORS = [RNG.normal(size=7) + 3 for _ in range(2)]
SQUARE = [RNG.normal(size=(5, 5)) for _ in range(2)]
CUBE = [RNG.normal(size=(2, 3, 4)) for _ in range(2)]
WRONG = Verdict(Status.WRONG, sentence("wrong"))


def test_what_is_large_and_of_another_shape_is_not_copied_to_look_like_something():
    large, small = np.zeros(MOST_ENTRIES + 1, np.int8), np.zeros(3)
    assert not list(leaves(large, small))
    assert len(list(leaves((large, small + 1), (large, small)))) == 2


def changed(where):
    """Ours with other numbers at some places."""

    def make(array):
        array = array.copy()
        array[where(array) if callable(where) else where] += 0.75
        return array

    return make


def border(array):
    inside = np.ones(array.shape, bool)
    inside[1:-1, 1:-1] = False
    return inside


def noise(array):
    """Other numbers at most places of a region, each off by another amount."""
    return RNG.uniform(0.5, 2, size=array.shape)


def wrong_at(where):
    def make(array):
        return np.where(where(array), array + noise(array), array)

    return make


def index(axis, choose):
    return lambda array: np.broadcast_to(
        choose(np.arange(array.shape[axis])).reshape([-1 if n == axis else 1 for n in range(array.ndim)]), array.shape
    )


BLOWN = "yours has shape (7, 7), ours (7,): does an array of shape (7, 1) meet one of shape (7,)?"
CASES = [
    (
        lambda a: a[:, None] - a,
        VECTORS,
        BLOWN,
        "你的形状是 (7, 7)，参考答案的是 (7,)：是不是形状 (7, 1) 的数组碰上了形状 (7,) 的数组？",
    ),
    (
        lambda a: np.stack([a / 4, a / 2, a / 4]),
        OURS,
        "the sum of yours over axis 0 is ours",
        "把你的结果沿第 0 轴求和，就是参考答案",
    ),
    (
        lambda a: np.stack([a - 1, a + 1], axis=-1),
        OURS,
        "the mean of yours over axis 2 is ours",
        "把你的结果沿第 2 轴取平均，就是参考答案",
    ),
    (lambda a: a.sum(1), OURS, "yours is the sum of ours over axis 1", "你的结果是参考答案沿第 1 轴的和"),
    (
        lambda a: a.mean(0, keepdims=True),
        OURS,
        "yours is the mean of ours over axis 0",
        "你的结果是参考答案沿第 0 轴的平均值",
    ),
    (lambda a: a[:-1], VECTORS, "yours lacks the last entry along axis 0", "你的结果沿第 0 轴少了最后一个元素"),
    (lambda a: a[:, 1:], OURS, "yours lacks the first entry along axis 1", "你的结果沿第 1 轴少了第一个元素"),
    (
        lambda a: np.append(a, 1.0),
        VECTORS,
        "yours has one entry too many at the end of axis 0",
        "你的结果在第 0 轴末尾多了一个元素",
    ),
    (
        lambda a: np.insert(a, 0, 1.0),
        VECTORS,
        "yours has one entry too many at the beginning of axis 0",
        "你的结果在第 0 轴开头多了一个元素",
    ),
    (
        lambda a: a.astype(int),
        VECTORS,
        "yours is ours without the decimals: is an array of whole numbers in between?",
        "你的结果是参考答案去掉小数部分：中间是不是有整数数组？",
    ),
    (
        lambda a: a.transpose(0, 2, 1),
        CUBE,
        "yours is ours with its axes in the order (0, 2, 1)",
        "你的结果是参考答案的轴按 (0, 2, 1) 重排",
    ),
    (
        lambda a: a.reshape(4, 3, 2).swapaxes(1, 2).reshape(4, 6),
        OURS,
        "yours is ours with the last axis interleaved: 3 groups of 2 read as 2 of 3",
        "你的结果是参考答案最后一轴交错排列：3 组、每组 2 个，被读成了 2 组、每组 3 个",
    ),
    (
        lambda a: np.roll(a, 2, 1),
        OURS,
        "yours is ours in another order along axis 1",
        "你的结果与参考答案沿第 1 轴的顺序不同",
    ),
    (
        lambda a: RNG.permutation(a.ravel()).reshape(a.shape),
        OURS,
        "yours holds the same numbers as ours in other places",
        "你的结果与参考答案数值相同，但位置不同",
    ),
    (wrong_at(index(0, lambda i: i == 2)), OURS, "only index 2 of axis 0 differs", "只有第 0 轴的下标 2 处不同"),
    (
        wrong_at(index(1, lambda i: i == 0)),
        OURS,
        "only the first entries along axis 1 differ",
        "只有第 1 轴的第一个位置不同",
    ),
    (
        wrong_at(index(0, lambda i: i == 3)),
        OURS,
        "only the last entries along axis 0 differ",
        "只有第 0 轴的最后一个位置不同",
    ),
    (wrong_at(border), OURS, "only entries at the border differ", "只有边界上的元素不同"),
    (wrong_at(lambda a: np.eye(5) > 0), SQUARE, "only entries on the diagonal differ", "只有对角线上的元素不同"),
    (wrong_at(lambda a: np.eye(5) == 0), SQUARE, "only entries off the diagonal differ", "只有对角线以外的元素不同"),
    (
        wrong_at(lambda a: np.triu(a, 1) != 0),
        SQUARE,
        "only entries above the diagonal differ",
        "只有对角线上方的元素不同",
    ),
    (
        wrong_at(lambda a: np.tril(a, -1) != 0),
        SQUARE,
        "only entries below the diagonal differ",
        "只有对角线下方的元素不同",
    ),
    (
        wrong_at(index(0, lambda i: i % 2 == 0)),
        VECTORS,
        "only every second entry along axis 0 differs, from the first",
        "沿第 0 轴，只有从第一个起每隔一个的元素不同",
    ),
    (
        wrong_at(index(0, lambda i: i % 2 == 1)),
        VECTORS,
        "only every second entry along axis 0 differs, from the second",
        "沿第 0 轴，只有从第二个起每隔一个的元素不同",
    ),
    (
        wrong_at(index(1, lambda i: i < 3)),
        OURS,
        "only the first half along axis 1 differs",
        "沿第 1 轴，只有前一半不同",
    ),
    (
        wrong_at(index(1, lambda i: i >= 3)),
        OURS,
        "only the second half along axis 1 differs",
        "沿第 1 轴，只有后一半不同",
    ),
]


def both(make, ours, inputs=None):
    """What is said of two draws in each language."""
    found = pattern([Observation("f()", make(each), each, "value", inputs=inputs or {}) for each in ours])
    return None if found is None else (say(found.says, "en"), say(found.says, "zh"))


@pytest.mark.parametrize(("make", "ours", "english", "chinese"), CASES, ids=[case[2] for case in CASES])
def test_a_pattern_is_told_in_both_languages(make, ours, english, chinese):
    assert both(make, ours) == (english, chinese)


PROBABILITY = {"0": np.ones((9, 8)), "1": 0.2}


@pytest.mark.parametrize(
    ("factor", "english"),
    [
        (0.8, "yours is ours times 0.8 = 1 − p, where p is argument 2, 0.2"),
        (1.25, "yours is ours times 1.25 = 1/(1 − p), where p is argument 2, 0.2"),
        (5.0, "yours is ours times 5 = 1/p, where p is argument 2, 0.2"),
        (8 / 9, "yours is ours times 0.8889 = (9 − 1)/9, where 9 is the length of axis 0 of argument 1"),
        (9 / 8, "yours is ours times 1.125 = 9/(9 − 1), where 9 is the length of axis 0 of argument 1"),
    ],
)
def test_a_factor_is_named_by_what_it_is_made_of(factor, english):
    assert both(lambda a: factor * a, OURS, PROBABILITY)[0] == english


@pytest.mark.parametrize(
    ("inputs", "factor", "english"),
    [
        ({"0": 3}, 1 / 9, "yours is ours times 0.1111 = 1/3², where 3 is argument 1"),
        ({"0": np.ones(5), "1": 0.8}, 0.2**0.5, "yours is ours times 0.4472"),
        ({"0": np.ones(2), "1": 0.3}, 0.25, None),
    ],
)
def test_a_factor_that_may_be_two_things_is_told_without_a_name(inputs, factor, english):
    said = both(lambda a: factor * a, OURS, inputs)
    assert (said and said[0]) == english


NOT_TOLD = [
    (
        np.zeros_like,
        [0.3 * each for each in SQUARE],
        "nothing but zeros is no number without its decimals",
    ),
    (
        wrong_at(lambda a: np.indices(a.shape)[1] != 1),
        [RNG.normal(size=(7, 3)) for _ in range(2)],
        "two of three columns",
    ),
    (wrong_at(lambda a: np.eye(2) == 0), [RNG.normal(size=(2, 2)) for _ in range(2)], "two entries of four"),
    (wrong_at(lambda a: np.arange(4) % 2 == 1), [RNG.normal(size=4) for _ in range(2)], "two entries in a row of four"),
]


@pytest.mark.parametrize(("make", "ours", "why"), NOT_TOLD, ids=[case[2] for case in NOT_TOLD])
def test_what_may_be_chance_is_not_told(make, ours, why):
    assert both(make, ours) is None


def test_a_factor_made_of_a_rate_is_told_in_chinese():
    assert (
        both(lambda a: 0.8 * a, OURS, PROBABILITY)[1]
        == "你的结果恰好是参考答案的 0.8 倍 = 1 − p，其中 p 是第 2 个参数，即 0.2"
    )


MASKS = [RNG.random((4, 6)) < 0.5 for _ in range(2)]
SIGNS = [RNG.normal(size=(4, 6)) * (RNG.random((4, 6)) < 0.7) for _ in range(2)]


@pytest.mark.parametrize(
    ("inputs", "where", "english", "chinese"),
    [
        (MASKS, lambda m: m, "only entries where argument 1 is True differ", "只有第 1 个参数为 True 的位置不同"),
        (MASKS, lambda m: ~m, "only entries where argument 1 is False differ", "只有第 1 个参数为 False 的位置不同"),
        (SIGNS, lambda x: x == 0, "only entries where argument 1 is 0 differ", "只有第 1 个参数为 0 的位置不同"),
        (SIGNS, lambda x: x < 0, "only entries where argument 1 is negative differ", "只有第 1 个参数为负的位置不同"),
        (SIGNS, lambda x: x > 0, "only entries where argument 1 is positive differ", "只有第 1 个参数为正的位置不同"),
    ],
)
def test_the_entries_that_differ_are_told_by_an_input(inputs, where, english, chinese):
    draws = [
        Observation("f()", np.where(where(given), ours + noise(ours), ours), ours, "value", inputs={"0": given})
        for given, ours in zip(inputs, OURS, strict=True)
    ]
    found = pattern(draws)
    assert (say(found.says, "en"), say(found.says, "zh")) == (english, chinese)


def test_zeros_that_should_be_there_or_should_not_are_told():
    holes = [np.where(mask, ours, 0.0) for mask, ours in zip(MASKS, OURS, strict=True)]
    filled = pattern([Observation("f()", h + (h == 0) * noise(h), h, "value") for h in holes])
    emptied = pattern([Observation("f()", h, ours, "value") for h, ours in zip(holes, OURS, strict=True)])
    assert (say(filled.says, "en"), say(filled.says, "zh")) == (
        "only entries that are 0 in ours differ",
        "只有参考答案为 0 的位置不同",
    )
    assert (say(emptied.says, "en"), say(emptied.says, "zh")) == (
        "yours is 0 in every entry that differs",
        "凡是不同的位置，你的结果都是 0",
    )


def test_scattered_errors_have_no_place():
    scattered = [np.where(RNG.random(ours.shape) < 0.4, ours + noise(ours), ours) for ours in OURS]
    assert pattern([Observation("f()", a, b, "value") for a, b in zip(scattered, OURS, strict=True)]) is None


def test_two_draws_that_differ_at_other_places_are_silence():
    first, second = (wrong_at(index(0, lambda i, n=n: i == n)) for n in (1, 2))
    draws = [Observation("f()", make(ours), ours, "value") for make, ours in zip((first, second), OURS, strict=True)]
    assert pattern(draws) is None


def test_the_short_batch_alone_is_told():
    def play(rng):
        ours = [rng.normal(size=3), rng.normal(size=3), rng.normal(size=2)]
        return Play((Observation("f()", [*ours[:2], rng.normal(size=2)], ours, "value", WRONG),))

    found = pattern_of([play(RNG), play(RNG)])
    assert say(found.says, "en") == "only the last of the 3 items differs"
    assert say(found.says, "zh") == "3 项中只有最后一项不同"


GRADIENT = """
@points(2)
def test_scale_gradient(student, reference, rng):
    '''backward'''
    x, dout = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    out, cache = parts(student.scale(x, 2.5), "out", "cache")
    check_close(student.mean_square_grad(dout, cache), 2.5 * dout)
"""
OVERFLOW = """
@points(1)
def test_scale_values(student, reference, rng):
    '''large numbers'''
    x = rng.normal(size=(3, 5))
    x[1, 2] = 2000.0
    check_close(student.scale(x, 2.5), 2.5 * x)
"""
ZERO = OVERFLOW.replace("2000.0", "0.0")
KINDS = """
@points(1)
def test_scale_values(student, reference, rng):
    '''kinds'''
    for kind in ("mean", "sum", "huber"):
        x = rng.normal(size=(3, 5))
        check_close(student.scale(x, kind), 2.5 * x)
"""


@pytest.mark.parametrize(
    ("forward", "backward", "field", "english", "chinese"),
    [
        (
            "return 3 * x * a, (x, a)",
            "return 3 * cache[1] * dout",
            "attribution",
            "mean_square_grad fits your own scale: look at scale first",
            "mean_square_grad 与你自己的 scale 相符：请先检查 scale",
        ),
        (
            "return x * a, (x, a)",
            "return cache[1] * dout * cache[0]",
            "attribution",
            "your own scale is right here and mean_square_grad does not fit it: look at mean_square_grad",
            "你的 scale 在这里是对的，而 mean_square_grad 与它不符：请检查 mean_square_grad",
        ),
        ("return 3 * x, (x, a)", "return cache[1] * dout * cache[0]", "attribution", None, None),
    ],
)
def test_a_wrong_gradient_is_held_against_the_students_own_forward_pass(
    tmp_path, sandbox, forward, backward, field, english, chinese
):
    grader = Grader(with_graders(tmp_path / "c", GRADIENT), "vectors")
    source = f"def scale(x, a):\n    {forward}\ndef mean_square_grad(dout, cache):\n    {backward}\n"
    (report,) = graded(grader, sandbox, [source])
    said = by_name(report)["scale_gradient"].verdict.attribution
    assert (said and say(said, "en"), said and say(said, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("questions", "code", "english", "chinese"),
    [
        (
            OVERFLOW,
            "return a * x + 0 * np.exp(x)",
            "finite where the input goes up to 100, not finite at 1000: does exp overflow, or does log meet 0?",
            "输入最大为 100 时结果有限，到 1000 时不再有限：是不是指数溢出了，或对 0 取了对数？",
        ),
        (
            ZERO,
            "return a * x * x / x",
            "not finite only while argument 1 holds a 0: a division by it, or its logarithm?",
            "只有第 1 个参数含 0 时结果才不是有限数：是不是除以了它，或对它取了对数？",
        ),
        (OVERFLOW, "return a * x + np.nan", None, None),
        (
            KINDS,
            "return 2.5 * x + (x ** 3 if a == 'huber' else 0)",
            "wrong where argument 2 is 'huber', right where it is 'mean', 'sum'",
            "第 2 个参数为 'huber' 时错误，为 'mean', 'sum' 时正确",
        ),
        (KINDS, "return 2.5 * x + x ** 3", None, None),
    ],
)
def test_the_students_code_is_asked_again_to_find_where_it_goes_wrong(
    tmp_path, sandbox, questions, code, english, chinese
):
    grader = Grader(with_graders(tmp_path / "c", questions), "vectors")
    source = f"import numpy as np\nnp.seterr(all='ignore')\ndef scale(x, a):\n    {code}\n"
    (report,) = graded(grader, sandbox, [source])
    said = by_name(report)["scale_values"].verdict.pattern
    assert (said and say(said, "en"), said and say(said, "zh")) == (english, chinese)


def test_a_call_that_nobody_can_repeat_is_left_alone():
    lost = Observation("f()", np.array([np.nan]), np.ones(1), "finite", WRONG, origin=Origin("f", "f", (), {}))
    assert pattern_of([Play((lost,)), Play((lost,))]) is None
