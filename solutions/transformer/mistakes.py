"""Wrong answers that people really write, each with the question that helps.

Left out because they are right: a fill of -1e9 in a row with something to see, E[x²] − E[x]² in double precision, any
order of a module's parts, a mask that is kept as a buffer, a mean over flattened tokens.
"""

import copy
import functools

import numpy as np
import torch
from torch import nn

from autograder.bank import mistake

from . import solution as right

# ------------------------------------------------------------------------------------------------------ layernorm


def _normalised(x, gamma, beta, eps, mean, var, scaled=None):
    """The right frame of `layernorm_forward` around another mean, variance or scale; the right cache."""
    normal = (x - mean) * (1 / np.sqrt(var + eps) if scaled is None else scaled)
    return gamma * normal + beta, right.layernorm_forward(x, gamma, beta, eps)[1]


def _own(x):
    return x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)


@mistake(
    "layernorm",
    en="Is the variance here the sum of squares divided by D, or by D − 1?",
    zh="这里的方差是除以 D，还是除以 D − 1？",
    replaces="layernorm_forward",
)
def layernorm_with_unbiased_variance(x, gamma, beta, eps=1e-5):
    var = x.var(axis=-1, keepdims=True, ddof=1)
    return _normalised(x, gamma, beta, eps, _own(x)[0], var)


@mistake(
    "layernorm",
    en="Whose mean is it: that of one position's features, or that of all positions?",
    zh="均值是同一位置各特征的均值，还是所有位置的均值？",
    replaces="layernorm_forward",
)
def layernorm_over_the_batch(x, gamma, beta, eps=1e-5):
    return _normalised(x, gamma, beta, eps, x.mean(axis=0), x.var(axis=0))


@mistake(
    "layernorm",
    en="Which axis holds the features of one position?",
    zh="哪个轴是同一位置的特征？",
    replaces="layernorm_forward",
)
def layernorm_over_positions(x, gamma, beta, eps=1e-5):
    axis = max(x.ndim - 2, 0)
    return _normalised(x, gamma, beta, eps, x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True))


@mistake(
    "layernorm",
    en="Do the positions of one sequence share a mean and a variance?",
    zh="同一个序列的各个位置共用一个均值和方差吗？",
    replaces="layernorm_forward",
)
def layernorm_over_the_whole_sequence(x, gamma, beta, eps=1e-5):
    axes = tuple(range(min(1, x.ndim - 1), x.ndim))
    return _normalised(x, gamma, beta, eps, x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True))


@mistake(
    "layernorm",
    en="Is eps added to the variance, or to the standard deviation?",
    zh="eps 加在方差上，还是加在标准差上？",
    replaces="layernorm_forward",
)
def layernorm_with_eps_outside(x, gamma, beta, eps=1e-5):
    mean, var = _own(x)
    return _normalised(x, gamma, beta, eps, mean, var, 1 / (np.sqrt(var) + eps))


@mistake(
    "layernorm",
    en="Which eps does the signature promise where none is given?",
    zh="没有传入 eps 时，函数签名承诺的默认值是多少？",
    replaces="layernorm_forward",
)
def layernorm_with_another_default_eps(x, gamma, beta, eps=1e-6):
    return right.layernorm_forward(x, gamma, beta, eps)


@mistake(
    "layernorm",
    en="Where does eps enter your code?",
    zh="你的代码里哪里用到了 eps？",
    replaces="layernorm_forward",
)
def layernorm_without_eps(x, gamma, beta, eps=1e-5):
    mean, var = _own(x)
    return _normalised(x, gamma, beta, 0.0, mean, var)[0], right.layernorm_forward(x, gamma, beta, eps)[1]


@mistake(
    "layernorm",
    en="You use an eps of your own: what becomes of the one that is given?",
    zh="你用了固定的 eps：传入的 eps 到哪里去了？",
    replaces="layernorm_forward",
)
def layernorm_with_a_fixed_eps(x, gamma, beta, eps=1e-5):
    return right.layernorm_forward(x, gamma, beta)[0], right.layernorm_forward(x, gamma, beta, eps)[1]


@mistake(
    "layernorm",
    en="What comes first: the normalisation, or the gain?",
    zh="先归一化，还是先乘以 gamma？",
    replaces="layernorm_forward",
)
def layernorm_with_the_gain_first(x, gamma, beta, eps=1e-5):
    mean, var = _own(gamma * x)
    return (gamma * x - mean) / np.sqrt(var + eps) + beta, right.layernorm_forward(x, gamma, beta, eps)[1]


@mistake(
    "layernorm",
    en="Do you divide by the variance, or by its root?",
    zh="除以方差，还是除以标准差？",
    replaces="layernorm_forward",
)
def layernorm_divided_by_the_variance(x, gamma, beta, eps=1e-5):
    mean, var = _own(x)
    return _normalised(x, gamma, beta, eps, mean, var, 1 / (var + eps))


@mistake(
    "layernorm",
    en="What is the mean of each row of your output before the shift?",
    zh="加上 beta 之前，输出每一行的均值是多少？",
    replaces="layernorm_forward",
)
def layernorm_without_centring(x, gamma, beta, eps=1e-5):
    return _normalised(x, gamma, beta, eps, 0.0, _own(x)[1])


@mistake(
    "layernorm",
    en="Where is beta?",
    zh="beta 用在哪里了？",
    replaces="layernorm_forward",
)
def layernorm_without_shift(x, gamma, beta, eps=1e-5):
    return right.layernorm_forward(x, gamma, 0 * beta, eps)


@mistake(
    "layernorm",
    en="Is the shift scaled too?",
    zh="平移量 beta 也要乘以 gamma 吗？",
    replaces="layernorm_forward",
)
def layernorm_with_a_scaled_shift(x, gamma, beta, eps=1e-5):
    out, cache = right.layernorm_forward(x, gamma, 0 * beta, eps)
    return out + gamma * beta, cache


def _dx(dout, cache, centre=1.0, along=1.0):
    """The right dx with each of its two corrections by this share."""
    normal, gamma, inverse = cache
    d = dout * gamma
    both = centre * d.mean(-1, keepdims=True) + along * normal * (d * normal).mean(-1, keepdims=True)
    return inverse * (d - both)


def _gains(dout, cache, gather=np.sum):
    lead = tuple(range(dout.ndim - 1))
    return gather(dout * cache[0], axis=lead), gather(dout, axis=lead)


@mistake(
    "layernorm",
    en="What happens to the mean when one entry of x grows?",
    zh="x 的一个元素变大时，均值会怎样？",
    replaces="layernorm_backward",
)
def layernorm_backward_through_a_constant_mean(dout, cache):
    return _dx(dout, cache, centre=0.0), *_gains(dout, cache)


@mistake(
    "layernorm",
    en="What happens to the variance when one entry of x grows?",
    zh="x 的一个元素变大时，方差会怎样？",
    replaces="layernorm_backward",
)
def layernorm_backward_through_a_constant_variance(dout, cache):
    return _dx(dout, cache, along=0.0), *_gains(dout, cache)


@mistake(
    "layernorm",
    en="Are mean and variance constants, or functions of x?",
    zh="均值和方差是常数，还是 x 的函数？",
    replaces="layernorm_backward",
)
def layernorm_backward_through_constants(dout, cache):
    return _dx(dout, cache, centre=0.0, along=0.0), *_gains(dout, cache)


@mistake(
    "layernorm",
    en="Does the gradient pass through the gain on its way to x?",
    zh="梯度传到 x 的路上经过 gamma 吗？",
    replaces="layernorm_backward",
)
def layernorm_backward_without_the_gain(dout, cache):
    normal, gamma, inverse = cache
    return _dx(dout, (normal, np.ones_like(gamma), inverse)), *_gains(dout, cache)


@mistake(
    "layernorm",
    en="By how much is a row stretched when it is normalised?",
    zh="归一化时，一行被拉伸了多少倍？",
    replaces="layernorm_backward",
)
def layernorm_backward_without_the_deviation(dout, cache):
    normal, gamma, inverse = cache
    return _dx(dout, (normal, gamma, np.ones_like(inverse))), *_gains(dout, cache)


@mistake(
    "layernorm",
    en="gamma is used at every position of every sequence: over which axes does its gradient gather?",
    zh="gamma 用在每个序列的每个位置：它的梯度应当在哪些轴上求和？",
    replaces="layernorm_backward",
)
def layernorm_backward_gathered_over_the_batch_alone(dout, cache):
    dx = _dx(dout, cache)
    return (dx, *(_sum(part) for part in (dout * cache[0], dout)))


def _sum(part):
    return part.sum(axis=0) if part.ndim > 1 else part


@mistake(
    "layernorm",
    en="Does gamma's gradient gather over positions, or stay apart for each?",
    zh="gamma 的梯度应当对各个位置求和，还是各自保留？",
    replaces="layernorm_backward",
)
def layernorm_backward_not_gathered(dout, cache):
    return _dx(dout, cache), dout * cache[0], dout


@mistake(
    "layernorm",
    en="Is there a mean over rows in the forward pass?",
    zh="前向计算里对各行取过平均吗？",
    replaces="layernorm_backward",
)
def layernorm_backward_averaged(dout, cache):
    return _dx(dout, cache), *_gains(dout, cache, np.mean)


@mistake(
    "layernorm",
    en="What was gamma multiplied by: the normalised row, or the output?",
    zh="gamma 乘的是归一化后的值，还是输出？",
    replaces="layernorm_backward",
)
def layernorm_backward_gain_from_scaled_rows(dout, cache):
    normal, gamma, inverse = cache
    return _dx(dout, cache), *_gains(dout, (normal * gamma, gamma, inverse))


@mistake(
    "layernorm",
    en="A mean of D terms or their sum: which of the two stands in the formula?",
    zh="公式里是 D 项的平均，还是它们的和？",
    replaces="layernorm_backward",
)
def layernorm_backward_with_sums_for_means(dout, cache):
    return _dx(dout, cache, dout.shape[-1], dout.shape[-1]), *_gains(dout, cache)


# --------------------------------------------------------------------------------------------------- feed_forward


@mistake(
    "feed_forward",
    en="Is gelu smooth at 0, or does it have a kink?",
    zh="gelu 在 0 处是光滑的，还是有折点？",
    replaces="gelu",
)
def gelu_that_is_relu(x, approximate=False):
    return x.clamp_min(0)


@mistake(
    "feed_forward",
    en="Is the constant inside tanh √(2/π), or 2/π?",
    zh="tanh 里的常数是 √(2/π)，还是 2/π？",
    replaces="gelu",
)
def gelu_without_the_root(x, approximate=False):
    return x / 2 * (1 + torch.tanh(2 / torch.pi * (x + 0.044715 * x**3))) if approximate else right.gelu(x)


@mistake(
    "feed_forward",
    en="Is there a cubic term inside tanh?",
    zh="tanh 里面有三次项吗？",
    replaces="gelu",
)
def gelu_without_the_cube(x, approximate=False):
    return x / 2 * (1 + torch.tanh((2 / torch.pi) ** 0.5 * x)) if approximate else right.gelu(x)


@mistake(
    "feed_forward",
    en="Is the factor of x³ 0.044715, or ten times that?",
    zh="x³ 的系数是 0.044715，还是它的十倍？",
    replaces="gelu",
)
def gelu_with_ten_times_the_cube(x, approximate=False):
    return x / 2 * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.44715 * x**3))) if approximate else right.gelu(x)


@mistake(
    "feed_forward",
    en="Which of the three formulas for gelu is the one with 1.702?",
    zh="带 1.702 的是 gelu 的哪一个公式？",
    replaces="gelu",
)
def gelu_by_sigmoid(x, approximate=False):
    return x * torch.sigmoid(1.702 * x)


@mistake(
    "feed_forward",
    en="What does your gelu do differently when `approximate` is False?",
    zh="`approximate` 为 False 时，你的 gelu 有什么不同？",
    replaces="gelu",
)
def gelu_always_approximate(x, approximate=False):
    return right.gelu(x, True)


@mistake(
    "feed_forward",
    en="Where does `approximate` enter your code?",
    zh="你的代码里哪里用到了 `approximate`？",
    replaces="gelu",
)
def gelu_always_exact(x, approximate=False):
    return right.gelu(x)


