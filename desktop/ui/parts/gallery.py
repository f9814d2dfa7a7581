"""Every part in every state on one sheet, as the design's picture of components has it. For screenshots and tests."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button, IconButton, Kind, Look, Pressable, SendButton, SendState
from desktop.ui.parts.dialog import Dialog
from desktop.ui.parts.fields import LabelledField
from desktop.ui.parts.focus_ring import FocusRing
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Avatar, Badge, Chip, Dot, KeyCap, Rule, Tone
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.toast import Toast
from desktop.ui.parts.toggles import Check, Radio, Segmented, Switch
from desktop.ui.theme import Theme

_LEFT = 40
_COLUMNS = (116, 224, 332, 440, 548)


class Gallery(QWidget):
    """1280 x 832, laid out by hand to lie over the picture."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rings: list[FocusRing] = []
        self.resize(1280, 832)
        self._buttons()
        self._fields()
        self._toggles()
        self._marks()
        self._floating()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("surface"))

    def _put(self, widget: QWidget, left: int, top: int, size: QSize | None = None) -> None:
        widget.setParent(self)
        hint = size or widget.sizeHint()
        widget.setGeometry(QRect(left, top, hint.width(), hint.height()))
        widget.show()

    def _text(self, text: str, left: int, top: int, role: str = "small", color: str = "textMuted") -> None:
        self._put(Label(self._theme, text, role, color), left, top)

    def _ring(self, widget: QWidget) -> None:
        ring = FocusRing(self._theme, self)
        self._rings.append(ring)
        ring.pretend(widget)

    def _states(self, make: type[Pressable], arguments: tuple[object, ...], top: int, size: QSize) -> None:
        for column, state in zip(_COLUMNS, ("rest", "hover", "pressed", "focus", "disabled"), strict=True):
            button = make(self._theme, *arguments)
            self._put(button, column, top, size)
            if state in ("hover", "pressed"):
                button.pretend(Look(state))
            if state == "focus":
                self._ring(button)
            button.setEnabled(state != "disabled")

    def _buttons(self) -> None:
        for column, name in zip(_COLUMNS, ("Rest", "Hover", "Pressed", "Keyboard focus", "Disabled"), strict=True):
            self._text(name, column, 32)
        rows = ((Kind.PRIMARY, "Download"), (Kind.STANDARD, "Try again"), (Kind.QUIET, "Undo"))
        for place, (kind, words) in enumerate((*rows, (Kind.DANGER, "Delete chat"))):
            top = 58 + 52 * place
            self._text(kind.value.capitalize(), _LEFT, top + 9, "label")
            self._states(Button, (words, kind), top, QSize(96, 36))
        self._text("Icon", _LEFT, 273, "label")
        self._states(IconButton, ("copy", "Copy"), 266, QSize(32, 32))
        self._text("Send", _LEFT, 321, "label")
        for column, state, word in zip(_COLUMNS, SendState, ("Empty", "Ready", "Stop"), strict=False):
            send = SendButton(self._theme)
            send.set_state(state)
            self._put(send, column, 312)
            self._text(word, column + 44, 322)
        self._put(Rule(self._theme), _LEFT, 368, QSize(624, 1))

    def _fields(self) -> None:
        rest = LabelledField(self._theme, "Rest", "search")
        rest.field.setPlaceholderText("Search models")
        focus = LabelledField(self._theme, "Focus")
        focus.field.setText("Reading list")
        attention = LabelledField(self._theme, "Needs attention")
        attention.field.setText("D:\\models\\old")
        attention.complain("This folder is not there any more.")
        disabled = LabelledField(self._theme, "Disabled")
        disabled.field.setPlaceholderText("Set by your administrator")
        disabled.field.setEnabled(False)
        self._put(rest, _LEFT, 387, QSize(216, 60))
        self._put(focus, 276, 387, QSize(216, 60))
        self._put(attention, _LEFT, 463, QSize(216, 84))
        self._put(disabled, 276, 463, QSize(216, 60))
        self.focused = focus.field
        self._ring(focus.field)
        self._put(Rule(self._theme), _LEFT, 565, QSize(624, 1))

    def _toggles(self) -> None:
        switches = [Switch(self._theme, "Example") for _ in range(3)]
        for place, switch in enumerate(switches):
            switch.setChecked(place != 1)
            self._put(switch, _LEFT + 58 * place, 592)
        self._ring(switches[2])
        for place, part in enumerate((Radio(self._theme), Radio(self._theme), Check(self._theme), Check(self._theme))):
            part.setAutoExclusive(False)
            part.setChecked(place % 2 == 0)
            self._put(part, 214 + 40 * place, 593)
        self._put(Segmented(self._theme, "Models", ["Discover", "Installed"]), 374, 584)

    def _marks(self) -> None:
        chips = (
            Chip(self._theme, "Fits this computer"),
            Chip(self._theme, "Vision", "eye"),
            Chip(self._theme, "Reasoning", "brain"),
            Chip(self._theme, "Licence", "scale", opens_menu=True),
        )
        chips[0].setChecked(True)
        chips[2].pretend(Look.HOVER)
        self._line(_LEFT, 638, 8, *chips)
        self._ring(chips[3])
        self._line(
            _LEFT,
            686,
            8,
            Badge(self._theme, "Runs great", Tone.GOOD, "circle-check"),
            Badge(self._theme, "Tight", Tone.WARNING, "triangle-alert"),
            Badge(self._theme, "Too big", Tone.BAD, "circle-x"),
            Badge(self._theme, "Suggested", Tone.ACCENT),
            Badge(self._theme, "Apache 2.0"),
            Badge(self._theme, "MIT", Tone.LINE),
            KeyCap(self._theme, "Ctrl K"),
        )
        self._line(_LEFT, 726, 10, *(Avatar(self._theme, name) for name in ("Q", "G", "M", "H", "P", "N")))
        words = ("Ready", "Working", "Stopped", "Not loaded")
        left = 320
        for color, word in zip(("statusOn", "statusBusy", "statusError", "statusOff"), words, strict=True):
            self._put(Dot(self._theme, color), left, 742, QSize(8, 8))
            label = Label(self._theme, word, "small", "textSecondary")
            self._put(label, left + 18, 738)
            left += label.sizeHint().width() + 28

    def _line(self, left: int, top: int, gap: int, *parts: QWidget) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(gap)
        row.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        for part in parts:
            row.addWidget(part)
        self._put(holder, left, top)
        row.activate()

    def _floating(self) -> None:
        self._text("Model menu", 712, 32, "label")
        menu = Menu(self._theme, "Models", self, width=360)
        first = menu.add_model("DeepSeek R1 8B", "Q4_K_M", current=True)
        menu.add_model("Qwen3 4B", "Q4_K_M", current=False)
        menu.add_model("Gemma 3 12B", "Q4_K_M", current=False, missing=True)
        menu.add_rule()
        menu.add_command("Get more models", "box")
        menu.setActiveAction(first)
        margin = paint.SHADOW_MARGIN
        self.menu_picture = _Still(menu)
        self._put(self.menu_picture, 712 - margin, 60 - margin)
        self._text("Dialog and toast", 712, 529, "label")
        dialog = Dialog(
            self._theme,
            self,
            "Delete “Two insurance quotes”?",
            "The chat and the two files in it are erased from this computer. There is no copy anywhere else.",
            "Keep it",
            "Delete chat",
            danger=True,
        )
        dialog.resize(1280, 832)
        dialog.place()
        self._put(_Piece(dialog, QRect(dialog.panel.geometry())), 712 - margin, 557 - margin)
        anchor = QWidget(self)
        anchor.setGeometry(712, 700, 197, 79)
        toast = Toast(self._theme, self, anchor)
        toast.lift = 0
        toast.tell("Chat deleted", "Undo")


class _Still(QWidget):
    """The picture of a widget that could only be shown as a window of its own."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self._widget = widget
        widget.resize(widget.sizeHint())
        self.setFixedSize(widget.size())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._widget.grab())


class _Piece(QWidget):
    """The panel of an overlay with its shadow, without what it covers."""

    def __init__(self, overlay: Dialog, panel: QRect) -> None:
        super().__init__()
        self._overlay = overlay
        margin = paint.SHADOW_MARGIN
        self.setFixedSize(panel.width() + 2 * margin, panel.height() + 2 * margin)
        overlay.panel.setParent(self)
        overlay.panel.move(margin, margin)
        overlay.panel.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self._overlay.panel.geometry())
        theme = self._overlay.theme
        paint.shadow(painter, area, self._overlay.corner, theme, 3)
        paint.box(painter, area, self._overlay.corner, theme.color("overlay"), theme.color("border"))
