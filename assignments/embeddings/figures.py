"""Draw the handout's figures: `python assignments/embeddings/figures.py [folder]`.

The same matplotlib gives the same bytes: fixed seeds, no dates, hashed ids with a fixed salt. Lines and letters have a
middling lightness and the ground is transparent, so that they read on a light and on a dark page. The words' vectors
change a little with the version of Python, whose manual they are trained on.
"""

import sys
from collections import Counter
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
import numpy as np

from autograder.bank import load_solution
from autograder.data import manual_words

GREY, BLUE, ORANGE = "#7b8490", "#3c84d8", "#d5812c"
STYLE = {"svg.hashsalt": "embeddings", "svg.fonttype": "path", "font.family": "DejaVu Sans", "text.color": GREY}
SENTENCE = ["the", "keys", "of", "a", "dictionary", "may", "be", "any", "objects"]
SHOWN = [
    "list",
    "tuple",
    "dictionary",
    "set",
    "string",
    "bytes",
    "integer",
    "float",
    "number",
    "numbers",
    "class",
    "classes",
    "instance",
    "function",
    "functions",
    "method",
    "methods",
    "module",
    "package",
    "import",
    "return",
    "yield",
    "raise",
    "exception",
    "exceptions",
    "handler",
    "attribute",
    "attributes",
    "name",
    "names",
    "integers",
    "sequence",
    "sequences",
    "iterator",
]


def save(figure, path):
    """Write a figure without anything that changes from run to run."""
    figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def window():
    """A centre and its context."""
    figure, panel = plt.subplots(figsize=(9, 1.1))
    for place, word in enumerate(SENTENCE):
        color = ORANGE if place == 4 else BLUE if 2 <= place <= 6 else GREY
        panel.text(place, 0, word, ha="center", color=color, fontsize=13, weight="bold" if color != GREY else "normal")
    for place in (2, 3, 5, 6):
        curve = {"arrowstyle": "->", "color": BLUE, "connectionstyle": f"arc3,rad={0.5 if place > 4 else -0.5}"}
        panel.annotate("", (place, -0.1), (4, -0.1), arrowprops=curve)
    panel.set(xlim=(-0.6, 8.6), ylim=(-1.1, 0.6))
    panel.axis("off")
    return figure


def words():
    """Vectors of words of the manual on their two main axes."""
    solution = load_solution(Path(__file__).parents[2] / "solutions" / "embeddings")
    text = [word for word in manual_words() if len(word) > 2]
    vocabulary = [word for word, _ in sorted(Counter(text).items(), key=lambda item: (-item[1], item[0]))[10:500]]
    numbers = {word: number for number, word in enumerate(vocabulary)}
    tokens = np.array([numbers[word] for word in text if word in numbers])
    counts = np.bincount(tokens, minlength=len(vocabulary))
    pairs, rng = solution.skipgram_pairs(tokens, 4), np.random.default_rng(1)
    W, _ = solution.train_skipgram(*pairs, counts, 24, 0.05, 8, 256, rng)
    W = W[[numbers[word] for word in SHOWN if word in numbers]]
    W = W / np.linalg.norm(W, axis=1, keepdims=True)
    W = W - W.mean(axis=0)
    x, y = np.linalg.svd(W)[2][:2] @ W.T
    figure, panel = plt.subplots(figsize=(8, 5.2))
    panel.plot(x, y, ".", color=BLUE)
    for word, *at in zip([word for word in SHOWN if word in numbers], x, y, strict=True):
        panel.annotate(word, at, xytext=(4, 3), textcoords="offset points", fontsize=10)
    panel.axis("off")
    return figure


def main():
    """Draw every figure."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("figures")
    folder.mkdir(exist_ok=True)
    with plt.rc_context(STYLE):
        for draw in (window, words):
            save(draw(), folder / f"{draw.__name__}.svg")


if __name__ == "__main__":
    main()
