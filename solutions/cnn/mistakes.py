"""Wrong answers that people really write, each with the question that helps.

Left out because they are right: a max-pool gradient that splits among ties, or goes to the last of them; a column order
(kernel pixels before channels) that im2col and col2im share. Both stand in alternatives.py.
"""

import numpy as np
import torch
from torch import nn

from autograder.bank import mistake

from . import solution as right


def at_offset(xp, i, j, stride, out_h, out_w):
    """View of the pixels at row i and column j of their windows."""
    return xp[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride]


def correlate(x, w, stride=1, pad=0):
    """Right convolution without a bias."""
    return right.conv2d_forward(x, w, np.zeros(len(w)), stride, pad)[0]


# K1  conv_sizes


def must_fit(n, k, p, d):
    """Raise where the right answer raises: forgetting that is a mistake of its own."""
    right.conv_out_size(n, k, 1, p, d)


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="A window that hangs over the edge: is it counted?",
    zh="伸出边界、放不下的那个窗口，也要算一个吗？",
)
def out_size_rounds_up(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return -((d * (k - 1) + 1 - n - 2 * p) // s) + 1


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="The division leaves a remainder: are you sure about the direction of rounding?",
    zh="除不尽的时候，取整的方向对吗？",
)
def out_size_rounds_to_nearest(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return int((n + 2 * p - d * (k - 1) - 1) / s + 0.5) + 1


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="Can there be a fraction of a window?",
    zh="窗口的个数会是小数吗？",
)
def out_size_keeps_the_fraction(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return (n + 2 * p - d * (k - 1) - 1) / s + 1


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="On how many ends of the side are zeros added?",
    zh="一条边有几端要补零？",
)
def out_size_pads_one_end(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return (n + p - d * (k - 1) - 1) // s + 1


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="Draw a dilated kernel with k = 2: from its first pixel to its last, how many pixels is that?",
    zh="画一个 k = 2 的空洞卷积核：从第一个像素到最后一个，一共跨过几个像素？",
)
def out_size_dilates_the_whole_kernel(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return (n + 2 * p - d * k) // s + 1


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="Between k pixels there are k − 1 gaps: how many pixels lie from the first to the last, both included?",
    zh="k 个像素之间有 k − 1 个间隔：首尾都算上，一共跨过几个像素？",
)
def out_size_counts_gaps_only(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return (n + 2 * p - d * (k - 1)) // s + 1


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="Where does the dilation d enter your formula?",
    zh="空洞率 d 出现在公式的哪里？",
)
def out_size_ignores_dilation(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return right.conv_out_size(n, k, s, p)


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="Where does the stride enter your formula?",
    zh="步幅 s 出现在公式的哪里？",
)
def out_size_ignores_stride(n, k, s=1, p=0, d=1):
    return right.conv_out_size(n, k, 1, p, d)


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="A kernel as large as the image: at how many places does it fit?",
    zh="卷积核和图一样大时，能放在几个位置？",
)
def out_size_counts_steps_not_windows(n, k, s=1, p=0, d=1):
    must_fit(n, k, p, d)
    return (n + 2 * p - d * (k - 1) - 1) // s


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="What should happen when the kernel is larger than the padded image?",
    zh="卷积核比补零后的图还大时，应当怎样？",
)
def out_size_never_complains(n, k, s=1, p=0, d=1):
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="A kernel exactly as large as the padded image: does it fit?",
    zh="卷积核与补零后的图恰好一样大，放得下吗？",
)
def out_size_refuses_an_exact_fit(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 >= n + 2 * p:
        raise ValueError("the kernel does not fit")
    return right.conv_out_size(n, k, s, p, d)


@mistake(
    "conv_sizes",
    replaces="conv_out_size",
    en="When you check whether the kernel fits, is it the dilated kernel and the padded side that you compare?",
    zh="判断放不放得下时，比较的是空洞之后的核与补零之后的边长吗？",
)
def out_size_checks_the_bare_kernel(n, k, s=1, p=0, d=1):
    if k > n:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake(
    "conv_sizes",
    replaces="receptive_field",
    en="After a layer with stride 2, how many input pixels lie between two neighbours?",
    zh="经过步幅为 2 的一层之后，相邻两个像素在输入上隔多远？",
)
def receptive_field_without_strides(layers):
    return 1 + sum(k - 1 for k, _ in layers)


@mistake(
    "conv_sizes",
    replaces="receptive_field",
    en="The first layer sees k pixels, whatever its stride: does yours?",
    zh="不论步幅多大，第一层的感受野都是 k：你的是吗？",
)
def receptive_field_counts_own_stride(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        size += (kernel - 1) * jump
    return size


@mistake(
    "conv_sizes",
    replaces="receptive_field",
    en="In the third layer, do the strides of the first and of the second both count?",
    zh="到第三层时，第一层和第二层的步幅都起作用了吗？",
)
def receptive_field_uses_last_stride_only(layers):
    strides = [1, *(s for _, s in layers)]
    return 1 + sum((k - 1) * s for (k, _), s in zip(layers, strides, strict=False))


@mistake(
    "conv_sizes",
    replaces="receptive_field",
    en="Two strides of 2, one after the other: how far apart do neighbours end up?",
    zh="连续两层步幅都是 2，相邻像素最后相隔多远？",
)
def receptive_field_adds_strides(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump += stride - 1
    return size


@mistake(
    "conv_sizes",
    replaces="receptive_field",
    en="Neighbouring windows share pixels: by how many new ones does a kernel of k widen the view?",
    zh="相邻窗口有重叠：大小为 k 的核让视野增加几个新像素？",
)
def receptive_field_adds_whole_kernels(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        size += kernel * jump
        jump *= stride
    return size


@mistake(
    "conv_sizes",
    replaces="receptive_field",
    en="With no layer at all, how many pixels does a pixel see?",
    zh="一层都没有时，一个像素看得见几个像素？",
)
def receptive_field_starts_at_zero(layers):
    return right.receptive_field(layers) - 1


@mistake(
    "conv_sizes",
    replaces="conv_params",
    en="Is there one bias for each input channel or for each output channel?",
    zh="偏置是每个输入通道一个，还是每个输出通道一个？",
)
def params_bias_for_each_input(cin, cout, kh, kw, bias=True):
    return cout * cin * kh * kw + (cin if bias else 0)


@mistake(
    "conv_sizes",
    replaces="conv_params",
    en="A kernel has a slice for each input channel: does each slice have a bias of its own?",
    zh="一个卷积核在每个输入通道上各有一片：每一片都有自己的偏置吗？",
)
def params_bias_for_each_slice(cin, cout, kh, kw, bias=True):
    return cout * cin * (kh * kw + (1 if bias else 0))


@mistake(
    "conv_sizes",
    replaces="conv_params",
    en="How deep is a kernel that looks at an image with three channels?",
    zh="看三通道图像的卷积核有多“深”？",
)
def params_without_input_channels(cin, cout, kh, kw, bias=True):
    return cout * kh * kw + (cout if bias else 0)


@mistake(
    "conv_sizes",
    replaces="conv_params",
    en="What does bias=False change in your count?",
    zh="bias=False 时，你的结果有变化吗？",
)
def params_always_with_bias(cin, cout, kh, kw, bias=True):
    return right.conv_params(cin, cout, kh, kw, True)


@mistake(
    "conv_sizes",
    replaces="conv_params",
    en="Are the biases learned, too?",
    zh="偏置也是要学的参数吗？",
)
def params_never_with_bias(cin, cout, kh, kw, bias=True):
    return right.conv_params(cin, cout, kh, kw, False)


@mistake(
    "conv_sizes",
    replaces="conv_params",
    en="One number for the whole layer, or one for each output channel: how many biases are there?",
    zh="偏置是整层共用一个，还是每个输出通道一个？",
)
def params_one_bias_in_all(cin, cout, kh, kw, bias=True):
    return cout * cin * kh * kw + (1 if bias else 0)


# K2  pad2d


@mistake(
    "pad2d",
    en="Which axes are the picture: should there be more channels afterwards?",
    zh="哪些轴才是图像平面？补零之后通道数应该变吗？",
)
def pads_channels_too(x, p):
    return np.pad(x, ((0, 0), (p, p), (p, p), (p, p)))


@mistake(
    "pad2d",
    en="np.pad(x, p) pads every axis: which of the four should grow?",
    zh="np.pad(x, p) 会给每个轴都补：四个轴里哪些该变长？",
)
def pads_every_axis(x, p):
    return np.pad(x, p)


@mistake(
    "pad2d",
    en="What stands in the frame: zeros, or pixels of the edge?",
    zh="补上的一圈应该是零，还是边缘像素的值？",
)
def repeats_the_edge(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode="edge")


@mistake(
    "pad2d",
    en="What stands in the frame: zeros, or a mirror image?",
    zh="补上的一圈应该是零，还是镜像？",
)
def mirrors_the_image(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode="reflect")


@mistake(
    "pad2d",
    en="Is the image in the middle of its frame?",
    zh="原图在补零之后的正中间吗？",
)
def pads_below_and_right_only(x, p):
    return np.pad(x, ((0, 0), (0, 0), (0, 2 * p), (0, 2 * p)))


@mistake(
    "pad2d",
    en="On how many sides of the image are there zeros?",
    zh="图像的几条边上补了零？",
)
def pads_above_and_left_only(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, 0), (p, 0)))


@mistake(
    "pad2d",
    replaces="pad2d_backward",
    en="Who asks for the gradient of the zeros: what shape has x?",
    zh="补上的零需要梯度吗？x 的形状是什么？",
)
def gradient_keeps_the_frame(dout, p):
    return dout.copy()


@mistake(
    "pad2d",
    replaces="pad2d_backward",
    en="What does a[p:-p] give when p is 0?",
    zh="p 等于 0 时，a[p:-p] 得到什么？",
)
def crops_to_minus_zero(dout, p):
    return dout[:, :, p:-p, p:-p].copy()


@mistake(
    "pad2d",
    replaces="pad2d_backward",
    en="The frame has four sides: how many did you cut off?",
    zh="边框有四条边：你裁掉了几条？",
)
def crops_above_and_left_only(dout, p):
    return dout[:, :, p:, p:].copy()


@mistake(
    "pad2d",
    replaces="pad2d_backward",
    en="The size is right: does the part that you keep begin where the image begins?",
    zh="尺寸对了，但留下的部分是从原图开始的位置取的吗？",
)
def crops_to_the_corner(dout, p):
    return dout[:, :, : dout.shape[2] - 2 * p, : dout.shape[3] - 2 * p].copy()


@mistake(
    "pad2d",
    replaces="pad2d_backward",
    en="Rows and columns: did you cut both?",
    zh="行和列都裁了吗？",
)
def crops_rows_only(dout, p):
    return dout[:, :, p : dout.shape[2] - p].copy()


# K3  conv2d_forward


@mistake(
    "conv2d_forward",
    en="Does deep learning turn the kernel around before it slides?",
    zh="深度学习里的“卷积”，滑动之前要翻转卷积核吗？",
)
def flips_the_kernel(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x, w[:, :, ::-1, ::-1], b, stride, pad)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="In w: (F, C, KH, KW), which axis is the height of the kernel?",
    zh="w 的形状是 (F, C, KH, KW)：哪个轴是卷积核的高？",
)
def swaps_kernel_height_and_width(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x, w.transpose(0, 1, 3, 2), b, stride, pad)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Does the stride count in both directions?",
    zh="步幅在两个方向上都用到了吗？",
)
def strides_rows_only(x, w, b, stride=1, pad=0):
    out = right.conv2d_forward(x, w, b, 1, pad)[0][:, :, ::stride]
    return out, (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Stride and padding together: are the zeros still there when the stride is larger than 1?",
    zh="步幅大于 1 时，补的零还在吗？",
)
def forgets_padding_when_striding(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x, w, b, stride, pad if stride == 1 else 0)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="With padding, is the bias still added?",
    zh="补零的时候，偏置还加上了吗？",
)
def forgets_bias_when_padding(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x, w, b * (pad == 0), stride, pad)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Where is the bias?",
    zh="偏置加在哪里了？",
)
def forgets_bias(x, w, b, stride=1, pad=0):
    return correlate(x, w, stride, pad), (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="How many times is the bias added to one output?",
    zh="每个输出加了几次偏置？",
)
def adds_bias_for_each_channel(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x, w, b * x.shape[1], stride, pad)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="A kernel looks at all channels: what happens to the contributions of the earlier ones?",
    zh="卷积核要看所有通道：前面几个通道的贡献到哪里去了？",
)
def keeps_last_channel_only(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x[:, -1:], w[:, -1:], b, stride, pad)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Are the channels summed or averaged?",
    zh="各通道的结果是求和还是取平均？",
)
def averages_over_channels(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x, w / x.shape[1], b, stride, pad)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Does each input channel have its own slice of the kernel?",
    zh="每个输入通道用的是卷积核自己对应的那一片吗？",
)
def uses_one_slice_for_all_channels(x, w, b, stride=1, pad=0):
    return right.conv2d_forward(x, np.broadcast_to(w[:, :1], w.shape), b, stride, pad)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Which side of the image gives the width of the output?",
    zh="输出的宽由图像的哪条边决定？",
)
def takes_width_from_height(x, w, b, stride=1, pad=0):
    full = right.conv2d_forward(x, w, b, stride, pad)[0]
    out = np.zeros((*full.shape[:3], max(1, (x.shape[2] + 2 * pad - w.shape[3]) // stride + 1)))
    width = min(full.shape[3], out.shape[3])
    out[..., :width] = full[..., :width]
    return out, (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Does the stride move the window, or does it tear its pixels apart?",
    zh="步幅移动的是整个窗口，还是把窗口里的像素拉开了？",
)
def dilates_instead_of_striding(x, w, b, stride=1, pad=0):
    KH, KW = w.shape[2:]
    dilated = np.zeros((*w.shape[:2], stride * (KH - 1) + 1, stride * (KW - 1) + 1))
    dilated[:, :, ::stride, ::stride] = w
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad + stride * KH), (pad, pad + stride * KW)))  # room for every window
    out_h = right.conv_out_size(x.shape[2], KH, stride, pad)
    out_w = right.conv_out_size(x.shape[3], KW, stride, pad)
    out = correlate(xp, dilated)[:, :, :out_h, :out_w] + b[:, None, None]
    return out, (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="The size is right: where does the second window begin?",
    zh="尺寸对了，但第二个窗口从哪里开始？",
)
def keeps_first_windows_instead_of_striding(x, w, b, stride=1, pad=0):
    right_size = right.conv2d_forward(x, w, b, stride, pad)[0].shape
    out = right.conv2d_forward(x, w, b, 1, pad)[0][:, :, : right_size[2], : right_size[3]]
    return out, (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Are there zeros above and to the left of the image, too?",
    zh="图像的上边和左边也补零了吗？",
)
def pads_for_conv_below_and_right_only(x, w, b, stride=1, pad=0):
    xp = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    return right.conv2d_forward(xp, w, b, stride, 0)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Padding continues the image: with what?",
    zh="补在图像外面的是什么值？",
)
def pads_for_conv_with_the_edge(x, w, b, stride=1, pad=0):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    return right.conv2d_forward(xp, w, b, stride, 0)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="Where is the padding?",
    zh="补零在哪里？",
)
def ignores_padding(x, w, b, stride=1, pad=0):
    xp = x if x.shape[2] >= w.shape[2] and x.shape[3] >= w.shape[3] else right.pad2d(x, pad)
    return right.conv2d_forward(xp, w, b, stride, 0)[0], (x, w, b, stride, pad)


