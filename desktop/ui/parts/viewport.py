"""A viewport that lets what is behind it show through."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def set_clear_viewport(area: QAbstractScrollArea) -> None:
    """Give the area a viewport that paints no ground of its own.

    It is made here and not taken from Qt: to find out what kind of widget Qt has made, PySide6 would go through every
    class of QtWidgets, which takes a tenth of the start.
    """
    area.setViewport(QWidget(area))
