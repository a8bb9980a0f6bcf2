"""Draw the handout's figures: `python assignments/transformer/figures.py [folder]`.

The same matplotlib gives the same bytes: the ids' salt is fixed, no date is written, all data is fixed here. The ground
is opaque, so that the figures read alike on a light and on a dark page; words are few, so that one figure serves both
languages. What is drawn is computed here, in a line or two, and not by the reference solution.
"""

import math
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

BLUE, ORANGE, GREEN, RED, GREY = "#1f6feb", "#d9480f", "#2b8a3e", "#c2255c", "#868e96"
TINTS = {BLUE: "#dbe9fd", ORANGE: "#fde5d8", GREEN: "#dcf1e1", RED: "#fbdfe9", GREY: "#f1f3f5"}
STYLE = {
    "svg.hashsalt": "transformer",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def canvas(width, height, scale=0.5):
    """A figure measured in units, upwards."""
    figure, ax = plt.subplots(figsize=(width * scale, height * scale), layout="constrained")
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")
    return figure, ax


def box(ax, x, y, text, colour, width=4.0, height=0.9):
    """A named part, its middle at (x, y)."""
    corner = (x - width / 2, y - height / 2)
    style = "round,pad=0.02,rounding_size=0.18"
    ax.add_patch(FancyBboxPatch(corner, width, height, boxstyle=style, fc=TINTS[colour], ec=colour, lw=1.3))
    ax.text(x, y, text, ha="center", va="center", color="#343a40")


def line(ax, *points, colour=GREY, head=True):
    """A path through points, with an arrow's head at its end."""
    ax.plot(*zip(*points[:-1], strict=True), color=colour, lw=1.2, solid_capstyle="round")
    style = {"arrowstyle": "-|>" if head else "-", "mutation_scale": 10, "color": colour, "lw": 1.2}
    ax.add_patch(FancyArrowPatch(points[-2], points[-1], shrinkA=0, shrinkB=0, **style))


def plus(ax, x, y):
    """Where a residual connection comes back."""
    ax.add_patch(plt.Circle((x, y), 0.24, fc="white", ec=GREY, lw=1.3))
    ax.text(x, y - 0.02, "+", ha="center", va="center", color="#343a40")


def part(ax, x, y, name, colour, norm, bow=2.6, side=-1):
    """A pre-norm part that begins at height y: norm, part, sum. The height above it."""
    line(ax, (x, y), (x, y + 0.5))
    box(ax, x, y + 0.95, norm, GREY)
    line(ax, (x, y + 1.4), (x, y + 1.8))
    box(ax, x, y + 2.25, name, colour)
    line(ax, (x, y + 2.7), (x, y + 3.06))
    plus(ax, x, y + 3.3)
    line(ax, (x, y + 0.2), (x + side * bow, y + 0.2), (x + side * bow, y + 3.3), (x + side * 0.24, y + 3.3))
    return y + 3.54


def transformer():
    """The encoder on the left, the decoder on the right, and what goes across."""
    figure, ax = canvas(18, 17.5, 0.42)
    left, right = 4.2, 12.6
    for x, name in ((left, "source"), (right, "0, target shifted")):
        ax.text(x, 0.35, name, ha="center", va="center", color="#343a40")
        line(ax, (x, 0.65), (x, 1.05))
        box(ax, x, 1.5, r"tokens $\cdot\sqrt{d}$  +  positions", BLUE, 5.2)
        line(ax, (x, 1.95), (x, 2.3), head=False)
    y = part(ax, left, 2.3, "self-attention", ORANGE, "norm1")
    top = part(ax, left, y, "feed-forward", GREEN, "norm2")
    y = part(ax, right, 2.3, "causal self-attention", ORANGE, "norm1", side=1)
    across = y + 2.25
    y = part(ax, right, y, "cross-attention", RED, "norm2", side=1)
    y = part(ax, right, y, "feed-forward", GREEN, "norm3", side=1)
    line(
        ax,
        (left, top),
        (left, top + 0.7),
        (left + 4.4, top + 0.7),
        (left + 4.4, across),
        (right - 2.0, across),
        colour=RED,
    )
    ax.text(left + 4.2, top + 1.1, "memory: keys, values", ha="center", color=RED)
    ax.text(left - 3.9, (2.3 + top) / 2, "× L", ha="center", va="center", color=GREY, fontsize=13)
    ax.text(right + 3.9, (2.3 + y) / 2, "× L", ha="center", va="center", color=GREY, fontsize=13)
    line(ax, (right, y), (right, y + 0.4))
    box(ax, right, y + 0.85, "norm", GREY)
    line(ax, (right, y + 1.3), (right, y + 1.7))
    box(ax, right, y + 2.15, "head", BLUE)
    line(ax, (right, y + 2.6), (right, y + 3.0))
    ax.text(right, y + 3.3, "logits: what comes next", ha="center", va="center", color="#343a40")
    return figure


def norms():
    """A block with the norm first and one with the norm last."""
    figure, ax = canvas(14, 10.2, 0.45)
    for x, first in ((3.6, True), (10.4, False)):
        y = 1.0
        ax.text(x, 0.4, f"norm_first={first}", ha="center", va="center", color="#343a40")
        for name, colour in (("attention", ORANGE), ("ff", GREEN)):
            norm = "norm1" if name == "attention" else "norm2"
            if first:
                y = part(ax, x, y, name, colour, norm)
                continue
            line(ax, (x, y), (x, y + 0.6))
            box(ax, x, y + 1.05, name, colour)
            line(ax, (x, y + 1.5), (x, y + 1.86))
            plus(ax, x, y + 2.1)
            line(ax, (x, y + 0.2), (x - 2.6, y + 0.2), (x - 2.6, y + 2.1), (x - 0.24, y + 2.1))
            line(ax, (x, y + 2.34), (x, y + 2.64))
            box(ax, x, y + 3.09, norm, GREY)
            y += 3.54
        line(ax, (x, y), (x, y + 0.8))
    return figure


def masks():
    """Who may look at whom: in the encoder, in the decoder, and across."""
    figure, ax = canvas(19.5, 6.6, 0.42)
    real, T, S = 4, 5, 6
    keep = np.arange(S) < real
    shapes = {
        "encoder": np.tile(keep, (S, 1)),
        "decoder": np.tril(np.ones((T, T), bool)),
        "cross": np.tile(keep, (T, 1)),
    }
    x = 0.4
    for (name, mask), colour in zip(shapes.items(), (ORANGE, ORANGE, RED), strict=True):
        columns = mask.shape[1]
        for (i, j), seen in np.ndenumerate(mask):
            corner = (x + j * 0.9, 5.6 - (i + 1) * 0.9)
            ax.add_patch(Rectangle(corner, 0.9, 0.9, fc=colour if seen else "white", ec=GREY, lw=0.7, alpha=0.75))
        ax.text(x + columns * 0.45, 6.0, name, ha="center", va="center", color="#343a40")
        x += columns * 0.9 + 1.3
    return figure


def curves():
    """Left: GELU beside ReLU. Right: the warm-up for two widths."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.0), layout="constrained")
    x = np.linspace(-4, 3, 281)
    left.plot(x, np.maximum(x, 0), color=GREY, lw=1.2, ls="--", label="ReLU")
    left.plot(x, [t / 2 * (1 + math.erf(t / math.sqrt(2))) for t in x], color=GREEN, lw=1.8, label="GELU")
    left.axhline(0, color=GREY, lw=0.5)
    left.legend(frameon=False)
    left.set(xlabel="x", xlim=(-4, 3))
    step = np.arange(1, 20001)
    for d, warmup, colour in ((512, 4000, BLUE), (512, 8000, ORANGE), (128, 4000, GREEN)):
        rate = d**-0.5 * np.minimum(step**-0.5, step * warmup**-1.5)
        right.plot(step, 1000 * rate, color=colour, lw=1.6, label=f"d = {d}, warmup = {warmup}")
    right.legend(frameon=False, fontsize=8)
    right.set(xlabel="step", ylabel="1000 · lr", xlim=(0, 20000), ylim=(0, None))
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def axes():
    """Which numbers share a mean: BatchNorm takes a column, LayerNorm a row."""
    figure, ax = canvas(14, 5.6, 0.45)
    for x, name, row in ((0.6, "BatchNorm", False), (7.8, "LayerNorm", True)):
        for i in range(4):
            for j in range(6):
                hit = i == 1 if row else j == 2
                corner = (x + j * 0.9, 4.2 - (i + 1) * 0.9 + 0.4)
                ax.add_patch(Rectangle(corner, 0.9, 0.9, fc=BLUE if hit else "white", ec=GREY, lw=0.7, alpha=0.75))
        ax.text(x + 2.7, 5.1, name, ha="center", va="center", color="#343a40")
        ax.text(x + 2.7, 0.5, "features →", ha="center", va="center", color=GREY)
    return figure


def beam():
    """A search of width 2 over three tokens: what is kept, what is let go, and where greedy decoding ends up."""
    figure, ax = canvas(17, 8.2, 0.5)
    tree = {  # a node: where it is, its parent, the probability of its token
        "A": (5.2, 6.2, None, 0.6), "B": (5.2, 2.0, None, 0.4),
        "Aa": (9.9, 7.4, "A", 0.5), "Ab": (9.9, 5.6, "A", 0.4), "Ac": (9.9, 4.4, "A", 0.1),
        "Ba": (9.9, 2.6, "B", 0.9), "Bb": (9.9, 0.8, "B", 0.1),
    }  # fmt: skip
    whole = {name: p * (tree[parent][3] if parent else 1) for name, (_, _, parent, p) in tree.items()}
    for depth in (1, 2):
        names = [name for name in tree if len(name) == depth]
        kept = sorted(names, key=whole.get)[-2:]
        for name in names:
            x, y, parent, p = tree[name]
            colour = BLUE if name in kept else GREY
            x0, y0 = tree[parent][:2] if parent else (1.6, 4.1)
            line(ax, (x0 + 0.75, y0), (x - 0.65, y), colour=colour)
            ax.text((x0 + x) / 2 + 0.1, (y0 + y) / 2 + 0.32, f"{p:g}", ha="center", color=colour, fontsize=9)
            box(ax, x, y, name[-1], colour, width=1.2)
            if depth == 2:
                ax.text(x + 1.0, y, f"{tree[parent][3]:g} · {p:g} = {whole[name]:.2f}", va="center", color=colour)
    box(ax, 1.6, 4.1, "…", GREY, width=1.4)
    ax.text(14.9, 7.4, "greedy", va="center", color=ORANGE)
    ax.text(14.9, 2.6, "best", va="center", color=GREEN)
    return figure


def cache():
    """What two new tokens may look at when four are in the cache: the causal mask's last two rows."""
    figure, ax = canvas(17, 7.4, 0.45)
    side, S, t = 0.95, 4, 2
    for i in range(S + t):
        for j in range(S + t):
            new, sees = i >= S, j <= i
            colour = (ORANGE if j >= S else BLUE) if new and sees else GREY
            corner = (2.4 + j * side, 6.2 - (i + 1) * side)
            face = colour if new and sees else TINTS[GREY] if sees else "white"
            ax.add_patch(Rectangle(corner, side, side, fc=face, ec=GREY, lw=0.7, alpha=0.8 if new else 1))
    for i in range(S + t):
        colour = ORANGE if i >= S else GREY
        ax.text(2.1, 6.2 - (i + 0.5) * side, f"q{i}", ha="right", va="center", color=colour)
        ax.text(2.4 + (i + 0.5) * side, 6.4, f"k{i}", ha="center", va="bottom", color=ORANGE if i >= S else BLUE)
    for y, colour, name in ((2.3, BLUE, "k, v: cache"), (1.1, ORANGE, "k, v: new")):
        ax.add_patch(Rectangle((10.0, y - 0.35), 0.7, 0.7, fc=colour, ec=GREY, lw=0.7, alpha=0.8))
        ax.text(11.1, y, name, va="center", color="#343a40")
    ax.text(10.0, 4.6, "S = 4,  t = 2", va="center", color="#343a40")
    return figure


FIGURES = {
    "transformer": transformer,
    "norms": norms,
    "masks": masks,
    "curves": curves,
    "axes": axes,
    "beam": beam,
    "cache": cache,
}


def main(folder):
    """Write every figure into a folder."""
    with plt.rc_context(STYLE):
        for name, draw in FIGURES.items():
            figure = draw()
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("figures"))
