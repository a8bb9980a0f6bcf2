"""Draw the handout's figures: `python assignments/gradient_descent/figures.py [folder]`.

The same matplotlib gives the same bytes: the ids' salt is fixed, no date is written, all data is fixed or seeded here.
The numbers are the reference solution's, so that this file gives none of it away. The background is opaque, so that the
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
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

BLUE, ORANGE, GREEN, GREY = "#1f6feb", "#d9480f", "#2b8a3e", "#868e96"
STYLE: dict[str, Any] = {
    "svg.hashsalt": "gradient_descent",
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

# The handout's four points: the lowest loss lies at w = 1.4, b = 0.9.
X4 = np.array([0.0, 1.0, 2.0, 3.0])
Y4 = np.array([1.0, 2.0, 4.0, 5.0])


def reference_solution() -> ModuleType:
    """The topic's solution, as a module."""
    path = Path(__file__).parents[2] / "solutions" / "gradient_descent" / "solution.py"
    spec = spec_from_file_location("gradient_descent_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = reference_solution()


def walk(theta0: Array, lr: float, x: Array, y: Array, batches: list[Indices]) -> Array:
    """The points that gradient descent visits, one row each, with one update a batch."""
    turn = iter(batches)

    def gradient(theta: Array) -> Array:
        batch = next(turn)
        return np.append(*reference.mse_grad(x[batch, None], y[batch], theta[:1], theta[1]))  # (2,)

    return reference.gradient_descent(gradient, theta0, lr, len(batches))  # (updates + 1, 2)


def contours(ax: Axes, x: Array, y: Array, w_range: tuple[float, float], b_range: tuple[float, float]) -> None:
    """Lines of equal loss over w and b, closer together near the minimum."""
    ws, bs = np.linspace(*w_range, 80), np.linspace(*b_range, 80)
    loss = np.array([[reference.regression_loss(w * x + b, y, "mse") for w in ws] for b in bs])  # (80, 80)
    levels = loss.min() + np.geomspace(0.05, loss.max() - loss.min(), 10)
    ax.contour(ws, bs, loss, levels, colors="#adb5bd", linewidths=0.7)
    ax.set(xlabel="$w$", ylabel="$b$", xlim=w_range, ylim=b_range)


def trace(ax: Axes, path: Array, colour: str) -> None:
    """One path over the error surface: a ring at the start, dots for the updates."""
    ax.plot(*path.T, ".-", color=colour, lw=1, ms=4)
    ax.plot(*path[0], "o", color=colour, mfc="white", ms=6)


def learning_rates() -> Figure:
    """The error surface of the four points, walked with three learning rates (2 / lambda_max = 0.238)."""
    figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.7), sharey=True, layout="constrained")
    for ax, lr, steps, colour in zip(axes, (0.02, 0.2, 0.25), (20, 20, 8), (GREEN, BLUE, ORANGE), strict=True):
        contours(ax, X4, Y4, (-1.2, 3.8), (-1.2, 3.2))
        trace(ax, walk(np.array([-0.5, 2.5]), lr, X4, Y4, [np.arange(4)] * steps), colour)
        ax.plot(1.4, 0.9, "*", color="black", ms=7)
        ax.set_title(rf"$\eta = {lr}$")
        ax.label_outer()
    return figure


def losses() -> Figure:
    """Squared, absolute and Huber loss of one residual, and their slopes."""
    r = np.linspace(-3, 3, 241)
    figure, (value, slope) = plt.subplots(1, 2, figsize=(7.2, 2.6), layout="constrained")
    for kind, name, line, colour in (
        ("mse", "L2", "-", BLUE),
        ("mae", "L1", "--", GREEN),
        ("huber", r"Huber, $\delta = 1$", "-", ORANGE),
    ):
        loss = [reference.regression_loss(r[i : i + 1], np.zeros(1), kind) for i in range(len(r))]
        slopes = len(r) * reference.loss_grad_wrt_pred(kind, r, np.zeros_like(r))
        if kind == "mae":
            slopes[r == 0] = np.nan  # a gap where the slope jumps
        value.plot(r, loss, line, color=colour, label=name)
        slope.plot(r, slopes, line, color=colour, label=name)
    value.set(xlabel="$r$", ylabel=r"$\ell(r)$", ylim=(-0.2, 5))
    slope.set(xlabel="$r$", ylabel=r"$\ell^{\prime}(r)$", ylim=(-4, 4))
    slope.axhline(0, color=GREY, lw=0.6, zorder=0)
    value.legend(loc="upper center")
    return figure


def relu(x: Array) -> Array:
    """max(0, x)."""
    return np.maximum(0, x)


