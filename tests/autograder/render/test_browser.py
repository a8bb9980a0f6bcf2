"""The report in a real browser: nothing leaves the page, nothing is complained of, nothing covers anything."""

from __future__ import annotations

import io

import pytest
from browser import Browser, program
from pages import begun_by_nobody, made

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


@pytest.mark.parametrize("width", [400, 800, 1400])
@pytest.mark.parametrize("name", ["made", "begun_by_nobody"])
def test_what_comes_first_follows_the_total_without_a_gap(browser, tmp_path, name, width):
    file = tmp_path / "page.html"
    file.write_text({"made": made, "begun_by_nobody": begun_by_nobody}[name](), "utf-8")
    browser.media()
    browser.width(width)
    browser.open(file)
    gap = "document.querySelector('h2').getBoundingClientRect().top - "
    gap += "document.querySelector('header').lastElementChild.getBoundingClientRect().bottom"
    assert 0 < browser.value(gap) < 48


def test_a_question_is_opened_by_the_keyboard(browser, path):
    browser.media()
    browser.width(900)
    browser.open(path)
    browser.press("Tab", 9)
    assert browser.value("document.activeElement.className") == "skip"
    browser.value("document.querySelector('details:not([open]) summary').focus()")
    browser.press("Enter", 13)
    assert browser.value("document.activeElement.parentElement.open") is True


NAMELESS = ("image", "link", "heading", "table", "DisclosureTriangle", "navigation", "columnheader", "rowheader")


def test_whatever_assistive_technology_is_told_of_has_a_name(browser, path):
    browser.media()
    browser.open(path)
    browser.value(OPEN_ALL)
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    told = [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip())
        for node in nodes
        if not node.get("ignored") and "role" in node
    ]
    assert {"image", "heading", "link", "main", "DisclosureTriangle"} <= {role for role, _ in told}
    assert [role for role, name in told if role in NAMELESS and not name] == []


# WCAG 2 contrast of every visible text with the nearest opaque ground under it, as the browser has drawn it
FAINT = """(() => {
  const parsed = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parsed(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  let count = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ink = parsed(element.closest('svg') ? style.fill : style.color);
    const [high, low] = [light(ink), light(ground(element))].sort((a, b) => b - a);
    count += 1;
    if ((high + 0.05) / (low + 0.05) < 4.5) found.push(walker.currentNode.data.trim().slice(0, 40));
  }
  return [count, found];
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground_as_it_is_drawn(browser, path, scheme):
    browser.media(scheme)
    browser.open(path)
    browser.value(OPEN_ALL)
    count, faint = browser.value(FAINT)
    assert (count > 100, faint) == (True, [])


def test_the_keyboard_reaches_every_question_in_order_and_shows_where_it_is(browser, path):
    browser.media()
    browser.width(900)
    browser.open(path)
    stops = browser.value("document.querySelectorAll('a[href], summary').length")
    places = []
    for _ in range(stops):
        browser.press("Tab", 9)
        ring = "(s => s.outlineStyle + ' ' + parseFloat(s.outlineWidth))(getComputedStyle(document.activeElement))"
        place = "[...document.querySelectorAll('a[href], summary')].indexOf(document.activeElement)"
        places.append(browser.value(place))
        style, width = browser.value(ring).split()
        assert (style != "none", float(width) >= 1) == (True, True), places
    assert places == list(range(stops))


def test_a_question_is_closed_again_by_the_same_key(browser, path):
    browser.media()
    browser.open(path)
    browser.value("document.querySelector('details[open] summary').focus()")
    for is_open in (False, True):
        browser.press("Enter", 13)
        assert browser.value("document.activeElement.parentElement.open") is is_open


def test_on_paper_every_question_is_told_in_full_and_in_dark_ink(browser, path):
    browser.media("dark", "print")
    browser.open(path)
    hidden = "[...document.querySelectorAll('details dl')].filter(each => !each.getBoundingClientRect().height).length"
    assert browser.value(hidden) == 0
    assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(browser.ask("Page.printToPDF")["data"]) > 10_000
    browser.media()
