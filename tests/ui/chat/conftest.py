"""Widgets of the chat with the bundled fonts, in a light theme unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.chat import Message
from desktop.ui import theme as themes
from desktop.ui.chat.highlight import Highlighter
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.message_view import MessageView
from desktop.ui.chat.transcript import Transcript
from desktop.ui.theme import Appearance, Theme
from tests.ui.chat.standin import StandIn


@pytest.fixture(scope="session", autouse=True)
def fonts(qapp: QApplication) -> None:
    themes.load_fonts()


@pytest.fixture(scope="session", autouse=True)
def languages() -> None:
    """Code in a language that is met for the first time is coloured a moment later: here they have all been met."""
    for language in ("python", "py", "js"):
        Highlighter(language).extend("x")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(Appearance.LIGHT)


@pytest.fixture
def body(theme: Theme, qtbot: QtBot) -> Callable[..., MessageBody]:
    """A shown message with this text."""

    def make(markdown: str = "", width: int = 600) -> MessageBody:
        result = MessageBody(theme)
        qtbot.addWidget(result)
        if markdown:
            result.set_text(markdown)
        result.resize(width, max(24, result.lay_out(width)))
        result.show()
        result.grab()
        return result

    return make


@pytest.fixture
def transcript(theme: Theme, qtbot: QtBot) -> Callable[..., Transcript]:
    """A shown transcript of this conversation."""

    def make(source: StandIn, width: int = 900, height: int = 600) -> Transcript:
        result = Transcript(theme)
        qtbot.addWidget(result)
        result.resize(width, height)
        result.show()
        result.set_source(source)
        result.grab()
        QApplication.processEvents()
        return result

    return make


def settle(transcript: Transcript) -> None:
    """Until everything near the view is built and painted."""
    for _ in range(4):
        QApplication.processEvents()
    transcript.grab()


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> Callable[..., MessageView]:
    """A shown view of one message, row 7."""

    def make(message: Message, width: int = 700, **values: object) -> MessageView:
        result = MessageView(theme, row=7)
        qtbot.addWidget(result)
        result.show_message(message, **values)  # type: ignore[arg-type]
        result.resize(width + 16, max(40, result.lay_out(width)))
        result.show()
        result.grab()
        return result

    return make


def button(view: MessageView, name: str) -> QAbstractButton:
    """The control of this object name."""
    return view.findChild(QAbstractButton, name)