def terms(ax: Axes, x: Array, pieces: list[tuple[str, str, Array]]) -> None:
    """The single terms, dashed, and their sum, solid."""
    for name, colour, values in pieces:
        ax.plot(x, values, "--", color=colour, lw=1.2, label=name)
    ax.plot(x, np.sum([values for _, _, values in pieces], axis=0), color="black", label=r"$\Sigma$")
    ax.set(xlabel="$x$", ylabel="$y$", xlim=(x[0], x[-1]), ylim=(-6, 6.6))
    ax.legend(loc="lower left", fontsize=7)


def piecewise_linear() -> Figure:
    """Two ReLUs make a hard sigmoid; a constant and three make the handout's polyline."""
    figure, (ramp, curve) = plt.subplots(1, 2, figsize=(7.6, 3.0), layout="constrained")
    x = np.linspace(-1, 4.5, 221)
    terms(
        ramp,
        x,
        [
            (r"$2\,\max(0, x)$", BLUE, 2 * relu(x)),
            (r"$-2\,\max(0, x - 1)$", ORANGE, -2 * relu(x - 1)),
        ],
    )
    terms(
        curve,
        x,
        [
            ("$1$", GREY, np.ones_like(x)),
            (r"$2\,\max(0, x)$", BLUE, 2 * relu(x)),
            (r"$-2.5\,\max(0, x - 1)$", ORANGE, -2.5 * relu(x - 1)),
            (r"$0.5\,\max(0, x - 3)$", GREEN, 0.5 * relu(x - 3)),
        ],
    )
    curve.plot([0, 1, 3], [1, 3, 2], "o", color="black", ms=5)
    return figure


def batches() -> Figure:
    """Three epochs over 64 examples: 3 updates with the full batch, 48 with batches of 4."""
    rng = np.random.default_rng(7)
    x = rng.uniform(-1, 2, size=64)
    y = 1.4 * x + 0.9 + rng.normal(scale=0.6, size=64)
    best = np.polyfit(x, y, 1)
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 2.8), sharey=True, layout="constrained")
    for ax, size, colour in ((axes[0], 64, BLUE), (axes[1], 4, ORANGE)):
        parts = [part for _ in range(3) for part in reference.minibatches(64, size, rng)]
        contours(ax, x, y, (-1.4, 2.8), (-0.6, 3.0))
        trace(ax, walk(np.array([-1.0, 2.6]), 0.15, x, y, parts), colour)
        ax.plot(*best, "*", color="black", ms=7)
        ax.set_title(f"$B = {size}$")
        ax.label_outer()
    return figure


def numeric_gradient() -> Figure:
    """Relative error of both differences of x^3 against h, worst of 50 points in [0.5, 2]."""
    x = np.linspace(0.5, 2, 50)
    h = np.logspace(-13, -0.5, 76)[:, None]
    exact = 3 * x**2
    forward = ((x + h) ** 3 - x**3) / h  # (76, 50)
    central = ((x + h) ** 3 - (x - h) ** 3) / (2 * h)  # (76, 50)
    figure, ax = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
    for name, colour, estimate in (
        (r"$(f(x+h) - f(x))\,/\,h$", ORANGE, forward),
        (r"$(f(x+h) - f(x-h))\,/\,2h$", BLUE, central),
    ):
        ax.loglog(h, np.max(np.abs(estimate / exact - 1), axis=1), color=colour, label=name)
    ax.axvline(1e-5, color=GREY, lw=0.8, ls=":")
    ax.set(xlabel="$h$", ylabel=r"$|\hat{g} - g|\,/\,|g|$", ylim=(1e-14, 10))
    ax.legend(loc="lower left")
    return figure


def views() -> Figure:
    """Six weeks of made views: seven days in, one day out."""
    rng = np.random.default_rng(3)
    week = np.array([5.2, 5.4, 5.3, 5.1, 4.2, 2.6, 3.6])  # thousands, Monday first
    day = np.arange(42)
    count = week[day % 7] + 0.01 * day + rng.normal(scale=0.15, size=42)
    figure, ax = plt.subplots(figsize=(7.2, 2.2), layout="constrained")
    ax.plot(day, count, ".-", color=GREY, lw=1, ms=4)
    ax.axvspan(20.5, 27.5, color=BLUE, alpha=0.13, lw=0)
    ax.plot(day[21:28], count[21:28], "o", color=BLUE, ms=4)
    ax.plot(day[28], count[28], "o", color=ORANGE, ms=6)
    ax.text(24, 6.25, r"$x_{t-7}\;\ldots\;x_{t-1}$", color=BLUE, ha="center")
    ax.text(28.5, 6.25, "$x_t$", color=ORANGE, ha="center")
    ax.set(xlabel="$t$", xticks=day[::7], ylim=(2, 6.9))
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "learning_rates": learning_rates,
    "losses": losses,
    "piecewise_linear": piecewise_linear,
    "batches": batches,
    "numeric_gradient": numeric_gradient,
    "views": views,
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
