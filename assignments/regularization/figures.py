"""Draw the handout's figures: `python assignments/regularization/figures.py [folder]`.

The same matplotlib gives the same bytes: fixed seeds, rounded curves, no dates, hashed ids with a fixed salt. Lines and
letters have a middling lightness and the ground is transparent, so that they read on a light and on a dark page.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
import numpy as np

GREY, BLUE, ORANGE, GREEN, RED = "#7b8490", "#3c84d8", "#d5812c", "#36a05a", "#d4505f"
STYLE = {
    "svg.hashsalt": "regularization",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.titlecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "legend.frameon": False,
    "legend.labelcolor": "linecolor",
    "lines.linewidth": 2.2,
}


def save(figure, path):
    """Write a figure without anything that changes from run to run."""
    figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def penalty_geometry():
    """Where the level sets of the data loss first touch the diamond of L1 and the disc of L2."""
    H, centre = np.array([[1.0, 0.35], [0.35, 0.6]]), np.array([1.7, 1.15])
    grid = np.linspace(-1.6, 3.4, 90)
    U, V = np.meshgrid(grid, grid)
    d = np.stack([U, V], axis=-1) - centre  # (90, 90, 2)
    loss = np.einsum("uvi,ij,uvj->uv", d, H, d)  # (90, 90)
    angle = np.linspace(0, 2 * np.pi, 4001)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (4001, 2)
    shapes = {"L1": ring / np.abs(ring).sum(axis=1, keepdims=True), "L2": ring}
    figure, panels = plt.subplots(1, 2, figsize=(9, 4.4))
    for panel, (name, edge) in zip(panels, shapes.items(), strict=True):
        gap = edge - centre
        values = np.einsum("ni,ij,nj->n", gap, H, gap)
        touch = edge[values.argmin()]
        panel.contour(U, V, loss, levels=np.sort([0.12, values.min(), 3.4]), colors=BLUE, linewidths=1.4)
        panel.fill(*edge[::50].T, color=ORANGE, alpha=0.25)
        panel.plot(*edge[::50].T, color=ORANGE)
        panel.plot(*centre, "o", color=BLUE)
        panel.annotate("$\\hat{w}$", centre, (7, -3), textcoords="offset points", color=BLUE, fontsize=14)
        panel.plot(*touch, "o", color=RED, ms=9, zorder=5)
        where = f"({touch[0]:.2f}, {touch[1]:.2f})"
        panel.annotate(where, touch, (10, -16), textcoords="offset points", color=RED, weight="bold")
        panel.axhline(0, color=GREY, lw=0.8)
        panel.axvline(0, color=GREY, lw=0.8)
        panel.set(xlim=(-1.6, 3.4), ylim=(-1.6, 3.0), aspect="equal", xlabel="$w_1$", ylabel="$w_2$")
        panel.set_xticks([-1, 0, 1, 2, 3])
        panel.set_yticks([-1, 0, 1, 2, 3])
        panel.set_title({"L1": "$|w_1| + |w_2| \\leq 1$", "L2": "$w_1^2 + w_2^2 \\leq 1$"}[name], fontsize=12)
    figure.tight_layout()
    return figure


def dropout_network():
    """The same small network in training, with dropped units, and in evaluation, complete."""
    layers = [np.linspace(-1.5, 1.5, 4), np.linspace(-2, 2, 5), np.linspace(-2, 2, 5), np.array([-0.6, 0.6])]
    dropped = {(1, 1), (1, 3), (2, 0), (2, 3)}
    figure, panels = plt.subplots(1, 2, figsize=(9, 4))
    titles = ("train", "eval")
    for panel, title, gone in zip(panels, titles, (dropped, set()), strict=True):
        for layer in range(3):
            for i, y in enumerate(layers[layer]):
                for j, z in enumerate(layers[layer + 1]):
                    if (layer, i) not in gone and (layer + 1, j) not in gone:
                        panel.plot([layer, layer + 1], [y, z], color=GREY, lw=0.9, alpha=0.7, zorder=1)
        for layer, heights in enumerate(layers):
            for i, y in enumerate(heights):
                off = (layer, i) in gone
                colour = RED if off else BLUE if layer in (1, 2) else GREY
                panel.scatter(layer, y, s=330, facecolor="none" if off else colour, edgecolor=colour, lw=1.8, zorder=2)
                if off:
                    panel.plot(layer, y, "x", color=RED, ms=11, mew=2, zorder=3)
        panel.set_title(title, fontsize=12)
        panel.set(xlim=(-0.4, 3.4), ylim=(-2.5, 2.5))
        panel.axis("off")
    figure.tight_layout()
    return figure


def features(x):
    """Thirty sines and cosines and a constant: far more than twenty noisy points can settle."""
    k = np.arange(1, 16)
    return np.concatenate([np.ones((len(x), 1)), np.sin(np.outer(x, k)), np.cos(np.outer(x, k))], axis=1)


def early_stopping():
    """Training and validation loss of an oversized linear model under gradient descent."""
    rng = np.random.default_rng(9)
    x_train, x_val = rng.uniform(-np.pi, np.pi, 20), np.linspace(-np.pi, np.pi, 200)
    A, B = features(x_train), features(x_val)
    t_train = np.sin(x_train) + 0.8 * rng.normal(size=20)
    t_val = np.sin(x_val) + 0.8 * rng.normal(size=200)
    theta, curves = np.zeros(31), []
    for _ in range(301):
        curves.append((np.mean((A @ theta - t_train) ** 2), np.mean((B @ theta - t_val) ** 2)))
        theta = theta - 0.004 * 2 / 20 * A.T @ (A @ theta - t_train)
    best, patience = int(np.argmin([val for _, val in curves])), 40
    train, val = np.round(np.array(curves).T, 3)
    figure, panel = plt.subplots(figsize=(7.5, 4))
    panel.plot(train, color=BLUE)
    panel.plot(val, color=ORANGE)
    panel.text(297, train[-1] + 0.03, "train", color=BLUE, ha="right", va="bottom")
    panel.text(297, val[-1] + 0.03, "validation", color=ORANGE, ha="right", va="bottom")
    top = 1.6
    panel.axvline(best, color=GREEN, lw=1.6, ls="--")
    panel.axvline(best + patience, color=RED, lw=1.6, ls="--")
    panel.text(best - 3, top, "best", color=GREEN, va="top", ha="right")
    panel.text(best + patience + 3, top, "stop", color=RED, va="top")
    panel.set(xlim=(0, 300), ylim=(0, top), xlabel="epoch", ylabel="mean squared error")
    return figure


def activation_scale():
    """Root mean square of the activations through thirty ReLU layers, for four ways to draw the weights."""
    width, depth = 256, 30
    choices = {
        "$\\sigma = 0.01$": (0.01, RED),
        "$\\sigma^2 = 1/D$": (np.sqrt(1 / width), ORANGE),
        "$\\sigma^2 = 2/D$": (np.sqrt(2 / width), GREEN),
        "$\\sigma^2 = 4/D$": (np.sqrt(4 / width), BLUE),
    }
    figure, panel = plt.subplots(figsize=(7.5, 4))
    for name, (std, colour) in choices.items():
        rng = np.random.default_rng(0)
        x, scale = rng.normal(size=(64, width)), []
        for _ in range(depth + 1):
            scale.append(np.sqrt(np.mean(x**2)))
            x = np.maximum(0, x @ (std * rng.normal(size=(width, width))))
        seen = np.round(np.log10(scale), 2)
        panel.plot(10.0**seen, color=colour, marker="o", ms=3.5)
        last = int(np.argmax(seen < -8)) if np.any(seen < -8) else depth
        panel.text(last + 0.6, 10.0 ** max(seen[last], -7.6), name, color=colour, va="center")
    panel.set_yscale("log")
    panel.set(xlim=(0, depth + 6), ylim=(1e-8, 1e6), xlabel="layer", ylabel="RMS of the activations")
    panel.set_xticks(range(0, depth + 1, 5))
    return figure


def draw(folder):
    """Write every figure as an SVG file of its function's name into `folder`."""
    folder.mkdir(exist_ok=True)
    with plt.rc_context(STYLE):
        for figure in (penalty_geometry, dropout_network, early_stopping, activation_scale):
            save(figure(), folder / f"{figure.__name__}.svg")


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "figures")
