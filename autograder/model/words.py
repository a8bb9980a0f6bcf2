"""Sentences that are translated where they are shown, never where they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """A sentence for a reader: an English template, which is also the key of its translation, and its values.

    A value may itself be a Sentence; it is translated with its surroundings. A course author gives the
    Chinese with the sentence (`zh`) where the framework's catalogue cannot know it.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    zh: str = ""

    def __str__(self) -> str:
        return self.text.format_map(dict(self.values))


def sentence(text: str, /, **values: object) -> Sentence:
    """A Sentence in one call, as it reads at the place where something is said."""
    return Sentence(text, values)


def literally(text: str) -> str:
    """Somebody's words as a template without places: braces stand for themselves."""
    return text.replace("{", "{{").replace("}", "}}")
