"""The licence texts: chosen in a list, read as plain text, made when somebody wants them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.services.licences import papers
from desktop.ui.settings.about_page import AboutPage
from desktop.ui.settings.licence_reader import LicenceReader
from desktop.ui.theme import Theme


def test_it_is_made_when_it_is_asked_for_and_shows_what_the_keyboard_is_on(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    page = AboutPage(theme)
    page.setParent(window)
    window.show()
    assert window.findChild(LicenceReader) is None
    page.licences.click()
    reader = window.findChild(LicenceReader)
    assert reader is not None
    first, second = papers()[:2]
    assert reader.text.toPlainText() == first.text()
    qtbot.keyClick(reader.list, Qt.Key.Key_Down)
    assert reader.text.toPlainText() == second.text()
    assert reader.text.accessibleName() == f"Licence of {second.name}"
    reader.text.selectAll()
    assert reader.text.textCursor().selectedText()
    qtbot.keyClicks(reader.text, "x")
    assert reader.text.toPlainText() == second.text()
    reader.reject()
