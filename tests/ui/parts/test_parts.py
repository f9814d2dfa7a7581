"""The parts by themselves."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.parts.buttons import Button, IconButton, Kind, Look, Scale
from desktop.ui.parts.fields import LabelledField
from desktop.ui.parts.gallery import Gallery
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.toast import Toast
from desktop.ui.parts.toggles import Segmented, Switch
from desktop.ui.parts.tooltip import plain
from desktop.ui.theme import Appearance, Theme


def centre_colour(button: Button) -> QColor:
    # Beside the words, inside the border.
    return button.grab().toImage().pixelColor(5, button.height() // 2)


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
@pytest.mark.parametrize(
    ("kind", "rest", "hover", "pressed"),
    [
        (Kind.PRIMARY, "accent", "accentHover", "accentPressed"),
        (Kind.STANDARD, "raised", "raisedHover", "raisedPressed"),
        (Kind.DANGER, "danger", "dangerHover", "dangerPressed"),
    ],
)
def test_a_button_has_the_design_s_colours(
    qtbot: QtBot, theme: Theme, appearance: Appearance, kind: Kind, rest: str, hover: str, pressed: str
) -> None:
    theme.choose(appearance)
    button = Button(theme, "Download", kind)
    qtbot.addWidget(button)
    button.resize(button.sizeHint())
    assert centre_colour(button) == theme.color(rest)
    button.pretend(Look.HOVER)
    assert centre_colour(button) == theme.color(hover)
    button.pretend(Look.PRESSED)
    assert centre_colour(button) == theme.color(pressed)
    button.setEnabled(False)
    assert centre_colour(button) == theme.color("sunken")


def test_with_high_contrast_borders_can_be_seen(theme: Theme) -> None:
    assert theme.color("border") != theme.color("control")
    theme.high_contrast = True
    assert theme.color("border") == theme.color("control")
    assert theme.color("textSecondary") == theme.color("textPrimary")


@pytest.mark.parametrize(("scale", "height"), [(Scale.SMALL, 28), (Scale.NORMAL, 36), (Scale.LARGE, 44)])
def test_a_button_has_the_design_s_height(qtbot: QtBot, theme: Theme, scale: Scale, height: int) -> None:
    button = Button(theme, "Download", scale=scale)
    qtbot.addWidget(button)
    assert button.sizeHint().height() == height


def test_space_and_enter_press_a_button(qtbot: QtBot, theme: Theme) -> None:
    button = Button(theme, "Download")
    qtbot.addWidget(button)
    button.show()
    presses: list[bool] = []
    button.clicked.connect(lambda: presses.append(True))
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert len(presses) == 2


def test_an_icon_button_says_its_name(qtbot: QtBot, theme: Theme) -> None:
    button = IconButton(theme, "copy", "Copy <all>", "Ctrl C")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Copy <all>"
    assert button.toolTip() == "<qt>Copy &lt;all&gt;  Ctrl C</qt>"


def test_tooltips_show_markup_as_it_is() -> None:
    assert plain("<img src='file:///etc/passwd'>").count("<") == 2
    assert plain("") == ""


def test_labels_never_read_markup(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "<h1>big</h1>")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_wrapped_label_has_the_line_height_of_its_role(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "some words that need more than a single line of room", "message", wrap=True)
    qtbot.addWidget(label)
    assert label.heightForWidth(2000) == 24
    assert label.heightForWidth(150) % 24 == 0
    assert label.heightForWidth(150) > 48


def test_an_elided_label_shows_all_of_it_in_a_tooltip(qtbot: QtBot, theme: Theme) -> None:
    label = ElidedLabel(theme, "a long <title> of a chat")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.toolTip() == "<qt>a long &lt;title&gt; of a chat</qt>"
    label.resize(600, 20)
    assert label.toolTip() == ""


def test_a_field_complains_in_a_sentence(qtbot: QtBot, theme: Theme) -> None:
    field = LabelledField(theme, "Folder")
    qtbot.addWidget(field)
    field.complain("This folder is not there any more.")
    assert field.field.accessibleDescription() == "This folder is not there any more."
    field.complain("")
    assert field.field.accessibleDescription() == ""


def test_a_switch_turns_with_a_click_and_with_space(qtbot: QtBot, theme: Theme) -> None:
    switch = Switch(theme, "Reduced motion")
    qtbot.addWidget(switch)
    switch.show()
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.isChecked()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


def test_segments_tell_which_one_is_on(qtbot: QtBot, theme: Theme) -> None:
    segmented = Segmented(theme, "Models", ["Discover", "Installed"])
    qtbot.addWidget(segmented)
    segmented.show()
    with qtbot.waitSignal(segmented.chosen) as told:
        QTest.mouseClick(segmented.findChildren(QWidget)[1], Qt.MouseButton.LeftButton)
    assert told.args == [1]


def test_a_menu_shows_ampersands(qtbot: QtBot, theme: Theme) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    menu = Menu(theme, "Models", holder)
    action = menu.add_model("Salt & Pepper 7B", "Q4_K_M", current=True)
    assert action.property("words") == "Salt & Pepper 7B"
    assert action.text() == "Salt && Pepper 7B"
    menu.grab()


def test_a_toast_leaves_by_itself_and_waits_for_the_focus(qtbot: QtBot, theme: Theme, monkeypatch) -> None:
    monkeypatch.setattr("desktop.ui.parts.toast.STAYS_MS", 150)
    window = QWidget()
    qtbot.addWidget(window)
    anchor = QWidget(window)
    window.resize(600, 400)
    anchor.setGeometry(0, 0, 600, 400)
    window.show()
    window.activateWindow()
    toast = Toast(theme, window, anchor)
    toast.tell("Chat deleted", "Undo")
    assert toast.button is not None
    toast.button.setFocus()
    QTest.qWait(300)
    assert toast.isVisible()
    toast.button.clearFocus()
    qtbot.waitUntil(toast.isHidden, timeout=2000)


def test_a_toast_keeps_a_long_sentence_in_the_window(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    anchor = QWidget(window)
    window.resize(600, 400)
    anchor.setGeometry(0, 0, 600, 400)
    window.show()
    toast = Toast(theme, window, anchor)
    toast.tell("A sentence that is much longer than two words, and then some more. " * 4, warning=True)
    assert window.rect().contains(toast.geometry())
    assert toast.height() > 44


def test_the_gallery_holds_every_part(qtbot: QtBot, theme: Theme) -> None:
    for appearance in (Appearance.LIGHT, Appearance.DARK):
        theme.choose(appearance)
        gallery = Gallery(theme)
        qtbot.addWidget(gallery)
        gallery.show()
        QApplication.processEvents()
        picture = gallery.grab().toImage()
        assert picture.pixelColor(2, 2) == theme.color("surface")
        assert picture.pixelColor(122, 76) == theme.color("accent")


def test_windows_and_rings_can_go_in_any_order(qtbot: QtBot, theme: Theme) -> None:
    for _ in range(5):
        gallery = Gallery(theme)
        gallery.show()
        QApplication.processEvents()
        gallery.close()
        del gallery
        gc.collect()