@mistake(
    "feed_forward",
    en="Φ(x) is written with erf of what?",
    zh="用 erf 表示 Φ(x) 时，括号里是什么？",
    replaces="gelu",
)
def gelu_of_unscaled_erf(x, approximate=False):
    return right.gelu(x, True) if approximate else x / 2 * (1 + torch.erf(x))


@mistake(
    "feed_forward",
    en="Is gelu(x) the distribution function alone?",
    zh="gelu(x) 只是分布函数吗？",
    replaces="gelu",
)
def gelu_that_is_the_distribution(x, approximate=False):
    cubic = (2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)
    return (1 + torch.tanh(cubic)) / 2 if approximate else (1 + torch.erf(x / 2**0.5)) / 2


@mistake(
    "feed_forward",
    en="Which non-linearity stands between the two layers?",
    zh="两层之间是哪个非线性函数？",
    replaces="FeedForward",
)
class FeedForwardWithRelu(right.FeedForward):
    def forward(self, x):
        return self.w2(self.dropout(self.w1(x).clamp_min(0)))


@mistake(
    "feed_forward",
    en="What are two linear layers without anything between them?",
    zh="两个线性层之间什么都没有，相当于什么？",
    replaces="FeedForward",
)
class FeedForwardWithoutActivation(right.FeedForward):
    def forward(self, x):
        return self.w2(self.dropout(self.w1(x)))


@mistake(
    "feed_forward",
    en="Is the GELU of the network the exact one or the approximation?",
    zh="网络里用的是精确的 GELU，还是近似的？",
    replaces="FeedForward",
)
class FeedForwardApproximate(right.FeedForward):
    def forward(self, x):
        return self.w2(self.dropout(right.gelu(self.w1(x), True)))


@mistake(
    "feed_forward",
    en="How wide is the layer in the middle?",
    zh="中间层有多宽？",
    replaces="FeedForward",
)
class FeedForwardOfWidthD(right.FeedForward):
    def __init__(self, d, hidden, dropout=0.0):
        super().__init__(d, d, dropout)


@mistake(
    "feed_forward",
    en="Does the second layer have an activation too?",
    zh="第二层之后也有激活函数吗？",
    replaces="FeedForward",
)
class FeedForwardActivatedTwice(right.FeedForward):
    def forward(self, x):
        return right.gelu(super().forward(x))


@mistake(
    "feed_forward",
    en="Who tells nn.functional.dropout that the module is in evaluation mode?",
    zh="谁来告诉 nn.functional.dropout 模块处于测试模式？",
    replaces="FeedForward",
)
class FeedForwardDropsInEvaluation(right.FeedForward):
    def forward(self, x):
        return self.w2(nn.functional.dropout(right.gelu(self.w1(x)), self.dropout.p))


@mistake(
    "feed_forward",
    en="Where is `dropout` used in training mode?",
    zh="训练模式下，哪里用到了 `dropout`？",
    replaces="FeedForward",
)
class FeedForwardWithoutDropout(right.FeedForward):
    def forward(self, x):
        return self.w2(right.gelu(self.w1(x)))


@mistake(
    "feed_forward",
    en="Is it a hidden activation that is dropped, or the output?",
    zh="被丢弃的是中间的激活，还是输出？",
    replaces="FeedForward",
)
class FeedForwardDropsTheOutput(right.FeedForward):
    def forward(self, x):
        return self.dropout(self.w2(right.gelu(self.w1(x))))


@mistake(
    "feed_forward",
    en="Is the residual connection part of this module?",
    zh="残差连接属于这个模块吗？",
    replaces="FeedForward",
)
class FeedForwardWithResidual(right.FeedForward):
    def forward(self, x):
        return x + super().forward(x)


@mistake(
    "feed_forward",
    en="Do the two layers have biases?",
    zh="这两层有偏置吗？",
    replaces="FeedForward",
)
class FeedForwardWithoutBias(right.FeedForward):
    def __init__(self, d, hidden, dropout=0.0):
        super().__init__(d, hidden, dropout)
        self.w1, self.w2 = nn.Linear(d, hidden, bias=False), nn.Linear(hidden, d, bias=False)


# -------------------------------------------------------------------------------------------------- encoder_block


class _Block(right.EncoderBlock):
    """The right block with its steps apart, for a mistake to replace one."""

    def attend(self, x, mask):
        return self.dropout(self.attention(x, x, mask))

    def feed(self, x):
        return self.dropout(self.ff(x))

    def pre(self, x, mask):
        x = x + self.attend(self.norm1(x), mask)
        return x + self.feed(self.norm2(x))

    def post(self, x, mask):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.feed(x))

    def forward(self, x, mask=None):
        return self.pre(x, mask) if self.norm_first else self.post(x, mask)


@mistake(
    "encoder_block",
    en="What does your block do differently when norm_first is False?",
    zh="norm_first 为 False 时，你的代码有什么不同？",
    replaces="EncoderBlock",
)
class EncoderBlockAlwaysPreNorm(_Block):
    def post(self, x, mask):
        return self.pre(x, mask)


@mistake(
    "encoder_block",
    en="What does your block do differently when norm_first is True?",
    zh="norm_first 为 True 时，你的代码有什么不同？",
    replaces="EncoderBlock",
)
class EncoderBlockAlwaysPostNorm(_Block):
    def pre(self, x, mask):
        return self.post(x, mask)


@mistake(
    "encoder_block",
    en="Is it norm_first that takes the norm first, or the other way round?",
    zh="norm_first 是先归一化吗？有没有写反？",
    replaces="EncoderBlock",
)
class EncoderBlockFlagInverted(_Block):
    def forward(self, x, mask=None):
        return self.post(x, mask) if self.norm_first else self.pre(x, mask)


@mistake(
    "encoder_block",
    en="In pre-norm, is it the sum that is normalised, or what goes into the part?",
    zh="pre-norm 中，归一化的是相加之后的结果，还是送进子层的输入？",
    replaces="EncoderBlock",
)
class EncoderBlockNormOfTheSumToo(_Block):
    def pre(self, x, mask):
        x = self.norm1(x + self.attend(self.norm1(x), mask))
        return self.norm2(x + self.feed(self.norm2(x)))


@mistake(
    "encoder_block",
    en="In pre-norm, does the residual connection begin before the norm or behind it?",
    zh="pre-norm 中，残差连接从归一化之前还是之后引出？",
    replaces="EncoderBlock",
)
class EncoderBlockResidualFromTheNorm(_Block):
    def pre(self, x, mask):
        x = self.norm1(x)
        x = x + self.attend(x, mask)
        x = self.norm2(x)
        return x + self.feed(x)


@mistake(
    "encoder_block",
    en="What is added to the output of each part?",
    zh="每个子层的输出要加上什么？",
    replaces="EncoderBlock",
)
class EncoderBlockWithoutResidual(_Block):
    def pre(self, x, mask):
        return self.feed(self.norm2(self.attend(self.norm1(x), mask)))

    def post(self, x, mask):
        return self.norm2(self.feed(self.norm1(self.attend(x, mask))))


@mistake(
    "encoder_block",
    en="Does the feed-forward network have a residual connection too?",
    zh="前馈网络也有残差连接吗？",
    replaces="EncoderBlock",
)
class EncoderBlockWithoutSecondResidual(_Block):
    def pre(self, x, mask):
        return self.feed(self.norm2(x + self.attend(self.norm1(x), mask)))

    def post(self, x, mask):
        return self.norm2(self.feed(self.norm1(x + self.attend(x, mask))))


@mistake(
    "encoder_block",
    en="To what is the feed-forward's output added: to the block's input, or to what the attention has left?",
    zh="前馈网络的输出加到哪里：整个块的输入，还是注意力之后的结果？",
    replaces="EncoderBlock",
)
class EncoderBlockSecondResidualFromTheInput(_Block):
    def pre(self, x, mask):
        return x + self.feed(self.norm2(x + self.attend(self.norm1(x), mask)))

    def post(self, x, mask):
        return self.norm2(x + self.feed(self.norm1(x + self.attend(x, mask))))


@mistake(
    "encoder_block",
    en="Are attention and feed-forward applied to the same x, or one after the other?",
    zh="注意力和前馈网络是作用在同一个 x 上，还是一个接一个？",
    replaces="EncoderBlock",
)
class EncoderBlockInParallel(_Block):
    def pre(self, x, mask):
        return x + self.attend(self.norm1(x), mask) + self.feed(self.norm2(x))


@mistake(
    "encoder_block",
    en="Which norm belongs to the attention, which to the feed-forward network?",
    zh="哪个 norm 属于注意力，哪个属于前馈网络？",
    replaces="EncoderBlock",
)
class EncoderBlockNormsSwapped(_Block):
    def pre(self, x, mask):
        x = x + self.attend(self.norm2(x), mask)
        return x + self.feed(self.norm1(x))

    def post(self, x, mask):
        x = self.norm2(x + self.attend(x, mask))
        return self.norm1(x + self.feed(x))


@mistake(
    "encoder_block",
    en="Do both halves use the same gain and shift?",
    zh="前后两半共用同一组增益和平移吗？",
    replaces="EncoderBlock",
)
class EncoderBlockWithOneNorm(_Block):
    def __init__(self, d, heads, hidden, norm_first=True, dropout=0.0):
        super().__init__(d, heads, hidden, norm_first, dropout)
        self.norm2 = self.norm1


@mistake(
    "encoder_block",
    en="norm1 is there and norm2 too: is each of them used?",
    zh="norm1 和 norm2 都定义了：两个都用到了吗？",
    replaces="EncoderBlock",
)
class EncoderBlockUsesOneNorm(_Block):
    def pre(self, x, mask):
        x = x + self.attend(self.norm1(x), mask)
        return x + self.feed(self.norm1(x))

    def post(self, x, mask):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm1(x + self.feed(x))


@mistake(
    "encoder_block",
    en="In post-norm, where does the first norm stand?",
    zh="post-norm 中，第一个归一化在哪里？",
    replaces="EncoderBlock",
)
class EncoderBlockPostNormOnlyAtTheEnd(_Block):
    def post(self, x, mask):
        x = x + self.attend(x, mask)
        return self.norm2(x + self.feed(x))


@mistake(
    "encoder_block",
    en="In post-norm, is the part's output normalised alone, or its sum with x?",
    zh="post-norm 中，归一化的是子层的输出，还是它与 x 的和？",
    replaces="EncoderBlock",
)
class EncoderBlockNormBeforeTheSum(_Block):
    def post(self, x, mask):
        x = x + self.norm1(self.attend(x, mask))
        return x + self.norm2(self.feed(x))


@mistake(
    "encoder_block",
    en="Are keys and values normalised like the queries?",
    zh="键和值也像查询一样经过归一化吗？",
    replaces="EncoderBlock",
)
class EncoderBlockKeysNotNormalised(_Block):
    def pre(self, x, mask):
        x = x + self.dropout(self.attention(self.norm1(x), x, mask))
        return x + self.feed(self.norm2(x))


@mistake(
    "encoder_block",
    en="Where does the mask go?",
    zh="掩码传到哪里去了？",
    replaces="EncoderBlock",
)
class EncoderBlockWithoutMask(_Block):
    def attend(self, x, mask):
        return super().attend(x, None)


@mistake(
    "encoder_block",
    en="Does True mean keep, or hide?",
    zh="True 表示保留，还是表示遮住？",
    replaces="EncoderBlock",
)
class EncoderBlockMaskInverted(_Block):
    def attend(self, x, mask):
        return super().attend(x, None if mask is None else ~mask)


@mistake(
    "encoder_block",
    en="Who tells nn.functional.dropout that the module is in evaluation mode?",
    zh="谁来告诉 nn.functional.dropout 模块处于测试模式？",
    replaces="EncoderBlock",
)
class EncoderBlockDropsInEvaluation(_Block):
    def attend(self, x, mask):
        return nn.functional.dropout(self.attention(x, x, mask), self.dropout.p)

    def feed(self, x):
        return nn.functional.dropout(self.ff(x), self.dropout.p)


@mistake(
    "encoder_block",
    en="Where is `dropout` used in training mode?",
    zh="训练模式下，哪里用到了 `dropout`？",
    replaces="EncoderBlock",
)
class EncoderBlockWithoutDropout(_Block):
    def attend(self, x, mask):
        return self.attention(x, x, mask)

    def feed(self, x):
        return self.ff(x)


