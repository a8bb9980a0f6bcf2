"""Wrong answers that people really write, each with the question that helps."""

import math

import numpy as np

from autograder.bank import mistake

from . import solution as right

# ---------------------------------------------------------------------------------------------------------------------
# activations
#
# Not here: sigmoid as 1 / (1 + np.exp(-x)). At x = -800 it warns of an overflow and gives 0, which is right.


def _forward_with(name, x, **functions):
    out = functions[name](x) if name in functions else right.act_forward(name, x)[0]
    return out, (name, x, out)


def _backward_with(dout, cache, **slopes):
    name, x, out = cache
    return dout * slopes[name](x, out) if name in slopes else right.act_backward(dout, cache)


@mistake(
    "activations",
    replaces="act_forward",
    en="sigmoid(800): what is exp(800) in floating point, and what is inf / inf?",
    zh="sigmoid(800)：浮点数里 exp(800) 是多少？inf / inf 又是多少？",
)
def sigmoid_as_exp_over_one_plus_exp(name, x):
    return _forward_with(name, x, sigmoid=lambda x: np.exp(x) / (1 + np.exp(x)))


@mistake(
    "activations",
    replaces="act_forward",
    en="sigmoid(-800): which number does exp get to see there, and what does math.exp do with it?",
    zh="sigmoid(-800)：此时 exp 的自变量是多少？math.exp 会怎么处理它？",
)
def sigmoid_with_math_exp(name, x):
    return _forward_with(name, x, sigmoid=np.vectorize(lambda x: 1 / (1 + math.exp(-x)), otypes=[float]))


@mistake(
    "activations",
    replaces="act_forward",
    en="Towards which value should the sigmoid go for large positive x?",
    zh="x 很大时，sigmoid 应该趋于几？",
)
def sigmoid_falls(name, x):
    return _forward_with(name, x, sigmoid=lambda x: right.act_forward("sigmoid", -x)[0])


@mistake(
    "activations",
    replaces="act_forward",
    en="tanh(800): do the numerator and the denominator stay finite?",
    zh="tanh(800)：分子和分母都还是有限的数吗？",
)
def tanh_from_exponentials(name, x):
    return _forward_with(name, x, tanh=lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)))


@mistake(
    "activations",
    replaces="act_forward",
    en="tanh is a stretched sigmoid: stretched along one axis, or along both?",
    zh="tanh 可以由 sigmoid 伸缩得到：只在一个方向上伸缩，还是两个方向都要？",
)
def tanh_as_sigmoid_of_x(name, x):
    return _forward_with(name, x, tanh=lambda x: 2 * right.act_forward("sigmoid", x)[0] - 1)


@mistake(
    "activations",
    replaces="act_forward",
    en="What does relu give for a negative x: something small, or nothing?",
    zh="x 为负时 relu 的输出是一个小数，还是零？",
)
def relu_leaks(name, x):
    return _forward_with(name, x, relu=lambda x: np.where(x > 0, x, 0.01 * x))


@mistake(
    "activations",
    replaces="act_forward",
    en="Where does relu put the negative numbers: on the other side, or at zero?",
    zh="relu 把负数变成它的相反数，还是变成零？",
)
def relu_as_absolute_value(name, x):
    return _forward_with(name, x, relu=np.abs)


@mistake(
    "activations",
    replaces="act_backward",
    en="The slope of the sigmoid is a product of two factors: are both of them made from the same quantity?",
    zh="sigmoid 的导数是两个因子的积：这两个因子用的是同一个量吗？",
)
def sigmoid_slope_with_x(dout, cache):
    return _backward_with(dout, cache, sigmoid=lambda x, out: out * (1 - x))


@mistake(
    "activations",
    replaces="act_backward",
    en="At which point do you take the sigmoid's slope: at x, or at what the sigmoid made of x?",
    zh="求 sigmoid 的导数时，代入的是 x，还是 sigmoid 的输出又被算了一次 sigmoid？",
)
def sigmoid_applied_twice(dout, cache):
    def slope(x, out):
        again = right.act_forward("sigmoid", out)[0]
        return again * (1 - again)

    return _backward_with(dout, cache, sigmoid=slope)


@mistake(
    "activations",
    replaces="act_backward",
    en="The sigmoid rises everywhere: which sign must its slope have?",
    zh="sigmoid 处处递增：它的导数应该是什么符号？",
)
def sigmoid_slope_negative(dout, cache):
    return _backward_with(dout, cache, sigmoid=lambda x, out: out * (out - 1))


@mistake(
    "activations",
    replaces="act_backward",
    en="You give the local slope. Where does the gradient that comes from above enter?",
    zh="你返回的是局部导数。上游传来的梯度用在哪里了？",
)
def act_backward_without_dout(dout, cache):
    return right.act_backward(np.ones_like(dout), cache)


@mistake(
    "activations",
    replaces="act_backward",
    en="What is the slope of tanh at an output of -0.5: larger than 1, or smaller?",
    zh="tanh 的输出为 -0.5 时，斜率比 1 大还是比 1 小？",
)
def tanh_slope_without_square(dout, cache):
    return _backward_with(dout, cache, tanh=lambda x, out: 1 - out)


@mistake(
    "activations",
    replaces="act_backward",
    en="The slope of tanh at x = 3: can it be -8? Which quantity is squared?",
    zh="tanh 在 x = 3 处的斜率会是 -8 吗？被平方的应该是哪个量？",
)
def tanh_slope_with_x(dout, cache):
    return _backward_with(dout, cache, tanh=lambda x, out: 1 - x**2)


@mistake(
    "activations",
    replaces="act_backward",
    en="Is the cached value the input or the output of tanh? How often is tanh applied to it in your slope?",
    zh="缓存里的是 tanh 的输入还是输出？求斜率时又对它算了一次 tanh 吗？",
)
def tanh_applied_twice(dout, cache):
    return _backward_with(dout, cache, tanh=lambda x, out: 1 - np.tanh(out) ** 2)


@mistake(
    "activations",
    replaces="act_backward",
    en="Is there any entry for which relu's output is not >= 0?",
    zh="relu 的输出里有哪个元素不满足 >= 0 吗？",
)
def relu_mask_from_output_at_least_zero(dout, cache):
    return _backward_with(dout, cache, relu=lambda x, out: out >= 0)


@mistake(
    "activations",
    replaces="act_backward",
    en="Whose sign decides whether relu lets a gradient through: the gradient's, or that of something going forward?",
    zh="relu 是否放行梯度，看的是梯度自己的符号，还是前向时某个量的符号？",
)
def relu_mask_from_dout(dout, cache):
    name = cache[0]
    return dout * (dout > 0) if name == "relu" else right.act_backward(dout, cache)


@mistake(
    "activations",
    replaces="act_backward",
    en="Where relu passes x on unchanged, what is its slope: x itself?",
    zh="在 relu 原样输出 x 的地方，它的斜率是 x 本身吗？",
)
def relu_slope_is_output(dout, cache):
    return _backward_with(dout, cache, relu=lambda x, out: out)


