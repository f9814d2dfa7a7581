"""The window as a whole: shortcuts, areas, sidebar, menus, links, what is remembered."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop.domain.chat import Role
from desktop.domain.context import Memory, Note
from desktop.ui.chat.links import describe_link
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.dialog import Dialog
from desktop.ui.parts.menu import Menu, RowKind
from desktop.ui.theme import Appearance
from desktop.ui.wording import remembered, words
from tests.ui.conftest import Stage
from tests.ui.stand_ins import FakeChats, FakeFolders, FakeModels, FakeSettings, Placeholder


def popup() -> Menu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    return menu


def action(menu: Menu, words: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == words)


def dialog(stage: Stage) -> Dialog:
    found = [dialog for dialog in stage.window.findChildren(Dialog) if dialog.isVisible()]
    assert len(found) == 1
    return found[0]


# Starting


def test_it_is_there_in_no_time(qtbot, theme, stage: Stage) -> None:
    best = 1.0
    for _ in range(3):
        chats = FakeChats()
        start = time.perf_counter()
        window = MainWindow(theme, chats, FakeModels(), FakeFolders(chats), FakeSettings(), Placeholder, print)
        best = min(best, time.perf_counter() - start)
        qtbot.addWidget(window)
    assert best < 0.08


def test_the_first_key_goes_into_the_composer(stage: Stage) -> None:
    assert stage.focus().objectName() == "composerText"


def test_its_title_tells_nothing(stage: Stage) -> None:
    stage.chats.open(8)
    assert stage.window.windowTitle() == "Snug"


def test_every_control_has_a_name_for_screen_readers(stage: Stage) -> None:
    stage.control(Qt.Key.Key_K)
    for control in stage.window.findChildren(QWidget):
        if control.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(control, QAbstractButton | QLineEdit):
            if control.objectName() == "transcript" or control.window() is not stage.window:
                continue
            named = control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
            assert named or control.objectName() == "toastAction", control
            assert control.objectName(), control


# Keys


def test_ctrl_n_begins_a_chat_and_leads_to_the_composer(stage: Stage) -> None:
    stage.chats.open(3)
    stage.window.sidebar.list.setFocus()
    stage.control(Qt.Key.Key_N)
    assert stage.chats.calls[-1] == ("new_chat",)
    assert stage.focus().objectName() == "composerText"
    assert not stage.window.sidebar.list.selectionModel().hasSelection()


def test_ctrl_l_leads_to_the_composer(stage: Stage) -> None:
    stage.window.sidebar.list.setFocus()
    stage.control(Qt.Key.Key_L)
    assert stage.focus().objectName() == "composerText"


def test_ctrl_m_opens_the_models(stage: Stage) -> None:
    stage.control(Qt.Key.Key_M)
    assert popup().objectName() == "modelMenu"
    popup().close()


def test_ctrl_comma_opens_the_settings(stage: Stage) -> None:
    stage.control(Qt.Key.Key_Comma)
    room = settings_of(stage)
    assert room.isVisible()
    assert not stage.window.room.isVisible()
    stage.key(Qt.Key.Key_Escape)
    assert not room.isVisible()
    assert stage.focus().objectName() == "composerText"


def test_opening_a_chat_leaves_the_settings(stage: Stage) -> None:
    stage.control(Qt.Key.Key_Comma)
    stage.control(Qt.Key.Key_N)
    assert stage.window.room.isVisible()
    assert not settings_of(stage).isVisible()


def test_typing_in_the_settings_is_not_meant_for_the_message(stage: Stage) -> None:
    stage.control(Qt.Key.Key_Comma)
    stage.key(Qt.Key.Key_A)
    assert stage.window.room.composer.text() == ""


def test_f6_goes_between_sidebar_and_settings(stage: Stage) -> None:
    stage.control(Qt.Key.Key_Comma)
    stage.key(Qt.Key.Key_F6)
    assert stage.window.sidebar.isAncestorOf(stage.focus())
    stage.key(Qt.Key.Key_F6)
    assert settings_of(stage).isAncestorOf(stage.focus())


def settings_of(stage: Stage) -> QWidget:
    room = stage.window.findChild(QWidget, "settingsRoom")
    assert room is not None
    return room


def test_ctrl_r_asks_for_the_last_answer_again(stage: Stage) -> None:
    stage.chats.open(3)
    stage.control(Qt.Key.Key_R)
    assert stage.chats.current().calls == [("regenerate", 1)]
    stage.chats.current().add(Role.USER, "and?")
    stage.control(Qt.Key.Key_R)
    assert len(stage.chats.current().calls) == 1


def test_f6_goes_round_the_areas_and_shift_f6_back(stage: Stage) -> None:
    stage.chats.open(3)
    stage.window.room.composer.editor.setFocus()
    names: list[str] = []
    for _ in range(4):
        stage.key(Qt.Key.Key_F6)
        names.append(stage.focus().objectName())
    assert names == ["chatList", "modelButton", "transcript", "composerText"]
    stage.key(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert stage.focus().objectName() == "transcript"


def test_tab_goes_from_the_sidebar_over_the_header_to_the_composer(stage: Stage) -> None:
    stage.chats.open(3)
    stage.window.sidebar.closer.setFocus()
    names = [stage.focus().objectName()]
    while names[-1] != "composerText" and len(names) < 20:
        stage.key(Qt.Key.Key_Tab)
        names.append(stage.focus().objectName())
    assert names == [
        "closeSidebar", "newChat", "search", "chatList", "models", "settings", "privacyBadge",
        "chatTitle", "chatMore", "modelButton", "transcript", "composerText",
    ]  # fmt: skip


def test_the_ring_shows_for_the_keyboard_only(stage: Stage) -> None:
    stage.window.sidebar.closer.setFocus()
    stage.key(Qt.Key.Key_Tab)
    assert stage.window.ring.target() is stage.window.sidebar.new_chat
    QTest.mouseClick(stage.window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(600, 400))
    assert stage.window.ring.target() is None


def test_esc_sends_the_toast_away(stage: Stage) -> None:
    stage.chats.noticed.emit("Model added")
    assert stage.window.toast.isVisible()
    stage.key(Qt.Key.Key_Escape)
    assert not stage.window.toast.isVisible()


# Sidebar


def test_the_sidebar_closes_to_its_icon_and_opens_again(stage: Stage) -> None:
    stage.click(stage.window.sidebar.closer)
    assert not stage.window.sidebar.isVisible()
    assert stage.settings.values["window.sidebar"] is False
    stage.click(stage.find("openSidebar"))
    assert stage.window.sidebar.isVisible()
    assert stage.settings.values["window.sidebar"] is True


def test_a_closed_sidebar_is_remembered(make_stage) -> None:
    settings = FakeSettings()
    settings.put("window.sidebar", False)
    stage = make_stage(settings=settings)
    assert not stage.window.sidebar.isVisible()
    assert stage.find("openSidebar").isVisible()


def test_a_narrow_window_closes_it_by_itself(stage: Stage) -> None:
    stage.window.resize(980, 700)
    QApplication.processEvents()
    assert not stage.window.sidebar.isVisible()
    stage.window.resize(1200, 700)
    QApplication.processEvents()
    assert stage.window.sidebar.isVisible()
    assert "window.sidebar" not in stage.settings.values


def test_the_size_is_remembered(make_stage) -> None:
    stage = make_stage()
    # The screen of the tests is narrower than the window, so only the height can be kept.
    stage.window.resize(1000, 700)
    stage.window.close()
    again = make_stage(settings=stage.settings)
    assert again.window.height() == 700


def test_broken_settings_break_nothing(make_stage) -> None:
    settings = FakeSettings()
    settings.values = {"window.geometry": "kein base64 ü", "window.sidebar": True}
    assert make_stage(settings=settings).window.isVisible()


def test_the_badge_says_what_moves(stage: Stage) -> None:
    badge = stage.window.sidebar.badge
    assert badge.accessibleName() == "Offline. Nothing leaves this computer"
    stage.window.sidebar.set_status("downloading", "Downloading", "From huggingface.co <b>")
    assert badge.accessibleName() == "Downloading. From huggingface.co <b>"
    assert "&lt;b&gt;" in badge.toolTip()


# Models


def test_a_model_is_chosen_from_the_menu(stage: Stage) -> None:
    stage.click(stage.window.room.header.model)
    menu = popup()
    assert action(menu, "DeepSeek R1 8B").isChecked()
    action(menu, "Qwen3 4B").trigger()
    menu.close()
    assert stage.models.calls == [("choose", 2)]


def test_a_missing_file_is_greyed_and_explained(stage: Stage) -> None:
    stage.control(Qt.Key.Key_M)
    menu = popup()
    missing = action(menu, "Gemma 3 12B")
    assert menu.row(missing).dim
    assert menu.row(missing).warning
    missing.trigger()
    menu.close()
    question = dialog(stage)
    assert stage.focus() is question.safe
    assert question.action is not None
    stage.click(question.action)
    assert stage.models.calls == [("remove", 3)]


def test_a_model_file_dropped_on_the_window_is_added(stage: Stage) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/models/new.gguf"), QUrl.fromLocalFile("/notes.txt")])
    place, none = QPoint(700, 400), Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    QApplication.sendEvent(stage.window, QDragEnterEvent(place, Qt.DropAction.CopyAction, files, left, none))
    assert stage.find("dropHint").isVisible()
    QApplication.sendEvent(stage.window, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, files, left, none))
    assert stage.models.calls == [("add", "/models/new.gguf")]
    assert not stage.find("dropHint").isVisible()


@pytest.mark.parametrize("path", ["/notes.txt", "/models"])
def test_what_is_no_model_file_is_told_so_while_it_is_dragged(stage: Stage, path: str) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(path)])
    none, left, copy = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    QApplication.sendEvent(stage.window, QDragEnterEvent(QPoint(700, 400), copy, files, left, none))
    assert stage.find("dropHint").isVisible()
    assert stage.find("dropHint").accessibleName() == "Only model files (.gguf) and folders can be added here."
    move = QDragMoveEvent(QPoint(700, 410), copy, files, left, none)
    QApplication.sendEvent(stage.window, move)
    assert not move.isAccepted()
    QApplication.sendEvent(stage.window, QDragLeaveEvent())
    assert not stage.find("dropHint").isVisible()
    assert stage.models.calls == []


def test_a_model_file_can_be_dropped_on_the_settings(stage: Stage) -> None:
    stage.window.open_settings("appearance")
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/models/new.gguf")])
    none, left, copy = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    QApplication.sendEvent(stage.window, QDragEnterEvent(QPoint(700, 400), copy, files, left, none))
    assert stage.find("dropHint").isVisible()
    assert stage.find("dropHint").geometry() == stage.find("settingsRoom").geometry()


def test_the_menu_of_models_says_how_fast_those_are_that_were_measured(stage: Stage) -> None:
    stage.models.changed.emit()
    stage.control(Qt.Key.Key_M)
    menu = popup()
    assert menu.row(action(menu, "DeepSeek R1 8B")).figure == "31 tok/s"
    assert menu.row(action(menu, "Qwen3 4B")).figure == ""
    menu.close()


def test_the_benchmark_is_a_page_of_the_settings(stage: Stage) -> None:
    stage.window.open_settings("benchmark")
    page = stage.find("benchmarkPage")
    assert page.isVisible()
    stage.click(stage.find("measure"))
    assert stage.benchmarks.calls == ["measure"]


def test_the_end_of_a_benchmark_is_told_in_the_chat_but_not_on_its_page(stage: Stage) -> None:
    stage.models.changed.emit()
    stage.benchmarks.said = "A question came first, so measuring stopped. Nothing of it was kept."
    stage.benchmarks.ended.emit(None)
    assert stage.window.toast.text() == stage.benchmarks.said
    stage.benchmarks.ended.emit(stage.benchmarks.known[0])
    assert stage.window.toast.text() == "DeepSeek R1 8B Q4_K_M is measured: it writes 31 tok/s"
    stage.window.toast.dismiss()
    stage.window.open_settings("benchmark")
    stage.benchmarks.ended.emit(None)
    assert not stage.window.toast.isVisible()


def test_menu_rows_have_the_design_s_heights(stage: Stage) -> None:
    stage.control(Qt.Key.Key_M)
    menu = popup()
    heights = {menu.row(row).kind: menu.actionGeometry(row).height() for row in menu.actions()}
    menu.close()
    assert heights[RowKind.MODEL] == 44
    assert heights[RowKind.COMMAND] == 36


# Appearance


def test_light_and_dark_switch_at_once(stage: Stage) -> None:
    light = stage.window.grab().toImage().pixelColor(5, 5)
    stage.control(Qt.Key.Key_Comma)
    page = stage.window.findChild(QWidget, "appearancePage")
    page.appearance_chosen.emit(Appearance.DARK)
    QApplication.processEvents()
    assert stage.theme.appearance is Appearance.DARK
    assert stage.window.grab().toImage().pixelColor(5, 5) != light
    assert stage.settings.values["appearance"] == "dark"


def test_reduced_motion_is_a_choice(stage: Stage) -> None:
    stage.control(Qt.Key.Key_Comma)
    stage.window.findChild(QWidget, "appearancePage").motion.click()
    assert not stage.theme.reduced_motion
    assert stage.settings.values["reduced_motion"] is False
    stage.theme.reduced_motion = True


# Links


def test_a_link_is_opened_only_after_asking(stage: Stage) -> None:
    stage.window.room.transcript.link_activated.emit("https://example.com/page")
    question = dialog(stage)
    assert question.accessibleName() == "Open example.com?"
    assert stage.focus() is question.safe
    assert stage.links == []
    assert question.action is not None
    stage.click(question.action)
    assert stage.links == ["https://example.com/page"]


def test_esc_stays_here(stage: Stage) -> None:
    stage.window.room.transcript.link_activated.emit("https://example.com/page")
    stage.key(Qt.Key.Key_Escape)
    assert stage.links == []
    assert stage.focus().objectName() == "composerText"


def test_no_shortcut_works_behind_a_question(stage: Stage) -> None:
    stage.window.room.transcript.link_activated.emit("https://example.com/page")
    stage.control(Qt.Key.Key_N)
    assert stage.chats.calls == []


def test_tab_stays_within_a_question(stage: Stage) -> None:
    stage.window.room.transcript.link_activated.emit("https://example.com/page")
    names = []
    for _ in range(3):
        stage.key(Qt.Key.Key_Tab)
        names.append(stage.focus().objectName())
    assert names == ["dialogAction", "dialogSafe", "dialogAction"]


def test_a_look_alike_shows_its_real_name() -> None:
    link = describe_link("https://\u0430\u0440\u0440\u04cf\u0435.com/")
    assert link.host == "xn--80ak6aa92e.com"
    assert link.url == "https://xn--80ak6aa92e.com/"
    assert "unusual letters" in link.sentence


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "smb://host/share",
        "javascript:alert(1)",
        "ms-settings:privacy",
        "data:text/html,x",
        "https:///nowhere",
        "relative/page",
        "//host/share",
        "",
    ],
)
def test_what_no_browser_should_get_is_refused(stage: Stage, link: str) -> None:
    stage.window.room.transcript.link_activated.emit(link)
    assert not [question for question in stage.window.findChildren(Dialog) if question.isVisible()]
    assert stage.links == []


# The transcript's wishes


def test_what_the_transcript_asks_for_reaches_the_conversation(stage: Stage) -> None:
    stage.chats.open(3)
    transcript = stage.window.room.transcript
    transcript.edit_submitted.emit(0, "better")
    transcript.regenerate_requested.emit(1)
    transcript.version_requested.emit(1, -1)
    transcript.carry_on_requested.emit(1)
    transcript.fork_requested.emit(1)
    assert stage.chats.current().calls == [
        ("edit", 0, "better"), ("regenerate", 1), ("switch", 1, -1), ("carry_on", 1),
    ]  # fmt: skip
    assert stage.chats.calls[-1] == ("fork", 2)


# Words


@pytest.mark.parametrize(
    ("tokens", "count"), [(0, 0), (10, 8), (100, 75), (1842, 1380), (8192, 6140), (131_072, 98_300)]
)
def test_tokens_are_told_as_about_so_many_words(tokens: int, count: int) -> None:
    assert words(tokens) == count


def test_the_meter_in_words() -> None:
    assert remembered(1842, 8192) == "about 1,380 of 6,140 words it can remember"


def test_a_long_message_after_another_long_one_still_wraps(stage: Stage) -> None:
    toast = stage.window.toast
    words = "The file cannot be opened, because it is not whole: only the first half of it is there. " * 2
    for _ in range(2):
        toast.tell(words, warning=True)
        assert toast.width() < stage.window.room.width()


def test_words_typed_anywhere_are_meant_for_the_message(stage: Stage) -> None:
    stage.window.sidebar.new_chat.setFocus()
    stage.key(Qt.Key.Key_X)
    assert stage.window.room.composer.text() == "x"
    assert stage.focus().objectName() == "composerText"


def test_nothing_is_typed_behind_a_question(stage: Stage) -> None:
    stage.window.room.transcript.link_activated.emit("https://example.com/page")
    stage.key(Qt.Key.Key_X)
    assert stage.window.room.composer.text() == ""


@pytest.mark.parametrize("link", ["file:///etc/passwd", "javascript:alert(1)"])
def test_a_refused_link_says_why(stage: Stage, link: str) -> None:
    stage.window.room.transcript.link_activated.emit(link)
    assert stage.window.toast.text() == describe_link(link).sentence


# Chats that do not stay


def test_a_temporary_chat_says_what_it_is(stage: Stage) -> None:
    stage.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert stage.chats.calls[-1] == ("new_temporary",)
    assert stage.window.room.header.title.text() == "Temporary chat"
    line = stage.window.findChild(QWidget, "greetingLine")
    assert "written to no disk" in line.text()


def test_a_chat_is_kept_for_a_while_from_its_menu(stage: Stage) -> None:
    listed = stage.window.sidebar.list
    stage.chats.open(3)
    menu = listed.open_menu(listed.current_chat(), QPoint(10, 10))
    action(menu, "Keep for 30 days only").trigger()
    menu.close()
    assert stage.chats.calls[-1] == ("keep_for", 3, 30)
    menu = listed.open_menu(listed.current_chat(), QPoint(10, 10))
    action(menu, "Keep for ever, not 30 days").trigger()
    menu.close()
    assert stage.chats.calls[-1] == ("keep_for", 3, None)


def test_a_note_that_was_changed_or_deleted_can_be_had_back(stage: Stage) -> None:
    conversation, note = stage.chats.current(), Note(2, "They spoke of rain.")
    conversation.remember(Memory(2, 1, note))
    transcript = stage.find("transcript")
    assert isinstance(transcript, Placeholder)
    for said, change, call in (
        ("Note changed", lambda: transcript.note_corrected.emit("Of snow."), ("correct_note", "Of snow.")),
        ("Note deleted", transcript.note_removed.emit, ("forget_note",)),
    ):
        change()
        assert stage.window.toast.text() == said
        stage.click(stage.window.toast.button)
        assert conversation.calls[-2:] == [call, ("put_note_back", note)]
    stage.window.toast.dismiss()
    transcript.note_corrected.emit(note.text)
    assert not stage.window.toast.isVisible()


def test_models_and_memory_is_a_page_of_the_settings(stage: Stage) -> None:
    stage.window.open_settings("memory")
    stage.click(stage.find("readsAhead"))
    assert stage.memory.calls == [{"reads_ahead": False}]
