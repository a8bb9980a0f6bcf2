"""Questions about vectors that students don't have."""

from autograder.checks import check_close
from autograder.questions import points


@points(1)
def test_scale_one_row(student, reference, rng):
    """scale works on a single row
    zh: scale 对单行也成立"""
    x, a = rng.normal(size=(1, 5)), 3.0 + float(rng.uniform())
    check_close(student.scale(x, a), reference.scale(x, a))
