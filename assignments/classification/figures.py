"""Draw the handout's figures: `python assignments/classification/figures.py [folder]`.

The same matplotlib gives the same bytes: the ids' salt is fixed, no date is written, all data is fixed or seeded here.
The numbers are the reference solution's, so that this file gives none of it away. The background is opaque, so that the
figures read alike on a light and on a dark page; words are left to the handouts, so that one figure serves both.
"""

import sys
import warnings
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from autograder.data import digits

Array = NDArray[np.float64]
Labels = NDArray[np.intp]

BLUE, ORANGE, GREEN, GREY = "#1f6feb", "#d9480f", "#2b8a3e", "#868e96"
STYLE: dict[str, Any] = {
    "svg.hashsalt": "classification",
    "svg.fonttype": "path",  # glyphs as outlines: the same widths on every reader's machine
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.titlesize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "xtick.color": "#495057",
    "ytick.color": "#495057",
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}


def reference_solution() -> ModuleType:
    """The topic's solution, as a module."""
    path = Path(__file__).parents[2] / "solutions" / "classification" / "solution.py"
    spec = spec_from_file_location("classification_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = reference_solution()


def softmax_bars() -> Figure:
    """Scores, their exponentials and the probabilities of the handout's first row."""
    z = np.log([6.0, 3.0, 1.0])  # (C,)
    figure, axes = plt.subplots(1, 3, figsize=(7.2, 2.2), layout="constrained")
    stages = {r"$z_c$": z, r"$e^{z_c}$": np.exp(z), r"$p_c$": reference.softmax(z)}
    for ax, (name, heights) in zip(axes, stages.items(), strict=True):
        bars = ax.bar([0, 1, 2], heights, width=0.6, color=[BLUE, ORANGE, GREEN])
        ax.bar_label(bars, [f"{h:.3g}" for h in heights], padding=2)
        ax.set(title=name, xticks=[0, 1, 2], yticks=[], xlabel="$c$", ylim=(0, 1.18 * heights.max()))
        ax.spines["left"].set_visible(False)
    return figure


def overflow() -> Figure:
    """Left: log of a sum of exponentials, taken literally and safely. Right: losses that stop rising."""
    a = np.linspace(-1200, 1200, 1201)
    pairs = np.stack([a, a], axis=1)  # (1201, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        literal = np.log(np.exp(pairs).sum(axis=1))
    literal[~np.isfinite(literal)] = np.nan  # a gap in the curve
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.7), layout="constrained")
    left.axvspan(-1200, -745, color=ORANGE, alpha=0.12, lw=0)
    left.axvspan(709, 1200, color=ORANGE, alpha=0.12, lw=0)
    left.plot(a, reference.logsumexp(pairs), color=BLUE, lw=1.2)
    left.plot(a, literal, color=ORANGE, lw=3.5, alpha=0.7, zorder=1)
    left.text(-972, 700, r"$-\infty$", color=ORANGE, ha="center", fontsize=11)
    left.text(955, -700, r"$+\infty$", color=ORANGE, ha="center", fontsize=11)
    left.set(
        title=r"$\log(e^a + e^a)$", xlabel="$a$", xticks=[-745, 0, 709], yticks=[-1000, 0, 1000], xlim=(-1200, 1200)
    )

    margin = np.linspace(0, 45, 451)
    z = np.stack([np.zeros_like(margin), margin], axis=1)  # (451, 2), the true class is the first
    p = reference.softmax(z)[:, 0]
    right.plot(margin, reference.cross_entropy(z, np.zeros(451, dtype=int), "none"), color=BLUE, label=r"$-\log p$")
    right.plot(margin, -np.log(p + 1e-12), color=ORANGE, ls="--", label=r"$-\log(p + 10^{-12})$")
    right.plot(margin, -np.log(np.maximum(p, 1e-7)), color=GREEN, ls=":", label=r"$-\log\max(p, 10^{-7})$")
    right.set(xlabel="$z_1 - z_0$", xlim=(0, 45), ylim=(0, 45))
    right.legend()
    return figure


def flat_far_away() -> Figure:
    """Cross-entropy and squared error of one example with y = 1 against its logit, and their slopes."""
    z, one = np.linspace(-10, 6, 321), np.array([1.0])
    loss, slope = zip(*(reference.bce_with_logits(v[None], one) for v in z), strict=True)
    p = 1 / (1 + np.exp(-z))
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.5), layout="constrained", sharex=True)
    left.plot(z, loss, color=BLUE, label=r"$-\log\sigma(z)$")
    left.plot(z, (1 - p) ** 2, color=ORANGE, label=r"$(1 - \sigma(z))^2$")
    left.set(title=r"$L(z)$", xlabel="$z$", ylim=(-0.2, 8))
    left.legend()
    right.plot(z, np.ravel(slope), color=BLUE)
    right.plot(z, np.gradient((1 - p) ** 2, z), color=ORANGE)
    right.axhline(0, color=GREY, lw=0.6)
    right.set(title=r"$L^{\prime}(z)$", xlabel="$z$", ylim=(-1.1, 0.1))
    return figure


