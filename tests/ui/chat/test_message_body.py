"""A message can be read, selected, copied and walked through with the keyboard, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.chat.code_leaf import CodeLeaf
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.theme import Appearance, Theme

Make = Callable[..., MessageBody]

MIXED = """A first paragraph with **bold** words.

- one
- two

```python
x = 1
```

| a | b |
|---|---|
| c | d |

The end.
"""


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def center_of(body: MessageBody, leaf: int, position: int) -> QPoint:
    rect = body.column.leaves[leaf].rect_at(position)
    return QPointF(rect.x(), rect.center().y()).toPoint()


def drag(qtbot: QtBot, body: MessageBody, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(body, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(body, end)
    QApplication.sendEvent(body, _move(body, end))
    qtbot.mouseRelease(body, Qt.MouseButton.LeftButton, pos=end)


def _move(body: MessageBody, at: QPoint):  # type: ignore[no-untyped-def]
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(body.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


class TestReading:
    def test_it_is_as_high_as_its_text_needs_and_wraps_anew_when_it_gets_narrower(self, body: Make) -> None:
        widget = body("word " * 100)
        wide = widget.heightForWidth(600)
        narrow = widget.heightForWidth(300)
        assert narrow > wide
        assert wide % 24 == 0
        widget.resize(300, narrow)
        assert widget.grab().height() == narrow

    def test_plain_text_has_the_marks_of_lists(self, body: Make) -> None:
        assert body(MIXED).plain_text() == (
            "A first paragraph with bold words.\n\n• one\n• two\n\nx = 1\n\na\tb\nc\td\n\nThe end."
        )

    def test_another_theme_paints_it_in_other_colours(self, body: Make, theme: Theme) -> None:
        widget = body(MIXED)
        light = colours(widget.grab().toImage())
        theme.choose(Appearance.DARK)
        assert theme.color("codeBackground").name() in colours(widget.grab().toImage())
        assert theme.color("codeBackground").name() not in light

    def test_code_has_the_colours_of_its_language(self, body: Make, theme: Theme, qtbot: QtBot) -> None:
        widget = body('```python\nimport os\nprint("text")\n```')
        leaf = widget.column.leaves[0]
        assert isinstance(leaf, CodeLeaf)
        # A language that is seen for the first time is coloured a moment after it was painted.
        widget.grab()
        qtbot.waitUntil(lambda: bool(leaf.highlighter.lines))
        assert leaf.highlighter.lines == [[(0, 6, "keyword")], [(0, 5, "builtin"), (6, 12, "string")]]

    def test_only_what_is_exposed_is_painted(self, body: Make) -> None:
        widget = body("\n\n".join(f"paragraph {n}" for n in range(500)))
        assert widget.height() > 12_000
        widget.resize(600, 400)
        drawn = [leaf for leaf in widget.column.leaves if leaf.block._pieces]  # type: ignore[attr-defined]
        assert len(drawn) == 500  # all by the grab of the fixture
        fresh = MessageBody(widget._theme)
        fresh.set_text("\n\n".join(f"paragraph {n}" for n in range(500)))
        fresh.lay_out(600)
        fresh.resize(600, 400)
        fresh.grab()
        drawn = [leaf for leaf in fresh.column.leaves if leaf.block._pieces]  # type: ignore[attr-defined]
        assert len(drawn) < 20

    def test_inline_code_stands_on_a_rounded_ground(self, body: Make, theme: Theme) -> None:
        assert theme.color("inlineCode").name() in colours(body("some `code` here").grab().toImage())

    def test_a_task_has_a_box(self, body: Make, theme: Theme) -> None:
        assert theme.color("accent").name() in colours(body("- [x] done").grab().toImage())

    def test_while_it_is_written_a_block_stands_at_its_end(self, body: Make, theme: Theme) -> None:
        widget = body("half a sent")
        assert theme.color("accent").name() not in colours(widget.grab().toImage())
        widget.set_streaming(True)
        assert theme.color("accent").name() in colours(widget.grab().toImage())
        widget.finish()
        assert theme.color("accent").name() not in colours(widget.grab().toImage())

    def test_a_selection_is_painted(self, body: Make, theme: Theme) -> None:
        widget = body(MIXED)
        widget.select_all()
        assert theme.color("selection").name() in colours(widget.grab().toImage())

    @pytest.mark.parametrize(
        "text", ["שלום world, this is mixed", "日本語の文章です。", "😀👩‍👩‍👧 emoji", "e\u0301 ﬁ\u200b"]
    )
    def test_any_script_can_be_shown_and_copied(self, body: Make, text: str) -> None:
        widget = body(text)
        widget.select_all()
        assert widget.selected_text() == text


class TestSelecting:
    def test_dragging_selects_over_paragraphs_code_and_tables(self, body: Make, qtbot: QtBot) -> None:
        widget = body(MIXED)
        drag(qtbot, widget, center_of(widget, 0, 2), center_of(widget, 4, 5))
        assert widget.selected_text() == "first paragraph with bold words.\n\n• one\n• two\n\nx = 1\n\na\tb\nc"

    def test_dragging_upwards_selects_the_same(self, body: Make, qtbot: QtBot) -> None:
        widget = body(MIXED)
        drag(qtbot, widget, center_of(widget, 4, 5), center_of(widget, 0, 2))
        assert widget.selected_text().startswith("first paragraph")

    def test_a_double_click_selects_a_word(self, body: Make, qtbot: QtBot) -> None:
        widget = body(MIXED)
        qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=center_of(widget, 0, 10))
        assert widget.selected_text() == "paragraph"

    def test_a_third_click_selects_the_paragraph(self, body: Make, qtbot: QtBot) -> None:
        widget = body(MIXED)
        at = center_of(widget, 0, 10)
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)
        assert widget.selected_text() == "A first paragraph with bold words."

    def test_select_all_and_copy_by_keyboard(self, body: Make, qtbot: QtBot) -> None:
        widget = body(MIXED)
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert clipboard() == widget.plain_text()

    def test_copying_as_markdown_gives_markdown_back(self, body: Make, qtbot: QtBot) -> None:
        widget = body(MIXED)
        widget.select_all()
        assert widget.selected_markdown() == (
            "A first paragraph with **bold** words.\n\n- one\n- two\n\n```python\nx = 1\n```\n\n"
            "| a | b |\n| --- | --- |\n| c | d |\n\nThe end."
        )
        again = body(widget.selected_markdown())
        assert again.plain_text() == widget.plain_text()

    def test_a_part_of_a_bold_word_stays_bold_in_markdown(self, body: Make, qtbot: QtBot) -> None:
        widget = body("say **something** now")
        drag(qtbot, widget, center_of(widget, 0, 8), center_of(widget, 0, 15))
        assert widget.selected_markdown() == "**thing** n"

    @pytest.mark.parametrize(
        "source",
        [
            "- one\n\n- two\n\n- three",
            "- one\n- two\n  - inner\n- three",
            "1. first\n\n   goes on\n\n2. second",
            "> - one\n> - two",
        ],
    )
    def test_a_selected_list_is_as_loose_as_it_was_written(self, body: Make, source: str) -> None:
        widget = body(source)
        widget.select_all()
        assert widget.selected_markdown() == source

    def test_shift_and_arrows_extend_the_selection(self, body: Make, qtbot: QtBot) -> None:
        widget = body(MIXED)
        shift = Qt.KeyboardModifier.ShiftModifier
        for _ in range(3):
            qtbot.keyClick(widget, Qt.Key.Key_Right, shift)
        assert widget.selected_text() == "A f"
        qtbot.keyClick(widget, Qt.Key.Key_Right, shift | Qt.KeyboardModifier.ControlModifier)
        assert widget.selected_text() == "A first "
        qtbot.keyClick(widget, Qt.Key.Key_End, shift | Qt.KeyboardModifier.ControlModifier)
        assert widget.selected_text() == widget.plain_text()
        qtbot.keyClick(widget, Qt.Key.Key_Escape)
        assert widget.selected_text() == ""

    def test_it_survives_that_the_message_goes_on(self, body: Make, qtbot: QtBot) -> None:
        widget = body("first words")
        drag(qtbot, widget, center_of(widget, 0, 0), center_of(widget, 0, 5))
        widget.append(" and more\n\nand another paragraph")
        assert widget.selected_text() == "first"


class TestCode:
    def test_copy_puts_the_code_on_the_clipboard_and_says_so_for_a_while(self, body: Make, qtbot: QtBot) -> None:
        widget = body("```python\nx = 1\ny = 2\n```")
        button = widget.findChild(QAbstractButton, "copyCode")
        assert button.accessibleName() == "Copy Python code"
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert clipboard() == "x = 1\ny = 2"
        assert button.text() == "Copied"
        qtbot.waitUntil(lambda: button.text() == "Copy", timeout=3_000)

    def test_save_asks_for_a_file_with_the_language(self, body: Make, qtbot: QtBot) -> None:
        widget = body("~~~rust\nfn main() {}\n~~~")
        with qtbot.waitSignal(widget.save_requested) as caught:
            widget.findChild(QAbstractButton, "saveCode").click()
        assert caught.args == ["fn main() {}", "rust"]

    def test_a_wide_line_scrolls_on_its_own_and_widens_nothing(self, body: Make) -> None:
        widget = body("```\n" + "x" * 400 + "\n```\n\ntext")
        leaf = widget.column.leaves[0]
        assert leaf.width == 600
        assert leaf.scroll_by(100)
        assert leaf.scroll_by(1e6)
        assert not leaf.scroll_by(1)
        assert not widget.column.leaves[1].scroll_by(100)

    def test_a_growing_fence_keeps_its_colours_and_its_button(self, body: Make) -> None:
        widget = body()
        text = '```python\ndef f():\n    """Words\n    over lines."""\n    return 1  # yes\n'
        for char in text * 3:
            widget.append(char)
        button = widget.findChild(QAbstractButton, "copyCode")
        widget.finish()
        QApplication.processEvents()
        assert widget.findChild(QAbstractButton, "copyCode") is button
        whole = body(text * 3)
        whole.grab()
        first, second = widget.column.leaves[0], whole.column.leaves[0]
        assert isinstance(first, CodeLeaf)
        assert isinstance(second, CodeLeaf)
        first.prepare()
        assert first.highlighter.lines == second.highlighter.lines

    def test_of_very_many_blocks_only_the_seen_ones_have_buttons(self, body: Make) -> None:
        widget = MessageBody(body()._theme)
        widget.set_text("```\na\n```\n\n" * 200)
        widget.resize(600, 500)
        widget.show()
        widget.grab()
        QApplication.processEvents()
        assert 0 < len(widget.findChildren(QAbstractButton)) < 60
        widget.close()


class TestLinks:
    def test_a_click_tells_the_address_and_opens_nothing(self, body: Make, qtbot: QtBot) -> None:
        widget = body("see [this page](https://example.org/a) now")
        with qtbot.waitSignal(widget.link_activated) as caught:
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=center_of(widget, 0, 7))
        assert caught.args == ["https://example.org/a"]

    def test_beside_the_link_nothing_happens(self, body: Make, qtbot: QtBot) -> None:
        widget = body("see [this page](https://example.org/a) now")
        with qtbot.assertNotEmitted(widget.link_activated):
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=center_of(widget, 0, 1))
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(500, 10))

    def test_the_pointer_becomes_a_hand(self, body: Make) -> None:
        widget = body("see [this page](https://example.org/a) now")
        widget._hover(QPointF(center_of(widget, 0, 7)))
        assert widget.cursor().shape() is Qt.CursorShape.PointingHandCursor
        widget._hover(QPointF(center_of(widget, 0, 1)))
        assert widget.cursor().shape() is Qt.CursorShape.IBeamCursor

    def test_tab_stops_at_links_and_enter_follows_them(self, body: Make, qtbot: QtBot) -> None:
        widget = body("[one](https://a.example) and\n\n| [two](https://b.example) |\n|---|\n")
        widget.setFocus()
        QApplication.processEvents()
        addresses: list[str] = []
        widget.link_activated.connect(addresses.append)
        for _ in range(2):
            assert widget.focusNextPrevChild(True)
            qtbot.keyClick(widget, Qt.Key.Key_Return)
        assert addresses == ["https://a.example", "https://b.example"]

    def test_dragging_over_a_link_selects_it_and_does_not_follow_it(self, body: Make, qtbot: QtBot) -> None:
        widget = body("see [this page](https://example.org/a) now")
        with qtbot.assertNotEmitted(widget.link_activated):
            drag(qtbot, widget, center_of(widget, 0, 5), center_of(widget, 0, 10))
        assert widget.selected_text() == "his p"


class TestGrowing:
    def test_pieces_give_what_the_whole_gives(self, body: Make) -> None:
        widget, whole = body(), body(MIXED)
        for start in range(0, len(MIXED), 3):
            widget.append(MIXED[start : start + 3])
        widget.finish()
        assert widget.plain_text() == whole.plain_text()
        assert widget.lay_out(600) == whole.lay_out(600)
        for one in (widget, whole):
            one.resize(600, 400)
            one.grab()
            QApplication.processEvents()
            for button in one.findChildren(QAbstractButton):
                # The window that happens to be active shows a focus ring.
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                button.clearFocus()
        assert widget.grab().toImage() == whole.grab().toImage()

    def test_leaves_that_are_complete_are_kept(self, body: Make) -> None:
        widget = body()
        widget.append("first\n\nsecond\n\nthi")
        first = widget.column.leaves[0]
        widget.append("rd\n\nfourth")
        assert widget.column.leaves[0] is first

    def test_a_complete_message_can_go_on(self, body: Make) -> None:
        widget = body("- one\n- tw")
        widget.append("o\n- three")
        widget.finish()
        assert widget.plain_text() == "• one\n• two\n• three"

    def test_a_taller_message_says_so(self, body: Make, qtbot: QtBot) -> None:
        widget = body("one")
        with qtbot.waitSignal(widget.height_changed):
            widget.append("\n\ntwo")

    def test_a_long_paragraph_keeps_the_lines_it_has(self, body: Make) -> None:
        widget = body()
        widget.append("word " * 4_000)
        widget.grab()
        block = widget.column.leaves[0].block  # type: ignore[attr-defined]
        first = block._pieces[0]
        widget.append("more")
        assert widget.column.leaves[0].block._pieces[0] is first  # type: ignore[attr-defined]


class TestOwnWords:
    def test_nothing_in_them_is_markdown(self, body: Make) -> None:
        widget = body()
        widget.set_plain("# not a heading\n  <b>kept</b>  **as** it is\n\n\nend")
        assert widget.plain_text() == "# not a heading\n  <b>kept</b>  **as** it is\n\n\nend"
        widget.select_all()
        assert widget.selected_text() == widget.plain_text()


def test_no_text_document_is_ever_made(body: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A QTextDocument loads pictures; the body is made of text layouts, which cannot."""

    def refuse(*_: object) -> None:
        raise AssertionError("a text document was used")

    monkeypatch.setattr(QTextDocument, "__init__", refuse)
    widget = body(MIXED + "![x](/etc/passwd) <img src='/etc/passwd'>")
    assert not widget.findChildren(QTextDocument)


def test_colours_come_from_the_theme_only(theme: Theme) -> None:
    assert QColor(theme.color("accent")).isValid()


@pytest.mark.parametrize(
    ("text", "from_right"),
    [
        ("\u05e9\u05dc\u05d5\u05dd Snug", True),
        ("Snug \u05e9\u05dc\u05d5\u05dd", False),
        ("1. \u0645\u0631\u062d\u0628\u0627", True),
    ],
)
def test_a_paragraph_stands_on_the_side_it_is_read_from(body: Make, text: str, from_right: bool) -> None:
    widget = body(text)
    leaf = widget.column.leaves[0]
    middle = leaf.rect_at(0).x()
    assert (middle > 300) is from_right


def test_a_link_in_a_column_at_the_right_can_be_clicked(body: Make) -> None:
    widget = body("| a |\n|--:|\n| [there](https://example.org) |")
    table = widget.column.leaves[0]
    start, _, address = table.links()[0]
    at = table.rect_at(start)
    found = table.link_at(at.x() + 3, at.center().y())
    assert found is not None
    assert found[2] == address
