"""What a student's edition names of all that is known, and why it does not name the rest."""

from __future__ import annotations

from support_courses import TINY, with_graders

from autograder.authoring.offline import offline, told
from autograder.cli import main
from autograder.manifest import Course

ONES = """
@points(1)
def test_scale_of_ones(student, reference):
    '''half of one'''
    check_close(student.scale(np.ones((3, 2)), 0.5), reference.scale(np.ones((3, 2)), 0.5))
"""
MORE = """
@points(1)
def test_scale_values(student, reference, rng):
    '''any numbers'''
    x = rng.normal(size=(3, 2))
    check_close(student.scale(x, 3.0), reference.scale(x, 3.0))
"""
ALIKE = """
from autograder.bank import mistake


@mistake("scale", en="Nine?", zh="九？")
def scale_nine(x, a):
    return 9.0 + 0 * x


@mistake("scale", en="Nine for halves?", zh="一半时是九？")
def scale_nine_for_halves(x, a):
    return 9.0 + 0 * x if a == 0.5 else a * x
"""


def course_of(folder, public, hidden=""):
    """A course with two mistakes that are alike for halves."""
    course = with_graders(folder, public, hidden=hidden)
    (course.solutions("vectors") / "mistakes.py").write_text(ALIKE, "utf-8")
    return course


def lines(done):
    """What is printed."""
    return "\n".join(told(done)).splitlines()


def test_everything_known_of_a_small_topic_is_named_offline():
    done = offline(Course(TINY), "vectors")
    assert done.enough
    assert (done.spoilt, done.misnamed) == ([], [])
    assert len(done.named) == len(done.caught) == len(done.mistakes) == 5
    assert lines(done) == [
        "exercise          lost points  named",
        "scale             2/2          2/2 (100.0%)",
        "mean_square_grad  3/3          3/3 (100.0%)",
        "vectors           5/5          5/5 (100.0%)",
    ]


def test_mistakes_that_look_alike_are_told_with_what_they_look_like(tmp_path):
    done = offline(course_of(tmp_path / "c", ONES), "vectors")
    assert not done.enough
    assert lines(done)[-2:] == [
        "  scale_nine is not named: scale_of_ones: answers as scale_nine_for_halves does, too",
        "  scale_nine_for_halves is not named: scale_of_ones: answers as scale_nine does, too",
    ]


def test_what_another_question_shows_tells_them_apart(tmp_path):
    assert offline(course_of(tmp_path / "c", ONES + MORE), "vectors").enough


def test_a_mistake_that_only_hidden_questions_catch_is_told(tmp_path):
    public = ONES.replace("0.5", "1.0").replace("np.ones((3, 2))", "9 * np.ones((3, 2))")  # where both are right
    done = offline(course_of(tmp_path / "c", public, hidden=MORE), "vectors")
    assert lines(done)[1:] == [
        "scale     0/2          0/0",
        "vectors   0/2          0/0",
        "  scale_nine: loses points at hidden questions only",
        "  scale_nine_for_halves: loses points at hidden questions only",
    ]


def test_the_command_prints_the_table_and_refuses_two_kinds_at_once(capsys):
    assert main(["--root", str(TINY), "mutants", "vectors", "--recorded"]) == 0
    assert "vectors           5/5          5/5 (100.0%)" in capsys.readouterr().out
    assert main(["--root", str(TINY), "mutants", "vectors", "--recorded", "--auto"]) == 2
    assert "--recorded is about registered mistakes" in capsys.readouterr().err
