"""General: what is shown is what holds, and each choice is kept and works at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.domain.chat import Status
from desktop.settings import DEFAULTS
from desktop.ui.chat.composer import Composer, ComposerState
from desktop.ui.chat.message_view import MessageView
from desktop.ui.chat.own_words import Editor
from desktop.ui.parts.keys import control
from desktop.ui.parts.labels import Label
from desktop.ui.parts.toggles import Segmented
from desktop.ui.preferences import ENTER_SENDS, OPENS_LAST_CHAT, STATISTICS
from desktop.ui.settings.general_page import GeneralPage
from desktop.ui.settings.keyboard_page import KeyboardPage
from desktop.ui.theme import Theme
from tests.ui.chat.standin import reply
from tests.ui.stand_ins import FakeSettings


@pytest.fixture
def settings() -> FakeSettings:
    kept = FakeSettings()
    kept.values = dict(DEFAULTS)
    return kept


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, settings: FakeSettings) -> GeneralPage:
    made = GeneralPage(theme, settings, "/home/anna/snug")
    qtbot.addWidget(made)
    made.show()
    return made


def press(control: Segmented, words: str) -> None:
    [button] = [each for each in control.findChildren(QAbstractButton) if each.text() == words]
    button.click()


def test_it_shows_what_holds(qtbot: QtBot, theme: Theme, settings: FakeSettings) -> None:
    settings.values[OPENS_LAST_CHAT] = theme.enter_sends = theme.shows_statistics = False
    page = GeneralPage(theme, settings, "/media/stick/snug/data", carried=True)
    qtbot.addWidget(page)
    on = [each.text() for each in page.findChildren(QAbstractButton) if each.isCheckable() and each.isChecked()]
    assert on == ["New chat", control("Enter")]
    assert not page.statistics.isChecked()
    assert "carried about" in page.show_folder.accessibleDescription()
    assert "/media/stick/snug/data" in page.show_folder.accessibleDescription()


def test_what_snug_opens_with_is_kept(page: GeneralPage, settings: FakeSettings) -> None:
    press(page.opens, "New chat")
    assert settings.values[OPENS_LAST_CHAT] is False
    press(page.opens, "Last chat")
    assert settings.values[OPENS_LAST_CHAT] is True


def test_enter_begins_a_new_line_at_once_where_ctrl_enter_sends(
    qtbot: QtBot, theme: Theme, page: GeneralPage, settings: FakeSettings
) -> None:
    composer, keyboard, sent = Composer(theme), KeyboardPage(theme), list[str]()
    for each in (composer, keyboard):
        qtbot.addWidget(each)
    composer.set_state(ComposerState.READY)
    composer.submitted.connect(sent.append)
    press(page.sends, control("Enter"))
    assert settings.values[ENTER_SENDS] is False
    assert composer.hint.text().startswith(control("Enter").replace(" ", " + "))
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    QTest.keyClick(composer.editor, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    QTest.keyClicks(composer.editor, "two")
    assert (sent, composer.text()) == ([], "one\n\ntwo")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent == ["one\n\ntwo"]
    assert "Enter begins a new line." in {each.text() for each in keyboard.findChildren(Label)}
    press(page.sends, "Enter")
    assert composer.hint.text().startswith("Enter to send")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert len(sent) == 2


def test_a_message_that_is_changed_is_sent_in_the_same_way(qtbot: QtBot, theme: Theme, page: GeneralPage) -> None:
    press(page.sends, control("Enter"))
    editor, sent = Editor(theme, "one"), list[str]()
    qtbot.addWidget(editor)
    editor.submitted.connect(sent.append)
    editor.field.moveCursor(editor.field.textCursor().MoveOperation.End)
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    QTest.keyClicks(editor.field, "two")
    assert sent == []
    QTest.keyClick(editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent == ["one\ntwo"]


def test_what_an_answer_took_is_not_said_but_that_it_was_cut_is(
    qtbot: QtBot, theme: Theme, page: GeneralPage, settings: FakeSettings
) -> None:
    view = MessageView(theme)
    qtbot.addWidget(view)
    view.show_message(reply("Half", status=Status.STOPPED), is_last=True)
    assert view.actions is not None
    page.statistics.click()
    assert settings.values[STATISTICS] is False
    assert view.actions.accessibleDescription() == "Stopped"
    page.statistics.click()
    assert view.actions.accessibleDescription().startswith("Stopped · ")


def test_first_steps_and_the_folder_are_asked_for(page: GeneralPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.welcome_requested):
        page.again.click()
    with qtbot.waitSignal(page.reveal_requested) as asked:
        page.show_folder.click()
    assert asked.args == ["/home/anna/snug"]
