"""What a screen reader is told of every screen: each control has a name, and is something that it knows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.parts.roles import tell_roles
from desktop.ui.theme import Theme
from scripts import screenshots
from tests.ui.scenes import SCENES, Stage, services


def is_control(widget: QWidget) -> bool:
    """Whether somebody may want to do something with it."""
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QAbstractButton)


@pytest.mark.parametrize("scene", SCENES)
def test_every_control_has_a_name_and_a_role(qtbot: QtBot, theme: Theme, scene: str) -> None:
    tell_roles()
    stage = Stage(theme, services)
    qtbot.addWidget(stage.window)
    shown = screenshots.SCENES[scene](stage) or stage.window
    if shown is not stage.window:
        qtbot.addWidget(shown)
    stage.settle()
    menu = QApplication.activePopupWidget()
    looked_at = 0
    for top in (shown, menu):
        for widget in [top, *top.findChildren(QWidget)] if top is not None else []:
            if not widget.isVisible() or not (widget.isWindow() or is_control(widget)):
                continue
            told = QAccessible.queryAccessibleInterface(widget)
            assert told.text(QAccessible.Text.Name).strip(), f"{widget} has no name"
            if not widget.isWindow():
                assert told.role() not in (QAccessible.Role.NoRole, QAccessible.Role.Client), f"{widget} has no role"
            looked_at += 1
    if isinstance(menu, QMenu):
        assert all(action.text() or action.isSeparator() for action in menu.actions())
        menu.close()
    assert looked_at > 1
