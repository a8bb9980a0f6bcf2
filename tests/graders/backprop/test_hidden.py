"""Backpropagation: the questions that students do not have: other shapes, edges, and graphs that are less tame."""

import numpy as np

from autograder.checks import check_close, check_equal, check_unchanged, parts, then
from autograder.questions import points

from .test_public import ACTIVATIONS, network, residual_network, some_numbers, sorts, verdict

# Exercise: activations


@points(1.5)
def test_activations_large(student, reference, rng):
    """values and slopes are finite and right from -800 to 800
    zh: 从 -800 到 800，数值和斜率都是有限的，而且正确"""
    x = np.concatenate([[-800.0, -710.0, -30.0, 30.0, 710.0, 800.0], rng.uniform(0.2, 2.0, size=3), [-1.0]])
    dout = rng.uniform(0.5, 2.0, size=10)
    for name in ACTIVATIONS:
        out, cached = parts(student.act_forward(name, x), "out", "cache")
        expected, reference_cache = reference.act_forward(name, x)
        check_close(out, expected)
        check_close(student.act_backward(dout, cached), reference.act_backward(dout, reference_cache))


@points(1)
def test_activations_one_cache_twice(student, reference, rng):
    """one cache serves two cotangents, for an x of three axes that is not contiguous
    zh: 同一个 cache 先后用于两个上游梯度；x 是三个轴的非连续数组"""
    x = np.asfortranarray(rng.uniform(0.2, 2.0, size=(3, 2, 4)) * rng.choice([-1.0, 1.0], size=(3, 2, 4)))
    first, second = rng.normal(size=(3, 2, 4)), rng.normal(size=(3, 2, 4))
    for name in ACTIVATIONS:
        _, cached = parts(student.act_forward(name, x), "out", "cache")
        for dout in (first, second):
            expected = reference.act_backward(dout, reference.act_forward(name, x)[1])
            check_close(student.act_backward(dout, cached), expected)


# Exercise: affine


def affine_agrees(student, reference, dout, x, w, b):
    out, cached = parts(student.affine_forward(x, w, b), "out", "cache")
    expected, reference_cache = reference.affine_forward(x, w, b)
    check_close(out, expected)
    for cotangent in (dout, -2 * dout):
        expected = reference.affine_backward(cotangent, reference_cache)
        check_close(student.affine_backward(cotangent, cached), expected, names=("dx", "dw", "db"))


@points(1.5)
def test_affine_gradients_of_images(student, reference, rng):
    """all three gradients for examples of three axes, in memory in another order
    zh: 样本有三个轴、内存次序不同时的三个梯度"""
    x = np.asfortranarray(rng.normal(size=(3, 2, 4, 5)))  # N=3, D=2·4·5
    affine_agrees(student, reference, rng.normal(size=(3, 6)), x, rng.normal(size=(40, 6)), rng.normal(size=6))


@points(1.5)
def test_affine_square(student, reference, rng):
    """D = M: no shape gives away which matrix must be transposed
    zh: D = M：形状不再能提示哪个矩阵该转置"""
    x, w, b, dout = rng.normal(size=(6, 4)), rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=(6, 4))
    affine_agrees(student, reference, dout, x, w, b)


@points(0.5)
def test_affine_one_example(student, reference, rng):
    """a batch of one example
    zh: 只有一个样本"""
    x, w, b, dout = rng.normal(size=(1, 2, 3)), rng.normal(size=(6, 4)), rng.normal(size=4), rng.normal(size=(1, 4))
    affine_agrees(student, reference, dout, x, w, b)


# Exercise: unbroadcast


@points(1)
def test_unbroadcast_several_ones(student, reference, rng):
    """several axes of size 1, some of them of size 1 in g, too
    zh: 有多个大小为 1 的轴，其中有的在 g 里也为 1"""
    for shape, broadcast in (((1, 3, 1), (4, 3, 5)), ((1, 1), (2, 5)), ((1, 4), (1, 4)), ((1, 1, 3), (2, 4, 1, 3))):
        g = np.asfortranarray(rng.normal(size=broadcast))
        check_close(student.unbroadcast(g, shape), reference.unbroadcast(g, shape))


