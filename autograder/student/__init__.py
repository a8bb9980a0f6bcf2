"""The student's side of a comparison, seen from the trusted side: a proxy, its answers and its faults."""

from autograder.student.answer import Answer, part, resolved
from autograder.student.connection import Connection, Local
from autograder.student.proxy import Function, Student
from autograder.student.remote import Remote

__all__ = ["Answer", "Connection", "Function", "Local", "Remote", "Student", "part", "resolved"]
