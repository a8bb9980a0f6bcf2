"""Convolutional networks by hand: the questions that are not shipped; other shapes, edges, everything at once."""

import numpy as np
import torch

from autograder.checks import (
    check_close,
    check_equal,
    check_raises,
    check_reaches,
    check_same,
    check_that,
    parts,
    then,
)
from autograder.questions import points

from .test_public import digit_images, distinct

# K1  conv_sizes


@points(1)
def test_conv_sizes_dilation(student, reference, rng):
    """a dilated kernel spans more pixels
    zh: 空洞卷积的核跨过更多像素"""
    for dilation, remainder in ((7, 1), (7, 2), (7, 3), (2, 0), (3, 0)):
        k, p, windows = int(rng.integers(3, 7)), int(rng.integers(12, 15)), int(rng.integers(16, 24))
        n = (windows - 1) * 4 + remainder + dilation * (k - 1) + 1 - 2 * p
        check_equal(student.conv_out_size(n, k, 4, p, dilation), reference.conv_out_size(n, k, 4, p, dilation))


@points(0.5)
def test_conv_sizes_kernel_that_does_not_fit(student):
    """a kernel larger than the padded image is an error; one as large as it fits once
    zh: 核比补零后的图还大就该报错；一样大时正好放得下一次"""
    check_raises(ValueError, student.conv_out_size, 4, 5)
    check_raises(ValueError, student.conv_out_size, 3, 6, 2, 1)
    check_raises(ValueError, student.conv_out_size, 4, 3, 1, 0, 2)
    check_equal(student.conv_out_size(5, 5), 1)
    check_equal(student.conv_out_size(3, 5, 2, 1), 1)
    check_equal(student.conv_out_size(5, 3, 2, 0, 2), 1)


@points(1)
def test_conv_sizes_deep_receptive_field(student, reference, rng):
    """the receptive field of many layers, of one, and of none
    zh: 许多层、一层、零层的感受野"""
    layers = [
        (int(k), int(s))
        for k, s in zip(rng.integers(2, 8, size=8), rng.permutation([1, 1, 2, 2, 2, 3, 3, 4]), strict=True)
    ]
    check_equal(student.receptive_field(layers), reference.receptive_field(layers))
    check_equal(student.receptive_field([(7, 2)]), 7)
    check_equal(student.receptive_field([]), 1)


# K2  pad2d


@points(1)
def test_pad2d_no_padding(student, reference, rng):
    """a frame of width 0 changes nothing, forward and backward
    zh: 宽为 0 的边框什么都不改变，前向反向都一样"""
    x = rng.normal(size=(2, 3, 4, 5))
    check_close(student.pad2d(x, 0), reference.pad2d(x, 0))
    check_close(student.pad2d_backward(x, 0), reference.pad2d_backward(x, 0))


@points(1)
def test_pad2d_shapes_and_layouts(student, reference, rng):
    """one image, one channel, one row; memory in another order; large values
    zh: 单幅、单通道、单行；内存顺序不同；数值很大"""
    for shape in ((1, 1, 1, 4), (1, 2, 3, 1), (3, 1, 2, 5)):
        x, dout = 1e6 * rng.normal(size=shape), 1e6 * rng.normal(size=(*shape[:2], shape[2] + 4, shape[3] + 4))
        check_close(student.pad2d(np.asfortranarray(x), 2), reference.pad2d(x, 2))
        check_close(student.pad2d_backward(np.asfortranarray(dout), 2), reference.pad2d_backward(dout, 2))


# K3  conv2d_forward


@points(3)
def test_conv2d_forward_everything(student, reference, rng):
    """stride, padding, a bias and windows that do not reach the edge, all at once
    zh: 步幅、补零、偏置、够不到边的窗口，全部同时出现"""
    for stride, pad, shape, kernel in (
        (1, 1, (2, 3, 4, 6), (2, 3)),
        (2, 1, (2, 3, 7, 10), (4, 2)),
        (3, 2, (3, 2, 8, 13), (3, 5)),
    ):
        x, w, b = rng.normal(size=shape), rng.normal(size=(4, shape[1], *kernel)), rng.normal(size=4)
        out, _ = parts(student.conv2d_forward(x, w, b, stride, pad), "out", "cache")
        check_close(out, reference.conv2d_forward(x, w, b, stride, pad)[0])


