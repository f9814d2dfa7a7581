"""An answer names its model, keeps its thoughts folded, and says how it goes and how it ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.domain.chat import PartKind, Status
from desktop.ui.chat.message_view import MessageView
from desktop.ui.theme import Theme
from tests.ui.chat.conftest import button
from tests.ui.chat.standin import reply

Make = Callable[..., MessageView]


def test_it_names_its_model_and_shows_markdown(view: Make) -> None:
    widget = view(reply("Some **bold** text"))
    assert widget.body is not None
    assert widget.body.plain_text() == "Some bold text"
    assert widget.body.accessibleName() == "Answer of DeepSeek R1 8B"


def test_thoughts_are_folded_behind_a_pill(view: Make, qtbot: QtBot) -> None:
    widget = view(reply("Yes.", thoughts="Let me *think*."))
    assert widget.reply.pill is not None
    assert widget.reply.pill.text() == "Thought for 4 s"
    assert widget.reply.thoughts is None
    folded = widget.lay_out(700)
    qtbot.mouseClick(widget.reply.pill, Qt.MouseButton.LeftButton)
    assert widget.reply.thoughts is not None
    assert widget.reply.thoughts.body.plain_text() == "Let me think."
    assert widget.lay_out(700) > folded
    qtbot.mouseClick(widget.reply.pill, Qt.MouseButton.LeftButton)
    assert widget.lay_out(700) == folded


def test_while_it_thinks_the_pill_says_so(view: Make) -> None:
    widget = view(reply("", status=Status.GENERATING))
    assert widget.reply.pill is None
    widget.append(PartKind.REASONING, "Well, ")
    assert widget.reply.pill is not None
    assert widget.reply.pill.text() == "Thinking…"
    assert widget.reply.thoughts is None
    widget.append(PartKind.TEXT, "Yes")
    assert widget.reply.pill.text() != "Thinking…"


def test_before_the_first_word_it_says_what_is_going_on(view: Make, theme: Theme) -> None:
    widget = view(reply("", status=Status.GENERATING))
    widget.set_progress(("Reading 812 of 3,251", 812 / 3251))
    widget.resize(716, widget.lay_out(700))
    image = widget.grab().toImage()
    bar = {image.pixelColor(x, 32 + 26).name() for x in range(image.width())}
    assert {theme.color("accent").name(), theme.color("trackOff").name()} <= bar
    assert widget.body is not None
    assert widget.body.isHidden()


def test_the_first_word_takes_its_place(view: Make) -> None:
    widget = view(reply("", status=Status.GENERATING))
    widget.set_progress(("Starting the model…", None))
    widget.append(PartKind.TEXT, "Yes")
    assert widget.body is not None
    assert not widget.body.isHidden()
    assert widget.body.plain_text() == "Yes"


def test_an_interrupted_answer_says_what_happened_and_what_can_be_done(view: Make, qtbot: QtBot) -> None:
    failure = ("The model stopped before it finished", "The reply so far is saved.", "out of memory")
    widget = view(reply("Half", status=Status.INTERRUPTED), failure=failure, is_last=True)
    assert widget.reply.card is not None
    assert widget.reply.card.accessibleName() == "The model stopped before it finished. The reply so far is saved."
    with qtbot.waitSignal(widget.regenerate_requested):
        button(widget, "tryAgain").click()
    with qtbot.waitSignal(widget.carry_on_requested):
        button(widget, "carryOn").click()
    height = widget.lay_out(700)
    button(widget, "showDetails").click()
    assert widget.lay_out(700) > height
    details = widget.reply.card.findChild(type(widget.body), "failureDetails")
    assert details.plain_text() == "out of memory"


def test_an_answer_without_a_word_cannot_be_carried_on(view: Make) -> None:
    widget = view(reply("", status=Status.INTERRUPTED))
    assert button(widget, "carryOn").isHidden()


def test_a_conversation_that_went_on_offers_no_rescue(view: Make) -> None:
    widget = view(reply("Half", status=Status.INTERRUPTED), is_last=True)
    height = widget.lay_out(700)
    widget.set_last(False)
    assert button(widget, "tryAgain").isHidden()
    assert button(widget, "carryOn").isHidden()
    assert widget.lay_out(700) < height
    assert "Carry on" not in [action.text() for action in widget.actions.menu().actions()]  # type: ignore[union-attr]


def test_the_card_goes_when_the_answer_is_tried_again(view: Make) -> None:
    message = reply("Half", status=Status.INTERRUPTED)
    widget = view(message)
    widget.show_message(message._replace(status=Status.GENERATING))
    assert widget.reply.card is None