@mistake(
    "activations",
    replaces="act_backward",
    en="Call backward twice with one cache: is the cache still what the forward pass left there?",
    zh="用同一个 cache 调用两次 backward：cache 里的内容还是前向留下的吗？",
)
def act_backward_writes_into_cache(dout, cache):
    out = cache[2]
    out[...] = right.act_backward(dout, cache)
    return out.copy()


@mistake(
    "activations",
    replaces="act_forward",
    group="dx_accumulates_in_cache",
    en="When backward is called a second time with the same cache, does it start from zero?",
    zh="第二次用同一个 cache 调用 backward 时，dx 是从零开始累加的吗？",
)
def _act_forward_with_dx(name, x):
    out, cache = right.act_forward(name, x)
    return out, (cache, np.zeros_like(x))


@mistake("activations", replaces="act_backward", group="dx_accumulates_in_cache")
def _act_backward_with_dx(dout, cache):
    cache, dx = cache
    dx += right.act_backward(dout, cache)
    return dx.copy()


# ---------------------------------------------------------------------------------------------------------------------
# affine


def _flat(x):
    return x.reshape(len(x), -1)


@mistake(
    "affine",
    replaces="affine_forward",
    en="What does the model give for x = 0?",
    zh="x = 0 时模型的输出是什么？",
)
def affine_without_bias(x, w, b):
    return _flat(x) @ w, (x, w, b)


@mistake(
    "affine",
    replaces="affine_forward",
    en="When an example is flattened, which of its axes changes fastest?",
    zh="展平一个样本时，哪个轴的下标变化最快？",
)
def affine_flattens_first_axis_fastest(x, w, b):
    return x.reshape(len(x), -1, order="F") @ w + b, (x, w, b)


@mistake(
    "affine",
    replaces="affine_backward",
    en="Which shape must dw have for w - lr * dw to make sense?",
    zh="要让 w - lr * dw 说得通，dw 应该是什么形状？",
)
def dw_is_transposed(dout, cache):
    dx, dw, db = right.affine_backward(dout, cache)
    return dx, dw.T, db


@mistake(
    "affine",
    replaces="affine_backward",
    en="One bias serves all N examples: how many gradients come back to it, and what becomes of them?",
    zh="一个偏置被 N 个样本共用：会传回几份梯度？它们该怎么合起来？",
)
def db_is_not_summed(dout, cache):
    dx, dw, _ = right.affine_backward(dout, cache)
    return dx, dw, dout


@mistake(
    "affine",
    replaces="affine_backward",
    en="Is dout already the gradient of a mean? Then who asks db for another 1/N?",
    zh="dout 里是不是已经含有 1/N 了？那么 db 还需要再平均一次吗？",
)
def db_is_a_mean(dout, cache):
    dx, dw, _ = right.affine_backward(dout, cache)
    return dx, dw, dout.mean(axis=0)


@mistake(
    "affine",
    replaces="affine_backward",
    en="db has one entry for each output: which axis of dout has to vanish?",
    zh="db 对每个输出各有一个元素：dout 的哪个轴应该被求和消去？",
)
def db_sums_over_outputs(dout, cache):
    dx, dw, _ = right.affine_backward(dout, cache)
    return dx, dw, dout.sum(axis=1)


@mistake(
    "affine",
    replaces="affine_backward",
    en="b has one axis: has db, too?",
    zh="b 只有一个轴：db 也是吗？",
)
def db_keeps_an_axis(dout, cache):
    dx, dw, _ = right.affine_backward(dout, cache)
    return dx, dw, dout.sum(axis=0, keepdims=True)


@mistake(
    "affine",
    replaces="affine_backward",
    en="The forward pass flattened the examples. What undoes that on the way back?",
    zh="前向时把样本展平了。反向时在哪一步还原？",
)
def dx_stays_flat(dout, cache):
    dx, dw, db = right.affine_backward(dout, cache)
    return _flat(dx), dw, db


@mistake(
    "affine",
    replaces="affine_backward",
    en="Is each entry of dx put back where the flattening took it from?",
    zh="dx 的每个元素都放回展平之前的位置了吗？",
)
def dx_unflattened_in_other_order(dout, cache):
    x, w, _ = cache
    _, dw, db = right.affine_backward(dout, cache)
    return (dout @ w.T).reshape(x.shape, order="F"), dw, db


@mistake(
    "affine",
    replaces="affine_backward",
    en="Does the weights' gradient flatten x in the order in which the forward pass did?",
    zh="算 dw 时展平 x 的次序和前向一致吗？",
)
def dw_flattens_in_other_order(dout, cache):
    x, _, _ = cache
    dx, _, db = right.affine_backward(dout, cache)
    return dx, x.reshape(len(x), -1, order="F").T @ dout, db


@mistake(
    "affine",
    replaces="affine_backward",
    en="Is 1/N a matter of the layer, or of the loss?",
    zh="1/N 是这一层的事，还是损失函数的事？",
)
def dw_is_a_mean(dout, cache):
    dx, dw, db = right.affine_backward(dout, cache)
    return dx, dw / len(dout), db


@mistake(
    "affine",
    replaces="affine_backward",
    en="out_m takes in x_d through w[d, m]. When D = M, does the shape still tell you which way round w must stand?",
    zh="x_d 通过 w[d, m] 影响 out_m。当 D = M 时，形状还能告诉你 w 要不要转置吗？",
)
def dx_with_w_not_transposed(dout, cache):
    x, w, _ = cache
    _, dw, db = right.affine_backward(dout, cache)
    return (dout @ w).reshape(x.shape), dw, db


@mistake(
    "affine",
    replaces="affine_backward",
    en="Is a sum of products the product of the sums? Which example's x belongs to which example's dout?",
    zh="乘积之和等于和之乘积吗？每个样本的 x 应该和谁的 dout 相乘？",
)
def dw_from_sums(dout, cache):
    x, _, _ = cache
    dx, _, db = right.affine_backward(dout, cache)
    return dx, np.outer(_flat(x).sum(axis=0), dout.sum(axis=0)), db


@mistake(
    "affine",
    replaces="affine_backward",
    en="In which order does the docstring ask for the three gradients?",
    zh="文档里三个梯度的返回次序是什么？",
)
def affine_gradients_in_other_order(dout, cache):
    dx, dw, db = right.affine_backward(dout, cache)
    return dw, db, dx


# ---------------------------------------------------------------------------------------------------------------------
# unbroadcast


def _stretched(g, shape):
    new = g.ndim - len(shape)
    return tuple(new + axis for axis, size in enumerate(shape) if size == 1)


@mistake(
    "unbroadcast",
    en="Broadcasting adds axes, and it does something else, too: what becomes of an axis of size 1?",
    zh="广播除了在前面添加轴，还会做什么？大小为 1 的轴怎么样了？",
)
def sums_only_new_axes(g, shape):
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


