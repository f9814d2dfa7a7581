"""Tooltips that show every character as it is: Qt would read markup in them otherwise."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def plain(text: str) -> str:
    """``text`` for any place where Qt guesses whether it is markup."""
    # Not html.escape: its table of all entities would be loaded with the window.
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<qt>{shown}</qt>" if text else ""


def set_tooltip(widget: QWidget, text: str) -> None:
    widget.setToolTip(plain(text))
