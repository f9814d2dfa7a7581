"""What is said goes out to those who translate it, and comes back."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from desktop import translation
from desktop.translation import tr, tr_count, tr_later
from desktop.ui import language
from scripts import words

GERMAN = {
    "No models yet": ["Noch keine Modelle"],
    "%n layers": ["%n Schicht", "%n Schichten"],
    "{name} is here": ["{name} ist da"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a translation of three sentences into German, made as translators do."""
    file = tmp_path_factory.mktemp("words") / "snug_de.ts"
    words.update(file)
    tree = ElementTree.parse(file)
    for message in tree.iter("message"):
        said = GERMAN.get(message.findtext("source", ""))
        if said is None:
            continue
        told = message.find("translation")
        assert told is not None
        told.attrib.clear()
        forms = told.findall("numerusform")
        for place, text in zip(forms or [told], said, strict=True):
            place.text = text
    tree.write(file, encoding="utf-8", xml_declaration=True)
    words.update(file)
    words.release(file)
    return file.parent


def test_a_translation_is_spoken_where_the_system_speaks_it(folder: Path) -> None:
    try:
        assert language.speak(folder, ["de-Latn-AT", "de-AT", "de"])
        assert tr("No models yet") == "Noch keine Modelle"
        assert tr("{name} is here").format(name="Qwen") == "Qwen ist da"
        assert tr_count(1, "1 layer", "%n layers") == "1 Schicht"
        assert tr_count(1200, "1 layer", "%n layers") == "1,200 Schichten"
        assert tr("Nobody translated this") == "Nobody translated this"
        assert tr_count(1, "1 core", "%n cores") == "1 core"
    finally:
        language.use(None)


@pytest.mark.parametrize("languages", [["en-GB", "de-DE"], ["C"], ["fr-FR", "fr"]])
def test_english_is_spoken_otherwise(folder: Path, languages: list[str]) -> None:
    assert language.speak(folder, languages) is None
    assert tr("No models yet") == "No models yet"


def test_one_word_may_mean_two_things() -> None:
    translation.use(lambda text, meaning, number: "Öffnen" if (text, meaning) == ("Open", "") else "")
    try:
        assert (tr("Open"), tr("Open", "it is not closed")) == ("Öffnen", "Open")
    finally:
        translation.use(None)


def test_a_marked_word_stays_english_until_it_is_shown() -> None:
    translation.use(lambda text, meaning, number: text.upper())
    try:
        marked = tr_later("Model")
        assert (marked, tr(marked)) == ("Model", "MODEL")
    finally:
        translation.use(None)


def test_all_of_snug_can_be_handed_to_translators() -> None:
    assert len(words.everything()) > 1000


@pytest.mark.parametrize(
    "line", ['tr(f"{name} is here")', 'tr("Copy " + name)', "tr_later(name)", 'tr("a" if b else "c")']
)
def test_what_is_put_together_first_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        list(words.said(line))