@mistake(
    "unbroadcast",
    en="Does g have more axes than shape? What should become of those?",
    zh="g 的轴比 shape 多吗？多出来的轴该怎么处理？",
)
def sums_only_stretched_axes(g, shape):
    return g.sum(axis=_stretched(g, shape), keepdims=True)


@mistake(
    "unbroadcast",
    en="Do the axes of size 1 still exist in your result?",
    zh="结果里大小为 1 的轴还在吗？",
)
def drops_axes_of_size_one(g, shape):
    return np.squeeze(right.unbroadcast(g, shape))


@mistake(
    "unbroadcast",
    en="The loss depends on x through every copy: do the copies' effects average, or add up?",
    zh="损失通过每一份拷贝依赖于 x：这些影响应该取平均，还是相加？",
)
def averages_the_copies(g, shape):
    return right.unbroadcast(g, shape) * (np.prod(shape) / g.size)


@mistake(
    "unbroadcast",
    en="You take one of the copies. Do the others have no effect on the loss?",
    zh="你只取了其中一份拷贝的梯度。其余拷贝对损失没有影响吗？",
)
def takes_the_first_copy(g, shape):
    first = tuple(slice(1) if axis in _stretched(g, shape) else slice(None) for axis in range(g.ndim))
    return g[first].sum(axis=tuple(range(g.ndim - len(shape)))).reshape(shape)


@mistake(
    "unbroadcast",
    en="How many axes of size 1 may a shape have, and which of them does `shape.index(1)` find?",
    zh="shape 里可能有几个大小为 1 的轴？`shape.index(1)` 找到的是哪一个？",
)
def sums_first_axis_of_size_one_only(g, shape):
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=shape.index(1), keepdims=True) if 1 in shape else g


@mistake(
    "unbroadcast",
    en="On which side does broadcasting add the missing axes?",
    zh="广播时缺少的轴补在哪一边？",
)
def sums_trailing_axes(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=-1)
    return g.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1), keepdims=True)


@mistake(
    "unbroadcast",
    en="An axis has another number in g than in shape as soon as g has more axes: do you count both from the same end?",
    zh="g 的轴更多时，同一个轴在 g 和 shape 里的编号不同：你是从同一端数的吗？",
)
def counts_axes_from_the_left(g, shape):
    g = g.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1), keepdims=True)
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


@mistake(
    "unbroadcast",
    en="After you have summed one axis away, which numbers do the axes behind it have?",
    zh="求和消去一个轴之后，它后面的轴编号变成多少了？",
)
def numbers_of_axes_shift(g, shape):
    for axis in (*range(g.ndim - len(shape)), *_stretched(g, shape)):
        if axis < g.ndim:
            g = g.sum(axis=axis)
    return g.reshape(shape) if g.size == np.prod(shape) else g


@mistake(
    "unbroadcast",
    en="Which entries of g belong to one entry of x: those that lie side by side in memory, or those along an axis?",
    zh="g 的哪些元素对应 x 的同一个元素：内存中相邻的那些，还是沿某个轴的那些？",
)
def sums_neighbours_in_memory(g, shape):
    return g.reshape(*shape, -1).sum(axis=-1)


# ---------------------------------------------------------------------------------------------------------------------
# topo_sort


@mistake(
    "topo_sort",
    en="When you append a node, do its parents already stand in the list?",
    zh="把一个结点放进列表时，它的父结点都已经在列表里了吗？",
)
def appends_before_the_parents(root, parents_fn):
    order, seen, waiting = [], set(), [root]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            waiting.extend(reversed(list(parents_fn(node))))
    return order


@mistake(
    "topo_sort",
    en="Which end of your list is the root at, and which does the docstring ask for?",
    zh="root 在你的列表的哪一端？文档要求它在哪一端？",
)
def children_before_parents(root, parents_fn):
    return right.topo_sort(root, parents_fn)[::-1]


@mistake(
    "topo_sort",
    en="A node is used by two others: how often does it come up in your list?",
    zh="一个结点被另外两个结点用到：它在列表里出现几次？",
)
def lists_a_shared_parent_twice(root, parents_fn):
    order, waiting = [], [(root, False)]
    while waiting:
        node, parents_are_done = waiting.pop()
        if parents_are_done:
            order.append(node)
        else:
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in reversed(list(parents_fn(node))))
    return order


@mistake(
    "topo_sort",
    en="Of several copies of a node, which one may stay: must it stand before or after all that uses it?",
    zh="一个结点有好几份拷贝时该留哪一份：它应该在所有使用者之前还是之后？",
)
def keeps_the_last_copy(root, parents_fn):
    order = lists_a_shared_parent_twice(root, parents_fn)
    return [node for place, node in enumerate(order) if node not in order[place + 1 :]]


@mistake(
    "topo_sort",
    en="How deep does your function call itself on a chain of 1200 nodes, and how deep does Python let it?",
    zh="对 1200 个结点的链，你的函数会递归多深？Python 允许多深？",
)
def recursion_dies_on_a_chain(root, parents_fn):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in parents_fn(node):
                visit(parent)
            order.append(node)

    visit(root)
    return order


@mistake(
    "topo_sort",
    en="Is every input of a node followed, or only the first?",
    zh="结点的每个输入都走到了吗，还是只走了第一个？",
)
def follows_the_first_parent_only(root, parents_fn):
    return right.topo_sort(root, lambda node: list(parents_fn(node))[:1])


@mistake(
    "topo_sort",
    en="A parent that another node has reached before: does the node at hand still get into the list?",
    zh="如果某个父结点已被别的结点访问过，当前结点还会进入列表吗？",
)
def drops_nodes_with_a_shared_parent(root, parents_fn):
    order, seen, path = [], {root}, [(root, iter(parents_fn(root)))]
    while path:
        node, parents = path[-1]
        parent = next(parents, None)
        if parent is None:
            order.append(node)
        elif parent not in seen:
            seen.add(parent)
            path.append((parent, iter(parents_fn(parent))))
            continue
        path.pop()  # as a `return` does where a `continue` is meant
    return order


@mistake(
    "topo_sort",
    en="One way to a node is short, another is long: does the node stand before everything on the long one?",
    zh="从 root 到某个结点有一长一短两条路：它排在长路上所有结点之前了吗？",
)
def breadth_first_reversed(root, parents_fn):
    order, place = [root], 0
    while place < len(order):
        order.extend(parent for parent in parents_fn(order[place]) if parent not in order)
        place += 1
    return order[::-1]


@mistake(
    "topo_sort",
    en="Does reversing the order in which a depth-first search discovers the nodes always put parents first?",
    zh="把深度优先搜索的发现次序反过来，父结点就一定在前面吗？",
)
def preorder_reversed(root, parents_fn):
    return appends_before_the_parents(root, parents_fn)[::-1]


