"""Convolution and pooling by hand, in NumPy; then whole networks in PyTorch.

Images are (N, C, H, W): examples, channels, rows, columns. Kernels are (F, C, KH, KW): one kernel for each output
channel. `stride` and `pad` are single whole numbers, the same for rows and columns. Padding is put on all four
sides. Windows that would hang over the edge are left out, so sizes are rounded down.
A cache is what a forward pass keeps for its backward pass; what is in it is nobody else's business.
From `DigitsCNN` on, arguments and results are PyTorch tensors, and autograd does the backward pass.
"""

import numpy as np
import torch
from torch import nn


# K1  Sizes, receptive fields, parameters


def conv_out_size(n, k, s=1, p=0, d=1):
    """Number of places at which a kernel fits along one side of an image.

    卷积（或汇聚）之后一条边的长度。

    n: int >= 1, pixels along that side, before padding.
    k: int >= 1, pixels along that side of the kernel.
    s: int >= 1, stride.
    p: int >= 0, zeros added at each end.
    d: int >= 1, dilation: distance between neighbouring kernel pixels (1 = they touch).
    Returns: int >= 1; windows that would hang over the edge are not counted.
    Raises: ValueError if the kernel does not fit into the padded side even once.
    Source: Ng, Convolutional Neural Networks, week 1; d2l 7.3 (zh 6.3); Lee 3.1.
    """
    raise NotImplementedError("conv_out_size")


def receptive_field(layers):
    """Side of the square of input pixels that one pixel of the last layer can see.

    最后一层的一个像素在输入上的感受野边长。

    layers: sequence of (kernel, stride) pairs of ints >= 1, first layer first; convolution and pooling alike.
    Returns: int >= 1; no layers: 1. Edges of the image are ignored.
    Source: Lee 3.1 ("receptive field"); Dumoulin and Visin, A guide to convolution arithmetic.
    """
    raise NotImplementedError("receptive_field")


def conv_params(cin, cout, kh, kw, bias=True):
    """Number of values that a convolutional layer learns.

    一个卷积层要学的参数个数。

    cin, cout: int >= 1, input and output channels.
    kh, kw: int >= 1, kernel rows and columns.
    bias: bool, whether each output channel has a bias.
    Returns: int >= 1. It does not depend on the size of the image: that is parameter sharing.
    Source: Lee 3.1 ("parameter sharing"); Ng, Convolutional Neural Networks, week 1.
    """
    raise NotImplementedError("conv_params")


# K2  Zero padding


def pad2d(x, p):
    """Images in a frame of zeros, p pixels wide on all four sides.

    在图像四周补一圈宽为 p 的零。

    x: float (N, C, H, W).
    p: int >= 0.
    Returns: float (N, C, H + 2p, W + 2p).
    Source: Ng, Convolutional Neural Networks, week 1; d2l 7.3 (zh 6.3).
    """
    raise NotImplementedError("pad2d")


def pad2d_backward(dout, p):
    """Gradient of pad2d with respect to x.

    pad2d 对 x 的梯度。

    dout: float (N, C, H + 2p, W + 2p), gradient with respect to pad2d's output.
    p: int >= 0, as in the forward pass.
    Returns: float (N, C, H, W).
    Source: chain rule.
    """
    raise NotImplementedError("pad2d_backward")


# K3, K4  Convolution


def conv2d_forward(x, w, b, stride=1, pad=0):
    """Convolution as deep learning means it (cross-correlation: the kernel is not flipped), with zero padding.

    卷积层的前向计算（互相关，卷积核不翻转），四周补零。

    x: float (N, C, H, W).
    w: float (F, C, KH, KW), one kernel for each output channel; KH and KW may differ.
    b: float (F,), one bias for each output channel.
    stride: int >= 1, for rows and columns.
    pad: int >= 0, zeros on each side.
    Returns: (out, cache); out: float (N, F, H', W') with H' = conv_out_size(H, KH, stride, pad), W' likewise;
        cache: whatever conv2d_backward wants.
    Source: Lee 3.1; Ng, Convolutional Neural Networks, week 1; d2l 7.2 to 7.4 (zh 6.2 to 6.4).
    """
    raise NotImplementedError("conv2d_forward")


def conv2d_backward(dout, cache):
    """Gradients of conv2d_forward with respect to x, w and b.

    卷积层的反向传播：对 x、w、b 的梯度。

    dout: float (N, F, H', W'), gradient with respect to out.
    cache: what conv2d_forward returned beside out.
    Returns: (dx, dw, db), float, each in the shape of its original: (N, C, H, W), (F, C, KH, KW), (F,).
        Sums over the batch, no mean: whoever takes a mean does so in the loss.
    Source: chain rule; Dumoulin and Visin, A guide to convolution arithmetic, chapter 4.
    """
    raise NotImplementedError("conv2d_backward")


