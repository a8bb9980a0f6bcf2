"""Draw the handout's figures: `python assignments/backprop/figures.py [folder]`.

The same matplotlib gives the same bytes: the ids' salt is fixed, no date is written, all data is fixed or seeded here.
The numbers are the reference solution's, so that this file gives none of it away. The background is opaque, so that the
figures read alike on a light and on a dark page; words are left to the handouts, so that one figure serves both.
"""

import sys
from collections.abc import Callable
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
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from numpy.typing import NDArray

from autograder.data import digits

Array = NDArray[np.float64]
Point = tuple[float, float]

BLUE, ORANGE, GREEN, GREY, INK = "#1f6feb", "#d9480f", "#2b8a3e", "#868e96", "#212529"
STYLE: dict[str, Any] = {
    "svg.hashsalt": "backprop",
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
    path = Path(__file__).parents[2] / "solutions" / "backprop" / "solution.py"
    spec = spec_from_file_location("backprop_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = reference_solution()


def canvas(ax: Axes, width: float, height: float) -> None:
    """An empty stage on which circles are round."""
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")


def node(ax: Axes, at: Point, text: str, radius: float = 0.34, colour: str = INK) -> None:
    """A circle with a name."""
    ax.add_patch(Circle(at, radius, facecolor="white", edgecolor=colour, linewidth=1.3, zorder=3))
    ax.text(*at, text, ha="center", va="center", fontsize=10, color=colour, zorder=4)


def arrow(ax: Axes, start: Point, end: Point, colour: str = INK, bend: float = 0.0, gap: float = 14.0) -> None:
    """An arrow from one node to another, which keeps clear of both."""
    style = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": gap, "shrinkB": gap, "linewidth": 1.2}
    ax.add_patch(FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", color=colour, zorder=2, **style))


def graph() -> Figure:
    """y = (a + b) b at a = 2, b = 3: values forward, gradients backward."""
    places = {"a": (0.8, 2.6), "b": (0.8, 0.8), "s": (3.4, 2.6), "y": (6.0, 1.7)}
    a, b = reference.Value(2.0), reference.Value(3.0)
    s = a + b
    y = s * b
    y.backward()
    value = {"a": a, "b": b, "s": s, "y": y}
    edges = (("a", "s"), ("b", "s"), ("s", "y"), ("b", "y"))
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 2.5), layout="constrained")
    for ax in axes:
        canvas(ax, 6.9, 3.6)
        for name, at in places.items():
            node(ax, at, f"${name}$")
    forward, backward = axes
    for start, end in edges:
        arrow(forward, places[start], places[end], BLUE)
        arrow(backward, places[end], places[start], ORANGE)
    for name, (across, up) in places.items():
        forward.text(across, up + 0.48, f"{value[name].data:g}", color=BLUE, ha="center", fontsize=10)
        backward.text(across, up + 0.48, f"{value[name].grad:g}", color=ORANGE, ha="center", fontsize=10)
    forward.text(3.4, 2.02, "$+$", ha="center", fontsize=9)
    forward.text(6.0, 1.12, r"$\times$", ha="center", fontsize=9)
    shares = ((2.1, 2.73, 3, 1), (1.75, 1.86, 3, 1), (4.9, 2.36, 1, 3), (3.5, 0.86, 1, 5))
    for across, up, gradient, slope in shares:
        backward.text(across, up, rf"${gradient} \cdot {slope}$", color=ORANGE, ha="center", fontsize=8)
    return figure


def activations() -> Figure:
    """Sigmoid, tanh and ReLU, and their slopes."""
    x = np.linspace(-4, 4, 321)
    figure, (value, slope) = plt.subplots(1, 2, figsize=(7.2, 2.5), layout="constrained")
    for name, line, colour in (("sigmoid", "-", BLUE), ("tanh", "-", GREEN), ("relu", "--", ORANGE)):
        out, cache = reference.act_forward(name, x)
        slopes = reference.act_backward(np.ones_like(x), cache)
        if name == "relu":
            slopes[np.abs(x) < 1e-9] = np.nan  # a gap where the slope jumps
        value.plot(x, out, line, color=colour, label=name)
        slope.plot(x, slopes, line, color=colour, label=name)
    value.set(xlabel="$x$", ylim=(-1.2, 3))
    slope.set(xlabel="$x$", ylim=(-0.1, 1.15))
    slope.axhline(0.25, color=BLUE, lw=0.6, ls=":")
    slope.text(-3.9, 0.27, "0.25", color=BLUE, fontsize=7)
    for ax in (value, slope):
        ax.axhline(0, color=GREY, lw=0.6, zorder=0)
    value.legend(loc="upper left")
    return figure


def grid(ax: Axes, left: float, top: float, cells: Array, colour: str, names: bool = False) -> None:
    """A matrix as squares, its entries written in."""
    for (row, column), entry in np.ndenumerate(cells):
        corner = (left + column, top - row - 1)
        ax.add_patch(Rectangle(corner, 1, 1, facecolor=colour, alpha=0.13, linewidth=0))
        ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=colour, linewidth=0.9))
        text = f"$x_{int(entry)}$" if names else f"{entry:g}"
        ax.text(corner[0] + 0.5, corner[1] + 0.5, text, ha="center", va="center", fontsize=9)