@mistake(
    "topo_sort",
    en="Does the result itself belong to the list?",
    zh="计算结果 root 自己在列表里吗？",
)
def root_left_out(root, parents_fn):
    return right.topo_sort(root, parents_fn)[:-1]


@mistake(
    "topo_sort",
    en="What does your function do with a node that has no parents?",
    zh="遇到没有父结点的结点，你的函数会怎么做？",
)
def leaves_left_out(root, parents_fn):
    return [node for node in right.topo_sort(root, parents_fn) if len(list(parents_fn(node)))]


# ---------------------------------------------------------------------------------------------------------------------
# autograd
#
# Not here: a number wrapped in a Value gets a gradient, too (nobody can see it); a recursion along every path from the
# result to the leaves (slow, but right: see alternatives.py); the order not reversed, so that the leaves come first
# (the same as `ValueGoesBackOneStepOnly`: only the result has a gradient to pass on when its turn comes).


def _order(root):
    return right.topo_sort(root, lambda node: [parent for parent, _ in node.inputs])


@mistake(
    "autograd",
    replaces="Value",
    en="A Value is used twice: what happens to the first gradient when the second one arrives?",
    zh="一个 Value 被用了两次：第二份梯度到达时，第一份怎么样了？",
)
class ValueOverwritesGradient(right.Value):
    def backward(self):
        self.grad = 1.0
        for node in reversed(_order(self)):
            for parent, slope in node.inputs:
                parent.grad = slope * node.grad


@mistake(
    "autograd",
    replaces="Value",
    en="In a * a both inputs are the same Value: how many times must its gradient be taken in?",
    zh="在 a * a 里两个输入是同一个 Value：它的梯度应该计几次？",
)
class ValueCountsTheSameInputOnce(right.Value):
    def __add__(self, other):
        out = super().__add__(other)
        return type(self)(out.data, dict(out.inputs).items())

    def __mul__(self, other):
        out = super().__mul__(other)
        return type(self)(out.data, dict(out.inputs).items())


@mistake(
    "autograd",
    replaces="Value",
    en="2 * v: whose method does Python call when an int does not know what a Value is?",
    zh="2 * v：int 不认识 Value，这时 Python 会去调用谁的哪个方法？",
)
class ValueWithoutNumbersOnTheLeft(right.Value):
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = None


@mistake(
    "autograd",
    replaces="Value",
    en="2 - v and v - 2: are they the same?",
    zh="2 - v 和 v - 2 一样吗？",
)
class ValueSubtractsTheWrongWayRound(right.Value):
    def __rsub__(self, number):
        return self - number


@mistake(
    "autograd",
    replaces="Value",
    en="2 / v and v / 2: are they the same?",
    zh="2 / v 和 v / 2 一样吗？",
)
class ValueDividesTheWrongWayRound(right.Value):
    def __rtruediv__(self, number):
        return self / number


@mistake(
    "autograd",
    replaces="Value",
    en="What is the derivative of x**2 at x = 3: 18?",
    zh="x**2 在 x = 3 处的导数是 18 吗？",
)
class ValuePowerKeepsItsExponent(right.Value):
    def __pow__(self, n):
        return type(self)(self.data**n, [(self, n * self.data**n)])


@mistake(
    "autograd",
    replaces="Value",
    en="The exponent of a power goes down by one. What else happens to it in the derivative?",
    zh="求导时幂的指数减一。除此之外指数还去了哪里？",
)
class ValuePowerForgetsItsFactor(right.Value):
    def __pow__(self, n):
        return type(self)(self.data**n, [(self, self.data ** (n - 1))])


@mistake(
    "autograd",
    replaces="Value",
    en="backward is called a second time: should what the first call added be gone?",
    zh="第二次调用 backward 时，第一次加进去的梯度应该消失吗？",
)
class ValueForgetsEarlierGradients(right.Value):
    def backward(self):
        for node in _order(self):
            node.grad = 0.0
        super().backward()


@mistake(
    "autograd",
    replaces="Value",
    en="Between result and leaf lies a Value that still holds the gradient of the first call: does that flow again?",
    zh="中间结点还留着第一次 backward 的梯度：第二次时它又往下传了一遍吗？",
)
class ValueLetsOldGradientsFlowAgain(right.Value):
    def backward(self):
        self.grad = 1.0
        for node in reversed(_order(self)):
            for parent, slope in node.inputs:
                parent.grad += slope * node.grad


@mistake(
    "autograd",
    replaces="Value",
    en="When a Value passes its gradient on, have all the Values that use it already passed theirs?",
    zh="一个 Value 往下传梯度时，所有用到它的 Value 都已经把梯度传给它了吗？",
)
class ValueGoesDepthFirst(right.Value):
    def backward(self):
        order = appends_before_the_parents(self, lambda node: [parent for parent, _ in node.inputs])
        flow = {**dict.fromkeys(order, 0.0), self: 1.0}
        for node in order:
            for parent, slope in node.inputs:
                flow[parent] += slope * flow[node]
        for node in order:
            node.grad += flow[node]


@mistake(
    "autograd",
    replaces="Value",
    en="What do the inputs of the inputs get? When their turn comes, has anything arrived that could be passed on?",
    zh="输入的输入得到了什么？轮到某个结点时，已经有梯度传到它这里了吗？",
)
class ValueGoesBackOneStepOnly(right.Value):
    def backward(self):
        self.grad += 1.0
        for parent, slope in self.inputs:
            parent.grad += slope


@mistake(
    "autograd",
    replaces="Value",
    en="d(ab)/da: is it a, or b?",
    zh="d(ab)/da 是 a 还是 b？",
)
class ValueProductSlopesSwapped(right.Value):
    def __mul__(self, other):
        other = self._value(other)
        return type(self)(self.data * other.data, [(self, self.data), (other, other.data)])


@mistake(
    "autograd",
    replaces="Value",
    en="In v * 5 only one of the two factors can change: what does v's gradient have to do with the slope of 5?",
    zh="v * 5 的两个因子里只有一个会变：5 的那份梯度算到谁头上了？",
)
class ValueGetsTheNumbersGradientToo(right.Value):
    def __mul__(self, other):
        if isinstance(other, right.Value):
            return super().__mul__(other)
        return type(self)(self.data * other, [(self, other), (self, self.data)])


@mistake(
    "autograd",
    replaces="Value",
    en="When the divisor grows, does the quotient grow?",
    zh="除数变大时，商会变大吗？",
)
class ValueQuotientWithoutMinus(right.Value):
    def __truediv__(self, other):
        other = self._value(other)
        return type(self)(self.data / other.data, [(self, 1 / other.data), (other, self.data / other.data**2)])


@mistake(
    "autograd",
    replaces="Value",
    en="When b grows, does a - b grow?",
    zh="b 变大时，a - b 会变大吗？",
)
class ValueDifferenceWithoutMinus(right.Value):
    def __sub__(self, other):
        other = self._value(other)
        return type(self)(self.data - other.data, [(self, 1.0), (other, 1.0)])


