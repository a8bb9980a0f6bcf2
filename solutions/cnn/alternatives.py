"""Right answers written another way: each of them must keep every point."""

from collections import namedtuple

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import nn

from autograder.bank import alternative

from . import solution as right

ConvGradients = namedtuple("ConvGradients", "dx dw db")
Pooled = namedtuple("Pooled", "out cache")


def padded(x, p, value=0.0):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), constant_values=value)


def windows_of(xp, kh, kw, stride):
    """View of all windows: (N, C, H', W', kh, kw)."""
    return sliding_window_view(xp, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]


# K1  conv_sizes


@alternative("conv_sizes", replaces="conv_out_size")
def out_size_counts_starts(n, k, s=1, p=0, d=1):
    starts = range(0, n + 2 * p - d * (k - 1), s)
    if not starts:
        raise ValueError("no room for the kernel")
    return len(starts)


@alternative("conv_sizes", replaces="conv_out_size")
def out_size_by_ceiling_of_the_starts(n, k, s=1, p=0, d=1):
    room = np.int64(n) + 2 * p - (k + (k - 1) * (d - 1)) + 1  # places at stride 1
    if room < 1:
        raise ValueError("no room for the kernel")
    return -(-room // s)  # a NumPy integer


@alternative("conv_sizes", replaces="receptive_field")
def receptive_field_from_the_last_layer(layers):
    size = 1
    for kernel, stride in reversed(list(layers)):
        size = (size - 1) * stride + kernel
    return size


@alternative("conv_sizes", replaces="receptive_field")
def receptive_field_by_cumulative_product(layers):
    table = np.array(list(layers), dtype=int).reshape(-1, 2)
    jumps = np.concatenate([[1], np.cumprod(table[:, 1])])[:-1]
    return 1 + (table[:, 0] - 1) @ jumps[: len(table)]


@alternative("conv_sizes", replaces="receptive_field")
def receptive_field_by_following_a_pixel(layers):
    first, last = 0, 0
    for kernel, stride in list(layers)[::-1]:
        first, last = first * stride, last * stride + kernel - 1
    return last - first + 1


@alternative("conv_sizes", replaces="conv_params")
def params_for_each_output_channel(cin, cout, kh, kw, bias=True):
    return cout * (cin * kh * kw + bool(bias))


@alternative("conv_sizes", replaces="conv_params")
def params_by_making_the_arrays(cin, cout, kh, kw, bias=True):
    return np.empty((cout, cin, kh, kw)).size + bias * np.empty(cout).size


# K2  pad2d


@alternative("pad2d")
def pad2d_with_np_pad(x, p):
    return np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])


@alternative("pad2d")
def pad2d_by_concatenating(x, p):
    side = np.zeros((*x.shape[:3], p))
    wide = np.concatenate([side, x, side], axis=3)
    top = np.zeros((*x.shape[:2], p, wide.shape[3]))
    return np.concatenate([top, wide, top], axis=2)


@alternative("pad2d")
def pad2d_by_selection_matrices(x, p):
    H, W = x.shape[2:]
    return np.eye(H + 2 * p, H, -p) @ x @ np.eye(W, W + 2 * p, p)


@alternative("pad2d")
def pad2d_fortran_order(x, p):
    return np.asfortranarray(right.pad2d(x, p))


@alternative("pad2d")
def pad2d_in_float32(x, p):
    return right.pad2d(x.astype(np.float32), p)


@alternative("pad2d", replaces="pad2d_backward")
def pad2d_backward_view(dout, p):
    return dout[:, :, p : dout.shape[2] - p, p : dout.shape[3] - p]


@alternative("pad2d", replaces="pad2d_backward")
def pad2d_backward_minus_p_or_none(dout, p):
    return dout[..., p : -p or None, p : -p or None]


@alternative("pad2d", replaces="pad2d_backward")
def pad2d_backward_by_selection_matrices(dout, p):
    rows, columns = dout.shape[2:]
    return np.eye(rows - 2 * p, rows, p) @ dout @ np.eye(columns, columns - 2 * p, -p)


@alternative("pad2d", replaces="pad2d_backward")
def pad2d_backward_by_deleting(dout, p):
    for axis in (2, 3):
        size = dout.shape[axis]
        dout = np.delete(dout, [*range(p), *range(size - p, size)], axis=axis)
    return dout


# K3  conv2d_forward


