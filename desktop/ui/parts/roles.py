"""What a painted widget is to a screen reader, where Qt cannot tell.

A widget says it with ``accessible_role``, the name of one of ``QAccessible.Role``; its name and description it says as
any other does.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


def tell_roles() -> None:
    """To be called once, before a screen reader asks. It takes a moment, so not before the first picture."""
    QAccessible.installFactory(_interface)


def _interface(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    role = getattr(thing, "accessible_role", "")
    if not role or not isinstance(thing, QWidget):
        return None
    return QAccessibleWidget(thing, QAccessible.Role[role])
