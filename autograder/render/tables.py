"""A table as one self-contained page, which needs nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape

from autograder.render.clean import clean

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums }
"""


def page(title: str, rows: Iterable[Sequence[str]], note: str = "") -> str:
    """A page with one table, whose first row is its heading; every text made harmless."""
    head, *body = [tuple(row) for row in rows]
    headings = "".join(f"<th>{shown(cell)}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>\n" for row in body)
    return framed(title, f"<p>{shown(note)}</p>\n<table><tr>{headings}</tr>\n{lines}</table>")


def _cell(text: str) -> str:
    number = text.lstrip("+-").replace(".", "", 1).isdigit()
    return f'<td class="number">{shown(text)}</td>' if number else f"<td>{shown(text)}</td>"


def shown(text: str) -> str:
    """Anybody's text inside HTML."""
    return escape(clean(text))


def framed(title: str, body: str, *, style: str = "", script: str = "", language: str = "en") -> str:
    """A whole page; it may load nothing, and runs only what is written into it here, known by its hash."""
    sheet = STYLE + style
    policy = f"default-src 'none'; style-src {_hash(sheet)}; base-uri 'none'; form-action 'none'"
    policy += f"; script-src {_hash(script)}" if script else ""
    tail = f"<script>{script}</script>" if script else ""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{shown(title)}</title><style>{sheet}</style></head>\n"
        f"<body><h1>{shown(title)}</h1>\n{body}\n{tail}</body></html>\n"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
