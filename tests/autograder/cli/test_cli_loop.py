"""`hint`, `status` and `debug` without a terminal; `watch` where there is nothing to watch."""

from __future__ import annotations

import pytest
from support_courses import RIGHT, TINY, copied

from autograder.cli import main
from autograder.grading import Grader

WRONG = RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a")
HALF = RIGHT.replace("a * np.asarray(x)", "a * np.asarray(x) * 1.5")


@pytest.fixture
def run(run, monkeypatch):
    monkeypatch.setattr("autograder.loop.kept.Kept.keep", lambda *_: None)  # nothing is written into this course
    return run


@pytest.mark.parametrize(
    ("language", "question", "read"),
    [
        ("en", "Is scaling a sum or a product?", "assignments/vectors/README.md"),
        ("zh", "缩放是相加还是相乘？", "assignments/vectors/README.zh-CN.md"),
    ],
)
def test_a_hint_is_the_known_mistakes_question(run, file, language, question, read):
    code, out, err = run("hint", "vectors", "--from", file(WRONG), "--lang", language)
    assert (code, err) == (0, "")
    assert f"  {question}\n" in out
    assert out.startswith("scale_")
    assert read in out or "lecture" not in (TINY / "assignments/vectors/assignment.toml").read_text()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "No known mistake fits, so nothing is guessed. What you print is shown under the question."),
        ("zh", "没有吻合的已知错误，因此不作猜测。你打印的内容会显示在题目下方。"),
    ],
)
def test_where_no_mistake_fits_nothing_is_guessed(run, file, language, words):
    _, out, _ = run("hint", "vectors", "--from", file(HALF), "--lang", language)
    assert words in out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "To write: scale. Its docstring says what goes in, what comes out and by which convention."),
        ("zh", "待完成：scale。文档字符串说明了输入、输出以及所用的约定。"),
    ],
)
def test_an_exercise_that_is_not_begun_is_told_with_its_name(run, language, words):
    _, out, _ = run("hint", "vectors", "--lang", language)
    assert words in out


@pytest.mark.parametrize(("language", "words"), [("en", "Everything passes."), ("zh", "全部通过。")])
def test_where_everything_passes_there_is_no_hint(run, file, language, words):
    assert run("hint", "vectors", "--from", file(RIGHT), "--lang", language)[1].strip() == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("0 of 16 points", "Next: scale. To have it graded on every save: make watch TOPIC=vectors\n")),
        ("zh", ("0 / 16 分", "下一个：scale。每次保存后自动评分：make watch TOPIC=vectors\n")),
    ],
)
def test_the_status_is_the_sum_of_all_topics_and_the_next_step(run, language, words):
    code, out, _ = run("status", "--lang", language)
    assert code == 0
    for said in words:
        assert said in out


BROKEN = RIGHT.replace("def scale(x, a):", "def scale(x, a:")
POINTED = ["vectors.py, line 6", "    def scale(x, a:", "             ^"]


@pytest.mark.parametrize("verb", ["grade", "hint", "status"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "vectors.py raised SyntaxError: '(' was never closed (vectors.py, line 6)"),
        ("zh", "vectors.py 抛出 SyntaxError：'(' was never closed (vectors.py, line 6)"),
    ],
)
def test_a_syntax_error_is_told_with_its_line_and_a_caret_wherever_the_file_is_graded(run, file, verb, language, words):
    code, out, _ = run(verb, *(() if verb == "status" else ("vectors",)), "--from", file(BROKEN), "--lang", language)
    assert code == 0
    assert words.replace(" ", "") in "".join(out.split())
    lines = [line.rstrip() for line in out.splitlines()]
    place = next(number for number, line in enumerate(lines) if line.endswith(POINTED[0]))
    assert [line.strip() for line in lines[place + 1 : place + 3]] == ["def scale(x, a:", "^"]
    assert lines[place + 2].index("^") - lines[place + 1].index("def") == len("def scale")


