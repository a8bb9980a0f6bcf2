"""Gradebooks for tests: outcomes written into one, and classes graded in this process."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from autograder import coursefile, running
from autograder.gradebook import Book
from autograder.policies import Policy
from autograder.results import Results


def recorded(folder: Path, assignment, outcomes, policy=Policy(), language="en"):  # noqa: B008
    """Outcomes in a new gradebook and folder of results; grades.csv."""
    with closing(Results(folder, language)) as results, Book(folder / "gradebook.sqlite") as book:
        run = book.begin("batch", assignment.topic, grader="g", isolation="C")
        for outcome in outcomes:
            book.add(run, outcome, language)
            results.add(outcome)
        return results.grades(running.rows(book, assignment, policy))


def policy_of(text: str, folder: Path, topic: str = "vectors") -> Policy:
    """The policy that a course.toml gives a topic."""
    path = folder / "course.toml"
    path.write_text(text, "utf-8")
    rules = coursefile.read(path)
    return rules.get(topic, rules[""])
