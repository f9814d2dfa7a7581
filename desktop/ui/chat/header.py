"""The header of the room: title, context meter, the chat's menu, model button, inspector button. Knows no service."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QWidget

from desktop.domain.models import EngineState
from desktop.translation import tr
from desktop.ui import wording
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import IconButton, Pressable
from desktop.ui.parts.fields import Field
from desktop.ui.parts.fonts import medium, strong
from desktop.ui.parts.keys import control
from desktop.ui.parts.labels import ElidedLabel
from desktop.ui.parts.tooltip import set_tooltip
from desktop.ui.theme import Theme, font, radius, size, tabular

LONGEST_TITLE = 200
_WIDEST_NAME = 220
_DOTS = {
    EngineState.NOT_LOADED: "statusOff",
    EngineState.LOADING: "statusBusy",
    EngineState.READY: "statusOn",
    EngineState.BUSY: "statusBusy",
    EngineState.FAILED: "statusError",
}

PULSE_MS, PULSE_STEPS = 1200, 10
"""One fade of the dot that says that the model works."""


class Title(QWidget):
    """The title, elided. Double-click or F2 changes it in place.

    Signals:
        renamed: the new title.
    """

    renamed = Signal(str)
    accessible_role = "Heading"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.ring_radius: float = radius("sm")
        self._may_rename = False
        self._place = ""
        self.setObjectName("chatTitle")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(48)
        self._label = ElidedLabel(theme, "", "message")
        self._label.setFont(_title_font())
        self._field = Field(theme, tr("Title of the chat"))
        self._field.setObjectName("titleField")
        self._field.setMaxLength(LONGEST_TITLE)
        self._field.setMaximumWidth(420)
        self._field.editingFinished.connect(self._finish)
        self._field.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label, 1)
        row.addWidget(self._field, 1)
        row.addStretch(0)

    def text(self) -> str:
        return self._label.text()

    def set_text(self, text: str, may_rename: bool) -> None:
        one_line = " ".join(text.split())
        if not may_rename or one_line != self.text():
            # The chat is another one, or has another title by now.
            self._close()
        self._may_rename = may_rename
        self._label.setText(one_line)
        self.setAccessibleName(tr("Chat: {one_line}").format(one_line=one_line) if one_line else tr("New chat"))
        self._describe()

    def set_place(self, words: str) -> None:
        """Where the chat is, in words; nothing where there is nothing to say."""
        self._place = words
        set_tooltip(self, words)
        self._describe()

    def _describe(self) -> None:
        self.setAccessibleDescription(
            " ".join(filter(None, (self._place, tr("Press F2 to rename") * self._may_rename)))
        )

    def edit(self) -> None:
        """Open the field, if there is a chat to rename."""
        if not self._may_rename or not self._field.isHidden():
            return
        self._field.setText(self.text())
        self._label.hide()
        self._field.show()
        self._field.selectAll()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.edit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = not self._field.isHidden()
        if event.key() == Qt.Key.Key_Escape and editing:
            self._close()
        elif event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not editing:
            self.edit()
        elif not (editing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            super().keyPressEvent(event)

    def _finish(self) -> None:
        if self._field.isHidden():
            return
        title = " ".join(self._field.text().split())
        self._close()
        if title and title != self.text():
            self.renamed.emit(title)

    def _close(self) -> None:
        had_focus = self._field.hasFocus()
        # Losing the focus would finish the editing a second time.
        self._field.blockSignals(True)
        self._field.hide()
        self._field.blockSignals(False)
        self._label.show()
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)


class ContextMeter(QWidget):
    """How much of what the model can remember is used: numbers, a bar, and words for who points at it or presses it."""

    accessible_role = "Indicator"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._used = 0
        self._size = 0
        self._seen = ""
        self.ring_radius: float = radius("sm")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # No taller than it is: the line below the header is not its own to paint over.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setObjectName("contextMeter")
        self.setFont(tabular(font("small")))
        # It stands on the room's sheet and paints that too: nothing behind it is painted again when a number changes.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Conversation memory"))
        self.hide()

    def set_context(self, used: int, size: int, seen: str = "") -> None:
        """Tokens, and in words what of the chat the model sees."""
        now = (max(0, used), max(0, size), seen)
        if now == (self._used, self._size, self._seen):
            return
        hint = self.sizeHint()
        self._used, self._size, self._seen = now
        words = ". ".join(filter(None, (wording.remembered(self._used, self._size), seen))) if self._size else ""
        set_tooltip(self, words)
        self.setAccessibleName(
            tr("Conversation memory: {words}").format(words=words) if words else tr("Conversation memory")
        )
        self.setVisible(self._size > 0)
        if self.sizeHint() != hint:
            self.updateGeometry()
        self.update()

    def text(self) -> str:
        return f"{self._used:,} / {self._size:,}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._say()
        else:
            super().keyPressEvent(event)

    def _say(self) -> None:
        """The words, at once and not after a moment of pointing."""
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.toolTip(), self)

    def sizeHint(self) -> QSize:
        text = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(max(96, text), paint.tall(16, "small", 0) + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        paint.fill(painter, event.rect(), theme.color("surface"))
        line = paint.tall(16, "small", 0)
        right = Qt.AlignmentFlag.AlignRight
        top = (self.height() - line - 8) / 2
        words = QRectF(0, top, self.width(), line)
        paint.draw_text(painter, words, self.text(), self.font(), theme.color("textSecondary"), right, elide=False)
        bar = QRectF(0, top + line + 4, self.width(), size("meter"))
        paint.box(painter, bar, 2, theme.color("trackOff"))
        share = min(1.0, self._used / self._size) if self._size else 0.0
        if share > 0:
            # From nine tenths on it tells rather than counts.
            color = theme.color("accent" if share < 0.9 else "brass")
            paint.box(painter, QRectF(bar.left(), bar.top(), max(4.0, bar.width() * share), bar.height()), 2, color)


class ModelButton(Pressable):
    """Which model answers, and what it is doing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._name = ""
        self._quant = ""
        self._state = EngineState.NOT_LOADED
        self._progress = 0.0
        # Ten steps in 1.2 s and not sixty frames a second: while a model works, every wake-up takes time from it.
        self._pulse = QTimer(self)
        self._pulse.setInterval(PULSE_MS // PULSE_STEPS)
        self._pulse.timeout.connect(self._pulsed)
        self._phase = 0
        self.setObjectName("modelButton")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # As the meter: it paints the sheet that it stands on.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.set_model("", "", EngineState.NOT_LOADED, 0.0)

    def set_model(self, name: str, quant: str, state: EngineState, progress: float) -> None:
        changed = (name, quant) != (self._name, self._quant)
        whole = changed or EngineState.LOADING in (state, self._state)
        self._name, self._quant, self._state, self._progress = name, quant, state, progress
        said = wording.engine_state(state)
        if state is EngineState.LOADING:
            said = f"{said}, {round(progress * 100)} %"
        title = f"{name} {quant}".strip()
        self.setAccessibleName(
            tr("Model: {title}, {said}").format(title=title, said=said) if name else tr("Choose a model")
        )
        set_tooltip(self, f"{f'{title}, {said}' if name else tr('Choose a model')}  {control('M')}")
        if changed:
            self.updateGeometry()
        busy = state in (EngineState.LOADING, EngineState.BUSY)
        if busy and self._theme.duration("base") and self.isVisible():
            if not self._pulse.isActive():
                self._pulse.start()
        else:
            self._pulse.stop()
        if whole:
            self.update()
        else:
            self.update(self._dot_rect())

    def state(self) -> EngineState:
        return self._state

    def name(self) -> str:
        return self._name or tr("No model yet")

    def sizeHint(self) -> QSize:
        quant = QFontMetrics(_quant_font()).horizontalAdvance(self._quant)
        width = 13 + 8 + 8 + self._name_width() + (8 + quant if self._quant else 0) + 8 + 16 + 11
        return QSize(width, paint.tall(size("control"), "body", 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(90, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        fill = self.fill("raised", "raisedHover", "raisedPressed")
        middle = self.height() / 2
        only_dot = self._dot_rect().contains(event.rect())
        if only_dot:
            paint.fill(painter, event.rect(), fill)
        else:
            paint.fill(painter, event.rect(), theme.color("surface"))
            paint.box(painter, self.rect(), radius("md"), fill, theme.color("borderStrong"))
        dot = QColor(theme.color(_DOTS[self._state]))
        if self._pulse.isActive():
            dot.setAlphaF(0.8 + 0.2 * math.cos(2 * math.pi * self._phase / PULSE_STEPS))
        paint.box(painter, QRectF(13, middle - 4, 8, 8), 4, dot)
        if only_dot:
            return
        name = QRectF(29, 0, self._name_width() + 1, self.height())
        paint.draw_text(painter, name, self.name(), medium("body"), theme.color("textPrimary"))
        quant = QRectF(name.right() + 7, 0, self.width() - name.right() - 40, self.height())
        paint.draw_text(painter, quant, self._quant, _quant_font(), theme.color("textMuted"), elide=False)
        chevron = QRectF(self.width() - 27, 0, 16, self.height())
        paint.draw_icon(painter, "chevron-down", theme.color("textMuted"), chevron, 16)
        if self._state is EngineState.LOADING:
            width = max(4.0, (self.width() - 16) * min(1.0, self._progress))
            paint.box(painter, QRectF(8, self.height() - 4, width, 2), 1, theme.color("brass"))

    def _name_width(self) -> int:
        return min(_WIDEST_NAME, QFontMetrics(medium("body")).horizontalAdvance(self.name()) + 1)

    def _pulsed(self) -> None:
        self._phase = (self._phase + 1) % PULSE_STEPS
        self.update(self._dot_rect())

    def _dot_rect(self) -> QRect:
        return QRect(13, self.height() // 2 - 5, 10, 10)


class Header(QWidget):
    """The row at the top of the room. The two icons at its left are there while the sidebar is closed, the one at its
    right where there is a second room."""

    sidebar_requested = Signal()
    new_chat_requested = Signal()
    inspector_requested = Signal()
    menu_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("header")
        self.setAccessibleName(tr("Chat header"))
        self.setFixedHeight(max(size("roomHeader"), paint.tall(size("control"), "body", 8) + 20))
        self.sidebar = IconButton(theme, "panel-left", tr("Open the sidebar"))
        self.sidebar.setObjectName("openSidebar")
        self.sidebar.clicked.connect(self.sidebar_requested)
        self.new_chat = IconButton(theme, "square-pen", tr("New chat"), control("N"))
        self.new_chat.setObjectName("newChatIcon")
        self.new_chat.clicked.connect(self.new_chat_requested)
        self.title = Title(theme)
        self.more = IconButton(theme, "ellipsis", tr("More for this chat"))
        self.more.setObjectName("chatMore")
        self.more.clicked.connect(self.menu_requested)
        self.meter = ContextMeter(theme)
        self.model = ModelButton(theme)
        self.inspector = IconButton(theme, "panel-right", tr("Model settings"), control("I"))
        self.inspector.setObjectName("openInspector")
        self.inspector.setCheckable(True)
        self.inspector.clicked.connect(self.inspector_requested)
        self.inspector.hide()
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._row.addWidget(self.sidebar)
        self._row.addWidget(self.new_chat)
        self._row.addSpacing(0)
        self._row.addWidget(self.title, 1)
        self._row.addSpacing(12)
        self._row.addWidget(self.meter)
        self._row.addSpacing(12)
        self._row.addWidget(self.more)
        self._row.addSpacing(12)
        self._row.addWidget(self.model)
        self._row.addWidget(self.inspector)
        self.show_sidebar_button(False)

    def show_sidebar_button(self, shown: bool) -> None:
        self.sidebar.setVisible(shown)
        self.new_chat.setVisible(shown)
        spacer = self._row.itemAt(2).spacerItem()
        spacer.changeSize(12 if shown else 0, 0)
        self._lay_out(11 if shown else 24)

    def offer_inspector(self) -> None:
        """Show the button of the second room."""
        self.inspector.show()
        self._row.insertSpacing(self._row.indexOf(self.inspector), 12)
        self._lay_out(self._row.contentsMargins().left())

    def _lay_out(self, left: int) -> None:
        # What stands in it paints its own ground, and leaves the line at the foot alone.
        self._row.setContentsMargins(left, 1, 16 if self.inspector.isHidden() else 12, 1)
        self._row.invalidate()

    def paintEvent(self, event: QPaintEvent) -> None:
        line = self.rect()
        line.setTop(line.bottom())
        paint.fill(QPainter(self), line, self._theme.color("border"))


def _title_font() -> QFont:
    return strong("message")


def _quant_font() -> QFont:
    return medium("codeSmall")
