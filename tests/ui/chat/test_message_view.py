"""One message: the actions for it, and what is kept when it is shown again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.chat import Statistics, Status
from desktop.ui.chat.message_view import MessageView
from desktop.ui.chat.reasoning import seconds
from desktop.ui.chat.statistics_line import statistics_line
from tests.ui.chat.conftest import button
from tests.ui.chat.standin import reply, user

Make = Callable[..., MessageView]


def hover(view: MessageView, on: bool) -> None:
    at = QPointF(10, 10)
    event = QEnterEvent(at, at, at) if on else QEvent(QEvent.Type.Leave)
    QApplication.sendEvent(view, event)


def test_actions_show_under_the_mouse_and_take_no_room_of_their_own(view: Make) -> None:
    widget = view(reply("Yes."))
    before = widget.lay_out(700)
    assert widget.actions is None
    hover(widget, True)
    assert widget.actions is not None
    assert widget.actions.isVisible()
    assert widget.lay_out(700) == before
    hover(widget, False)
    assert not widget.actions.isVisible()


def test_under_the_last_answer_they_always_show(view: Make) -> None:
    widget = view(reply("Yes."), is_last=True)
    assert widget.actions is not None
    assert widget.actions.isVisible()


def test_with_the_keyboard_within_they_show_too(view: Make, qtbot: QtBot) -> None:
    widget = view(reply("Yes."))
    widget.activateWindow()
    widget.body.setFocus()  # type: ignore[union-attr]
    qtbot.waitUntil(widget.holds_focus)
    widget.focus_changed()
    assert widget.actions is not None
    assert widget.actions.isVisible()


@pytest.mark.parametrize(
    ("name", "signal", "arguments"),
    [
        ("regenerate", "regenerate_requested", [7]),
        ("earlierVersion", "version_requested", [7, -1]),
        ("laterVersion", "version_requested", [7, 1]),
        ("copyMessage", "copied", [7]),
    ],
)
def test_a_button_says_what_is_wanted(view: Make, qtbot: QtBot, name: str, signal: str, arguments: list[int]) -> None:
    widget = view(reply("Yes."), is_last=True, versions=(1, 3))
    with qtbot.waitSignal(getattr(widget, signal)) as caught:
        button(widget, name).click()
    assert caught.args == arguments


def test_copying_takes_the_text_without_marks(view: Make) -> None:
    widget = view(reply("Some **bold** text"), is_last=True)
    button(widget, "copyMessage").click()
    assert QGuiApplication.clipboard().text() == "Some bold text"


def test_the_menu_copies_forks_and_carries_on(view: Make, qtbot: QtBot) -> None:
    widget = view(reply("Some **bo", status=Status.STOPPED), is_last=True)
    menu = widget.actions.menu()  # type: ignore[union-attr]
    entries = {action.text(): action for action in menu.actions() if action.text()}
    assert list(entries) == ["Copy as text", "Copy as Markdown", "Keep in memory", "Fork from here", "Carry on"]
    entries["Copy as Markdown"].trigger()
    assert QGuiApplication.clipboard().text() == "Some **bo"
    with qtbot.waitSignal(widget.fork_requested) as caught:
        entries["Fork from here"].trigger()
    assert caught.args == [7]
    with qtbot.waitSignal(widget.carry_on_requested):
        entries["Carry on"].trigger()


def test_a_complete_answer_cannot_be_carried_on(view: Make) -> None:
    widget = view(reply("Yes."), is_last=True)
    texts = [action.text() for action in widget.actions.menu().actions()]  # type: ignore[union-attr]
    assert "Carry on" not in texts


def test_versions_show_only_where_there_are_some(view: Make) -> None:
    assert button(view(reply("Yes."), is_last=True), "earlierVersion").isHidden()
    widget = view(reply("Yes."), is_last=True, versions=(0, 2))
    assert not button(widget, "earlierVersion").isEnabled()
    assert button(widget, "laterVersion").isEnabled()


def test_every_control_has_a_name(view: Make) -> None:
    message = reply("```py\nx\n```", thoughts="hm", status=Status.INTERRUPTED)
    widget = view(message, is_last=True, versions=(1, 3), failure=("a", "b", "c"))
    controls = widget.findChildren(QAbstractButton)
    assert len(controls) >= 10
    assert all(control.accessibleName() for control in controls)


def test_a_stopped_answer_says_so_quietly(view: Make) -> None:
    assert statistics_line(reply("Half", status=Status.STOPPED)).startswith("Stopped · 42 tok/s")


@pytest.mark.parametrize(
    ("statistics", "line"),
    [
        (Statistics(100, 0, 318, 300.0, 317 / 42 * 1000), "42 tok/s · 318 tokens · 0.3 s to first word"),
        (
            Statistics(100, 0, 12_345, 1234.0, 12_344 / 3.14 * 1000),
            "3.1 tok/s · 12,345 tokens · 1.2 s to first word",
        ),
        (Statistics(100, 0, 1, 300.0, 0), "1 token · 0.3 s to first word"),
        (Statistics(), ""),
        (None, ""),
    ],
)
def test_what_it_cost(statistics: Statistics | None, line: str) -> None:
    assert statistics_line(reply("x")._replace(statistics=statistics)) == line


@pytest.mark.parametrize(("milliseconds", "words"), [(100, "1 s"), (4_400, "4 s"), (65_000, "1 min 5 s")])
def test_lengths_of_time(milliseconds: float, words: str) -> None:
    assert seconds(milliseconds) == words


def test_the_same_value_again_keeps_what_is_shown(view: Make) -> None:
    widget = view(reply("one\n\ntwo"))
    leaf = widget.body.column.leaves[0]  # type: ignore[union-attr]
    widget.show_message(reply("one\n\ntwo"), versions=(1, 2))
    assert widget.body.column.leaves[0] is leaf  # type: ignore[union-attr]


def test_another_message_takes_over_the_view(view: Make) -> None:
    widget = view(reply("one", id=2, thoughts="hm"))
    widget.show_message(user("mine", id=3))
    assert widget.body is not None
    assert widget.body.plain_text() == "mine"
    widget.show_message(reply("two", id=4))
    assert widget.body.plain_text() == "two"
    widget.grab()
