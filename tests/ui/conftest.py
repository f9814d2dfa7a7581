"""A window on stand-in services, and the keys and mice to use it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.main_window import MainWindow
from desktop.ui.parts.style import dress
from desktop.ui.theme import Appearance, Theme, load_fonts
from tests.ui.models.hub_stand_ins import FakeShop
from tests.ui.models.stand_ins import FakeShelf
from tests.ui.settings.stand_ins import FakeBenchmarks, FakeMemory
from tests.ui.stand_ins import FakeChats, FakeFolders, FakeModels, FakePlacement, FakeSettings, Placeholder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The offscreen platform says what it cannot do for every window; that is no fault of ours.
    for item in items:
        if "tests/ui/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(scope="session")
def fonts(qapp: QApplication) -> None:
    load_fonts()


@pytest.fixture
def theme(qapp: QApplication, fonts: None) -> Iterator[Theme]:
    made = Theme(Appearance.LIGHT)
    made.reduced_motion = True
    look = dress(qapp, made)
    yield made
    # Windows that were to be deleted go now: no event loop of ours would do it before the next test.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    look.setParent(None)
    look.deleteLater()


class Stage:
    """A window with everything it stands on."""

    def __init__(
        self,
        qtbot: QtBot,
        theme: Theme,
        chats: FakeChats,
        models: FakeModels,
        settings: FakeSettings | None = None,
        placement: FakePlacement | None = None,
    ) -> None:
        self.qtbot = qtbot
        self.theme = theme
        self.chats = chats
        self.models = models
        self.folders = FakeFolders(chats)
        self.settings = settings or FakeSettings()
        self.placement = placement
        self.links: list[str] = []
        self.benchmarks = FakeBenchmarks()
        self.shelf = FakeShelf(models)
        self.shop = FakeShop()
        self.revealed: list[str] = []
        self.memory = FakeMemory()
        self.window = MainWindow(
            theme,
            chats,
            models,
            self.folders,
            self.settings,
            Placeholder,
            self.links.append,
            make_benchmarks=lambda: self.benchmarks,
            memory=self.memory,
            placement=None if placement is None else lambda: placement,
            make_shelf=lambda: self.shelf,
            make_shop=lambda: self.shop,
            reveal=self.revealed.append,
        )
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        QApplication.processEvents()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where a keyboard would: in the window, which hands it to whatever has the focus."""
        QTest.keyClick(self.window.windowHandle(), key, modifiers)
        QApplication.processEvents()

    def control(self, key: Qt.Key) -> None:
        self.key(key, Qt.KeyboardModifier.ControlModifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus(), text)
        QApplication.processEvents()

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())
        QApplication.processEvents()

    def find(self, name: str) -> QWidget:
        found = self.window.findChild(QWidget, name)
        assert isinstance(found, QWidget), name
        return found

    def focus(self) -> QWidget:
        focused = self.window.focusWidget()
        assert focused is not None
        return focused


@pytest.fixture
def stage(qtbot: QtBot, theme: Theme) -> Stage:
    return Stage(qtbot, theme, FakeChats(), FakeModels())


@pytest.fixture
def make_stage(qtbot: QtBot, theme: Theme) -> Callable[..., Stage]:
    def make(
        chats: FakeChats | None = None,
        models: FakeModels | None = None,
        settings: FakeSettings | None = None,
        placement: FakePlacement | None = None,
    ) -> Stage:
        return Stage(qtbot, theme, chats or FakeChats(), models or FakeModels(), settings, placement)

    return make