@mistake(
    "conv2d_forward",
    en="When the last window hangs over the edge, is it part of the output?",
    zh="最后一个窗口伸出边界时，它算在输出里吗？",
)
def counts_windows_over_the_edge(x, w, b, stride=1, pad=0):
    more = [-(x.shape[axis] + 2 * pad - w.shape[axis]) % stride for axis in (2, 3)]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad + more[0]), (pad, pad + more[1])))
    return right.conv2d_forward(xp, w, b, stride, 0)[0], (x, w, b, stride, pad)


# K4  conv2d_backward


@mistake(
    "conv2d_backward",
    en="dx comes out larger than x: to which pixels do the outermost values belong?",
    zh="dx 比 x 大了一圈：最外面的值属于哪些像素？",
)
def dx_keeps_the_padding(dout, cache):
    x, w, b, stride, pad = cache
    return right.conv2d_backward(dout, (right.pad2d(x, pad), w, b, stride, 0))


@mistake(
    "conv2d_backward",
    en="The size of dx is right: does it begin at the first pixel of x or at the first zero of the frame?",
    zh="dx 的尺寸对了：它从 x 的第一个像素开始，还是从补零的边框开始？",
)
def dx_begins_at_the_frame(dout, cache):
    x, w, b, stride, pad = cache
    dxp, dw, db = right.conv2d_backward(dout, (right.pad2d(x, pad), w, b, stride, 0))
    return dxp[:, :, : x.shape[2], : x.shape[3]], dw, db


