"""Every sentence that can be said has a translation that formats, and the compiled catalogue is the edited one."""

import io
import re
from pathlib import Path

import pytest
from babel.messages import extract, mofile, pofile

from autograder.language import LANGUAGES, chosen, say
from autograder.model import UsageError, sentence

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "autograder" / "locale" / "zh_CN" / "LC_MESSAGES" / "autograder.po"


def sayable():
    found = set()
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        with path.open("rb") as file:
            keywords = dict.fromkeys(("sentence", "words", "say", "tell", "told"))
            found |= {message for _, message, _, _ in extract.extract("python", file, keywords) if message}
    return sorted(found)


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file)


def fields(text):
    return sorted(re.findall(r"{(\w+)", text))


@pytest.mark.parametrize("text", sayable())
def test_a_sentence_is_translated_with_the_same_values(text, catalogue):
    message = catalogue.get(text)
    assert message is not None, "not in autograder.po"
    assert message.string
    assert set(fields(message.string)) == set(fields(text))


def test_no_translation_is_left_over(catalogue):
    assert {message.id for message in catalogue if message.id} == set(sayable())


def test_the_compiled_catalogue_is_the_edited_one(catalogue):
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == buffer.getvalue(), "run `make translations`"


def test_a_sentence_inside_a_sentence_is_translated_too():
    inner = sentence("whole numbers")
    outer = sentence(
        "{place} holds {yours} ({dtype}), expected {ours}", place="dw", yours=inner, dtype="int64", ours=inner
    )
    assert say(outer, "zh") == "dw 的元素是整数（int64），应为整数"


@pytest.mark.parametrize(
    ("environment", "language"),
    [({}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_TW"}, "zh"), ({"LANG": "de_DE", "LC_ALL": "C"}, "en")],
)
def test_the_environment_chooses_the_language(environment, language):
    assert chosen("", environment) == language
    assert language in LANGUAGES


def test_the_option_wins_over_the_environment():
    assert chosen("zh-CN", {"LANG": "en_US"}) == "zh"


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="there is no language 'fr'; there are en, zh"):
        chosen("fr")
