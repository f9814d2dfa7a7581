"""Formulas in a message: a picture in the line, LaTeX on the clipboard, and a window that goes on meanwhile."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from pytestqt.qtbot import QtBot

from desktop.ui.chat import formulas, typesetting
from desktop.ui.chat.drawing import UNIT, Drawing
from desktop.ui.chat.formula_leaf import FormulaLeaf
from desktop.ui.chat.formulas import Formulas
from desktop.ui.chat.leaf import TextLeaf
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.typesetting import typeset
from desktop.ui.theme import Appearance, Theme

Make = Callable[..., MessageBody]


def wait(qtbot: QtBot) -> None:
    """Until all formulas are set and shown."""
    qtbot.waitUntil(lambda: not formulas.shared().busy, timeout=30_000)


@pytest.fixture
def shown(body: Make, qtbot: QtBot) -> Make:
    """A message with its formulas."""

    def make(markdown: str, width: int = 600) -> MessageBody:
        result = body(markdown, width)
        wait(qtbot)
        result.resize(width, result.lay_out(width))
        return result

    return make


def ink(image: QImage, paper: QColor) -> list[tuple[int, int]]:
    return [(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) != paper]


def painted(source: str, size: float, color: str, ratio: float = 1.0) -> QImage:
    """A formula whose base line is at 60 of 100 pixels."""
    drawing = typeset(source)
    assert drawing is not None
    image = QImage(int(200 * ratio), int(100 * ratio), QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    with QPainter(image) as painter:
        formulas.paint(painter, QPointF(10, 60), drawing, size, QColor(color))
    return image


class TestPainting:
    def test_letters_stand_on_the_base_line(self) -> None:
        rows = [y for _, y in ink(painted(r"\(\mathrm{H}\)", 40, "#ff0000"), QColor("white"))]
        assert max(rows) == 59
        assert 20 <= len(set(rows)) <= 32

    def test_it_is_as_fine_as_the_screen(self) -> None:
        once = painted(r"\(\mathrm{H}\)", 40, "#ff0000")
        twice = painted(r"\(\mathrm{H}\)", 40, "#ff0000", 2.0)
        ratio = len(ink(twice, QColor("white"))) / len(ink(once, QColor("white")))
        assert 3.2 < ratio < 4.4

    @pytest.mark.parametrize("color", ["#ff0000", "#00ff00"])
    def test_it_has_the_colour_that_was_asked_for(self, color: str) -> None:
        image = painted(r"\(\frac{a}{b}\)", 40, color)
        assert any(image.pixelColor(x, y) == QColor(color) for x, y in ink(image, QColor("white")))


class TestKeeping:
    def test_a_formula_is_set_once_and_not_on_the_windows_thread(self, qtbot: QtBot, monkeypatch) -> None:  # type: ignore[no-untyped-def]
        threads: list[int] = []

        def slow(source: str) -> object:
            if source == "$q$":
                threads.append(threading.get_ident())
            return typeset(source)

        monkeypatch.setattr(typesetting, "typeset", slow)
        kept = Formulas()
        with qtbot.waitSignal(kept.changed, timeout=30_000):
            assert kept.find("$q$") is None
            assert kept.find("$q$") is None
            assert kept.waits_for("$q$")
        assert kept.find("$q$") is not None
        assert len(threads) == 1
        assert threads[0] != threading.get_ident()

    def test_what_cannot_be_set_is_not_tried_again(self, qtbot: QtBot) -> None:
        kept = Formulas()
        with qtbot.waitSignal(kept.changed, timeout=30_000):
            kept.find(r"$\unknown$")
        assert kept.find(r"$\unknown$") is None
        assert not kept.waits_for(r"$\unknown$")

    def test_the_oldest_is_forgotten_when_there_are_too_many(self, qtbot: QtBot, monkeypatch) -> None:  # type: ignore[no-untyped-def]
        monkeypatch.setattr(formulas, "KEPT", 3_000)
        kept = Formulas()
        for source in ("$a$", "$b$", "$c$"):
            with qtbot.waitSignal(kept.changed, timeout=30_000):
                kept.find(source)
        assert kept.find("$c$") is not None
        assert kept.find("$a$") is None


class TestMessage:
    def test_it_takes_the_place_of_its_source(self, shown: Make) -> None:
        leaf = shown(r"Let \(\frac{\alpha\beta\gamma}{\delta\epsilon}\) be.").column.leaves[0]
        assert isinstance(leaf, TextLeaf)
        start = leaf.text.index("\\")
        end = leaf.text.index(")") + 1
        assert 15 < leaf.rect_at(end).x() - leaf.rect_at(start).x() < 60
        assert leaf.height > 24

    def test_a_small_one_leaves_the_line_as_high_as_it_was(self, shown: Make) -> None:
        assert shown("Let $x$ be.").column.height == 24

    def test_one_that_cannot_be_drawn_is_its_source(self, shown: Make) -> None:
        widget = shown(r"Let \(\unknown{x}\) be." + "\n\n" + r"\[\unknown{x}\]")
        assert widget.plain_text() == r"Let \(\unknown{x}\) be." + "\n\n" + r"\[\unknown{x}\]"
        formula = widget.column.leaves[1]
        assert isinstance(formula, FormulaLeaf)
        assert formula.drawing is None
        assert not formula.waiting

    def test_a_display_formula_is_in_the_middle(self, shown: Make) -> None:
        leaf = shown("$$x$$").column.leaves[0]
        length = len(leaf.text)
        assert leaf.rect_at(0).x() + leaf.rect_at(length).x() == pytest.approx(600, abs=2)

    def test_a_wide_display_formula_is_scrolled(self, shown: Make) -> None:
        leaf = shown("$$" + "+".join(f"x_{{{n}}}" for n in range(40)) + "$$", 300).column.leaves[0]
        assert isinstance(leaf, FormulaLeaf)
        assert leaf.sideways.reach > 100
        assert leaf.scroll_by(50)

    def test_one_in_a_line_is_never_wider_than_the_line(self, shown: Make) -> None:
        for width in (500, 400, 200):
            leaf = shown("See $" + "+".join(f"x_{{{n}}}" for n in range(15)) + "$ here.", width).column.leaves[0]
            assert isinstance(leaf, TextLeaf)
            assert leaf.block.natural_width() <= width

    @pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
    def test_it_has_the_colour_of_the_text(self, appearance: Appearance, shown: Make, theme: Theme) -> None:
        widget = shown(r"$$\rule{1em}{1em}x\blacksquare$$")
        theme.choose(appearance)
        image = widget.grab().toImage()
        expected = theme.color("textPrimary")
        assert any(image.pixelColor(x, y) == expected for x in range(image.width()) for y in range(image.height()))

    def test_another_theme_needs_no_formula_to_be_set_again(self, shown: Make, theme: Theme) -> None:
        widget = shown("$$x$$ and $y$")
        height = widget.column.height
        theme.choose(Appearance.DARK)
        assert not formulas.shared().busy
        assert widget.column.height == height

    def test_the_message_says_that_its_height_is_another_one(self, body: Make, qtbot: QtBot) -> None:
        widget = body()
        with qtbot.waitSignal(widget.height_changed, timeout=30_000):
            widget.set_text(r"\[\frac{\frac{p}{q}}{\frac{r}{s+1}}\]")
        before = widget.column.height
        with qtbot.waitSignal(widget.height_changed, timeout=30_000):
            pass
        assert widget.column.height > before

    def test_many_are_shown_after_the_text(self, shown: Make) -> None:
        widget = shown("\n\n".join(rf"Number $x_{{{n}}}$ is \[ \frac{{{n}}}{{2}} \]" for n in range(60)))
        drawn = [leaf for leaf in widget.column.leaves if isinstance(leaf, FormulaLeaf)]
        assert len(drawn) == 60
        assert all(leaf.drawing is not None for leaf in drawn)

    def test_a_table_and_a_heading_have_them_too(self, shown: Make) -> None:
        widget = shown("# Of $x$\n\n| a |\n|---|\n| $\\frac{a}{b}$ |")
        assert not any(leaf.waiting for leaf in widget.column.leaves)
        assert widget.plain_text() == "Of $x$\n\na\n$\\frac{a}{b}$"

    def test_hebrew_with_a_formula_first_still_reads_from_the_right(self, shown: Make) -> None:
        leaf = shown("$x$ שלום").column.leaves[0]
        assert isinstance(leaf, TextLeaf)
        assert leaf.block.from_right
        assert leaf.rect_at(0).x() > 500


class TestWriting:
    def test_an_open_formula_is_its_source_and_becomes_a_picture_when_it_closes(self, body: Make, qtbot: QtBot) -> None:
        widget = body()
        widget.set_streaming(True)

        def drawings() -> list[Drawing | None]:
            return [leaf.drawing for leaf in widget.column.leaves if isinstance(leaf, FormulaLeaf)]

        widget.append("So\n\n\\[\n\\frac{1}{7}\n")
        qtbot.waitUntil(lambda: drawings() == [None])
        wait(qtbot)
        assert drawings() == [None]
        assert widget.plain_text() == "So\n\n\\[\n\\frac{1}{7}"
        widget.append("\\]\n")
        qtbot.waitUntil(lambda: len(drawings()) == 1 and None not in drawings(), timeout=30_000)
        assert "ziamath" in sys.modules

    def test_one_in_a_line_stays_while_the_line_goes_on(self, body: Make, qtbot: QtBot) -> None:
        widget = body()
        widget.append("Let $a^2$")
        wait(qtbot)
        widget.append(" and")
        leaf = widget.column.leaves[0]
        assert isinstance(leaf, TextLeaf)
        assert not leaf.block.waiting
        assert leaf.rect_at(9).x() - leaf.rect_at(4).x() < 4 * UNIT


class TestCopying:
    SOURCE = "Let $x^2$ and\n\n\\[\ny\n\\]\n\n- \\(z\\)"

    def test_text_and_markdown_have_the_latex(self, shown: Make) -> None:
        widget = shown(self.SOURCE)
        widget.select_all()
        assert widget.selected_text() == "Let $x^2$ and\n\n\\[\ny\n\\]\n\n• \\(z\\)"
        assert widget.selected_markdown() == self.SOURCE
        widget.copy()
        assert QGuiApplication.clipboard().text() == widget.selected_text()

    def test_the_markdown_of_a_bold_one_is_a_formula_again(self, shown: Make) -> None:
        widget = shown("**so $x$** it\\[ y \\] is")
        widget.select_all()
        assert widget.selected_markdown() == "**so** **$x$** it\n\n\\[ y \\]\n\nis"

    def test_a_part_of_a_formula_cannot_be_selected(self, shown: Make, qtbot: QtBot) -> None:
        widget = shown("Let $x^2$ be")
        widget.setFocus()
        for _ in range(4):
            qtbot.keyClick(widget, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        assert widget.selected_text() == "Let "
        qtbot.keyClick(widget, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        assert widget.selected_text() == "Let $x^2$"
        qtbot.keyClick(widget, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
        assert widget.selected_text() == "Let "

    def test_a_double_click_selects_it_all(self, shown: Make, qtbot: QtBot) -> None:
        widget = shown("Let $x^2 + y$ be")
        leaf = widget.column.leaves[0]
        at = QPointF(leaf.rect_at(4).x() + 8, 12).toPoint()
        qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=at)
        assert widget.selected_text() == "$x^2 + y$"
