"""A module of ours as cells, and cells as the file of a notebook."""

from __future__ import annotations

import json

import pytest

from autograder.notebooks import Cell, blocks, cells_of, text_of

SOURCE = '''\
"""Title."""

import numpy as np

### BEGIN SOLUTION
def _hidden():
    return 1
### END SOLUTION


# Exercise: one


@np.vectorize
def one(x):
    """One."""
    ### BEGIN SOLUTION
    return _hidden()
    ### END SOLUTION


def two(x):
    return 2
'''


def test_a_module_is_cut_before_each_function_with_its_comments_and_regions_stay_whole():
    first = [block.splitlines()[0] for block in blocks(SOURCE)]
    assert first == ['"""Title."""', "### BEGIN SOLUTION", "# Exercise: one", "def two(x):"]
    assert blocks(SOURCE)[1].splitlines()[-1] == "### END SOLUTION"


def test_cells_come_back_from_their_file():
    cells = (Cell("markdown", "# Ünter 标题\n"), Cell("code", "x = 1\n\ny = 2", {"tags": ["solution"]}))
    assert cells_of(text_of(cells).encode(), "a.ipynb") == cells


def test_a_written_notebook_is_valid_and_always_the_same():
    cells = [Cell("markdown", "text"), Cell("code", "x = 1", {"tags": ["solution"]})]
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.reads(text_of(cells), as_version=4))
    assert text_of(cells) == text_of(iter(cells))
    assert json.loads(text_of(cells, {"course": "x"}))["metadata"]["course"] == "x"