@points(1)
def test_unbroadcast_equal_sizes(student, reference, rng):
    """all axes of g have one size: no shape gives away which of them was stretched
    zh: g 的各轴大小相同：形状不再能提示哪个轴被拉伸过"""
    g = rng.normal(size=(3, 3, 3))
    for shape in ((3,), (3, 1), (1, 3), (3, 1, 3), (3, 3, 1), (1, 3, 3), (1,)):
        check_close(student.unbroadcast(g, shape), reference.unbroadcast(g, shape))


# Exercise: topo_sort


@points(2)
def test_topo_sort_tangled(student, reference, rng):
    """graphs of twelve nodes with many ways, drawn at random
    zh: 随机生成的十二个结点的图，路径纵横交错"""
    for _ in range(3):
        names = [int(name) for name in rng.permutation(12)]
        parents = {names[0]: []}
        for number in range(1, 12):
            others = [names[int(place)] for place in rng.choice(number, size=min(number, 2), replace=False)]
            parents[names[number]] = [int(name) for name in rng.permutation([names[number - 1], *others])]
        sorts(student, names[-1], parents)
    sorts(student, 0, {0: []})


@points(1)
def test_topo_sort_chain(student, reference, rng):
    """a chain of 1200 nodes: deeper than Python lets a function call itself
    zh: 1200 个结点的链，超过 Python 允许的递归深度"""
    sorts(student, 1200, {0: [], **{node: [node - 1] for node in range(1, 1201)}})


# Exercise: autograd


@points(2)
def test_autograd_order(student, reference, rng):
    """a Value in the middle waits for all its gradients before it passes them on
    zh: 中间的 Value 收齐所有梯度之后才往下传"""

    def short_way_first(a, b):
        middle = a * b
        return middle * (middle.tanh() * b + a)

    def long_way_first(a, b):
        middle = a + b
        return ((middle * middle).exp() * b) * middle

    for build in (short_way_first, long_way_first):
        numbers = [number / 2 for number in some_numbers(rng, 2)]
        leaves, expected = [student.Value(n) for n in numbers], [reference.Value(n) for n in numbers]
        result, expected_result = build(*leaves), build(*expected)
        result.backward()
        expected_result.backward()
        for leaf, expected_leaf in zip(leaves, expected, strict=True):
            check_close(leaf.grad, expected_leaf.grad)


@points(2)
def test_autograd_again(student, reference, rng):
    """a second backward, from the same result and from another, adds its derivatives and nothing else
    zh: 再次调用 backward（同一结果或另一结果）只累加自己的导数"""
    a, b = some_numbers(rng, 2)

    def graph(library):
        v, w, unused = library.Value(a), library.Value(b), library.Value(1.0)
        middle = v * w
        return (middle * 3 + v, middle.tanh() * w), (v, w, middle, unused)

    results, values = graph(student)
    expected_results, expected_values = graph(reference)
    for which in (0, 0, 1):
        results[which].backward()
        expected_results[which].backward()
        for value, expected in zip(values, expected_values, strict=True):
            check_close(value.grad, expected.grad)


@points(1)
def test_autograd_large(student, reference, rng):
    """tanh of 800 and of -800 is flat, and finite
    zh: tanh 在 ±800 处是平的，且为有限值"""
    a, b = some_numbers(rng, 2)
    for sign in (-800.0, 800.0):
        v, w = student.Value(sign * a), student.Value(b)
        result = v.tanh() * w
        result.backward()
        check_close(result.data, np.sign(sign) * b)
        check_close(v.grad, 0.0)
        check_close(w.grad, np.sign(sign))


# Exercise: mlp_loss


@points(1.5)
def test_mlp_loss_square(student, reference, rng):
    """D = H = C: no shape gives away which matrix must be transposed
    zh: D = H = C：形状不再能提示哪个矩阵该转置"""
    params, X, y = network(rng, 5, 5, 5), rng.normal(size=(7, 5)), rng.integers(5, size=7)
    check_close(student.mlp_loss(params, X, y), reference.mlp_loss(params, X, y), names=("loss", "grads"))