@mistake(
    "conv2d_backward",
    en="out[0] used x[0] with w[0] and x[1] with w[1]: which weight brings dout[0] back to x[1]?",
    zh="out[0] 用到 x[0]·w[0] 与 x[1]·w[1]：dout[0] 经过哪个权重回到 x[1]？",
)
def dx_with_the_kernel_the_wrong_way_round(dout, cache):
    x, w, b, stride, pad = cache
    _, dw, db = right.conv2d_backward(dout, cache)
    return right.conv2d_backward(dout, (x, w[:, :, ::-1, ::-1], b, stride, pad))[0], dw, db


@mistake(
    "conv2d_backward",
    en="Which output does x[0] meet when it meets w[0]: the first or the last?",
    zh="x[0] 与 w[0] 相乘时，贡献给的是第一个输出还是最后一个？",
)
def dw_with_dout_the_wrong_way_round(dout, cache):
    dx, _, db = right.conv2d_backward(dout, cache)
    return dx, right.conv2d_backward(dout[:, :, ::-1, ::-1], cache)[1], db


@mistake(
    "conv2d_backward",
    en="Does dw[0, 0] belong to the first pixel of the kernel or to the last?",
    zh="dw 的第一个元素对应卷积核的第一个像素，还是最后一个？",
)
def dw_turned_around(dout, cache):
    dx, dw, db = right.conv2d_backward(dout, cache)
    return dx, dw[:, :, ::-1, ::-1], db


@mistake(
    "conv2d_backward",
    en="Neighbouring outputs came from windows that stood a stride apart: do their gradients go back as far apart?",
    zh="相邻输出的窗口相隔一个步幅：它们的梯度流回时也隔这么远吗？",
)
def dx_ignores_stride(dout, cache):
    x, w, b, _, pad = cache
    _, dw, db = right.conv2d_backward(dout, cache)
    return right.conv2d_backward(dout, (x, w, b, 1, pad))[0], dw, db


@mistake(
    "conv2d_backward",
    en="The windows that a weight saw stood a stride apart: do you look at the same ones?",
    zh="前向时权重看到的窗口相隔一个步幅：反向时看的是同一批窗口吗？",
)
def dw_ignores_stride(dout, cache):
    x, w, b, _, pad = cache
    dx, _, db = right.conv2d_backward(dout, cache)
    return dx, right.conv2d_backward(dout, (x, w, b, 1, pad))[1], db


@mistake(
    "conv2d_backward",
    en="A pixel stands in several windows: what becomes of the gradient of all but the last?",
    zh="一个像素属于好几个窗口：除了最后一个，其余窗口的梯度去哪里了？",
)
def dx_overwrites_where_windows_overlap(dout, cache):
    x, w, _, stride, pad = cache
    _, dw, db = right.conv2d_backward(dout, cache)
    KH, KW = w.shape[2:]
    dxp = np.zeros_like(right.pad2d(x, pad))
    for h in range(dout.shape[2]):
        for v in range(dout.shape[3]):
            window = np.einsum("nf,fcij->ncij", dout[:, :, h, v], w)
            dxp[:, :, h * stride : h * stride + KH, v * stride : v * stride + KW] = window
    return right.pad2d_backward(dxp, pad), dw, db


@mistake(
    "conv2d_backward",
    en="How often is a bias used in one image?",
    zh="在一幅图里，一个偏置用到了多少次？",
)
def db_sums_the_batch_only(dout, cache):
    dx, dw, _ = right.conv2d_backward(dout, cache)
    return dx, dw, dout.sum(axis=0)


@mistake(
    "conv2d_backward",
    en="Does each example have a bias of its own?",
    zh="每个样本都有自己的偏置吗？",
)
def db_for_each_example(dout, cache):
    dx, dw, _ = right.conv2d_backward(dout, cache)
    return dx, dw, dout.sum(axis=(2, 3))


@mistake(
    "conv2d_backward",
    en="A bias that is used at many places: are its gradients summed or averaged?",
    zh="偏置在许多位置都用到：梯度是求和还是取平均？",
)
def db_averages(dout, cache):
    dx, dw, _ = right.conv2d_backward(dout, cache)
    return dx, dw, dout.mean(axis=(0, 2, 3))


@mistake(
    "conv2d_backward",
    en="Is there a mean over the batch in this layer, or in the loss?",
    zh="对 batch 取平均发生在这一层，还是在损失里？",
)
def dw_divided_by_batch(dout, cache):
    dx, dw, db = right.conv2d_backward(dout, cache)
    return dx, dw / len(dout), db


@mistake(
    "conv2d_backward",
    en="Who takes the mean over the batch: each layer again, or the loss once?",
    zh="对 batch 取平均，是每层各做一次，还是只在损失里做一次？",
)
def dx_divided_by_batch(dout, cache):
    dx, dw, db = right.conv2d_backward(dout, cache)
    return dx / len(dout), dw, db


@mistake(
    "conv2d_backward",
    en="Is there a mean over the batch in this layer, or does each example simply use the bias?",
    zh="这一层对 batch 取平均了吗，还是每个样本只是各用了一次偏置？",
)
def db_divided_by_batch(dout, cache):
    dx, dw, db = right.conv2d_backward(dout, cache)
    return dx, dw, db / len(dout)


@mistake(
    "conv2d_backward",
    en="No window saw the pixels behind the last one: which gradient do they get, and has dx room for it?",
    zh="最后一个窗口后面的像素谁也没看见：它们的梯度是多少，dx 里留了它们的位置吗？",
)
def dx_without_leftover_pixels(dout, cache):
    _, w, _, stride, pad = cache
    seen = [(n - 1) * stride + k - pad for n, k in zip(dout.shape[2:], w.shape[2:], strict=True)]
    dx, dw, db = right.conv2d_backward(dout, cache)
    return dx[:, :, : seen[0], : seen[1]], dw, db


@mistake(
    "conv2d_backward",
    en="Leftover pixels: at which end of the image are they?",
    zh="没被窗口看到的像素在图像的哪一端？",
)
def dx_puts_leftover_pixels_first(dout, cache):
    x, w, _, stride, pad = cache
    dx, dw, db = right.conv2d_backward(dout, cache)
    left = [(n + 2 * pad - k) % stride for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]
    return np.roll(dx, left, axis=(2, 3)), dw, db


@mistake(
    "conv2d_backward",
    en="When a weight looks at the padded image, where is the first pixel of x?",
    zh="权重看到的是补零后的图：x 的第一个像素在它的什么位置？",
)
def dw_sees_no_padding_in_front(dout, cache):
    x, w, b, stride, pad = cache
    dx, _, db = right.conv2d_backward(dout, cache)
    shifted = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    return dx, right.conv2d_backward(dout, (shifted, w, b, stride, 0))[1], db


@mistake(
    "conv2d_backward",
    en="A pixel feeds every output channel: do all of them send something back?",
    zh="一个像素影响所有输出通道：每个通道都把梯度传回来了吗？",
)
def dx_from_last_kernel_only(dout, cache):
    x, w, b, stride, pad = cache
    _, dw, db = right.conv2d_backward(dout, cache)
    return right.conv2d_backward(dout[:, -1:], (x, w[-1:], b[-1:], stride, pad))[0], dw, db