def broadcasting() -> Figure:
    """(2, 1) is stretched to (2, 3); the gradients of the copies come back as a sum."""
    g = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    figure, ax = plt.subplots(figsize=(7.4, 1.9), layout="constrained")
    canvas(ax, 15.4, 3.4)
    x = np.array([[1.0], [2.0]])
    grid(ax, 0.4, 2.6, x, BLUE, names=True)
    grid(ax, 3.2, 2.6, np.broadcast_to(x, (2, 3)), BLUE, names=True)
    grid(ax, 9.0, 2.6, g, ORANGE)
    grid(ax, 13.8, 2.6, reference.unbroadcast(g, (2, 1)), ORANGE)
    arrow(ax, (1.4, 1.6), (3.2, 1.6), BLUE, gap=4)
    arrow(ax, (12.0, 1.6), (13.8, 1.6), ORANGE, gap=4)
    ax.text(12.9, 1.85, r"$\Sigma$", color=ORANGE, ha="center", fontsize=11)
    for across, text in ((0.9, "(2, 1)"), (4.7, "(2, 3)"), (10.5, "(2, 3)"), (14.3, "(2, 1)")):
        ax.text(across, 2.85, text, ha="center", color="#495057", fontsize=8)
    return figure


def order() -> Figure:
    """One graph on a line, twice: in an order that works all arrows point right, in another one points left."""
    edges = (("a", "c"), ("b", "c"), ("c", "d"), ("d", "e"), ("c", "e"))
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 1.7), layout="constrained")
    for ax, names in zip(axes, ("abcde", "abdce"), strict=True):
        canvas(ax, 6.8, 1.9)
        place = {name: (0.8 + 1.3 * number, 0.75) for number, name in enumerate(names)}
        for name in names:
            node(ax, place[name], f"${name}$", radius=0.27)
        for start, end in edges:
            left_to_right = place[start] < place[end]
            far = abs(place[start][0] - place[end][0]) > 1.4
            colour = INK if left_to_right else ORANGE
            arrow(ax, place[start], place[end], colour, bend=(-0.42 if far else 0.0) if left_to_right else 0.0, gap=11)
    return figure


def kink() -> Figure:
    """ReLU around 0: the slopes to either side, and the central difference between them."""
    h = 0.5
    x = np.linspace(-1.2, 1.2, 241)
    figure, ax = plt.subplots(figsize=(3.9, 2.5), layout="constrained")
    ax.plot(x, np.maximum(0, x), color=INK)
    ax.plot([-h, h], [0, h], "--", color=ORANGE, lw=1.2, label="$0.5$")
    ax.plot([0, h], [0.0, h], color=BLUE, lw=3, alpha=0.5, label="$1$")
    ax.plot([-h, 0], [0, 0], color=GREEN, lw=3, alpha=0.5, label="$0$")
    ax.plot([-h, 0, h], [0, 0, h], "o", color=INK, ms=4)
    ax.set(xticks=[-h, 0, h], xticklabels=["$x-h$", "$x$", "$x+h$"], yticks=[], ylim=(-0.15, 1.0))
    ax.legend(loc="upper left")
    return figure


