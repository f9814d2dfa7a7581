"""Folders in the sidebar, used with keys and mice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAction, QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop.domain.chat import Chat
from desktop.domain.folders import KEPT, NEVER_STORED, Folder, Rule
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.toggles import Radio
from desktop.ui.sidebar.chat_list import ChatList
from desktop.ui.sidebar.chat_model import Heading, Hint, rows_of
from tests.ui.conftest import Stage

TODAY = date(2026, 5, 20)
NOON = datetime.combine(TODAY, datetime.min.time()).timestamp() + 12 * 3600
MATTER, ARCHIVE, SECRET = Folder(1, "Hansen", Rule(30)), Folder(2, "Parish"), Folder(3, "Secret", NEVER_STORED)


def lines(chats: list[Chat], *folders: Folder) -> list[str]:
    """The rows as words: labels in capitals, a folder with its number, a remark in brackets."""
    said: list[str] = []
    for row in rows_of(chats, NOON, folders):
        if isinstance(row, Heading):
            said.append(row.text.upper())
        elif isinstance(row, Hint):
            said.append(f"({row.text})")
        else:
            said.append(f"{row.name} {row.number}" if isinstance(row, Folder) else row.title)
    return said


def some_chats() -> list[Chat]:
    return [
        Chat(1, "older in it", updated_at=NOON - 9e6, folder_id=1),
        Chat(2, "newer in it", updated_at=NOON, folder_id=1),
        Chat(3, "pinned and in it", updated_at=NOON, folder_id=1, pinned=True),
        Chat(4, "elsewhere", updated_at=NOON),
        Chat(5, "in one that is gone", updated_at=NOON - 1, folder_id=77),
    ]


@pytest.fixture
def sidebar(stage: Stage) -> ChatList:
    """The list with three folders: chats 4 and 5 in the first, 10 in the second."""
    stage.folders.have({MATTER: (4, 5), ARCHIVE: (10,), SECRET: ()})
    return stage.window.sidebar.list


def place_of(sidebar: ChatList, row: Chat | Folder) -> QPoint:
    return sidebar.visualRect(sidebar.chats.index_of_row(row)).center()


def on(stage: Stage, sidebar: ChatList, folder: Folder) -> None:
    """Put the keyboard on a folder."""
    sidebar.setFocus()
    sidebar.put_cursor(sidebar.chats.index_of_folder(folder.id))


def menu_of(stage: Stage, sidebar: ChatList, row: Chat | Folder) -> Menu:
    sidebar.put_cursor(sidebar.chats.index_of_row(row))
    sidebar.setFocus()
    stage.key(Qt.Key.Key_Menu)
    return popup()


def popup() -> Menu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    return menu


def press(menu: Menu, words: str) -> None:
    """Choose a row of a menu, as a click does."""
    [action] = [action for action in menu.actions() if action.text() == words]
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    QApplication.processEvents()


def words(menu: Menu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def checked(menu: Menu) -> list[str]:
    return [action.text() for action in menu.actions() if isinstance(action, QAction) and action.isChecked()]


def chat(stage: Stage, chat_id: int) -> Chat:
    return next(chat for chat in stage.chats.chats() if chat.id == chat_id)


def answer(stage: Stage, name: str) -> None:
    stage.click(stage.find(name))


# The rows


def test_folders_stand_between_what_is_pinned_and_the_days() -> None:
    assert lines(some_chats(), Folder(1, "Hansen"), Folder(2, "Parish")) == [
        "PINNED", "pinned and in it", "FOLDERS", "Hansen 2", "Parish 0", "TODAY", "elsewhere", "in one that is gone",
    ]  # fmt: skip


def test_an_open_folder_has_its_chats_below_it_and_they_are_nowhere_else() -> None:
    assert lines(some_chats(), Folder(1, "Hansen", is_open=True)) == [
        "PINNED", "pinned and in it", "FOLDERS", "Hansen 2", "newer in it", "older in it",
        "TODAY", "elsewhere", "in one that is gone",
    ]  # fmt: skip


def test_without_folders_there_is_no_heading_for_them() -> None:
    assert "FOLDERS" not in lines(some_chats())


def test_an_open_folder_without_chats_says_so() -> None:
    assert lines([], Folder(1, "Hansen", is_open=True), Folder(2, "Secret", NEVER_STORED, is_open=True)) == [
        "FOLDERS", "Hansen 0", "(No chats in it yet)", "Secret 0", "(Chats in it are not kept)",
    ]  # fmt: skip


def test_until_all_chats_are_read_the_folder_knows_how_many_there_are() -> None:
    assert lines([], Folder(1, "Hansen", number=700)) == ["FOLDERS", "Hansen 700"]


def test_ten_thousand_chats_in_folders_are_rows_of_one_height(sidebar: ChatList) -> None:
    folders = [Folder(number, f"Matter {number}", is_open=bool(number % 2)) for number in range(1, 101)]
    chats = [Chat(number, f"Chat {number}", folder_id=number % 100 + 1) for number in range(1, 10_001)]
    sidebar.set_chats(chats, folders)
    assert sidebar.uniformItemSizes()
    # Half the folders are open: a heading, the folders, and their chats.
    assert sidebar.chats.rowCount() == 1 + 100 + 5_000


def test_a_screen_reader_is_told_what_a_row_is(sidebar: ChatList, stage: Stage) -> None:
    stage.folders.set_open(1, True)
    told = QAccessible.queryAccessibleInterface(sidebar)

    def described(row: Chat | Folder) -> tuple[str, str]:
        child = told.child(sidebar.chats.index_of_row(row).row())
        return child.text(QAccessible.Text.Name), child.text(QAccessible.Text.Description)

    assert described(MATTER) == (
        "Hansen", "Open folder, 2 chats. Chats in it are deleted 30 days after their last word",
    )  # fmt: skip
    assert described(SECRET) == (
        "Secret", "Closed folder, 0 chats. Chats in it are never stored, and forgotten when you leave them",
    )  # fmt: skip
    assert described(chat(stage, 4))[1] == "Chat in a folder"


def test_a_tooltip_shows_a_name_as_it_is(sidebar: ChatList, stage: Stage) -> None:
    stage.folders.rename(2, "<b>A & B</b>")
    tip = sidebar.chats.data(sidebar.chats.index_of_folder(2), Qt.ItemDataRole.ToolTipRole)
    assert tip == "<qt>&lt;b&gt;A &amp; B&lt;/b&gt;. Chats in it are kept until you delete them.</qt>"


# Opening and closing


def test_a_click_opens_a_folder_and_another_one_closes_it(stage: Stage, sidebar: ChatList) -> None:
    assert not sidebar.chats.index_of(4).isValid()
    stage.click(sidebar.viewport(), place_of(sidebar, MATTER))
    assert sidebar.chats.index_of(4).row() == sidebar.chats.index_of_folder(1).row() + 1
    assert sidebar.chats.is_inside(sidebar.chats.index_of(4))
    stage.click(sidebar.viewport(), place_of(sidebar, MATTER))
    assert not sidebar.chats.index_of(4).isValid()
    assert stage.folders.calls == [("set_open", 1, True), ("set_open", 1, False)]


def test_so_do_enter_and_the_arrow_keys_and_the_keyboard_stays(stage: Stage, sidebar: ChatList) -> None:
    on(stage, sidebar, MATTER)
    for key, is_open in (
        (Qt.Key.Key_Return, True),
        (Qt.Key.Key_Space, False),
        (Qt.Key.Key_Left, False),
        (Qt.Key.Key_Right, True),
        (Qt.Key.Key_Right, True),
        (Qt.Key.Key_Left, False),
    ):
        stage.key(key)
        row = sidebar.current_row()
        assert isinstance(row, Folder)
        assert (row.id, row.is_open) == (1, is_open)
    assert stage.chats.calls == []


def test_from_a_chat_in_it_left_goes_back_to_the_folder(stage: Stage, sidebar: ChatList) -> None:
    on(stage, sidebar, MATTER)
    stage.key(Qt.Key.Key_Right)
    stage.key(Qt.Key.Key_Down)
    assert sidebar.current_row() == chat(stage, 4)
    stage.key(Qt.Key.Key_Left)
    row = sidebar.current_row()
    assert isinstance(row, Folder)
    assert row.is_open


def test_a_closed_folder_stands_for_the_open_chat_in_it(stage: Stage, sidebar: ChatList) -> None:
    stage.chats.open(4)
    assert sidebar.chats.around(4) == sidebar.chats.index_of_folder(1)
    stage.key(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    stage.folders.set_open(1, True)
    assert not sidebar.chats.around(4).isValid()
    assert sidebar.selectionModel().isSelected(sidebar.chats.index_of(4))


def test_the_title_says_which_folder_the_chat_is_in(stage: Stage, sidebar: ChatList) -> None:
    title = stage.window.room.header.title
    stage.chats.open(4)
    place = "In the folder Hansen. Chats in it are deleted 30 days after their last word."
    assert place in title.toolTip()
    assert title.accessibleDescription() == f"{place} Press F2 to rename"
    stage.folders.move(4, None)
    assert (title.toolTip(), title.accessibleDescription()) == ("", "Press F2 to rename")


# The menu of a folder


def test_the_menu_of_a_folder(stage: Stage, sidebar: ChatList) -> None:
    menu = menu_of(stage, sidebar, MATTER)
    assert words(menu) == [
        "New chat here", "Rename", "Keep chats", "For ever", "7 days", "30 days", "90 days", "A year",
        "Never store them", "Delete folder…",
    ]  # fmt: skip
    assert checked(menu) == ["30 days"]
    press(menu, "For ever")
    assert stage.folders.calls == [("set_rule", 1, KEPT)]


def test_a_rule_that_is_not_offered_is_there_where_it_holds(stage: Stage, sidebar: ChatList) -> None:
    stage.folders.set_rule(1, Rule(14))
    menu = menu_of(stage, sidebar, MATTER)
    assert words(menu)[3:7] == ["For ever", "7 days", "14 days", "30 days"]
    assert checked(menu) == ["14 days"]
    menu.close()


def test_a_rule_that_would_end_chats_at_once_asks_first(stage: Stage, sidebar: ChatList) -> None:
    stage.folders.old = 2
    press(menu_of(stage, sidebar, MATTER), "7 days")
    assert "2 chats in it" in stage.window.findChild(QWidget, "dialogText").text()
    answer(stage, "dialogSafe")
    assert stage.folders.calls == []
    press(menu_of(stage, sidebar, MATTER), "7 days")
    answer(stage, "dialogAction")
    assert stage.folders.calls == [("set_rule", 1, Rule(7))]


def test_a_chat_begins_in_a_folder_and_can_be_seen_there(stage: Stage, sidebar: ChatList) -> None:
    press(menu_of(stage, sidebar, MATTER), "New chat here")
    assert stage.folders.calls == [("set_open", 1, True), ("new_chat", 1)]
    assert stage.focus().objectName() == "composerText"
    assert "Hansen" in stage.window.room.header.title.toolTip()


def test_a_folder_that_never_stores_begins_temporary_chats(stage: Stage, sidebar: ChatList) -> None:
    press(menu_of(stage, sidebar, SECRET), "New chat here")
    assert stage.chats.current().temporary
    assert "never stored" in stage.window.room.header.title.toolTip()


def test_f2_renames_a_folder_in_place(stage: Stage, sidebar: ChatList) -> None:
    on(stage, sidebar, ARCHIVE)
    stage.key(Qt.Key.Key_F2)
    field = stage.find("renameField")
    assert isinstance(field, QLineEdit)
    assert (field.selectedText(), field.accessibleName()) == ("Parish", "Name of the folder")
    QTest.keyClicks(field, "Archive")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert stage.folders.calls == [("rename", 2, "Archive")]
    row = sidebar.current_row()
    assert isinstance(row, Folder)
    assert row.name == "Archive"


def test_an_empty_folder_is_deleted_at_once_and_comes_back(stage: Stage, sidebar: ChatList) -> None:
    on(stage, sidebar, SECRET)
    stage.key(Qt.Key.Key_Delete)
    assert stage.folders.find(3) is None
    assert stage.window.toast.text() == "Folder deleted"
    stage.key(Qt.Key.Key_F6)
    stage.key(Qt.Key.Key_Return)
    assert stage.folders.find(3) == SECRET


@pytest.mark.parametrize(("too", "said"), [(False, "Folder deleted"), (True, "Folder and its chats deleted")])
def test_of_a_folder_with_chats_it_is_asked_what_becomes_of_them(
    stage: Stage, sidebar: ChatList, too: bool, said: str
) -> None:
    on(stage, sidebar, MATTER)
    stage.key(Qt.Key.Key_Delete)
    assert stage.folders.calls == []
    stay, go = stage.window.findChildren(Radio)[-2:]
    assert stay.isChecked()
    if too:
        go.click()
    answer(stage, "questionAction")
    assert stage.folders.calls == [("delete", 1, too)]
    assert stage.window.toast.text() == said


# Moving a chat


def test_a_chat_is_moved_from_its_menu_and_back(stage: Stage, sidebar: ChatList) -> None:
    press(menu_of(stage, sidebar, chat(stage, 3)), "Move to…")
    menu = popup()
    assert words(menu) == ["Move to", "Hansen", "Parish", "Secret (not stored)", "No folder", "New folder…"]
    assert checked(menu) == ["No folder"]
    press(menu, "Hansen")
    assert chat(stage, 3).folder_id == 1
    assert stage.window.toast.text() == "Moved to Hansen. Deleted 30 days after its last word"
    stage.key(Qt.Key.Key_F6)
    stage.key(Qt.Key.Key_Return)
    assert chat(stage, 3).folder_id is None


def test_out_of_a_folder(stage: Stage, sidebar: ChatList) -> None:
    stage.folders.set_open(1, True)
    press(menu_of(stage, sidebar, chat(stage, 4)), "Move to…")
    assert checked(popup()) == ["Hansen"]
    press(popup(), "No folder")
    assert chat(stage, 4).folder_id is None
    assert stage.window.toast.text() == "Moved out of its folder"


def test_where_nothing_is_stored_a_stored_chat_cannot_go_and_hears_why(stage: Stage, sidebar: ChatList) -> None:
    press(menu_of(stage, sidebar, chat(stage, 3)), "Move to…")
    press(popup(), "Secret (not stored)")
    assert chat(stage, 3).folder_id is None
    assert stage.window.toast.text() == "Nothing is stored in Secret, and this chat is. It stays where it is."


def test_a_chat_that_a_folder_would_end_at_once_asks_first(stage: Stage, sidebar: ChatList) -> None:
    stage.folders.old = 1
    press(menu_of(stage, sidebar, chat(stage, 3)), "Move to…")
    press(popup(), "Hansen")
    answer(stage, "dialogSafe")
    assert chat(stage, 3).folder_id is None
    press(menu_of(stage, sidebar, chat(stage, 3)), "Move to…")
    press(popup(), "Hansen")
    answer(stage, "dialogAction")
    assert chat(stage, 3).folder_id == 1


def test_the_first_folder_is_made_from_a_chat_s_menu(stage: Stage) -> None:
    rows = stage.window.sidebar.list
    press(menu_of(stage, rows, chat(stage, 3)), "Move to…")
    assert words(popup()) == ["Move to", "New folder…"]
    press(popup(), "New folder…")
    QTest.keyClicks(stage.find("folderName"), "  Hansen  ")
    answer(stage, "questionAction")
    assert stage.folders.calls == [("create", "Hansen", KEPT), ("move", 3, 1)]
    assert stage.window.toast.text() == "Moved to Hansen"


def test_or_from_the_search_with_its_rule(stage: Stage) -> None:
    stage.control(Qt.Key.Key_K)
    stage.type("new folder")
    stage.key(Qt.Key.Key_Return)
    stage.type("Secret")
    stage.click(stage.find("select"))
    assert words(popup())[-1] == "Never store them"
    press(popup(), "Never store them")
    answer(stage, "questionAction")
    assert stage.folders.calls == [("create", "Secret", NEVER_STORED)]
    assert stage.window.toast.text() == "Folder Secret created"


def test_a_name_that_is_taken_or_missing_cannot_be_given(stage: Stage, sidebar: ChatList) -> None:
    stage.window.filing.ask_for_folder()
    create = stage.find("questionAction")
    assert isinstance(create, QAbstractButton)
    assert not create.isEnabled()
    QTest.keyClicks(stage.find("folderName"), "HANSEN")
    assert not create.isEnabled()
    QTest.keyClicks(stage.find("folderName"), " II")
    assert create.isEnabled()
    QTest.keyClick(stage.find("folderName"), Qt.Key.Key_Return)
    assert stage.folders.calls == [("create", "HANSEN II", KEPT)]


def test_for_a_stored_chat_no_folder_is_made_that_never_stores(stage: Stage) -> None:
    stage.window.filing.ask_for_folder(chat(stage, 3))
    stage.click(stage.find("select"))
    assert words(popup()) == ["For ever", "7 days", "30 days", "90 days", "A year"]
    popup().close()


def test_a_chat_in_a_folder_can_be_kept_for_ever(stage: Stage, sidebar: ChatList) -> None:
    stage.folders.set_open(1, True)
    press(menu_of(stage, sidebar, chat(stage, 4)), "Keep for ever, not 30 days")
    assert ("keep_for", 4, None) in stage.chats.calls


# Dragging


@pytest.fixture
def drag(monkeypatch: pytest.MonkeyPatch, sidebar: ChatList) -> Callable[[int, QPoint], bool]:
    """Take a chat, hold it over a place and let it go; whether it was taken there."""

    def run(chat_id: int, place: QPoint) -> bool:
        taken: list[bool] = []

        def exec_(drag: QDrag, _actions: Qt.DropAction) -> Qt.DropAction:
            data, move = drag.mimeData(), Qt.DropAction.MoveAction
            left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
            # Nothing that another program could make anything of.
            assert [bytes(data.data(kind).data()) for kind in data.formats()] == [b""]
            over = sidebar.viewport()
            QApplication.sendEvent(over, QDragEnterEvent(place, move, data, left, none))
            held = QDragMoveEvent(place, move, data, left, none)
            QApplication.sendEvent(over, held)
            taken.append(held.isAccepted())
            if held.isAccepted():
                QApplication.sendEvent(over, QDropEvent(QPointF(place), move, data, left, none))
            return move

        monkeypatch.setattr(QDrag, "exec", exec_)
        start, left = sidebar.visualRect(sidebar.chats.index_of(chat_id)).center(), Qt.MouseButton.LeftButton
        QTest.mousePress(sidebar.viewport(), left, pos=start)
        for step in (1, QApplication.startDragDistance()):
            assert not taken
            at = QPointF(start - QPoint(0, step))
            none = Qt.KeyboardModifier.NoModifier
            held = QMouseEvent(QEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, left, none)
            QApplication.sendEvent(sidebar.viewport(), held)
        QTest.mouseRelease(sidebar.viewport(), left, pos=start)
        return taken[0]

    return run


def test_a_chat_is_dropped_on_a_folder(stage: Stage, sidebar: ChatList, drag) -> None:
    assert drag(3, place_of(sidebar, ARCHIVE))
    assert chat(stage, 3).folder_id == 2
    assert stage.window.toast.text() == "Moved to Parish"


def test_or_on_a_chat_in_it(stage: Stage, sidebar: ChatList, drag) -> None:
    stage.folders.set_open(1, True)
    assert drag(3, place_of(sidebar, chat(stage, 5)))
    assert chat(stage, 3).folder_id == 1


def test_nothing_else_takes_it(stage: Stage, sidebar: ChatList, drag) -> None:
    assert not drag(3, place_of(sidebar, chat(stage, 6)))
    assert not drag(3, place_of(sidebar, SECRET))
    assert stage.folders.calls == []


def test_what_another_program_drags_is_nothing_of_ours(sidebar: ChatList) -> None:
    data = QMimeData()
    data.setData("application/x-snug-chat", b"3")
    place = place_of(sidebar, ARCHIVE)
    move, left, none = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, move, data, left, none)
    QApplication.sendEvent(sidebar.viewport(), enter)
    assert not enter.isAccepted()


def test_pressing_alone_opens_nothing(stage: Stage, sidebar: ChatList) -> None:
    place = place_of(sidebar, chat(stage, 3))
    QTest.mousePress(sidebar.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert stage.chats.calls == []
    QTest.mouseRelease(sidebar.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert stage.chats.calls == [("open", 3)]
