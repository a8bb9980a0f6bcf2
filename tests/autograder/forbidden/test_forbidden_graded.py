"""What a use costs in a report: the exercise's points or a flag; how it reads in both languages and every form."""

import io
import json
from contextlib import closing

import pytest
from rich.console import Console
from support_books import recorded
from support_courses import RIGHT, by_name, copied, graded, played, statuses

from autograder.authoring import forbidding
from autograder.grading import Grader
from autograder.model import Outcome, Status, Submission
from autograder.render import document
from autograder.render.classroom import ClassPage
from autograder.render.terminal import Page
from autograder.rules import ruled
from autograder.scoring import Tally

RULE = 'forbidden = ["numpy.ma", "numpy.linalg.lstsq"]'
USING = RIGHT.replace("return a * np.asarray(x)", "return np.ma.asarray(a * x).data")
ELSEWHERE = RIGHT.replace("return 2 * x / x.size", "return np.ma.asarray(2 * x / x.size).data")
WRONG = USING.replace("a * x", "a + x")


@pytest.fixture
def grader_with(tmp_path):
    """The tiny course's vectors, its exercise `scale` with more lines in assignment.toml."""

    def make(*lines):
        course = copied(tmp_path / "course")
        path = course.root / "assignments" / "vectors" / "assignment.toml"
        name = 'name = "scale"\n'
        path.write_text(path.read_text("utf-8").replace(name, name + "\n".join(lines) + "\n"), "utf-8")
        return Grader(course, "vectors")

    return make


@pytest.fixture
def with_rule(grader_with):
    return grader_with(RULE)


@pytest.fixture
def flagging(grader_with):
    return grader_with(RULE, 'forbidden_costs = "flag"')


def of(report, exercise):
    return [question for question in report.questions if question.exercise == exercise]


def shown(report, grader, language="en"):
    page = Page(language, Console(file=io.StringIO(), width=300, highlight=False))
    page.topic(grader.assignment, report, show_all=True)
    return page.console.file.getvalue()


def test_a_use_costs_the_exercises_points_and_no_others(with_rule, sandbox):
    (report,) = graded(with_rule, sandbox, [USING])
    assert {question.verdict.status for question in of(report, "scale")} == {Status.WRONG}
    assert {question.verdict.status for question in of(report, "mean_square_grad")} == {Status.PASSED}
    assert report.score == report.points - sum(question.points for question in of(report, "scale"))
    assert report.flags == ()
    assert report.is_final


def test_the_message_names_the_rule_the_name_and_the_line(with_rule, sandbox):
    (report,) = graded(with_rule, sandbox, [USING])
    line = USING[: USING.index("np.ma")].count("\n") + 1
    verdict = of(report, "scale")[0].verdict
    assert str(verdict.message) == (
        f"the exercise scale forbids numpy.ma, and vectors.py, line {line}, uses numpy.ma.asarray"
    )
    assert verdict.traceback == (f"vectors.py, line {line}\n    return np.ma.asarray(a * x).data  # (N, D)",)
    assert "return np.ma.asarray(a * x).data" in shown(report, with_rule)
    assert f"练习 scale 禁止使用 numpy.ma，而 vectors.py 第 {line} 行用到了 numpy.ma.asarray" in shown(
        report, with_rule, "zh"
    )


def test_a_right_answer_without_it_keeps_every_point(with_rule, sandbox):
    (report,) = graded(with_rule, sandbox, [RIGHT])
    assert (report.score, report.flags) == (report.points, ())


def test_a_use_in_another_exercise_is_no_offence(with_rule, sandbox):
    (report,) = graded(with_rule, sandbox, [ELSEWHERE])
    assert report.score == report.points


def test_a_use_takes_marks_and_never_gives_any(with_rule, sandbox):
    """A question that fails by itself keeps its own message."""
    (report,) = graded(with_rule, sandbox, [WRONG])
    assert report.score == report.points - sum(question.points for question in of(report, "scale"))
    assert any("expected" in str(question.verdict.message) for question in of(report, "scale"))


def test_a_flag_leaves_the_points_and_tells_a_person(flagging, sandbox):
    (report,) = graded(flagging, sandbox, [USING])
    assert report.score == report.points
    (flag,) = report.flags
    assert (flag.exercise, flag.use.forbidden, flag.use.name) == ("scale", "numpy.ma", "numpy.ma.asarray")
    assert "For review: the exercise scale forbids numpy.ma, and vectors.py, line" in shown(report, flagging)
    assert "待人工复核：练习 scale 禁止使用 numpy.ma" in shown(report, flagging, "zh")


def test_a_flag_stands_in_the_json_report(flagging, sandbox):
    (report,) = graded(flagging, sandbox, [USING])
    (flag,) = json.loads(document.text(report))["flags"]
    assert list(flag) == ["exercise", "message", "forbidden", "name", "file", "line", "source"]
    assert flag["source"] == "return np.ma.asarray(a * x).data  # (N, D)"
    assert json.loads(document.text(graded(flagging, sandbox, [RIGHT])[0]))["flags"] == []


def test_a_flag_stands_in_the_gradebook_and_the_batchs_summary(flagging, sandbox, tmp_path):
    (report,) = graded(flagging, sandbox, [USING])
    outcome = Outcome(Submission("=alice", {}), report)
    assert "For review: scale" in recorded(tmp_path / "out", flagging.assignment, [outcome]).read_text("utf-8-sig")
    page = ClassPage("en", Console(file=io.StringIO(), width=200))
    page.batch(Tally([outcome]), tmp_path)
    assert "For review: =alice: scale" in page.console.file.getvalue()


