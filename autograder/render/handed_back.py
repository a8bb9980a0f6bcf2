"""What a student may read of a question once it has been graded for points."""

from __future__ import annotations

from autograder.model import QuestionResult, Status, Verdict, sentence


def handed_back(question: QuestionResult, *, final: bool) -> Verdict:
    """The verdict as its student gets it.

    Of a hidden question its status alone, until it is final. Where the grader failed, what failed is the instructor's
    to read: the lines that lead there may be the solution's, and the values hidden ones.
    """
    status = question.verdict.status
    if question.hidden and not final:
        return Verdict(status)
    if status is Status.OURS:
        return Verdict(status, sentence("the grader itself failed, this is not your fault"))
    return question.verdict
