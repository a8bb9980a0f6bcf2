"""Draw the handout's figures: `python assignments/self_attention/figures.py [folder]`.

The same matplotlib gives the same bytes: the ids' salt is fixed, no date is written, all data is fixed here. The ground
is opaque, so that the figures read alike on a light and on a dark page; words are left to the handouts, so that one
figure serves both. What is drawn is computed here, in a line or two, and not by the reference solution.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyArrowPatch, Rectangle

BLUE, ORANGE, GREEN, RED, GREY = "#1f6feb", "#d9480f", "#2b8a3e", "#c2255c", "#868e96"
HEADS = (BLUE, ORANGE, GREEN)
STYLE = {
    "svg.hashsalt": "self_attention",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def tints(colour):
    """From white to a colour."""
    return LinearSegmentedColormap.from_list(colour, ["white", colour])


def softmax(s):
    """Softmax of each row."""
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def squares(ax, values, left, top, colour, size=1.0, numbers=None, most=1.0):
    """A matrix as tinted squares; `numbers` formats an entry where its number is to be written."""
    shade = tints(colour)
    for (i, j), value in np.ndenumerate(values):
        corner = (left + j * size, top + i * size)
        ax.add_patch(Rectangle(corner, size, size, fc=shade(0.85 * min(value / most, 1)), ec=GREY, lw=0.6))
        if numbers:
            where = (left + (j + 0.5) * size, top + (i + 0.5) * size)
            dark = "white" if value > 0.7 * most else "#343a40"
            ax.text(*where, numbers(value), ha="center", va="center", color=dark, fontsize=9)


def arrow(ax, start, end, colour=GREY, width=1.2):
    """An arrow between two points."""
    style = {"arrowstyle": "-|>", "mutation_scale": 11, "color": colour, "lw": width, "shrinkA": 2, "shrinkB": 2}
    ax.add_patch(FancyArrowPatch(start, end, **style))


def canvas(width, height, scale=0.5):
    """A figure measured in squares, rows downwards."""
    figure, ax = plt.subplots(figsize=(width * scale, height * scale), layout="constrained")
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.axis("off")
    return figure, ax


def attention():
    """The first query of the handout's example: scores, weights, and the mean of the values."""
    scores, w = ("ln 3", "ln 2", "0"), np.array([3, 2, 1]) / 6
    v, out = np.array([[6, 0], [0, 12], [12, -6]]), (5, 3)
    figure, ax = canvas(15, 7.6, 0.52)
    ax.add_patch(Rectangle((0.4, 0.9), 1.6, 1, fc=ORANGE, alpha=0.3, lw=0))
    ax.text(1.2, 1.4, "$q_1$", ha="center", va="center", fontsize=13)
    for j in range(3):
        x = 4 + 3.6 * j
        for y, name, colour in ((0.9, f"$k_{j + 1}$", BLUE), (5.0, f"$v_{j + 1}$", GREEN)):
            ax.add_patch(Rectangle((x - 0.8, y), 1.6, 1, fc=colour, alpha=0.25, lw=0))
            ax.text(x, y + 0.5, name, ha="center", va="center", fontsize=13)
        ax.text(x + 1.1, 5.5, f"({v[j, 0]}, {v[j, 1]})".replace("-", "−"), ha="left", va="center", color=GREEN)
        arrow(ax, (x, 1.9), (x, 2.75))
        ax.text(x + 0.25, 2.3, scores[j], ha="left", va="center", color=GREY)
        ax.add_patch(Rectangle((x - 1.2, 2.9), 2.4, 1, fc="white", ec=GREY, lw=0.8))
        ax.add_patch(Rectangle((x - 1.2, 2.9), 2.4 * w[j], 1, fc=RED, alpha=0.55, lw=0))
        ax.text(x, 3.4, f"{round(6 * w[j])}/6", ha="center", va="center", fontsize=12)
        arrow(ax, (x, 3.9), (x, 5.0), RED, 0.6 + 5 * w[j])
        arrow(ax, (x, 6.0), (7.6, 6.75), GREEN, 0.6 + 5 * w[j])
    ax.plot([2.0, 11.2], [0.55, 0.55], color=ORANGE, lw=1.2)
    ax.plot([2.0, 2.0], [0.55, 0.95], color=ORANGE, lw=1.2)
    for j in range(3):
        arrow(ax, (4 + 3.6 * j, 0.5), (4 + 3.6 * j, 0.95), ORANGE)
    ax.text(13.0, 2.3, "$q \\cdot k / \\sqrt{d_k}$", va="center", color=GREY)
    ax.text(13.0, 3.4, "softmax", va="center", color=RED)
    ax.text(7.6, 7.2, f"out$_1$ = ({out[0]}, {out[1]})", ha="center", va="center", fontsize=13)
    return figure


