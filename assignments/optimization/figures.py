"""Draws the handout's figures: `python assignments/optimization/figures.py [folder]`.

Every path and curve is walked by the topic's own solution, with fixed data, ids and no date: two runs give the same
bytes. The pictures carry symbols and code words only, so that one serves both handouts, on a ground of their own.
"""

import sys
from collections.abc import Callable, Iterable
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
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

BLUE, ORANGE, GREEN, GREY = "#1f6feb", "#d9480f", "#2b8a3e", "#868e96"
STYLE: dict[str, Any] = {
    "svg.hashsalt": "optimization",
    "svg.fonttype": "path",
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
    path = Path(__file__).parents[2] / "solutions" / "optimization" / "solution.py"
    spec = spec_from_file_location("optimization_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = reference_solution()


def contours(ax: Axes, loss: Callable[[Array, Array], Array], xs: Array, ys: Array, levels: Iterable[float]) -> None:
    """Lines of equal loss over two parameters."""
    ax.contour(xs, ys, loss(*np.meshgrid(xs, ys)), list(levels), colors="#adb5bd", linewidths=0.8)


def trace(ax: Axes, path: Array, colour: str, name: str = "", marker: str = ".-") -> None:
    """One path over an error surface, a ring at its start."""
    ax.plot(*path.T, marker, color=colour, lw=1.1, ms=4, label=name or None)
    ax.plot(*path[0], "o", color=colour, mfc="white", ms=6)


# Lee's example: one weight after the other, target 1.


def two_weights(w1: Array, w2: Array) -> Array:
    """(1 - w1 w2)^2."""
    return (1 - w1 * w2) ** 2


def saddle() -> Figure:
    """Left: the surface around the origin with the two eigenvectors. Right: the loss along each of them."""
    H = np.array([[0.0, -2.0], [-2.0, 0.0]])
    down = reference.escape_direction(H)
    up = np.array([-down[1], down[0]])
    figure, (plane, cut) = plt.subplots(1, 2, figsize=(7.2, 3.0), layout="constrained", width_ratios=(1, 1.25))
    ticks = np.linspace(-1.6, 1.6, 161)
    contours(plane, two_weights, ticks, ticks, (0.02, 0.2, 0.5, 0.8, 1, 1.3, 1.8, 2.6, 3.8, 5.5, 8))
    for direction, colour in ((down, BLUE), (up, ORANGE)):
        for sign in (-1, 1):
            tip = sign * direction
            plane.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.8})
    plane.plot(0, 0, "o", color="black", ms=5)
    plane.set(xlabel="$w_1$", ylabel="$w_2$", aspect="equal", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    step = np.linspace(-1.6, 1.6, 161)
    for direction, colour, sign, value in ((up, ORANGE, "+", 2), (down, BLUE, "-", -2)):
        name = rf"$L(t\,u_{{{sign}}}),\ \lambda = {value}$"
        cut.plot(step, two_weights(*(step[:, None] * direction).T), color=colour, label=name)
        cut.plot(step, 1 + 0.5 * value * step**2, ":", color=colour, lw=1)
    cut.plot(0, 1, "o", color="black", ms=5)
    cut.set(xlabel="$t$", ylim=(-0.1, 3.2))
    cut.legend(loc="upper center")
    return figure


# A ravine: curvature 1 along w1, 40 along w2.

CURVATURE = np.array([1.0, 40.0])
START = np.array([-4.0, 0.9])


def ravine(w1: Array, w2: Array) -> Array:
    """(w1^2 + 40 w2^2) / 2."""
    return (CURVATURE[0] * w1**2 + CURVATURE[1] * w2**2) / 2


def walk(step: Callable[[Array, Array, Any], tuple[Array, Any]], state: Any, steps: int) -> Array:
    """The points visited in the ravine, one row each."""
    w, path = START, [START]
    for _ in range(steps):
        w, state = step(w, CURVATURE * w, state)
        path.append(w)
    return np.array(path)  # (steps + 1, 2)


def momentum() -> Figure:
    """Thirty steps of gradient descent, of momentum and of Nesterov's momentum with one learning rate."""
    figure, axes = plt.subplots(3, 1, figsize=(7.2, 4.6), sharex=True, layout="constrained")
    for ax, (mu, nesterov), colour, title in zip(
        axes,
        ((0.0, False), (0.8, False), (0.8, True)),
        (GREY, BLUE, ORANGE),
        (r"$\mu = 0$", r"$\mu = 0.8$", r"$\mu = 0.8$, Nesterov"),
        strict=True,
    ):

        def step(w: Array, g: Array, v: Array, mu: float = mu, nesterov: bool = nesterov) -> tuple[Array, Array]:
            return reference.momentum_step(w, g, v, 0.03, mu, nesterov)

        contours(ax, ravine, np.linspace(-4.6, 1.6, 121), np.linspace(-1.2, 1.2, 81), np.geomspace(0.1, 40, 9))
        trace(ax, walk(step, np.zeros(2), 30), colour)
        ax.plot(0, 0, "*", color="black", ms=8)
        ax.set_title(title)
        ax.set(ylabel="$w_2$", ylim=(-1.2, 1.2))
    axes[-1].set_xlabel("$w_1$")
    return figure


def adaptive() -> Figure:
    """Left: the ravine with one rate for all and with a rate for each. Right: rates when gradients shrink."""
    figure, (plane, rates) = plt.subplots(1, 2, figsize=(7.6, 2.9), layout="constrained", width_ratios=(1.25, 1))
    contours(plane, ravine, np.linspace(-4.6, 1.6, 121), np.linspace(-1.2, 1.2, 81), np.geomspace(0.1, 40, 9))
    trace(plane, walk(lambda w, g, _: (w - 0.048 * g, None), None, 25), GREY, "GD")
    zeros = np.zeros(2)
    trace(plane, walk(lambda w, g, s: reference.adagrad_step(w, g, s, 0.4), zeros, 25), GREEN, "AdaGrad")
    trace(plane, walk(lambda w, g, s: reference.rmsprop_step(w, g, s, 0.15), zeros, 25), ORANGE, "RMSProp")
    plane.plot(0, 0, "*", color="black", ms=8)
    plane.set(xlabel="$w_1$", ylabel="$w_2$", ylim=(-1.2, 1.6))
    plane.legend(loc="upper right", ncols=3, fontsize=7)
    g = np.where(np.arange(120) < 40, 5.0, 0.5)
    for name, step, colour in (
        ("AdaGrad", reference.adagrad_step, GREEN),
        (r"RMSProp, $\rho = 0.9$", reference.rmsprop_step, ORANGE),
    ):
        s, found = 0.0, []
        for value in g:
            w, s = step(0.0, value, s, 1.0)
            found.append(-w / value)
        rates.semilogy(found, color=colour, label=name)
    rates.axvspan(0, 40, color=GREY, alpha=0.15, lw=0)
    rates.text(20, 3.4, "$g = 5$", ha="center")
    rates.text(80, 3.4, "$g = 0.5$", ha="center")
    rates.set(xlabel="$t$", ylabel=r"$\eta\,/\,(\sqrt{s} + \varepsilon)$", ylim=(0.01, 6), xlim=(0, 119))
    rates.legend(loc="lower right", fontsize=7)
    return figure


def bias_correction() -> Figure:
    """Adam's step under a gradient that is always the same, over lr, with and without correction."""
    t = np.arange(1, 3001)
    b1, b2 = 0.9, 0.999
    figure, ax = plt.subplots(figsize=(5.4, 2.6), layout="constrained")
    state, corrected = (0.0, 0.0, 0), []
    for _ in t:
        w, state = reference.adam_step(0.0, 1.0, state, 1.0)
        corrected.append(-w)
    for name, values, colour, line in (
        (r"$m\,/\,\sqrt{v}$", (1 - b1**t) / np.sqrt(1 - b2**t), ORANGE, "-"),
        (r"$\hat{m}\,/\,\sqrt{v}$", 1 / np.sqrt(1 - b2**t), GREY, "--"),
        (r"$m\,/\,\sqrt{\hat{v}}$", 1 - b1**t, GREEN, "--"),
        (r"$\hat{m}\,/\,\sqrt{\hat{v}}$", np.array(corrected), BLUE, "-"),
    ):
        ax.loglog(t, values, line, color=colour, label=name)
    ax.set(xlabel="$t$", ylabel=r"$|\Delta w|\,/\,\eta$", xlim=(1, 3000), ylim=(0.07, 45))
    ax.legend(loc="upper right", ncols=2)
    return figure


def schedules() -> Figure:
    """The three kinds with a warm-up of 10 in 60 steps."""
    step = np.arange(75)
    figure, ax = plt.subplots(figsize=(5.4, 2.3), layout="constrained")
    for kind, colour, line in (("constant", GREY, "--"), ("linear", GREEN, "-"), ("cosine", BLUE, "-")):
        ax.plot(step, [reference.lr_schedule(int(s), 60, 10, kind) for s in step], line, color=colour, label=kind)
    for place in (10, 60):
        ax.axvline(place, color=GREY, lw=0.6, ls=":")
    ax.set(xticks=(0, 10, 60), xticklabels=("0", "warmup", "total"), ylim=(-0.04, 1.08), xlabel="step")
    ax.legend(loc="center right", bbox_to_anchor=(0.99, 0.55))
    return figure


def surface() -> Figure:
    """Squared loss of w1 x1 + w2 x2 where x2 is eight times as large, before and after batch normalisation."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(64, 2)) * [0.5, 4.0] + [0.4, 2.0]
    zeros, ones = np.zeros(2), np.ones(2)
    normed = reference.batchnorm_forward(x, ones, zeros, zeros, ones)[0]
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.1), layout="constrained")
    for ax, data, title, colour in (
        (axes[0], x, r"$x_1,\ x_2$", ORANGE),
        (axes[1], normed, r"$\hat{x}_1,\ \hat{x}_2$", BLUE),
    ):
        best = np.array([0.5, -0.3])
        quadratic = data.T @ data / len(data)  # (2, 2)
        ticks = np.linspace(-1.5, 1.5, 121)

        def loss(w1: Array, w2: Array, quadratic: Array = quadratic, best: Array = best) -> Array:
            d = np.stack([w1 - best[0], w2 - best[1]])  # (2, ...)
            return np.einsum("i...,ij,j...->...", d, quadratic, d)

        largest = np.linalg.eigvalsh(quadratic)[-1]
        contours(ax, loss, ticks, ticks, largest * np.geomspace(0.01, 3, 9))
        w, path = np.array([-1.2, 1.1]), [np.array([-1.2, 1.1])]
        for _ in range(15):
            w = w - 0.85 / largest * quadratic @ (w - best)
            path.append(w)
        trace(ax, np.array(path), colour)
        ax.plot(*best, "*", color="black", ms=8)
        ax.set(xlabel="$w_1$", ylabel="$w_2$", aspect="equal", title=title, xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    return figure


def deep() -> Figure:
    """Left: size of each layer's gradient at the start. Right: loss in training. Eight layers of 32 on the digits."""
    from sklearn.datasets import load_digits

    data, rng = load_digits(), np.random.default_rng(3)
    X, y = data.data / 16 - data.data.mean(axis=0) / 16, data.target
    sizes = [64] + [32] * 8 + [10]
    layers: list[dict[str, Array]] = []
    for n_in, n_out in pairwise(sizes):
        zeros, ones = np.zeros(n_out), np.ones(n_out)
        W = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)
        layers.append({"W": W, "gamma": ones, "beta": zeros, "mean": zeros, "var": ones})
    layers[-1] = {name: layers[-1][name] for name in ("W", "beta")}
    batches = np.concatenate([rng.permutation(1750).reshape(35, 50) for _ in range(8)])  # (280, 50)
    figure, (size, loss) = plt.subplots(1, 2, figsize=(7.4, 2.8), layout="constrained")
    for bn, name, colour in ((False, "BN: no", ORANGE), (True, "BN: yes", BLUE)):
        logits, caches, _ = reference.deep_forward(X[:500], layers, bn, True)
        grads = reference.deep_backward(reference.softmax_loss(logits, y[:500])[1], caches)
        norms = [np.sqrt(np.mean(grad["W"] ** 2)) for grad in grads]
        size.semilogy(range(1, 10), norms, "o-", color=colour, ms=4, label=name)
        now, losses = layers, []
        for rows in batches:
            losses.append(reference.softmax_loss(reference.deep_forward(X[rows], now, bn, True)[0], y[rows])[0])
            now = reference.train_deep(X, y, now, bn, rows[None], 0.2)
        loss.plot(losses, color=colour, lw=1.1, label=name)
    size.set(xlabel="layer", ylabel=r"RMS of $\partial L / \partial W$", xticks=range(1, 10))
    loss.set(xlabel="step", ylabel="$L$", ylim=(0, 2.7))
    size.legend(loc="lower right")
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "saddle": saddle,
    "momentum": momentum,
    "adaptive": adaptive,
    "bias_correction": bias_correction,
    "schedules": schedules,
    "surface": surface,
    "deep": deep,
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
