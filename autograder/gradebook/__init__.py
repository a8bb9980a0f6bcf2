"""Everything that was ever graded, in one SQLite file that only grows: who, when, why, by which grader and seed."""

from autograder.gradebook.book import Book
from autograder.gradebook.rows import Event, Standing

__all__ = ["Book", "Event", "Standing"]
