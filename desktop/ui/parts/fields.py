"""Fields for one line of text: rest, focus, needs attention, disabled. They must not know what is typed into them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.theme import Theme, font, radius, size


class Field(QLineEdit):
    """One line of text in a box, with an icon before it if it is given one."""

    def __init__(self, theme: Theme, name: str, icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon_name
        self._attention = False
        self.ring_radius: float = radius("md")
        self.setAccessibleName(name)
        self.setFrame(False)
        self.setFont(font("body"))
        self.setFixedHeight(paint.tall(size("control"), "body", 8))
        # The style sheet takes Qt's own ground away: the box is painted here.
        self.setTextMargins(33 if icon_name else 9, 0, 9, 0)

    def set_attention(self, attention: bool) -> None:
        """Whether something is wrong with what it holds."""
        self._attention = attention
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(216, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if not self.isEnabled():
            fill, border = theme.color("sunken"), theme.color("border")
        else:
            focused = self.hasFocus()
            name = "danger" if self._attention else "accent" if focused else "borderStrong"
            fill, border = theme.color("raised"), theme.color(name)
        paint.box(painter, self.rect(), radius("md"), fill, border)
        if self._icon_name:
            area = QRectF(10, 0, size("iconInline"), self.height())
            paint.draw_icon(painter, self._icon_name, theme.color("textMuted"), area, size("iconInline"))
        painter.end()
        super().paintEvent(event)


class LabelledField(QWidget):
    """A field under its label, with a sentence below it when it needs attention."""

    def __init__(self, theme: Theme, label: str, icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = Field(theme, label, icon_name)
        self._complaint = _Complaint(theme)
        self.caption = Label(theme, label, "label")
        self.caption.setFont(medium("label"))
        self.caption.setBuddy(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.caption)
        column.addWidget(self.field)
        column.addWidget(self._complaint)
        self._complaint.hide()

    def set_label(self, label: str) -> None:
        """What the field is for."""
        self.caption.setText(label)
        self.field.setAccessibleName(label)

    def complain(self, sentence: str) -> None:
        """Show what is wrong; an empty sentence takes it back."""
        self._complaint.label.setText(sentence)
        self._complaint.setVisible(bool(sentence))
        self.field.set_attention(bool(sentence))
        self.field.setAccessibleDescription(sentence)


class _Complaint(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.label = Label(theme, "", "small", "danger", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 0, 0)
        row.addWidget(self.label, 1, Qt.AlignmentFlag.AlignTop)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.draw_icon(painter, "circle-alert", self._theme.color("danger"), QRectF(0, 0, 14, 16), 14)