@mistake(
    "autograd",
    replaces="Value",
    en="Is exp(x) a power of x, or is x the exponent?",
    zh="exp(x) 是 x 的幂，还是 x 在指数上？",
)
class ValueExpAsAPower(right.Value):
    def exp(self):
        return type(self)(np.exp(self.data), [(self, self.data * np.exp(self.data - 1))])


@mistake(
    "autograd",
    replaces="Value",
    en="What is the slope of tanh at an output of -0.5: larger than 1, or smaller?",
    zh="tanh 的输出为 -0.5 时，斜率比 1 大还是比 1 小？",
)
class ValueTanhSlopeWithoutSquare(right.Value):
    def tanh(self):
        out = np.tanh(self.data)
        return type(self)(out, [(self, 1 - out)])


@mistake(
    "autograd",
    replaces="Value",
    en="tanh(800): do the numerator and the denominator stay finite?",
    zh="tanh(800)：分子和分母都还是有限的数吗？",
)
class ValueTanhOverflows(right.Value):
    def tanh(self):
        squared = np.exp(2 * self.data)
        out = (squared - 1) / (squared + 1)
        return type(self)(out, [(self, 1 - out**2)])


@mistake(
    "autograd",
    replaces="Value",
    en="A relu that gives 0 and goes on giving 0 when its input moves a little: what is its slope?",
    zh="relu 输出 0，输入稍稍变动后仍是 0：它的斜率是多少？",
)
class ValueReluAlwaysLetsThrough(right.Value):
    def relu(self):
        return type(self)(max(0.0, self.data), [(self, 1.0)])


# ---------------------------------------------------------------------------------------------------------------------
# mlp_loss


def _log_softmax(logits):
    logits = logits - logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def _softmax_minus_one_hot(log_p, y):
    dlogits = np.exp(log_p)
    dlogits[np.arange(len(y)), y] -= 1
    return dlogits / len(y)


def _mlp(params, X, y, log_softmax=_log_softmax, head=_softmax_minus_one_hot, mask=None, w2=None, hidden=None):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    z = X @ W1 + b1
    h = np.maximum(0.0, z)
    logits = h @ W2 + b2
    log_p = log_softmax(logits)
    dlogits = head(log_p, y)
    grads = {"W2": (h if hidden is None else hidden(z)).T @ dlogits, "b2": dlogits.sum(axis=0)}
    dh = dlogits @ (W2.T if w2 is None else w2(W2, grads["W2"]))
    dz = dh * ((z > 0) if mask is None else mask(z, dh, logits))
    loss = -log_p[np.arange(len(y)), y].mean()
    return loss, {"W1": X.T @ dz, "b1": dz.sum(axis=0), **grads}


@mistake(
    "mlp_loss",
    en="A hidden unit that gave 0: does it let a gradient through?",
    zh="输出为 0 的隐藏单元会让梯度通过吗？",
)
def mlp_without_relu_mask(params, X, y):
    return _mlp(params, X, y, mask=lambda z, dh, logits: 1.0)


@mistake(
    "mlp_loss",
    en="The ReLU sits behind the first layer: which array tells you where it was open?",
    zh="ReLU 在第一层之后：哪个数组能告诉你它在哪里是打开的？",
)
def mlp_mask_from_logits(params, X, y):
    return _mlp(params, X, y, mask=lambda z, dh, logits: logits > 0)


@mistake(
    "mlp_loss",
    en="Is it the sign of the gradient that opens a ReLU, or the sign of what went in?",
    zh="决定 ReLU 是否打开的，是梯度的符号，还是输入的符号？",
)
def mlp_mask_from_gradient(params, X, y):
    return _mlp(params, X, y, mask=lambda z, dh, logits: dh > 0)


@mistake(
    "mlp_loss",
    en="What exactly goes into the ReLU: is the bias in it already?",
    zh="进入 ReLU 的到底是什么：加上偏置了吗？",
)
def mlp_mask_before_the_bias(params, X, y):
    return _mlp(params, X, y, mask=lambda z, dh, logits: X @ params["W1"] > 0)


@mistake(
    "mlp_loss",
    en="Does each of the four parameters have a gradient?",
    zh="四个参数都有梯度了吗？",
)
def mlp_without_db1(params, X, y):
    loss, grads = right.mlp_loss(params, X, y)
    return loss, {name: grad for name, grad in grads.items() if name != "b1"}


@mistake(
    "mlp_loss",
    en="When W2 is square, its shape no longer tells: which way round must it stand on the way back?",
    zh="W2 是方阵时形状就不再提醒你了：反向时它该怎么放？",
)
def mlp_with_w2_not_transposed(params, X, y):
    return _mlp(params, X, y, w2=lambda W2, dW2: W2)


@mistake(
    "mlp_loss",
    en="With which W2 was the loss computed: with the one you send the gradient back through?",
    zh="损失是用哪个 W2 算出来的？你回传梯度用的是同一个吗？",
)
def mlp_goes_back_through_updated_w2(params, X, y):
    return _mlp(params, X, y, w2=lambda W2, dW2: (W2 - 0.1 * dW2).T)


@mistake(
    "mlp_loss",
    en="How often does 1/N come into your gradient?",
    zh="你的梯度里 1/N 出现了几次？",
)
def mlp_divides_by_n_twice(params, X, y):
    return _mlp(params, X, y, head=lambda log_p, y: _softmax_minus_one_hot(log_p, y) / len(y))


@mistake(
    "mlp_loss",
    en="Your loss is a mean: is your gradient that of a mean, too?",
    zh="损失取的是平均：梯度也除以样本数 N 了吗？",
)
def mlp_gradient_of_the_sum(params, X, y):
    return _mlp(params, X, y, head=lambda log_p, y: _softmax_minus_one_hot(log_p, y) * len(y))


@mistake(
    "mlp_loss",
    en="Does your loss grow when the same examples are given twice?",
    zh="把同一批样本重复一遍，你的损失会变大吗？",
)
def mlp_sums_over_the_examples(params, X, y):
    loss, grads = right.mlp_loss(params, X, y)
    return loss * len(X), {name: grad * len(X) for name, grad in grads.items()}


@mistake(
    "mlp_loss",
    en="`dlogits[y] -= 1`: does y pick rows or columns there? From which entries should the 1 be taken?",
    zh="`dlogits[y] -= 1` 选中的是行还是列？1 应该从哪些元素里减去？",
)
def mlp_one_hot_on_rows(params, X, y):
    def head(log_p, y):
        dlogits = np.exp(log_p)
        dlogits[y] -= 1
        return dlogits / len(y)

    return _mlp(params, X, y, head=head)


