"""Draw the handout's figures: `python assignments/cnn/figures.py [folder]`.

The same matplotlib gives the same bytes: the ids' salt is fixed, no date is written, all data is fixed here. The
numbers are the reference solution's, so that this file gives none of it away. The background is opaque, so that the
figures read alike on a light and on a dark page; words are left to the handouts, so that one figure serves both.
"""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib
import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLUE, ORANGE, GREEN, GREY = "#1f6feb", "#d9480f", "#2b8a3e", "#868e96"
PURPLE, PINK, YELLOW = "#7048e8", "#c2255c", "#e8a200"
SIX = (BLUE, ORANGE, GREEN, PURPLE, PINK, YELLOW)
STYLE: Any = {
    "svg.hashsalt": "cnn",
    "svg.fonttype": "path",  # glyphs as outlines: the same widths on every reader's machine
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}

# The handout's image, kernel and bias.
X = np.array([[1, 2, 0, 3], [0, 1, 4, 1], [3, 5, 3, 1.0]])
W = np.array([[1, 0], [2, -1.0]])
B = np.array([1.0])


def reference_solution() -> ModuleType:
    """The topic's solution, as a module."""
    path = Path(__file__).parents[2] / "solutions" / "cnn" / "solution.py"
    spec = spec_from_file_location("cnn_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = reference_solution()


def convolved(stride: int, pad: int) -> Array:
    """The handout's image after the handout's kernel: (H', W')."""
    out: Array = reference.conv2d_forward(X[None, None], W[None, None], B, stride, pad)[0][0, 0]
    return out


def canvas(width: float, height: float, size: tuple[float, float]) -> tuple[Figure, Axes]:
    """A figure whose unit is a pixel of the pictured image, rows downwards."""
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    ax.set(xlim=(-0.15, width + 0.15), ylim=(height + 0.15, -0.15), aspect="equal")
    ax.axis("off")
    return figure, ax


def grid(ax: Axes, values: Array, left: float, top: float, fills: dict[tuple[int, int], str] | None = None) -> None:
    """A matrix as squares with their numbers; `fills` tints some of them."""
    for (row, column), value in np.ndenumerate(values):
        tint = (fills or {}).get((row, column))
        if tint:
            ax.add_patch(Rectangle((left + column, top + row), 1, 1, fc=tint, alpha=0.22, lw=0))
        ax.add_patch(Rectangle((left + column, top + row), 1, 1, fc="none", ec=GREY, lw=0.7))
        ax.text(left + column + 0.5, top + row + 0.5, f"{value:g}", ha="center", va="center")


def outline(ax: Axes, left: float, top: float, width: float, height: float, colour: str, inset: float = 0.0) -> None:
    """A frame around some squares."""
    corner = (left + inset, top + inset)
    ax.add_patch(Rectangle(corner, width - 2 * inset, height - 2 * inset, fc="none", ec=colour, lw=2.2))


def label(ax: Axes, x: float, y: float, text: str, colour: str = "black", size: float = 12) -> None:
    """A symbol, centred."""
    ax.text(x, y, text, ha="center", va="center", color=colour, fontsize=size)


def dense_to_convolution() -> Figure:
    """Which weight joins which input to which output: all their own, a band, a band of shared weights."""
    figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.5), layout="constrained")
    inputs, outputs, k = 8, 6, 3
    colours = plt.get_cmap("turbo")(np.linspace(0.04, 0.96, inputs * outputs))
    order = np.random.default_rng(4).permutation(inputs * outputs).reshape(outputs, inputs)
    shared = (BLUE, ORANGE, GREEN)
    for panel, ax in enumerate(axes):
        for row in range(outputs):
            for column in range(inputs):
                inside = 0 <= column - row < k
                fill: Any = colours[order[row, column]]
                if panel == 2 and inside:
                    fill = shared[column - row]
                face = fill if panel == 0 or inside else "white"
                ax.add_patch(Rectangle((column, row), 1, 1, fc=face, ec="#ced4da", lw=0.7, alpha=0.85))
        ax.set(xlim=(-0.1, inputs + 0.1), ylim=(outputs + 0.1, -0.1), aspect="equal", xticks=[], yticks=[])
        ax.set_xlabel(r"$x_1 \;\ldots\; x_8$")
        ax.set_title(("$48$", r"$6 \times 3 = 18$", "$3$")[panel], fontsize=11)
        for spine in ax.spines.values():
            spine.set_visible(False)
    axes[0].set_ylabel(r"$y_6 \;\ldots\; y_1$")
    return figure


