"""The way of the Tab key through the whole window: every control once, in the order in which it is seen, each with a
ring (or a caret) that shows where the keyboard is, and round to the first one again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.chat import Part, PartKind, Role, Status
from desktop.ui.chat.transcript import Transcript
from desktop.ui.lock.lock_screen import Asking, LockScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.focus_ring import FocusRing
from desktop.ui.settings.privacy_page import PrivacyPage
from desktop.ui.theme import Theme
from tests.ui.settings.stand_ins import FakePrivacy
from tests.ui.stand_ins import FakeChats, FakeFolders, FakeModels, FakeSettings

ANSWER = """Read [the guide](https://example.org/guide) first.

```python
print("hello")
```
"""
SIDEBAR = [
    "Close the sidebar",
    "New chat",
    "Search chats and commands",
    "Chats",
    "Models",
    "Settings",
    "Offline. Nothing leaves this computer",
]
SETTINGS = {
    # The list of pages is one stop, as is a row of choices: the arrow keys move within.
    "appearance": ["Appearance", "Light or dark: System", "Contrast: System", "Motion: System"],
    "privacy": [
        "Privacy and network",
        "Change",
        "Make one",
        "Lock when you are away: After 10 minutes",
        "Stay offline",
        "Enter a token",
        "Back up now",
        "Check again",
        "Save as CSV",
        "Delete everything…",
    ],
}
LOCK = {
    Asking.PASSPHRASE: ["Passphrase", "Show what is typed", "Unlock", "Use the recovery key"],
    Asking.RECOVERY: ["Recovery key", "Show what is typed", "Unlock", "Use the passphrase"],
    Asking.RECOVERY_ONLY: ["Recovery key", "Show what is typed", "Unlock"],
    Asking.NEW: ["New passphrase", "Show what is typed", "The same once more", "Show what is typed", "Start"],
    Asking.NOTHING: ["Show"],
}
MORE = "More for this chat"
MODEL = "Model: DeepSeek R1 8B Q4_K_M, ready"


def show(qtbot: QtBot, window: QWidget) -> None:
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    QApplication.processEvents()


@pytest.fixture
def chats() -> FakeChats:
    return FakeChats()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, chats: FakeChats) -> MainWindow:
    settings = FakeSettings()
    made = MainWindow(
        theme,
        chats,
        FakeModels(),
        FakeFolders(chats),
        settings,
        Transcript,
        open_link=lambda _: None,
        make_privacy_page=lambda theme: PrivacyPage(theme, FakePrivacy(), settings),
    )
    show(qtbot, made)
    return made


@pytest.fixture
def press(qtbot: QtBot) -> Callable[..., None]:
    def press(window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(window.windowHandle(), key, modifiers)
        QApplication.processEvents()

    return press


def place(window: QWidget) -> tuple[str, QRect]:
    """What a screen reader would say of the control with the keyboard, and where it is; it has to be seen."""
    focus = QApplication.focusWidget()
    assert focus is not None
    name = QAccessible.queryAccessibleInterface(focus).text(QAccessible.Text.Name)
    assert name, f"{focus} has no name"
    assert focus.isVisible()
    if isinstance(focus, QPlainTextEdit):
        # A caret instead of a ring.
        return name, QRect(focus.mapTo(window, QPoint(0, 0)), focus.size())
    ring = window.findChild(FocusRing)
    assert ring is not None
    assert ring.isVisible(), f"nothing shows that the keyboard is on “{name}”"
    assert ring.target() is focus
    assert ring.whole(), f"the ring around “{name}” is cut off"
    return name, ring.geometry()


def go_to(window: QWidget, name: str, press: Callable[..., None]) -> None:
    """Tab, until the keyboard is on the control of that name."""
    seen: list[str] = []
    while (now := place(window)[0]) != name:
        assert len(seen) < 80, f"Tab never comes to “{name}”: {seen}"
        seen.append(now)
        press(window, Qt.Key.Key_Tab)


def tour(window: QWidget, press: Callable[..., None], key: Qt.Key = Qt.Key.Key_Tab) -> list[str]:
    """The names on the way round, from the control after this one back to this one."""
    first = place(window)
    names: list[str] = []
    for _ in range(80):
        press(window, key)
        now = place(window)
        names.append(now[0])
        if now == first:
            return names
    raise AssertionError(f"Tab does not come round: {names}")


def test_tab_goes_round_a_new_window(window: MainWindow, press: Callable[..., None]) -> None:
    press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    way = tour(window, press)
    assert way == ["Send", *SIDEBAR, "Chat: New chat", MORE, MODEL, "Message"]
    back = tour(window, press, Qt.Key.Key_Backtab)
    assert back == [*reversed(way[:-1]), "Message"]


def test_tab_visits_messages_their_links_and_buttons_between_header_and_composer(
    window: MainWindow, chats: FakeChats, press: Callable[..., None]
) -> None:
    chats.open(3)
    conversation = chats.current()
    # Written in front of the user: its parts and buttons come after the rest of the window.
    conversation.send("How?")
    for status in (Status.GENERATING, Status.COMPLETE):
        parts = (Part(PartKind.TEXT, ANSWER),)
        answer = conversation.messages[-1]._replace(model_name="Qwen3 4B", parts=parts, status=status)
        conversation.messages[-1] = answer
        conversation.row_changed.emit(3)
    conversation.set_answering(False)
    QApplication.processEvents()
    window.focus_composer()
    mine, its = ["You said", "Copy", "Edit", "More"], ["Copy", "Answer again", "More"]
    assert tour(window, press) == [
        "Send",
        *SIDEBAR,
        "Chat: Names out of a spreadsheet",
        MORE,
        MODEL,
        "Conversation",
        *mine,
        "Answer",
        *its,
        *mine,
        "Answer of Qwen3 4B",
        # Its link.
        "Answer of Qwen3 4B",
        "Copy Python code",
        "Save Python code to a file",
        *its,
        "Message",
    ]


def test_a_link_far_down_a_long_answer_is_brought_in_view(
    window: MainWindow, chats: FakeChats, press: Callable[..., None]
) -> None:
    chats.open(3)
    conversation = chats.current()
    conversation.add(Role.ASSISTANT, "A line.\n\n" * 100 + "[the end](https://example.org)\n\n" + "A line.\n\n" * 100)
    window.room.transcript.scroll_to_row(2)
    window.room.transcript.view(2).body.setFocus(Qt.FocusReason.TabFocusReason)
    press(window, Qt.Key.Key_Tab)
    _, ring = place(window)
    view = window.room.transcript.viewport()
    assert QRect(view.mapTo(window, QPoint(0, 0)), view.size()).contains(ring)


def test_f6_goes_round_the_areas(window: MainWindow, chats: FakeChats, press: Callable[..., None]) -> None:
    chats.open(3)
    window.focus_composer()
    names: list[str] = []
    for _ in range(4):
        press(window, Qt.Key.Key_F6)
        names.append(place(window)[0])
    assert names == ["Chats", MODEL, "Conversation", "Message"]


@pytest.mark.parametrize("page", ["appearance", "privacy"])
def test_tab_goes_round_the_settings(window: MainWindow, press: Callable[..., None], page: str) -> None:
    window.open_settings(page)
    press(window, Qt.Key.Key_Tab)
    go_to(window, SETTINGS[page][-1], press)
    way = tour(window, press)
    assert way == [*SIDEBAR, "Close the settings", *SETTINGS[page]]
    back = tour(window, press, Qt.Key.Key_Backtab)
    assert back == [*reversed(way[:-1]), way[-1]]


def test_arrow_keys_move_between_the_pages_of_the_settings(window: MainWindow, press: Callable[..., None]) -> None:
    window.open_settings("appearance")
    press(window, Qt.Key.Key_Down)
    assert place(window)[0] == "Privacy and network"
    page = window.findChild(PrivacyPage)
    assert page is not None
    assert page.isVisible()


@pytest.mark.parametrize("asking", list(Asking))
def test_tab_goes_round_the_lock_screen(qtbot: QtBot, theme: Theme, press: Callable[..., None], asking: Asking) -> None:
    screen = LockScreen(theme, asking)
    screen.resize(960, 640)
    show(qtbot, screen)
    press(screen, Qt.Key.Key_Tab)
    go_to(screen, LOCK[asking][-1], press)
    assert tour(screen, press) == LOCK[asking]
