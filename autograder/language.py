"""Sentences in the reader's language, through gettext catalogues. English is the key and the fallback."""

from __future__ import annotations

import functools
import gettext
import locale
import os
from collections.abc import Mapping
from pathlib import Path

from autograder.model import Sentence, UsageError, sentence

LANGUAGES = ("en", "zh")
CATALOGUES = {"zh": "zh_CN"}


def chosen(wanted: str = "", environment: Mapping[str, str] = os.environ) -> str:
    """The language to speak: the one asked for, else the environment's (LANGUAGE, LC_ALL, LC_MESSAGES, LANG)
    or the one that the user has set on Windows."""
    if wanted:
        code = wanted.replace("-", "_").split("_")[0].lower()
        if code not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise UsageError(sentence("there is no language {name!r}; there are {names}", name=wanted, names=known))
        return code
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(variable, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return _systems_own()


def _systems_own() -> str:
    """On Windows no variable says it: the language that the user has set there."""
    name = (locale.getlocale()[0] or "") if os.name == "nt" else ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language not in CATALOGUES:
        return gettext.NullTranslations()
    return gettext.translation("autograder", Path(__file__).parent / "locale", [CATALOGUES[language]])


def say(what: Sentence | str, language: str) -> str:
    """A sentence in a language. Its values that are sentences are translated with it."""
    if isinstance(what, str):
        return translated(what, language)
    template = what.zh if language == "zh" and what.zh else translated(what.text, language)
    values = {
        name: say(value, language) if isinstance(value, Sentence) else value for name, value in what.values.items()
    }
    return template.format_map(values)


def translated(text: str, language: str) -> str:
    """The catalogue's words for a template, or the template."""
    return _catalogue(language).gettext(text) if text else ""


def title(titles: Mapping[str, str], language: str) -> str:
    """A title given in several languages, in one of them."""
    return titles.get(language) or titles.get("en", "")
