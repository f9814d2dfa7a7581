"""A table's columns begin where they usually do, unless words would be cut off that there is room for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui.settings.table import Column, Table
from desktop.ui.theme import Theme

COLUMNS = (Column("Time", 0.0), Column("Reading", 0.3, right=True), Column("Writing", 0.6, right=True))
ROW = ("28 November 18:40", "1,124", "31")


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> Table:
    table = Table(theme, "Speed", COLUMNS, "Nothing.")
    qtbot.addWidget(table)
    table.show_rows([ROW])
    return table


def starts(table: Table, width: int) -> list[int]:
    """Where the columns begin, in percent of the width between the table's sides."""
    table.resize(width, 200)
    first, *others = (place.left() for place in table._places(0, 20))
    return [round((left - first) / (width - 2 * first) * 100) for left in (first, *others)]


def test_columns_begin_where_they_usually_do(table: Table) -> None:
    assert starts(table, 900) == [0, 30, 60]
    table.show_rows([])
    assert starts(table, 300) == [0, 30, 60]


def test_a_column_gets_what_its_words_need_where_there_is_room(table: Table) -> None:
    width = round(sum(table._needs)) + 40
    assert starts(table, width)[1] > 40
    places = table._places(0, 20)
    assert all(left.right() <= right.left() for left, right in pairwise(places))
    assert all(place.width() + 14 >= need for place, need in zip(places, table._needs, strict=True))
    assert places[-1].right() <= width - places[0].left()


def test_where_there_is_no_room_they_stay(table: Table) -> None:
    assert starts(table, 150) == [0, 30, 60]
