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

IN_NBGRADER = {
    "call_replaced": CALL_REPLACED,
    "last_expression_dropped": LAST_EXPRESSION_DROPPED,
    "notebook_rewritten": NOTEBOOK_REWRITTEN,
}
IN_OTTER = {"call_replaced": CALL_REPLACED, "otter_results_replaced": OTTER_RESULTS_REPLACED}