@points(2)
def test_mlp_loss_large_logits(student, reference, rng):
    """logits in the thousands, one row far below the others: loss and gradients stay finite and right
    zh: logits 上千，且有一行远低于其他行：损失和梯度仍然有限且正确"""
    params, X, y = network(rng, 5, 6, 3), rng.normal(size=(8, 5)), np.arange(8) % 3  # N=8, D=5, H=6, C=3
    # A right class that lies thousands behind.
    behind = {**params, "b2": np.array([0.0, 3000.0, 6000.0])}
    check_close(student.mlp_loss(behind, X, y), reference.mlp_loss(behind, X, y), names=("loss", "grads"))
    # All logits of an example moved by the same amount, thousands apart from example to example. Only W2 and b2: on the
    # way to W1 these thousands meet rounding errors of the softmax, 1e-12, which right answers need not share.
    shifted = {**params, "W2": params["W2"] + 1000 * np.abs(rng.normal(size=(6, 1)))}
    loss, grads = parts(student.mlp_loss(shifted, X, y), "loss", "grads")
    expected_loss, expected = reference.mlp_loss(shifted, X, y)
    check_close(loss, expected_loss)
    head = then(grads, lambda grads: (grads["W2"], grads["b2"]))
    check_close(head, (expected["W2"], expected["b2"]), names=("dW2", "db2"))


@points(1)
def test_mlp_loss_one_example(student, reference, rng):
    """a batch of one example, and weights in memory in another order
    zh: 只有一个样本，且权重的内存次序不同"""
    # Small weights: a right class with all the probability would leave a loss that is nothing but rounding.
    params = {name: np.asfortranarray(0.4 * param) for name, param in network(rng, 4, 7, 3).items()}
    X, y = rng.normal(size=(1, 4)), rng.integers(3, size=1)
    check_close(student.mlp_loss(params, X, y), reference.mlp_loss(params, X, y), names=("loss", "grads"))


# Exercise: gradient_check


@points(1)
def test_gradient_check_scale(student, reference, rng):
    """tiny and huge gradients are judged by their own size, and each entry by its own
    zh: 很小和很大的梯度按各自的大小衡量，每个元素也是"""
    x = np.asfortranarray(rng.uniform(0.3, 1.2, size=(3, 2)))
    for size, factor in ((1e-6, 1.1), (1e8, 1.0)):
        grad = size * np.cos(x)
        grad[1, 1] *= factor
        ok = factor == 1.0
        answer = student.gradient_check(lambda x, size=size: float(size * np.sum(np.sin(x))), grad, x)
        verdict(answer, ok, None if ok else (1, 1))
    scales = np.array([[1e3, 1.0], [1.0, 1.0], [1.0, 1e-2]])
    grad = scales * np.cos(x)
    grad[2, 1] *= 1.2
    verdict(student.gradient_check(lambda x: float(np.sum(scales * np.sin(x))), grad, x), False, (2, 1))


@points(1)
def test_gradient_check_kinks(student, reference, rng):
    """at a kink each slope between the two sides is right, and no other
    zh: 在尖点处，介于左右斜率之间的值都算对，其余都不对"""
    x, c = rng.uniform(0.3, 1.2, size=5), rng.uniform(0.5, 2.0, size=5)
    x[1], x[3] = 0.0, -3e-6

    def f(x):
        return float(np.sum(c * np.maximum(x, 0)))

    grad = c * (x > 0)
    verdict(student.gradient_check(f, grad, x), True)
    verdict(student.gradient_check(f, grad + c * [0, 1, 0, 0, 0], x), True)
    verdict(student.gradient_check(f, grad + c * [0, 0.3, 0, 0, 0], x), True)
    verdict(student.gradient_check(f, grad + c * [0, 2, 0, 0, 0], x), False, (1,))
    verdict(student.gradient_check(f, grad - c * [0, 0.5, 0, 0, 0], x), False, (1,))
    verdict(student.gradient_check(lambda x: -f(x), -grad - c * [0, 0.3, 0, 0, 0], x), True)  # pointing up
    # With h = 0.01 the one-sided slopes of 0.75 s², s the sum, are 0.015 apart: more than 0.01, so a kink.
    x = np.array([0.1, 0.3]) + rng.uniform(0.0, 0.05, size=2)
    slopes = np.full(2, 1.5 * x.sum()) + np.array([0.005, 0.0])
    verdict(student.gradient_check(lambda x: float(0.75 * np.sum(x) ** 2), slopes, x, 1e-2), True)


