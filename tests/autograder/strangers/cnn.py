"""Convolutional networks by strangers."""

import numpy as np
import torch
from support_strangers import right, solution_of, wrong
from torch import nn

S = solution_of("cnn")


@right
def conv_out_size__counting_starts(n, k, s=1, p=0, d=1):
    starts = [i for i in range(-p, n + p, s) if i + d * (k - 1) < n + p]
    if not starts:
        raise ValueError("too small")
    return len(starts)


@right
def receptive_field__from_the_last_layer(layers):
    size = 1
    for kernel, stride in reversed(list(layers)):
        size = (size - 1) * stride + kernel
    return size


@right
def pad2d__stacked_zeros(x, p):
    for axis in (2, 3):
        shape = list(x.shape)
        shape[axis] = p
        x = np.concatenate([np.zeros(shape, x.dtype), x, np.zeros(shape, x.dtype)], axis=axis)
    return x


@right
def conv2d_forward__sliding_windows(x, w, b, stride=1, pad=0):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.tensordot(windows, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
    return out + b.reshape(1, -1, 1, 1), [x.shape, windows, w, stride, pad]


@right
def conv2d_backward__sliding_windows(dout, cache):
    (N, C, H, W), windows, w, stride, pad = cache
    dw = np.einsum("nfhw,nchwij->fcij", dout, windows)
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    KH, KW = w.shape[2:]
    for n in range(N):
        for h in range(dout.shape[2]):
            for v in range(dout.shape[3]):
                patch = np.tensordot(dout[n, :, h, v], w, axes=1)
                dxp[n, :, h * stride : h * stride + KH, v * stride : v * stride + KW] += patch
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, np.einsum("nfhw->f", dout)


@right
def maxpool2d_forward__torch_functional(x, k, stride, pad=0):
    t = torch.tensor(x, requires_grad=True)
    out = nn.functional.max_pool2d(t, k, stride, pad)
    return out.detach().numpy(), (t, out)


@right
def maxpool2d_backward__torch_functional(dout, cache):
    t, out = cache
    return torch.autograd.grad(out, t, torch.tensor(np.asarray(dout)), retain_graph=True)[0].numpy()


@right
class DigitsCNN__layers_in_helpers(nn.Module):
    def __init__(self, side=8, channels=1, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 16, kernel_size=(3, 3), padding="same")
        self.conv2 = nn.Conv2d(16, 32, kernel_size=(3, 3), padding="same")
        self.pool, self.act = nn.MaxPool2d(2, 2), nn.ReLU()
        self.read = nn.Linear(32 * (side // 2 // 2) * (side // 2 // 2), classes)

    def forward(self, x):
        x = self.act(self.pool(self.conv1(x)))
        x = self.act(self.pool(self.conv2(x)))
        return self.read(torch.reshape(x, (x.size(0), -1)))


@right
def affine_grid__torch_functional(theta, H, W):
    return nn.functional.affine_grid(theta, (len(theta), 1, H, W), align_corners=False)


@right
def bilinear_sample__torch_functional(img, grid):
    return nn.functional.grid_sample(img, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


@wrong()
def conv_out_size__stride_before_padding(n, k, s=1, p=0, d=1):
    S.conv_out_size(n, k, s, p, d)
    return (n - d * (k - 1) - 1) // s + 2 * p + 1


@wrong()
def conv_out_size__padding_times_dilation(n, k, s=1, p=0, d=1):
    return max(1, (n + 2 * p * d - d * (k - 1) - 1) // s + 1)


@wrong()
def receptive_field__product_of_kernels(layers):
    size = 1
    for kernel, _ in layers:
        size *= kernel
    return size


@wrong()
def receptive_field__area(layers):
    return S.receptive_field(layers) ** 2


@wrong()
def conv_params__bias_inside_the_product(cin, cout, kh, kw, bias=True):
    return cout * (cin * kh + kw + bool(bias))


@wrong()
def pad2d__ones(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), constant_values=1.0)


@wrong()
def pad2d__twice_as_wide_below(x, p):
    out = S.pad2d(x, p)
    return np.roll(out, -1, axis=2) if p else out


@wrong()
def conv2d_forward__transposed_kernel(x, w, b, stride=1, pad=0):
    turned = w[:, :, ::-1, :]
    out, _ = S.conv2d_forward(x, np.ascontiguousarray(turned), b, stride, pad)
    return out, (x, w, b, stride, pad)


@wrong()
def conv2d_forward__absolute_kernel(x, w, b, stride=1, pad=0):
    out, _ = S.conv2d_forward(x, np.abs(w), b, stride, pad)
    return out, (x, w, b, stride, pad)


@wrong()
def conv2d_forward__relu_inside(x, w, b, stride=1, pad=0):
    out, cache = S.conv2d_forward(x, w, b, stride, pad)
    return np.maximum(out, 0), cache


@wrong()
def conv2d_forward__bias_times_channels(x, w, b, stride=1, pad=0):
    out, cache = S.conv2d_forward(x, w, b, stride, pad)
    return out + b[:, None, None] * (w[0, 0].size - 1), cache


@wrong()
def conv2d_forward__channels_in_reverse(x, w, b, stride=1, pad=0):
    out, _ = S.conv2d_forward(x[:, ::-1], w, b, stride, pad)
    return out, (x, w, b, stride, pad)


@wrong()
def conv2d_backward__db_from_the_first_row(dout, cache):
    dx, dw, _ = S.conv2d_backward(dout, cache)
    return dx, dw, dout[:, :, 0].sum(axis=(0, 2))


@wrong()
def conv2d_backward__dx_of_absolute_kernel(dout, cache):
    _, dw, db = S.conv2d_backward(dout, cache)
    x, w, b, stride, pad = cache
    return S.conv2d_backward(dout, (x, np.abs(w), b, stride, pad))[0], dw, db


@wrong()
def conv2d_backward__dw_centred(dout, cache):
    dx, dw, db = S.conv2d_backward(dout, cache)
    return dx, dw - dw.mean(axis=(2, 3), keepdims=True), db


@wrong()
def im2col__windows_upside_down(x, kh, kw, stride=1, pad=0):
    return S.im2col(x, kh, kw, stride, pad)[::-1]


@wrong()
def im2col__centred_windows(x, kh, kw, stride=1, pad=0):
    cols = S.im2col(x, kh, kw, stride, pad)
    return cols - cols.mean(axis=1, keepdims=True)


@wrong()
def col2im__maximum_where_windows_overlap(cols, x_shape, kh, kw, stride=1, pad=0):
    whole = S.col2im(cols, x_shape, kh, kw, stride, pad)
    counts = S.col2im(np.ones_like(cols), x_shape, kh, kw, stride, pad)
    return whole / np.sqrt(np.maximum(counts, 1))


@wrong()
def maxpool2d_forward__minimum(x, k, stride, pad=0):
    out, cache = S.maxpool2d_forward(-x, k, stride, pad)
    return -out, cache


@wrong()
def maxpool2d_backward__to_every_pixel_of_the_row(dout, cache):
    dx = S.maxpool2d_backward(dout, cache)
    return np.broadcast_to(dx.sum(axis=3, keepdims=True), dx.shape).copy()


@wrong()
def maxpool2d_backward__divided_by_window(dout, cache):
    return S.maxpool2d_backward(dout, cache) / cache[2] ** 2


@wrong()
def avgpool2d_forward__geometric(x, k, stride, pad=0):
    out, cache = S.avgpool2d_forward(np.abs(x), k, stride, pad)
    return out, cache


@wrong()
def avgpool2d_backward__divided_by_stride(dout, cache):
    _, k, stride, _ = cache
    return S.avgpool2d_backward(dout, cache) * k**2 / (stride**2 + 1)


@wrong()
def global_avg_pool_forward__median(x):
    return np.median(x, axis=(2, 3)), x.shape


@wrong()
class DigitsCNN__tanh(S.DigitsCNN):
    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(layer(x).tanh(), 2)
        return self.read(x.flatten(1))


@wrong()
class DigitsCNN__pools_with_stride_one(S.DigitsCNN):
    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(layer(x).relu(), 3, 2, 1)
        return self.read(x.flatten(1))


@wrong()
def count_params__doubles_shared(module):
    return sum(p.numel() for p in module.parameters()) // 2


@wrong()
def affine_grid__y_upwards(theta, H, W):
    return S.affine_grid(theta, H, W) * torch.tensor([1.0, -1.0]).to(theta)


@wrong()
def affine_grid__shift_halved(theta, H, W):
    half = theta * torch.tensor([1.0, 1.0, 0.5]).to(theta)
    return S.affine_grid(half, H, W)


@wrong()
def affine_grid__clamped(theta, H, W):
    return S.affine_grid(theta, H, W).clamp(-1, 1)


@wrong()
def bilinear_sample__half_a_pixel_right(img, grid):
    return S.bilinear_sample(img, grid + torch.tensor([1.0 / img.shape[3], 0.0]).to(grid))


@wrong()
def bilinear_sample__mirrored(img, grid):
    return S.bilinear_sample(img, grid * torch.tensor([-1.0, 1.0]).to(grid))


@right
class DigitsCNN__view_of_the_features(nn.Module):
    def __init__(self, side=8, channels=1, classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(channels, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.features = 32 * (side // 4) ** 2
        self.fc = nn.Linear(self.features, classes)

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(torch.relu(layer(x)), 2)
        return self.fc(x.view(-1, self.features))


@right
def affine_grid__centres_in_single_precision(theta, H, W):
    x = torch.linspace(-1 + 1 / W, 1 - 1 / W, W).expand(H, W)
    y = torch.linspace(-1 + 1 / H, 1 - 1 / H, H)[:, None].expand(H, W)
    places = torch.stack([x, y, torch.ones(H, W)]).to(theta)  # (3, H, W)
    return torch.einsum("nij,jhw->nhwi", theta, places)


@right
def bilinear_sample__gathered_from_a_view(img, grid):
    N, C, H, W = img.shape
    x, y = ((grid[..., 0] + 1) * W - 1) / 2, ((grid[..., 1] + 1) * H - 1) / 2
    flat, out = img.view(N, C, H * W), 0
    for column in (x.floor().detach(), x.floor().detach() + 1):
        for row in (y.floor().detach(), y.floor().detach() + 1):
            inside = (column >= 0) & (column < W) & (row >= 0) & (row < H)
            index = (row.clamp(0, H - 1) * W + column.clamp(0, W - 1)).long().view(N, 1, -1)
            share = (1 - (x - column).abs()) * (1 - (y - row).abs()) * inside
            out = out + flat.gather(2, index.expand(N, C, -1)).view(N, C, *x.shape[1:]) * share[:, None]
    return out


@wrong()
def bilinear_sample__nothing_beyond_the_edge(img, grid):
    return S.bilinear_sample(img, grid) * (grid.abs() <= 1).all(-1)[:, None]
