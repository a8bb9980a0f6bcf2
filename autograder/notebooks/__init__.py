"""Notebooks: a student's cells as a module, and a module as cells. Values in, values out; standard library only.

A student's notebook is read as text, never run and never parsed as Python: JSON within limits, then one pass over
the characters of the cells that are marked as solution (the tag `solution`, nbgrader's own mark, or a first line
`# solution`). Of those, imports, functions, classes and assignments make the module, with every line in its place
within its cell. Magics are taken out, as is what only tries out or draws at a cell's top level; in functions a
library for pictures is stood in for by something that draws nothing.
"""

from autograder.notebooks.cutting import blocks
from autograder.notebooks.document import NOTEBOOK_BYTES, TAG, Cell, NotebookError, cells_of, text_of
from autograder.notebooks.module import Module, module_from

__all__ = [
    "NOTEBOOK_BYTES",
    "TAG",
    "Cell",
    "Module",
    "NotebookError",
    "blocks",
    "cells_of",
    "module_from",
    "text_of",
]
