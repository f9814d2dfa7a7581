"""One message shows who speaks, what they say, what can be done with it, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.chat import Message, Part, PartKind, Role, Statistics, Status
from desktop.ui.chat.message_view import MessageView
from desktop.ui.chat.reasoning import seconds
from desktop.ui.chat.statistics_line import statistics_line
from desktop.ui.theme import Theme
from tests.ui.chat.standin import reply, user

Make = Callable[..., MessageView]


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> Make:
    def make(message: Message, width: int = 700, **values: object) -> MessageView:
        result = MessageView(theme, row=7)
        qtbot.addWidget(result)
        result.show_message(message, **values)  # type: ignore[arg-type]
        result.resize(width + 16, max(40, result.lay_out(width)))
        result.show()
        result.grab()
        return result

    return make


def hover(view: MessageView, on: bool) -> None:
    at = QPointF(10, 10)
    event = QEnterEvent(at, at, at) if on else QEvent(QEvent.Type.Leave)
    QApplication.sendEvent(view, event)


def button(view: MessageView, name: str) -> QAbstractButton:
    return view.findChild(QAbstractButton, name)


class TestUser:
    def test_the_words_stand_in_a_bubble_at_the_right_as_they_were_typed(self, view: Make) -> None:
        widget = view(user("**not** bold\nsecond line"))
        bubble = widget._bubble
        assert bubble is not None
        assert bubble.geometry().right() + 1 == 8 + 700
        assert bubble.height() == 2 * 24 + 20
        assert bubble.body.plain_text() == "**not** bold\nsecond line"

    def test_a_bubble_is_never_wider_than_600(self, view: Make) -> None:
        widget = view(user("word " * 100), 760)
        assert widget._bubble is not None
        assert widget._bubble.width() <= 600
        narrow = view(user("word " * 100), 400)
        assert narrow._bubble is not None
        assert narrow._bubble.width() <= 400

    def test_a_file_stands_above_it_with_its_name_only(self, view: Make) -> None:
        message = Message(
            1, 1, None, Role.USER, (Part(PartKind.FILE, "/home/me/Lease.pdf"), Part(PartKind.TEXT, "Why?"))
        )
        widget = view(message)
        assert widget._files[0].accessibleName().startswith("Lease.pdf")

    def test_editing_happens_in_place_and_sends_the_new_words(self, view: Make, qtbot: QtBot) -> None:
        widget = view(user("Helo"))
        widget.edit()
        assert widget.editor is not None
        assert widget.editor.field.toPlainText() == "Helo"
        widget.editor.field.setPlainText("Hello")
        with qtbot.waitSignal(widget.edit_submitted) as caught:
            qtbot.keyClick(widget.editor.field, Qt.Key.Key_Return)
        assert caught.args == [7, "Hello"]
        assert widget.editor is None

    def test_escape_leaves_everything_as_it_was(self, view: Make, qtbot: QtBot) -> None:
        widget = view(user("Helo"))
        widget.edit()
        assert widget.editor is not None
        with qtbot.assertNotEmitted(widget.edit_submitted):
            qtbot.keyClick(widget.editor.field, Qt.Key.Key_Escape)
        assert widget.editor is None
        assert not widget._bubble.isHidden()  # type: ignore[union-attr]

    def test_shift_and_enter_breaks_the_line(self, view: Make, qtbot: QtBot) -> None:
        widget = view(user("a"))
        widget.edit()
        assert widget.editor is not None
        qtbot.keyClick(widget.editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        assert widget.editor.field.toPlainText() == "a\n"

    def test_nothing_cannot_be_sent(self, view: Make, qtbot: QtBot) -> None:
        widget = view(user("a"))
        widget.edit()
        assert widget.editor is not None
        widget.editor.field.setPlainText("  \n ")
        assert not widget.editor.send.isEnabled()


class TestReply:
    def test_it_names_its_model_and_shows_markdown(self, view: Make) -> None:
        widget = view(reply("Some **bold** text"))
        assert widget.body is not None
        assert widget.body.plain_text() == "Some bold text"
        assert widget.body.accessibleName() == "Answer of DeepSeek R1 8B"

    def test_thoughts_are_folded_behind_a_pill(self, view: Make, qtbot: QtBot) -> None:
        widget = view(reply("Yes.", thoughts="Let me *think*."))
        assert widget.pill is not None
        assert widget.pill.text() == "Thought for 4 s"
        assert widget.thoughts is None
        folded = widget.lay_out(700)
        qtbot.mouseClick(widget.pill, Qt.MouseButton.LeftButton)
        assert widget.thoughts is not None
        assert widget.thoughts.body.plain_text() == "Let me think."
        assert widget.lay_out(700) > folded
        qtbot.mouseClick(widget.pill, Qt.MouseButton.LeftButton)
        assert widget.lay_out(700) == folded

    def test_while_it_thinks_the_pill_says_so(self, view: Make) -> None:
        widget = view(reply("", status=Status.GENERATING))
        assert widget.pill is None
        widget.append(PartKind.REASONING, "Well, ")
        assert widget.pill is not None
        assert widget.pill.text() == "Thinking…"
        assert widget.thoughts is None
        widget.append(PartKind.TEXT, "Yes")
        assert widget.pill.text() != "Thinking…"

    def test_actions_show_under_the_mouse_and_take_no_room_of_their_own(self, view: Make) -> None:
        widget = view(reply("Yes."))
        before = widget.lay_out(700)
        assert widget.actions is None
        hover(widget, True)
        assert widget.actions is not None
        assert widget.actions.isVisible()
        assert widget.lay_out(700) == before
        hover(widget, False)
        assert not widget.actions.isVisible()

    def test_under_the_last_answer_they_always_show(self, view: Make) -> None:
        widget = view(reply("Yes."), is_last=True)
        assert widget.actions is not None
        assert widget.actions.isVisible()

    def test_with_the_keyboard_within_they_show_too(self, view: Make, qtbot: QtBot) -> None:
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
    def test_a_button_says_what_is_wanted(
        self, view: Make, qtbot: QtBot, name: str, signal: str, arguments: list[int]
    ) -> None:
        widget = view(reply("Yes."), is_last=True, versions=(1, 3))
        with qtbot.waitSignal(getattr(widget, signal)) as caught:
            button(widget, name).click()
        assert caught.args == arguments

    def test_copying_takes_the_text_without_marks(self, view: Make) -> None:
        widget = view(reply("Some **bold** text"), is_last=True)
        button(widget, "copyMessage").click()
        assert QGuiApplication.clipboard().text() == "Some bold text"

    def test_the_menu_copies_forks_and_carries_on(self, view: Make, qtbot: QtBot) -> None:
        widget = view(reply("Some **bo", status=Status.STOPPED), is_last=True)
        menu = widget.actions.menu()  # type: ignore[union-attr]
        entries = {action.text(): action for action in menu.actions() if action.text()}
        assert list(entries) == ["Copy as text", "Copy as Markdown", "Fork from here", "Carry on"]
        entries["Copy as Markdown"].trigger()
        assert QGuiApplication.clipboard().text() == "Some **bo"
        with qtbot.waitSignal(widget.fork_requested) as caught:
            entries["Fork from here"].trigger()
        assert caught.args == [7]
        with qtbot.waitSignal(widget.carry_on_requested):
            entries["Carry on"].trigger()

    def test_a_complete_answer_cannot_be_carried_on(self, view: Make) -> None:
        widget = view(reply("Yes."), is_last=True)
        texts = [action.text() for action in widget.actions.menu().actions()]  # type: ignore[union-attr]
        assert "Carry on" not in texts

    def test_versions_show_only_where_there_are_some(self, view: Make) -> None:
        assert button(view(reply("Yes."), is_last=True), "earlierVersion").isHidden()
        widget = view(reply("Yes."), is_last=True, versions=(0, 2))
        assert not button(widget, "earlierVersion").isEnabled()
        assert button(widget, "laterVersion").isEnabled()

    def test_every_control_has_a_name(self, view: Make) -> None:
        message = reply("```py\nx\n```", thoughts="hm", status=Status.INTERRUPTED)
        widget = view(message, is_last=True, versions=(1, 3), failure=("a", "b", "c"))
        controls = widget.findChildren(QAbstractButton)
        assert len(controls) >= 10
        assert all(control.accessibleName() for control in controls)


class TestEnds:
    def test_an_interrupted_answer_says_what_happened_and_what_can_be_done(self, view: Make, qtbot: QtBot) -> None:
        failure = ("The model stopped before it finished", "The reply so far is saved.", "out of memory")
        widget = view(reply("Half", status=Status.INTERRUPTED), failure=failure, is_last=True)
        assert widget.card is not None
        assert widget.card.accessibleName() == "The model stopped before it finished. The reply so far is saved."
        with qtbot.waitSignal(widget.regenerate_requested):
            button(widget, "tryAgain").click()
        with qtbot.waitSignal(widget.carry_on_requested):
            button(widget, "carryOn").click()
        height = widget.lay_out(700)
        button(widget, "showDetails").click()
        assert widget.lay_out(700) > height
        details = widget.card.findChild(type(widget.body), "failureDetails")
        assert details.plain_text() == "out of memory"

    def test_an_answer_without_a_word_cannot_be_carried_on(self, view: Make) -> None:
        widget = view(reply("", status=Status.INTERRUPTED))
        assert button(widget, "carryOn").isHidden()

    def test_a_conversation_that_went_on_offers_no_rescue(self, view: Make) -> None:
        widget = view(reply("Half", status=Status.INTERRUPTED), is_last=True)
        height = widget.lay_out(700)
        widget.set_last(False)
        assert button(widget, "tryAgain").isHidden()
        assert button(widget, "carryOn").isHidden()
        assert widget.lay_out(700) < height
        assert "Carry on" not in [action.text() for action in widget.actions.menu().actions()]  # type: ignore[union-attr]

    def test_the_card_goes_when_the_answer_is_tried_again(self, view: Make) -> None:
        message = reply("Half", status=Status.INTERRUPTED)
        widget = view(message)
        widget.show_message(message._replace(status=Status.GENERATING))
        assert widget.card is None

    def test_a_stopped_answer_says_so_quietly(self, view: Make) -> None:
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
    def test_what_it_cost(self, statistics: Statistics | None, line: str) -> None:
        assert statistics_line(reply("x")._replace(statistics=statistics)) == line

    @pytest.mark.parametrize(("milliseconds", "words"), [(100, "1 s"), (4_400, "4 s"), (65_000, "1 min 5 s")])
    def test_lengths_of_time(self, milliseconds: float, words: str) -> None:
        assert seconds(milliseconds) == words


class TestProgress:
    def test_before_the_first_word_it_says_what_is_going_on(self, view: Make, theme: Theme) -> None:
        widget = view(reply("", status=Status.GENERATING))
        widget.set_progress("Reading 812 of 3,251", 812 / 3251)
        widget.resize(716, widget.lay_out(700))
        image = widget.grab().toImage()
        bar = {image.pixelColor(x, 32 + 26).name() for x in range(image.width())}
        assert {theme.color("accent").name(), theme.color("trackOff").name()} <= bar
        assert widget.body is not None
        assert widget.body.isHidden()

    def test_the_first_word_takes_its_place(self, view: Make) -> None:
        widget = view(reply("", status=Status.GENERATING))
        widget.set_progress("Starting the model…")
        widget.append(PartKind.TEXT, "Yes")
        assert widget.body is not None
        assert not widget.body.isHidden()
        assert widget.body.plain_text() == "Yes"


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
