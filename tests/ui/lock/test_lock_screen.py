"""The lock screen: what is typed goes out once, what was wrong is said, and nothing of it stays in the fields."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.errors import AppError
from desktop.ui.lock.lock_screen import Asking, LockScreen
from desktop.ui.theme import Theme
from desktop.vault import refusals


def open_screen(qtbot: QtBot, theme: Theme, asking: Asking) -> LockScreen:
    screen = LockScreen(theme, asking)
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitExposed(screen)
    return screen


@pytest.fixture
def screen(qtbot: QtBot, theme: Theme) -> LockScreen:
    return open_screen(qtbot, theme, Asking.PASSPHRASE)


def enter(qtbot: QtBot, screen: LockScreen, text: str) -> None:
    qtbot.keyClicks(screen.secret.field, text)
    qtbot.keyClick(screen.secret.field, Qt.Key.Key_Return)


def test_enter_sends_the_passphrase_and_empties_the_field(qtbot: QtBot, screen: LockScreen) -> None:
    with qtbot.waitSignal(screen.typed) as typed:
        enter(qtbot, screen, "quiet corner")
    assert typed.args == ["quiet corner", False]
    assert screen.secret.field.text() == ""
    assert not screen.button.isEnabled()
    assert screen.button.text() == "Opening…"


def test_an_empty_field_sends_nothing(qtbot: QtBot, screen: LockScreen) -> None:
    with qtbot.assertNotEmitted(screen.typed):
        qtbot.mouseClick(screen.button, Qt.MouseButton.LeftButton)
    assert screen.button.isEnabled()


def test_a_wrong_one_is_said_and_can_be_typed_again(qtbot: QtBot, screen: LockScreen) -> None:
    enter(qtbot, screen, "wrong")
    screen.refuse(refusals.refusal(refusals.WRONG_PASSPHRASE))
    assert "not the passphrase" in screen.secret.field.accessibleDescription()
    with qtbot.waitSignal(screen.typed):
        enter(qtbot, screen, "right")


def test_after_too_many_the_button_waits(qtbot: QtBot, screen: LockScreen) -> None:
    enter(qtbot, screen, "wrong")
    screen.refuse(AppError("TOO_SOON", "Wrong several times.", "", "Wait 1 s.", "0.6"))
    assert not screen.button.isEnabled()
    with qtbot.assertNotEmitted(screen.typed):
        enter(qtbot, screen, "right")
    qtbot.waitUntil(screen.button.isEnabled, timeout=5000)


def test_the_recovery_key_is_the_other_way(qtbot: QtBot, screen: LockScreen) -> None:
    qtbot.keyClicks(screen.secret.field, "half a passphr")
    qtbot.mouseClick(screen.other, Qt.MouseButton.LeftButton)
    assert screen.secret.field.text() == ""
    assert screen.secret.field.accessibleName() == "Recovery key"
    with qtbot.waitSignal(screen.typed) as typed:
        enter(qtbot, screen, "K7QMX")
    assert typed.args == ["K7QMX", True]


def test_where_no_passphrase_was_set_only_the_recovery_key_is_asked_for(qtbot: QtBot, theme: Theme) -> None:
    screen = open_screen(qtbot, theme, Asking.RECOVERY_ONLY)
    assert not screen.other.isVisible()
    with qtbot.waitSignal(screen.typed) as typed:
        enter(qtbot, screen, "K7QMX")
    assert typed.args == ["K7QMX", True]


def test_a_new_passphrase_is_typed_twice(qtbot: QtBot, theme: Theme) -> None:
    screen = open_screen(qtbot, theme, Asking.NEW)
    enter(qtbot, screen, "quiet corner")
    assert screen.again.field.hasFocus() or screen.focusWidget() is screen.again.field
    qtbot.keyClicks(screen.again.field, "quiet korner")
    with qtbot.assertNotEmitted(screen.chosen):
        qtbot.keyClick(screen.again.field, Qt.Key.Key_Return)
    assert "not the same" in screen.again.field.accessibleDescription()
    screen.again.field.clear()
    qtbot.keyClicks(screen.again.field, "quiet corner")
    with qtbot.waitSignal(screen.chosen) as chosen:
        qtbot.keyClick(screen.again.field, Qt.Key.Key_Return)
    assert chosen.args == ["quiet corner"]
    assert screen.again.field.text() == ""


def test_a_screen_that_only_hides_has_one_button_and_says_what_it_is(qtbot: QtBot, theme: Theme) -> None:
    screen = open_screen(qtbot, theme, Asking.NOTHING)
    assert not screen.secret.isVisible()
    with qtbot.waitSignal(screen.show_requested):
        qtbot.mouseClick(screen.button, Qt.MouseButton.LeftButton)


def test_the_eye_shows_and_hides(qtbot: QtBot, screen: LockScreen) -> None:
    assert screen.secret.field.echoMode() is QLineEdit.EchoMode.Password
    screen.secret.eye.click()
    assert screen.secret.field.echoMode() is QLineEdit.EchoMode.Normal
    screen.secret.take()
    assert screen.secret.field.echoMode() is QLineEdit.EchoMode.Password


def test_nothing_of_a_chat_is_in_its_title_or_its_accessible_words(screen: LockScreen) -> None:
    assert screen.windowTitle() == "Snug"
    assert screen.accessibleName() == "Snug is locked"
