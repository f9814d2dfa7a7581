"""Weights that the type scale leaves to the place of use."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont

from desktop.ui.theme import font


@cache
def regular(role: str) -> QFont:
    return _weighted(role, QFont.Weight.Normal)


@cache
def medium(role: str) -> QFont:
    return _weighted(role, QFont.Weight.Medium)


@cache
def strong(role: str) -> QFont:
    return _weighted(role, QFont.Weight.DemiBold)


def _weighted(role: str, weight: QFont.Weight) -> QFont:
    result = QFont(font(role))
    result.setWeight(weight)
    return result