def test_a_syntax_error_ends_debug_with_the_same_words(run, file):
    code, out, err = run("debug", "vectors", "--only", "scale_values", "--from", file(BROKEN))
    assert (code, out) == (2, "")
    told = "autograder: vectors.py raised SyntaxError: '(' was never closed (vectors.py, line 6)\n" + "\n".join(POINTED)
    assert err.endswith(told + "\n")


@pytest.fixture
def course(tmp_path):
    return copied(tmp_path / "course")


@pytest.fixture
def standing(course, capsys, monkeypatch):
    """`status` in a course of its own: the topics that were graded for it, and what was said."""
    graded, played = [], Grader.submitted

    def submitted(self, *arguments, **keywords):
        graded.append(self.topic)
        return played(self, *arguments, **keywords)

    monkeypatch.setattr(Grader, "submitted", submitted)

    def status(*words):
        graded.clear()
        assert main(["--root", str(course.root), "status", *words]) == 0
        return list(graded), capsys.readouterr().out

    return status


def test_status_grades_a_topic_again_only_when_something_it_rests_on_has_changed(course, standing):
    first = standing()
    assert sorted(first[0]) == ["layers", "vectors"]
    assert standing() == ([], first[1])
    course.starter("vectors").write_text(RIGHT)
    graded, told = standing()
    assert (graded, "10 of 16 points" in told) == (["vectors"], True)
    graders = course.root / "tests" / "graders" / "layers" / "test_public.py"
    graders.write_text(graders.read_text() + "\n")
    assert standing()[0] == ["layers"]
    assert standing("--seed", "7")[0] == ["vectors", "layers"]


def test_what_is_kept_and_cannot_be_read_is_graded_again(course, standing):
    _, told = standing()
    for name, content in (("vectors", b"\xff no JSON"), ("layers", b'{"basis": 3, "report": []}')):
        (course.root / ".autograder" / f"status-{name}.json").write_bytes(content)
    graded, again = standing()
    assert (sorted(graded), again) == (["layers", "vectors"], told)


def test_a_result_that_may_end_otherwise_next_time_is_not_kept(course, standing):
    course.starter("vectors").write_text("import os\n" + RIGHT.replace("return a *", "os._exit(1)\n    return a *"))
    standing()
    assert standing()[0] == ["vectors"]


def test_a_loop_is_waited_for_once_and_a_broken_file_is_told_in_the_readers_language(course, standing):
    loop = RIGHT.replace("return a *", "while True:\n        pass\n    return a *")
    course.starter("vectors").write_text(loop)
    standing()
    assert standing()[0] == []
    course.starter("vectors").write_text(BROKEN)
    assert "vectors.py raised SyntaxError" in standing()[1]
    assert "vectors.py 抛出 SyntaxError" in standing("--lang", "zh")[1]


def test_debug_runs_in_this_process_and_warns(run, file):
    code, out, err = run("debug", "vectors", "--only", "scale_values", "--from", file(WRONG))
    assert code == 0
    assert err == (
        "debug: one process, no sandbox, no time limit, so that breakpoint() works. "
        "This is not how it is graded; make grade is.\n"
    )
    assert "✗ scale_values" in out


def test_debug_asks_a_question_once_only(run, file):
    code, out, _ = run("debug", "vectors", "--only", "scale_values", "--from", file("print('loaded')\n" + WRONG))
    assert (code, out.count("loaded")) == (0, 1)
    counted = WRONG.replace("    return np.asarray(x) + a", "    print('asked')\n    return np.asarray(x) + a")
    assert run("debug", "vectors", "--only", "scale_values", "--from", file(counted))[1].count("asked") == 1


@pytest.mark.parametrize("words", [["debug"], ["debug", "vectors"]])
def test_debug_needs_a_question(run, words):
    said = "autograder: debug needs a topic and a question: make debug TOPIC=<topic> ONLY=<question>\n"
    assert run(*words) == (2, "", said)
    said = "autograder: debug 需要主题和题目：make debug TOPIC=<主题> ONLY=<题目>\n"
    assert run(*words, "--lang", "zh") == (2, "", said)


def test_there_must_be_a_file_to_watch(run, tmp_path):
    assert run("watch", "vectors", "--from", tmp_path) == (2, "", f"autograder: {tmp_path} has no vectors.py\n")