# K5  Convolution as one matrix product


def im2col(x, kh, kw, stride=1, pad=0):
    """Every window of every image as one row of a matrix.

    把每个窗口拉成矩阵的一行。

    x: float (N, C, H, W).
    kh, kw: int >= 1, rows and columns of a window.
    stride: int >= 1.
    pad: int >= 0, zeros on each side.
    Returns: float (N·H'·W', C·kh·kw). Rows: images first, then down, then across (row n·H'·W' + h·W' + w is the window
        at row h, column w of image n). The order inside a row is free, the same for all rows.
    Source: Chellapilla et al., High Performance Convolutional Neural Networks for Document Processing (2006).
    """
    raise NotImplementedError("im2col")


def col2im(cols, x_shape, kh, kw, stride=1, pad=0):
    """Rows put back where im2col took them from; where windows overlap, values add up. (The gradient of im2col.)

    把每一行放回 im2col 取出它的位置，重叠处相加（im2col 的梯度）。

    cols: float (N·H'·W', C·kh·kw), columns in the order of your im2col.
    x_shape: (N, C, H, W), shape of the images.
    kh, kw, stride, pad: as in im2col.
    Returns: float (N, C, H, W); what falls on the padding is dropped.
    Source: adjoint of im2col: <im2col(x), c> = <x, col2im(c)> for all x and c.
    """
    raise NotImplementedError("col2im")


# K6  Max pooling


def maxpool2d_forward(x, k, stride, pad=0):
    """Largest value of each k by k window, channel by channel.

    最大汇聚：每个通道、每个 k×k 窗口取最大值。

    x: float (N, C, H, W), finite.
    k: int >= 1, side of the window.
    stride: int >= 1; may be smaller or larger than k.
    pad: int, 0 <= pad <= k // 2. Padding counts as minus infinity: it never wins.
    Returns: (out, cache); out: float (N, C, H', W') with H' = conv_out_size(H, k, stride, pad), W' likewise.
    Source: Lee 3.1 ("pooling"); d2l 7.5 (zh 6.5).
    """
    raise NotImplementedError("maxpool2d_forward")


def maxpool2d_backward(dout, cache):
    """Gradient of maxpool2d_forward with respect to x.

    最大汇聚的反向传播：梯度流回取得最大值的像素。

    dout: float (N, C, H', W'), gradient with respect to out.
    cache: what maxpool2d_forward returned beside out.
    Returns: float (N, C, H, W). Where several pixels of a window share the maximum, they may share its gradient in any
        way: to one of them alone, in equal parts, or in other non-negative parts that sum to the whole.
    Source: chain rule; a subgradient where the maximum is shared.
    """
    raise NotImplementedError("maxpool2d_backward")


# K7  Average pooling


def avgpool2d_forward(x, k, stride, pad=0):
    """Mean of each k by k window, channel by channel; zeros of the padding count as pixels.

    平均汇聚：每个通道、每个 k×k 窗口取平均，补的零也算像素。

    x: float (N, C, H, W).
    k: int >= 1, side of the window.
    stride: int >= 1.
    pad: int, 0 <= pad <= k // 2. The divisor is k·k in every window, at the edge as well.
    Returns: (out, cache); out: float (N, C, H', W') with H' = conv_out_size(H, k, stride, pad), W' likewise.
    Source: d2l 7.5 (zh 6.5).
    """
    raise NotImplementedError("avgpool2d_forward")


def avgpool2d_backward(dout, cache):
    """Gradient of avgpool2d_forward with respect to x.

    平均汇聚的反向传播。

    dout: float (N, C, H', W'), gradient with respect to out.
    cache: what avgpool2d_forward returned beside out.
    Returns: float (N, C, H, W).
    Source: chain rule.
    """
    raise NotImplementedError("avgpool2d_backward")


def global_avg_pool_forward(x):
    """Mean of each channel over the whole image: the step from feature maps to a vector for each example.

    全局平均汇聚：每个通道在整幅图上取平均。

    x: float (N, C, H, W).
    Returns: (out, cache); out: float (N, C), without axes of length 1.
    Source: Lin et al., Network in Network (2014), 3.2.
    """
    raise NotImplementedError("global_avg_pool_forward")


