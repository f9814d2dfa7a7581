"""Dresses the application: base style, fonts, palette and style sheet, and dresses it again when the theme changes.

The composition root calls ``dress`` once, before the first window is made.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from desktop.ui.parts import stylesheet
from desktop.ui.theme import Theme, font

STYLE = ("-style", "Fusion")
"""For the arguments of the application. Fusion is the one style that is the same everywhere. It is not subclassed: Qt
asks a style thousands of times for every window, and each question would go through Python. It is not set later either:
``setStyle`` hands the style to Python, which makes a hundred classes and enums of Qt for it."""


class Look(QObject):
    """Keeps the application in the theme's colours."""

    def __init__(self, application: QApplication, theme: Theme) -> None:
        super().__init__(application)
        self._application = application
        self._theme = theme
        application.setEffectEnabled(Qt.UIEffect.UI_AnimateMenu, False)
        application.setFont(font("body"))
        theme.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        self._application.setPalette(self._theme.palette())
        self._application.setStyleSheet(stylesheet.build(self._theme))


def dress(application: QApplication, theme: Theme) -> Look:
    """Give the application the theme's fonts, colours and style, now and whenever the theme changes."""
    return Look(application, theme)
