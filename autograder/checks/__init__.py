"""The words of a grader. Each takes a student's Answer on the left and says what is wrong in a sentence."""

from autograder.checks.comparing import (
    central_differences,
    check_close,
    check_equal,
    check_gradient,
    check_raises,
    check_shape,
    check_unchanged,
)
from autograder.checks.modules import check_parameters, check_same, trained
from autograder.checks.observing import Observation
from autograder.checks.properties import (
    check_draws_from,
    check_falls,
    check_faster,
    check_reaches,
    check_that,
    parts,
    then,
)
from autograder.checks.showing import lattice, show_boundary, show_heat, show_path

__all__ = [
    "Observation",
    "central_differences",
    "check_close",
    "check_draws_from",
    "check_equal",
    "check_falls",
    "check_faster",
    "check_gradient",
    "check_parameters",
    "check_raises",
    "check_reaches",
    "check_same",
    "check_shape",
    "check_that",
    "check_unchanged",
    "lattice",
    "parts",
    "show_boundary",
    "show_heat",
    "show_path",
    "then",
    "trained",
]