def sliding_window() -> Figure:
    """One window of the handout's image, the kernel, and the number that they make."""
    figure, ax = canvas(12.6, 3.6, (7.4, 2.3))
    window = {(row, column): BLUE for row in (0, 1) for column in (2, 3)}
    grid(ax, X, 0, 0.6, window)
    outline(ax, 2, 0.6, 2, 2, BLUE)
    label(ax, 4.7, 2.1, r"$\star$", size=20)
    grid(ax, W, 5.4, 1.1, {(row, column): ORANGE for row in (0, 1) for column in (0, 1)})
    outline(ax, 5.4, 1.1, 2, 2, ORANGE)
    label(ax, 8.4, 2.1, f"$+\\;{B[0]:g}\\;=$")
    out = convolved(1, 0)
    grid(ax, out, 9.4, 1.1, {(0, 2): GREEN})
    outline(ax, 11.4, 1.1, 1, 1, GREEN)
    for x, name in ((2, "$x$"), (6.4, "$w$"), (8.25, "$b$"), (10.9, "$y$")):
        label(ax, x, 0.2, name)
    return figure


def padding_and_stride() -> Figure:
    """The handout's image in a frame of zeros, the six windows with stride 2, and what they give."""
    pad, stride = 1, 2
    padded = np.asarray(reference.pad2d(X[None, None], pad)[0, 0])
    out = convolved(stride, pad)
    figure, ax = canvas(11.4, 5.0, (6.6, 2.95))
    rows, columns = padded.shape
    ax.add_patch(Rectangle((0, 0), columns, rows, fc="#f1f3f5", lw=0))
    ax.add_patch(Rectangle((pad, pad), X.shape[1], X.shape[0], fc="white", lw=0))
    fills = {}
    for n, (row, column) in enumerate(np.ndindex(*out.shape)):
        fills[row, column] = SIX[n]
    grid(ax, padded, 0, 0)
    for (row, column), colour in fills.items():
        outline(ax, stride * column, stride * row, 2, 2, colour, inset=0.06)
    ax.add_patch(Rectangle((0, 4), columns, 1, fc="none", ec=GREY, hatch="////", lw=0, alpha=0.55))
    ax.annotate("", (8.1, 2), (6.3, 2), arrowprops={"arrowstyle": "->", "color": GREY, "lw": 1.4})
    grid(ax, out, 8.4, 1, fills)
    return figure


def receptive_field() -> Figure:
    """What one pixel of the last layer sees: two layers of 3, without and with a stride of 2 in the first."""
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 2.5), layout="constrained")
    for ax, layers in zip(axes, (((3, 1), (3, 1)), ((3, 2), (3, 1))), strict=True):
        draw_receptive_field(ax, layers)
    return figure


