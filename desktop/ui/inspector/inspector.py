"""The inspector: a second sheet at the right of the window. Its page says how the model is loaded."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui.inspector.foot import Foot
from desktop.ui.inspector.model_page import ModelPage, side
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import IconButton
from desktop.ui.parts.fonts import strong
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.parts.marks import Rule
from desktop.ui.theme import Theme, radius, size


class Inspector(QWidget):
    """``placement`` is the service behind the page.

    Signals:
        closed: it is to go.
    """

    closed = Signal()

    def __init__(self, theme: Theme, placement: Any, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._placement = placement
        self.setObjectName("inspector")
        self.setAccessibleName(tr("Inspector"))
        self.closer = IconButton(theme, "x", tr("Close the inspector"), "Esc")
        self.closer.setObjectName("closeInspector")
        self.closer.clicked.connect(self.closed)
        title = Label(theme, tr("Model"), "message")
        title.setFont(strong("message"))
        self._model = ElidedLabel(theme, "", "label", "textMuted")
        head = QHBoxLayout()
        head.setContentsMargins(side(), 0, 12, 0)
        head.setSpacing(8)
        head.addWidget(title)
        head.addWidget(self._model, 1)
        head.addWidget(self.closer)
        holder = QWidget()
        holder.setFixedHeight(max(size("roomHeader"), paint.tall(size("control"), "body", 8) + 20) - 1)
        holder.setLayout(head)
        self.page = ModelPage(theme, placement)
        self.foot = Foot(theme)
        self.foot.undone.connect(placement.undo)
        self.foot.applied.connect(placement.apply)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(holder)
        column.addWidget(Rule(theme))
        column.addWidget(self.page, 1)
        column.addWidget(self.foot)
        self.hide()
        placement.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what the service says now. While nobody can see it, that waits."""
        if self.isHidden():
            return
        view = self._placement.view()
        self._model.setText(view.model if view is not None else "")
        self.page.show_view(view)
        changes = view.changes if view is not None else ()
        if not changes:
            self._leave_foot()
        self.foot.show_changes(changes, fits=view is None or not view.problem)

    def set_loading(self, loading: bool) -> None:
        """While the model is loaded nothing can be applied or taken back."""
        if loading:
            self._leave_foot()
        self.foot.set_loading(loading)

    def way_in(self) -> QWidget:
        """The control that the keyboard comes to first."""
        return self.page.way_in() or self.closer

    def showEvent(self, event: QShowEvent) -> None:
        self.refresh()
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        paint.box(QPainter(self), QRectF(self.rect()), radius("lg"), theme.color("surface"), theme.color("border"))

    def _leave_foot(self) -> None:
        """A button that goes must not take the keyboard with it."""
        focus = self.window().focusWidget()
        if focus is not None and self.foot.isAncestorOf(focus):
            self.way_in().setFocus(Qt.FocusReason.OtherFocusReason)
