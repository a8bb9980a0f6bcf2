"""`autograder grade`: what is printed, and which exit code comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support_courses import RIGHT, TINY, copied, with_graders

REPOSITORY = Path(__file__).parents[3]
SOLUTION = TINY / "solutions" / "vectors" / "solution.py"


def test_full_marks_are_graded(run):
    code, out, err = run("grade", "vectors", "--from", SOLUTION)
    assert (code, err) == (0, "")
    assert "Vectors  10/10" in out
    assert "Everything passes." in out


def test_less_than_full_marks_is_graded_too(run):
    code, out, _ = run("grade", "vectors")
    assert code == 0
    assert "Vectors  0/10" in out
    assert "Next: scale." in out


@pytest.mark.parametrize(("origin", "code"), [(SOLUTION, 0), (TINY / "starter" / "vectors.py", 1)])
def test_strict_asks_for_full_marks(run, origin, code):
    assert run("grade", "vectors", "--strict", "--from", origin)[0] == code


def test_a_wrong_answer_is_explained(run, file):
    code, out, _ = run("grade", "vectors", "--from", file(RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a")))
    assert code == 0
    assert "Is scaling a sum or a product?" in out
    assert "make grade TOPIC=vectors ONLY=scale_values" in out


def test_chinese_is_spoken_where_it_is_asked_for(run, file):
    wrong = file(RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a"))
    _, out, _ = run("grade", "vectors", "--lang", "zh", "--from", wrong)
    assert "缩放是相加还是相乘？" in out
    assert "向量  6/10" in out


def test_only_asks_one_exercise(run):
    _, out, _ = run("grade", "vectors", "--only", "scale", "--from", SOLUTION)
    assert "Vectors  4/4" in out
    assert "mean_square_grad" not in out


LOUD = RIGHT.replace(
    "    return a *", "    for line in range(9000):\n        print('scaling', line)\n    return 1 + a *"
)


@pytest.mark.parametrize(("language", "label"), [("en", "printed"), ("zh", "输出")])
def test_prints_are_shown_under_the_question_that_they_came_from_and_no_more_than_their_end(run, file, language, label):
    quiet = LOUD.replace("def mean_square_grad", "print('loading')\n\n\ndef mean_square_grad")
    _, out, _ = run("grade", "vectors", "--all", "--lang", language, "--from", file(quiet))
    parts = out.split("✗ ")[-3:]
    assert all(part.startswith("scale_") and part.count(label) == 1 for part in parts)
    assert all(part.count("scaling") <= 5 for part in parts)
    _, out, _ = run("grade", "vectors", "--only", "mean_square_grad", "--lang", language, "--from", file(LOUD))
    assert "scaling" not in out


def test_all_shows_every_open_question(run, file):
    wrong = file(RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a"))
    _, out, _ = run("grade", "vectors", "--all", "--from", wrong)
    assert out.count("Is scaling a sum or a product?") == 3


def test_another_seed_asks_with_other_data_and_is_told(run, file):
    wrong = file(RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a"))
    one, same, other = (run("grade", "vectors", "--seed", seed, "--from", wrong)[1] for seed in ("1", "1", "two 2"))
    assert one == same
    assert "SEED=1" in one
    assert "SEED='two 2'" in other
    assert one.splitlines()[5] != other.splitlines()[5]


def test_json_is_the_report_and_nothing_else(run):
    code, out, err = run("grade", "vectors", "--json", "--from", SOLUTION)
    report = json.loads(out)
    assert (code, err, report["score"], report["points"], report["topic"]) == (0, "", 10, 10, "vectors")
    assert next(iter(report)) == "format"


def test_without_a_topic_all_are_told_in_a_table(run):
    code, out, _ = run("grade")
    assert code == 0, out
    vectors, layers = (line for line in out.splitlines() if line.startswith(("vectors", "layers")))
    assert vectors.split()[:3] == ["vectors", "Vectors", "0/10"]
    assert layers.split()[:3] == ["layers", "Layers", "0/6"]


@pytest.mark.parametrize(
    ("words", "en", "zh"),
    [
        (
            ["grade", "vector"],
            "there is no topic 'vector'; did you mean 'vectors'?",
            "没有主题 'vector'；你是想写 'vectors' 吗？",
        ),
        (
            ["grade", "qqq"],
            "there is no topic 'qqq'; there are layers, vectors",
            "没有主题 'qqq'；有这些：layers, vectors",
        ),
        (
            ["grade", "vectors", "--only", "scal"],
            "vectors has no exercise or question 'scal'; did you mean 'scale'?",
            "vectors 没有练习或题目 'scal'；你是想写 'scale' 吗？",
        ),
        (
            ["grade", "--only", "scale"],
            "an exercise is asked for, and no topic: make grade TOPIC=<topic> ONLY=<exercise>",
            "指定了练习，却没有指定主题：make grade TOPIC=<主题> ONLY=<练习>",
        ),
        (
            ["grade", "vectors", "--from", "/nowhere/vectors.py"],
            "there is no file /nowhere/vectors.py",
            "没有文件 /nowhere/vectors.py",
        ),
        (
            [],
            "say what to do, e.g. make grade; all commands: make help",
            "请写明要做什么，例如 make grade；全部命令：make help",
        ),
        (["grde"], "there is no command 'grde'; did you mean 'grade'?", "没有命令 'grde'；你是想写 'grade' 吗？"),
        (
            ["grade", "vectors", "--onyl", "x"],
            "grade has no option '--onyl'; did you mean '--only'?",
            "grade 没有选项 '--onyl'；你是想写 '--only' 吗？",
        ),
        (["grade", "vectors", "--qqqqqq"], "grade has no option '--qqqqqq'", "grade 没有选项 '--qqqqqq'"),
        (["grade", "a", "b"], "grade does not know what to do with 'b'", "grade 不知道该如何处理 'b'"),
        (["grade", "vectors", "--seed"], "after --seed a value is missing", "--seed 后面缺少一个值"),
        (["grade", "vectors", "--all=1"], "--all takes no value", "--all 不带值"),
        (
            ["grade", "vectors", "--device", "gpu"],
            "--device cannot be 'gpu'; there are cpu, cuda, auto",
            "--device 不能是 'gpu'；有这些：cpu, cuda, auto",
        ),
        (["grade", "--s", "1"], "--s may be --seed, --strict: write it out", "--s 可能是 --seed, --strict：请写完整"),
        (["export"], "export needs topic, format, to", "export 需要 topic, format, to"),
        (
            ["report", "vectors", "--out", "/tmp"],
            "/tmp is a folder; --out names the file to write",
            "/tmp 是文件夹；--out 应是要写入的文件",
        ),
    ],
)
def test_wrong_usage_is_one_sentence_in_the_readers_language_and_exit_code_2(run, monkeypatch, words, en, zh):
    monkeypatch.delenv("LANGUAGE", raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    assert run(*words) == (2, "", f"autograder: {en}\n")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run(*words) == (2, "", f"autograder: {zh}\n")


@pytest.mark.parametrize("option", [["--lang", "zh"], ["--lang=zh"]])
def test_words_that_cannot_be_read_are_refused_in_the_language_asked_for(run, option):
    assert run("grade", *option, "--onyl") == (2, "", "autograder: grade 没有选项 '--onyl'；你是想写 '--only' 吗？\n")


def test_a_language_that_there_is_not_is_refused(run):
    assert run("grade", "--lang", "fr") == (2, "", "autograder: there is no language 'fr'; there are en, zh\n")


def test_help_is_in_the_readers_language(run, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh")
    code, out, _ = run("grade", "--help")
    assert (code, out.startswith("用法：")) == (0, True)
    for said in ("完整显示所有未通过的题目", "显示本帮助并退出", "选项"):
        assert said in out


def test_without_make_commands_are_told_as_lines_of_python(run, file, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_VIA")
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "autograder"])
    wrong = file(RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a"))
    _, out, _ = run("grade", "vectors", "--only", "scale", "--from", wrong)
    assert "make grade" not in out
    flat = " ".join(out.replace("\\\n", "").split())
    again = f"python -m autograder grade vectors --only scale_values --from {wrong}"
    assert again in flat
    assert flat.endswith(f"All of them: python -m autograder grade vectors --only scale --from {wrong} --all")
    assert run()[2] == (
        "autograder: say what to do, e.g. python -m autograder grade; all commands: python -m autograder --help\n"
    )


def test_a_folder_without_a_course_is_exit_code_2(run, tmp_path):
    code, _, err = run("grade", root=tmp_path)
    assert code == 2
    assert "is not inside a course" in err


def test_a_file_that_may_not_be_read_is_exit_code_2(run, tmp_path):
    (tmp_path / "vectors.py").mkdir()
    code, _, err = run("grade", "vectors", "--from", tmp_path)
    assert code == 2
    assert err.startswith("autograder: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("assignments/vectors/assignment.toml", "format = 3\n", "assignment.toml: "),
        ("solutions/vectors/solution.py", "def f(:\n", "solution.py cannot be loaded: SyntaxError"),
        ("tests/graders/vectors/test_public.py", "1 / 0\n", "the graders of vectors cannot be loaded:"),
    ],
)
def test_a_course_with_a_slip_is_exit_code_3(run, tmp_path, file, text, said):
    course = copied(tmp_path / "course")
    (course.root / file).write_text(text)
    code, out, err = run("grade", "vectors", "--from", SOLUTION, root=course.root)
    assert (code, out) == (3, "")
    assert said in err
    assert err.startswith("autograder: ")


def test_a_slip_that_nobody_foresaw_is_told_in_full_and_is_exit_code_3(run, tmp_path):
    course = copied(tmp_path / "course")
    mistakes = course.solutions("vectors") / "mistakes.py"
    mistakes.write_text(mistakes.read_text() + '\n\n@mistake("scale", replaces=3)\ndef slip(x, a):\n    return x\n')
    code, out, err = run("grade", "vectors", "--from", SOLUTION, root=course.root)
    assert (code, out) == (3, "")
    assert "TypeError" in err
    assert err.endswith("autograder: this is a fault of the grader itself\n")


def test_a_question_that_fails_by_itself_is_exit_code_3_after_the_page(run, tmp_path):
    course = with_graders(tmp_path / "c", "@points(1)\ndef test_scale(student):\n    '''T'''\n    1 / 0\n")
    code, out, _ = run("grade", "vectors", "--from", SOLUTION, root=course.root)
    assert code == 3
    assert "scale failed by itself, its points are open" in out


def notebook(path, *cells):
    """A notebook of these solution cells, a cell of text before each."""
    written = [[{"cell_type": "markdown", "source": "text"}, {"cell_type": "code", "source": cell}] for cell in cells]
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell for pair in written for cell in pair]}))
    return path


HEAD = "# solution\nimport numpy as np"
FAILING = "# solution\ndef scale(x, a):\n    return missing(x)"
LOOPING = "# solution\ndef scale(x, a):\n    while True:\n        x = a"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (FAILING, ["cell 4, line 3, in scale", "return missing(x)"]),
        ("# solution\ndef scale(x, a:\n    return x", ["'(' was never closed (cell 4, line 2)", "def scale(x, a:"]),
    ],
)
def test_an_exception_in_a_notebook_is_told_with_its_cell_and_the_line_in_it(run, tmp_path, cell, said):
    file = notebook(tmp_path / "vectors.ipynb", HEAD, cell)
    _, out, _ = run("grade", "vectors", "--only", "scale_values", "--from", file)
    assert "vectors.py, line" not in out
    for words in said:
        assert "".join(words.split()) in "".join(out.split())


def test_in_the_report_an_exception_in_a_notebook_is_told_with_its_cell_too(run, tmp_path):
    page = tmp_path / "report.html"
    file = notebook(tmp_path / "vectors.ipynb", HEAD, FAILING)
    assert run("report", "vectors", "--from", file, "--out", page)[0] == 0
    assert "cell 4, line 3, in scale" in page.read_text()


def test_a_loop_in_a_notebook_is_told_with_its_cell(run, tmp_path):
    file = notebook(tmp_path / "vectors.ipynb", HEAD, LOOPING)
    _, out, _ = run("grade", "vectors", "--only", "scale_values", "--from", file)
    assert "gave no answer within 2 seconds" in " ".join(out.split())
    assert "cell 4, line " in out


def test_the_command_works_from_any_folder_inside_the_course(run):
    assert run("grade", "vectors", "--from", SOLUTION, root=TINY / "assignments" / "vectors")[0] == 0


def shell(*words, root=TINY, **environment):
    """Run the command as one does, in a process of its own."""
    command = [sys.executable, "-m", "autograder", "--root", str(root), *map(str, words)]
    everything = {**os.environ, "PYTHONPATH": str(REPOSITORY), **environment}
    return subprocess.run(command, capture_output=True, env=everything, check=False, timeout=120)


def test_the_exit_code_reaches_the_shell():
    assert shell("grade", "vectors", "--from", SOLUTION).returncode == 0
    assert shell("grade", "vektors").returncode == 2


def test_a_process_with_torch_ends_early_and_whole():
    done = shell("grade", "layer", "--strict", "--json", root=REPOSITORY / "benchmarks" / "course")
    assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(done.stdout)["topic"] == "layer"


def test_in_a_pipe_there_is_plain_text():
    done = shell("grade", "vectors", "--from", SOLUTION)
    assert b"\x1b" not in done.stdout
    assert "✓".encode() in done.stdout


def test_a_stream_that_cannot_show_a_sign_shows_another():
    done = shell("grade", "vectors", "--from", SOLUTION, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"10/10" in done.stdout


def test_what_a_files_name_holds_moves_no_terminal(run, tmp_path):
    code, _, err = run("grade", "vectors", "--from", tmp_path / "\x1b]0;owned\x07\x1b[2J.py")
    assert code == 2
    assert "\\u001b]0;owned" in err
    assert "\x1b" not in err