@mistake(
    "encoder_block",
    en="Is it the part's output that is dropped, or the sum with x?",
    zh="被丢弃的是子层的输出，还是与 x 相加之后的结果？",
    replaces="EncoderBlock",
)
class EncoderBlockDropsTheResidual(_Block):
    def pre(self, x, mask):
        x = self.dropout(x + self.attention(*[self.norm1(x)] * 2, mask))
        return self.dropout(x + self.ff(self.norm2(x)))

    def post(self, x, mask):
        x = self.norm1(self.dropout(x + self.attention(x, x, mask)))
        return self.norm2(self.dropout(x + self.ff(x)))


@mistake(
    "encoder_block",
    en="Does the feed-forward's output pass dropout too?",
    zh="前馈网络的输出也要经过 dropout 吗？",
    replaces="EncoderBlock",
)
class EncoderBlockDropsTheAttentionOnly(_Block):
    def feed(self, x):
        return self.ff(x)


# ------------------------------------------------------------------------------------------------ cross_attention


class _Cross(right.CrossAttention):
    """The right module with its steps apart, for a mistake to replace one."""

    def projected(self, x, memory):
        return self.wq(x), self.wk(memory), self.wv(memory)

    def cut(self, y):
        return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def join(self, y):
        return y.transpose(1, 2).flatten(2)

    def scale(self, D):
        return (D // self.heads) ** -0.5

    def weights(self, scores, keep):
        if keep is None:
            return scores.softmax(-1)
        kept = keep[:, None, None, :]
        return scores.masked_fill(~kept, -1e30).softmax(-1) * kept

    def forward(self, x, memory, keep=None):
        q, k, v = map(self.cut, self.projected(x, memory))
        return self.wo(self.join(self.weights(q @ k.mT * self.scale(x.shape[-1]), keep) @ v))


@mistake(
    "cross_attention",
    en="Who asks, and who is asked: the decoder or the encoder?",
    zh="谁来查询，谁被查询：解码器还是编码器？",
    replaces="CrossAttention",
)
class CrossAttentionFromTheEncoder(_Cross):
    def projected(self, x, memory):
        return super().projected(memory, x)


@mistake(
    "cross_attention",
    en="Which layer makes the queries, and which the keys?",
    zh="哪一层产生查询，哪一层产生键？",
    replaces="CrossAttention",
)
class CrossAttentionQueriesAndKeysSwapped(_Cross):
    def projected(self, x, memory):
        return self.wk(x), self.wq(memory), self.wv(memory)


@mistake(
    "cross_attention",
    en="Whose values are averaged: the decoder's or the encoder's?",
    zh="被加权平均的是解码器的值，还是编码器的值？",
    replaces="CrossAttention",
)
class CrossAttentionWithOwnValues(_Cross):
    def projected(self, x, memory):
        T = memory.shape[1]
        own = x[:, [t % x.shape[1] for t in range(T)]]  # as many as there are keys
        return self.wq(x), self.wk(memory), self.wv(own)


@mistake(
    "cross_attention",
    en="Where does the memory enter your code?",
    zh="你的代码里哪里用到了 memory？",
    replaces="CrossAttention",
)
class CrossAttentionToItself(_Cross):
    def forward(self, x, memory, keep=None):
        return super().forward(x, x)


@mistake(
    "cross_attention",
    en="Are keys and values made by the same layer?",
    zh="键和值是由同一层得到的吗？",
    replaces="CrossAttention",
)
class CrossAttentionValuesFromKeys(_Cross):
    def projected(self, x, memory):
        return self.wq(x), self.wk(memory), self.wk(memory) + 0 * self.wv(memory)


@mistake(
    "cross_attention",
    en="May the decoder's first position look at the encoder's last?",
    zh="解码器的第一个位置可以看编码器的最后一个位置吗？",
    replaces="CrossAttention",
)
class CrossAttentionCausal(_Cross):
    def weights(self, scores, keep):
        past = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        kept = past if keep is None else past & keep[:, None, None, :]
        return scores.masked_fill(~kept, -1e30).softmax(-1) * kept


@mistake(
    "cross_attention",
    en="keep (B, Tk) meets scores (B, heads, Tq, Tk): with which axes are its two lined up?",
    zh="keep (B, Tk) 遇到分数 (B, heads, Tq, Tk)：它的两个轴与哪两个轴对齐？",
    replaces="CrossAttention",
)
class CrossAttentionMaskOfTwoAxes(_Cross):
    def weights(self, scores, keep):
        if keep is None:
            return scores.softmax(-1)
        return scores.masked_fill(~keep, -1e30).softmax(-1) * keep


@mistake(
    "cross_attention",
    en="With which axis of the scores is the batch axis of your mask lined up: the batch, or the heads?",
    zh="你的掩码的批轴与分数的哪个轴对齐：批，还是头？",
    replaces="CrossAttention",
)
class CrossAttentionMaskAlongHeads(_Cross):
    def weights(self, scores, keep):
        if keep is None:
            return scores.softmax(-1)
        kept = keep[:, None, :]
        return scores.masked_fill(~kept, -1e30).softmax(-1) * kept


@mistake(
    "cross_attention",
    en="Is it queries or keys that are padding?",
    zh="属于填充的是查询还是键？",
    replaces="CrossAttention",
)
class CrossAttentionMaskOfQueries(_Cross):
    def weights(self, scores, keep):
        if keep is None:
            return scores.softmax(-1)
        Tq = scores.shape[-2]
        real = keep[:, [t % keep.shape[1] for t in range(Tq)]]
        return scores.softmax(-1) * real[:, None, :, None]


@mistake(
    "cross_attention",
    en="Does True mean real, or padding?",
    zh="True 表示真实，还是表示填充？",
    replaces="CrossAttention",
)
class CrossAttentionMaskInverted(_Cross):
    def weights(self, scores, keep):
        return super().weights(scores, None if keep is None else ~keep)


@mistake(
    "cross_attention",
    en="Where does `keep` enter your code?",
    zh="你的代码里哪里用到了 `keep`？",
    replaces="CrossAttention",
)
class CrossAttentionWithoutMask(_Cross):
    def weights(self, scores, keep):
        return scores.softmax(-1)


@mistake(
    "cross_attention",
    en="You mask after the softmax: what do the remaining weights of a row sum to?",
    zh="你在 softmax 之后才做掩码：这一行剩下的权重之和是多少？",
    replaces="CrossAttention",
)
class CrossAttentionMaskedAfterSoftmax(_Cross):
    def weights(self, scores, keep):
        return scores.softmax(-1) if keep is None else scores.softmax(-1) * keep[:, None, None, :]


@mistake(
    "cross_attention",
    en="What is the softmax of a row in which all scores are -inf?",
    zh="一整行分数都是 -inf 时，softmax 等于什么？",
    replaces="CrossAttention",
)
class CrossAttentionNaNOfNothing(_Cross):
    def weights(self, scores, keep):
        return scores.softmax(-1) if keep is None else scores.masked_fill(~keep[:, None, None], -torch.inf).softmax(-1)


@mistake(
    "cross_attention",
    en="With a large negative number for masked scores: what comes out of a row in which all are masked?",
    zh="用很大的负数填充被掩掉的分数：如果整行都被掩掉，会得到什么？",
    replaces="CrossAttention",
)
class CrossAttentionUniformOfNothing(_Cross):
    def weights(self, scores, keep):
        return scores.softmax(-1) if keep is None else scores.masked_fill(~keep[:, None, None], -1e9).softmax(-1)


@mistake(
    "cross_attention",
    en="How many numbers does the inner product of one head sum up?",
    zh="每个头的内积是多少个数之和？",
    replaces="CrossAttention",
)
class CrossAttentionScaledByModel(_Cross):
    def scale(self, D):
        return D**-0.5


@mistake(
    "cross_attention",
    en="Where is the scale?",
    zh="缩放到哪里去了？",
    replaces="CrossAttention",
)
class CrossAttentionWithoutScale(_Cross):
    def scale(self, D):
        return 1.0


@mistake(
    "cross_attention",
    en="Whose weights sum to 1: those that one query gives to all keys, or those that all queries give to one key?",
    zh="求和为 1 的，是一个查询给所有键的权重，还是所有查询给一个键的权重？",
    replaces="CrossAttention",
)
class CrossAttentionSoftmaxOverQueries(_Cross):
    def weights(self, scores, keep):
        w = scores.softmax(-2)
        return w if keep is None else w * keep[:, None, None, :]


@mistake(
    "cross_attention",
    en="Does head 0 get neighbouring features, or every heads-th one?",
    zh="第 0 个头拿到的是相邻的特征，还是每隔 heads 个取一个？",
    replaces="CrossAttention",
)
class CrossAttentionInterleaved(_Cross):
    def cut(self, y):
        return y.unflatten(-1, (-1, self.heads)).permute(0, 3, 1, 2)

    def join(self, y):
        return y.permute(0, 2, 3, 1).flatten(2)


@mistake(
    "cross_attention",
    en="In which order do heads and positions lie in memory when you flatten them?",
    zh="展平的时候，头和位置在内存里是什么顺序？",
    replaces="CrossAttention",
)
class CrossAttentionMergedByView(_Cross):
    def join(self, y):
        B, heads, T, d = y.shape
        return y.reshape(B, T, heads * d)


@mistake(
    "cross_attention",
    en="Which layer mixes what the heads have found?",
    zh="各个头的结果由哪一层混合起来？",
    replaces="CrossAttention",
)
class CrossAttentionWithoutOutputLayer(_Cross):
    def forward(self, x, memory, keep=None):
        q, k, v = map(self.cut, self.projected(x, memory))
        return self.join(self.weights(q @ k.mT * self.scale(x.shape[-1]), keep) @ v)


@mistake(
    "cross_attention",
    en="Do the four layers have biases?",
    zh="这四层有偏置吗？",
    replaces="CrossAttention",
)
class CrossAttentionWithBiases(_Cross):
    def __init__(self, d, heads):
        super().__init__(d, heads)
        self.wq, self.wk, self.wv, self.wo = (nn.Linear(d, d) for _ in range(4))


# -------------------------------------------------------------------------------------------------- decoder_block


class _Decoder(right.DecoderBlock):
    """The right block with its steps apart, for a mistake to replace one."""

    def look_back(self, x, mask=None):
        normal = self.norm1(x)
        return self.attention(normal, normal, right.causal_mask(x.shape[1]) if mask is None else mask)

    def look_across(self, x, memory, keep):
        return self.cross(self.norm2(x), memory, None if keep is None else keep[:, None, :])

    def forward(self, x, memory, keep=None):
        x = x + self.look_back(x)
        x = x + self.look_across(x, memory, keep)
        return x + self.ff(self.norm3(x))


@mistake(
    "decoder_block",
    en="Which comes first: the decoder's own positions, or the encoder's output?",
    zh="先看解码器自己的位置，还是先看编码器的输出？",
    replaces="DecoderBlock",
)
class DecoderBlockCrossFirst(_Decoder):
    def forward(self, x, memory, keep=None):
        x = x + self.cross(self.norm1(x), memory, None if keep is None else keep[:, None, :])
        normal = self.norm2(x)
        x = x + self.attention(normal, normal, right.causal_mask(x.shape[1]))
        return x + self.ff(self.norm3(x))


@mistake(
    "decoder_block",
    en="Which comes last: the feed-forward network or the cross-attention?",
    zh="最后一步是前馈网络，还是交叉注意力？",
    replaces="DecoderBlock",
)
class DecoderBlockFeedForwardInTheMiddle(_Decoder):
    def forward(self, x, memory, keep=None):
        x = x + self.look_back(x)
        x = x + self.ff(self.norm3(x))
        return x + self.look_across(x, memory, keep)


@mistake(
    "decoder_block",
    en="When it is to say the second word, may the decoder read the third?",
    zh="解码器在说第二个词时，可以看到第三个词吗？",
    replaces="DecoderBlock",
)
class DecoderBlockThatSeesTheFuture(_Decoder):
    def look_back(self, x, mask=None):
        return super().look_back(x, torch.ones(x.shape[1], x.shape[1], dtype=torch.bool))


@mistake(
    "decoder_block",
    en="May a position of the decoder look at itself?",
    zh="解码器的一个位置可以看自己吗？",
    replaces="DecoderBlock",
)
class DecoderBlockThatOmitsItself(_Decoder):
    def look_back(self, x, mask=None):
        mask = right.causal_mask(x.shape[1]).tril(-1)
        mask[0, 0] = True
        return super().look_back(x, mask)


@mistake(
    "decoder_block",
    en="Which axis of the causal mask counts the queries?",
    zh="因果掩码的哪个轴对应查询？",
    replaces="DecoderBlock",
)
class DecoderBlockMaskTransposed(_Decoder):
    def look_back(self, x, mask=None):
        return super().look_back(x, right.causal_mask(x.shape[1]).T)


@mistake(
    "decoder_block",
    en="How many norms are there, and does each part have its own?",
    zh="一共有几个归一化层？每个部件都有自己的吗？",
    replaces="DecoderBlock",
)
class DecoderBlockWithOneNorm(_Decoder):
    def __init__(self, d, heads, hidden):
        super().__init__(d, heads, hidden)
        self.norm2 = self.norm3 = self.norm1


@mistake(
    "decoder_block",
    en="Three norms are there: is each of them used?",
    zh="三个归一化层都定义了：每个都用到了吗？",
    replaces="DecoderBlock",
)
class DecoderBlockUsesOneNorm(_Decoder):
    def forward(self, x, memory, keep=None):
        x = x + self.look_back(x)
        x = x + self.cross(self.norm1(x), memory, None if keep is None else keep[:, None, :])
        return x + self.ff(self.norm1(x))


@mistake(
    "decoder_block",
    en="In which order are the norms used?",
    zh="三个归一化层按什么顺序使用？",
    replaces="DecoderBlock",
)
class DecoderBlockNormsSwapped(_Decoder):
    def forward(self, x, memory, keep=None):
        x = x + self.look_back(x)
        x = x + self.cross(self.norm3(x), memory, None if keep is None else keep[:, None, :])
        return x + self.ff(self.norm2(x))


@mistake(
    "decoder_block",
    en="To what is the cross-attention's output added: the decoder's side, or the memory?",
    zh="交叉注意力的输出加到哪里：解码器一侧，还是编码器的输出？",
    replaces="DecoderBlock",
)
class DecoderBlockResidualFromTheMemory(_Decoder):
    def forward(self, x, memory, keep=None):
        x = x + self.look_back(x)
        tiled = memory[:, [t % memory.shape[1] for t in range(x.shape[1])]]
        x = tiled + self.look_across(x, memory, keep)
        return x + self.ff(self.norm3(x))


@mistake(
    "decoder_block",
    en="What is added to what the cross-attention gives?",
    zh="交叉注意力的输出要加上什么？",
    replaces="DecoderBlock",
)
class DecoderBlockWithoutCrossResidual(_Decoder):
    def forward(self, x, memory, keep=None):
        x = x + self.look_back(x)
        x = self.look_across(x, memory, keep)
        return x + self.ff(self.norm3(x))


@mistake(
    "decoder_block",
    en="Where does `keep` enter your code?",
    zh="你的代码里哪里用到了 `keep`？",
    replaces="DecoderBlock",
)
class DecoderBlockWithoutMemoryMask(_Decoder):
    def look_across(self, x, memory, keep):
        return super().look_across(x, memory, None)


@mistake(
    "decoder_block",
    en="Does True mean real, or padding?",
    zh="True 表示真实，还是表示填充？",
    replaces="DecoderBlock",
)
class DecoderBlockMemoryMaskInverted(_Decoder):
    def look_across(self, x, memory, keep):
        return super().look_across(x, memory, None if keep is None else ~keep)


@mistake(
    "decoder_block",
    en="May the decoder's first position look at all of the memory?",
    zh="解码器的第一个位置可以看整个编码器输出吗？",
    replaces="DecoderBlock",
)
class DecoderBlockCausalAcross(_Decoder):
    def look_across(self, x, memory, keep):
        mask = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).tril()
        mask = mask if keep is None else mask & keep[:, None, :]
        return self.cross(self.norm2(x), memory, mask)