def scale():
    """Weights of random queries and keys of three widths, without and with the scale."""
    figure, panels = plt.subplots(2, 3, figsize=(7, 4.9), layout="constrained")
    for column, d in enumerate((4, 64, 1024)):
        rng = np.random.default_rng(5)
        s = rng.normal(size=(8, d)) @ rng.normal(size=(8, d)).T  # (8, 8)
        for row, (name, factor) in enumerate((("softmax($qk^T$)", 1), ("softmax($qk^T / \\sqrt{d_k}$)", d**-0.5))):
            panel = panels[row, column]
            panel.set(xlim=(-0.1, 8.1), ylim=(8.1, -0.1), aspect="equal", xticks=[], yticks=[])
            squares(panel, np.round(softmax(s * factor), 2), 0, 0, BLUE)
            for spine in panel.spines.values():
                spine.set_visible(False)
            if row == 0:
                panel.set_title(f"$d_k$ = {d}", fontsize=11)
            if column == 0:
                panel.set_ylabel(name, fontsize=10)
    return figure


def masks():
    """Four masks of six positions: causal, padding of length 4, both, and local with r = 1."""
    i, j = np.indices((6, 6))
    causal, real, local = j <= i, j < 4, np.abs(i - j) <= 1
    kept = {"causal": causal, "padding, length 4": real, "causal & padding": causal & real, "local, r = 1": local}
    figure, panels = plt.subplots(1, 4, figsize=(9.4, 2.9), layout="constrained")
    for panel, (name, mask) in zip(panels, kept.items(), strict=True):
        panel.set(xlim=(-0.08, 6.08), ylim=(6.08, -0.08), aspect="equal")
        for row, column in np.ndindex(6, 6):
            seen = mask[row, column]
            panel.add_patch(Rectangle((column, row), 1, 1, fc=BLUE if seen else "white", ec=GREY, lw=0.7))
        panel.set_xticks(np.arange(6) + 0.5, map(str, range(6)), color=GREY)
        panel.set_yticks(np.arange(6) + 0.5, map(str, range(6)), color=GREY)
        panel.tick_params(length=0)
        panel.set_title(name, fontsize=10.5)
        panel.set_xlabel("key $j$", color=GREY)
        for spine in panel.spines.values():
            spine.set_visible(False)
    panels[0].set_ylabel("query $i$", color=GREY)
    return figure


