"""The two families of faults: the student's, which is scored, and the grader's own, which never is."""

from __future__ import annotations

from autograder.model.verdicts import Verdict
from autograder.model.words import Sentence


class AutograderError(Exception):
    """The grader's own side went wrong: a course, a setting, the machine. Never scored."""


class UsageError(AutograderError):
    """A person asked for something that is not there. One clear sentence, of the catalogue or not; exit code 2."""

    def __init__(self, said: Sentence | str) -> None:
        super().__init__(said)
        self.said = said


class GraderMistake(AutograderError):
    """A grader was written wrongly, e.g. it compares the student with the student. Ends in OURS."""


class StudentFault(Exception):
    """The student's code did not give the answer that was asked for. Carries the verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.message))
        self.verdict = verdict