@alternative("conv2d_forward")
def conv2d_forward_loops(x, w, b, stride=1, pad=0):
    N, _, H, W = x.shape
    F, _, KH, KW = w.shape
    xp = padded(x, pad)
    rows, columns = (H + 2 * pad - KH) // stride + 1, (W + 2 * pad - KW) // stride + 1
    out = np.empty((N, F, rows, columns))
    for n in range(N):
        for f in range(F):
            for h in range(rows):
                for v in range(columns):
                    window = xp[n, :, h * stride : h * stride + KH, v * stride : v * stride + KW]
                    out[n, f, h, v] = (window * w[f]).sum() + b[f]
    return [out, {"x": x, "w": w}]


@alternative("conv2d_forward")
def conv2d_forward_as_one_product(x, w, b, stride=1, pad=0):
    N, F = len(x), len(w)
    cols = right.im2col(x, w.shape[2], w.shape[3], stride, pad)
    rows = right.conv_out_size(x.shape[2], w.shape[2], stride, pad)
    out = (cols @ w.reshape(F, -1).T + b).reshape(N, rows, -1, F).transpose(0, 3, 1, 2)
    return out, (x.shape, w, cols, "columns", lambda: None)


@alternative("conv2d_forward")
def conv2d_forward_einsum(x, w, b, stride=1, pad=0):
    windows = windows_of(padded(x, pad), *w.shape[2:], stride)
    out = np.einsum("nchwij,fcij->nfhw", windows, w) + b.reshape(1, -1, 1, 1)
    return Pooled(out, None)


@alternative("conv2d_forward")
def conv2d_forward_tensordot(x, w, b, stride=1, pad=0):
    windows = windows_of(padded(x, pad), *w.shape[2:], stride)
    out = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))  # (N, H', W', F)
    return np.moveaxis(out + b, -1, 1), [windows]


@alternative("conv2d_forward")
def conv2d_forward_bias_folded_into_the_kernels(x, w, b, stride=1, pad=0):
    N, F = len(x), len(w)
    windows = windows_of(padded(x, pad), *w.shape[2:], stride)
    rows, columns = windows.shape[2:4]
    cols = windows.transpose(0, 2, 3, 1, 4, 5).reshape(N * rows * columns, -1)
    cols = np.hstack([cols, np.ones((len(cols), 1))])
    out = cols @ np.vstack([w.reshape(F, -1).T, b])
    return np.asfortranarray(out.reshape(N, rows, columns, F).transpose(0, 3, 1, 2)), cols


@alternative("conv2d_forward")
def conv2d_forward_fourier(x, w, b, stride=1, pad=0):
    xp = padded(x, pad)
    size = xp.shape[2:]
    product = np.einsum("nchw,fchw->nfhw", np.fft.rfft2(xp), np.conj(np.fft.rfft2(w, size)))
    full = np.fft.irfft2(product, size)[:, :, : size[0] - w.shape[2] + 1, : size[1] - w.shape[3] + 1]
    return full[:, :, ::stride, ::stride] + b[:, None, None], ()


@alternative("conv2d_forward")
def conv2d_forward_as_a_banded_matrix(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    F, _, KH, KW = w.shape
    rows, columns = (H + 2 * pad - KH) // stride + 1, (W + 2 * pad - KW) // stride + 1
    dense = np.zeros((F, rows, columns, C, H + 2 * pad, W + 2 * pad))
    for h in range(rows):
        for v in range(columns):
            dense[:, h, v, :, h * stride : h * stride + KH, v * stride : v * stride + KW] = w
    out = padded(x, pad).reshape(N, -1) @ dense.reshape(F * rows * columns, -1).T
    return out.reshape(N, F, rows, columns) + b[None, :, None, None], dense


@alternative("conv2d_forward")
def conv2d_forward_in_float32(x, w, b, stride=1, pad=0):
    windows = windows_of(padded(x.astype(np.float32), pad), *w.shape[2:], stride)
    out = np.einsum("nchwij,fcij->nfhw", windows, w.astype(np.float32)) + b.astype(np.float32)[:, None, None]
    return out, 0


# K4  conv2d_backward


@alternative("conv2d_backward")
def conv2d_backward_through_columns(dout, cache):
    x, w, _, stride, pad = cache
    F, _, KH, KW = w.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, F)  # (N*H'*W', F)
    dw = (rows.T @ right.im2col(x, KH, KW, stride, pad)).reshape(w.shape)
    dx = right.col2im(rows @ w.reshape(F, -1), x.shape, KH, KW, stride, pad)
    return [dx, dw, rows.sum(axis=0)]