def residual() -> Figure:
    """The network of debug_backward, with the two ways out of h1."""
    names = (("X", "X"), ("h_1", "h1"), ("z_2", "z2"), ("h_2", "h2"), (r"\hat y", "y"), ("L", "L"))
    figure, ax = plt.subplots(figsize=(7.2, 1.6), layout="constrained")
    canvas(ax, 13.0, 2.6)
    place = {key: (0.8 + 2.2 * number, 0.8) for number, (_, key) in enumerate(names)}
    for text, key in names:
        node(ax, place[key], f"${text}$", radius=0.42)
    weights_at = {"X": "W_1, b_1", "h1": "W_2, b_2", "h2": "w_3, b_3"}
    keys = [key for _, key in names]
    for start, end in pairwise(keys):
        weights = weights_at.get(start)
        arrow(ax, place[start], place[end], BLUE, gap=17)
        middle = (place[start][0] + place[end][0]) / 2
        if weights:
            ax.text(middle, 0.28, f"${weights}$", ha="center", fontsize=8, color="#495057")
    ax.text(1.9, 1.05, "tanh", ha="center", fontsize=7.5, color="#495057")
    ax.text(6.3, 1.05, "relu", ha="center", fontsize=7.5, color="#495057")
    arrow(ax, place["h1"], place["h2"], BLUE, bend=-0.35, gap=17)
    ax.text(7.4, 1.42, "$+$", ha="center", fontsize=10, color=BLUE)
    return figure


def initial(rng: np.random.Generator, D: int, H: int, C: int) -> dict[str, Array]:
    """Weights to start from."""
    return {
        "W1": rng.normal(size=(D, H)) * np.sqrt(2 / D),
        "b1": np.zeros(H),
        "W2": rng.normal(size=(H, C)) * np.sqrt(1 / H),
        "b2": np.zeros(C),
    }


def forgets_the_relu(params: dict[str, Array], X: Array, y: Array) -> dict[str, Array]:
    """The gradient of the network as if its hidden units were linear going back: the reference's, of a net that is.

    With the hidden layer's biases raised until every unit is open, the reference's mask is all ones; its forward pass
    is kept right by taking the output layer's gradient from the true network.
    """
    h = np.maximum(0, X @ params["W1"] + params["b1"])
    head = {"W1": np.eye(h.shape[1]), "b1": np.zeros(h.shape[1]), "W2": params["W2"], "b2": params["b2"]}
    grads = reference.mlp_loss(head, h, y)[1]  # of W2 and b2
    lift = 1e3
    raised = {**head, "b1": np.full(h.shape[1], lift), "b2": params["b2"] - lift * params["W2"].sum(axis=0)}
    N = len(X)
    dz = np.array([reference.mlp_loss(raised, h[n : n + 1], y[n : n + 1])[1]["b1"] for n in range(N)]) / N  # (N, H)
    return {"W1": X.T @ dz, "b1": dz.sum(axis=0), "W2": grads["W2"], "b2": grads["b2"]}


def training() -> Figure:
    """Test accuracy on digits: with the right gradient, without the ReLU's mask, with a frozen first layer."""
    images, labels = digits()
    figure, ax = plt.subplots(figsize=(5.4, 2.7), layout="constrained")
    runs = (
        ("right", "A", BLUE, "-", 0.015),
        ("mask", "B", ORANGE, "--", -0.015),
        ("frozen", "C", GREEN, "-.", 0.0),
    )
    for name, letter, colour, line, lift in runs:
        rng = np.random.default_rng(7)
        shuffled = rng.permutation(len(labels))
        X, y = images[shuffled] / 16, labels[shuffled]
        params = initial(rng, 64, 32, 10)
        scores = []
        for _ in range(12):
            for picked in np.split(rng.permutation(1344), range(64, 1344, 64)):
                grads = reference.mlp_loss(params, X[picked], y[picked])[1]
                if name == "mask":
                    grads = forgets_the_relu(params, X[picked], y[picked])
                kept = ("W2", "b2") if name == "frozen" else tuple(params)
                params = {key: param - (0.2 * grads[key] if key in kept else 0) for key, param in params.items()}
            h = np.maximum(0, X[1344:] @ params["W1"] + params["b1"])
            scores.append(np.mean((h @ params["W2"] + params["b2"]).argmax(axis=1) == y[1344:]))
        ax.plot(range(1, 13), scores, line, color=colour)
        ax.text(12.15, scores[-1] + lift, letter, color=colour, va="center")
    ax.set(xlabel="epoch", ylim=(0.35, 1.0), xlim=(1, 12.6), xticks=range(1, 13))
    ax.grid(axis="y", color="#dee2e6", lw=0.6)
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "graph": graph,
    "activations": activations,
    "broadcasting": broadcasting,
    "order": order,
    "kink": kink,
    "residual": residual,
    "training": training,
}


def main(folder: Path, suffix: str = "svg") -> None:
    """Write every figure into the folder, as SVG."""
    matplotlib.use(suffix if suffix == "svg" else "agg")
    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for name, draw in FIGURES.items():
            figure = draw()
            figure.savefig(folder / f"{name}.{suffix}", metadata={"Date": None} if suffix == "svg" else None, dpi=150)
            plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("figures"))
