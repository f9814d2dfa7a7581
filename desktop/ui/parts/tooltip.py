"""Tooltips that show every character as it is: Qt would read markup in them otherwise."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QWidget


def plain(text: str) -> str:
    """``text`` for any place where Qt guesses whether it is markup."""
    return f"<qt>{html.escape(text)}</qt>" if text else ""


def set_tooltip(widget: QWidget, text: str) -> None:
    widget.setToolTip(plain(text))
