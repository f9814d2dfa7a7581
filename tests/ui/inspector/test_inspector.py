"""The second room: opening and closing, its place, its keys, and its foot."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QLineEdit, QScrollBar, QWidget

from desktop.domain.models import EngineState
from desktop.domain.placement import Change
from desktop.ui.parts.buttons import Kind
from desktop.ui.theme import Appearance, Motion
from tests.ui.conftest import Stage
from tests.ui.inspector.conftest import Sight
from tests.ui.stand_ins import FakePlacement, FakeSettings

# Opening and closing


def test_ctrl_i_opens_it_with_the_keyboard_in_it_and_closes_it_again(sight: Sight) -> None:
    stage = sight.stage
    assert sight.room.isVisible()
    assert stage.focus().objectName() == "gpuLayers"
    stage.control(Qt.Key.Key_I)
    assert not sight.room.isVisible()
    assert stage.focus().objectName() == "composerText"


def test_the_ring_shows_only_where_a_key_opened_it(make_stage) -> None:
    stage: Stage = make_stage(placement=FakePlacement())
    button = stage.window.room.header.inspector
    place = button.mapTo(stage.window, button.rect().center())
    QTest.mouseClick(stage.window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    QApplication.processEvents()
    assert stage.focus().objectName() == "gpuLayers"
    assert stage.window.ring.target() is None
    stage.key(Qt.Key.Key_Escape)
    stage.control(Qt.Key.Key_I)
    assert stage.window.ring.target() is stage.focus()


def test_the_button_in_the_header_opens_and_closes_it_and_shows_which(make_stage) -> None:
    stage: Stage = make_stage(placement=FakePlacement())
    button = stage.window.room.header.inspector
    stage.click(button)
    room = stage.find("inspector")
    assert room.isVisible()
    assert button.isChecked()
    stage.click(button)
    assert not room.isVisible()
    assert not button.isChecked()


@pytest.mark.parametrize("way", ["escape", "button"])
def test_it_is_closed_from_within(sight: Sight, way: str) -> None:
    if way == "escape":
        sight.stage.key(Qt.Key.Key_Escape)
    else:
        sight.stage.click(sight.room.closer)
    assert not sight.room.isVisible()
    assert not sight.stage.window.room.header.inspector.isChecked()
    assert sight.stage.focus().objectName() == "composerText"


def test_opened_by_itself_it_gives_the_keyboard_to_its_button(make_stage, qtbot) -> None:
    settings = FakeSettings()
    settings.put("window.inspector", True)
    stage: Stage = make_stage(settings=settings, placement=FakePlacement())
    qtbot.waitUntil(lambda: stage.window.findChild(QWidget, "inspector") is not None)
    stage.find("contextLength").setFocus()
    stage.key(Qt.Key.Key_Escape)
    assert stage.focus().objectName() == "openInspector"


@pytest.mark.parametrize(
    "name", ["gpuAuto", "contextLength", "cacheType", "threads", "batch", "mapFile", "reloadModel"]
)
def test_esc_closes_it_from_every_control(sight: Sight, name: str) -> None:
    sight.placement.choose(gpu_layers=20)
    sight.page.options.more.setChecked(True)
    sight.stage.find(name).setFocus()
    sight.stage.key(Qt.Key.Key_Escape)
    assert not sight.room.isVisible()


def test_esc_outside_leaves_it_open(sight: Sight) -> None:
    sight.stage.control(Qt.Key.Key_L)
    sight.stage.key(Qt.Key.Key_Escape)
    assert sight.room.isVisible()


def test_without_a_service_there_is_none(stage: Stage) -> None:
    assert not stage.window.room.header.inspector.isVisible()
    stage.control(Qt.Key.Key_I)
    assert stage.window.findChild(QWidget, "inspector") is None
    stage.control(Qt.Key.Key_K)
    QTest.keyClicks(stage.focus(), "model settings")
    stage.key(Qt.Key.Key_Return)
    assert stage.window.findChild(QWidget, "inspector") is None


def test_the_search_finds_it(make_stage) -> None:
    stage: Stage = make_stage(placement=FakePlacement())
    stage.control(Qt.Key.Key_K)
    QTest.keyClicks(stage.focus(), "gpu layers")
    QApplication.processEvents()
    stage.key(Qt.Key.Key_Return)
    assert stage.find("inspector").isVisible()
    assert stage.focus().objectName() == "gpuLayers"
    stage.control(Qt.Key.Key_L)
    stage.control(Qt.Key.Key_K)
    QTest.keyClicks(stage.focus(), "gpu layers")
    QApplication.processEvents()
    stage.key(Qt.Key.Key_Return)
    assert stage.find("inspector").isVisible()
    assert stage.focus().objectName() == "gpuLayers"


def test_whether_it_is_open_is_remembered(make_stage, qtbot) -> None:
    settings = FakeSettings()
    settings.put("window.inspector", True)
    stage: Stage = make_stage(settings=settings, placement=FakePlacement())
    assert stage.window.room.geometry().right() == stage.window.width() - 9 - 356
    qtbot.waitUntil(lambda: stage.window.findChild(QWidget, "inspector") is not None)
    assert stage.find("inspector").isVisible()
    assert stage.window.room.header.inspector.isChecked()
    assert stage.focus().objectName() == "composerText"
    stage.control(Qt.Key.Key_I)
    assert settings.values["window.inspector"] is False


def test_the_settings_take_its_place_and_give_it_back(sight: Sight) -> None:
    stage = sight.stage
    stage.control(Qt.Key.Key_Comma)
    assert not sight.room.isVisible()
    assert stage.find("settingsRoom").geometry().right() == stage.window.width() - 9
    stage.key(Qt.Key.Key_Escape)
    assert sight.room.isVisible()
    assert stage.settings.values["window.inspector"] is True


def test_ctrl_i_leads_from_the_settings_to_it(sight: Sight) -> None:
    sight.stage.control(Qt.Key.Key_Comma)
    sight.stage.control(Qt.Key.Key_I)
    assert sight.room.isVisible()
    assert sight.stage.focus().objectName() == "gpuLayers"


def test_it_fades_and_is_gone_at_the_end(make_stage, qtbot) -> None:
    stage: Stage = make_stage(placement=FakePlacement())
    stage.theme.choose(Motion.FULL)
    stage.control(Qt.Key.Key_I)
    room = stage.find("inspector")
    end = stage.window.width() - 8 - 348
    qtbot.waitUntil(lambda: room.x() == end and not room.graphicsEffect().isEnabled())
    stage.control(Qt.Key.Key_I)
    # It is on its way out, and what it took is the first room's at once.
    assert stage.window.room.geometry().right() == stage.window.width() - 9
    qtbot.waitUntil(room.isHidden)


# Its place


def test_it_stands_beside_the_conversation(sight: Sight) -> None:
    window, room = sight.stage.window, sight.room
    assert room.width() == 348
    assert (room.x(), room.y()) == (window.width() - 8 - 348, 8)
    assert room.height() == window.height() - 16
    assert window.room.geometry().right() == room.x() - 9


def test_in_a_narrow_window_it_lies_over_the_conversation(sight: Sight) -> None:
    window = sight.stage.window
    window.resize(1119, 700)
    QApplication.processEvents()
    assert window.room.geometry().right() == sight.room.geometry().right() == window.width() - 9
    assert window.childAt(sight.room.geometry().center()).window() is window
    assert sight.room.isAncestorOf(window.childAt(sight.room.geometry().center()))
    window.resize(1120, 700)
    QApplication.processEvents()
    assert window.room.geometry().right() == sight.room.x() - 9


def test_closing_the_sidebar_leaves_it_where_it_is(sight: Sight) -> None:
    before = sight.room.geometry()
    sight.stage.click(sight.stage.window.sidebar.closer)
    assert sight.room.geometry() == before
    assert sight.stage.window.room.geometry().right() == before.x() - 9


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_it_has_the_colours_of_the_theme(sight: Sight, appearance: Appearance) -> None:
    sight.stage.theme.choose(appearance)
    QApplication.processEvents()
    picture = sight.room.grab().toImage()
    theme = sight.stage.theme
    assert picture.pixelColor(8, 100) == theme.color("surface")
    sight.placement.choose(gpu_layers=20)
    picture = sight.room.foot.grab().toImage()
    assert picture.pixelColor(8, 20) == theme.color("sunken")


# Keys


def test_f6_goes_through_it(sight: Sight) -> None:
    stage = sight.stage
    stage.chats.open(3)
    assert stage.focus().objectName() == "gpuLayers"
    names: list[str] = []
    for _ in range(5):
        stage.key(Qt.Key.Key_F6)
        names.append(stage.focus().objectName())
    assert names == ["chatList", "modelButton", "transcript", "composerText", "gpuLayers"]
    stage.key(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert stage.focus().objectName() == "composerText"


def test_tab_goes_from_the_composer_into_it_and_down(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=20)
    sight.page.options.more.setChecked(True)
    stage = sight.stage
    stage.window.room.composer.editor.setFocus()
    names: list[str] = []
    while len(names) < 30 and (not names or names[-1] != "reloadModel"):
        stage.key(Qt.Key.Key_Tab)
        names.append(stage.focus().objectName())
    assert names[names.index("closeInspector") :] == [
        "closeInspector", "gpuAuto", "gpuLayers", "contextLength", "cacheType", "threads", "moreOptions",
        "flashAttention", "batch", "lockMemory", "mapFile", "undoChoice", "reloadModel",
    ]  # fmt: skip
    assert not {"chatList", "modelButton"} & set(names)


def test_the_header_s_button_comes_after_the_model(sight: Sight) -> None:
    sight.stage.window.room.header.model.setFocus()
    sight.stage.key(Qt.Key.Key_Tab)
    assert sight.stage.focus().objectName() == "openInspector"


def test_what_is_scrolled_out_of_sight_is_scrolled_to(sight: Sight) -> None:
    sight.stage.window.resize(1280, 640)
    sight.page.options.more.setChecked(True)
    QApplication.processEvents()
    sight.page.options.lock.setFocus()
    sight.stage.key(Qt.Key.Key_Tab)
    last = sight.page.options.map_file
    assert last.hasFocus()
    place = last.mapTo(sight.page.viewport(), last.rect().center())
    assert sight.page.viewport().rect().contains(place)


def test_words_typed_in_it_are_meant_for_the_message(sight: Sight) -> None:
    sight.stage.key(Qt.Key.Key_X)
    assert sight.stage.window.room.composer.text() == "x"


def test_every_control_has_a_name_for_screen_readers(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=30)
    sight.page.options.more.setChecked(True)
    controls = [
        widget
        for widget in sight.room.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QAbstractButton | QLineEdit)
    ]
    assert len(controls) > 12
    for control in controls:
        assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text()), control
        assert control.objectName(), control
    sliders = [slider for slider in sight.room.findChildren(QAbstractSlider) if not isinstance(slider, QScrollBar)]
    assert all(slider.accessibleDescription() for slider in sliders)


# What it says


def test_no_model_no_figures(open_sight) -> None:
    placement = FakePlacement()
    placement.has_model = False
    sight: Sight = open_sight(placement)
    assert "No model is chosen" in sight.words()
    assert "GPU layers" not in sight.words()
    assert sight.stage.focus().objectName() == "closeInspector"
    placement.has_model = True
    placement.changed.emit()
    assert "GPU layers" in sight.words()


def test_it_says_which_model(sight: Sight) -> None:
    assert "DeepSeek R1 8B" in sight.words()


def test_what_changes_while_it_is_closed_is_there_when_it_opens(sight: Sight) -> None:
    sight.stage.control(Qt.Key.Key_I)
    sight.placement.choose(gpu_layers=7)
    sight.stage.control(Qt.Key.Key_I)
    assert sight.page.gpu.slider.value() == 7


# The foot


def test_the_foot_is_there_only_when_something_changed(sight: Sight) -> None:
    assert not sight.room.foot.isVisible()
    sight.placement.choose(gpu_layers=22)
    assert sight.room.foot.isVisible()
    assert "GPU layers 18 → 22" in sight.words()
    assert "more" not in sight.room.foot._others.text()


def test_the_foot_counts_what_else_changed(sight: Sight) -> None:
    changes = (
        Change("GPU layers", "18", "22"),
        Change("Context length", "8,192", "4,096"),
        Change("Threads", "6", "4"),
    )
    sight.placement.be(changes=changes)
    assert "GPU layers 18 → 22" in sight.words()
    assert "and 2 more" in sight.words()
    assert "Context length 8,192 → 4,096" in sight.room.foot.toolTip()
    assert "Threads 6 → 4" in sight.room.foot.reload.accessibleDescription()


def test_undo_and_reload_reach_the_service_and_the_foot_leaves(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    sight.stage.click(sight.room.foot.undo)
    assert sight.placement.calls[-1] == ("undo",)
    assert not sight.room.foot.isVisible()
    sight.placement.choose(gpu_layers=22)
    sight.room.foot.reload.setFocus()
    sight.stage.key(Qt.Key.Key_Return)
    assert sight.placement.calls[-1] == ("apply",)
    assert not sight.room.foot.isVisible()
    # The button went, and the keyboard stays in the room.
    assert sight.stage.focus().objectName() == "gpuLayers"


def test_reload_is_green_only_where_it_fits(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    assert sight.room.foot.reload.kind is Kind.PRIMARY
    sight.placement.choose(gpu_layers=30)
    assert sight.room.foot.reload.kind is Kind.STANDARD
    assert sight.room.foot.reload.isEnabled()


def test_while_the_model_loads_nothing_can_be_applied(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    sight.room.foot.reload.setFocus()
    sight.stage.models.be(EngineState.LOADING)
    assert not sight.room.foot.reload.isEnabled()
    assert not sight.room.foot.undo.isEnabled()
    assert sight.stage.focus().objectName() == "gpuLayers"
    sight.stage.models.be(EngineState.READY)
    assert sight.room.foot.reload.isEnabled()


def test_opened_while_the_model_loads_it_knows(make_stage) -> None:
    stage: Stage = make_stage(placement=FakePlacement())
    stage.models.be(EngineState.LOADING)
    stage.control(Qt.Key.Key_I)
    stage.placement.choose(gpu_layers=22)
    assert not stage.find("reloadModel").isEnabled()