@mistake(
    "decoder_block",
    en="Does the block normalise the memory?",
    zh="这一层要对编码器的输出做归一化吗？",
    replaces="DecoderBlock",
)
class DecoderBlockNormalisesTheMemory(_Decoder):
    def look_across(self, x, memory, keep):
        return super().look_across(x, self.norm2(memory), keep)


@mistake(
    "decoder_block",
    en="Are the queries of the cross-attention normalised?",
    zh="交叉注意力的查询经过归一化吗？",
    replaces="DecoderBlock",
)
class DecoderBlockCrossWithoutNorm(_Decoder):
    def look_across(self, x, memory, keep):
        return self.cross(x, memory, None if keep is None else keep[:, None, :]) + 0 * self.norm2(x)


@mistake(
    "decoder_block",
    en="Where does the memory enter your code?",
    zh="你的代码里哪里用到了 memory？",
    replaces="DecoderBlock",
)
class DecoderBlockWithoutMemory(_Decoder):
    def look_across(self, x, memory, keep):
        normal = self.norm2(x)
        return self.cross(normal, normal)


@mistake(
    "decoder_block",
    en="Is the norm taken before each part, or of the sum behind it?",
    zh="归一化在每个部件之前，还是在相加之后？",
    replaces="DecoderBlock",
)
class DecoderBlockPostNorm(_Decoder):
    def forward(self, x, memory, keep=None):
        x = self.norm1(x + self.attention(x, x, right.causal_mask(x.shape[1])))
        x = self.norm2(x + self.cross(x, memory, None if keep is None else keep[:, None, :]))
        return self.norm3(x + self.ff(x))


@mistake(
    "decoder_block",
    en="Do self-attention and cross-attention have the same weights?",
    zh="自注意力和交叉注意力共用一组权重吗？",
    replaces="DecoderBlock",
)
class DecoderBlockWithOneAttention(_Decoder):
    def __init__(self, d, heads, hidden):
        super().__init__(d, heads, hidden)
        self.cross = self.attention


# ------------------------------------------------------------------------------------------------- language_model


class _Model(right.TransformerLM):
    """The right model with its steps apart, for a mistake to replace one."""

    def embedded(self, ids):
        return self.tokens(ids) * self.width() ** 0.5 + self.pe[: ids.shape[1]]

    def width(self):
        return self.tokens.embedding_dim

    def through(self, x):
        for block in self.blocks:
            x = block(x, src_mask=~right.causal_mask(x.shape[1]))
        return x

    def forward(self, ids):
        return self.head(self.norm(self.through(self.embedded(ids))))


@mistake(
    "language_model",
    en="Embedding and head look alike: are they one tensor, or two with the same numbers?",
    zh="嵌入和输出层看起来一样：它们是同一个张量，还是两个数值相同的张量？",
    replaces="TransformerLM",
)
class TransformerLMTiedByCopy(_Model):
    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__(V, d, heads, layers, T)
        if tie:
            self.head.weight.data = self.tokens.weight.data.clone()


@mistake(
    "language_model",
    en="What should `tie` do when it is False?",
    zh="`tie` 为 False 时应当怎样？",
    replaces="TransformerLM",
)
class TransformerLMAlwaysTied(_Model):
    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__(V, d, heads, layers, T, True)


@mistake(
    "language_model",
    en="By what are the embeddings multiplied before the positions are added?",
    zh="加上位置编码之前，嵌入要乘以什么？",
    replaces="TransformerLM",
)
class TransformerLMWithoutEmbeddingScale(_Model):
    def embedded(self, ids):
        return self.tokens(ids) + self.pe[: ids.shape[1]]


@mistake(
    "language_model",
    en="Are the positions scaled too, or the embeddings alone?",
    zh="位置编码也要放大，还是只放大嵌入？",
    replaces="TransformerLM",
)
class TransformerLMPositionsScaledToo(_Model):
    def embedded(self, ids):
        return (self.tokens(ids) + self.pe[: ids.shape[1]]) * self.width() ** 0.5


@mistake(
    "language_model",
    en="Are the positions learned here?",
    zh="这里的位置编码是学出来的吗？",
    replaces="TransformerLM",
)
class TransformerLMWithLearnedPositions(_Model):
    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__(V, d, heads, layers, T, tie)
        table = self.pe
        del self.pe
        self.pe = nn.Parameter(table)


@mistake(
    "language_model",
    en="How does the model know where a token stands?",
    zh="模型怎么知道一个词元在哪个位置？",
    replaces="TransformerLM",
)
class TransformerLMWithoutPositions(_Model):
    def embedded(self, ids):
        return self.tokens(ids) * self.width() ** 0.5


@mistake(
    "language_model",
    en="In pre-norm, who normalises what the last block gives?",
    zh="pre-norm 中，最后一层的输出由谁来归一化？",
    replaces="TransformerLM",
)
class TransformerLMWithoutLastNorm(_Model):
    def forward(self, ids):
        x = self.through(self.embedded(ids))
        return self.head(x + 0 * self.norm(x))


@mistake(
    "language_model",
    en="Are these logits, or probabilities already?",
    zh="这是 logits，还是已经是概率了？",
    replaces="TransformerLM",
)
class TransformerLMOfProbabilities(_Model):
    def forward(self, ids):
        return super().forward(ids).softmax(-1)


@mistake(
    "language_model",
    en="Logits or log-probabilities: which are asked for?",
    zh="要求的是 logits，还是对数概率？",
    replaces="TransformerLM",
)
class TransformerLMOfLogProbabilities(_Model):
    def forward(self, ids):
        return super().forward(ids).log_softmax(-1)


@mistake(
    "language_model",
    en="What keeps a block from reading the token that is to be predicted?",
    zh="是什么让每一层看不到要预测的词元？",
    replaces="TransformerLM",
)
class TransformerLMThatSeesTheFuture(_Model):
    def through(self, x):
        for block in self.blocks:
            x = block(x)
        return x


@mistake(
    "language_model",
    en="In nn.TransformerEncoderLayer, does True in src_mask mean keep, or hide?",
    zh="nn.TransformerEncoderLayer 的 src_mask 中，True 表示保留还是遮住？",
    replaces="TransformerLM",
)
class TransformerLMMaskInverted(_Model):
    def through(self, x):
        for block in self.blocks:
            x = block(x, src_mask=right.causal_mask(x.shape[1]))
        return x


@mistake(
    "language_model",
    en="Do all blocks get the mask?",
    zh="每一层都用上掩码了吗？",
    replaces="TransformerLM",
)
class TransformerLMMaskInTheFirstBlock(_Model):
    def through(self, x):
        for number, block in enumerate(self.blocks):
            x = block(x, src_mask=None if number else ~right.causal_mask(x.shape[1]))
        return x


@mistake(
    "language_model",
    en="Are the blocks different from each other, or one block used again and again?",
    zh="各层是不同的层，还是同一层反复使用？",
    replaces="TransformerLM",
)
class TransformerLMWithOneBlock(_Model):
    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__(V, d, heads, layers, T, tie)
        self.blocks = nn.ModuleList([*self.blocks[:1]] * layers)


@mistake(
    "language_model",
    en="Does the head have a bias?",
    zh="输出层有偏置吗？",
    replaces="TransformerLM",
)
class TransformerLMWithHeadBias(_Model):
    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__(V, d, heads, layers, T)
        self.head = nn.Linear(d, V)
        if tie:
            self.head.weight = self.tokens.weight


@mistake(
    "language_model",
    en="Positions count from 0: what does your first token get?",
    zh="位置从 0 开始：你的第一个词元得到的是哪个位置？",
    replaces="TransformerLM",
)
class TransformerLMPositionsFromOne(_Model):
    def __init__(self, V, d, heads, layers, T, tie=False):
        super().__init__(V, d, heads, layers, T + 1, tie)

    def embedded(self, ids):
        return self.tokens(ids) * self.width() ** 0.5 + self.pe[1 : ids.shape[1] + 1]


@mistake(
    "language_model",
    en="May a sequence be shorter than T?",
    zh="序列可以比 T 短吗？",
    replaces="TransformerLM",
)
class TransformerLMOfFixedLength(_Model):
    def embedded(self, ids):
        return self.tokens(ids) * self.width() ** 0.5 + self.pe


def _count(V, d, layers, tie, attention=None, ff=None, norms=None, last=None, heads=None):
    """The right sum with other terms in it."""
    attention = 4 * d * d + 4 * d if attention is None else attention
    ff, norms = 8 * d * d + 5 * d if ff is None else ff, 4 * d if norms is None else norms
    table = V * d * ((1 if tie else 2) if heads is None else heads)
    return layers * (attention + ff + norms) + (2 * d if last is None else last) + table