@mistake(
    "conv2d_backward",
    en="Every example uses the same weights: do all of them contribute to dw?",
    zh="每个样本用的都是同一组权重：它们都对 dw 有贡献吗？",
)
def dw_from_last_example_only(dout, cache):
    x, w, b, stride, pad = cache
    dx, _, db = right.conv2d_backward(dout, cache)
    return dx, right.conv2d_backward(dout[-1:], (x[-1:], w, b, stride, pad))[1], db


# K5  im2col


@mistake(
    "im2col",
    replaces="col2im",
    en="A pixel stands in several windows: do their values add up, or does the last one stay?",
    zh="一个像素属于好几个窗口：它们的值是相加，还是只留下最后一个？",
)
def col2im_overwrites(cols, x_shape, kh, kw, stride=1, pad=0):
    N, C, H, W = x_shape
    out_h, out_w = right.conv_out_size(H, kh, stride, pad), right.conv_out_size(W, kw, stride, pad)
    windows = cols.reshape(N, out_h, out_w, C, kh, kw).transpose(0, 3, 1, 2, 4, 5)  # (N, C, out_h, out_w, kh, kw)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(kh):
        for j in range(kw):
            at_offset(xp, i, j, stride, out_h, out_w)[...] = windows[..., i, j]
    return right.pad2d_backward(xp, pad)


@mistake(
    "im2col",
    replaces="col2im",
    en="Try `a[index] += v` on three numbers, with an index that occurs twice: is v added twice?",
    zh="用三个数试试 `a[index] += v`，让同一个下标出现两次：会加两次吗？",
)
def col2im_adds_through_repeated_indices(cols, x_shape, kh, kw, stride=1, pad=0):
    # Also what writing through an overlapping view of all windows does: of several sums one survives.
    N, C, H, W = x_shape
    pixels = np.arange(N * C * (H + 2 * pad) * (W + 2 * pad)).reshape(N, C, H + 2 * pad, W + 2 * pad)
    index = right.im2col(pixels, kh, kw, stride, 0)
    xp = np.zeros(pixels.size)
    xp[index.ravel()] += cols.ravel()
    return right.pad2d_backward(xp.reshape(pixels.shape), pad)


@mistake(
    "im2col",
    replaces="col2im",
    en="Does col2im read a row in the order in which your im2col wrote it: channels first, or kernel pixels first?",
    zh="col2im 读一行的顺序，与 im2col 写一行的顺序一致吗：先通道，还是先核内像素？",
)
def col2im_expects_another_column_order(cols, x_shape, kh, kw, stride=1, pad=0):
    swapped = cols.reshape(len(cols), kh * kw, x_shape[1]).transpose(0, 2, 1)  # (windows, C, kh*kw)
    return right.col2im(swapped.reshape(cols.shape), x_shape, kh, kw, stride, pad)


@mistake(
    "im2col",
    replaces="col2im",
    en="Are overlapping values summed or averaged?",
    zh="重叠处的值是相加还是取平均？",
)
def col2im_averages_where_windows_overlap(cols, x_shape, kh, kw, stride=1, pad=0):
    count = right.col2im(np.ones(cols.shape), x_shape, kh, kw, stride, pad)
    return right.col2im(cols, x_shape, kh, kw, stride, pad) / np.maximum(count, 1)


@mistake(
    "im2col",
    replaces="col2im",
    en="What falls on the frame of zeros: does it belong to the image?",
    zh="落在补零边框上的值属于图像吗？",
)
def col2im_keeps_the_frame(cols, x_shape, kh, kw, stride=1, pad=0):
    N, C, H, W = x_shape
    return right.col2im(cols, (N, C, H + 2 * pad, W + 2 * pad), kh, kw, stride, 0)


@mistake(
    "im2col",
    replaces="col2im",
    en="Where does the first row of the image begin once the frame is cut off?",
    zh="裁掉边框之后，图像的第一行从哪里开始？",
)
def col2im_begins_at_the_frame(cols, x_shape, kh, kw, stride=1, pad=0):
    return col2im_keeps_the_frame(cols, x_shape, kh, kw, stride, pad)[:, :, : x_shape[2], : x_shape[3]]


@mistake(
    "im2col",
    replaces="col2im",
    en="Neighbouring rows came from windows a stride apart: do they go back as far apart?",
    zh="相邻两行来自相隔一个步幅的窗口：放回去时也隔这么远吗？",
)
def col2im_ignores_stride(cols, x_shape, kh, kw, stride=1, pad=0):
    N, C, H, W = x_shape
    out_h, out_w = right.conv_out_size(H, kh, stride, pad), right.conv_out_size(W, kw, stride, pad)
    windows = cols.reshape(N, out_h, out_w, C, kh, kw).transpose(0, 3, 1, 2, 4, 5)  # (N, C, out_h, out_w, kh, kw)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(kh):
        for j in range(kw):
            xp[:, :, i : i + out_h, j : j + out_w] += windows[..., i, j]
    return right.pad2d_backward(xp, pad)


@mistake(
    "im2col",
    replaces="im2col",
    en="Which comes first in the rows: all windows of the first image, or the first window of all images?",
    zh="行的顺序：先放第一幅图的所有窗口，还是先放所有图的第一个窗口？",
)
def im2col_rows_by_place(x, kh, kw, stride=1, pad=0):
    cols = right.im2col(x, kh, kw, stride, pad)
    return cols.reshape(len(x), -1, cols.shape[1]).transpose(1, 0, 2).reshape(cols.shape)


@mistake(
    "im2col",
    replaces="im2col",
    en="Which window is the second row: the one to the right of the first, or the one below it?",
    zh="第二行是右边的窗口，还是下边的窗口？",
)
def im2col_rows_down_first(x, kh, kw, stride=1, pad=0):
    cols = right.im2col(x, kh, kw, stride, pad)
    out_h, out_w = right.conv_out_size(x.shape[2], kh, stride, pad), right.conv_out_size(x.shape[3], kw, stride, pad)
    return cols.reshape(len(x), out_h, out_w, -1).transpose(0, 2, 1, 3).reshape(cols.shape)


@mistake(
    "im2col",
    replaces="im2col",
    en="Before you reshape: do the axes stand in the order of rows times columns, or is C still between N and H'?",
    zh="reshape 之前，轴的顺序是“行的轴在前、列的轴在后”吗？C 是不是还夹在 N 和 H' 中间？",
)
def im2col_reshapes_without_transposing(x, kh, kw, stride=1, pad=0):
    N, C = x.shape[:2]
    cols = right.im2col(x, kh, kw, stride, pad)
    windows = cols.reshape(N, -1, C, kh * kw).transpose(0, 2, 1, 3)  # (N, C, out_h*out_w, kh*kw)
    return windows.reshape(cols.shape)


@mistake(
    "im2col",
    replaces="im2col",
    en="kh rows and kw columns: is that the window that you cut out?",
    zh="窗口应该是 kh 行 kw 列：你取出来的是吗？",
)
def im2col_swaps_height_and_width(x, kh, kw, stride=1, pad=0):
    return right.im2col(x, kw, kh, stride, pad)


@mistake(
    "im2col",
    replaces="im2col",
    en="How far apart do neighbouring windows stand?",
    zh="相邻的两个窗口相隔多远？",
)
def im2col_ignores_stride(x, kh, kw, stride=1, pad=0):
    return right.im2col(x, kh, kw, 1, pad)


@mistake(
    "im2col",
    replaces="im2col",
    en="The windows at the edge: what do they see outside the image?",
    zh="边上的窗口在图像外面看到的是什么？",
)
def im2col_ignores_padding(x, kh, kw, stride=1, pad=0):
    return right.im2col(x, kh, kw, stride, 0)


@mistake(
    "im2col",
    replaces="im2col",
    en="The kernel looks at all channels at one place: does one row hold all of them?",
    zh="卷积核在一个位置上要看所有通道：一行里包含了所有通道吗？",
)
def im2col_gives_each_channel_its_row(x, kh, kw, stride=1, pad=0):
    return right.im2col(x, kh, kw, stride, pad).reshape(-1, kh * kw)