@alternative("conv2d_backward")
def conv2d_backward_as_convolutions(dout, cache):
    x, w, _, stride, pad = cache
    KH, KW = w.shape[2:]
    H, W = x.shape[2] + 2 * pad, x.shape[3] + 2 * pad
    spread = np.zeros((*dout.shape[:2], H - KH + 1, W - KW + 1))
    spread[:, :, : stride * dout.shape[2] : stride, : stride * dout.shape[3] : stride] = dout
    edge = ((0, 0), (0, 0), (KH - 1, KH - 1), (KW - 1, KW - 1))
    dxp = np.einsum("nfhwij,fcij->nchw", windows_of(np.pad(spread, edge), KH, KW, 1), w[:, :, ::-1, ::-1])
    dw = np.einsum("nchwij,nfij->fchw", windows_of(padded(x, pad), *spread.shape[2:], 1), spread)
    return ConvGradients(dxp[:, :, pad : H - pad, pad : W - pad], dw, np.einsum("nfhw->f", dout))


@alternative("conv2d_backward")
def conv2d_backward_loops(dout, cache):
    x, w, b, stride, pad = cache
    KH, KW = w.shape[2:]
    xp = padded(x, pad)
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, h, v in np.ndindex(dout.shape):
        rows, columns = slice(h * stride, h * stride + KH), slice(v * stride, v * stride + KW)
        dxp[n, :, rows, columns] += dout[n, f, h, v] * w[f]
        dw[f] += dout[n, f, h, v] * xp[n, :, rows, columns]
        db[f] += dout[n, f, h, v]
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


@alternative("conv2d_backward")
def conv2d_backward_through_a_banded_matrix(dout, cache):
    x, w, _, stride, pad = cache
    F, C, KH, KW = w.shape
    H, W = x.shape[2] + 2 * pad, x.shape[3] + 2 * pad
    dense = np.zeros((F, *dout.shape[2:], C, H, W))
    for h, v in np.ndindex(dout.shape[2:]):
        dense[:, h, v, :, h * stride : h * stride + KH, v * stride : v * stride + KW] = w
    dxp = np.tensordot(dout, dense, axes=3)  # (N, C, H, W)
    dw = np.einsum("nfhw,nchwij->fcij", dout, windows_of(padded(x, pad), KH, KW, stride), optimize=True)
    dx = np.asfortranarray(dxp[:, :, pad : H - pad, pad : W - pad])
    return dx, dw, dout.reshape(len(dout), F, -1).sum(-1).sum(0)


@alternative("conv2d_backward")
def conv2d_backward_in_float32(dout, cache):
    x, w, b, stride, pad = cache
    low = (x.astype(np.float32), w.astype(np.float32), b.astype(np.float32), stride, pad)
    return right.conv2d_backward(dout.astype(np.float32), low)


# K5  im2col


@alternative("im2col", replaces="im2col")
def im2col_sliding_windows(x, kh, kw, stride=1, pad=0):
    windows = windows_of(padded(x, pad), kh, kw, stride).transpose(0, 2, 3, 1, 4, 5)
    return np.asfortranarray(windows.reshape(-1, x.shape[1] * kh * kw))


@alternative("im2col", replaces="im2col")
def im2col_loops(x, kh, kw, stride=1, pad=0):
    xp = padded(x, pad)
    rows = [
        xp[n, :, h : h + kh, v : v + kw].ravel()
        for n in range(len(x))
        for h in range(0, xp.shape[2] - kh + 1, stride)
        for v in range(0, xp.shape[3] - kw + 1, stride)
    ]
    return np.array(rows)


@alternative("im2col", replaces="im2col")
def im2col_in_float32(x, kh, kw, stride=1, pad=0):
    return right.im2col(x.astype(np.float32), kh, kw, stride, pad)


@alternative("im2col", replaces="col2im")
def col2im_bincount(cols, x_shape, kh, kw, stride=1, pad=0):
    N, C, H, W = x_shape
    frame = (N, C, H + 2 * pad, W + 2 * pad)
    index = right.im2col(np.arange(np.prod(frame)).reshape(frame), kh, kw, stride, 0)
    xp = np.bincount(index.ravel(), weights=cols.ravel(), minlength=int(np.prod(frame))).reshape(frame)
    return xp[:, :, pad : pad + H, pad : pad + W]