@points(1)
def test_conv2d_forward_edges(student, reference, rng):
    """a kernel of one pixel, a kernel as large as the image, one example, one channel
    zh: 1×1 的核、与图一样大的核、单个样本、单通道"""
    for image, kernel, pad in (
        ((3, 1, 4, 5), (2, 1, 1, 1), 0),
        ((1, 3, 4, 5), (2, 3, 4, 5), 0),
        ((1, 2, 1, 2), (3, 2, 3, 2), 1),
    ):
        x, w, b = rng.normal(size=image), rng.normal(size=kernel), rng.normal(size=kernel[0])
        out, _ = parts(student.conv2d_forward(x, w, b, 1, pad), "out", "cache")
        check_close(out, reference.conv2d_forward(x, w, b, 1, pad)[0])


@points(1)
def test_conv2d_forward_layouts_and_magnitudes(student, reference, rng):
    """memory in another order and values of very different size
    zh: 内存顺序不同、数值大小悬殊的输入"""
    x = rng.normal(size=(2, 3, 6, 7)) * np.array([1e-3, 1e4])[:, None, None, None]
    w, b = rng.normal(size=(3, 2, 3, 4)).transpose(3, 0, 1, 2), rng.normal(size=4)  # w: (4, 3, 2, 3)
    out, _ = parts(student.conv2d_forward(np.asfortranarray(x), w, b, 2, 1), "out", "cache")
    expected, _ = reference.conv2d_forward(x, w, b, 2, 1)
    check_close(then(out, lambda out: out[0]), expected[0])
    check_close(then(out, lambda out: out[1]), expected[1])


# K4  conv2d_backward


def one_step(oracle, x, w, b, stride, pad, dout):
    """The gradients of an oracle, through its own forward pass."""
    _, cache = parts(oracle.conv2d_forward(x, w, b, stride, pad), "out", "cache")
    return parts(oracle.conv2d_backward(dout, cache), "dx", "dw", "db")


@points(2)
def test_conv2d_backward_dx_everything(student, reference, rng):
    """dx with stride, padding, and pixels that no window sees
    zh: dx：步幅、补零，以及没有窗口看得见的像素"""
    for stride, pad, image, kernel in ((2, 1, (2, 3, 9, 8), (4, 3, 4, 3)), (3, 1, (3, 2, 7, 11), (4, 2, 4, 2))):
        x, w, b = rng.normal(size=image), rng.normal(size=kernel), rng.normal(size=4)
        dout = rng.normal(size=reference.conv2d_forward(x, w, b, stride, pad)[0].shape)
        dx, _, _ = one_step(student, x, w, b, stride, pad, dout)
        check_close(dx, one_step(reference, x, w, b, stride, pad, dout)[0])


@points(2)
def test_conv2d_backward_dw_everything(student, reference, rng):
    """dw with stride, padding, and windows that do not reach the edge
    zh: dw：步幅、补零，以及够不到边的窗口"""
    for stride, pad, image, kernel in ((2, 1, (2, 3, 9, 8), (4, 3, 4, 3)), (3, 1, (3, 2, 7, 11), (4, 2, 4, 2))):
        x, w, b = rng.normal(size=image), rng.normal(size=kernel), rng.normal(size=4)
        dout = rng.normal(size=reference.conv2d_forward(x, w, b, stride, pad)[0].shape)
        _, dw, _ = one_step(student, x, w, b, stride, pad, dout)
        check_close(dw, one_step(reference, x, w, b, stride, pad, dout)[1])


@points(1)
def test_conv2d_backward_edges(student, reference, rng):
    """a kernel of one pixel, a kernel as large as the image, one example
    zh: 1×1 的核、与图一样大的核、单个样本"""
    for image, kernel, pad in (
        ((3, 2, 4, 5), (4, 2, 1, 1), 0),
        ((1, 3, 4, 5), (2, 3, 4, 5), 0),
        ((1, 2, 3, 4), (4, 2, 5, 4), 1),
    ):
        x, w, b = rng.normal(size=image), rng.normal(size=kernel), rng.normal(size=kernel[0])
        dout = rng.normal(size=reference.conv2d_forward(x, w, b, 1, pad)[0].shape)
        dx, dw, db = one_step(student, x, w, b, 1, pad, dout)
        expected = one_step(reference, x, w, b, 1, pad, dout)
        check_close(dx, expected[0])
        check_close(dw, expected[1])
        check_close(db, expected[2])