def walk(gradient: Callable[[Array, Labels], Array], start: Array, lr: float, steps: int) -> Array:
    """The points (z0, z1) that gradient descent on three logits visits; the third logit stays 0."""
    z, y, path = start, np.array([0]), [start]
    for _ in range(steps):
        z = z - lr * gradient(np.append(z, 0.0)[None], y)[0, :2]
        path.append(z)
    return np.array(path)  # (steps + 1, 2)


def surfaces() -> Figure:
    """Cross-entropy and squared error over two of three logits, each walked downhill from the same bad start."""
    axis = np.linspace(-10, 10, 41)
    z = np.stack([*np.meshgrid(axis, axis), np.zeros((41, 41))], axis=-1).reshape(-1, 3)  # (1681, 3)
    label = np.zeros(len(z), dtype=int)
    ce = reference.cross_entropy(z, label, "none").reshape(41, 41)
    mse = ((reference.softmax(z) - reference.one_hot(label, 3)) ** 2).sum(axis=1).reshape(41, 41)
    start = np.array([-6.0, 8.0])
    walks = reference.cross_entropy_backward, reference.mse_on_softmax_backward
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.3), layout="constrained", sharey=True)
    for ax, loss, slope, colour in zip(axes, (ce, mse), walks, (BLUE, ORANGE), strict=True):
        ax.contourf(axis, axis, loss, levels=np.linspace(0, loss.max(), 11), cmap="Greys", alpha=0.55)
        path = walk(slope, start, 1.0, 100)
        ax.plot(*path.T, ".-", color=colour, lw=1, ms=4)
        ax.plot(*start, "o", color=colour, mfc="white", ms=7)
        ax.set(xlabel="$z_0$", xlim=(-10, 10), ylim=(-10, 10), aspect="equal")
    axes[0].set(ylabel="$z_1$", title=r"$-\log p_0$")
    axes[1].set(title=r"$\Vert p - y \Vert^2$")
    return figure


def confusion() -> Figure:
    """What softmax regression confuses on handwritten digits it has not seen."""
    X, y = digits()
    test = np.arange(len(y)) % 4 == 2
    W, b = reference.train_softmax(X[~test] / 16, y[~test], 1.0, 300)
    counts = reference.confusion_matrix(y[test], (X[test] / 16 @ W + b).argmax(axis=1), 10)
    figure, ax = plt.subplots(figsize=(4.2, 3.9), layout="constrained")
    ax.imshow(np.sqrt(counts), cmap="Blues")
    for i, j in np.argwhere(counts > 0):
        ax.text(j, i, counts[i, j], ha="center", va="center", color="white" if i == j else ORANGE)
    ax.set(xticks=range(10), yticks=range(10), xlabel=r"$\hat{y}$", ylabel="$y$")
    ax.spines[:].set_visible(False)
    return figure


def points_of(ax: Axes, X: Array, y: Labels) -> None:
    """Two classes in the plane."""
    for label, colour, marker in ((0, ORANGE, "o"), (1, BLUE, "s")):
        ax.plot(*X[y == label].T, marker, color=colour, ms=4, mew=0)


def boundaries() -> Figure:
    """Logistic regression with and without a bias, and four points that no line separates."""
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    X = 0.35 * rng.normal(size=(40, 2)) + np.where(y[:, None] == 1, [2.6, 1.4], [1.2, 0.9])
    corners, parity = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.7), layout="constrained", width_ratios=(3, 2))
    points_of(left, X, y)
    line = np.linspace(0, 4, 2)
    w, b = reference.train_logistic(X, y, 1.0, 3000)
    left.plot(line, -(w[0] * line + b) / w[1], color=GREEN)
    mirrored = np.concatenate([X, -X]), np.concatenate([y, 1 - y])  # by symmetry the best bias is exactly 0
    v, _ = reference.train_logistic(*mirrored, 1.0, 3000)
    left.plot(line, -v[0] * line / v[1], color=GREEN, ls="--")
    left.set(xlabel="$x_0$", ylabel="$x_1$", xlim=(-0.1, 3.6), ylim=(-0.1, 2.5))
    points_of(right, corners, parity)
    right.set(xlabel="$x_0$", ylabel="$x_1$", xticks=[0, 1], yticks=[0, 1], xlim=(-0.4, 1.4), ylim=(-0.4, 1.4))
    right.set_aspect("equal")
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "softmax": softmax_bars,
    "overflow": overflow,
    "flat_far_away": flat_far_away,
    "surfaces": surfaces,
    "confusion": confusion,
    "boundaries": boundaries,
}


def main(folder: Path) -> None:
    """Write every figure as an SVG into the folder."""
    matplotlib.use("svg")
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        with plt.rc_context(STYLE):
            figure = draw()
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "figures")
