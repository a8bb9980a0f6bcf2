"""What uses of forbidden names cost: the exercise's points, or a flag. A use can take marks, never give any."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from autograder.model import Exercise, Flag, QuestionResult, Sentence, Status, Use, Verdict, sentence

Uses = Callable[[str], tuple[Use, ...] | None]


def ruled(
    questions: Iterable[QuestionResult], exercises: Iterable[Exercise], uses: Uses
) -> tuple[tuple[QuestionResult, ...], tuple[Flag, ...]]:
    """The questions after the rules of their exercises, and what a person is to look at.

    uses: those of an exercise, None when the submission could not be searched. Asked once for each exercise that
    forbids something and has a question that passed: there is nothing to take from the others.
    """
    questions = tuple(questions)
    flags: list[Flag] = []
    for exercise in exercises:
        if exercise.forbidden and any(_earned(question, exercise) for question in questions):
            found = uses(exercise.name)
            if found is None:
                flags.append(Flag(exercise.name, _unsearched(exercise)))
            elif found and exercise.forbidden.costs == "flag":
                flags += [Flag(exercise.name, said(exercise.name, use), use) for use in found]
            elif found:
                verdict = _verdict(exercise.name, found[0])
                questions = tuple(_taken(each, verdict) if _earned(each, exercise) else each for each in questions)
    return questions, tuple(flags)


def _earned(question: QuestionResult, exercise: Exercise) -> bool:
    return question.exercise == exercise.name and question.verdict.status is Status.PASSED


def _taken(question: QuestionResult, verdict: Verdict) -> QuestionResult:
    return replace(question, score=0.0, verdict=replace(verdict, output=question.verdict.output))


def _verdict(exercise: str, use: Use) -> Verdict:
    where = (f"{use.file}, line {use.line}\n    {use.source}",) if use.line else ()
    return Verdict(Status.WRONG, said(exercise, use), traceback=where)


def said(exercise: str, use: Use) -> Sentence:
    """The rule, the name and the line, in a sentence."""
    what = {"exercise": exercise, "forbidden": use.forbidden, "name": use.name}
    if not use.line:
        return sentence("the exercise {exercise} forbids {forbidden}, and {name} was used while it ran", **what)
    return sentence(
        "the exercise {exercise} forbids {forbidden}, and {file}, line {line}, uses {name}",
        file=use.file,
        line=use.line,
        **what,
    )


def _unsearched(exercise: Exercise) -> Sentence:
    listed = ", ".join((*exercise.forbidden.names, *exercise.forbidden.operators))
    return sentence(
        "the source could not be searched for what the exercise {exercise} forbids ({forbidden})",
        exercise=exercise.name,
        forbidden=listed,
    )