def heads():
    """Four positions with six features in three heads: cut by features, attend each, put side by side, mix."""
    figure, ax = canvas(22, 11.4, 0.46)
    rng = np.random.default_rng(3)

    def table(left, top, colours, name):
        for t in range(4):
            for column, colour in enumerate(colours):
                place = (left + 0.6 * column, top + 0.6 * t)
                ax.add_patch(Rectangle(place, 0.6, 0.6, fc=colour, alpha=0.45, ec="white", lw=1))
        ax.text(left + 0.3 * len(colours), top - 0.4, name, ha="center", va="center", fontsize=12)

    striped = [colour for colour in HEADS for _ in range(2)]
    table(0.4, 4.6, [GREY] * 6, "$x$")
    for top, name in ((1.0, "$x W_q$"), (4.6, "$x W_k$"), (8.2, "$x W_v$")):
        arrow(ax, (4.1, 5.8), (5.3, top + 1.2))
        table(5.5, top, striped, name)
    for h, (top, colour) in enumerate(zip((1.0, 4.6, 8.2), HEADS, strict=True)):
        for source in (1.0, 4.6):
            arrow(ax, (9.2, source + 1.2), (10.5, top + 1.2), colour, 0.9)
        squares(ax, np.round(softmax(1.6 * rng.normal(size=(4, 4))), 2), 10.7, top, colour, 0.6)
        ax.text(11.9, top - 0.4, f"$w_{h + 1}$", ha="center", va="center", fontsize=12)
        ax.text(13.4, top + 1.2, "@", ha="center", va="center", fontsize=12, color=GREY)
        table(13.8, top, [colour] * 2, f"$v_{h + 1}$")
        arrow(ax, (15.1, top + 1.2), (16.4, 5.0 + 0.8 * h), colour)
    table(16.5, 4.6, striped, "")
    arrow(ax, (20.2, 5.8), (21.6, 5.8))
    ax.text(20.9, 5.2, "$W_o$", ha="center", va="center", fontsize=12)
    return figure


def positions():
    """The encoding of 64 positions in 32 features, and inner products of position 32's row with all rows."""
    j, t = np.arange(32), np.arange(64)
    angle = t[:, None] / 10000.0 ** (j // 2 * 2 / 32)  # (64, 32)
    pe = np.where(j % 2 == 0, np.sin(angle), np.cos(angle))
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained", width_ratios=(1.1, 1))
    colours = LinearSegmentedColormap.from_list("both", [ORANGE, "white", BLUE])
    mesh = panels[0].imshow(np.round(pe.T, 2), cmap=colours, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    panels[0].set(xlabel="position $t$", ylabel="feature $j$")
    figure.colorbar(mesh, ax=panels[0], ticks=[-1, 0, 1])
    panels[1].plot(t, np.round(pe @ pe[32], 2), color=BLUE, lw=2)
    panels[1].axvline(32, color=GREY, lw=1, ls="--")
    panels[1].set(xlabel="position $t$", ylabel="pe$[t]$ · pe$[32]$", xlim=(0, 63))
    for side in ("top", "right"):
        panels[1].spines[side].set_visible(False)
    return figure


def convolution():
    """Three heads of one-hot weights for o = -1, 0, 1, and where a kernel of three places looks."""
    figure, ax = canvas(26.6, 6.6, 0.36)
    for h, (o, colour) in enumerate(zip((-1, 0, 1), HEADS, strict=True)):
        left = 0.6 + 6.6 * h
        squares(ax, np.eye(5, k=o), left, 1.2, colour)
        ax.text(left + 2.5, 0.6, f"$o$ = {o}".replace("-", "−"), ha="center", va="center", fontsize=12)
        if h:
            ax.text(left - 0.8, 3.7, "+", ha="center", va="center", fontsize=15, color=GREY)
    left = 20.4
    ax.text(left - 0.8, 3.7, "=", ha="center", va="center", fontsize=15, color=GREY)
    for i, j in np.ndindex(5, 5):
        colour = HEADS[j - i + 1] if abs(i - j) <= 1 else "white"
        alpha = 0.8 if abs(i - j) <= 1 else 1
        ax.add_patch(Rectangle((left + j, 1.2 + i), 1, 1, fc=colour, alpha=alpha, lw=0))
        ax.add_patch(Rectangle((left + j, 1.2 + i), 1, 1, fc="none", ec=GREY, lw=0.6))
    return figure


def draw(folder):
    """Write every figure as an SVG file of its function's name into `folder`."""
    folder.mkdir(exist_ok=True)
    with plt.rc_context(STYLE):
        for make in (attention, scale, masks, heads, positions, convolution):
            figure = make()
            figure.savefig(folder / f"{make.__name__}.svg", bbox_inches="tight", metadata={"Date": None})
            if len(sys.argv) > 2:
                figure.savefig(folder / f"{make.__name__}.png", bbox_inches="tight", dpi=80)
            plt.close(figure)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "figures")
