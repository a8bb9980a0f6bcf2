"""The student's side of a comparison, seen from the trusted side: a proxy, its answers and its faults."""

from autograder.student.answer import Answer, Origin, asked_again, part, resolved
from autograder.student.connection import Connection, Local
from autograder.student.places import CPU, GPU, Place, gpu_trouble
from autograder.student.proxy import Function, Student
from autograder.student.remote import Remote

__all__ = [
    "CPU",
    "GPU",
    "Answer",
    "Connection",
    "Function",
    "Local",
    "Origin",
    "Place",
    "Remote",
    "Student",
    "asked_again",
    "gpu_trouble",
    "part",
    "resolved",
]
