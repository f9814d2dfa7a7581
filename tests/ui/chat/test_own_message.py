"""What the user said stands in a bubble, and can be changed in its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.domain.chat import Message, Part, PartKind, Role
from desktop.ui.chat.message_view import MessageView
from tests.ui.chat.standin import user

Make = Callable[..., MessageView]


def test_the_words_stand_in_a_bubble_at_the_right_as_they_were_typed(view: Make) -> None:
    widget = view(user("**not** bold\nsecond line"))
    assert widget.own is not None
    bubble = widget.own.bubble
    assert bubble.geometry().right() + 1 == 8 + 700
    assert bubble.height() == 2 * 24 + 20
    assert bubble.body.plain_text() == "**not** bold\nsecond line"


def test_a_bubble_is_never_wider_than_600(view: Make) -> None:
    widget = view(user("word " * 100), 760)
    assert widget.own is not None
    assert widget.own.bubble.width() <= 600
    narrow = view(user("word " * 100), 400)
    assert narrow.own is not None
    assert narrow.own.bubble.width() <= 400


def test_a_file_stands_above_it_with_its_name_only(view: Make) -> None:
    message = Message(1, 1, None, Role.USER, (Part(PartKind.FILE, "/home/me/Lease.pdf"), Part(PartKind.TEXT, "Why?")))
    widget = view(message)
    assert widget.own is not None
    assert widget.own.files[0].accessibleName().startswith("Lease.pdf")


def test_editing_happens_in_place_and_sends_the_new_words(view: Make, qtbot: QtBot) -> None:
    widget = view(user("Helo"))
    widget.edit()
    assert widget.editor is not None
    assert widget.editor.field.toPlainText() == "Helo"
    widget.editor.field.setPlainText("Hello")
    with qtbot.waitSignal(widget.edit_submitted) as caught:
        qtbot.keyClick(widget.editor.field, Qt.Key.Key_Return)
    assert caught.args == [7, "Hello"]
    assert widget.editor is None


def test_escape_leaves_everything_as_it_was(view: Make, qtbot: QtBot) -> None:
    widget = view(user("Helo"))
    widget.edit()
    assert widget.editor is not None
    with qtbot.assertNotEmitted(widget.edit_submitted):
        qtbot.keyClick(widget.editor.field, Qt.Key.Key_Escape)
    assert widget.editor is None
    assert not widget.own.bubble.isHidden()  # type: ignore[union-attr]


def test_shift_and_enter_breaks_the_line(view: Make, qtbot: QtBot) -> None:
    widget = view(user("a"))
    widget.edit()
    assert widget.editor is not None
    qtbot.keyClick(widget.editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert widget.editor.field.toPlainText() == "a\n"


def test_nothing_cannot_be_sent(view: Make, qtbot: QtBot) -> None:
    widget = view(user("a"))
    widget.edit()
    assert widget.editor is not None
    widget.editor.field.setPlainText("  \n ")
    assert not widget.editor.send.isEnabled()
