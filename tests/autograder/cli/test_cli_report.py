"""`autograder report`: a page is written where it is asked for, whole or not at all."""

from __future__ import annotations

from support_courses import RIGHT


def test_a_topics_report_is_written_with_the_folder_for_it(tmp_path, run):
    file, page = tmp_path / "vectors.py", tmp_path / "new" / "page.html"
    file.write_text(RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a"))
    code, out, err = run("report", "vectors", "--from", file, "--out", page)
    assert (code, out, err) == (0, f"The report is {page}. Open it in a browser.\n", "")
    text = page.read_text("utf-8")
    assert text.startswith('<!doctype html>\n<html lang="en">')
    assert "Is scaling a sum or a product?" in text
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]


def test_all_topics_share_one_report_in_the_language_asked_for(tmp_path, run):
    page = tmp_path / "page.html"
    code, out, _ = run("report", "--out", page, "--lang", "zh")
    assert (code, out) == (0, f"报告在 {page}，请用浏览器打开。\n")
    text = page.read_text("utf-8")
    assert 'id="vectors"' in text
    assert 'id="layers"' in text
    assert '<html lang="zh-CN">' in text


def test_a_folder_is_no_file_to_write(tmp_path, run):
    code, _, err = run("report", "vectors", "--out", tmp_path)
    assert (code, err) == (2, f"autograder: {tmp_path} is a folder; --out names the file to write\n")


def test_an_exercise_without_its_topic_is_refused(run):
    code, _, err = run("report", "--only", "scale")
    said = "autograder: an exercise is asked for, and no topic: make report TOPIC=<topic> ONLY=<exercise>\n"
    assert (code, err) == (2, said)