# K6  maxpool2d


@mistake(
    "maxpool2d",
    replaces="maxpool2d_forward",
    en="All pixels of a window are negative: may the padding win?",
    zh="窗口里的像素全是负数时，补的零可以取胜吗？",
    group="padding_beats_negative_pixels",
)
def padding_beats_negative_pixels_forward(x, k, stride, pad=0):
    out, cache = right.maxpool2d_forward(right.pad2d(x, pad), k, stride, 0)
    return out, (cache, pad)


@mistake("maxpool2d", replaces="maxpool2d_backward", group="padding_beats_negative_pixels")
def padding_beats_negative_pixels_backward(dout, cache):
    return right.pad2d_backward(right.maxpool2d_backward(dout, cache[0]), cache[1])


@mistake(
    "maxpool2d",
    replaces="maxpool2d_forward",
    en="Windows need not touch: where does your second window begin when the stride is not k?",
    zh="窗口不一定首尾相接：步幅不等于 k 时，第二个窗口从哪里开始？",
)
def pools_with_stride_k(x, k, stride, pad=0):
    return right.maxpool2d_forward(x, k, k, pad)


@mistake(
    "maxpool2d",
    replaces="maxpool2d_forward",
    en="A window that hangs over the edge: is it part of the output?",
    zh="伸出边界的窗口算在输出里吗？",
)
def pools_over_the_edge(x, k, stride, pad=0):
    more = [-(n + 2 * pad - k) % stride for n in x.shape[2:]]
    frame = ((0, 0), (0, 0), (pad, pad + more[0]), (pad, pad + more[1]))
    xp = np.pad(x, frame, constant_values=-np.inf)
    return right.maxpool2d_forward(xp, k, stride)


@mistake(
    "maxpool2d",
    replaces="maxpool2d_forward",
    en="Does each channel have a winner of its own?",
    zh="每个通道各自有自己的最大值吗？",
)
def pools_over_channels_too(x, k, stride, pad=0):
    strongest = np.broadcast_to(x.max(axis=1, keepdims=True), x.shape)
    return right.maxpool2d_forward(strongest, k, stride, pad)


@mistake(
    "maxpool2d",
    replaces="maxpool2d_forward",
    en="Largest, or largest in absolute value: which pixel represents a window?",
    zh="取最大的，还是取绝对值最大的？",
)
def pools_absolute_values(x, k, stride, pad=0):
    return right.maxpool2d_forward(np.abs(x), k, stride, pad)[0], right.maxpool2d_forward(x, k, stride, pad)[1]


@mistake(
    "maxpool2d",
    replaces="maxpool2d_forward",
    en="Is it the largest pixel or the mean that represents a window?",
    zh="代表一个窗口的是最大值还是平均值？",
)
def pools_the_mean(x, k, stride, pad=0):
    return right.avgpool2d_forward(x, k, stride, pad)[0], right.maxpool2d_forward(x, k, stride, pad)[1]


@mistake(
    "maxpool2d",
    replaces="maxpool2d_forward",
    en="Two pixels share the maximum: how much gradient leaves the window in all?",
    zh="两个像素并列最大：这个窗口流出的梯度总共是多少？",
    group="every_tie_gets_the_whole_gradient",
)
def every_tie_gets_the_whole_gradient_forward(x, k, stride, pad=0):
    out, _ = right.maxpool2d_forward(x, k, stride, pad)
    return out, (x, out, k, stride, pad)


@mistake("maxpool2d", replaces="maxpool2d_backward", group="every_tie_gets_the_whole_gradient")
def every_tie_gets_the_whole_gradient_backward(dout, cache):
    x, out, k, stride, pad = cache
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=-np.inf)
    dxp = np.zeros(xp.shape)
    for offset in range(k * k):
        i, j = divmod(offset, k)
        pixels = at_offset(xp, i, j, stride, *dout.shape[2:])
        dpixels = at_offset(dxp, i, j, stride, *dout.shape[2:])
        dpixels += dout * (pixels == out)
    return right.pad2d_backward(dxp, pad)


