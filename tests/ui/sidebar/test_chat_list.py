"""The list of chats, used with keys and mice."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.domain.chat import Chat
from desktop.ui.parts.menu import Menu
from desktop.ui.sidebar.chat_list import ChatList
from desktop.ui.sidebar.chat_model import ChatModel, Heading, rows_of, title_of
from tests.ui.conftest import Stage
from tests.ui.stand_ins import FakeChats

TODAY = date(2026, 5, 20)
NOON = datetime.combine(TODAY, datetime.min.time()).timestamp() + 12 * 3600


def at(days: int, hour: int = 12) -> float:
    return datetime.combine(TODAY - timedelta(days=days), datetime.min.time()).timestamp() + hour * 3600


def rows(chats: list[Chat]) -> list[str]:
    return [row.text.upper() if isinstance(row, Heading) else row.title for row in rows_of(chats, NOON)]


def row_centre(sidebar: ChatList, chat_id: int) -> QPoint:
    return sidebar.visualRect(sidebar.chats.index_of(chat_id)).center()


@pytest.fixture
def sidebar(stage: Stage) -> ChatList:
    return stage.window.sidebar.list


# The rows


def test_chats_stand_under_their_day_and_the_newest_is_first() -> None:
    chats = [
        Chat(1, "old", updated_at=at(40)),
        Chat(2, "morning", updated_at=at(0, 8)),
        Chat(3, "noon", updated_at=at(0, 12)),
        Chat(4, "last night", updated_at=at(1, 23)),
        Chat(5, "pinned long ago", updated_at=at(200), pinned=True),
    ]
    assert rows(chats) == [
        "PINNED", "pinned long ago", "TODAY", "noon", "morning", "YESTERDAY", "last night", "EARLIER", "old",
    ]  # fmt: skip


def test_a_clock_that_was_wrong_breaks_nothing() -> None:
    assert rows([Chat(1, "future", updated_at=1e15), Chat(2, "past", updated_at=-1e15)]) == [
        "TODAY", "future", "EARLIER", "past",
    ]  # fmt: skip


def test_a_title_is_one_line_of_plain_words() -> None:
    assert title_of(Chat(1, "two\nlines\tand a tab")) == "two lines and a tab"
    assert title_of(Chat(1, "  ")) == "New chat"


def test_labels_can_be_neither_chosen_nor_reached(sidebar: ChatList) -> None:
    model = sidebar.chats
    labels = [row for row in range(model.rowCount()) if model.chat(model.index(row)) is None]
    assert len(labels) == 4
    assert all(model.flags(model.index(row)) == Qt.ItemFlag.NoItemFlags for row in labels)


def test_ten_thousand_chats_are_there_at_once(sidebar: ChatList) -> None:
    chats = [Chat(number, f"Chat {number}", updated_at=1.7e9 + number) for number in range(1, 10_001)]
    start = time.perf_counter()
    sidebar.set_chats(chats)
    QApplication.processEvents()
    assert time.perf_counter() - start < 0.3


def test_a_list_whose_end_is_still_being_read_does_not_move_when_it_comes(sidebar: ChatList) -> None:
    chats = [Chat(number, f"Chat {number}", updated_at=1.7e9 + number) for number in range(300, 0, -1)]
    sidebar.set_chats(chats[:100])
    sidebar.expect(200)
    QApplication.processEvents()
    bar = sidebar.verticalScrollBar()
    bar.setValue(bar.maximum() * 2 // 3)
    before = (bar.value(), bar.maximum())
    model = sidebar.chats
    last = model.index(model.rowCount() - 1)
    assert (model.chat(last), model.flags(last), last.data()) == (None, Qt.ItemFlag.NoItemFlags, "")
    assert not sidebar.grab().isNull()
    sidebar.set_chats(chats)
    QApplication.processEvents()
    assert (bar.value(), bar.maximum()) == before
    assert model.chat(model.index(model.rowCount() - 1)) == chats[-1]


def test_chats_that_are_expected_and_do_not_come_leave_no_rows(sidebar: ChatList) -> None:
    chats = [Chat(1, "one", updated_at=1.7e9)]
    sidebar.set_chats(chats)
    sidebar.expect(1)
    assert sidebar.chats.rowCount() == 3
    sidebar.set_chats(chats)
    assert sidebar.chats.rowCount() == 2


def test_a_new_title_does_not_move_the_list(sidebar: ChatList, qtbot) -> None:
    chats = [Chat(number, f"Chat {number}", updated_at=1.7e9 + number) for number in range(1, 200)]
    sidebar.set_chats(chats)
    QApplication.processEvents()
    sidebar.verticalScrollBar().setValue(400)
    with qtbot.assertNotEmitted(sidebar.chats.modelReset):
        sidebar.set_chats([*chats[:-1], Chat(199, "Renamed", updated_at=1.7e9 + 199)])
    assert sidebar.verticalScrollBar().value() == 400


def test_the_same_list_again_is_no_change() -> None:
    model = ChatModel()
    chats = [Chat(1, "a", updated_at=at(0))]
    assert model.set_chats(chats, now=NOON)
    assert not model.set_chats(list(chats), now=NOON)


# Opening


def test_a_click_opens_a_chat_and_leads_to_the_composer(stage: Stage, sidebar: ChatList) -> None:
    stage.click(sidebar.viewport(), row_centre(sidebar, 4))
    assert ("open", 4) in stage.chats.calls
    assert stage.focus().objectName() == "composerText"
    assert sidebar.current_chat() is not None
    assert sidebar.selectionModel().isSelected(sidebar.chats.index_of(4))


def test_arrow_keys_move_over_the_labels_and_enter_opens(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(2)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_Down)
    moved = sidebar.current_chat()
    assert moved is not None
    assert moved.id == 3
    assert stage.chats.calls[-1] == ("open", 2)
    stage.key(Qt.Key.Key_Return)
    assert stage.chats.calls[-1] == ("open", 3)


def test_moving_about_leaves_the_open_chat_marked(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(3)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_Down)
    assert sidebar.selectionModel().isSelected(sidebar.chats.index_of(3))


def test_the_ring_is_around_the_row_with_the_keyboard_on_it(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(3)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_Down)
    ring = stage.window.ring
    assert ring.target() is sidebar
    middle = sidebar.viewport().mapTo(stage.window, row_centre(sidebar, 4))
    assert abs(ring.geometry().center().y() - middle.y()) <= 1


# Renaming, pinning, deleting


def test_f2_renames_in_place(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(4)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_F2)
    field = stage.find("renameField")
    assert isinstance(field, QLineEdit)
    assert field.selectedText() == "Thank-you note to the choir"
    QTest.keyClicks(field, "Choir")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert ("rename", 4, "Choir") in stage.chats.calls
    # Enter was for the field: it opens no chat and takes the keyboard nowhere else.
    assert [call for call in stage.chats.calls if call[0] == "open"] == [("open", 4)]
    assert stage.focus() is sidebar
    assert sidebar.chats.index_of(4).data() == "Choir"


def test_esc_keeps_the_old_title(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(4)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_F2)
    field = stage.find("renameField")
    QTest.keyClicks(field, "Choir")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not [call for call in stage.chats.calls if call[0] == "rename"]


def test_a_changed_list_does_not_cut_a_rename_short(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(4)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_F2)
    field = stage.find("renameField")
    QTest.keyClicks(field, "Cho")
    stage.chats.delete(10)
    QTest.keyClicks(field, "ir")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert ("rename", 4, "Choir") in stage.chats.calls
    assert not sidebar.chats.index_of(10).isValid()


def test_delete_deletes_and_undo_brings_it_back(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(4)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_Delete)
    assert ("delete", 4) in stage.chats.calls
    assert stage.window.toast.text() == "Chat deleted"
    stage.key(Qt.Key.Key_F6)
    assert stage.focus().objectName() == "toastAction"
    stage.key(Qt.Key.Key_Return)
    assert ("undo_delete", 4) in stage.chats.calls
    assert sidebar.chats.index_of(4).isValid()
    assert not stage.window.toast.isVisible()
    assert stage.focus() is sidebar


def test_after_deleting_the_keyboard_is_on_the_neighbour(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(3)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Delete)
    neighbour = sidebar.current_chat()
    assert neighbour is not None
    assert neighbour.id == 5


def test_a_changed_list_does_not_scroll_to_the_open_chat(stage: Stage, sidebar: ChatList) -> None:
    chats = [Chat(number, f"Chat {number}", updated_at=1.7e9 + number) for number in range(1, 200)]
    stage.chats._chats = {chat.id: chat for chat in chats}
    stage.chats.list_changed.emit()
    stage.chats.open(199)
    sidebar.verticalScrollBar().setValue(900)
    stage.chats.delete(3)
    assert sidebar.verticalScrollBar().value() == 900


def open_menu(stage: Stage, sidebar: ChatList, chat_id: int) -> Menu:
    stage.chats.open(chat_id)
    sidebar.setFocus()
    stage.key(Qt.Key.Key_Menu)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    return menu


def test_the_menu_of_a_row_is_reached_by_keyboard(stage: Stage, sidebar: ChatList) -> None:
    menu = open_menu(stage, sidebar, 4)
    assert [action.text() for action in menu.actions()] == [
        "Rename", "Pin", "Move to…", "Keep for 30 days only", "Delete",
    ]  # fmt: skip
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert ("set_pinned", 4, True) in stage.chats.calls


def test_a_pinned_chat_can_be_unpinned(stage: Stage, sidebar: ChatList) -> None:
    menu = open_menu(stage, sidebar, 1)
    assert menu.actions()[1].text() == "Unpin"
    menu.actions()[1].trigger()
    menu.close()
    assert ("set_pinned", 1, False) in stage.chats.calls


def test_the_three_dots_open_the_menu_and_not_the_chat(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(3)
    row = sidebar.visualRect(sidebar.chats.index_of(5))
    stage.click(sidebar.viewport(), QPoint(row.right() - 14, row.center().y()))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    menu.close()
    assert stage.chats.calls[-1] == ("open", 3)


def test_nothing_happens_on_a_label(stage: Stage, sidebar: ChatList) -> None:
    before = list(stage.chats.calls)
    stage.click(sidebar.viewport(), sidebar.visualRect(sidebar.chats.index(0)).center())
    assert stage.chats.calls == before


def test_an_empty_list_is_quiet(make_stage) -> None:
    stage = make_stage(chats=FakeChats([]))
    stage.window.sidebar.list.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_F2, Qt.Key.Key_Menu):
        stage.key(key)
    assert stage.chats.calls == []
