"""The second room's place: beside the first, or over it where the window is narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.ui.preferences import INSPECTOR, Settings
from desktop.ui.theme import Theme, grown, size

if TYPE_CHECKING:
    from desktop.ui.inspector.fade import Fade
    from desktop.ui.inspector.inspector import Inspector

WIDE = 1120
"""Narrowest window in which both rooms stand beside each other, in pixels."""
_SLIDE = 8


class Dock(QObject):
    """Opens and closes the inspector, which ``make`` makes when it is needed first.

    Signals:
        changed: it takes another part of the window.
    """

    changed = Signal()

    def __init__(
        self, theme: Theme, window: QWidget, button: QWidget, settings: Settings, make: Callable[[], Inspector]
    ) -> None:
        """``button`` opens and closes it."""
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._button = button
        self._settings = settings
        self._make = make
        self._open = bool(settings.get(INSPECTOR, False))
        self._aside = False
        self._before: QWidget | None = None
        self.inspector: Inspector | None = None
        self._fade: Fade | None = None

    def is_open(self) -> bool:
        return self._open

    def is_shown(self) -> bool:
        return self._open and not self._aside

    def width(self) -> int:
        return min(grown(size("inspector")), self._window.width() - 2 * size("roomInset"))

    def is_beside(self) -> bool:
        """Whether the window is wide enough for both rooms."""
        return self._window.width() >= grown(WIDE)

    def takes(self) -> int:
        """How much of the window's width the first room leaves to it, in pixels."""
        return self.width() + size("roomInset") if self.is_shown() and self.is_beside() else 0

    def start(self) -> None:
        """Show it, if it was open the last time. The window does not wait for it."""
        if self._open and self.inspector is None:
            self._show()

    def open(self) -> None:
        """Show it, with the keyboard in it."""
        before = self._window.focusWidget()
        if self.inspector is None or before is None or not self.inspector.isAncestorOf(before):
            self._before = before
        self._remember(True)
        self._show()
        if self.inspector is not None:
            self.inspector.way_in().setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> None:
        """Hide it. The keyboard goes back to where it came from."""
        self._remember(False)
        focus, before = self._window.focusWidget(), self._before
        if self.inspector is not None and focus is not None and self.inspector.isAncestorOf(focus):
            there = before is not None and isValid(before) and before.isVisible()
            (before if there else self._button).setFocus(Qt.FocusReason.OtherFocusReason)
        self._hide()

    def set_aside(self, aside: bool) -> None:
        """Out of the way while something else fills the window; it stays open."""
        if aside == self._aside:
            return
        self._aside = aside
        if self._open:
            if aside:
                self._hide(at_once=True)
            else:
                self._show(at_once=True)

    def place(self) -> None:
        """Put it where it belongs."""
        if self.inspector is None or self._fade is None or self.inspector.isHidden():
            return
        inset, width = size("roomInset"), self.width()
        left = self._window.width() - inset - width + round((1.0 - self._fade.share) * _SLIDE)
        self.inspector.setGeometry(left, inset, width, self._window.height() - 2 * inset)

    def _remember(self, opened: bool) -> None:
        self._open = opened
        self._settings.put(INSPECTOR, opened)

    def _show(self, at_once: bool = False) -> None:
        if self.inspector is None or self._fade is None:
            # Not before: the window does not wait for what it takes.
            from desktop.ui.inspector.fade import Fade

            self.inspector = self._make()
            self._fade = Fade(self._theme, self.inspector)
            self._fade.moved.connect(self._moved)
        self.inspector.show()
        self.inspector.raise_()
        self.place()
        self._fade.to(1.0, at_once=at_once)
        self.changed.emit()

    def _hide(self, at_once: bool = False) -> None:
        if self._fade is not None:
            self._fade.to(0.0, at_once=at_once)
        self.changed.emit()

    def _moved(self, share: float) -> None:
        if share <= 0.0 and not self.is_shown() and self.inspector is not None:
            self.inspector.hide()
        self.place()