@points(1)
def test_conv2d_backward_one_cache_two_gradients(student, reference, rng):
    """one cache serves twice, whatever the order of memory and the size of the gradient
    zh: 同一个 cache 用两次，结果与内存顺序、梯度大小无关"""
    x, w, b = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
    _, cache = parts(student.conv2d_forward(np.asfortranarray(x), w, b, 1, 1), "out", "cache")
    for scale in (1.0, 1e6):
        dout = scale * rng.normal(size=(2, 4, 6, 8))
        grads = student.conv2d_backward(np.asfortranarray(dout), cache)
        check_close(grads, tuple(one_step(reference, x, w, b, 1, 1, dout)))


# K5  im2col


def in_columns_of(cols, row, window, c):
    """c, whose columns follow the pixels of a window in order, put into the order of a student's columns.

    cols: float (windows, pixels); window: float (C, KH, KW), what that row must hold, all values different.
    """
    pixel_of_column = np.argsort(window, axis=None)[np.argsort(np.argsort(cols[row]))]
    return c[:, pixel_of_column]


@points(1.5)
def test_im2col_adjoint(student, reference, rng):
    """col2im is the adjoint of im2col: <im2col(x), c> = <x, col2im(c)>
    zh: col2im 是 im2col 的伴随：<im2col(x), c> = <x, col2im(c)>"""
    x = distinct(rng, (2, 3, 6, 9))
    c = rng.normal(size=(2 * 3 * 5, 3 * 4 * 2))  # (N·H'·W', C·kh·kw), pixels of a window in order; C, kh, kw differ
    inside = 1 * 5 + 1  # the window at row 1, column 1 of the first image lies on no padding
    yours = then(student.im2col(x, 4, 2, 2, 1), lambda cols: in_columns_of(cols, inside, x[0, :, 1:5, 1:3], c))
    check_close(student.col2im(yours, x.shape, 4, 2, 2, 1), reference.col2im(c, x.shape, 4, 2, 2, 1))


@points(1.5)
def test_im2col_convolution_with_padding(student, reference, rng):
    """with stride and padding, too, one product is the convolution
    zh: 有步幅和补零时，一次矩阵乘法仍是卷积"""
    x, w = distinct(rng, (2, 3, 6, 9)), distinct(rng, (4, 3, 3, 2))
    inside = 1 * 5 + 1
    out = then(
        student.im2col(x, 3, 2, 2, 1),
        lambda cols: cols @ in_columns_of(cols, inside, x[0, :, 1:4, 1:3], w.reshape(4, -1)).T,
    )
    expected, _ = reference.conv2d_forward(x, w, np.zeros(4), 2, 1)  # (N, F, H', W')
    check_close(out, expected.transpose(0, 2, 3, 1).reshape(-1, 4))


# K6  maxpool2d


@points(2)
def test_maxpool2d_padding_never_wins(student, reference, rng):
    """padding never wins, even where all pixels are negative
    zh: 即使像素全是负数，补上的边也不会取胜"""
    for k, stride, shape in ((3, 2, (2, 3, 5, 8)), (2, 2, (2, 3, 5, 7)), (5, 3, (2, 2, 9, 6))):
        x = distinct(rng, shape) - 1000
        pad = k // 2
        expected, reference_cache = reference.maxpool2d_forward(x, k, stride, pad)
        dout = rng.normal(size=expected.shape)
        out, cache = parts(student.maxpool2d_forward(x, k, stride, pad), "out", "cache")
        check_close(out, expected)
        check_close(student.maxpool2d_backward(dout, cache), reference.maxpool2d_backward(dout, reference_cache))


