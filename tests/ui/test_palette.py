"""Search and commands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.domain.chat import SearchHit
from desktop.ui.commands import Command
from desktop.ui.palette import Palette
from desktop.ui.palette_rows import command_rows, one_line
from tests.ui.conftest import Stage


def opened(stage: Stage) -> Palette:
    stage.control(Qt.Key.Key_K)
    palette = stage.find("palette")
    assert isinstance(palette, Palette)
    assert palette.isVisible()
    return palette


def texts(palette: Palette) -> list[str]:
    return [row.text for row in palette.rows.rows()]


def current(palette: Palette) -> str:
    return palette.list.currentIndex().data()


def search(stage: Stage, qtbot: QtBot, text: str) -> Palette:
    palette = opened(stage)
    with qtbot.waitSignal(palette.query_changed):
        stage.type(text)
    return palette


def test_ctrl_k_opens_it_with_the_commands(stage: Stage) -> None:
    palette = opened(stage)
    assert texts(palette)[:2] == ["Commands", "New chat"]
    assert stage.focus() is palette.field


def test_the_field_in_the_sidebar_opens_it_too(stage: Stage) -> None:
    stage.click(stage.find("search"))
    assert stage.find("palette").isVisible()


def test_chats_messages_and_commands_stand_in_groups(stage: Stage, qtbot: QtBot) -> None:
    palette = search(stage, qtbot, "model")
    palette.show_hits(
        [
            SearchHit(3, "Names", None, "A model title", ((2, 7),)),
            SearchHit(4, "Choir", 41, "which model\nis best", ((6, 11),)),
        ]
    )
    assert texts(palette)[:5] == ["Chats", "A model title", "Messages", "which model is best", "Commands"]
    assert "Change the model" in texts(palette)


def test_arrows_skip_the_labels_and_go_round(stage: Stage, qtbot: QtBot) -> None:
    palette = search(stage, qtbot, "note")
    assert current(palette) == "Thank-you note to the choir"
    stage.key(Qt.Key.Key_Down)
    assert current(palette) == "Notes for the parish archive"
    stage.key(Qt.Key.Key_Down)
    assert current(palette) == "Thank-you note to the choir"
    stage.key(Qt.Key.Key_Up)
    assert current(palette) == "Notes for the parish archive"
    assert palette.field.accessibleDescription() == "Notes for the parish archive"


def test_enter_opens_what_was_found(stage: Stage, qtbot: QtBot) -> None:
    palette = search(stage, qtbot, "choir")
    stage.key(Qt.Key.Key_Return)
    assert ("open", 4) in stage.chats.calls
    assert not palette.isVisible()
    assert stage.focus().objectName() == "composerText"


def test_a_found_message_is_scrolled_to(stage: Stage, qtbot: QtBot) -> None:
    palette = search(stage, qtbot, "zzz")
    palette.show_hits([SearchHit(4, "Choir", 2, "zzz")])
    stage.key(Qt.Key.Key_Return)
    assert stage.window.room.transcript.scrolled_to == [1]


def test_a_click_opens_what_was_found(stage: Stage, qtbot: QtBot) -> None:
    palette = search(stage, qtbot, "choir")
    stage.click(palette.list.viewport(), palette.list.visualRect(palette.rows.index(1)).center())
    assert ("open", 4) in stage.chats.calls


def test_esc_closes_it_and_gives_the_focus_back(stage: Stage) -> None:
    stage.window.sidebar.new_chat.setFocus()
    palette = opened(stage)
    stage.key(Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert stage.focus() is stage.window.sidebar.new_chat


def test_a_click_beside_it_closes_it(stage: Stage) -> None:
    palette = opened(stage)
    stage.click(palette, QPoint(5, palette.height() - 5))
    assert not palette.isVisible()


def test_a_command_does_what_it_says(stage: Stage) -> None:
    opened(stage)
    stage.type("dark")
    stage.key(Qt.Key.Key_Return)
    assert stage.theme.dark
    assert stage.settings.values["appearance"] == "dark"


def test_an_answer_that_comes_too_late_is_dropped(stage: Stage, qtbot: QtBot) -> None:
    stage.chats.answers_searches = False
    palette = search(stage, qtbot, "cho")
    with qtbot.waitSignal(palette.query_changed):
        stage.type("ir")
    (_, first), (text, second) = stage.chats.searches
    assert text == "choir"
    second(stage.chats.find("choir"))
    first([SearchHit(9, "Late", None, "Late")])
    assert texts(palette) == ["Chats", "Thank-you note to the choir"]


def test_nothing_found_is_said(stage: Stage, qtbot: QtBot) -> None:
    palette = search(stage, qtbot, "zzzz")
    assert texts(palette) == []
    assert stage.find("paletteNothing").isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_it_opens_empty_the_next_time(stage: Stage, qtbot: QtBot) -> None:
    search(stage, qtbot, "choir")
    stage.key(Qt.Key.Key_Escape)
    assert opened(stage).field.text() == ""


def test_commands_are_found_by_other_words_too() -> None:
    commands = [Command("new", "New chat", "square-pen", more="start conversation")]
    assert command_rows(commands, "start")[0].text == "New chat"
    assert command_rows(commands, "chat ne")[0].spans == ((4, 8), (0, 2))
    assert command_rows(commands, "old") == []


def test_line_breaks_become_spaces_one_for_one() -> None:
    assert one_line("a\nb\u2028c\x00d") == "a b c d"
