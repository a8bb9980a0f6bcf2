"""Truthful comparison of plain values: attributes first, then NaN and Inf, then numbers.

Accept iff for every entry |a - b| <= rtol * |b| + kappa * S with S = max(RMS(b), floor). Scaled by RMS,
because an elementwise relative error fails right float32 code through cancellation.
"""

from autograder.compare.arrays import as_array, errors, has_parts, rms
from autograder.compare.comparison import (
    FLOAT32,
    FLOAT64,
    Comparison,
    Tolerance,
    narrow,
    tolerance_for,
    tolerance_of_gradient,
)
from autograder.compare.differences import Difference, describe, number

__all__ = [
    "FLOAT32",
    "FLOAT64",
    "Comparison",
    "Difference",
    "Tolerance",
    "as_array",
    "describe",
    "errors",
    "has_parts",
    "narrow",
    "number",
    "rms",
    "tolerance_for",
    "tolerance_of_gradient",
]