@mistake(
    "maxpool2d",
    replaces="maxpool2d_backward",
    en="One pixel wins in several windows: what becomes of the gradient of all but the last?",
    zh="一个像素在几个窗口里都取胜：除了最后一个，其余窗口的梯度去哪里了？",
)
def overwrites_where_pools_overlap(dout, cache):
    (N, C, H, W), winner, k, stride, pad = cache
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    n, c, h, v = np.indices(dout.shape)
    dxp[n, c, h * stride + winner // k, v * stride + winner % k] = dout
    return right.pad2d_backward(dxp, pad)


@mistake(
    "maxpool2d",
    replaces="maxpool2d_backward",
    en="A number o = 0 … k·k − 1 inside a window: which row and which column is that?",
    zh="窗口里的序号 o = 0 … k·k − 1 对应第几行第几列？",
)
def winner_row_and_column_swapped(dout, cache):
    shape, winner, k, stride, pad = cache
    return right.maxpool2d_backward(dout, (shape, winner % k * k + winner // k, k, stride, pad))


@mistake(
    "maxpool2d",
    replaces="maxpool2d_backward",
    en="argmax counts from the corner of the window: where in the image is that corner?",
    zh="argmax 从窗口的角上数起：这个角在整幅图的什么位置？",
)
def winner_counted_from_the_corner_of_the_image(dout, cache):
    (N, C, H, W), winner, k, _, pad = cache
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    n, c, _, _ = np.indices(dout.shape)
    np.add.at(dxp, (n, c, winner // k, winner % k), dout)
    return right.pad2d_backward(dxp, pad)


@mistake(
    "maxpool2d",
    replaces="maxpool2d_backward",
    en="Would the output change if a pixel that is not the largest grew a little?",
    zh="不是最大的那些像素稍微变大一点，输出会变吗？",
)
def gradient_to_the_whole_window(dout, cache):
    shape, _, k, stride, pad = cache
    return right.avgpool2d_backward(dout * k * k, (shape, k, stride, pad))


@mistake(
    "maxpool2d",
    replaces="maxpool2d_backward",
    en="This is how the gradient of a mean is spread: is the maximum a mean?",
    zh="这是平均值的梯度分配方式：最大值是平均值吗？",
)
def gradient_as_for_a_mean(dout, cache):
    shape, _, k, stride, pad = cache
    return right.avgpool2d_backward(dout, (shape, k, stride, pad))


@mistake(
    "maxpool2d",
    replaces="maxpool2d_backward",
    en="The winner is marked: and what does it receive?",
    zh="最大值的位置标出来了：它该得到多少梯度？",
)
def gradient_is_a_mask(dout, cache):
    return right.maxpool2d_backward(np.ones(dout.shape), cache)


@mistake(
    "maxpool2d",
    replaces="maxpool2d_backward",
    en="dx comes out larger than x: to which pixels do the outermost values belong?",
    zh="dx 比 x 大了一圈：最外面的值属于哪些像素？",
)
def pool_gradient_keeps_the_padding(dout, cache):
    (N, C, H, W), winner, k, stride, pad = cache
    return right.maxpool2d_backward(dout, ((N, C, H + 2 * pad, W + 2 * pad), winner, k, stride, 0))


# K7  avgpool2d


@mistake(
    "avgpool2d",
    replaces="avgpool2d_forward",
    en="What does the docstring say of the edge: does the padding count in the divisor?",
    zh="看看文档字符串：在边上，除数里算不算补的零？",
)
def divides_by_pixels_inside(x, k, stride, pad=0):
    out, cache = right.avgpool2d_forward(x, k, stride, pad)
    inside, _ = right.avgpool2d_forward(np.ones(x.shape), k, stride, pad)
    return out / inside, cache


@mistake(
    "avgpool2d",
    replaces="avgpool2d_forward",
    en="How many pixels are there in a window?",
    zh="一个窗口里有几个像素？",
)
def divides_by_side(x, k, stride, pad=0):
    out, cache = right.avgpool2d_forward(x, k, stride, pad)
    return out * k, cache


@mistake(
    "avgpool2d",
    replaces="avgpool2d_forward",
    en="Sum or mean?",
    zh="是求和还是取平均？",
)
def sums_without_dividing(x, k, stride, pad=0):
    out, cache = right.avgpool2d_forward(x, k, stride, pad)
    return out * k**2, cache


@mistake(
    "avgpool2d",
    replaces="avgpool2d_forward",
    en="Where does your second window begin when the stride is not k?",
    zh="步幅不等于 k 时，第二个窗口从哪里开始？",
)
def averages_with_stride_k(x, k, stride, pad=0):
    return right.avgpool2d_forward(x, k, k, pad)


@mistake(
    "avgpool2d",
    replaces="avgpool2d_backward",
    en="If one pixel grows by 1, by how much does the mean grow?",
    zh="一个像素增加 1，平均值增加多少？",
)
def mean_gradient_not_divided(dout, cache):
    return right.avgpool2d_backward(dout, cache) * cache[1] ** 2


@mistake(
    "avgpool2d",
    replaces="avgpool2d_backward",
    en="How many pixels share the gradient of a window: k, or more?",
    zh="一个窗口的梯度由多少个像素分享：k 个，还是更多？",
)
def mean_gradient_divided_by_side(dout, cache):
    return right.avgpool2d_backward(dout, cache) * cache[1]


@mistake(
    "avgpool2d",
    replaces="avgpool2d_backward",
    en="The forward pass divides by k·k even at the edge: does the backward pass divide by the same number?",
    zh="前向在边上也除以 k·k：反向除的是同一个数吗？",
)
def mean_gradient_divided_by_pixels_inside(dout, cache):
    shape, k, stride, pad = cache
    inside, _ = right.avgpool2d_forward(np.ones(shape), k, stride, pad)
    return right.avgpool2d_backward(dout / inside, cache)


@mistake(
    "avgpool2d",
    replaces="avgpool2d_backward",
    en="A pixel stands in several windows: do their gradients add up?",
    zh="一个像素属于好几个窗口：这些窗口的梯度相加了吗？",
)
def mean_gradient_overwrites(dout, cache):
    (N, C, H, W), k, stride, pad = cache
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for h in range(dout.shape[2]):
        for v in range(dout.shape[3]):
            share = dout[:, :, h, v, None, None] / k**2
            dxp[:, :, h * stride : h * stride + k, v * stride : v * stride + k] = share
    return right.pad2d_backward(dxp, pad)


@mistake(
    "avgpool2d",
    replaces="avgpool2d_backward",
    en="A mean has k·k parts: which of them get a gradient?",
    zh="平均值由 k·k 个像素组成：哪些像素得到梯度？",
)
def mean_gradient_to_one_corner(dout, cache):
    (N, C, H, W), k, stride, pad = cache
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    dxp[:, :, : stride * dout.shape[2] : stride, : stride * dout.shape[3] : stride] = dout / k**2
    return right.pad2d_backward(dxp, pad)


@mistake(
    "avgpool2d",
    replaces="avgpool2d_backward",
    en="dx comes out larger than x: to which pixels do the outermost values belong?",
    zh="dx 比 x 大了一圈：最外面的值属于哪些像素？",
)
def mean_gradient_keeps_the_padding(dout, cache):
    (N, C, H, W), k, stride, pad = cache
    return right.avgpool2d_backward(dout, ((N, C, H + 2 * pad, W + 2 * pad), k, stride, 0))


@mistake(
    "avgpool2d",
    replaces="global_avg_pool_forward",
    en="How many axes does the vector of an example's channels have?",
    zh="输出应该有几个轴？",
)
def global_mean_keeps_axes_of_length_one(x):
    return x.mean(axis=(2, 3), keepdims=True), x.shape


@mistake(
    "avgpool2d",
    replaces="global_avg_pool_forward",
    en="Does each channel keep its own mean?",
    zh="每个通道保留自己的平均值吗？",
)
def global_mean_over_channels_too(x):
    return np.broadcast_to(x.mean(axis=(1, 2, 3))[:, None], x.shape[:2]).copy(), x.shape


@mistake(
    "avgpool2d",
    replaces="global_avg_pool_forward",
    en="Mean or maximum?",
    zh="取的是平均值还是最大值？",
)
def global_maximum(x):
    return x.max(axis=(2, 3)), x.shape


@mistake(
    "avgpool2d",
    replaces="global_avg_pool_forward",
    en="Sum or mean over the image?",
    zh="在整幅图上是求和还是取平均？",
)
def global_sum(x):
    return x.sum(axis=(2, 3)), x.shape


@mistake(
    "avgpool2d",
    replaces="global_avg_pool_backward",
    en="If one pixel grows by 1, by how much does the mean of its channel grow?",
    zh="一个像素增加 1，这个通道的平均值增加多少？",
)
def global_gradient_not_divided(dout, cache):
    H, W = cache[2:]
    return right.global_avg_pool_backward(dout * H * W, cache)


@mistake(
    "avgpool2d",
    replaces="global_avg_pool_backward",
    en="How many pixels share the gradient of a channel: those of a column, or all?",
    zh="一个通道的梯度由多少个像素分享：一列，还是整幅图？",
)
def global_gradient_divided_by_height(dout, cache):
    return right.global_avg_pool_backward(dout * cache[3], cache)


@mistake(
    "avgpool2d",
    replaces="global_avg_pool_backward",
    en="Are the channels or the examples part of the mean?",
    zh="通道或样本也参与了平均吗？",
)
def global_gradient_divided_by_channels_too(dout, cache):
    return right.global_avg_pool_backward(dout / cache[1], cache)


# K8  digits_cnn


class _Digits(nn.Module):
    """The right network with its steps apart, for a mistake to replace one."""

    bias, read_bias, padding = True, True, 1

    def __init__(self, side=8, channels=1, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 16, 3, padding=self.padding, bias=self.bias)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=self.padding, bias=self.bias)
        self.read = nn.Linear(32 * self.places(side), classes, bias=self.read_bias)

    def places(self, side):
        return (side // 4) ** 2

    def first(self, x):
        return self.pooled(self.conv1(x).relu())

    def second(self, x):
        return self.pooled(self.conv2(x).relu())

    def pooled(self, x):
        return nn.functional.max_pool2d(x, 2)

    def flat(self, x):
        return x.flatten(1)

    def forward(self, x):
        return self.read(self.flat(self.second(self.first(x))))


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="For which side of the images is your linear layer made?",
    zh="你的线性层是为多大的图像设计的？",
)
class DigitsForMNIST(_Digits):
    def places(self, side):
        return 7 * 7


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="What becomes of your linear layer when the images have another side?",
    zh="图像换了边长，你的线性层还合适吗？",
)
class DigitsOfEightOnly(_Digits):
    def places(self, side):
        return 2 * 2


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Does your first convolution know how many channels the images have?",
    zh="第一个卷积层知道图像有几个通道吗？",
)
class DigitsOfOneChannelOnly(_Digits):
    def __init__(self, side=8, channels=1, classes=10):
        super().__init__(side, 1, classes)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Where does the number of classes come in?",
    zh="类别数用在哪里了？",
)
class DigitsOfTenClassesOnly(_Digits):
    def __init__(self, side=8, channels=1, classes=10):
        super().__init__(side, channels, 10)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Which of the layers have biases?",
    zh="哪些层有偏置？",
)
class DigitsWithoutBiases(_Digits):
    bias = False


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Has the linear layer all that it should learn?",
    zh="线性层该学的参数都在吗？",
)
class DigitsReadWithoutBias(_Digits):
    read_bias = False


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="What size is the image after your first convolution?",
    zh="经过第一个卷积层，图像变成多大？",
)
class DigitsWithoutPadding(_Digits):
    padding = 0

    def places(self, side):
        return (((side - 2) // 2 - 2) // 2) ** 2


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="How many linear layers are there?",
    zh="一共有几个线性层？",
)
class DigitsWithAnotherLinearLayer(_Digits):
    def __init__(self, side=8, channels=1, classes=10):
        super().__init__(side, channels, classes)
        self.hidden = nn.Linear(32 * self.places(side), 64)
        self.read = nn.Linear(64, classes)

    def flat(self, x):
        return self.hidden(x.flatten(1)).relu()


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Are these logits, or probabilities already?",
    zh="这是 logits，还是已经变成概率了？",
)
class DigitsWithSoftmax(_Digits):
    def forward(self, x):
        return super().forward(x).softmax(-1)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Does something come after the linear layer that the loss does anyway?",
    zh="线性层之后，是不是多做了损失函数里已有的一步？",
)
class DigitsWithLogSoftmax(_Digits):
    def forward(self, x):
        return super().forward(x).log_softmax(-1)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="May a logit be negative?",
    zh="logits 可以是负数吗？",
)
class DigitsWithReluAtTheEnd(_Digits):
    def forward(self, x):
        return super().forward(x).relu()


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="What stands between the first convolution and the second?",
    zh="两个卷积层之间有哪些运算？",
)
class DigitsWithoutTheFirstRelu(_Digits):
    def first(self, x):
        return self.pooled(self.conv1(x))


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="What stands between the second convolution and the linear layer?",
    zh="第二个卷积层和线性层之间有哪些运算？",
)
class DigitsWithoutTheSecondRelu(_Digits):
    def second(self, x):
        return self.pooled(self.conv2(x))


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Which of the pixels of a window is kept?",
    zh="每个窗口里留下的是哪个值？",
)
class DigitsWithAveragePooling(_Digits):
    def pooled(self, x):
        return nn.functional.avg_pool2d(x, 2)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Which pixel of a window does a step of two keep: the largest?",
    zh="每隔一个取一个像素，留下的一定是窗口里最大的吗？",
)
class DigitsByStrides(_Digits):
    def pooled(self, x):
        return x[:, :, 0 : x.shape[2] // 2 * 2 : 2, 0 : x.shape[3] // 2 * 2 : 2]


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="In which order do channels, rows and columns come in your row of features?",
    zh="展平之后，通道、行、列的先后次序是怎样的？",
)
class DigitsFlattenedRowsFirst(_Digits):
    def flat(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Does an image's score depend on the other images of its batch?",
    zh="一幅图像的得分会受同一批里其他图像的影响吗？",
)
class DigitsCentredOnTheBatch(_Digits):
    def flat(self, x):
        return (x - x.mean(dim=0)).flatten(1)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Can the gradient find its way back to the convolutions?",
    zh="梯度能一路传回卷积层吗？",
)
class DigitsDetached(_Digits):
    def flat(self, x):
        return x.detach().flatten(1)


