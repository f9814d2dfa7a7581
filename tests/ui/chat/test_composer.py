"""The composer: what Enter, Esc and the round button do in each state."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.chat.composer import Composer, ComposerState
from desktop.ui.parts.buttons import SendState
from desktop.ui.theme import Theme, line_height


@pytest.fixture
def composer(qtbot: QtBot, theme: Theme) -> Composer:
    made = Composer(theme)
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    made.set_state(ComposerState.READY)
    made.editor.setFocus()
    return made


def sent(composer: Composer) -> list[str]:
    texts: list[str] = []
    composer.submitted.connect(texts.append)
    return texts


def test_enter_sends_and_leaves_the_text_until_it_is_cleared(composer: Composer) -> None:
    texts = sent(composer)
    QTest.keyClicks(composer.editor, "Hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert texts == ["Hello"]
    assert composer.text() == "Hello"


def test_shift_enter_breaks_the_line(composer: Composer) -> None:
    texts = sent(composer)
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.editor, "two")
    assert texts == []
    assert composer.text() == "one\ntwo"


def test_enter_that_ends_a_word_of_an_input_method_sends_nothing(composer: Composer) -> None:
    texts = sent(composer)
    QTest.keyClicks(composer.editor, "Hello")
    QApplication.sendEvent(composer.editor, QInputMethodEvent("にほ", []))
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert texts == []
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(composer.editor, done)
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert texts == ["Hello日本"]


def test_nothing_but_spaces_is_not_sent(composer: Composer) -> None:
    texts = sent(composer)
    QTest.keyClicks(composer.editor, "   ")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert texts == []
    assert composer.send.state() is SendState.EMPTY


def test_the_button_is_ready_as_soon_as_there_is_something_to_send(composer: Composer) -> None:
    assert composer.send.state() is SendState.EMPTY
    QTest.keyClicks(composer.editor, "x")
    assert composer.send.state() is SendState.READY
    texts = sent(composer)
    QTest.mouseClick(composer.send, Qt.MouseButton.LeftButton)
    assert texts == ["x"]


def test_while_answering_the_same_button_stops_and_enter_sends_nothing(composer: Composer) -> None:
    stops: list[bool] = []
    composer.stop_requested.connect(lambda: stops.append(True))
    texts = sent(composer)
    place = composer.send.geometry()
    composer.set_state(ComposerState.ANSWERING)
    QTest.keyClicks(composer.editor, "the next question")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    QTest.mouseClick(composer.send, Qt.MouseButton.LeftButton)
    assert stops == [True]
    assert texts == []
    assert composer.send.geometry() == place
    assert composer.send.accessibleName() == "Stop"


def test_esc_stops(composer: Composer, qtbot: QtBot) -> None:
    composer.set_state(ComposerState.ANSWERING)
    with qtbot.waitSignal(composer.stop_requested):
        QTest.keyClick(composer.editor, Qt.Key.Key_Escape)


def test_the_speed_shows_only_while_answering(composer: Composer) -> None:
    composer.set_speed(41.3)
    assert composer.speed.isHidden()
    composer.set_state(ComposerState.ANSWERING)
    assert composer.speed.text() == "41 tok/s"
    assert not composer.speed.isHidden()
    composer.set_speed(0)
    assert composer.speed.text() == ""


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        (
            ComposerState.READY,
            "Enter to send, Shift + Enter for a new line. Models can be wrong, so check what matters.",
        ),
        (ComposerState.ANSWERING, "Press Esc to stop. What has been written so far is kept."),
        (ComposerState.NO_MODEL, "Sends as soon as a model is ready"),
        (ComposerState.RESTARTING, "You can keep writing while the model starts again"),
    ],
)
def test_the_hint_says_what_enter_does(composer: Composer, state: ComposerState, hint: str) -> None:
    composer.set_state(state)
    assert composer.hint.text() == hint


def test_a_message_written_before_the_model_is_ready_goes_out_when_it_is(composer: Composer) -> None:
    texts = sent(composer)
    composer.set_state(ComposerState.NO_MODEL)
    QTest.keyClicks(composer.editor, "Hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert texts == []
    assert composer.waiting()
    composer.set_state(ComposerState.READY)
    assert texts == ["Hello"]
    composer.set_state(ComposerState.READY)
    assert texts == ["Hello"]


def test_esc_holds_a_waiting_message_back(composer: Composer) -> None:
    texts = sent(composer)
    composer.set_state(ComposerState.NO_MODEL)
    QTest.keyClicks(composer.editor, "Hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    composer.set_state(ComposerState.READY)
    assert texts == []
    assert composer.text() == "Hello"


def test_it_grows_from_one_line_to_eight_and_then_scrolls(composer: Composer) -> None:
    line = line_height("message")
    assert composer.editor.height() == line
    composer.set_text("one\ntwo\nthree")
    assert composer.editor.height() == 3 * line
    composer.set_text("\n".join(str(number) for number in range(30)))
    assert composer.editor.height() == 8 * line
    assert composer.editor.verticalScrollBar().maximum() > 0
    composer.clear()
    assert composer.editor.height() == line


def test_a_long_line_wraps_and_counts(composer: Composer) -> None:
    composer.set_text("a word or two " * 30)
    assert composer.editor.height() > 2 * line_height("message")


def test_typing_is_told_and_setting_a_draft_is_not(composer: Composer) -> None:
    drafts: list[str] = []
    composer.text_edited.connect(drafts.append)
    composer.set_text("from before")
    assert drafts == []
    QTest.keyClicks(composer.editor, "!")
    assert drafts == ["from before!"]


def test_pasting_a_page_leaves_plain_words(composer: Composer) -> None:
    page = QMimeData()
    page.setHtml("<b>Bold</b><img src='file:///etc/passwd'>")
    page.setText("Bold")
    composer.editor.insertFromMimeData(page)
    assert composer.text() == "Bold"


def test_files_are_left_to_the_window(composer: Composer) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/models/some.gguf")])
    files.setText("/models/some.gguf")
    assert not composer.editor.canInsertFromMimeData(files)


@pytest.mark.parametrize("text", ["word " * 200_000, "x" * 1_000_000, "a line of text\n" * 66_000])
def test_pasting_a_megabyte_does_not_freeze_it(composer: Composer, text: str) -> None:
    paste = QMimeData()
    paste.setText(text)
    start = time.perf_counter()
    composer.editor.insertFromMimeData(paste)
    QApplication.processEvents()
    assert time.perf_counter() - start < 5.0
    assert len(composer.text()) == len(text)
