"""Eight questions and twenty submissions, written out for every grader that is compared.

One table holds the questions: what is drawn, what is called. From it come our course, a plain pytest file, an
nbgrader assignment and an Otter one, so that all of them make the same calls and the same comparisons. Four questions
are about NumPy, four about PyTorch, like the course itself.
"""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

TOPIC = "eight"

SOLUTION = '''\
"""Eight small functions of a first lecture on deep learning."""

import numpy as np
import torch


def linear(x, W, b):
    """x W + b."""
    return x @ W + b


def softmax(z):
    """Softmax along the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(z, y):
    """Mean cross-entropy of logits."""
    m = z.max(axis=-1, keepdims=True)
    log_p = z - m - np.log(np.exp(z - m).sum(axis=-1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean()


def cross_entropy_backward(z, y):
    """Its gradient."""
    dz = softmax(z)
    dz[np.arange(len(y)), y] -= 1.0
    return dz / len(y)


def attention(q, k, v):
    """Scaled dot-product attention."""
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    return torch.softmax(scores, dim=-1) @ v


def layer_norm(x, gain, shift):
    """Layer normalisation over the last axis."""
    centred = x - x.mean(-1, keepdim=True)
    return gain * centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5) + shift


def mse_gradient(X, y, w):
    """The gradient of the mean squared error with respect to w, by autograd."""
    w = w.detach().clone().requires_grad_(True)
    ((X @ w - y) ** 2).mean().backward()
    return w.grad


def momentum_step(w, gradient, velocity, lr, beta):
    """One step of gradient descent with momentum: (w, velocity)."""
    velocity = beta * velocity + gradient
    return w - lr * velocity, velocity
'''


@dataclass(frozen=True)
class Asked:
    """One question. draws: lines that make the arguments; arguments: how they are handed over."""

    function: str
    draws: str
    arguments: str


QUESTIONS = (
    Asked("linear", "x, W, b = rng.normal(size=(16, 5)), rng.normal(size=(5, 3)), rng.normal(size=3)", "x, W, b"),
    Asked("softmax", "z = 30 * rng.normal(size=(32, 10))", "z"),
    Asked("cross_entropy", "z, y = rng.normal(size=(32, 10)), rng.integers(0, 10, size=32)", "z, y"),
    Asked("cross_entropy_backward", "z, y = rng.normal(size=(32, 10)), rng.integers(0, 10, size=32)", "z, y"),
    Asked("attention", "q, k, v = (tensor(rng, (2, 9, 8)) for _ in range(3))", "q, k, v"),
    Asked("layer_norm", "x, g, s = tensor(rng, (4, 9, 16)), tensor(rng, (16,)), tensor(rng, (16,))", "x, g, s"),
    Asked("mse_gradient", "X, y, w = tensor(rng, (64, 5)), tensor(rng, (64,)), tensor(rng, (5,))", "X, y, w"),
    Asked("momentum_step", "w, g, v = (tensor(rng, (100,)) for _ in range(3))", "w, g, v, 0.1, 0.9"),
)
WRONG = (
    ("linear", "x @ W + b", "x @ W - b"),
    ("softmax", "e / e.sum(axis=-1, keepdims=True)", "e / e.sum()"),
    ("cross_entropy", "y].mean()", "y].sum()"),
    ("cross_entropy_backward", "return dz / len(y)", "return dz"),
    ("attention", "/ q.shape[-1] ** 0.5", "/ q.shape[-1]"),
    ("layer_norm", "(centred**2).mean(-1, keepdim=True) + 1e-5", "(centred**2).sum(-1, keepdim=True) + 1e-5"),
    ("mse_gradient", ".mean().backward()", ".sum().backward()"),
    ("momentum_step", "w - lr * velocity, velocity", "w + lr * velocity, velocity"),
    ("softmax", "    e = np.exp(z - z.max(axis=-1, keepdims=True))\n", "    raise NotImplementedError\n"),
    ("linear", "return x @ W + b", "return x @ W.nothing + b"),
)
TENSOR = """\
def tensor(rng, size):
    return torch.from_numpy(rng.normal(size=size)).float()
"""
SAME = """\
def same(yours, ours):
    if isinstance(ours, tuple):
        return len(yours) == len(ours) and all(same(a, b) for a, b in zip(yours, ours))
    return np.shape(yours) == np.shape(ours) and np.allclose(np.asarray(yours), np.asarray(ours), rtol=1e-4, atol=1e-6)
"""


def submissions(count: int = 20) -> dict[str, str]:
    """Sources by student: half of them right, the others wrong at one place each; from the 21st on again the same."""
    wrong = [SOLUTION.replace(before, after) for _, before, after in WRONG]
    assert all(each != SOLUTION for each in wrong)
    kinds = [source for pair in zip(wrong, [SOLUTION] * len(wrong), strict=True) for source in pair]
    return {f"student{number:05}": kinds[number % len(kinds)] for number in range(count)}


def passes(source: str) -> int:
    """How many of the eight questions a submission passes. cross_entropy_backward calls softmax."""
    if source == SOLUTION:
        return 8
    ((function, *_),) = [each for each in WRONG if SOLUTION.replace(each[1], each[2]) == source]
    return 6 if function == "softmax" else 7


def names() -> list[str]:
    """The functions that are asked for."""
    return [asked.function for asked in QUESTIONS]


