"""A student's notebook as a module: what becomes of its cells, and one clear sentence where it cannot be read."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.notebooks import NOTEBOOK_BYTES, NotebookError, module_from


def notebook(*sources, **metadata):
    """A notebook of code cells, tagged as solution."""
    metadata = metadata or {"tags": ["solution"]}
    cells = [{"cell_type": "code", "source": source, "metadata": metadata, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}).encode()


def source(*sources):
    """The module of tagged cells, without its first comment."""
    return module_from(notebook(*sources), "a.ipynb").source.removeprefix("# cell 1\n").rstrip()


def names(*sources):
    """What the module of tagged cells defines when it is run."""
    found = {}
    exec(module_from(notebook(*sources), "a.ipynb").source, found)
    return {name: value for name, value in found.items() if not name.startswith("__")}


def problem(content, **options):
    """Why a notebook is refused."""
    with pytest.raises(NotebookError) as caught:
        module_from(content, "a.ipynb", **options)
    return str(caught.value)


def test_definitions_imports_and_assignments_make_the_module():
    text = (
        "import numpy as np\nC: int = 3\n\n\n@staticmethod\ndef f(x):\n    return (x\n      % C)\n\nclass A:\n    pass"
    )
    assert source(text) == text


def test_cells_without_the_mark_are_left_out():
    cells = [
        {"cell_type": "code", "source": "a = 1", "metadata": {}},
        {"cell_type": "markdown", "source": "b = 2", "metadata": {"tags": ["solution"]}},
        {"cell_type": "code", "source": ["c = 3\n", "d = 4"], "metadata": {"tags": ["solution"]}},
        {"cell_type": "code", "source": "e = 5", "metadata": {"nbgrader": {"solution": True}}},
        {"cell_type": "code", "source": "# Solution: mine\nf = 6", "metadata": {}},
    ]
    found = {}
    module = module_from(json.dumps({"cells": cells}).encode(), "a.ipynb")
    exec(module.source, found)
    assert [name for name in "abcdef" if name in found] == ["c", "d", "e", "f"]


def test_a_line_of_the_module_has_its_place_in_a_cell():
    module = module_from(notebook("!ls \\\n  -l\nx = 1", "print(\n1)\ny = 2"), "a.ipynb")
    places = {line: module.place(number) for number, line in enumerate(module.source.split("\n"), 1)}
    assert (places["x = 1"], places["y = 2"]) == ((1, 3), (2, 3))
    assert module.place(1) is None


@pytest.mark.parametrize(
    ("magic", "plain"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install 'it", "pass"),
        ("def f():\n    !ls\n    return 1", "def f():\n    pass\n    return 1"),
        ("%time x = f(3)", "x = f(3)"),
        ("files = !ls *.py", "files = None"),
        ("np.sum?\n?np.sum\nx = 1  # why?", "pass\npass\nx = 1  # why?"),
        ("%%time\nx = 1", "x = 1"),
        ("%%bash\nls -l", ""),
        ("x = (7\n% 4)", "x = (7\n% 4)"),
        ('x = """\n%time\n!ls\n"""', 'x = """\n%time\n!ls\n"""'),
        ("x = 7 \\\n% 4", "x = 7 \\\n% 4"),
    ],
)
def test_magics_are_taken_out_and_python_is_left_alone(magic, plain):
    assert source(magic).strip() == plain


@pytest.mark.parametrize(
    ("trial", "plain"),
    [
        ("print(f(3))\nx = 1", "pass\nx = 1"),
        ("x = 1; x; y = 2", "x = 1;pass; y = 2"),
        ("for i in range(3):\n    print(i); i\nelse:\n    print()\nx = 1", "pass\n\n\n\nx = 1"),
        ("f(1,\n  2)\nx = 1", "(\n)\nx = 1"),
        ("if True:\n    x = 1; x", "if True:\n    x = 1; x"),
    ],
)
def test_what_only_tries_out_is_no_part_of_the_module(trial, plain):
    assert source(trial) == plain


def test_pictures_draw_nothing_wherever_they_are_drawn():
    found = names(
        "import numpy as np, matplotlib.pyplot as plt\nfrom matplotlib.pyplot import (\n  plot,\n  figure as fig)",
        "n, bins, patches = plt.hist([1])\nplt.show()\n@plt.cm\ndef f(x):\n    import seaborn as sns\n"
        "    figure, ax = plt.subplots()\n    ax[0].plot(x); sns.set()\n    with plt.style(): return plot(x) and x",
    )
    assert found["f"](7) == 7
    assert found["np"].ones(1) == 1


def test_code_that_python_refuses_is_left_for_python_to_refuse():
    assert source("def f(:\n    return 1") == "def f(:\n    return 1"


def test_what_is_no_notebook_is_told_in_a_sentence():
    assert problem(b"{") == (
        "a.ipynb is no notebook: it cannot be read as JSON "
        "(Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"
    )
    assert problem(b"[" * 100_000).startswith("a.ipynb is no notebook: it cannot be read as JSON (maximum recursion")
    assert problem(b'{"worksheets": []}') == (
        "a.ipynb is no notebook of format 4: it has no list of cells; save it anew with Jupyter"
    )
    assert problem(json.dumps({"cells": [{}] * 2001}).encode()) == "a.ipynb has 2001 cells, 2000 is the limit"


def test_a_notebook_without_a_solution_cell_is_told_how_to_mark_one():
    assert problem(notebook("x = 1", collapsed=True)) == (
        "a.ipynb has no solution cell: give the cells with your functions the tag solution, "
        "or begin them with the line # solution"
    )


def test_a_notebook_too_large_is_not_read():
    assert problem(b" " * (NOTEBOOK_BYTES + 1)) == (
        "a.ipynb has 8388609 bytes, 8388608 is the limit for a notebook; clear its outputs and save it again"
    )
    assert problem(notebook("x = 1", "y = 22"), source_bytes=10) == (
        "the solution cells of a.ipynb have more than 10 bytes"
    )


def test_stand_ins_count_towards_the_limit():
    assert problem(notebook("import pylab\n" * 100), source_bytes=2000) == (
        "the solution cells of a.ipynb have more than 2000 bytes"
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["cells", "source", "metadata", "tags", "cell_type", "nbgrader"]), inner)
        ),
    )
)
def test_any_json_is_a_module_or_refused(document):
    with contextlib.suppress(NotebookError):
        module_from(json.dumps(document).encode(), "a.ipynb")


@given(st.text(alphabet="ab=%!?;:@#'\"\\\n ()[]{}.,\r\t", max_size=60))
def test_any_text_keeps_its_lines(text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert module_from(notebook(text), "a.ipynb").source.count("\n") == lines + 2


@pytest.mark.parametrize("start", ["from {} matplotlib", "import matplotlib, {} !", "import matplotlib, {}"])
def test_a_name_of_half_a_megabyte_is_read_once(start):
    line = start.format("a" * (1 << 19))
    assert module_from(notebook(line), "a.ipynb").source.count("\n") == 2


def test_a_cell_of_no_kind_is_none():
    deep = "[" * 900 + "]" * 900
    text = f'{{"cells": [{{"cell_type": {deep}, "source": "# solution"}}]}}'
    with pytest.raises(NotebookError, match="no solution cell"):
        module_from(text.encode(), "a.ipynb")
