"""The one style sheet, for what QSS does best: scroll bars, tooltips and bare text editors.

Everything with states of its own is painted instead (see ``buttons.py``).
"""

from __future__ import annotations

from desktop.ui.theme import Theme, font, radius


def build(theme: Theme) -> str:
    """The style sheet of the current appearance."""
    tip = font("small")
    return f"""
QToolTip {{
    background: {theme.hex("textPrimary")}; color: {theme.hex("surface")}; border: 0px;
    border-radius: {radius("sm")}px; padding: 1px 3px;
    font-family: "{tip.family()}"; font-size: {tip.pixelSize()}px; font-weight: 500;
}}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0px; border: 0px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0px; border: 0px; }}
QScrollBar::handle {{ background: {theme.hex("scrollThumb")}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; margin: 2px 3px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; margin: 3px 2px; }}
QScrollBar::handle:hover {{ background: {theme.hex("control")}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0px; height: 0px; border: 0px; background: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QLineEdit {{ background: transparent; border: 0px; padding: 0px; }}
QAbstractScrollArea {{ background: transparent; border: 0px; }}
QAbstractScrollArea::corner {{ background: transparent; border: 0px; }}
"""