@mistake(
    "mlp_loss",
    en="`dlogits[:, y] -= 1`: how many entries of a row does that touch?",
    zh="`dlogits[:, y] -= 1` 会改动每一行的几个元素？",
)
def mlp_one_hot_in_every_row(params, X, y):
    def head(log_p, y):
        dlogits = np.exp(log_p)
        dlogits[:, y] -= 1
        return dlogits / len(y)

    return _mlp(params, X, y, head=head)


@mistake(
    "mlp_loss",
    en="Raise the right class's logit a little: does the loss rise or fall?",
    zh="把正确类别的 logit 调高一点，损失是升还是降？",
)
def mlp_gradient_uphill(params, X, y):
    return _mlp(params, X, y, head=lambda log_p, y: -_softmax_minus_one_hot(log_p, y))


@mistake(
    "mlp_loss",
    en="Whose probabilities have to sum to 1: those of one example's classes, or those of one class's examples?",
    zh="哪些概率加起来应该是 1：同一样本的各个类别，还是同一类别的各个样本？",
)
def mlp_softmax_over_the_examples(params, X, y):
    return _mlp(params, X, y, log_softmax=lambda logits: _log_softmax(logits.T).T)


@mistake(
    "mlp_loss",
    en="What is exp(1000)? What could be taken off all logits of a row without changing its softmax?",
    zh="exp(1000) 是多少？一行 logits 同时减去什么，softmax 不会变？",
)
def mlp_softmax_overflows(params, X, y):
    return _mlp(params, X, y, log_softmax=lambda z: np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)))


@mistake(
    "mlp_loss",
    en="One row lies 3000 below the others: what is left of it when the largest logit of the whole batch is taken off?",
    zh="某一行的 logits 比其他行低 3000：减去整个 batch 的最大值之后，这一行还剩什么？",
)
def mlp_shifts_by_the_largest_of_all(params, X, y):
    def log_softmax(z):
        z = z - z.max()
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))

    return _mlp(params, X, y, log_softmax=log_softmax)


@mistake(
    "mlp_loss",
    en="The right class is hopelessly far behind: how large can your loss become at most?",
    zh="正确类别的 logit 远远落后时，你的损失最大能到多少？",
)
def mlp_log_with_epsilon(params, X, y):
    _, grads = right.mlp_loss(params, X, y)
    h = np.maximum(0.0, X @ params["W1"] + params["b1"])
    p = np.exp(_log_softmax(h @ params["W2"] + params["b2"]))
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean(), grads


@mistake(
    "mlp_loss",
    en="What does W2 multiply in the forward pass: what goes into the ReLU, or what comes out?",
    zh="前向时与 W2 相乘的是 ReLU 的输入还是输出？",
)
def mlp_dw2_from_before_the_relu(params, X, y):
    return _mlp(params, X, y, hidden=lambda z: z)


@mistake(
    "mlp_loss",
    en="Is dlogits already the gradient of a mean? Then what do the biases do with another 1/N?",
    zh="dlogits 里是不是已经含有 1/N 了？那偏置的梯度还要再平均一次吗？",
)
def mlp_bias_gradients_are_means(params, X, y):
    loss, grads = right.mlp_loss(params, X, y)
    return loss, {name: grad / len(X) if grad.ndim == 1 else grad for name, grad in grads.items()}


# ---------------------------------------------------------------------------------------------------------------------
# gradient_check


def _slopes(f, x, h, index):
    step = np.zeros(np.shape(x))
    step[index] = h
    above, here, below = f(x + step), f(x), f(x - step)
    return (above - here) / h, (here - below) / h


def _expected(f, grad, x, h, index):
    right_slope, left_slope = _slopes(f, x, h, index)
    if abs(right_slope - left_slope) > 0.01 * max(1.0, abs(right_slope), abs(left_slope)):
        return np.clip(grad[index], min(right_slope, left_slope), max(right_slope, left_slope))
    return (right_slope + left_slope) / 2


def _relative(a, slope):
    return 0.0 if a == slope == 0 else abs(a - slope) / max(abs(a), abs(slope))


def _check(f, grad, x, h=1e-5, expected=_expected, error=_relative, total=None):
    grad, errors = np.asarray(grad), np.zeros(np.shape(x))
    for index in np.ndindex(errors.shape):
        errors[index] = error(grad[index], expected(f, grad, x, h, index))
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    max_rel = float(errors[worst] if total is None else total(errors))
    return {"ok": bool(max_rel <= 1e-5), "max_rel": max_rel, "index": tuple(int(i) for i in worst)}


@mistake(
    "gradient_check",
    en="What does your relative error give where both slopes are 0?",
    zh="两个梯度都是 0 时，你的相对误差等于多少？",
)
def divides_by_the_analytic_gradient(f, grad, x, h=1e-5):
    def error(a, slope):
        with np.errstate(all="ignore"):
            return np.abs(a - slope) / np.abs(np.float64(a))

    return _check(f, grad, x, h, error=error)


@mistake(
    "gradient_check",
    en="A gradient of nothing but zeros: does your check find fault with it?",
    zh="一个全为零的梯度，能通过你的检查吗？",
)
def skips_entries_with_gradient_zero(f, grad, x, h=1e-5):
    return _check(f, grad, x, h, error=lambda a, slope: 0.0 if a == 0 else _relative(a, slope))


@mistake(
    "gradient_check",
    en="An error of 0.001: is that much? As compared with what?",
    zh="误差 0.001 算大吗？要和什么相比？",
)
def measures_the_absolute_error(f, grad, x, h=1e-5):
    return _check(f, grad, x, h, error=lambda a, slope: abs(a - slope))


@mistake(
    "gradient_check",
    en="Which entries of x do you nudge: all of them?",
    zh="你扰动了 x 的哪些元素？是全部吗？",
)
def checks_one_entry(f, grad, x, h=1e-5):
    first = (0,) * np.ndim(x)
    rel = float(_relative(np.asarray(grad)[first], _expected(f, np.asarray(grad), x, h, first)))
    return {"ok": bool(rel <= 1e-5), "max_rel": rel, "index": first}


@mistake(
    "gradient_check",
    en="One wrong entry among a thousand: does the mean of the errors still show it?",
    zh="一千个元素里错了一个：误差的平均值还看得出来吗？",
)
def judges_by_the_mean_error(f, grad, x, h=1e-5):
    return _check(f, grad, x, h, total=np.mean)


@mistake(
    "gradient_check",
    en="What does `np.argmax` count through, and how does one say in two numbers where that is?",
    zh="`np.argmax` 返回的编号是按什么数的？怎样把它换成多维下标？",
)
def gives_a_flat_index(f, grad, x, h=1e-5):
    report = _check(f, grad, x, h)
    return {**report, "index": int(np.ravel_multi_index(report["index"], np.shape(x)) if np.ndim(x) else 0)}


@mistake(
    "gradient_check",
    en="At a kink, which slope does the central difference measure: is a gradient that differs from it wrong?",
    zh="在不可导的尖点，中心差分量到的是什么斜率？和它不同的梯度就一定错吗？",
)
def raises_a_false_alarm_at_a_kink(f, grad, x, h=1e-5):
    return _check(f, grad, x, h, expected=lambda f, grad, x, h, index: sum(_slopes(f, x, h, index)) / 2)


