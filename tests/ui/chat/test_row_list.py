"""Of thousands of rows those near the view exist; scrolling through them never moves what is seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.chat.transcript import Transcript
from tests.ui.chat.conftest import settle
from tests.ui.chat.standin import StandIn, many

Make = Callable[..., Transcript]


def top_of(transcript: Transcript, row: int) -> int:
    view = transcript.view(row)
    assert view is not None
    return view.y()


def test_scrolling_through_everything_never_moves_what_is_seen(transcript: Make) -> None:
    widget = transcript(StandIn(many(200)))
    bar = widget.verticalScrollBar()
    for _ in range(60):
        before = {row: view.y() for row, view in widget._views.items() if 0 <= view.y() < 500}
        at = bar.value()
        bar.setValue(at - 150)
        settle(widget)
        moved = {top_of(widget, row) - y for row, y in before.items() if widget.view(row) is not None}
        # Everything moves by the same distance, whatever was measured above.
        assert moved <= {150}


def test_rows_far_away_are_given_up(transcript: Make) -> None:
    widget = transcript(StandIn(many(400)))
    widget.scroll_to_row(0)
    settle(widget)
    assert widget.view(0) is not None
    assert widget.view(399) is None
    assert widget.materialised < 60


def test_the_keyboard_scrolls(transcript: Make, qtbot: QtBot) -> None:
    widget = transcript(StandIn(many(100)))
    bar = widget.verticalScrollBar()
    qtbot.keyClick(widget, Qt.Key.Key_Home)
    assert bar.value() == 0
    assert top_of(widget, 0) == 20
    qtbot.keyClick(widget, Qt.Key.Key_PageDown)
    assert bar.value() == bar.pageStep()
    qtbot.keyClick(widget, Qt.Key.Key_PageUp)
    assert bar.value() == 0
    qtbot.keyClick(widget, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    assert widget.follows


def test_a_narrower_window_keeps_the_message_at_the_top(transcript: Make) -> None:
    widget = transcript(StandIn(many(100)))
    widget.scroll_to_row(40)
    settle(widget)
    at = top_of(widget, 40)
    widget.resize(500, 600)
    settle(widget)
    assert top_of(widget, 40) == at


def test_a_row_with_the_keyboard_lives_on_when_it_is_scrolled_away(transcript: Make, qtbot: QtBot) -> None:
    widget = transcript(StandIn(many(300)))
    widget.activateWindow()
    view = widget.view(299)
    assert view is not None
    view.body.setFocus()  # type: ignore[union-attr]
    qtbot.waitUntil(view.holds_focus)
    widget.scroll_to_row(0)
    settle(widget)
    assert widget.view(299) is view


def test_a_row_with_a_selection_lives_on_too(transcript: Make) -> None:
    widget = transcript(StandIn(many(300)))
    view = widget.view(299)
    assert view is not None
    view.body.select_all()  # type: ignore[union-attr]
    widget.scroll_to_row(0)
    settle(widget)
    assert widget.view(299) is view


def test_tab_goes_through_the_messages_in_order(transcript: Make, qtbot: QtBot) -> None:
    widget = transcript(StandIn(many(4)))
    widget.activateWindow()
    bodies = [widget.view(row).body for row in range(4)]  # type: ignore[union-attr]
    bodies[0].setFocus()  # type: ignore[union-attr]
    seen = [0]
    for _ in range(40):
        QApplication.focusWidget().focusNextPrevChild(True)
        focus = QApplication.focusWidget()
        if focus in bodies:
            seen.append(bodies.index(focus))  # type: ignore[arg-type]
    assert seen[:4] == [0, 1, 2, 3]