@alternative("im2col", replaces="col2im")
def col2im_loops(cols, x_shape, kh, kw, stride=1, pad=0):
    N, C, H, W = x_shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    row = iter(cols)
    for n in range(N):
        for h in range(0, xp.shape[2] - kh + 1, stride):
            for v in range(0, xp.shape[3] - kw + 1, stride):
                xp[n, :, h : h + kh, v : v + kw] += next(row).reshape(C, kh, kw)
    return xp[:, :, pad : pad + H, pad : pad + W]


@alternative("im2col", replaces="im2col", group="kernel_pixels_before_channels")
def im2col_kernel_pixels_first(x, kh, kw, stride=1, pad=0):
    windows = windows_of(padded(x, pad), kh, kw, stride).transpose(0, 2, 3, 4, 5, 1)  # (N, H', W', kh, kw, C)
    return windows.reshape(-1, kh * kw * x.shape[1])


@alternative("im2col", replaces="col2im", group="kernel_pixels_before_channels")
def col2im_kernel_pixels_first(cols, x_shape, kh, kw, stride=1, pad=0):
    ours = cols.reshape(len(cols), kh * kw, x_shape[1]).transpose(0, 2, 1).reshape(len(cols), -1)
    return right.col2im(ours, x_shape, kh, kw, stride, pad)


@alternative("im2col", replaces="im2col", group="columns_backwards")
def im2col_backwards(x, kh, kw, stride=1, pad=0):
    return right.im2col(x, kh, kw, stride, pad)[:, ::-1]


@alternative("im2col", replaces="col2im", group="columns_backwards")
def col2im_backwards(cols, x_shape, kh, kw, stride=1, pad=0):
    return right.col2im(cols[:, ::-1], x_shape, kh, kw, stride, pad)


@alternative("im2col", replaces="im2col", group="gather_and_scatter")
def im2col_gather(x, kh, kw, stride=1, pad=0):
    N, C, H, W = x.shape
    out_h, out_w = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    c, i, j = (a.reshape(1, -1) for a in np.indices((C, kh, kw)))
    n, h, v = (a.reshape(-1, 1) for a in np.indices((N, out_h, out_w)))
    return padded(x, pad)[n, c, h * stride + i, v * stride + j]


@alternative("im2col", replaces="col2im", group="gather_and_scatter")
def col2im_scatter(cols, x_shape, kh, kw, stride=1, pad=0):
    N, C, H, W = x_shape
    out_h, out_w = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    c, i, j = (a.reshape(1, -1) for a in np.indices((C, kh, kw)))
    n, h, v = (a.reshape(-1, 1) for a in np.indices((N, out_h, out_w)))
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    np.add.at(xp, (n, c, h * stride + i, v * stride + j), cols)
    return xp[:, :, pad : H + pad, pad : W + pad]


# K6  maxpool2d


@alternative("maxpool2d", replaces="maxpool2d_forward", group="last_of_several")
def last_of_several_forward(x, k, stride, pad=0):
    windows = windows_of(padded(x, pad, -np.inf), k, k, stride)
    flat = windows.reshape(*windows.shape[:4], k * k)
    winner = k * k - 1 - flat[..., ::-1].argmax(axis=-1)
    return np.take_along_axis(flat, winner[..., None], axis=-1)[..., 0], {
        "winner": winner,
        "of": (x.shape, k, stride, pad),
    }