@mistake(
    "gradient_check",
    en="The slopes to either side always differ a little: is every bend a kink?",
    zh="左右两侧的斜率总会略有差别：只要弯曲就算尖点吗？",
)
def takes_every_bend_for_a_kink(f, grad, x, h=1e-5):
    def expected(f, grad, x, h, index):
        return np.clip(grad[index], *sorted(_slopes(f, x, h, index)))

    return _check(f, grad, x, h, expected=expected)


@mistake(
    "gradient_check",
    en="At a kink many gradients are right: all of them?",
    zh="在尖点处有很多梯度都算对：是任何值都算对吗？",
)
def lets_everything_pass_at_a_kink(f, grad, x, h=1e-5):
    def expected(f, grad, x, h, index):
        one, other = _slopes(f, x, h, index)
        is_kink = abs(one - other) > 0.01 * max(1.0, abs(one), abs(other))
        return grad[index] if is_kink else (one + other) / 2

    return _check(f, grad, x, h, expected=expected)


@mistake(
    "gradient_check",
    en="Is `nan > 1e-5` true or false? Does a gradient with a NaN in it pass?",
    zh="`nan > 1e-5` 是真还是假？含有 NaN 的梯度能通过吗？",
)
def lets_nan_pass(f, grad, x, h=1e-5):
    report = _check(f, grad, x, h)
    return {**report, "ok": not report["max_rel"] > 1e-5}


@mistake(
    "gradient_check",
    en="Which points do you take the slope from: x and one neighbour, or a neighbour on either side?",
    zh="你用哪两个点求斜率：x 和一侧的邻点，还是两侧的邻点？",
)
def takes_one_sided_differences(f, grad, x, h=1e-5):
    def expected(f, grad, x, h, index):
        one, other = _slopes(f, x, h, index)
        is_kink = abs(one - other) > 0.01 * max(1.0, abs(one), abs(other))
        return _expected(f, grad, x, h, index) if is_kink else one

    return _check(f, grad, x, h, expected=expected)


@mistake(
    "gradient_check",
    en="How far apart are x + h and x - h?",
    zh="x + h 和 x - h 相距多远？",
)
def divides_by_one_step(f, grad, x, h=1e-5):
    return _check(f, grad, x, h, expected=lambda f, grad, x, h, index: 2 * _expected(f, grad, x, h, index))


@mistake(
    "gradient_check",
    en="A small entry that is wrong by half, beside a large one: does your measure still see it?",
    zh="大元素旁边有一个错了一半的小元素：你的误差还看得见它吗？",
)
def compares_with_the_largest_entry(f, grad, x, h=1e-5):
    largest = np.max(np.abs(grad)) or 1.0
    return _check(f, grad, x, h, error=lambda a, slope: abs(a - slope) / max(largest, abs(slope)))


@mistake(
    "gradient_check",
    en="When the second entry is nudged, where does the first one stand?",
    zh="扰动第二个元素时，第一个元素还在原来的位置吗？",
)
def does_not_put_x_back(f, grad, x, h=1e-5):
    moved = np.array(x, dtype=float)

    def expected(f, grad, x, h, index):
        slope = _expected(f, grad, moved, h, index)
        moved[index] -= h
        return slope

    return _check(f, grad, x, h, expected=expected)


@mistake(
    "gradient_check",
    en="Does your result change when another h is given?",
    zh="换一个 h，你的结果会变吗？",
)
def ignores_h(f, grad, x, h=1e-5):
    return _check(f, grad, x, 1e-5)


@mistake(
    "gradient_check",
    en="An entry that is too small by half: which sign has its error, and does max find it?",
    zh="某个元素只有应有值的一半：误差是什么符号？max 找得到它吗？",
)
def forgets_the_absolute_value(f, grad, x, h=1e-5):
    return _check(f, grad, x, h, error=lambda a, n: 0.0 if a == n == 0 else (a - n) / max(abs(a), abs(n)))


# ---------------------------------------------------------------------------------------------------------------------
# debug_backward


def _debug(params, X, y, factor=2.0, skip=1.0, mask="z2", into_h1=None, slope=None, db1=None):
    W1, b1, W2, b2, w3, b3 = (params[name] for name in ("W1", "b1", "W2", "b2", "w3", "b3"))
    h1 = np.tanh(X @ W1 + b1)
    z2 = h1 @ W2 + b2
    h2 = skip * h1 + np.maximum(0.0, z2)
    y_hat = h2 @ w3 + b3
    dy_hat = factor * (y_hat - y) / len(X)
    dh2 = np.outer(dy_hat, w3)
    dz2 = dh2 * ({"z2": z2, "h2": h2, "h1": h1}[mask] > 0)
    dh1 = skip * dh2 + dz2 @ W2.T if into_h1 is None else into_h1(dh2, dz2, W2)
    dz1 = dh1 * (1 - h1**2 if slope is None else slope(h1))
    grads = {
        "W1": X.T @ dz1,
        "b1": dz1.sum(axis=0) if db1 is None else db1(dz1),
        "W2": h1.T @ dz2,
        "b2": dz2.sum(axis=0),
        "w3": h2.T @ dy_hat,
        "b3": dy_hat.sum(),
    }
    return np.mean((y_hat - y) ** 2), grads


def _forgets_skip(dh2, dz2, W2):
    return dz2 @ W2.T


def _averages(dz1):
    return dz1.mean(axis=0)


@mistake(
    "debug_backward",
    en="Have you compared each gradient with measured slopes? Coming from the loss, which is the first to be wrong?",
    zh="用数值梯度逐个对照过吗？从损失往回看，第一个出错的是哪个参数的梯度？",
)
def all_three_bugs_left(params, X, y):
    return _debug(params, X, y, mask="h2", into_h1=_forgets_skip, db1=_averages)


@mistake(
    "debug_backward",
    en="The gradients of W2 and b2: is the ReLU open where you think it is?",
    zh="看 W2 和 b2 的梯度：ReLU 打开的位置和你想的一样吗？",
)
def mask_bug_left(params, X, y):
    return _debug(params, X, y, mask="h2")


@mistake(
    "debug_backward",
    en="Along how many ways does h1 act on the loss?",
    zh="h1 通过几条路影响损失？",
)
def skip_bug_left(params, X, y):
    return _debug(params, X, y, into_h1=_forgets_skip)


@mistake(
    "debug_backward",
    en="W1's gradient is right and b1's is not: which single line lies between them?",
    zh="W1 的梯度对了而 b1 的不对：中间只差哪一行？",
)
def mean_bug_left(params, X, y):
    return _debug(params, X, y, db1=_averages)


