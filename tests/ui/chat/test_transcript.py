"""A conversation of any length opens at once, follows an answer while it is written, and never jumps."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QImage, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.chat import PartKind, Status
from desktop.ui.chat.transcript import Transcript
from desktop.ui.theme import Appearance, Theme
from tests.ui.chat.conftest import settle
from tests.ui.chat.standin import StandIn, many, reply, user

Make = Callable[..., Transcript]


def wheel(transcript: Transcript, steps: int) -> None:
    at = QPointF(100, 100)
    event = QWheelEvent(
        at,
        QPointF(transcript.viewport().mapToGlobal(QPoint(100, 100))),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(transcript.viewport(), event)


class Painted(QObject):
    """How high the parts of a widget are that are painted again."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.heights: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.heights.append(event.rect().height())
        return False


class TestOpening:
    def test_ten_thousand_messages_open_like_ten(self, transcript: Make, theme: Theme) -> None:
        transcript(StandIn(many(10)))
        source = StandIn(many(10_000))
        started = time.thread_time()
        widget = transcript(source)
        took = time.thread_time() - started
        assert took < 0.3
        assert widget.materialised < 40
        assert len(set(source.asked)) < 40

    def test_it_opens_at_the_end(self, transcript: Make) -> None:
        widget = transcript(StandIn(many(100)))
        assert widget.view(99) is not None
        assert widget.view(0) is None
        bar = widget.verticalScrollBar()
        assert bar.value() == bar.maximum()

    def test_the_column_is_centred_and_at_most_760_wide(self, transcript: Make) -> None:
        widget = transcript(StandIn(many(4)), 1200)
        view = widget.view(1)
        assert view is not None
        assert view.body is not None
        assert view.body.width() == 760
        left = view.body.mapTo(widget.viewport(), QPoint(0, 0)).x()
        assert abs(left - (widget.width() - 760) // 2) <= 1
        widget.resize(600, 500)
        settle(widget)
        assert view.body.width() == widget.width() - 64

    def test_an_empty_conversation_is_empty(self, transcript: Make) -> None:
        widget = transcript(StandIn([]))
        assert widget.materialised == 0
        assert widget.verticalScrollBar().maximum() == 0

    def test_another_conversation_replaces_it(self, transcript: Make) -> None:
        widget = transcript(StandIn(many(50)))
        widget.set_source(StandIn([user("only this")]))
        settle(widget)
        assert widget.materialised == 1
        widget.set_source(None)
        assert widget.materialised == 0

    def test_messages_that_are_not_loaded_yet_come_when_they_are(self, transcript: Make) -> None:
        source = StandIn(many(30))
        source.missing = set(range(30))
        widget = transcript(source)
        source.missing.clear()
        source.loaded.emit(0, 29)
        settle(widget)
        view = widget.view(29)
        assert view is not None
        assert view.body is not None
        assert view.body.plain_text().startswith("Answer 29")


class TestChanging:
    def test_another_version_keeps_the_place_and_the_keyboard(self, transcript: Make) -> None:
        source = StandIn(
            [message for n in range(40) for message in (user("Why?", 2 * n), reply("Because. " * 60, 2 * n + 1))]
        )
        source.version[11] = (2, 3)
        view = transcript(source)
        view.activateWindow()
        view.scroll_to_row(11)
        shown = view.view(11)
        assert shown is not None
        shown.body.setFocus()  # type: ignore[union-attr]
        QApplication.processEvents()
        button = shown.findChild(QWidget, "earlierVersion")
        assert isinstance(button, QWidget)
        button.setFocus()
        source.version[11] = (1, 3)
        source.reset.emit()
        QApplication.processEvents()
        again = view.view(11)
        assert again is not None
        assert again is not shown
        assert 0 <= again.y() < 40
        assert not view.follows
        assert view.window().focusWidget() is again.findChild(QWidget, "earlierVersion")

    def test_what_the_user_says_is_shown_wherever_the_view_was(self, transcript: Make) -> None:
        source = StandIn(
            [message for n in range(40) for message in (user("Why?", 2 * n), reply("Because. " * 60, 2 * n + 1))]
        )
        view = transcript(source)
        view.scroll_to_row(3)
        assert not view.follows
        source.add(reply("From elsewhere", 200))
        assert not view.follows
        source.add(user("And now?", 201))
        assert view.follows

    def test_there_is_one_selection_only(self, transcript: Make) -> None:
        widget = transcript(StandIn(many(4)))
        first, second = widget.view(1).body, widget.view(3).body  # type: ignore[union-attr]
        first.select_all()  # type: ignore[union-attr]
        second.select_all()  # type: ignore[union-attr]
        assert not first.has_selection()  # type: ignore[union-attr]
        assert second.has_selection()  # type: ignore[union-attr]


class TestWriting:
    def running(self, before: int = 20) -> StandIn:
        source = StandIn(many(before))
        source.messages.append(reply("", before + 1, status=Status.GENERATING))
        return source

    def write(self, source: StandIn, widget: Transcript, text: str, kind: PartKind = PartKind.TEXT) -> None:
        source.write(source.count() - 1, text, kind)
        widget._flush()
        settle(widget)

    def test_the_view_follows_the_end(self, transcript: Make) -> None:
        source = self.running()
        widget = transcript(source)
        bar = widget.verticalScrollBar()
        for _ in range(10):
            self.write(source, widget, "a paragraph\n\n")
            assert bar.value() == bar.maximum()

    def test_who_scrolled_up_stays_there_and_can_jump_back(self, transcript: Make, qtbot: QtBot) -> None:
        source = self.running()
        widget = transcript(source)
        button = widget.findChild(QAbstractButton, "jumpToLatest")
        assert button.isHidden()
        wheel(widget, 5)
        settle(widget)
        assert not widget.follows
        assert not button.isHidden()
        assert button.accessibleName() == "Jump to latest"
        at = {row: view.y() for row, view in widget._views.items()}
        for _ in range(10):
            self.write(source, widget, "a paragraph\n\n")
        assert {row: widget.view(row).y() for row in at if widget.view(row)} == at  # type: ignore[union-attr]
        button.click()
        settle(widget)
        bar = widget.verticalScrollBar()
        assert bar.value() == bar.maximum()
        assert button.isHidden()

    def test_the_first_piece_is_shown_at_once_and_those_soon_after_it_together(
        self, transcript: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = self.running(2)
        widget = transcript(source)
        assert widget._tick.interval() == 33
        widget._tick.setInterval(500)
        body = widget.view(2).body  # type: ignore[union-attr]
        shown: list[str] = []
        monkeypatch.setattr(body, "append", shown.append)
        for word in ("one ", "two ", "three "):
            source.write(2, word)
        assert shown == ["one "]
        qtbot.waitUntil(lambda: len(shown) == 2)
        assert shown == ["one ", "two three "]

    def test_thoughts_and_text_go_to_their_places(self, transcript: Make) -> None:
        source = self.running(2)
        widget = transcript(source)
        self.write(source, widget, "hm", PartKind.REASONING)
        view = widget.view(2)
        assert view is not None
        assert view.reply.pill is not None
        assert view.reply.pill.text() == "Thinking…"
        self.write(source, widget, "Yes")
        assert view.body.plain_text() == "Yes"  # type: ignore[union-attr]

    def test_nothing_is_shown_twice_when_a_row_is_built_while_it_is_written(self, transcript: Make) -> None:
        source = self.running(2)
        source.write(2, "before ")
        widget = transcript(source)
        source.write(2, "during ")
        source.row_changed.emit(2)
        self.write(source, widget, "after")
        assert widget.view(2).body.plain_text() == "before during after"  # type: ignore[union-attr]

    def test_progress_is_shown_until_the_first_word(self, transcript: Make, qtbot: QtBot) -> None:
        source = self.running(2)
        widget = transcript(source)
        view = widget.view(2)
        assert view is not None
        source.say_progress("Reading 812 of 3,251", 0.25)
        qtbot.waitUntil(lambda: view.reply.progress == ("Reading 812 of 3,251", 0.25))
        source.say_progress("Reading 1,000 of 3,251", 0.3)
        assert view.reply.progress == ("Reading 1,000 of 3,251", 0.3)
        self.write(source, widget, "Yes")
        assert view.reply.progress is None
        source.say_progress(None)
        assert view.reply.progress is None

    def test_progress_that_is_over_in_a_moment_is_not_shown(self, transcript: Make, qtbot: QtBot) -> None:
        source = self.running(2)
        widget = transcript(source)
        view = widget.view(2)
        assert view is not None
        source.say_progress("Reading 812 of 820", 0.99)
        assert view.reply.progress is None
        self.write(source, widget, "Yes")
        qtbot.waitUntil(lambda: not widget._patience.isActive())
        assert view.reply.progress is None

    def test_scrolling_paints_only_what_comes_in_view(self, transcript: Make) -> None:
        widget = transcript(StandIn(many(100)))
        widget.scroll_to_row(50)
        settle(widget)
        painted = Painted(widget.viewport())
        bar = widget.verticalScrollBar()
        bar.setValue(bar.value() + 40)
        QApplication.processEvents()
        assert painted.heights
        assert max(painted.heights) <= 40

    def test_the_mark_that_more_is_to_come_stands_in_one_place_only(self, transcript: Make, theme: Theme) -> None:
        source = self.running(2)
        widget = transcript(source)
        accent = theme.color("accent").rgb()

        def marks(image: QImage) -> int:
            return sum(image.pixel(x, y) == accent for y in range(image.height()) for x in range(60, 200))

        for text in ("one", "\n\ntwo", "\n\n- three", "\n- four"):
            source.write(2, text)
            widget._flush()
            QApplication.processEvents()
            # What is on the screen, against a fresh painting.
            screen = QApplication.primaryScreen().grabWindow(widget.winId())
            assert marks(screen.toImage()) == marks(widget.grab().toImage())

    def test_a_new_question_and_its_answer_come_in_view(self, transcript: Make) -> None:
        source = StandIn(many(30))
        widget = transcript(source)
        wheel(widget, 3)
        widget.jump_to_latest()
        source.add(user("new", 31), reply("", 32, status=Status.GENERATING))
        settle(widget)
        assert widget.view(31) is not None
        assert widget.view(29).actions.isHidden()  # type: ignore[union-attr]

    def test_a_finished_answer_is_announced_once(self, transcript: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        source = self.running(2)
        widget = transcript(source)
        said: list[str] = []
        monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
        self.write(source, widget, "Forty-two.")
        source.change(2, status=Status.COMPLETE)
        source.change(2, model_name="other")
        assert said == ["The answer is complete. Forty-two."]

    def test_when_it_is_done_the_actions_show(self, transcript: Make) -> None:
        source = self.running(2)
        widget = transcript(source)
        self.write(source, widget, "Yes")
        view = widget.view(2)
        assert view is not None
        assert view.actions is None
        source.change(2, status=Status.COMPLETE)
        settle(widget)
        assert view.actions is not None
        assert view.actions.isVisible()

    def test_an_interrupted_answer_gets_its_card(self, transcript: Make) -> None:
        source = self.running(2)
        source.failures[2] = ("The model stopped before it finished", "It is saved.", "")
        widget = transcript(source)
        self.write(source, widget, "Half")
        source.change(2, status=Status.INTERRUPTED)
        settle(widget)
        assert widget.view(2).reply.card is not None  # type: ignore[union-attr]

    def test_what_a_message_asks_for_is_passed_on_with_its_row(self, transcript: Make, qtbot: QtBot) -> None:
        source = StandIn(many(4))
        source.version[3] = (1, 3)
        widget = transcript(source)
        with qtbot.waitSignal(widget.regenerate_requested) as caught:
            widget.view(3).findChild(QAbstractButton, "regenerate").click()  # type: ignore[union-attr]
        assert caught.args == [3]
        with qtbot.waitSignal(widget.version_requested) as caught:
            widget.view(3).findChild(QAbstractButton, "laterVersion").click()  # type: ignore[union-attr]
        assert caught.args == [3, 1]

    def test_only_the_end_of_a_tall_answer_is_painted_again(self, transcript: Make, qtbot: QtBot) -> None:
        source = self.running(2)
        source.write(2, "a paragraph\n\n" * 1_200)
        widget = transcript(source)
        body = widget.view(2).body  # type: ignore[union-attr]
        assert body is not None
        assert body.height() > 30_000
        painted = Painted(body)
        for text in ("the", "the end", "the end of it"):
            source.write(2, text.removeprefix(body.column.leaves[-1].text))
            widget._flush()
            # After a change that took long the next one waits.
            qtbot.waitUntil(lambda text=text: body.column.leaves[-1].text == text)
            settle(widget)
            painted.heights.clear()
        source.write(2, " all")
        widget._flush()
        qtbot.waitUntil(lambda: bool(painted.heights))
        assert body.column.leaves[-1].text == "the end of it all"
        assert max(painted.heights) < 3 * 24


def test_another_theme_reaches_everything(transcript: Make, theme: Theme) -> None:
    widget = transcript(StandIn(many(4)))
    theme.choose(Appearance.DARK)
    settle(widget)
    image = widget.grab().toImage()
    assert image.pixelColor(2, 2) == theme.color("surface")