@points(1)
def test_maxpool2d_gaps_and_remainders(student, reference, rng):
    """pixels between the windows and behind the last one play no part
    zh: 窗口之间和末尾多出来的像素不起作用"""
    for k, stride, shape in ((2, 3, (2, 3, 9, 12)), (3, 2, (2, 3, 6, 10))):
        x = distinct(rng, shape)
        expected, reference_cache = reference.maxpool2d_forward(x, k, stride)
        dout = rng.normal(size=expected.shape)
        out, cache = parts(student.maxpool2d_forward(np.asfortranarray(x), k, stride), "out", "cache")
        check_close(out, expected)
        dx = student.maxpool2d_backward(np.asfortranarray(dout), cache)
        check_close(dx, reference.maxpool2d_backward(dout, reference_cache))


@points(0.5)
def test_maxpool2d_edges(student, reference, rng):
    """a window of one pixel, one as high as the image, one example, large values
    zh: 1×1 的窗口、与图一样高的窗口、单个样本、很大的数值"""
    for k, stride, shape in ((1, 2, (1, 2, 4, 7)), (3, 1, (1, 3, 3, 5)), (2, 2, (3, 1, 4, 6))):
        x = 1e8 * distinct(rng, shape)
        expected, reference_cache = reference.maxpool2d_forward(x, k, stride)
        dout = rng.normal(size=expected.shape)
        out, cache = parts(student.maxpool2d_forward(x, k, stride), "out", "cache")
        check_close(out, expected)
        check_close(student.maxpool2d_backward(dout, cache), reference.maxpool2d_backward(dout, reference_cache))


# K7  avgpool2d


@points(1.25)
def test_avgpool2d_padding_and_overlap(student, reference, rng):
    """zeros of the padding count, overlapping windows add up, leftovers get nothing
    zh: 补的零也算数，重叠的窗口相加，剩下的像素没有梯度"""
    for k, stride, pad, shape in ((3, 2, 1, (2, 3, 5, 8)), (3, 1, 0, (2, 3, 5, 6)), (2, 3, 1, (2, 3, 5, 9))):
        x = 2 + rng.normal(size=shape)
        expected, reference_cache = reference.avgpool2d_forward(x, k, stride, pad)
        dout = rng.normal(size=expected.shape)
        out, cache = parts(student.avgpool2d_forward(x, k, stride, pad), "out", "cache")
        check_close(out, expected)
        check_close(student.avgpool2d_backward(dout, cache), reference.avgpool2d_backward(dout, reference_cache))


@points(0.75)
def test_avgpool2d_edges(student, reference, rng):
    """one example, one channel, one pixel, memory in another order
    zh: 单个样本、单通道、单个像素、内存顺序不同"""
    for shape in ((1, 2, 3, 5), (3, 1, 1, 4), (2, 4, 1, 1)):
        x, dout = np.asfortranarray(1e4 * rng.normal(size=shape)), rng.normal(size=shape[:2])
        out, cache = parts(student.global_avg_pool_forward(x), "out", "cache")
        expected, reference_cache = reference.global_avg_pool_forward(x)
        check_close(out, expected)
        dx = student.global_avg_pool_backward(dout, cache)
        check_close(dx, reference.global_avg_pool_backward(dout, reference_cache))


# K8  digits_cnn


@points(0.5)
def test_digits_cnn_of_other_images(student, reference, tensors):
    """other sides, channels and classes: outputs and gradients agree
    zh: 换别的边长、通道数和类别数，输出与梯度也一致"""
    for sizes, N in (((13, 3, 4), 2), ((4, 2, 5), 1)):
        ours, x = tensors.drawn(reference.DigitsCNN(*sizes)), tensors.normal((N, sizes[1], sizes[0], sizes[0]))
        check_same(student.DigitsCNN(*sizes), ours, at=(x,), any_names=True)


@points(0.5)
def test_digits_cnn_structure(student, reference, tensors):
    """each image on its own
    zh: 每幅图像各算各的"""
    yours, ours = student.DigitsCNN(9, 3, 4), tensors.drawn(reference.DigitsCNN(9, 3, 4))
    x = tensors.normal((5, 3, 9, 9))
    check_same(yours, ours, at=(x,), any_names=True)
    out = ours(x)
    for each in (0, 3):
        check_close(yours(x[each : each + 1]), out[each : each + 1])


@points(0.5)
def test_digits_cnn_frozen(student, reference):
    """what is frozen is not learned
    zh: 冻结的参数不算"""
    module = student.DigitsCNN(9, 2, 3)
    check_equal(student.count_params(module), reference.count_params(reference.DigitsCNN(9, 2, 3)))
    check_equal(student.count_params(module.requires_grad_(False)), 0)


