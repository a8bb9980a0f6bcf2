"""The student's side of a comparison, seen from the trusted side: a proxy, its answers and its faults."""

from autograder.student.answer import Answer, part, resolved
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
    "Place",
    "Remote",
    "Student",
    "gpu_trouble",
    "part",
    "resolved",
]
