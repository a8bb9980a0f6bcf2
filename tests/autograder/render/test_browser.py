"""The report in a real browser: nothing leaves the page, nothing is complained of, nothing covers anything."""

from __future__ import annotations

import io

import pytest
from browser import Browser, program
from pages import made

LANGUAGES = ("en", "zh")
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
OVERLAPS = """(() => {
  const found = [];
  for (const picture of document.querySelectorAll('svg')) {
    const frame = picture.getBoundingClientRect();
    const boxes = [...picture.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    boxes.forEach(([name, box], index) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push(`${picture.getAttribute('aria-label')}: ${name} leaves the picture`);
      for (const [other, next] of boxes.slice(index + 1))
        if (box.left < next.right - 1 && next.left < box.right - 1 &&
            box.top < next.bottom - 3 && next.top < box.bottom - 3)
          found.push(`${picture.getAttribute('aria-label')}: ${name} covers ${other}`);
    });
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One Chromium for all tests of this file."""
    opened = Browser(program(), tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def path(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    file.write_text(made(request.param), "utf-8")
    return file


def colours(png):
    """How many colours a screenshot has, its size, and the colour of its corner."""
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(png)).convert("RGB")
    return len(image.getcolors(1 << 24)), image.size, image.getpixel((2, 2))


def test_no_request_leaves_the_page_and_the_console_is_empty(browser, path):
    browser.open(path)
    browser.value(OPEN_ALL)
    browser.screenshot()
    assert browser.requests() == [path.as_uri()]
    assert browser.errors() == []
    assert browser.value("document.scripts.length") == 0


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_fits_and_nothing_covers_anything(browser, path, width, scheme):
    browser.media(scheme)
    browser.width(width)
    browser.open(path)
    browser.value(OPEN_ALL)
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value(OVERLAPS) == []
    count, (wide, high), corner = colours(browser.screenshot())
    assert count > 50
    assert (wide, high > 1400) == (width, True)
    assert (sum(corner) > 600) == (scheme == "light")


def test_a_question_is_opened_by_the_keyboard(browser, path):
    browser.media()
    browser.width(900)
    browser.open(path)
    browser.press("Tab", 9)
    assert browser.value("document.activeElement.className") == "skip"
    browser.value("document.querySelector('details:not([open]) summary').focus()")
    browser.press("Enter", 13)
    assert browser.value("document.activeElement.parentElement.open") is True


def test_on_paper_every_question_is_told_in_full_and_in_dark_ink(browser, path):
    browser.media("dark", "print")
    browser.open(path)
    hidden = "[...document.querySelectorAll('details dl')].filter(each => !each.getBoundingClientRect().height).length"
    assert browser.value(hidden) == 0
    assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(browser.ask("Page.printToPDF")["data"]) > 10_000
    browser.media()
