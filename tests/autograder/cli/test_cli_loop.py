"""`hint`, `status` and `debug` without a terminal; `watch` where there is nothing to watch."""

from __future__ import annotations

import pytest
from support_courses import RIGHT, TINY

from autograder.cli import main

WRONG = RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a")
HALF = RIGHT.replace("a * np.asarray(x)", "a * np.asarray(x) * 1.5")


@pytest.fixture
def run(capsys):
    def command(*words):
        code = main(["--root", str(TINY), *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def file(tmp_path):
    def write(source):
        path = tmp_path / "vectors.py"
        path.write_text(source)
        return path

    return write


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
        ("zh", ("0 / 16 分", "下一个：scale。每次保存后自动评分： make watch TOPIC=vectors\n")),
    ],
)
def test_the_status_is_the_sum_of_all_topics_and_the_next_step(run, language, words):
    code, out, _ = run("status", "--lang", language)
    assert code == 0
    for said in words:
        assert said in out


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
