"""What is chosen, what the system wants, and what comes of both."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.theme import Appearance, Contrast, Motion, Theme, tokens

GROUNDS = (
    *("window", "sidebar", "surface", "raised", "sunken", "overlay", "bubbleUser", "codeBackground", "codeHeader"),
    *("rowHover", "rowPressed", "rowSelected", "surfaceHover", "surfacePressed", "raisedHover", "raisedPressed"),
)


@pytest.fixture
def systems(qapp: QApplication) -> Theme:
    """A theme that nobody chose anything for."""
    return Theme()


def test_what_nobody_chose_is_the_systems(qtbot: QtBot, systems: Theme) -> None:
    with qtbot.waitSignals([systems.changed, systems.motion_changed]):
        systems.hear(high_contrast=True, reduced_motion=True)
    assert systems.high_contrast
    assert systems.duration("slow") == 0
    with qtbot.waitSignals([systems.changed, systems.motion_changed]):
        systems.hear(high_contrast=False, reduced_motion=False)
    assert not systems.high_contrast
    assert systems.duration("slow") == 260


@pytest.mark.parametrize("wanted", [True, False])
def test_what_somebody_chose_is_not(qtbot: QtBot, wanted: bool) -> None:
    for contrast, motion in ((Contrast.HIGH, Motion.REDUCED), (Contrast.USUAL, Motion.FULL)):
        theme = Theme(Appearance.LIGHT, contrast, motion)
        with qtbot.assertNotEmitted(theme.changed), qtbot.assertNotEmitted(theme.motion_changed):
            theme.hear(high_contrast=wanted, reduced_motion=wanted)
        assert theme.high_contrast is (contrast is Contrast.HIGH)
        assert theme.reduced_motion is (motion is Motion.REDUCED)


def test_what_the_system_wants_is_known_when_it_is_chosen_again(systems: Theme) -> None:
    systems.choose(Contrast.USUAL, Motion.FULL)
    systems.hear(high_contrast=True, reduced_motion=True)
    systems.choose(Contrast.SYSTEM, Motion.SYSTEM)
    assert systems.high_contrast
    assert systems.reduced_motion


@pytest.mark.parametrize("kind", [Appearance, Contrast, Motion])
def test_a_choice_that_nobody_knows_is_the_systems(kind: type[Appearance | Contrast | Motion]) -> None:
    assert kind("sepia") is kind("system")
    assert kind(7) is kind("system")


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_with_high_contrast_every_line_and_every_word_can_be_seen(qapp: QApplication, appearance: Appearance) -> None:
    theme = Theme(appearance, Contrast.HIGH)
    for name in ("border", "borderStrong", "scrollThumb", "control"):
        assert {ground: ratio for ground in GROUNDS if (ratio := _ratio(theme, name, ground)) < 3} == {}, name
    for name in ("textPrimary", "textSecondary", "textMuted", "textDisabled"):
        assert {ground: ratio for ground in GROUNDS if (ratio := _ratio(theme, name, ground)) < 4.5} == {}, name


def test_usual_contrast_is_the_designs(qapp: QApplication) -> None:
    theme = Theme(Appearance.LIGHT, Contrast.USUAL)
    assert all(theme.hex(name) == value.lower() for name, value in tokens()["color"]["light"].items() if len(value) < 9)


def _ratio(theme: Theme, ink: str, ground: str) -> float:
    """As WCAG 2 counts it, from 1 to 21."""
    low, high = sorted((_luminance(theme.color(ink)), _luminance(theme.color(ground))))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: QColor) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in color.getRgbF()[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