@mistake(
    "language_model",
    en="Does the attention of nn.TransformerEncoderLayer have biases?",
    zh="nn.TransformerEncoderLayer 里的注意力有偏置吗？",
    replaces="count_params",
)
def count_params_without_attention_biases(V, d, layers, tie=False):
    return _count(V, d, layers, tie, attention=4 * d * d)


@mistake(
    "language_model",
    en="How many matrices does the attention have?",
    zh="注意力一共有几个矩阵？",
    replaces="count_params",
)
def count_params_without_output_layer(V, d, layers, tie=False):
    return _count(V, d, layers, tie, attention=3 * d * d + 3 * d)


@mistake(
    "language_model",
    en="How many numbers does one LayerNorm learn?",
    zh="一个 LayerNorm 有几个可学习的数？",
    replaces="count_params",
)
def count_params_norms_without_shift(V, d, layers, tie=False):
    return _count(V, d, layers, tie, norms=2 * d, last=d)


@mistake(
    "language_model",
    en="Is there a norm behind the last block?",
    zh="最后一层之后还有归一化吗？",
    replaces="count_params",
)
def count_params_without_last_norm(V, d, layers, tie=False):
    return _count(V, d, layers, tie, last=0)


@mistake(
    "language_model",
    en="How often does a shared tensor count?",
    zh="共享的张量算几次？",
    replaces="count_params",
)
def count_params_tied_counted_twice(V, d, layers, tie=False):
    return _count(V, d, layers, tie, heads=2)


@mistake(
    "language_model",
    en="Does the head count when it is not tied?",
    zh="不共享时，输出层算不算？",
    replaces="count_params",
)
def count_params_without_head(V, d, layers, tie=False):
    return _count(V, d, layers, tie, heads=1)


@mistake(
    "language_model",
    en="How many biases do the two layers of the feed-forward network have together?",
    zh="前馈网络的两层一共有多少个偏置？",
    replaces="count_params",
)
def count_params_without_feed_forward_biases(V, d, layers, tie=False):
    return _count(V, d, layers, tie, ff=8 * d * d)


@mistake(
    "language_model",
    en="Which biases does a block have, in its attention and in its feed-forward network, and how wide is each?",
    zh="一层里的注意力和前馈网络各有哪些偏置，分别有多宽？",
    replaces="count_params",
)
def count_params_feed_forward_biases_of_width_d(V, d, layers, tie=False):
    return _count(V, d, layers, tie, ff=8 * d * d + 2 * d)


# -------------------------------------------------------------------------------------------------------- lm_loss


@mistake(
    "lm_loss",
    en="What does the model read when it is to say the first token?",
    zh="模型在说第一个词元时，读到的是什么？",
    replaces="shift_targets",
)
def shift_targets_without_shift(ids, bos):
    return ids, ids


@mistake(
    "lm_loss",
    en="By how many places is the target ahead of the input?",
    zh="目标比输入提前几个位置？",
    replaces="shift_targets",
)
def shift_targets_twice(ids, bos):
    inputs = right.shift_targets(ids, bos)[0]
    return right.shift_targets(inputs, bos)[0], ids


@mistake(
    "lm_loss",
    en="Is it the input or the target that begins with bos?",
    zh="以 bos 开头的是输入还是目标？",
    replaces="shift_targets",
)
def shift_targets_swapped(ids, bos):
    return right.shift_targets(ids, bos)[::-1]


@mistake(
    "lm_loss",
    en="Should the model learn to say bos?",
    zh="模型需要学会说 bos 吗？",
    replaces="shift_targets",
)
def shift_targets_with_bos_in_both(ids, bos):
    inputs = right.shift_targets(ids, bos)[0]
    return inputs, inputs


@mistake(
    "lm_loss",
    en="Does the first token of a sequence count, or is it cut off?",
    zh="序列的第一个词元要学吗？还是被切掉了？",
    replaces="shift_targets",
)
def shift_targets_by_cutting(ids, bos):
    return ids[:, :-1], ids[:, 1:]


@mistake(
    "lm_loss",
    en="How long are input and target?",
    zh="输入和目标各有多长？",
    replaces="shift_targets",
)
def shift_targets_one_longer(ids, bos):
    start = torch.full_like(ids[:, :1], bos)
    return torch.cat([start, ids], dim=1), ids


@mistake(
    "lm_loss",
    en="What stands to the left of the first token: bos, or the last one of the sequence?",
    zh="第一个词元的左边是 bos，还是序列的最后一个词元？",
    replaces="shift_targets",
)
def shift_targets_by_roll(ids, bos):
    return ids.roll(1, dims=1), ids


@mistake(
    "lm_loss",
    en="Does bos take the place of a token, or does the rest move along?",
    zh="bos 是替换掉一个词元，还是其余的整体右移？",
    replaces="shift_targets",
)
def shift_targets_by_overwriting(ids, bos):
    inputs = ids.clone()
    inputs[:, 0] = bos
    return inputs, ids


def _losses(logits, targets, ignored):
    """The loss of each token, with 0 for what does not count, and what counts."""
    counts = targets != ignored
    chosen = targets.where(counts, 0)[..., None]
    return (-logits.log_softmax(-1).gather(-1, chosen)[..., 0]).where(counts, 0.0), counts


@mistake(
    "lm_loss",
    en="By how many tokens do you divide: all, or those that count?",
    zh="除以全部词元数，还是有效词元数？",
)
def lm_loss_divided_by_all(logits, targets, ignore_index=-100):
    return _losses(logits, targets, ignore_index)[0].mean()


@mistake(
    "lm_loss",
    en="Should a token of a short sequence weigh more than one of a long sequence?",
    zh="短序列里的词元应当比长序列里的更重要吗？",
)
def lm_loss_mean_of_sequences(logits, targets, ignore_index=-100):
    losses, counts = _losses(logits, targets, ignore_index)
    return (losses.sum(1) / counts.sum(1).clamp_min(1)).mean()


@mistake(
    "lm_loss",
    en="Is it a mean or a sum?",
    zh="是平均还是求和？",
)
def lm_loss_summed(logits, targets, ignore_index=-100):
    return _losses(logits, targets, ignore_index)[0].sum()


@mistake(
    "lm_loss",
    en="A sum over the tokens of a sequence, and a mean over sequences: is every token alike then?",
    zh="对序列内求和、再对序列取平均：这样每个词元的权重一样吗？",
)
def lm_loss_summed_over_tokens(logits, targets, ignore_index=-100):
    return _losses(logits, targets, ignore_index)[0].sum(1).mean()


@mistake(
    "lm_loss",
    en="Where does ignore_index enter your code?",
    zh="你的代码里哪里用到了 ignore_index？",
)
def lm_loss_that_counts_padding(logits, targets, ignore_index=-100):
    chosen = targets.clamp_min(0)[..., None]
    return -logits.log_softmax(-1).gather(-1, chosen).mean()


@mistake(
    "lm_loss",
    en="Is padding always -100?",
    zh="填充总是 -100 吗？",
)
def lm_loss_that_ignores_minus_100_only(logits, targets, ignore_index=-100):
    return right.lm_loss(logits, targets)


@mistake(
    "lm_loss",
    en="What is exp(1000) in floating point?",
    zh="浮点数里 exp(1000) 等于多少？",
)
def lm_loss_with_unstable_exp(logits, targets, ignore_index=-100):
    counts = targets != ignore_index
    p = logits.exp() / logits.exp().sum(-1, keepdim=True)
    losses = -p.gather(-1, targets.where(counts, 0)[..., None])[..., 0].log()
    return losses.where(counts, 0.0).sum() / counts.sum().clamp_min(1)


@mistake(
    "lm_loss",
    en="What is the logarithm of a probability that rounds to 0?",
    zh="一个概率被舍入为 0 时，它的对数是多少？",
)
def lm_loss_log_of_softmax(logits, targets, ignore_index=-100):
    counts = targets != ignore_index
    losses = -logits.softmax(-1).gather(-1, targets.where(counts, 0)[..., None])[..., 0].log()
    return losses.where(counts, 0.0).sum() / counts.sum().clamp_min(1)


@mistake(
    "lm_loss",
    en="You keep the logarithm from 0 by a small number: what is the loss of a token that is 1000 off?",
    zh="你加了一个小数来避免 log 0：如果 logit 差了 1000，损失应当是多少？",
)
def lm_loss_with_clamped_logarithm(logits, targets, ignore_index=-100):
    counts = targets != ignore_index
    p = logits.softmax(-1).gather(-1, targets.where(counts, 0)[..., None])[..., 0]
    return (-(p + 1e-12).log()).where(counts, 0.0).sum() / counts.sum().clamp_min(1)


@mistake(
    "lm_loss",
    en="What is 0 / 0 where no token counts?",
    zh="没有有效词元时，0 / 0 等于什么？",
)
def lm_loss_nan_of_nothing(logits, targets, ignore_index=-100):
    losses, counts = _losses(logits, targets, ignore_index)
    return losses.sum() / counts.sum()


@mistake(
    "lm_loss",
    en="Are the logits moved again, though the targets are moved already?",
    zh="目标已经错开了一位，logits 还要再错开吗？",
)
def lm_loss_shifted_again(logits, targets, ignore_index=-100):
    return right.lm_loss(logits[:, :-1], targets[:, 1:], ignore_index)


@mistake(
    "lm_loss",
    en="Is the first token, which follows bos, left out of the loss?",
    zh="跟在 bos 后面的第一个词元要计入损失吗？",
)
def lm_loss_without_the_first(logits, targets, ignore_index=-100):
    return right.lm_loss(logits[:, 1:], targets[:, 1:], ignore_index)


@mistake(
    "lm_loss",
    en="Along which axis do the probabilities sum to 1?",
    zh="概率沿哪个轴求和为 1？",
)
def lm_loss_softmax_over_positions(logits, targets, ignore_index=-100):
    counts = targets != ignore_index
    losses = -logits.log_softmax(1).gather(-1, targets.where(counts, 0)[..., None])[..., 0]
    return losses.where(counts, 0.0).sum() / counts.sum().clamp_min(1)


@mistake(
    "lm_loss",
    en="Is the loss small when the right token is likely?",
    zh="正确词元的概率大时，损失是变小吗？",
)
def lm_loss_sign_flipped(logits, targets, ignore_index=-100):
    return -right.lm_loss(logits, targets, ignore_index)


@mistake(
    "lm_loss",
    en="Can a gradient find its way from your loss back to the logits?",
    zh="梯度能从损失传回 logits 吗？",
)
def lm_loss_detached(logits, targets, ignore_index=-100):
    return right.lm_loss(logits, targets, ignore_index).detach()


# ------------------------------------------------------------------------------------------------------- decoding


def _decode(model, prompt, max_new, eos, *, at=-1, pick=None, fill=None, mode=False, ends=None, window=None):
    """The right loop around another choice, another filling or another mode."""
    was, ids = model.training, prompt
    over = torch.zeros(len(prompt), dtype=torch.bool) if ends is None else ends(prompt, eos)
    if mode is not None:
        model.train(mode)
    with torch.no_grad():
        for _ in range(max_new):
            logits = model(ids if window is None else ids[:, -window:])[:, at]
            best = logits.argmax(-1) if pick is None else pick(logits)
            if fill is None:
                best = best.where(~over, eos)
            elif fill != "nothing":
                best = best.where(~over, fill)
            over = over | (best == eos)
            ids = torch.cat([ids, best[:, None]], dim=1)
    model.train(was)
    return ids


@mistake(
    "decoding",
    en="Whose logits say what comes next: the first position's or the last's?",
    zh="下一个词元由哪个位置的 logits 决定：第一个，还是最后一个？",
    replaces="greedy_decode",
)
def greedy_decode_from_the_first_position(model, prompt, max_new, eos):
    return _decode(model, prompt, max_new, eos, at=0)


@mistake(
    "decoding",
    en="Does the last position's logits row speak of the last token, or of the one that follows?",
    zh="最后一个位置的 logits 说的是最后一个词元，还是它后面的那个？",
    replaces="greedy_decode",
)
def greedy_decode_from_the_last_but_one(model, prompt, max_new, eos):
    was, ids = model.training, prompt
    over = torch.zeros(len(prompt), dtype=torch.bool)
    model.eval()
    with torch.no_grad():
        for _ in range(max_new):
            best = model(ids)[:, max(ids.shape[1] - 2, 0)].argmax(-1).where(~over, eos)
            over = over | (best == eos)
            ids = torch.cat([ids, best[:, None]], dim=1)
    model.train(was)
    return ids