def global_avg_pool_backward(dout, cache):
    """Gradient of global_avg_pool_forward with respect to x.

    全局平均汇聚的反向传播。

    dout: float (N, C), gradient with respect to out.
    cache: what global_avg_pool_forward returned beside out.
    Returns: float (N, C, H, W).
    Source: chain rule.
    """
    raise NotImplementedError("global_avg_pool_backward")


# K8  A network for digits


class DigitsCNN(nn.Module):
    """A small network for images of digits: two convolutions, each with a max pooling, and a linear layer.

    识别手写数字的小网络：两层卷积，每层后面接最大汇聚，最后是一个线性层。

    In this order: convolution 3 by 3 to 16 channels, ReLU, max pooling 2 by 2; convolution 3 by 3 to 32 channels, ReLU,
    max pooling 2 by 2; all features of an image in one row, as `flatten` puts them (channels, then rows, then columns);
    linear layer to the classes. Both convolutions pad by 1, so that they keep the size; pooling has stride 2 and rounds
    down. Each convolution and the linear layer have biases, and there is nothing else to learn. Call the layers what
    you like: graders load their own weights by their shapes, which are those of nn.Conv2d and nn.Linear. No lazy
    layers: the weights are there before the first image is.

    side: int >= 4, rows and columns of the images.
    channels: int >= 1, channels of the images.
    classes: int >= 2.
    Source: LeCun et al. 1998 (LeNet); Lee 3.1; d2l 7.6 (zh 6.6).
    """

    def __init__(self, side=8, channels=1, classes=10):
        super().__init__()
        raise NotImplementedError("DigitsCNN.__init__")

    def forward(self, x):
        """One score for each class.

        x: float tensor (N, channels, side, side).
        Returns: float tensor (N, classes), logits: any number, no softmax.
        """
        raise NotImplementedError("DigitsCNN.forward")


def count_params(module):
    """Number of values that a module learns.

    一个模块要学的参数个数；冻结的参数不算。

    module: nn.Module.
    Returns: int >= 0; parameters that are frozen (requires_grad is False) do not count.
    Source: Ng, Convolutional Neural Networks, week 1.
    """
    raise NotImplementedError("count_params")


# K9  Spatial transformer


def affine_grid(theta, H, W):
    """Where each pixel of the output looks in the input: the centres of an H by W image, moved by an affine map.

    输出的每个像素到输入的哪里去取值：H×W 个像素中心经过仿射变换后的坐标。

    Convention: coordinates are (x, y), x to the right and y down. The image reaches from -1 to 1 in both: its edges lie
    there, not the centres of its outer pixels (align_corners=False). The centre of column j lies at (2j + 1)/W - 1,
    that of row i at (2i + 1)/H - 1. The map takes (x, y) to theta @ (x, y, 1).

    theta: float tensor (N, 2, 3), one map for each image.
    H, W: int >= 1, rows and columns of the output.
    Returns: float tensor (N, H, W, 2), coordinates (x, y) in the input; differentiable in theta.
    Source: Lee 3.2 (spatial transformer layer); Jaderberg et al. 2015, equation 1.
    """
    raise NotImplementedError("affine_grid")


def bilinear_sample(img, grid):
    """Images read at any points, by bilinear interpolation between the four nearest pixel centres.

    在任意坐标处读取图像：对最近的四个像素中心做双线性插值，图外的像素算作 0。

    Convention: coordinates as in `affine_grid`. All around the image there are zeros: between an outer pixel's centre
    and the centre of the first zero beyond it, values fade away.

    img: float tensor (N, C, H, W).
    grid: float tensor (N, H', W', 2), coordinates (x, y); any finite values.
    Returns: float tensor (N, C, H', W'); differentiable in img and grid.
    Source: Lee 3.2 (interpolation); Jaderberg et al. 2015, equation 5.
    """
    raise NotImplementedError("bilinear_sample")


# K10  Training


def train_cnn(X, y, epochs, seed):
    """A network that recognises handwritten digits, trained on examples.

    训练一个识别手写数字的卷积网络。

    X: float tensor (N, 1, 8, 8), images with pixels from 0 to 1.
    y: int64 tensor (N,), the digits, 0 to 9.
    epochs: int >= 1, how often you may go through the examples.
    seed: int, for whatever you draw at random.
    Returns: model, an nn.Module or a function, ready for use: model(x) gives logits, float tensor (n, 10), for x float
        tensor (n, 1, 8, 8), each image on its own and the same whenever it is asked. Graders ask it about new images,
        one by one too. A thousand images and ten epochs take at most 10 seconds.
    Source: Lee 3.1; d2l 7.6 (zh 6.6).
    """
    raise NotImplementedError("train_cnn")
