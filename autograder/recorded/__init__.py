"""The second oracle: a reference that answers from a recording, so that a student's machine holds no solution.

A recording keeps, for each public question under the public seed and the two seeds of naming, what was drawn, what
the reference was asked and answered, and how each known mistake was played. It is plain data: JSON and raw arrays.
"""

from autograder.recorded.handles import Handle, gradients, tied
from autograder.recorded.oracle import Plays, Recorded, Unasked

__all__ = ["Handle", "Plays", "Recorded", "Unasked", "gradients", "tied"]