@mistake(
    "decoding",
    en="What does a row say after it has said eos?",
    zh="一行说过 eos 之后，接下来应当是什么？",
    replaces="greedy_decode",
)
def greedy_decode_that_goes_on_after_eos(model, prompt, max_new, eos):
    return _decode(model, prompt, max_new, eos, fill="nothing")


@mistake(
    "decoding",
    en="When one row has ended, may the others go on?",
    zh="一行结束之后，其他行还可以继续吗？",
    replaces="greedy_decode",
)
def greedy_decode_that_stops_with_the_first(model, prompt, max_new, eos):
    ids = _decode(model, prompt, max_new, eos, fill="nothing")
    new = ids[:, prompt.shape[1] :]
    ended = (new == eos).any(0).cumsum(0) > (new == eos).any(0).long()  # after the first column that holds one
    return torch.cat([prompt, new.where(~ended, eos)], dim=1)


@mistake(
    "decoding",
    en="With what is a row filled after its end: with 0, or with eos?",
    zh="一行结束之后，用 0 填充还是用 eos 填充？",
    replaces="greedy_decode",
)
def greedy_decode_filled_with_zeros(model, prompt, max_new, eos):
    ids = right.greedy_decode(model, prompt, max_new, eos)
    new = ids[:, prompt.shape[1] :]
    after = (new == eos).cumsum(1) > 1
    return torch.cat([prompt, new.where(~after, 0)], dim=1)


@mistake(
    "decoding",
    en="How long is the result when all rows have ended early?",
    zh="所有行都提前结束时，结果有多长？",
    replaces="greedy_decode",
)
def greedy_decode_cut_at_the_end(model, prompt, max_new, eos):
    ids = right.greedy_decode(model, prompt, max_new, eos)
    over = (ids[:, prompt.shape[1] :] == eos).all(0)
    return ids[:, : ids.shape[1] - int(over.sum()) + int(bool(over.any()))]


@mistake(
    "decoding",
    en="How many tokens are to be added?",
    zh="一共要加几个词元？",
    replaces="greedy_decode",
)
def greedy_decode_one_short(model, prompt, max_new, eos):
    return right.greedy_decode(model, prompt, max(max_new - 1, 0), eos)


@mistake(
    "decoding",
    en="Is max_new the number of new tokens, or the length of the whole?",
    zh="max_new 是新词元的个数，还是总长度？",
    replaces="greedy_decode",
)
def greedy_decode_to_total_length(model, prompt, max_new, eos):
    return right.greedy_decode(model, prompt, max(max_new - prompt.shape[1], 0), eos)


@mistake(
    "decoding",
    en="Is the prompt part of the result?",
    zh="结果里包括提示吗？",
    replaces="greedy_decode",
)
def greedy_decode_without_the_prompt(model, prompt, max_new, eos):
    return right.greedy_decode(model, prompt, max_new, eos)[:, prompt.shape[1] :]


@mistake(
    "decoding",
    en="In which mode should the model be while it is asked?",
    zh="解码时，模型应当处于什么模式？",
    replaces="greedy_decode",
)
def greedy_decode_in_training_mode(model, prompt, max_new, eos):
    return _decode(model, prompt, max_new, eos, mode=None)


@mistake(
    "decoding",
    en="In which mode do you leave the model?",
    zh="解码结束后，你让模型处于什么模式？",
    replaces="greedy_decode",
)
def greedy_decode_that_leaves_evaluation_mode(model, prompt, max_new, eos):
    ids = right.greedy_decode(model, prompt, max_new, eos)
    model.eval()
    return ids


@mistake(
    "decoding",
    en="The model was in evaluation mode before: in which mode is it afterwards?",
    zh="模型原本处于测试模式：解码之后它是什么模式？",
    replaces="greedy_decode",
)
def greedy_decode_that_leaves_training_mode(model, prompt, max_new, eos):
    ids = right.greedy_decode(model, prompt, max_new, eos)
    model.train()
    return ids


@mistake(
    "decoding",
    en="How much of what was said does the model read?",
    zh="模型读到的是已说内容的多少？",
    replaces="greedy_decode",
)
def greedy_decode_from_the_last_token_alone(model, prompt, max_new, eos):
    return _decode(model, prompt, max_new, eos, window=1)


@mistake(
    "decoding",
    en="Does the model read the tokens that it has just said?",
    zh="模型会读到它刚刚说出的词元吗？",
    replaces="greedy_decode",
)
def greedy_decode_that_never_reads_its_own(model, prompt, max_new, eos):
    once = right.greedy_decode(model, prompt, 1, -1)[:, -1:]
    new = once.repeat(1, max_new)
    over = (new == eos).cumsum(1) > 0
    return torch.cat([prompt, new.where(~over, eos)], dim=1)


@mistake(
    "decoding",
    en="Has a row ended whose prompt holds an eos?",
    zh="提示里含有 eos 的行算已经结束了吗？",
    replaces="greedy_decode",
)
def greedy_decode_ended_by_the_prompt(model, prompt, max_new, eos):
    return _decode(model, prompt, max_new, eos, ends=lambda prompt, eos: (prompt == eos).any(1))


@mistake(
    "decoding",
    en="Is it the largest logit that is taken?",
    zh="取的是最大的 logit 吗？",
    replaces="greedy_decode",
)
def greedy_decode_of_the_least_likely(model, prompt, max_new, eos):
    return _decode(model, prompt, max_new, eos, pick=lambda logits: logits.argmin(-1))


def _sample(p, u):
    """The first token at which the sum so far is larger than u; the last one where there is none."""
    over = p.double().cumsum(-1) > u[:, None]
    return over.long().argmax(-1).where(over.any(-1), p.shape[-1] - 1)


def _least(logits, k):
    return logits.topk(k).values[:, -1:]


@mistake(
    "decoding",
    en="Do you multiply by the temperature, or divide?",
    zh="是乘以温度，还是除以温度？",
    replaces="sample_top_k",
)
def sample_top_k_times_temperature(logits, k, temperature, u):
    return _sample((logits * temperature).masked_fill(logits < _least(logits, k), -torch.inf).softmax(-1), u)


@mistake(
    "decoding",
    en="Where does the temperature enter your code?",
    zh="你的代码里哪里用到了温度？",
    replaces="sample_top_k",
)
def sample_top_k_without_temperature(logits, k, temperature, u):
    return right.sample_top_k(logits, k, 1.0, u)


@mistake(
    "decoding",
    en="Do the probabilities that are kept still sum to 1?",
    zh="保留下来的概率之和还是 1 吗？",
    replaces="sample_top_k",
)
def sample_top_k_not_renormalised(logits, k, temperature, u):
    p = (logits / temperature).softmax(-1)
    return _sample(p.masked_fill(logits < _least(logits, k), 0.0), u)


@mistake(
    "decoding",
    en="The temperature acts on logits: is dividing probabilities by it the same?",
    zh="温度作用在 logits 上：除在概率上是一回事吗？",
    replaces="sample_top_k",
)
def sample_top_k_temperature_on_probabilities(logits, k, temperature, u):
    p = logits.masked_fill(logits < _least(logits, k), -torch.inf).softmax(-1)
    return _sample((p / temperature).softmax(-1).masked_fill(p == 0, 0.0), u)


@mistake(
    "decoding",
    en="Where does k enter your code?",
    zh="你的代码里哪里用到了 k？",
    replaces="sample_top_k",
)
def sample_top_k_of_all(logits, k, temperature, u):
    return _sample((logits / temperature).softmax(-1), u)


@mistake(
    "decoding",
    en="How many tokens are kept: k, or one less?",
    zh="保留几个词元：k 个，还是少一个？",
    replaces="sample_top_k",
)
def sample_top_k_of_one_less(logits, k, temperature, u):
    return right.sample_top_k(logits, max(k - 1, 1), temperature, u)


@mistake(
    "decoding",
    en="You set the others' logits to 0: what is e⁰?",
    zh="你把其余的 logits 设为 0：e⁰ 等于多少？",
    replaces="sample_top_k",
)
def sample_top_k_others_at_zero(logits, k, temperature, u):
    return _sample((logits / temperature).masked_fill(logits < _least(logits, k), 0.0).softmax(-1), u)


@mistake(
    "decoding",
    en="In which order are the probabilities added up: by token, or by size?",
    zh="概率按什么顺序累加：按词元编号，还是按大小？",
    replaces="sample_top_k",
)
def sample_top_k_in_order_of_size(logits, k, temperature, u):
    top = (logits / temperature).topk(k)
    return top.indices.gather(1, _sample(top.values.softmax(-1), u)[:, None])[:, 0]


@mistake(
    "decoding",
    en="Is it a token's number that is asked for, or its rank among the k?",
    zh="要求的是词元的编号，还是它在 k 个之中的名次？",
    replaces="sample_top_k",
)
def sample_top_k_of_ranks(logits, k, temperature, u):
    return _sample((logits / temperature).topk(k).values.softmax(-1), u)


@mistake(
    "decoding",
    en="Which token is it when u is 0: the first that is kept, or the one before?",
    zh="u 为 0 时是哪个词元：保留的第一个，还是它前面的？",
    replaces="sample_top_k",
)
def sample_top_k_one_early(logits, k, temperature, u):
    return (right.sample_top_k(logits, k, temperature, u) - 1).clamp_min(0)


@mistake(
    "decoding",
    en="Where does u enter your code?",
    zh="你的代码里哪里用到了 u？",
    replaces="sample_top_k",
)
def sample_top_k_that_is_greedy(logits, k, temperature, u):
    return logits.argmax(-1)


@mistake(
    "decoding",
    en="What is exp(900) in single precision?",
    zh="单精度里 exp(900) 等于多少？",
    replaces="sample_top_k",
)
def sample_top_k_with_unstable_exp(logits, k, temperature, u):
    e = logits.exp() ** (1 / temperature)
    e = e.masked_fill(logits < _least(logits, k), 0.0)
    return _sample(e / e.sum(-1, keepdim=True), u)


@mistake(
    "decoding",
    en="Does each row have its own u?",
    zh="每一行都用自己的 u 吗？",
    replaces="sample_top_k",
)
def sample_top_k_with_one_u(logits, k, temperature, u):
    return right.sample_top_k(logits, k, temperature, u[:1].expand(len(u)))


# -------------------------------------------------------------------------------------------------------- noam_lr


@mistake(
    "noam_lr",
    en="What is 0 to the power of −1/2?",
    zh="0 的 −1/2 次方是多少？",
)
def noam_lr_divided_by_zero(step, d, warmup):
    return d**-0.5 * min(step**-0.5, step * warmup**-1.5)


@mistake(
    "noam_lr",
    en="At step 0, is the rate 0 or that of step 1?",
    zh="第 0 步的学习率是 0，还是和第 1 步一样？",
)
def noam_lr_that_starts_at_one(step, d, warmup):
    return right.noam_lr(max(step, 1), d, warmup)


@mistake(
    "noam_lr",
    en="Which of the two is in force before the warm-up ends: the smaller or the larger?",
    zh="预热结束前起作用的是两者中较小的，还是较大的？",
)
def noam_lr_by_maximum(step, d, warmup):
    return d**-0.5 * max(max(step, 1) ** -0.5, step * warmup**-1.5)


@mistake(
    "noam_lr",
    en="With which power of warmup do the two branches meet at step = warmup?",
    zh="warmup 取几次方，两段才能在 step = warmup 处相接？",
)
def noam_lr_with_another_power_of_warmup(step, d, warmup):
    return d**-0.5 * min(max(step, 1) ** -0.5, step / warmup)


@mistake(
    "noam_lr",
    en="Does the rate fall like 1/step, or like 1/√step?",
    zh="学习率按 1/step 下降，还是按 1/√step 下降？",
)
def noam_lr_that_falls_like_one_over_step(step, d, warmup):
    return d**-0.5 * min(1 / max(step, 1), step * warmup**-1.5)


@mistake(
    "noam_lr",
    en="Does a wider model learn with a larger rate, or a smaller one?",
    zh="模型越宽，学习率越大还是越小？",
)
def noam_lr_that_grows_with_d(step, d, warmup):
    return d * right.noam_lr(step, d, warmup)