@mistake(
    "digits_cnn",
    replaces="DigitsCNN",
    en="Is the first axis still the batch after your flatten?",
    zh="展平之后，第一个轴还是批吗？",
)
class DigitsWithoutTheBatch(_Digits):
    def flat(self, x):
        return x.flatten()


@mistake(
    "digits_cnn",
    replaces="count_params",
    en="Do you count tensors, or the values in them?",
    zh="数的是张量的个数，还是张量里的数？",
)
def count_params_of_tensors(module):
    return len([parameter for parameter in module.parameters() if parameter.requires_grad])


@mistake(
    "digits_cnn",
    replaces="count_params",
    en="Are biases learned as well?",
    zh="偏置也是学出来的吗？",
)
def count_params_without_biases(module):
    return sum(p.numel() for p in module.parameters() if p.requires_grad and p.ndim > 1)


@mistake(
    "digits_cnn",
    replaces="count_params",
    en="Is a parameter learned when it is frozen?",
    zh="冻结的参数还会学吗？",
)
def count_params_with_the_frozen(module):
    return sum(p.numel() for p in module.parameters())


@mistake(
    "digits_cnn",
    replaces="count_params",
    en="How many values are in a tensor of shape (16, 1, 3, 3): as many as its first axis is long?",
    zh="形状为 (16, 1, 3, 3) 的张量里有多少个数，等于第一个轴的长度吗？",
)
def count_params_by_length(module):
    return sum(len(p) for p in module.parameters() if p.requires_grad)


@mistake(
    "digits_cnn",
    replaces="count_params",
    en="Of which network did you count the parameters?",
    zh="你数的是哪个网络的参数？",
)
def count_params_by_heart(module):
    return 6090


# K9  spatial_transformer


def _centres(side, like):
    return (2 * torch.arange(side).to(like) + 1) / side - 1


def _grid(theta, x, y):
    """The right grid for given columns x and rows y."""
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    return torch.einsum("nab,hwb->nhwa", theta, torch.stack([columns, rows, torch.ones_like(rows)], dim=-1))


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="Which comes first in a point of the grid, x or y? And which of them counts columns?",
    zh="网格的每个点里，先 x 还是先 y？哪一个对应列？",
)
def affine_grid_of_y_and_x(theta, H, W):
    return right.affine_grid(theta, H, W).flip(-1)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="The map gets x first: which of your two axes is that?",
    zh="变换先取 x：你先给的是哪个轴？",
)
def affine_grid_of_rows_as_x(theta, H, W):
    rows, columns = torch.meshgrid(_centres(H, theta), _centres(W, theta), indexing="ij")
    return torch.einsum("nab,hwb->nhwa", theta, torch.stack([rows, columns, torch.ones_like(rows)], dim=-1))


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="What lies at -1: the centre of the first pixel, or its edge?",
    zh="坐标 -1 处是第一个像素的中心，还是它的边缘？",
)
def affine_grid_with_corners_aligned(theta, H, W):
    return nn.functional.affine_grid(theta, (len(theta), 1, H, W), align_corners=True)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="Where does the first pixel begin, and where is its centre?",
    zh="第一个像素从哪里开始，中心又在哪里？",
)
def affine_grid_of_left_edges(theta, H, W):
    return _grid(theta, _centres(W, theta) - 1 / W, _centres(H, theta) - 1 / H)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="From where to where does an image reach, from 0 to 1?",
    zh="图像的坐标范围是从 0 到 1 吗？",
)
def affine_grid_from_zero_to_one(theta, H, W):
    return _grid(theta, (_centres(W, theta) + 1) / 2, (_centres(H, theta) + 1) / 2)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="Does theta expect pixels, or coordinates from -1 to 1?",
    zh="theta 作用的是像素下标，还是 -1 到 1 的坐标？",
)
def affine_grid_of_pixels(theta, H, W):
    return _grid(theta, torch.arange(W).to(theta), torch.arange(H).to(theta))


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="What does the third column of theta do?",
    zh="theta 的第三列起什么作用？",
)
def affine_grid_without_shift(theta, H, W):
    return right.affine_grid(theta * torch.tensor([1, 1, 0]).to(theta), H, W)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="Is it theta that meets (x, y), or its transpose?",
    zh="与 (x, y) 相乘的是 theta，还是它的转置？",
)
def affine_grid_transposed(theta, H, W):
    return right.affine_grid(torch.cat([theta[..., :2].mT, theta[..., 2:]], dim=-1), H, W)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="Does every image get its own map?",
    zh="每幅图像用的是自己的变换吗？",
)
def affine_grid_of_the_first_map(theta, H, W):
    return right.affine_grid(theta[:1].expand(len(theta), 2, 3), H, W)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="Which axis should hold x and y?",
    zh="x 和 y 应该放在哪个轴上？",
)
def affine_grid_coordinates_first(theta, H, W):
    return right.affine_grid(theta, H, W).permute(0, 3, 1, 2)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="Can theta learn anything from your grid?",
    zh="theta 还能从你的网格那里学到东西吗？",
)
def affine_grid_detached(theta, H, W):
    return right.affine_grid(theta.detach(), H, W)


@mistake(
    "spatial_transformer",
    replaces="affine_grid",
    en="How many rows and how many columns has the output?",
    zh="输出有几行几列？",
)
def affine_grid_with_sides_swapped(theta, H, W):
    return right.affine_grid(theta, W, H)