def course(root: Path) -> None:
    """Our course, at `root`."""
    exercises = "".join(
        f'\n[[exercise]]\nname = "{name}"\npoints = 1\ntitle = {{ en = "{name}", zh = "{name}" }}\n' for name in names()
    )
    facts = f'format = 1\ntopic = "{TOPIC}"\npoints = 8\nframework = "torch"\n'
    facts += 'title = { en = "Eight", zh = "Eight" }\n' + exercises
    _write(root / "assignments" / TOPIC / "assignment.toml", facts)
    _write(root / "solutions" / TOPIC / "solution.py", SOLUTION)
    head = "from autograder.checks import check_close\nfrom autograder.questions import points\n"
    _write(root / "tests" / "graders" / TOPIC / "test_public.py", head + "".join(map(_our_question, QUESTIONS)))


def _our_question(asked: Asked) -> str:
    call = f"{asked.function}({asked.arguments})"
    draws = re.sub(r"tensor\(rng, (\([^)]*\))\)", r"tensors.normal(\1)", asked.draws)
    word = "tensors" if draws != asked.draws else "rng"
    return f'''

@points(1)
def test_{asked.function}(student, reference, {word}):
    """{asked.function}"""
    {draws}
    check_close(student.{call}, reference.{call})
'''


def handed_in(folder: Path, count: int = 20) -> None:
    """The submissions as files: <student>/eight.py."""
    for student, source in submissions(count).items():
        _write(folder / student / f"{TOPIC}.py", source)


def plain_pytest(folder: Path) -> None:
    """A test file beside a reference; a submission is put on the path as `student`."""
    head = f"import numpy as np\nimport reference\nimport torch\nfrom {TOPIC} import *\n\n\n{TENSOR}\n\n{SAME}"
    body = "".join(
        f"\n\ndef test_{asked.function}():\n    rng = np.random.default_rng(1)\n    {asked.draws}\n"
        f"    assert same({asked.function}({asked.arguments}), reference.{asked.function}({asked.arguments}))\n"
        for asked in QUESTIONS
    )
    _write(folder / "reference.py", SOLUTION)
    _write(folder / f"test_{TOPIC}.py", head + body)


def functions(source: str) -> dict[str, str]:
    """The source of each function by its name; the head under ''."""
    head, *parts = re.split(r"(?m)^(?=def )", source)
    return {"": head, **{re.match(r"def (\w+)", part).group(1): part.rstrip() for part in parts}}  # type: ignore[union-attr]


def _test_lines(asked: Asked) -> str:
    """A test that carries its reference along, as notebooks' hidden tests do."""
    inner = textwrap.indent(f"{SOLUTION}\n{TENSOR}\n{SAME}", "    ")
    return (
        f"def check():\n{inner}\n    ours = {asked.function}\n    rng = np.random.default_rng(1)\n    {asked.draws}\n"
        f"    return globals()['{asked.function}']({asked.arguments}), ours({asked.arguments}), same\n"
        "yours, ours, same = check()\nassert same(yours, ours)\n"
    )


def nbgrader_notebook(source: str, *, with_tests: bool = True) -> str:
    """A notebook with a cell for each function, each followed by its autograded test."""
    parts = functions(source)
    cells = [_cell(parts.pop(""), "head", None)]
    for asked in QUESTIONS:
        cells.append(_cell(parts[asked.function], asked.function, {"solution": True, "grade": False, "locked": False}))
        if with_tests:
            test = _test_lines(asked)
            cells.append(_cell(test, f"test_{asked.function}", {"solution": False, "grade": True, "locked": True}))
    return notebook(cells)


def _cell(source: str, name: str, role: dict[str, bool] | None) -> dict[str, object]:
    facts = {"nbgrader": {"schema_version": 3, "grade_id": name, "task": False, **role}} if role else {}
    if role and role["grade"]:
        facts["nbgrader"]["points"] = 1
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": re.sub(r"\W", "-", name),
        "metadata": facts,
        "outputs": [],
        "source": source,
    }


def notebook(cells: list[dict[str, object]]) -> str:
    """A notebook's file."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


def nbgrader_course(folder: Path, count: int = 20) -> None:
    """A course folder of nbgrader's with the assignment and what was handed in."""
    _write(folder / "nbgrader_config.py", "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    _write(folder / "source" / TOPIC / f"{TOPIC}.ipynb", nbgrader_notebook(SOLUTION))
    for student, source in submissions(count).items():
        _write(folder / "submitted" / student / TOPIC / f"{TOPIC}.ipynb", nbgrader_notebook(source))


def otter_assignment(folder: Path, count: int = 20) -> None:
    """Tests in Otter's exception-based format, and what was handed in as notebooks."""
    for asked in QUESTIONS:
        text = (
            f"from otter.test_files import test_case\n\nOK_FORMAT = False\n\nname = '{asked.function}'\npoints = 1\n\n"
        )
        inner = textwrap.indent(_otter_body(asked), "    ")
        _write(
            folder / "tests" / f"{asked.function}.py", f"{text}@test_case()\ndef test_it({asked.function}):\n{inner}"
        )
    for student, source in submissions(count).items():
        parts = functions(source)
        cells = [_cell(parts[name], name or "head", None) for name in ["", *names()]]
        _write(folder / "submitted" / f"{student}.ipynb", notebook(cells))


def _otter_body(asked: Asked) -> str:
    return (
        f"yours = {asked.function}\n{SOLUTION}\n{TENSOR}\n{SAME}\nrng = np.random.default_rng(1)\n{asked.draws}\n"
        f"assert same(yours({asked.arguments}), {asked.function}({asked.arguments}))\n"
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