@alternative("maxpool2d", replaces="maxpool2d_backward", group="last_of_several")
def last_of_several_backward(dout, cache):
    (N, C, H, W), k, stride, pad = cache["of"]
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    n, c, h, v = np.indices(dout.shape)
    np.add.at(dxp, (n, c, h * stride + cache["winner"] // k, v * stride + cache["winner"] % k), dout)
    return dxp[:, :, pad : pad + H, pad : pad + W]


@alternative("maxpool2d", replaces="maxpool2d_forward", group="equal_shares")
def equal_shares_forward(x, k, stride, pad=0):
    windows = windows_of(padded(x, pad, -np.inf), k, k, stride)
    out = windows.max(axis=(-1, -2))
    ties = windows == out[..., None, None]
    return Pooled(out, [x.shape, ties / ties.sum(axis=(-1, -2), keepdims=True), stride, pad])


@alternative("maxpool2d", replaces="maxpool2d_backward", group="equal_shares")
def equal_shares_backward(dout, cache):
    (N, C, H, W), shares, stride, pad = cache
    k = shares.shape[-1]
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for h, v in np.ndindex(dout.shape[2:]):
        here = shares[:, :, h, v] * dout[:, :, h, v, None, None]
        dxp[:, :, h * stride : h * stride + k, v * stride : v * stride + k] += here
    return np.asfortranarray(dxp[:, :, pad : pad + H, pad : pad + W])


@alternative("maxpool2d", replaces="maxpool2d_forward", group="unequal_shares")
def unequal_shares_forward(x, k, stride, pad=0):
    xp = padded(x, pad, -np.inf)
    windows = windows_of(xp, k, k, stride)
    out = np.sort(windows.reshape(*windows.shape[:4], -1), axis=-1)[..., -1]
    return [out, (x, windows, out, stride, pad)]


@alternative("maxpool2d", replaces="maxpool2d_backward", group="unequal_shares")
def unequal_shares_backward(dout, cache):
    x, windows, out, stride, pad = cache
    k = windows.shape[-1]
    weight = (windows == out[..., None, None]) * np.arange(1.0, k * k + 1).reshape(k, k)
    weight /= weight.sum(axis=(-1, -2), keepdims=True)
    cols = (weight * dout[..., None, None]).transpose(0, 2, 3, 1, 4, 5).reshape(-1, x.shape[1] * k * k)
    return right.col2im(cols, x.shape, k, k, stride, pad)


@alternative("maxpool2d", replaces="maxpool2d_forward", group="pool_loops")
def pool_loops_forward(x, k, stride, pad=0):
    N, C, H, W = x.shape
    rows, columns = (H + 2 * pad - k) // stride + 1, (W + 2 * pad - k) // stride + 1
    out, places = np.empty((N, C, rows, columns)), []
    for n, c, h, v in np.ndindex(N, C, rows, columns):
        top, left = h * stride - pad, v * stride - pad
        window = x[n, c, max(top, 0) : top + k, max(left, 0) : left + k]
        i, j = np.unravel_index(window.argmax(), window.shape)
        places.append((n, c, max(top, 0) + i, max(left, 0) + j))
        out[n, c, h, v] = window[i, j]
    return out, (x, places)


@alternative("maxpool2d", replaces="maxpool2d_backward", group="pool_loops")
def pool_loops_backward(dout, cache):
    x, places = cache
    dx = np.zeros_like(x)
    for gradient, place in zip(dout.ravel(), places, strict=True):
        dx[place] += gradient
    return dx


@alternative("maxpool2d", replaces="maxpool2d_forward")
def maxpool2d_forward_in_float32(x, k, stride, pad=0):
    return right.maxpool2d_forward(x.astype(np.float32), k, stride, pad)


@alternative("maxpool2d", replaces="maxpool2d_backward")
def maxpool2d_backward_in_float32(dout, cache):
    return right.maxpool2d_backward(dout.astype(np.float32), cache).astype(np.float32)


@alternative("maxpool2d", replaces="maxpool2d_forward", group="masks_by_numpys_numbers")
def masks_by_numpys_numbers_forward(x, k, stride, pad=0):
    xp, cache = padded(x, pad, -np.inf), {"shape": x.shape}
    rows, columns = np.arange(0, xp.shape[2] - k + 1, stride), np.arange(0, xp.shape[3] - k + 1, stride)
    out = np.zeros((*x.shape[:2], len(rows), len(columns)))
    for h, i in enumerate(rows):
        for v, j in enumerate(columns):
            window = xp[:, :, i : i + k, j : j + k]
            out[:, :, h, v] = window.max(axis=(2, 3))
            mask = window == window.max(axis=(2, 3), keepdims=True)
            cache[(i, j)] = mask / mask.sum(axis=(2, 3), keepdims=True)  # keys of np.int64
    cache["sizes"] = k, stride, pad
    return out, cache


@alternative("maxpool2d", replaces="maxpool2d_backward", group="masks_by_numpys_numbers")
def masks_by_numpys_numbers_backward(dout, cache):
    (N, C, H, W), (k, stride, pad) = cache["shape"], cache["sizes"]
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for h, v in np.ndindex(dout.shape[2:]):
        i, j = h * stride, v * stride
        dxp[:, :, i : i + k, j : j + k] += cache[(i, j)] * dout[:, :, h, v][..., None, None]
    return dxp[:, :, pad : pad + H, pad : pad + W]


# K7  avgpool2d


@alternative("avgpool2d", replaces="avgpool2d_forward")
def avgpool2d_forward_windows(x, k, stride, pad=0):
    out = windows_of(padded(x, pad), k, k, stride).mean(axis=(4, 5))
    return [out, (x.shape, k, stride, pad)]


@alternative("avgpool2d", replaces="avgpool2d_forward")
def avgpool2d_forward_integral_image(x, k, stride, pad=0):
    total = np.pad(padded(x, pad).cumsum(axis=2).cumsum(axis=3), ((0, 0), (0, 0), (1, 0), (1, 0)))
    sums = total[:, :, k:, k:] - total[:, :, :-k, k:] - total[:, :, k:, :-k] + total[:, :, :-k, :-k]
    return sums[:, :, ::stride, ::stride] / (k * k), (x.shape, k, stride, pad)


@alternative("avgpool2d", replaces="avgpool2d_backward")
def avgpool2d_backward_loops(dout, cache):
    (N, C, H, W), k, stride, pad = cache
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for h, v in np.ndindex(dout.shape[2:]):
        share = (dout[:, :, h, v] / (k * k))[:, :, None, None]
        dxp[:, :, h * stride : h * stride + k, v * stride : v * stride + k] += share
    return dxp[:, :, pad : pad + H, pad : pad + W]


@alternative("avgpool2d", replaces="avgpool2d_backward")
def avgpool2d_backward_as_a_convolution(dout, cache):
    shape, k, stride, pad = cache
    N, C, H, W = shape
    kernel = np.full((1, 1, k, k), 1 / k**2)
    flat = (np.empty((N * C, 1, H, W)), kernel, np.zeros(1), stride, pad)
    dx = right.conv2d_backward(dout.reshape(N * C, 1, *dout.shape[2:]), flat)[0]
    return dx.reshape(shape)


@alternative("avgpool2d", replaces="avgpool2d_forward", group="average_in_float32")
def average_in_float32_forward(x, k, stride, pad=0):
    out, cache = right.avgpool2d_forward(x, k, stride, pad)
    return out.astype(np.float32), {"cache": cache}


@alternative("avgpool2d", replaces="avgpool2d_backward", group="average_in_float32")
def average_in_float32_backward(dout, cache):
    return right.avgpool2d_backward(dout, cache["cache"]).astype(np.float32)


@alternative("avgpool2d", replaces="global_avg_pool_forward")
def global_avg_pool_forward_einsum(x):
    return np.einsum("nchw->nc", x) / x[0, 0].size, x.shape


@alternative("avgpool2d", replaces="global_avg_pool_forward", group="global_by_flattening")
def global_by_flattening_forward(x):
    flat = x.reshape(*x.shape[:2], -1)
    return Pooled(flat.mean(-1), x)


@alternative("avgpool2d", replaces="global_avg_pool_backward", group="global_by_flattening")
def global_by_flattening_backward(dout, cache):
    pixels = cache[0, 0].size
    return np.repeat(dout / pixels, pixels, axis=1).reshape(cache.shape)


@alternative("avgpool2d", replaces="global_avg_pool_backward")
def global_avg_pool_backward_view(dout, cache):
    return np.broadcast_to((dout / (cache[2] * cache[3]))[..., None, None], cache)  # a read-only view


@alternative("avgpool2d", replaces="global_avg_pool_backward")
def global_avg_pool_backward_outer(dout, cache):
    H, W = cache[2:]
    return np.kron(dout.astype(np.float32)[:, :, None, None], np.full((1, 1, H, W), 1 / (H * W), dtype=np.float32))


# K3, by a layer of PyTorch's


@alternative("conv2d_forward", replaces="conv2d_forward")
def conv2d_by_a_layer(x, w, b, stride=1, pad=0):
    layer = nn.Conv2d(w.shape[1], w.shape[0], w.shape[2:], stride=stride, padding=pad, dtype=torch.float64)
    weights = {"weight": torch.tensor(w), "bias": torch.tensor(b)}
    out = torch.func.functional_call(layer, weights, (torch.tensor(x),))
    return out.detach().numpy(), (x, w, b, stride, pad)


# K8  digits_cnn


@alternative("digits_cnn", replaces="DigitsCNN")
class DigitsCNNInOneRow(nn.Sequential):
    """Layers that have numbers for names, ReLU after the pooling."""

    def __init__(self, side=8, channels=1, classes=10):
        first, second = nn.Conv2d(channels, 16, kernel_size=3, padding="same"), nn.Conv2d(16, 32, 3, 1, 1)
        read = nn.Linear(32 * (side // 2 // 2) ** 2, classes)
        steps = (first, nn.MaxPool2d(2, 2), nn.ReLU(), second, nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), read)
        super().__init__(*steps)


@alternative("digits_cnn", replaces="DigitsCNN")
class DigitsCNNOfTwoParts(nn.Module):
    """Layers two levels deep, under other names."""

    def __init__(self, side=8, channels=1, classes=10):
        super().__init__()
        pairs = [(channels, 16), (16, 32)]
        self.features = nn.ModuleList(
            nn.Sequential(nn.Conv2d(*pair, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)) for pair in pairs
        )
        self.classifier = nn.Linear(32 * (side // 4) ** 2, classes)

    def forward(self, x):
        for stage in self.features:
            x = stage(x)
        return self.classifier(torch.flatten(x, start_dim=1))


@alternative("digits_cnn", replaces="DigitsCNN")
class DigitsCNNOfFunctions(nn.Module):
    """Layers in another order than they are used, an attribute that is none, functions instead of modules."""

    def __init__(self, side=8, channels=1, classes=10):
        super().__init__()
        self.read = nn.Linear(32 * (side // 4) * (side // 4), classes)
        self.conv2 = nn.Conv2d(16, 32, (3, 3), padding=(1, 1))
        self.conv1 = nn.Conv2d(channels, 16, (3, 3), padding=(1, 1))
        self.note = "LeNet"

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(layer(x).clamp(min=0), 2)
        return self.read(x.reshape(x.shape[0], -1))


@alternative("digits_cnn", replaces="DigitsCNN")
class DigitsCNNByUnfolding(right.DigitsCNN):
    """The right parameters, every convolution as one matrix product."""

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            N, _, H, V = x.shape
            columns = nn.functional.unfold(x, 3, padding=1)  # (N, C·9, H·V)
            x = torch.relu(layer.weight.flatten(1) @ columns + layer.bias[:, None]).view(N, -1, H, V)
            x = x[:, :, : H // 2 * 2, : V // 2 * 2].unflatten(2, (-1, 2)).unflatten(4, (-1, 2)).amax((3, 5))
        return x.flatten(1) @ self.read.weight.T + self.read.bias


@alternative("digits_cnn", replaces="DigitsCNN")
class DigitsCNNOfFloats(right.DigitsCNN):
    """Whatever comes is made float32 first."""

    def forward(self, x):
        return super().forward(x.float())


@alternative("digits_cnn", replaces="count_params")
def count_params_by_shapes(module):
    total = 0
    for _, parameter in module.named_parameters():
        if parameter.requires_grad:
            total += int(np.prod(parameter.shape))
    return total


@alternative("digits_cnn", replaces="count_params")
def count_params_of_all_in_one(module):
    learned = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return len(nn.utils.parameters_to_vector(learned)) if learned else 0


# K9  spatial_transformer


@alternative("spatial_transformer", replaces="affine_grid")
def affine_grid_of_torch(theta, H, W):
    return nn.functional.affine_grid(theta, (len(theta), 1, H, W), align_corners=False)


@alternative("spatial_transformer", replaces="affine_grid")
def affine_grid_in_two_steps(theta, H, W):
    x = torch.linspace(-1 + 1 / W, 1 - 1 / W, W, dtype=theta.dtype)
    y = torch.linspace(-1 + 1 / H, 1 - 1 / H, H, dtype=theta.dtype)
    across, down, shift = theta[:, None, None].unbind(-1)  # each (N, 1, 1, 2)
    return x[:, None] * across + y[:, None, None] * down + shift


@alternative("spatial_transformer", replaces="affine_grid")
def affine_grid_by_loops(theta, H, W):
    one = torch.ones((), dtype=theta.dtype)
    rows = []
    for i in range(H):
        for j in range(W):
            centre = torch.stack([one * ((j + 0.5) * 2 / W - 1), one * ((i + 0.5) * 2 / H - 1), one])
            rows.append(theta @ centre)  # (N, 2)
    return torch.stack(rows, dim=1).view(-1, H, W, 2)


@alternative("spatial_transformer", replaces="bilinear_sample")
def bilinear_sample_of_torch(img, grid):
    return nn.functional.grid_sample(img, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


@alternative("spatial_transformer", replaces="bilinear_sample")
def bilinear_sample_by_hats(img, grid):
    """Every pixel has a hat of one pixel's reach around its centre, as in equation 5 of Jaderberg et al."""
    H, W = img.shape[2:]
    x, y = ((grid[..., 0] + 1) * W - 1) / 2, ((grid[..., 1] + 1) * H - 1) / 2
    across = (1 - (x[..., None] - torch.arange(W)).abs()).clamp(min=0)  # (N, H', W', W)
    down = (1 - (y[..., None] - torch.arange(H)).abs()).clamp(min=0)  # (N, H', W', H)
    return torch.einsum("nchw,nabh,nabw->ncab", img, down, across)


@alternative("spatial_transformer", replaces="bilinear_sample")
def bilinear_sample_in_a_frame_of_zeros(img, grid):
    N, C, H, W = img.shape
    framed = nn.functional.pad(img, (1, 1, 1, 1)).flatten(2)  # (N, C, (H + 2)(W + 2))
    x = ((grid[..., 0] + 1) * W / 2 + 0.5).clamp(0, W + 1)
    y = ((grid[..., 1] + 1) * H / 2 + 0.5).clamp(0, H + 1)
    left, top = x.detach().long().clamp(max=W), y.detach().long().clamp(max=H)
    fx, fy = (x - left).flatten(1)[:, None], (y - top).flatten(1)[:, None]  # (N, 1, H'·W')

    def at(row, column):
        flat = (row * (W + 2) + column).flatten(1)[:, None].expand(N, C, -1)
        return framed.gather(2, flat)  # (N, C, H'·W')

    upper = (1 - fx) * at(top, left) + fx * at(top, left + 1)
    lower = (1 - fx) * at(top + 1, left) + fx * at(top + 1, left + 1)
    return ((1 - fy) * upper + fy * lower).view(N, C, *grid.shape[1:3])


@alternative("spatial_transformer", replaces="bilinear_sample")
def bilinear_sample_by_loops(img, grid):
    """Point by point, into zeros of PyTorch's default dtype."""
    (N, C, H, W), (rows, columns) = img.shape, grid.shape[1:3]
    out = torch.zeros(N, C, rows, columns)
    for n in range(N):
        for i in range(rows):
            for j in range(columns):
                x, y = ((grid[n, i, j, 0] + 1) * W - 1) / 2, ((grid[n, i, j, 1] + 1) * H - 1) / 2
                left, top = int(torch.floor(x)), int(torch.floor(y))
                for row, down in ((top, 1 - (y - top)), (top + 1, y - top)):
                    for column, across in ((left, 1 - (x - left)), (left + 1, x - left)):
                        if 0 <= row < H and 0 <= column < W:
                            out[n, :, i, j] += down * across * img[n, :, row, column]
    return out


@alternative("spatial_transformer", replaces="bilinear_sample")
def bilinear_sample_within_one_pixel(img, grid):
    """Points further out than the first zeros are brought back to them, before anything is computed."""
    H, W = img.shape[2:]
    reach = 1 + 1 / torch.tensor([W, H], dtype=grid.dtype)
    return right.bilinear_sample(img, torch.minimum(torch.maximum(grid, -reach), reach))


# K10  train_cnn


@alternative("train_cnn")
def train_cnn_with_normalisation(X, y, epochs, seed):
    """Batch normalisation, dropout, SGD with momentum: a function comes back that sees to the evaluation itself."""
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(128, 10),
    )
    order = np.random.default_rng(seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    for _ in range(epochs):
        for part in np.array_split(order.permutation(len(X)), -(-len(X) // 50)):
            batch = torch.from_numpy(part)
            loss = nn.functional.nll_loss(net(X[batch]).log_softmax(-1), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    net.eval()

    def model(x):
        with torch.no_grad():
            return net(x)

    return model


@alternative("train_cnn")
def train_cnn_by_neighbours(X, y, epochs, seed):
    """Nothing is trained: the ten classes are scored by their nearest examples."""
    examples, labels = X.flatten(1), nn.functional.one_hot(y, 10).to(X.dtype)

    def model(x):
        distance = torch.cdist(x.flatten(1), examples, compute_mode="donot_use_mm_for_euclid_dist")
        return (-(distance**2)).softmax(-1) @ labels

    return model


@alternative("train_cnn")
def train_cnn_at_the_default_rate(X, y, epochs, seed):
    """Adam as it comes, and PyTorch's own initial weights."""
    model = right.DigitsCNN()
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(epochs):
        for batch in torch.randperm(len(X)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X[batch]), y[batch]).backward()
            optimizer.step()
    return model
