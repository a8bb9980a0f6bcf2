"""Text from a student made harmless before it is shown anywhere."""

from __future__ import annotations

import unicodedata

MOST = 4000
_KEPT = "\n\t"
FORMULA = tuple("=+-@＝＋－＠")  # a spreadsheet in a Chinese or Japanese locale obeys the wide ones too


def clean(text: str, most: int = MOST) -> str:
    """Cut, and with every character that is no plain print written as \\uXXXX: controls, ANSI, bidi, surrogates."""
    cut = text[:most]
    whole = cut.replace("\n", "").replace("\t", "").isprintable()  # nearly always, and soon told
    shown = cut if whole else "".join(char if _plain(char) else _escaped(char) for char in cut)
    return shown if len(text) <= most else shown + "…"


def _plain(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