def _sampled(img, x, y, weigh=lambda d: 1 - d.abs(), floor=torch.floor, outside="zeros"):
    """Right sampling at columns x and rows y in pixels, with a step replaced."""
    N, _, H, W = img.shape
    images, out = torch.arange(N)[:, None, None], 0.0
    for row in (floor(y), floor(y) + 1):
        for column in (floor(x), floor(x) + 1):
            weight = weigh(y - row) * weigh(x - column)
            if outside == "zeros":
                weight = weight * ((row >= 0) & (row < H) & (column >= 0) & (column < W))
            i, j = row.long(), column.long()
            i, j = (i % H, j % W) if outside == "wraps" else (i.clamp(0, H - 1), j.clamp(0, W - 1))
            out = out + weight[..., None] * img[images, :, i, j]
    return out.permute(0, 3, 1, 2)


def _pixels(img, grid):
    H, W = img.shape[2:]
    return ((grid[..., 0] + 1) * W - 1) / 2, ((grid[..., 1] + 1) * H - 1) / 2


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="Which comes first in a point of the grid, x or y? And which of them counts columns?",
    zh="网格的每个点里，先 x 还是先 y？哪一个对应列？",
)
def bilinear_sample_at_y_and_x(img, grid):
    return right.bilinear_sample(img, grid.flip(-1))


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="What lies at -1: the centre of the first pixel, or its edge?",
    zh="坐标 -1 处是第一个像素的中心，还是它的边缘？",
)
def bilinear_sample_with_corners_aligned(img, grid):
    H, W = img.shape[2:]
    return _sampled(img, (grid[..., 0] + 1) / 2 * (W - 1), (grid[..., 1] + 1) / 2 * (H - 1))


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="How far is the first pixel's centre from the edge of the image?",
    zh="第一个像素的中心离图像边缘多远？",
)
def bilinear_sample_without_the_half(img, grid):
    x, y = _pixels(img, grid)
    return _sampled(img, x + 0.5, y + 0.5)


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="Which side of the image goes with x, and which with y?",
    zh="x 对应图像的哪条边，y 对应哪条边？",
)
def bilinear_sample_with_sides_swapped(img, grid):
    H, W = img.shape[2:]
    return _sampled(img, ((grid[..., 0] + 1) * H - 1) / 2, ((grid[..., 1] + 1) * W - 1) / 2)


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="What stands outside the image: its outer pixels once more?",
    zh="图像外面是什么，是边上的像素再重复一遍吗？",
)
def bilinear_sample_clamped(img, grid):
    return _sampled(img, *_pixels(img, grid), outside="repeats")


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="What does index -1 read, and what stands to the left of the image?",
    zh="下标 -1 读到的是什么？图像左边又该是什么？",
)
def bilinear_sample_wrapped(img, grid):
    return _sampled(img, *_pixels(img, grid), outside="wraps")


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="How many pixels have a say in a value?",
    zh="一个取样值由几个像素决定？",
)
def bilinear_sample_of_the_nearest(img, grid):
    return nn.functional.grid_sample(img, grid, mode="nearest", align_corners=False)


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="Which of two neighbours weighs more, the nearer or the farther one?",
    zh="相邻的两个像素，近的权重大还是远的权重大？",
)
def bilinear_sample_with_weights_swapped(img, grid):
    return _sampled(img, *_pixels(img, grid), weigh=lambda d: d.abs())


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="What is the whole number below -0.3, and what does long() make of it?",
    zh="-0.3 向下取整是多少？long() 得到的又是多少？",
)
def bilinear_sample_truncated(img, grid):
    return _sampled(img, *_pixels(img, grid), floor=torch.trunc)


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="Between the last pixel's centre and the first zero, is the value 0 at once?",
    zh="从最边上的像素中心到图外第一个零之间，值是立刻变成 0 的吗？",
)
def bilinear_sample_zero_at_once(img, grid):
    H, W = img.shape[2:]
    x, y = _pixels(img, grid)
    inside = (x >= 0) & (x <= W - 1) & (y >= 0) & (y <= H - 1)  # (N, H', W')
    return right.bilinear_sample(img, grid) * inside[:, None]


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="When a place moves by a little, does your value know?",
    zh="取样的坐标动一点点，你的结果会跟着变吗？",
)
def bilinear_sample_with_detached_places(img, grid):
    return right.bilinear_sample(img, grid.detach())


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="Is each image read at its own points?",
    zh="每幅图像是在自己的坐标处取样的吗？",
)
def bilinear_sample_at_the_first_points(img, grid):
    return right.bilinear_sample(img, grid[:1].expand_as(grid))


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="Is every channel read?",
    zh="每个通道都取样了吗？",
)
def bilinear_sample_of_the_first_channel(img, grid):
    return right.bilinear_sample(img[:, :1].expand_as(img), grid)


@mistake(
    "spatial_transformer",
    replaces="bilinear_sample",
    en="Where should the channels stand in the output?",
    zh="输出里，通道应该放在哪个轴上？",
)
def bilinear_sample_with_channels_last(img, grid):
    return right.bilinear_sample(img, grid).permute(0, 2, 3, 1)


# K10  train_cnn


def _trained(X, y, epochs, seed, net=None, lr=0.01, loss=nn.functional.cross_entropy, labels=lambda y: y):
    """Right training with a step replaced."""
    draw, net = torch.Generator(X.device).manual_seed(seed), net or right.DigitsCNN()
    for parameter in net.parameters():
        parameter.data.normal_(std=0.1, generator=draw)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for _ in range(epochs):
        for batch in torch.randperm(len(X), generator=draw, device=X.device).split(64):
            optimizer.zero_grad()
            loss(net(X[batch]), labels(y)[batch]).backward()
            optimizer.step()
    return net


@mistake(
    "train_cnn",
    en="In which mode does your network answer: in that of training?",
    zh="你的网络回答问题时，还在训练模式吗？",
)
def train_cnn_without_eval(X, y, epochs, seed):
    return _trained(X, y, epochs, seed, nn.Sequential(nn.BatchNorm2d(1, affine=False), right.DigitsCNN()))


@mistake(
    "train_cnn",
    en="What is left of an axis of length 1 after squeeze() when the batch has one image?",
    zh="一批只有一幅图像时，squeeze() 之后还剩下几个轴？",
)
def train_cnn_that_squeezes(X, y, epochs, seed):
    net = _trained(X, y, epochs, seed)
    return lambda x: net(x).squeeze()


@mistake(
    "train_cnn",
    en="How many axes have the images that your model is asked about?",
    zh="别人问你的模型时，给的图像有几个轴？",
)
def train_cnn_of_images_without_channel(X, y, epochs, seed):
    net = _trained(X, y, epochs, seed)
    return lambda x: net(x[:, None])


@mistake(
    "train_cnn",
    en="Is your model any different after training from before?",
    zh="训练之后的模型和训练之前有区别吗？",
)
def train_cnn_without_steps(X, y, epochs, seed):
    return _trained(X, y, 0, seed)


@mistake(
    "train_cnn",
    en="Which way does your loss go from step to step?",
    zh="损失一步步是在变大还是变小？",
)
def train_cnn_uphill(X, y, epochs, seed):
    return _trained(X, y, 1, seed, loss=lambda z, y: -nn.functional.cross_entropy(z, y))


@mistake(
    "train_cnn",
    en="When you shuffle the images, do the labels go along?",
    zh="打乱图像时，标签也跟着打乱了吗？",
)
def train_cnn_with_labels_left_behind(X, y, epochs, seed):
    return _trained(X, y, 2, seed, labels=lambda y: y.roll(1))


@mistake(
    "train_cnn",
    en="How many of the examples does one epoch go through?",
    zh="一轮训练要走过多少个样本？",
)
def train_cnn_of_one_batch(X, y, epochs, seed):
    return _trained(X[:64], y[:64], epochs, seed)


@mistake(
    "train_cnn",
    en="Does your model hand out one number for each class, or the class itself?",
    zh="你的模型给出的是每一类的分数，还是类别本身？",
)
def train_cnn_that_gives_the_class(X, y, epochs, seed):
    net = _trained(X, y, epochs, seed)
    return lambda x: net(x).argmax(-1)


@mistake(
    "train_cnn",
    en="Do the weights move at a rate with which they can arrive?",
    zh="按你的学习率，权重到得了该去的地方吗？",
)
def train_cnn_with_a_tiny_rate(X, y, epochs, seed):
    return _trained(X, y, epochs, seed, lr=1e-5)
