"""The student's side of a comparison, seen from the trusted side: a proxy, its answers and its faults."""

from autograder.student.answer import Answer, Origin, asked_again, part, resolved
from autograder.student.connection import Connection, Local
from autograder.student.proxy import Function, Student
from autograder.student.remote import Remote

__all__ = [
    "Answer",
    "Connection",
    "Function",
    "Local",
    "Origin",
    "Remote",
    "Student",
    "asked_again",
    "part",
    "resolved",
]