def test_text_of_a_student_is_escaped_in_a_flag(flagging, sandbox):
    source = USING.replace(".data", ".data; '\x1b[31m\u202e'")
    (report,) = graded(flagging, sandbox, [source])
    for text in (document.text(report), shown(report, flagging)):
        assert "\x1b[31m" not in text
        assert "\u202e" not in text


def test_every_seed_of_a_batch_is_judged_by_itself(with_rule, sandbox):
    scores = [report.score for report in graded(with_rule, sandbox, [RIGHT, USING, RIGHT])]
    assert scores[0] == scores[2] > scores[1]


def test_a_crash_loses_nothing_that_was_seen(with_rule, sandbox):
    """The use shows only at run time, in the first question; a later one ends the process."""
    source = (
        RIGHT.replace(
            "    return a * np.asarray(x)",
            "    import os\n    np.__dict__['am'[::-1]].asarray(x) if False else __import__('numpy.' + 'am'[::-1])\n"
            "    _calls.append(1)\n    if len(_calls) == 3:\n        os._exit(1)\n    return a * np.asarray(x)",
        )
        + "\n_calls = []\n"
    )
    (report,) = graded(with_rule, sandbox, [source])
    ended = {question.verdict.status for question in of(report, "scale")}
    assert Status.PASSED not in ended
    assert Status.WRONG in ended


def test_the_source_is_searched_once_for_a_submission(with_rule, sandbox, monkeypatch):
    from autograder.student import Remote

    sent = []
    exchange = Remote._exchange
    monkeypatch.setattr(
        Remote, "_exchange", lambda self, request, *rest: sent.append(request) or exchange(self, request, *rest)
    )
    graded(with_rule, sandbox, [USING])
    assert [bool(request["files"]) for request in sent if request["verb"] == "rules"] == [True]


def test_a_topic_that_forbids_nothing_sends_no_rules(sandbox, grader_with, monkeypatch):
    from autograder.student import Remote

    sent = []
    exchange = Remote._exchange
    monkeypatch.setattr(
        Remote, "_exchange", lambda self, request, *rest: sent.append(request) or exchange(self, request, *rest)
    )
    graded(grader_with(), sandbox, [RIGHT])
    assert all(request["verb"] != "rules" and "exercise" not in request for request in sent)


def test_trusted_code_may_use_what_it_likes(with_rule):
    """An alternative may call the library that students write by hand: its numbers are what counts."""
    import types

    module = types.ModuleType("vectors")
    exec(USING, module.__dict__)
    assert played(with_rule, module).score == with_rule.assignment.points


def test_a_source_that_could_not_be_searched_is_flagged(with_rule, sandbox):
    (report,) = graded(with_rule, sandbox, [RIGHT])
    questions, flags = ruled(report.questions, with_rule.assignment.exercises, lambda exercise: None)
    assert questions == report.questions
    assert [str(flag.message) for flag in flags] == [
        "the source could not be searched for what the exercise scale forbids (numpy.ma, numpy.linalg.lstsq)"
    ]


def test_nobody_is_asked_about_an_exercise_without_a_point(with_rule, sandbox):
    (report,) = graded(with_rule, sandbox, ["def scale(x, a):\n    raise NotImplementedError\n"])

    def uses(exercise):
        raise AssertionError(exercise)

    assert ruled(report.questions, with_rule.assignment.exercises, uses) == (report.questions, ())


def test_one_question_alone_is_judged_like_all(with_rule, sandbox):
    reports = []
    answerer = with_rule.submitted(Submission("s", {"vectors.py": USING.encode()}), sandbox, "2f31")
    name = next(q.name for q in graded(with_rule, sandbox, [RIGHT])[0].questions if q.exercise == "scale")
    with closing(answerer.connection):
        with_rule.grade([answerer], reports.append, only=name)
    assert statuses(reports[0]) == {name: "wrong"}
    assert by_name(reports[0])[name].score == 0


# What `autograder check` proves of a rule


def test_a_good_rule_is_proved(with_rule):
    assert list(forbidding.offences(with_rule)) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('forbidden = ["numpy.linalg.lstsqq"]', "there is no numpy.linalg.lstsqq; did you mean 'lstsq'?"),
        ('forbidden = ["numpyy"]', "no numpyy is installed; did you mean 'numpy'?"),
        ('forbidden = ["numpy.asarray"]', "the reference loses scale_"),
        ('forbidden = ["numpy.asarray"]\nforbidden_costs = "flag"', "the reference is flagged: the exercise scale"),
    ],
)
def test_a_bad_rule_is_refused(grader_with, rule, words):
    assert any(words in offence for _, offence in forbidding.offences(grader_with(rule)))


def test_operators_that_nobody_can_see_are_refused():
    from autograder.model import Exercise, Forbidden

    def refused(*operators):
        return list(forbidding._unseen(Exercise("f", 1, {}, ("f",), forbidden=Forbidden((), operators))))

    seen = ("aten._softmax", "aten.softmax", "aten.scaled_dot_product_attention", "aten.*softmax", "aten.mm")
    assert refused(*seen) == []
    assert "did you mean" in refused("aten._sofmax")[0]
    assert "made of other operators" in refused("aten.linear")[0]
    assert "no such operator" in refused("aten.nothing_*")[0]
