"""A notebook's code knows its cells: frames, lines and sources are those that its student sees."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import traceback

import pytest
from support_courses import TINY

from autograder.notebooks import module_from
from autograder.notebooks.stepping import by_cell


def written(*cells):
    """A notebook of these solution cells, a cell of text before each."""
    pairs = [[{"cell_type": "markdown", "source": "text"}, {"cell_type": "code", "source": cell}] for cell in cells]
    return json.dumps({"nbformat": 4, "cells": [cell for pair in pairs for cell in pair]}).encode()


def run(*cells):
    """What the cells define, run one by one."""
    module, found = module_from(written(*cells), "mine.ipynb"), {"__name__": "mine"}
    for code in by_cell(module.source, "<mine.py>", starts=module.starts, name="mine.ipynb"):
        exec(code, found)
    return found


def frames(function, *arguments):
    with pytest.raises(Exception) as caught:
        function(*arguments)
    own = [frame for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename.startswith("<")]
    return [(frame.filename, frame.lineno, frame.line) for frame in own]


def test_a_frame_names_the_cell_the_line_in_it_and_what_stands_there():
    found = run(
        "# solution\nimport math\n\ndef inner(x):\n    return math.sqrt(x)",
        "# solution\n%matplotlib inline\n@staticmethod\ndef outer(x):\n    y = x\n    return inner(y)",
    )
    assert frames(found["outer"], -1) == [
        ("<cell 4 of mine.ipynb>", 6, "return inner(y)"),
        ("<cell 2 of mine.ipynb>", 5, "return math.sqrt(x)"),
    ]
    assert inspect.getsource(found["inner"]) == "def inner(x):\n    return math.sqrt(x)\n"


def test_what_one_cell_imports_from_the_future_holds_in_all():
    found = run(
        "# solution\nfrom __future__ import annotations", "# solution\ndef f(x: Unknown) -> Unknown:\n    return x"
    )
    assert found["f"].__annotations__ == {"x": "Unknown", "return": "Unknown"}


@pytest.mark.parametrize("cell", ["# solution\ndef f(:\n    pass", "# solution\ndef f():\n    x = 1\n    global x"])
def test_a_syntax_error_is_that_of_the_whole_module(cell):
    module = module_from(written("# solution\nx = 1", cell), "mine.ipynb")
    with pytest.raises(SyntaxError) as expected:
        compile(module.source, "<mine.py>", "exec")
    with pytest.raises(SyntaxError) as found:
        list(by_cell(module.source, "<mine.py>", starts=module.starts, name="mine.ipynb"))
    assert (found.value.filename, found.value.lineno) == ("<mine.py>", expected.value.lineno)


def test_a_debugger_stops_in_the_cell_and_lists_it(tmp_path):
    file = tmp_path / "vectors.ipynb"
    file.write_bytes(
        written("# solution\nimport numpy as np", "# solution\ndef scale(x, a):\n    breakpoint()\n    return z")
    )
    command = [sys.executable, "-m", "autograder", "--root", str(TINY), "debug", "vectors"]
    command += ["--only", "scale_values", "--from", str(file)]
    done = subprocess.run(command, input="list\nc\n", capture_output=True, text=True, check=True)
    assert "> <cell 4 of vectors.ipynb>(" in done.stdout
    assert "  2  \tdef scale(x, a):\n  3" in done.stdout
    assert "cell 4 of vectors.ipynb, line 4, in scale" in done.stdout
