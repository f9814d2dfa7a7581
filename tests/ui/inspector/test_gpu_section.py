"""GPU layers: the number, the slider with mouse and keys, Auto, and what does not fit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.models import EngineState
from desktop.ui.inspector.gpu_slider import GpuSlider, Ticks
from desktop.ui.parts.sliders import Slider
from desktop.ui.theme import Appearance
from tests.ui.inspector.conftest import Sight
from tests.ui.stand_ins import FakePlacement


def wheel(widget: QWidget, notches: int) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def colour(slider: Slider, value: float) -> QColor:
    """What the track shows at a value, at its middle line."""
    return slider.grab().toImage().pixelColor(round(slider.place(value)), slider.height() // 2)


# What is shown


def test_every_figure_is_there(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    words = sight.words()
    assert "22 of 33" in words
    assert "about 49 tok/s, now 42" in words
    assert "0, 26 fit, 33" in words
    assert "More is faster, as long as it fits." in words


def test_no_speed_is_claimed_before_it_is_known(sight: Sight) -> None:
    sight.placement.be(tokens_per_second=0.0)
    assert "tok/s" not in sight.words()
    sight.placement.be(expected=8.25)
    assert "about 8.2 tok/s" in sight.words()
    sight.placement.be(expected=0.0, tokens_per_second=42.0)
    assert "now 42 tok/s" in sight.words()


def test_a_screen_reader_knows_name_value_and_words(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    slider = QAccessible.queryAccessibleInterface(sight.page.gpu.slider)
    assert slider.role() is QAccessible.Role.Slider
    assert slider.text(QAccessible.Text.Name) == "GPU layers"
    assert slider.text(QAccessible.Text.Value) == "22"
    assert slider.text(QAccessible.Text.Description) == "22 of 33 layers on the graphics card; 26 fit"
    sight.placement.choose(gpu_layers=-1)
    assert slider.text(QAccessible.Text.Description) == ("26 of 33 layers on the graphics card; 26 fit; chosen by Snug")


@pytest.mark.parametrize(
    ("fits", "marks"),
    [(26, ["0", "26 fit", "33"]), (33, ["0", "33 fit"]), (0, ["0 fit", "33"]), (-1, ["0", "33"])],
)
def test_the_ticks_say_what_fits(sight: Sight, fits: int, marks: list[str]) -> None:
    sight.placement.be(fits=fits)
    assert sight.stage.window.findChild(Ticks).marks() == marks


@pytest.mark.parametrize(
    ("fits", "shown"), [(1, {"1 fit", "33"}), (16, {"0", "16 fit", "33"}), (32, {"0", "32 fit"}), (33, {"0", "33 fit"})]
)
def test_a_tick_gives_way_to_what_fits(sight: Sight, fits: int, shown: set[str]) -> None:
    sight.placement.be(fits=fits)
    ticks = sight.stage.window.findChild(Ticks)
    places = sorted(ticks.spread().values())
    assert set(ticks.spread()) == shown
    assert all(left[1] + 8 <= right[0] for left, right in pairwise(places))
    assert places[0][0] >= 14
    assert places[-1][1] <= ticks.width() - 14


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_what_fits_is_green_what_does_not_is_hatched_and_brass_where_chosen(
    sight: Sight, appearance: Appearance
) -> None:
    theme = sight.stage.theme
    theme.choose(appearance)
    sight.placement.choose(gpu_layers=18)
    slider = sight.page.gpu.slider
    assert colour(slider, 5) == theme.color("accent")
    assert colour(slider, 23) == theme.color("trackOff")
    picture = slider.grab().toImage()
    row = [picture.pixelColor(x, slider.height() // 2) for x in range(round(slider.place(27)), round(slider.place(32)))]
    assert theme.color("hatchSoft") in row
    assert theme.color("hatchDeep") in row
    sight.placement.choose(gpu_layers=32)
    assert colour(slider, 5) == theme.color("accent")
    assert colour(slider, 27.5) == theme.color("statusBusy")


# The mouse


def test_dragging_chooses_at_once(sight: Sight) -> None:
    sight.drag(sight.page.gpu.slider, 20, 25, 24, release=False)
    assert sight.chosen() == [{"gpu_layers": 20}, {"gpu_layers": 25}, {"gpu_layers": 24}]
    assert "24 of 33" in sight.words()


def test_taking_the_thumb_changes_nothing(sight: Sight) -> None:
    slider = sight.page.gpu.slider
    beside = QPoint(round(slider.place(slider.value())) + 10, slider.height() // 2)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=beside)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=beside)
    assert sight.chosen() == []


def test_a_click_on_the_track_brings_the_thumb(sight: Sight) -> None:
    slider = sight.page.gpu.slider
    sight.stage.click(slider, QPoint(round(slider.place(5)), slider.height() // 2))
    assert sight.chosen() == [{"gpu_layers": 5}]


def test_the_ends_can_be_reached(sight: Sight) -> None:
    slider = sight.page.gpu.slider
    sight.stage.click(slider, QPoint(1, slider.height() // 2))
    sight.stage.click(slider, QPoint(slider.width() - 2, slider.height() // 2))
    assert sight.chosen() == [{"gpu_layers": 0}, {"gpu_layers": 33}]


def test_the_wheel_turns_it_only_with_the_keyboard_on_it(sight: Sight) -> None:
    slider = sight.page.gpu.slider
    sight.stage.control(Qt.Key.Key_L)
    wheel(slider, 1)
    assert sight.chosen() == []
    slider.setFocus()
    wheel(slider, 1)
    wheel(slider, -2)
    assert sight.chosen() == [{"gpu_layers": 19}, {"gpu_layers": 17}]


# Keys


@pytest.mark.parametrize(
    ("key", "layers"),
    [
        (Qt.Key.Key_Right, 19), (Qt.Key.Key_Up, 19), (Qt.Key.Key_Left, 17), (Qt.Key.Key_Down, 17),
        (Qt.Key.Key_PageUp, 22), (Qt.Key.Key_PageDown, 14), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 33),
    ],
)  # fmt: skip
def test_the_keys(sight: Sight, key: Qt.Key, layers: int) -> None:
    sight.stage.key(key)
    assert sight.chosen() == [{"gpu_layers": layers}]


def test_the_ring_goes_with_the_thumb(sight: Sight) -> None:
    sight.stage.key(Qt.Key.Key_Home)
    ring = sight.stage.window.ring
    left = ring.x()
    sight.stage.key(Qt.Key.Key_PageUp)
    assert ring.target() is sight.page.gpu.slider
    assert ring.x() > left


# Auto


def test_auto_is_a_switch_and_the_thumb_follows(sight: Sight) -> None:
    sight.stage.click(sight.page.gpu.auto)
    assert sight.chosen() == [{"gpu_layers": -1}]
    assert sight.page.gpu.slider.value() == 26
    assert colour(sight.page.gpu.slider, 5) == sight.stage.theme.color("control")
    sight.stage.click(sight.page.gpu.auto)
    assert sight.chosen()[-1] == {"gpu_layers": 26}


def test_dragging_turns_auto_off(open_sight) -> None:
    sight: Sight = open_sight(FakePlacement(gpu_layers=-1))
    assert sight.page.gpu.auto.isChecked()
    sight.drag(sight.page.gpu.slider, 12)
    assert not sight.page.gpu.auto.isChecked()
    assert sight.chosen() == [{"gpu_layers": 12}]
    assert colour(sight.page.gpu.slider, 5) == sight.stage.theme.color("accent")


def test_auto_follows_what_else_is_chosen(open_sight) -> None:
    sight: Sight = open_sight(FakePlacement(gpu_layers=-1))
    sight.placement.choose(context_length=65_536)
    assert sight.page.gpu.slider.value() < 26
    assert sight.chosen() == [{"context_length": 65_536}]


# Too big


def test_what_does_not_fit_is_said_with_a_way_out(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=30)
    words = sight.words()
    assert "Does not fit" in words
    assert "0.4 GB more than the graphics card has. The model may not load." in words
    assert sight.page.gpu.notice.text().endswith("Use 26 instead")
    assert not sight.page.gpu.about.isVisible()
    sight.stage.click(sight.page.gpu.notice.link)
    assert sight.placement.calls[-1] == ("take_remedy",)
    assert not sight.page.gpu.notice.isVisible()


def test_the_way_out_is_reached_by_keyboard_and_gives_it_back(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=30)
    sight.stage.key(Qt.Key.Key_Tab)
    assert sight.stage.focus().objectName() == "remedy"
    assert sight.stage.focus().accessibleName() == "Use 26 instead"
    sight.stage.key(Qt.Key.Key_Return)
    assert sight.page.gpu.slider.value() == 26
    assert sight.stage.focus() is sight.page.gpu.slider


def test_the_way_out_can_be_pressed_where_it_is_written(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=30)
    notice, link = sight.page.gpu.notice, sight.page.gpu.notice.link
    picture = notice.grab().toImage()
    ink = sight.stage.theme.color("onWarningSoft")
    place = link.geometry()
    line = range(place.center().y() - 7, place.center().y() + 7)
    written = {x for x in range(40, notice.width()) for y in line if picture.pixelColor(x, y) == ink}
    # They are the last words of the line.
    assert place.right() - 8 <= max(written) <= place.right()
    assert link.height() >= 28
    assert notice.rect().right() > link.geometry().right()


def test_a_problem_without_a_remedy_has_no_button(sight: Sight) -> None:
    sight.placement.be(problem="Main memory is too small for this model.", remedy="")
    assert "Main memory is too small for this model." in sight.words()
    assert not sight.page.gpu.notice.link.isVisible()


# No card


def test_without_a_card_a_sentence_stands_in_its_place(open_sight) -> None:
    why = "No graphics card that Snug can use was found here."
    placement = FakePlacement(gpu_layers=-1, cards=0, no_card=why)
    sight: Sight = open_sight(placement)
    assert why in sight.words()
    assert not sight.page.gpu.slider.isVisible()
    assert not sight.page.gpu.slider.isEnabled()
    assert not sight.page.gpu.auto.isVisible()
    assert "Main memory" in sight.words()
    assert sight.stage.focus().objectName() == "contextLength"
    sight.stage.key(Qt.Key.Key_Right)
    assert list(sight.chosen()[-1]) == ["context_length"]


# While something else happens


def test_dragging_goes_on_while_a_model_loads(sight: Sight) -> None:
    slider = sight.page.gpu.slider
    sight.drag(slider, 20, release=False)
    sight.stage.models.be(EngineState.LOADING)
    sight.drag(slider, 21)
    sight.stage.models.be(EngineState.READY)
    assert slider.value() == 21
    assert not slider.isSliderDown()


def test_a_choice_that_is_not_taken_is_not_shown(sight: Sight, monkeypatch: pytest.MonkeyPatch) -> None:
    sight.placement.be(layers=18)
    sight.drag(sight.page.gpu.slider, 25)
    assert sight.page.gpu.slider.value() == 18
    assert "18 of 33" in sight.words()


def test_the_model_may_go_while_the_thumb_is_held(sight: Sight) -> None:
    slider = sight.page.gpu.slider
    sight.drag(slider, 20, release=False)
    sight.placement.has_model = False
    sight.placement.changed.emit()
    assert not slider.isVisible()
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton)
    assert not slider.isSliderDown()


def test_a_model_with_no_layers_breaks_nothing(sight: Sight) -> None:
    sight.placement.be(layers=0, steps=0, fits=0)
    assert isinstance(sight.page.gpu.slider, GpuSlider)
    sight.page.gpu.slider.grab()
    sight.stage.key(Qt.Key.Key_Right)
    assert sight.chosen() == []
