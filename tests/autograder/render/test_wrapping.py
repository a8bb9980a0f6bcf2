"""Where lines of Chinese and Latin text are broken."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from autograder.render.wrapping import CLOSING, Prose, breaks


def lines(text, width):
    """What stands on each line."""
    at = [0, *breaks(text, width), len(text)]
    return [text[start:end].rstrip() for start, end in itertools.pairwise(at)]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("penalty 返回一个数，以及每个参数的梯度", 20, ["penalty 返回一个数，", "以及每个参数的梯度"]),
        ("单个样本、Fortran 顺序的数组", 14, ["单个样本、", "Fortran 顺序的", "数组"]),
        ("逐元素丢弃：图像", 10, ["逐元素丢", "弃：图像"]),
        ("逐元素（图像）", 8, ["逐元素", "（图像）"]),
        ("the mean of the loss", 11, ["the mean of", "the loss"]),
        ("array(3, 2, 5, 4)", 8, ["array(3,", "2, 5, 4)"]),
        ("a_name_without_any_space", 10, ["a_name_wit", "hout_any_s", "pace"]),
        ("    indented", 20, ["    indented"]),
        ("", 20, [""]),
    ],
)
def test_lines_break_between_characters_of_chinese_and_between_words_of_english(text, width, shown):
    assert lines(text, width) == shown


@given(st.text(st.sampled_from("ab 数值，。（）(),。\u3000“”é"), max_size=60), st.integers(2, 30))
def test_no_line_is_too_wide_and_nothing_is_lost(text, width):
    found = lines(text, width)
    assert max(cell_len(line) for line in found) <= width
    assert "".join("".join(found).split()) == "".join(text.split())


def test_no_line_begins_with_what_closes():
    text = "前向和反向都逐元素丢弃：图像、单个样本（很小），以及数组。" * 3
    assert not any(line.startswith(tuple(CLOSING)) for width in range(12, 40) for line in lines(text, width))


def test_a_table_breaks_its_cells_so():
    table = Table.grid()
    table.add_column(width=12)
    table.add_row(Prose("测试时 Fortran\n顺序"))
    file = io.StringIO()
    Console(file=file, width=12).print(table)
    assert [line.rstrip() for line in file.getvalue().splitlines()] == ["测试时", "Fortran", "顺序"]
