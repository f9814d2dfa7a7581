"""Days in words."""

from __future__ import annotations

from datetime import date

from desktop.translation import tr, tr_later

_MONTHS = (
    tr_later("January"),
    tr_later("February"),
    tr_later("March"),
    tr_later("April"),
    tr_later("May"),
    tr_later("June"),
    tr_later("July"),
    tr_later("August"),
    tr_later("September"),
    tr_later("October"),
    tr_later("November"),
    tr_later("December"),
)


def day_text(day: date, *, year: bool) -> str:
    """``3 May``, and with the year ``3 May 2026``."""
    text = tr("{day} {month} {year}") if year else tr("{day} {month}")
    return text.format(day=day.day, month=tr(_MONTHS[day.month - 1]), year=day.year)


def month_text(day: date) -> str:
    """``May 2026``."""
    return tr("{month} {year}").format(month=tr(_MONTHS[day.month - 1]), year=day.year)