@mistake(
    "noam_lr",
    en="Where does d enter your code?",
    zh="你的代码里哪里用到了 d？",
)
def noam_lr_without_d(step, d, warmup):
    return d**0.5 * right.noam_lr(step, d, warmup)


@mistake(
    "noam_lr",
    en="What is d divided by: itself or its root?",
    zh="除以的是 d，还是 √d？",
)
def noam_lr_divided_by_d(step, d, warmup):
    return d**-0.5 * right.noam_lr(step, d, warmup)


@mistake(
    "noam_lr",
    en="What happens to the rate before the warm-up ends?",
    zh="预热结束之前，学习率如何变化？",
)
def noam_lr_without_warmup(step, d, warmup):
    return d**-0.5 * max(step, 1) ** -0.5


@mistake(
    "noam_lr",
    en="Is the first step numbered 0 or 1 in the formula?",
    zh="公式里的第一步是第 0 步，还是第 1 步？",
)
def noam_lr_one_step_late(step, d, warmup):
    return right.noam_lr(step + 1, d, warmup)


# -------------------------------------------------------------------------------------------------- train_reverse


class _Translator(right._Translator):
    """The right model; what it is taught with and how it is put together are for a mistake to replace."""


class _Unplaced(right._Translator):
    def embedded(self, ids):
        return self.tokens(ids)


class _UnplacedSource(right._Translator):
    def forward(self, source, prefix):
        memory = self.encoder(self.tokens(source))
        return self.head(self.norm(self.decoder(self.embedded(prefix), memory)))


class _Foresight(right._Translator):
    def forward(self, source, prefix):
        memory, x, block = self.encoder(self.embedded(source)), self.embedded(prefix), self.decoder
        normal = block.norm1(x)
        x = x + block.attention(normal, normal)
        x = x + block.cross(block.norm2(x), memory)
        return self.head(self.norm(x + block.ff(block.norm3(x))))


class _Drowsy(right._Translator):
    """Dropout of a tenth in training mode, once there is something to draw it from."""

    draw = None

    def embedded(self, ids):
        x = super().embedded(ids)
        if self.draw is None or not self.training:
            return x
        return x * (torch.rand(x.shape, generator=self.draw) > 0.1) / 0.9


class _Deaf(right._Translator):
    def forward(self, source, prefix):
        memory = self.encoder(self.embedded(torch.zeros_like(source)))
        return self.head(self.norm(self.decoder(self.embedded(prefix), memory)))


@functools.lru_cache(maxsize=64)
def _taught(kind, source, target, shape, seed, inputs_of, epochs, lr):
    """A model after a short training, remembered: proofs play each mistake many times on the same examples."""
    source, target = (torch.frombuffer(bytearray(data), dtype=torch.int64).view(shape) for data in (source, target))
    model, batches = right._begun(kind(10), len(source), epochs, seed, source.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    inputs, targets = inputs_of(target)
    for batch in batches:
        optimizer.zero_grad()
        right.lm_loss(model(source[batch], inputs[batch]), targets[batch]).backward()
        optimizer.step()
    return model.eval()


def _shifted(target):
    return right.shift_targets(target, 0)


def _unshifted(target):
    return target, target


def _blank(target):
    return torch.zeros_like(target), target


def _taught_with(kind, source, target, seed, inputs_of=_shifted, epochs=2, lr=0.005):
    data = source.numpy().tobytes(), target.numpy().tobytes()
    return _taught(kind, *data, tuple(source.shape), seed, inputs_of, epochs, lr)


@mistake(
    "train_reverse",
    en="How does your model know in which order the source's tokens stand?",
    zh="你的模型怎么知道源序列中词元的顺序？",
)
def train_reverse_without_positions(source, target, seed):
    return _taught_with(_Unplaced, source, target, seed)


@mistake(
    "train_reverse",
    en="The decoder knows its positions: does the encoder?",
    zh="解码器知道位置：编码器知道吗？",
)
def train_reverse_without_positions_of_the_source(source, target, seed):
    return _taught_with(_UnplacedSource, source, target, seed)


@mistake(
    "train_reverse",
    en="In training, does the decoder read the very token that it is to say?",
    zh="训练时，解码器是不是读到了它正要说的那个词元？",
)
def train_reverse_without_shift(source, target, seed):
    return _taught_with(_Translator, source, target, seed, _unshifted)


@mistake(
    "train_reverse",
    en="In training, can the decoder read ahead?",
    zh="训练时，解码器能不能看到后面的词元？",
)
def train_reverse_without_causal_mask(source, target, seed):
    return _taught_with(_Foresight, source, target, seed, epochs=4)


@mistake(
    "train_reverse",
    en="Ask your model the same thing twice: in which mode does it answer?",
    zh="把同一个问题问你的模型两遍：它是在哪种模式下回答的？",
)
def train_reverse_left_in_training(source, target, seed):
    model = copy.deepcopy(_taught_with(_Drowsy, source, target, seed))
    model.draw = torch.Generator().manual_seed(seed)
    return model.train()


@mistake(
    "train_reverse",
    en="Where does the source enter your model?",
    zh="你的模型里哪里用到了源序列？",
)
def train_reverse_without_the_source(source, target, seed):
    return _taught_with(_Deaf, source, target, seed)


@mistake(
    "train_reverse",
    en="How small is the loss when you stop?",
    zh="停止训练时，损失降到多少了？",
)
def train_reverse_stopped_early(source, target, seed):
    return _taught_with(_Translator, source, target, seed, epochs=1)


@mistake(
    "train_reverse",
    en="What does the loss do, step by step, with this learning rate?",
    zh="用这个学习率，损失一步步怎么变化？",
)
def train_reverse_with_a_large_rate(source, target, seed):
    return _taught_with(_Translator, source, target, seed, lr=1.0)


@mistake(
    "train_reverse",
    en="What does the decoder read in training: zeros, or what it should have said so far?",
    zh="训练时解码器读到的是什么：全是 0，还是它到目前为止应当说的内容？",
)
def train_reverse_that_reads_nothing(source, target, seed):
    return _taught_with(_Translator, source, target, seed, _blank, epochs=4)


@mistake(
    "train_reverse",
    en="Is it the sequence itself that the model should say, or the sequence backwards?",
    zh="模型应当说出原序列，还是倒过来的序列？",
)
def train_reverse_that_copies(source, target, seed):
    return _taught_with(_Translator, source, source, seed)


# ---------------------------------------------------------------------------------------------------- beam_search


def _beam(prompt, copies=1):
    """Where a search begins: sums of log-probabilities, tokens, and whether they are over."""
    return [(0.0, prompt, False)] * copies


def _by(alpha, added):
    """Scores of hypotheses, by how many tokens were added."""
    return lambda hypothesis: hypothesis[0] / max(added(hypothesis[1]), 1) ** alpha


def _continued(model, hypothesis, eos, logs=lambda z: z[0, -1].log_softmax(-1)):
    """All continuations of one hypothesis by one token."""
    total, ids, _ = hypothesis
    return [
        (total + log, torch.cat([ids, torch.full_like(ids[:1], token)]), token == eos)
        for token, log in enumerate(logs(model(ids[None])).tolist())
    ]


def _searched(model, beam, width, steps, eos, score, logs=None, kept=None):
    """The right search but for what is given; the beam that it ends with, the best in front.

    logs: what is added up for each token. kept: the next beam, of one that does not continue what is over.
    """
    options = {} if logs is None else {"logs": logs}
    mode = model.training
    model.eval()
    with torch.no_grad():
        for _ in range(steps):
            over = [hypothesis for hypothesis in beam if hypothesis[2]]
            found = [_continued(model, hypothesis, eos, **options) for hypothesis in beam if not hypothesis[2]]
            if kept is None:
                beam = sorted([*over, *(each for group in found for each in group)], key=score, reverse=True)[:width]
            else:
                beam = kept(over, found)
    model.train(mode)
    return beam


def _said(beam, score):
    return beam[0][1], score(beam[0])


def _ordinary(alpha, prompt):
    return _by(alpha, lambda ids: len(ids) - len(prompt))


@mistake(
    "beam_search",
    en="Are logits of different positions on one scale, so that they may be added?",
    zh="不同位置的 logits 在同一尺度上吗，能直接相加吗？",
)
def beam_search_of_raw_logits(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score, lambda z: z[0, -1]), score)


@mistake(
    "beam_search",
    en="The probability of a sequence is a product: what becomes a sum then?",
    zh="序列的概率是各步概率的乘积：那么相加的应当是什么？",
)
def beam_search_of_added_probabilities(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score, lambda z: z[0, -1].softmax(-1)), score)


@mistake(
    "beam_search",
    en="Where does the length of a hypothesis enter its score?",
    zh="候选的长度在得分的哪里起作用？",
)
def beam_search_without_length(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(0.0, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score), score)


@mistake(
    "beam_search",
    en="Whose length counts: that of what was added, or that of the prompt, too?",
    zh="长度指的是新增的词元数，还是把提示也算进去了？",
)
def beam_search_with_the_prompts_length(model, prompt, width, max_new, eos, alpha=0.0):
    score = _by(alpha, len)
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score), score)


@mistake(
    "beam_search",
    en="By what are hypotheses of different length compared at each step, not only at the end?",
    zh="不只是最后，每一步比较不同长度的候选时，用的是什么？",
)
def beam_search_with_length_at_the_end_alone(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    beam = _searched(model, _beam(prompt), width, max_new, eos, _ordinary(0.0, prompt))
    return _said(sorted(beam, key=score, reverse=True), score)


@mistake(
    "beam_search",
    en="Is the score that you return the one by which you chose?",
    zh="返回的分数，就是挑选时所用的分数吗？",
)
def beam_search_that_returns_the_sum(model, prompt, width, max_new, eos, alpha=0.0):
    beam = _searched(model, _beam(prompt), width, max_new, eos, _ordinary(alpha, prompt))
    return beam[0][1], beam[0][0]


@mistake(
    "beam_search",
    en="Log-probabilities are negative: does your length make a long hypothesis dearer or cheaper?",
    zh="对数概率是负数：你的长度因子让长的候选更吃亏，还是更占便宜？",
)
def beam_search_multiplied_by_length(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(-alpha, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score), score)


@mistake(
    "beam_search",
    en="Does the eos that ends a hypothesis count as one of its tokens?",
    zh="结束候选的 eos 算不算它的一个词元？",
)
def beam_search_without_eos_in_the_length(model, prompt, width, max_new, eos, alpha=0.0):
    def score(hypothesis):
        return hypothesis[0] / max(len(hypothesis[1]) - len(prompt) - hypothesis[2], 1) ** alpha

    return _said(_searched(model, _beam(prompt), width, max_new, eos, score), score)


@mistake(
    "beam_search",
    en="What may follow eos in a hypothesis?",
    zh="候选里 eos 之后还能接别的词元吗？",
)
def beam_search_beyond_eos(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new, None, score), score)


@mistake(
    "beam_search",
    en="Where is a hypothesis after it has said eos?",
    zh="候选说出 eos 之后，被放到哪里去了？",
)
def beam_search_that_drops_what_is_over(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)

    def kept(over, found):
        going = [each for group in found for each in group]
        return sorted(going, key=score, reverse=True)[:width] or over

    return _said(_searched(model, _beam(prompt), width, max_new, eos, score, kept=kept), score)


@mistake(
    "beam_search",
    en="When one hypothesis is over, may another still overtake it?",
    zh="一个候选结束了，别的候选还可能反超吗？",
)
def beam_search_that_ends_with_the_first_eos(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)

    def kept(over, found):
        if over:
            return over
        return sorted((each for group in found for each in group), key=score, reverse=True)[:width]

    beam = _searched(model, _beam(prompt), width, max_new, eos, score, kept=kept)
    return _said([each for each in beam if each[2]] or beam, score)


@mistake(
    "beam_search",
    en="May two hypotheses of the next beam come from one and the same hypothesis?",
    zh="下一步的束里，能不能有两个候选来自同一个候选？",
)
def beam_search_each_for_itself(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)

    def kept(over, found):
        if len(found) == 1 and not over and len(found[0][0][1]) == len(prompt) + 1:
            return sorted(found[0], key=score, reverse=True)[:width]
        return sorted([*over, *(max(group, key=score) for group in found)], key=score, reverse=True)

    return _said(_searched(model, _beam(prompt), width, max_new, eos, score, kept=kept), score)