# K9  spatial_transformer


@points(1)
def test_spatial_transformer_known_maps(student, reference, tensors):
    """the identity gives the image back, a negative sign its mirror image, a shift a shifted image, a turn a turned one
    zh: 恒等变换得到原图，负号得到镜像，平移得到移动后的图，旋转得到转过的图"""
    img = tensors.normal((1, 2, 5, 5))
    shifted = torch.zeros_like(img)
    shifted[:, :, 2:, :-1] = img[:, :, :-2, 1:]
    maps = [
        ([[1, 0, 0], [0, 1, 0]], img),
        ([[-1, 0, 0], [0, 1, 0]], img.flip(3)),
        ([[1, 0, 0], [0, -1, 0]], img.flip(2)),
        ([[1, 0, 2 / 5], [0, 1, -4 / 5]], shifted),
        ([[0, 1, 0], [1, 0, 0]], img.transpose(2, 3)),
    ]
    for theta, expected in maps:
        theta = torch.tensor([theta], dtype=torch.float32)
        wanted = reference.affine_grid(theta, 5, 5)
        check_close(student.affine_grid(theta, 5, 5), wanted, rtol=1e-4, kappa=3e-5, floor=1.0, because="centres at 0")
        check_close(student.bilinear_sample(img, reference.affine_grid(theta, 5, 5)), expected)


@points(1)
def test_spatial_transformer_at_the_edges(student, reference, tensors, rng):
    """far outside, images of one pixel or one row
    zh: 离图很远的坐标、只有一个像素或一行的图像"""
    far = torch.from_numpy(rng.uniform(2.5, 1000, size=(1, 3, 4, 2)) * rng.choice([-1, 1], size=(1, 3, 4, 2))).float()
    dark = student.bilinear_sample(3 + tensors.normal((1, 2, 4, 3)), far)
    check_close(dark, torch.zeros(1, 2, 3, 4), floor=1.0, because="pixels of size 3, next to which 1e-7 is rounding")
    for H, W in ((1, 1), (1, 6), (4, 1)):
        img = tensors.normal((3, 2, H, W))
        grid = torch.from_numpy(rng.uniform(-1.2, 1.2, size=(3, 2, 5, 2))).float()
        check_close(student.bilinear_sample(img, grid), reference.bilinear_sample(img, grid))
    theta = torch.eye(2, 3) + tensors.normal((3, 2, 1)) / 2  # (3, 2, 3)
    for H, W in ((1, 1), (1, 5)):
        check_close(student.affine_grid(theta, H, W), reference.affine_grid(theta, H, W))


@points(0.5)
def test_spatial_transformer_of_batches(student, reference, tensors):
    """each image has its own map
    zh: 每幅图像有自己的变换"""
    theta = torch.eye(2, 3) + tensors.normal((4, 2, 3)) / 2
    img, grid = tensors.normal((4, 1, 7, 3)), reference.affine_grid(theta, 4, 6)
    check_same(student.affine_grid, reference.affine_grid, at=(theta, 4, 6))
    check_close(student.bilinear_sample(img, grid), reference.bilinear_sample(img, grid))


# K10  train_cnn


@points(3)
def test_train_cnn_one_by_one(student, rng, device):
    """the trained network says of an image alone what it says of it among others, whenever it is asked
    zh: 不论单独问还是和别的图一起问，也不论问几次，训练出的网络对一幅图的回答都一样"""
    X, y, new, wanted = digit_images(rng, 1000, 300)
    model, among_others = student.train_cnn(X, y, 10, 7), []

    def share(logits):
        among_others.append(logits)
        return float(np.mean(logits.argmax(axis=1) == wanted.numpy()))

    check_reaches(then(model(new), share), at_least=0.5)  # how good it is, the public question asks
    for each in range(12):
        check_that(
            model(new[each : each + 1]),
            lambda z, each=each: z.shape == (1, 10) and np.allclose(z[0], among_others[0][each], rtol=1e-3, atol=1e-3),
            "the logits are those that it gave among other images, in one row",
            zh="logits 排成一行，与和别的图像一起问时得到的相同",
        )
