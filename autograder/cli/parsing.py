"""The words of a command line, and what is said of those that are none: one sentence, in the reader's language."""

from __future__ import annotations

import argparse
import difflib
import itertools
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from autograder.language import chosen, say, translated
from autograder.manifest import nearest_of
from autograder.model import Sentence, UsageError, sentence
from autograder.render.commands import here

COMMAND = "COMMAND"
_CHOICE = re.compile(r"argument (?P<option>.+?): invalid choice: (?P<value>.*?) \(choose from (?P<choices>.*)\)", re.S)
_ABOUT = re.compile(r"argument (?P<option>.+?): (?P<why>.*)", re.DOTALL)
_MISSING = re.compile(r"the following arguments are required: (?P<names>.*)")
_UNKNOWN = re.compile(r"unrecognized arguments: (?P<words>.*)", re.DOTALL)
_AMBIGUOUS = re.compile(r"ambiguous option: (?P<option>\S+) could match (?P<choices>.*)")


def told(text: str) -> str:
    """A help text: as it is here, and in the reader's language where it is shown. Marks it for the catalogue."""
    return text


def spoken_language(arguments: Sequence[str] | None) -> str:
    """The language of a command line, also of one that cannot be read: --lang where it names one."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    following = dict(itertools.pairwise(words))
    wanted = next((word.partition("=")[2] for word in words if word.startswith("--lang=")), following.get("--lang", ""))
    try:
        return chosen(wanted)
    except UsageError:
        return chosen()


class Parser(argparse.ArgumentParser):
    """argparse's, with one sentence of ours instead of its usage and its English. language: of help and refusals."""

    language = "en"

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]  # noqa: ANN001,ANN201
        """The options of a command line. Words that are left over are told by the command that they follow."""
        found, left = self.parse_known_args(args, namespace)
        if left:
            assert self._subparsers is not None
            commands: Any = self._subparsers._group_actions[0].choices
            commands[found.command].error(f"unrecognized arguments: {' '.join(left)}")
        return found

    def error(self, message: str) -> NoReturn:
        """Refuse a command line. Raises UsageError."""
        raise UsageError(refused(message, self._names(), self.prog.partition(" ")[2]))

    def _names(self) -> list[str]:
        return [option for action in self._actions for option in action.option_strings if option.startswith("--")]

    def _get_formatter(self) -> argparse.HelpFormatter:
        formatter = _Help(prog=self.prog)
        formatter.language = self.language
        return formatter


class _Help(argparse.HelpFormatter):
    """Help in the reader's language."""

    language = "en"

    def _format_usage(self, usage: str | None, actions, groups, prefix: str | None) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
        begun = say(sentence("usage: "), self.language) if prefix is None else prefix
        return super()._format_usage(usage, actions, groups, begun)

    def start_section(self, heading: str | None) -> None:
        """A heading such as `options`."""
        super().start_section(translated(heading or "", self.language) or None)

    def add_text(self, text: str | None) -> None:
        """A command's description."""
        super().add_text(translated(text, self.language) if text and text != argparse.SUPPRESS else text)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return translated(action.help, self.language) if action.help else action.help


HEADINGS = (told("positional arguments"), told("options"), told("show this help message and exit"))


def refused(message: str, options: Iterable[str], command: str) -> Sentence:
    """What argparse complains of, in a sentence of ours. options: those that the command knows. command: its name."""
    choice, about, missing = (form.fullmatch(message) for form in (_CHOICE, _ABOUT, _MISSING))
    unknown, ambiguous = _UNKNOWN.fullmatch(message), _AMBIGUOUS.fullmatch(message)
    if choice is not None:
        names = re.findall(r"[\w-]+", choice["choices"])
        value = choice["value"].strip("'\"")
        if choice["option"] == COMMAND:
            return sentence("there is no command {name!r}{nearest}", name=value, nearest=nearest_of(value, names))
        return sentence(
            "{option} cannot be {value!r}; there are {names}",
            option=choice["option"],
            value=value,
            names=", ".join(names),
        )
    if missing is not None and missing["names"] == COMMAND:
        return sentence("say what to do, e.g. {command}; all commands: {help}", **_examples())
    if missing is not None:
        return sentence("{command} needs {names}", command=command, names=missing["names"])
    if unknown is not None:
        word = unknown["words"].split(" ")[0]
        if not word.startswith("-"):
            return sentence("{command} does not know what to do with {word!r}", command=command, word=word)
        close = difflib.get_close_matches(word.partition("=")[0], list(options), n=1, cutoff=0.5)
        nearest = sentence("; did you mean {name!r}?", name=close[0]) if close else Sentence("")
        return sentence("{command} has no option {word!r}{nearest}", command=command, word=word, nearest=nearest)
    if ambiguous is not None:
        return sentence("{option} may be {names}: write it out", option=ambiguous["option"], names=ambiguous["choices"])
    if about is not None and about["why"].startswith("expected "):
        return sentence("after {option} a value is missing", option=about["option"])
    if about is not None and about["why"].startswith("ignored explicit argument"):
        return sentence("{option} takes no value", option=about["option"])
    return sentence("{why}", why=message)


def _examples() -> dict[str, str]:
    typed = here()
    return {"command": typed.command("grade"), "help": typed.command("help" if typed.is_make else "--help")}