@mistake(
    "beam_search",
    en="How many different hypotheses does your beam hold after the first step?",
    zh="第一步之后，束里有几个互不相同的候选？",
)
def beam_search_from_copies_of_the_prompt(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    return _said(_searched(model, _beam(prompt, width), width, max_new, eos, score), score)


@mistake(
    "beam_search",
    en="Which of the kept hypotheses do you return?",
    zh="返回的是保留下来的哪一个候选？",
)
def beam_search_of_the_last_kept(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score)[::-1], score)


@mistake(
    "beam_search",
    en="Does an eos that was in the prompt already end anything?",
    zh="提示里本来就有的 eos 会结束什么吗？",
)
def beam_search_ended_by_the_prompt(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    beam = [(0.0, prompt, bool((prompt == eos).any()))]
    return _said(_searched(model, beam, width, max_new, eos, score), score)


@mistake(
    "beam_search",
    en="How many tokens are added before you stop?",
    zh="停下之前一共加了几个词元？",
)
def beam_search_one_short(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new - 1, eos, score), score)


@mistake(
    "beam_search",
    en="What has a hypothesis earned before its newest token?",
    zh="在最新的词元之前，候选已经积累了多少？",
)
def beam_search_of_the_last_token_alone(model, prompt, width, max_new, eos, alpha=0.0):
    mode, beam, score = model.training, _beam(prompt), _ordinary(alpha, prompt)
    model.eval()
    with torch.no_grad():
        for _ in range(max_new):
            over = [hypothesis for hypothesis in beam if hypothesis[2]]
            going = [(0.0, *hypothesis[1:]) for hypothesis in beam if not hypothesis[2]]
            found = [each for hypothesis in going for each in _continued(model, hypothesis, eos)]
            beam = sorted([*over, *found], key=score, reverse=True)[:width]
    model.train(mode)
    return _said(beam, score)


@mistake(
    "beam_search",
    en="In the flattened scores of all beams, which part of an index is the beam and which the token?",
    zh="把所有束的得分摊平之后，下标的哪一部分是束，哪一部分是词元？",
)
def beam_search_with_beam_and_token_swapped(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)

    def kept(over, found):
        flat = [each for group in found for each in group]
        if not flat:
            return over[:width]
        ranked = sorted(range(len(flat)), key=lambda index: score(flat[index]), reverse=True)[:width]
        taken = []
        for index in ranked:
            parent, token = found[index % len(found)][0][1][:-1], index // len(found)
            longer = torch.cat([parent, torch.full_like(parent[:1], token)])
            taken.append((flat[index][0], longer, token == eos))
        return sorted([*over, *taken], key=score, reverse=True)[:width]

    return _said(_searched(model, _beam(prompt), width, max_new, eos, score, kept=kept), score)


@mistake(
    "beam_search",
    en="Which position's logits say what comes next?",
    zh="下一个词元由哪个位置的 logits 决定？",
)
def beam_search_from_the_first_position(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score, lambda z: z[0, 0].log_softmax(-1)), score)


@mistake(
    "beam_search",
    en="In which mode is the model while you search?",
    zh="搜索的时候，模型处于什么模式？",
)
def beam_search_in_training_mode(model, prompt, width, max_new, eos, alpha=0.0):
    score, beam = _ordinary(alpha, prompt), _beam(prompt)
    with torch.no_grad():
        for _ in range(max_new):
            over = [hypothesis for hypothesis in beam if hypothesis[2]]
            going = [hypothesis for hypothesis in beam if not hypothesis[2]]
            found = [each for hypothesis in going for each in _continued(model, hypothesis, eos)]
            beam = sorted([*over, *found], key=score, reverse=True)[:width]
    return _said(beam, score)


@mistake(
    "beam_search",
    en="In which mode do you leave the model?",
    zh="结束之后，模型处于什么模式？",
)
def beam_search_that_leaves_evaluation_mode(model, prompt, width, max_new, eos, alpha=0.0):
    score = _ordinary(alpha, prompt)
    model.eval()
    return _said(_searched(model, _beam(prompt), width, max_new, eos, score), score)


# ------------------------------------------------------------------------------------------------------- kv_cache


def _masked_past(S, t):
    """Where each of t new positions may look, S being there already."""
    return right.causal_mask(S + t)[S:]


def _cached(model, ids, cache, *, places=lambda S, t: torch.arange(S, S + t), mask=_masked_past, **parts):
    """The right answer but for what is given.

    source: what keys and values are made of, of x and its norm. joined: old and new as what is kept. seen: what is
    looked at, of old, new and what is kept. old: what a layer takes out of the cache. scale: of the scores.
    """
    source = parts.get("source", lambda x, y: y)
    joined = parts.get("joined", lambda old, new: new if old is None else torch.cat([old, new], dim=1))
    seen = parts.get("seen", lambda old, new, kept: kept)
    scale, taken = parts.get("scale", lambda d, S: d**0.5), parts.get("old", lambda cache, number: cache[number])
    S, t, longer = 0 if cache is None else cache[0][0].shape[1], ids.shape[1], []
    x = model.tokens(ids) + model.places.weight[places(S, t)]
    for number, layer in enumerate(model.layers):
        y = layer.norm1(x)
        new = tuple(part(source(x, y)) for part in (layer.wk, layer.wv))
        old = (None, None) if cache is None else taken(cache, number)
        kept = tuple(map(joined, old, new))
        k, v = map(seen, old, new, kept)
        scores = layer.wq(y) @ k.mT / scale(x.shape[-1], S)
        hidden = ~mask(S, t)[:, -k.shape[1] :]
        x = x + scores.masked_fill(hidden, -torch.inf).softmax(-1) @ v
        x = x + layer.ff(layer.norm2(x))
        longer.append(kept)
    return model.head(model.norm(x)), longer


@mistake(
    "kv_cache",
    en="At which place does the first new token stand?",
    zh="第一个新词元站在第几个位置？",
    replaces="cached_forward",
)
def cached_forward_with_places_from_zero(model, ids, cache=None):
    return _cached(model, ids, cache, places=lambda S, t: torch.arange(t))


@mistake(
    "kv_cache",
    en="S positions are there, numbered from 0: which number comes next?",
    zh="已有 S 个位置，从 0 开始编号：下一个是几？",
    replaces="cached_forward",
)
def cached_forward_one_place_early(model, ids, cache=None):
    return _cached(model, ids, cache, places=lambda S, t: torch.arange(S, S + t) - (S > 0))


@mistake(
    "kv_cache",
    en="S positions are there: is the next place S, or S + 1?",
    zh="已有 S 个位置：下一个位置是 S，还是 S + 1？",
    replaces="cached_forward",
)
def cached_forward_one_place_late(model, ids, cache=None):
    last = len(model.places.weight) - 1
    return _cached(model, ids, cache, places=lambda S, t: (torch.arange(S, S + t) + (S > 0)).clamp(max=last))


@mistake(
    "kv_cache",
    en="When several new tokens come at once, what may the first of them see?",
    zh="一次来了几个新词元，其中第一个能看到什么？",
    replaces="cached_forward",
)
def cached_forward_without_mask(model, ids, cache=None):
    return _cached(model, ids, cache, mask=lambda S, t: torch.ones(t, S + t, dtype=torch.bool))


@mistake(
    "kv_cache",
    en="The mask has t rows and S + t columns: where does its diagonal begin?",
    zh="掩码有 t 行、S + t 列：对角线从哪里开始？",
    replaces="cached_forward",
)
def cached_forward_with_the_mask_not_shifted(model, ids, cache=None):
    return _cached(model, ids, cache, mask=lambda S, t: torch.ones(t, S + t, dtype=torch.bool).tril())


@mistake(
    "kv_cache",
    en="Which keys do the new tokens' queries meet?",
    zh="新词元的查询和哪些键相比较？",
    replaces="cached_forward",
)
def cached_forward_written_and_never_read(model, ids, cache=None):
    return _cached(model, ids, cache, seen=lambda old, new, kept: new)


@mistake(
    "kv_cache",
    en="What will the next call find in the cache that you return?",
    zh="下一次调用会在你返回的缓存里找到什么？",
    replaces="cached_forward",
)
def cached_forward_of_new_tokens_alone(model, ids, cache=None):
    logits, longer = right.cached_forward(model, ids, cache)
    return logits, [(k[:, -ids.shape[1] :], v[:, -ids.shape[1] :]) for k, v in longer]


@mistake(
    "kv_cache",
    en="What will the next call find in the cache that you return?",
    zh="返回的缓存里有没有这一次的键和值？",
    replaces="cached_forward",
)
def cached_forward_of_old_tokens_alone(model, ids, cache=None):
    logits, longer = right.cached_forward(model, ids, cache)
    return logits, longer if cache is None else [(k.clone(), v.clone()) for k, v in cache]


@mistake(
    "kv_cache",
    en="May a token look at itself?",
    zh="词元能不能看到自己？",
    replaces="cached_forward",
)
def cached_forward_without_the_token_itself(model, ids, cache=None):
    def mask(S, t):
        return torch.ones(t, S + t, dtype=torch.bool).tril(S - 1) if S else right.causal_mask(t)

    return _cached(model, ids, cache, mask=mask)


@mistake(
    "kv_cache",
    en="In which order do old and new positions stand in the cache?",
    zh="缓存里旧位置和新位置的先后顺序是怎样的？",
    replaces="cached_forward",
)
def cached_forward_newest_first(model, ids, cache=None):
    return _cached(model, ids, cache, joined=lambda old, new: new if old is None else torch.cat([new, old], dim=1))


@mistake(
    "kv_cache",
    en="Does each layer have keys and values of its own?",
    zh="每一层是不是都有自己的键和值？",
    replaces="cached_forward",
)
def cached_forward_with_the_first_layers_cache(model, ids, cache=None):
    return _cached(model, ids, cache, old=lambda cache, number: cache[0])


@mistake(
    "kv_cache",
    en="Which of the two in the cache are the keys?",
    zh="缓存里的一对，哪个是键？",
    replaces="cached_forward",
)
def cached_forward_with_keys_and_values_swapped(model, ids, cache=None):
    return _cached(model, ids, cache, old=lambda cache, number: cache[number][::-1])


@mistake(
    "kv_cache",
    en="By what are the scores divided?",
    zh="分数要除以什么？",
    replaces="cached_forward",
)
def cached_forward_without_scale(model, ids, cache=None):
    return _cached(model, ids, cache, scale=lambda d, S: 1.0)


@mistake(
    "kv_cache",
    en="Of what does the layer make its keys and values: of x, or of its norm?",
    zh="这一层的键和值是由 x 算出，还是由归一化之后的 x 算出？",
    replaces="cached_forward",
)
def cached_forward_of_what_is_not_normalised(model, ids, cache=None):
    return _cached(model, ids, cache, source=lambda x, y: x)


@mistake(
    "kv_cache",
    en="For how many of the new tokens are logits asked for?",
    zh="要给出几个新词元的 logits？",
    replaces="cached_forward",
)
def cached_forward_of_the_last_logits(model, ids, cache=None):
    logits, longer = right.cached_forward(model, ids, cache)
    return logits[:, -1:], longer


@mistake(
    "kv_cache",
    en="What stands between the last layer and the head?",
    zh="最后一层和输出层之间还有什么？",
    replaces="cached_forward",
)
def cached_forward_without_the_last_norm(model, ids, cache=None):
    norm, model.norm = model.norm, nn.Identity()
    try:
        return right.cached_forward(model, ids, cache)
    finally:
        model.norm = norm


@mistake(
    "kv_cache",
    en="Does the list that you were given still hold what it held?",
    zh="传进来的列表，内容还和原来一样吗？",
    replaces="cached_forward",
)
def cached_forward_into_the_given_list(model, ids, cache=None):
    logits, longer = right.cached_forward(model, ids, cache)
    if cache is None:
        return logits, longer
    cache[:] = longer
    return logits, cache


@mistake(
    "kv_cache",
    en="What do you look at: what the cache holds, or what you remember of earlier calls?",
    zh="你看的是缓存里的内容，还是自己记下的之前的调用？",
    replaces="cached_forward",
)
def cached_forward_that_reads_everything_anew(model, ids, cache=None):
    seen = ids if cache is None else torch.cat([model.seen, ids], dim=1)
    object.__setattr__(model, "seen", seen)
    logits, longer = right.cached_forward(model, seen)
    return logits[:, -ids.shape[1] :], longer
