"""Where the model's memory begins: the line in the conversation, the note under it, the pin on what stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.chat import FinishReason
from desktop.domain.context import Memory, Note
from desktop.ui.chat.memory_mark import WORDS, MemoryMark
from desktop.ui.chat.message_view import MessageView
from desktop.ui.chat.statistics_line import statistics_line
from desktop.ui.chat.transcript import Transcript
from tests.ui.chat.conftest import settle
from tests.ui.chat.standin import StandIn, many, reply, user

NOTE = Note(4, "They counted **apples**.", "Fake 1B")


def marks(transcript: Transcript) -> dict[int, MemoryMark]:
    """The lines that are seen, by the row that they stand above."""
    settle(transcript)
    views = {row: transcript.view(row) for row in range(20)}
    return {row: view.mark for row, view in views.items() if view is not None and view.mark is not None}


def mark_of(view: MessageView) -> MemoryMark:
    assert view.mark is not None
    return view.mark


def press(mark: MemoryMark, name: str) -> None:
    mark.findChild(QAbstractButton, name).click()
    QApplication.processEvents()


@pytest.fixture
def noted(view: Callable[..., MessageView]) -> MessageView:
    """A message with the line and a note above it."""
    result = view(user("And now?"))
    result.set_memory(Memory(4, 4, NOTE))
    result.resize(716, result.lay_out(700))
    result.grab()
    return result


# The line


def test_there_is_no_line_while_everything_is_seen(transcript: Callable[..., Transcript]) -> None:
    assert marks(transcript(StandIn(many(8)))) == {}


def test_the_line_stands_above_the_first_message_that_is_seen_and_moves(transcript: Callable[..., Transcript]) -> None:
    source = StandIn(many(8))
    shown = transcript(source)
    before = shown.view(4).height()  # type: ignore[union-attr]
    source.remember(Memory(4, 4))
    assert list(marks(shown)) == [4]
    assert shown.view(4).height() > before  # type: ignore[union-attr]
    source.remember(Memory(6, 6))
    assert list(marks(shown)) == [6]
    assert shown.view(4).height() == before  # type: ignore[union-attr]
    source.remember(Memory())
    assert marks(shown) == {}


def test_a_chat_that_is_opened_shows_the_line_at_once(transcript: Callable[..., Transcript]) -> None:
    source = StandIn(many(8))
    source.remembered = Memory(4, 4)
    assert list(marks(transcript(source))) == [4]


def test_the_line_covers_nothing(transcript: Callable[..., Transcript]) -> None:
    source = StandIn([user("One", 1), reply("Two", 2), user("Three", 3), reply("Four", 4)])
    source.remembered = Memory(2, 2)
    shown = transcript(source)
    [(row, mark)] = marks(shown).items()
    view = shown.view(row)
    assert view is not None
    assert view.own is not None
    assert mark.geometry().bottom() < view.own.y()
    assert view.own.geometry().bottom() <= view.height()


@pytest.mark.parametrize(
    ("memory", "meaning"),
    [
        (Memory(4, 4), "The model no longer sees the 4 messages above."),
        (Memory(1, 1), "The model no longer sees the 1 message above."),
        (
            Memory(4, 2),
            "The model no longer sees 2 of the messages above; those you keep in memory it does.",
        ),
        (Memory(4, 4, NOTE), "The model no longer sees the 4 messages above. This note stands in their place."),
    ],
)
def test_the_line_says_what_it_means(view: Callable[..., MessageView], memory: Memory, meaning: str) -> None:
    widget = view(user("And now?"))
    widget.set_memory(memory)
    mark = mark_of(widget)
    assert (mark.accessibleName(), mark.accessibleDescription()) == (WORDS, meaning)
    assert meaning in mark.toolTip()


# The note


def test_the_note_shows_the_words_that_stand_in_the_prompt(noted: MessageView) -> None:
    box = mark_of(noted).box
    assert box is not None
    assert box.findChild(QAbstractButton, "editNote").isVisible()
    assert box._body.plain_text() == NOTE.text  # pyright: ignore[reportPrivateUsage]
    assert box.origin() == "Written by Fake 1B, and it may be wrong: correct it if need be."


def test_the_note_is_corrected(noted: MessageView, qtbot: QtBot) -> None:
    mark = mark_of(noted)
    press(mark, "editNote")
    assert mark.editing
    assert mark.box is not None
    editor = mark.box.editor
    assert editor is not None
    assert editor.field.accessibleName() == "Edit what the model remembers"
    editor.field.setPlainText("They counted pears.")
    with qtbot.waitSignal(noted.note_corrected) as corrected:
        QTest.keyClick(editor.field, Qt.Key.Key_Return)
    assert corrected.args == ["They counted pears."]
    assert not mark.editing
    mark.show_memory(Memory(4, 4, NOTE._replace(text="They counted pears.", edited=True)))
    assert mark.box.origin().startswith("Corrected by you")


def test_correcting_can_be_given_up(noted: MessageView, qtbot: QtBot) -> None:
    mark = mark_of(noted)
    press(mark, "editNote")
    assert mark.box is not None
    assert mark.box.editor is not None
    with qtbot.assertNotEmitted(noted.note_corrected):
        QTest.keyClick(mark.box.editor.field, Qt.Key.Key_Escape)
    assert not mark.editing


def test_the_note_is_deleted(noted: MessageView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(noted.note_removed):
        press(mark_of(noted), "removeNote")
    noted.set_memory(Memory(4, 4))
    assert mark_of(noted).box is None


def test_tab_visits_the_note_before_the_message(noted: MessageView) -> None:
    names = [widget.objectName() for widget in noted.tab_stops()]
    assert names[:3] == ["noteText", "editNote", "removeNote"]
    assert noted.body in noted.tab_stops()


# What stays


@pytest.mark.parametrize("message", [user("A question"), reply("An answer")])
def test_a_message_is_kept_in_memory_from_its_menu(
    view: Callable[..., MessageView], qtbot: QtBot, message: object
) -> None:
    widget = view(message, is_last=True)
    widget.set_last(True)
    row = widget.actions or widget._make_actions()  # pyright: ignore[reportPrivateUsage]
    keep = next(action for action in row.menu().actions() if action.text() == "Keep in memory")
    with qtbot.waitSignal(widget.pin_requested) as wished:
        keep.trigger()
    assert wished.args == [7, True]


@pytest.mark.parametrize("message", [user("A question"), reply("An answer")])
def test_what_is_kept_has_a_pin_and_says_so(view: Callable[..., MessageView], message: object) -> None:
    widget = view(message)
    plain = widget.grab().toImage()
    widget.show_message(message._replace(pinned=True))  # type: ignore[attr-defined]
    assert widget.grab().toImage() != plain
    assert widget.body is not None
    assert widget.body.accessibleName().endswith("kept in memory")
    widget.show_message(message)  # type: ignore[arg-type]
    assert widget.grab().toImage() == plain
    assert "memory" not in widget.body.accessibleName()


def test_an_answer_that_was_cut_off_says_so() -> None:
    cut = reply("An answer")._replace(finish_reason=FinishReason.CONTEXT)
    assert statistics_line(cut).startswith("Cut off: memory is full")
