"""The facts that every floor shares: frozen values, closed enums and the two families of faults.

Standard library only. A change of mind makes a new value (`dataclasses.replace`).
"""

from autograder.model.assignments import Assignment, Exercise, Forbidden, Limits
from autograder.model.faults import AutograderError, GraderMistake, StudentFault, UsageError
from autograder.model.reports import Flag, Isolation, Outcome, QuestionResult, Report, Use
from autograder.model.submissions import Receipt, Submission
from autograder.model.verdicts import Evidence, Grid, Picture, Status, Step, Verdict
from autograder.model.words import Sentence, literally, sentence

REPORT_FORMAT = 1
PUBLIC_SEED = "2f31"

__all__ = [
    "PUBLIC_SEED",
    "REPORT_FORMAT",
    "Assignment",
    "AutograderError",
    "Evidence",
    "Exercise",
    "Flag",
    "Forbidden",
    "GraderMistake",
    "Grid",
    "Isolation",
    "Limits",
    "Outcome",
    "Picture",
    "QuestionResult",
    "Receipt",
    "Report",
    "Sentence",
    "Status",
    "Step",
    "StudentFault",
    "Submission",
    "UsageError",
    "Use",
    "Verdict",
    "literally",
    "sentence",
]