def draw_receptive_field(ax: Axes, layers: tuple[tuple[int, int], ...]) -> None:
    """One row of dots for each layer; what the middle dot of the last one sees is filled."""
    strides = np.cumprod([1, *(stride for _, stride in layers)])
    seen = {0.0}
    for level in range(len(layers), -1, -1):
        step = float(strides[level])
        reach = 5 if step == 1 else 2
        for place in step * np.arange(-reach, reach + 1):
            fill = (ORANGE if level == len(layers) else BLUE) if place in seen else "white"
            ax.plot(place, level, "o", ms=9, mfc=fill, mec=GREY, mew=0.9, zorder=3)
        if level:
            kernel, below = layers[level - 1][0], float(strides[level - 1])
            offsets = below * (np.arange(kernel) - kernel // 2)
            for place in seen:
                for offset in offsets:
                    ax.plot([place, place + offset], [level, level - 1], color=BLUE, lw=1.1, alpha=0.6)
            seen = {place + offset for place in seen for offset in offsets}
    width = reference.receptive_field(layers)
    ax.annotate("", (-width / 2, -0.42), (width / 2, -0.42), arrowprops={"arrowstyle": "<->", "color": "black"})
    label(ax, 0, -0.72, f"${width}$")
    for level, (kernel, stride) in enumerate(layers, start=1):
        label(ax, -7.3, level - 0.5, f"$k={kernel},\\ s={stride}$", GREY, 9)
    ax.set(xlim=(-9.0, 5.5), ylim=(-0.95, len(layers) + 0.3))
    ax.axis("off")


def windows_per_pixel() -> Figure:
    """How many windows see each pixel: k = 2 with stride 1, and k = 3 with stride 2 and leftovers."""
    figure, ax = canvas(13.4, 6.6, (6.8, 3.5))
    tints = {0.0: "#ced4da", 2.0: BLUE, 4.0: ORANGE}
    for left, top, shape, k, stride in ((0.0, 2.1, (3, 4), 2, 1), (5.4, 0.6, (6, 8), 3, 2)):
        image = np.zeros((1, 1, *shape))
        ones = np.ones_like(reference.im2col(image, k, k, stride, 0))
        count = np.asarray(reference.col2im(ones, image.shape, k, k, stride, 0)[0, 0])
        fills = {place: tints[value] for place, value in np.ndenumerate(count) if value in tints}
        grid(ax, count, left, top, fills)
        outline(ax, left, top, k, k, "black", inset=0.05)
        label(ax, left + shape[1] / 2, top - 0.4, f"$k={k},\\ s={stride}$", size=10)
    return figure


def im2col() -> Figure:
    """The six windows of the handout's image, each a row; times the kernel as a column."""
    figure, ax = canvas(14.0, 6.6, (7.4, 3.6))
    cols = np.asarray(reference.im2col(X[None, None], 2, 2))
    grid(ax, X, 0, 2.1)
    for n, (row, column) in enumerate(np.ndindex(2, 3)):
        inset = 0.06 + 0.07 * (n % 3) + 0.03 * (n // 3)
        outline(ax, column, 2.1 + row, 2, 2, SIX[n], inset=inset)
    ax.annotate("", (5.4, 3.6), (4.3, 3.6), arrowprops={"arrowstyle": "->", "color": GREY, "lw": 1.4})
    grid(ax, cols, 5.8, 0.6, {(n, column): SIX[n] for n in range(6) for column in range(4)})
    label(ax, 10.3, 3.6, r"$\cdot$", size=16)
    grid(ax, W.reshape(4, 1), 10.8, 1.6, {(n, 0): GREY for n in range(4)})
    label(ax, 12.4, 3.6, "$=$")
    product = cols @ W.reshape(4, 1)  # before the bias: (6, 1)
    grid(ax, product, 13.0, 0.6, {(n, 0): SIX[n] for n in range(6)})
    return figure


def maxpool_gradient() -> Figure:
    """k = 2, stride 1: each window's gradient goes to its winner; winners of several windows get the sum."""
    figure, ax = canvas(16.6, 3.6, (7.8, 2.0))
    dout = np.arange(1, 7.0).reshape(2, 3)
    out, cache = reference.maxpool2d_forward(X[None, None], 2, 1)
    dx = np.asarray(reference.maxpool2d_backward(dout[None, None], cache)[0, 0])
    winners = {(0, 1): BLUE, (1, 2): ORANGE, (2, 1): GREEN}
    colour_of = {X[place]: colour for place, colour in winners.items()}
    grid(ax, X, 0, 0.6, winners)
    grid(ax, np.asarray(out[0, 0]), 4.9, 1.1, {p: colour_of[v] for p, v in np.ndenumerate(out[0, 0])})
    grid(ax, dout, 8.7, 1.1, {p: colour_of[v] for p, v in np.ndenumerate(out[0, 0])})
    grid(ax, dx, 12.6, 0.6, winners)
    for x, name in ((2, "$x$"), (6.4, "$y$"), (10.2, r"$\partial L/\partial y$"), (14.6, r"$\partial L/\partial x$")):
        label(ax, x, 0.2, name, size=11)
    return figure


# A seven of 8 by 8 pixels.
SEVEN = np.zeros((8, 8))
SEVEN[1, 1:7] = SEVEN[2, 5:7] = SEVEN[3, 4:6] = SEVEN[4, 3:5] = SEVEN[5, 3:5] = SEVEN[6, 2:4] = 1


def turn(degrees: float, scale: float) -> torch.Tensor:
    """The map of a turned and scaled grid: (1, 2, 3)."""
    angle = np.deg2rad(degrees)
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    return torch.tensor([[[cosine, -sine, 0.0], [sine, cosine, 0.0]]])


def spatial_transformer() -> Figure:
    """A turned digit with the points at which a grid turned likewise reads it, and what is read there."""
    figure, axes = plt.subplots(1, 2, figsize=(6.2, 3.1), layout="constrained")
    upright = torch.from_numpy(SEVEN)[None, None]
    lying = reference.bilinear_sample(upright, reference.affine_grid(turn(-35, 1.25), 16, 16))
    points = reference.affine_grid(turn(35, 0.8), 8, 8)
    seen = reference.bilinear_sample(lying, points)[0, 0].numpy()
    for ax, image in zip(axes, (lying[0, 0].numpy(), seen), strict=True):
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=1, extent=(-1, 1, 1, -1))
        ax.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    own = (2 * np.arange(8) + 1) / 8 - 1
    x, y = np.meshgrid(own, own)
    for ax, places in ((axes[0], points[0].numpy().reshape(-1, 2)), (axes[1], np.stack([x, y], -1).reshape(-1, 2))):
        ax.scatter(*places.T, s=12, c=ORANGE, lw=0)
    for column in (0, 7):  # which side of the grid is which
        axes[0].plot(*points[0, :, column].numpy().T, c=(BLUE, GREEN)[column // 7], lw=1.2)
        axes[1].plot([own[column]] * 8, own, c=(BLUE, GREEN)[column // 7], lw=1.2)
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "dense_to_convolution": dense_to_convolution,
    "sliding_window": sliding_window,
    "padding_and_stride": padding_and_stride,
    "receptive_field": receptive_field,
    "windows_per_pixel": windows_per_pixel,
    "im2col": im2col,
    "maxpool_gradient": maxpool_gradient,
    "spatial_transformer": spatial_transformer,
}


def main(folder: Path) -> None:
    """Write every figure into the folder, as SVG."""
    matplotlib.use("svg")
    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for name, draw in FIGURES.items():
            figure = draw()
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("figures"))