@points(0.5)
def test_gradient_check_no_kink(student, reference, rng):
    """where f only bends, a gradient between the one-sided slopes can still be wrong
    zh: 函数只是弯曲而没有尖点时，介于两个单侧斜率之间的梯度仍可能是错的"""
    x = np.array([0.1, 0.3]) + rng.uniform(0.0, 0.05, size=2)
    # The one-sided slopes are 0.005 apart at a slope of about 0.2, then 0.002 and 0.02 apart at a slope of about 10.
    for bend, slope, error in ((0.25, 0.0, 1e-3), (0.1, 10.0, 5e-4), (1.0, 10.0, 5e-3)):
        grad = np.full(2, 2 * bend * x.sum() + slope)

        def f(x, bend=bend, slope=slope):
            return float(bend * np.sum(x) ** 2 + slope * np.sum(x))

        verdict(student.gradient_check(f, grad, x, 1e-2), True)
        verdict(student.gradient_check(f, grad + np.array([0.0, error]), x, 1e-2), False, (1,))


@points(0.5)
def test_gradient_check_nan(student, reference, rng):
    """a gradient with a NaN in it is not ok
    zh: 含有 NaN 的梯度不能通过"""
    x = rng.uniform(0.3, 1.2, size=4)
    grad = np.cos(x)
    grad[2] = np.nan
    verdict(student.gradient_check(lambda x: float(np.sum(np.sin(x))), grad, x), False)


@points(1)
def test_gradient_check_step(student, reference, rng):
    """h is used: a quadratic is exact for any h, a cubic is not
    zh: 确实用到了 h：二次函数对任何 h 都精确，三次函数则不然"""
    x = rng.uniform(0.5, 1.0, size=3)

    def f(x):
        return float(0.1 * np.sum(x) ** 2)

    verdict(student.gradient_check(f, np.full(3, 0.2 * x.sum()), x, 1e-2), True)
    verdict(student.gradient_check(lambda x: float(np.sum(x + x**3)), np.ones(3), np.zeros(3), 1e-1), False)
    verdict(student.gradient_check(lambda x: float(np.sum(x + x**3)), np.ones(3), np.zeros(3), 1e-4), True)


# Exercise: debug_backward


@points(1)
def test_debug_backward_other_sizes(student, reference, rng):
    """loss and every gradient, for other sizes
    zh: 换一组尺寸，损失和所有梯度都正确"""
    N, D, H = 11, 4, 5
    params, X, y = residual_network(rng, D, H), rng.normal(size=(N, D)), rng.normal(size=N)
    check_close(student.debug_backward(params, X, y), reference.debug_backward(params, X, y), names=("loss", "grads"))
    check_unchanged(student.debug_backward, params, X, y)


@points(2)
def test_debug_backward_names(student, reference, rng):
    """the three bugs are named
    zh: 说出三个错误"""
    check_equal(student.planted_bugs(), reference.planted_bugs())


# Exercise: train_mlp


@points(0.5)
def test_train_mlp_contract(student, reference, rng):
    """a dict like params comes back, and the parameters that training starts from stay as they were
    zh: 返回与 params 同构的字典，训练的初始参数不被改动"""
    params, X, y = network(rng, 4, 5, 3), rng.normal(size=(7, 4)), rng.integers(3, size=7)
    check_unchanged(student.train_mlp, X, y, params, 0.1, 2, rng, 3)
    check_close(student.train_mlp(X, y, params, 0.5, 1, rng, 9), reference.train_mlp(X, y, params, 0.5, 1, rng, 9))