@mistake(
    "debug_backward",
    en="Is your correction still right for another number of examples?",
    zh="换一个样本数，你的修正还对吗？",
)
def scales_db1_by_a_constant(params, X, y):
    return _debug(params, X, y, db1=lambda dz1: 6 * dz1.mean(axis=0))


@mistake(
    "debug_backward",
    en="Gradient and loss fit each other now: but is it still the loss of the same network?",
    zh="梯度和损失对上了：可这还是原来那个网络的损失吗？",
)
def bends_the_forward_pass(params, X, y):
    return _debug(params, X, y, skip=0.0)


@mistake(
    "debug_backward",
    en="What reaches h1 along the residual connection: what comes to h2, or what has gone through the ReLU?",
    zh="沿残差连接传到 h1 的，是 h2 处的梯度，还是经过 ReLU 之后的？",
)
def skip_carries_masked_gradient(params, X, y):
    return _debug(params, X, y, into_h1=lambda dh2, dz2, W2: dz2 + dz2 @ W2.T)


@mistake(
    "debug_backward",
    en="h1 is a tanh's output, z2 is a ReLU's input: whose sign does the ReLU look at?",
    zh="h1 是 tanh 的输出，z2 是 ReLU 的输入：ReLU 看的是谁的符号？",
)
def mask_from_h1(params, X, y):
    return _debug(params, X, y, mask="h1")


@mistake(
    "debug_backward",
    en="Was the line with W2.T among those that the numbers accused? W2 is square: does its shape prove anything?",
    zh="数值对照真的说明 W2.T 那一行有错吗？W2 是方阵，形状能证明什么？",
)
def mends_the_transpose_that_was_right(params, X, y):
    return _debug(params, X, y, into_h1=lambda dh2, dz2, W2: dh2 + dz2 @ W2)


@mistake(
    "debug_backward",
    en="Was the line with tanh's slope wrong before you changed it?",
    zh="tanh 导数那一行在你改动之前真的错了吗？",
)
def mends_the_slope_that_was_right(params, X, y):
    return _debug(params, X, y, slope=lambda h1: 1 - h1)


@mistake(
    "debug_backward",
    en="Has the loss a half in front? Were b3's gradient and the measured one the same before you changed the factor?",
    zh="损失前面有 1/2 吗？改系数之前，b3 的梯度和数值梯度不是一致的吗？",
)
def mends_the_factor_that_was_right(params, X, y):
    return _debug(params, X, y, factor=1.0)


@mistake(
    "debug_backward",
    replaces="planted_bugs",
    en="Which line did you change for W1's gradient: one that transposes, or one that adds?",
    zh="为了 W1 的梯度，你改的那一行是转置，还是相加？",
)
def blames_the_transpose():
    return "CDG"


@mistake(
    "debug_backward",
    replaces="planted_bugs",
    en="Did the line with tanh's slope have to change?",
    zh="tanh 导数那一行需要改吗？",
)
def blames_the_slope_of_tanh():
    return "CEF"


@mistake(
    "debug_backward",
    replaces="planted_bugs",
    en="Is a missing sum over the examples the same as a wrong factor of the loss?",
    zh="对样本少求一次和，与损失的系数写错，是一回事吗？",
)
def blames_the_factor_of_the_mean():
    return "ACE"


# ---------------------------------------------------------------------------------------------------------------------
# train_mlp
#
# Not here: "updates copies, so that nothing is learned" gives what `train_mlp_returns_initial` gives; its visible
# variant is `train_mlp_always_steps_from_the_start`.


def _train(X, y, params, lr, epochs, rng, batch=32, skip_last=False, batches=None, frozen=(), factor=lambda n: 1.0):
    for _ in range(epochs):
        order = rng.permutation(len(X))
        starts = range(0, len(X) - batch + 1 if skip_last else len(X), batch)
        for start in starts[:batches]:
            picked = order[start : start + batch]
            _, grads = right.mlp_loss(params, X[picked], y[picked])
            step = {name: 0.0 if name in frozen else lr * factor(len(picked)) for name in params}
            params = {name: param - step[name] * grads[name] for name, param in params.items()}
    return params


@mistake(
    "train_mlp",
    en="Are the parameters that you give back the ones that you trained?",
    zh="你返回的参数是训练之后的吗？",
)
def train_mlp_returns_initial(X, y, params, lr, epochs, rng, batch=32):
    return params


@mistake(
    "train_mlp",
    en="From where does the second step start: from where the first one ended?",
    zh="第二步是从第一步结束的地方出发的吗？",
)
def train_mlp_always_steps_from_the_start(X, y, params, lr, epochs, rng, batch=32):
    picked = rng.permutation(len(X))[-(len(X) % batch or batch) :]
    return _train(X[picked], y[picked], params, lr, 1, rng, batch)


@mistake(
    "train_mlp",
    en="Does a step go up the slope of the loss, or down?",
    zh="每一步是沿损失上升的方向走，还是下降的方向？",
)
def train_mlp_goes_uphill(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, -lr, epochs, rng, batch)


@mistake(
    "train_mlp",
    en="Should the step be larger when the batch is larger?",
    zh="batch 越大，步长也应该越大吗？",
)
def train_mlp_without_mean(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs, rng, batch, factor=lambda n: n)


@mistake(
    "train_mlp",
    en="mlp_loss gives the gradient of a mean: is it divided by the batch once more?",
    zh="mlp_loss 的梯度已经取过平均了：你又除以了一次 batch 大小吗？",
)
def train_mlp_divides_by_batch_again(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs, rng, batch, factor=lambda n: 1 / n)


@mistake(
    "train_mlp",
    en="Do all four parameters move?",
    zh="四个参数都在更新吗？",
)
def train_mlp_freezes_the_first_layer(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs, rng, batch, frozen=("W1", "b1"))


@mistake(
    "train_mlp",
    en="Do the biases learn, too?",
    zh="偏置也在学习吗？",
)
def train_mlp_freezes_the_biases(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs, rng, batch, frozen=("b1", "b2"))


@mistake(
    "train_mlp",
    en="N is not a multiple of batch: which examples does your epoch leave out?",
    zh="N 不是 batch 的整数倍时，每个 epoch 漏掉了哪些样本？",
)
def train_mlp_drops_the_last_batch(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs, rng, batch, skip_last=True)


@mistake(
    "train_mlp",
    en="How many steps make an epoch?",
    zh="一个 epoch 有多少步？",
)
def train_mlp_takes_one_batch_an_epoch(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs, rng, batch, batches=1)


@mistake(
    "train_mlp",
    en="Does batch change anything in your training?",
    zh="batch 的大小对你的训练有影响吗？",
)
def train_mlp_ignores_batch(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs, rng, len(X))


@mistake(
    "train_mlp",
    en="How often is each example used in all?",
    zh="每个样本一共被用了几次？",
)
def train_mlp_stops_an_epoch_early(X, y, params, lr, epochs, rng, batch=32):
    return _train(X, y, params, lr, epochs - 1, rng, batch)
