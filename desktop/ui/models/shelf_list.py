"""The list of installed models: arrow keys move, Enter presses the button of a row, F2 renames, Delete deletes, the
menu key opens a menu. It says what the user wants through signals and knows no service.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.smaller import possible
from desktop.translation import tr
from desktop.ui.models.shelf_delegate import ShelfDelegate, columns, paint_heads, row_height
from desktop.ui.models.shelf_model import ShelfModel
from desktop.ui.models.shelf_rows import Deed, Row
from desktop.ui.parts import paint
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.rows_view import RowsView
from desktop.ui.theme import Theme, radius

_Index = QModelIndex | QPersistentModelIndex
_LEAST_ROWS = 2


class ShelfList(RowsView):
    """Signals: what to do with which model."""

    deed_requested = Signal(int, object)
    details_requested = Signal(int)
    rename_requested = Signal(int, str)
    reveal_requested = Signal(int)
    verify_requested = Signal(int)
    check_requested = Signal(int)
    benchmark_requested = Signal(int)
    smaller_requested = Signal(int)
    remove_requested = Signal(int)
    delete_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._waiting: list[Row] | None = None
        self.rows = ShelfModel(self)
        self._delegate = ShelfDelegate(theme, self)
        self.setObjectName("shelfList")
        self.setAccessibleName(tr("Installed models"))
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._delegate.closeEditor.connect(self._editor_closed)
        self.may_delete = lambda _model: True

    def show_rows(self, rows: list[Row]) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            # A new list would close the field under the user's hands.
            self._waiting = rows
            return
        here = self.current_row()
        self.rows.set_rows(rows)
        index = self.rows.index_of(here.model.id) if here is not None else QModelIndex()
        if not index.isValid() and rows:
            index = self.rows.index(0)
        self.put_cursor(index)
        self.updateGeometry()

    def current_row(self) -> Row | None:
        return self.rows.row(self.currentIndex())

    def sizeHint(self) -> QSize:
        return QSize(600, self.rows.rowCount() * row_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, min(self.rows.rowCount(), _LEAST_ROWS) * row_height())

    def rename(self, model_id: int) -> None:
        """Open the field for a model's name."""
        index = self.rows.index_of(model_id)
        if index.isValid():
            self.scrollTo(index)
            self.put_cursor(index)
            self.edit(index)

    def open_menu(self, row: Row, place: QPoint, right: bool = True) -> Menu:
        model = row.model
        menu = Menu(self._theme, tr("Model {name}").format(name=model.name), self)
        menu.setObjectName("modelActions")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(words: str, icon_name: str, wish, keys: str = "", *, danger: bool = False) -> None:
            menu.add_command(words, icon_name, keys, danger=danger).triggered.connect(wish)

        add(tr("Details"), "info", partial(self.details_requested.emit, model.id))
        add(tr("Rename"), "pencil", partial(self.rename, model.id), "F2")
        if model.available:
            add(tr("Show in its folder"), "folder-open", partial(self.reveal_requested.emit, model.id))
            add(tr("Check the file"), "shield-check", partial(self.check_requested.emit, model.id))
            add(tr("Compare its fingerprint"), "fingerprint", partial(self.verify_requested.emit, model.id))
        if model.available and model.chats and not model.doubtful:
            add(tr("Benchmark"), "gauge", partial(self.benchmark_requested.emit, model.id))
        if possible(model):
            add(tr("Make a smaller copy…"), "copy", partial(self.smaller_requested.emit, model.id))
        menu.add_rule()
        add(tr("Take off the list"), "x", partial(self.remove_requested.emit, model.id))
        if self.may_delete(model):
            add(tr("Delete the file"), "trash-2", partial(self.delete_requested.emit, model.id), "Del", danger=True)
        self._delegate.menu_open = model.id
        menu.aboutToHide.connect(self._menu_closed)
        menu.open_at(place, right=right)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()
            return
        row, key = self.current_row(), event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if row is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press(row)
        elif row is not None and key == Qt.Key.Key_Space:
            self.details_requested.emit(row.model.id)
        elif row is not None and (key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and shift)):
            corner = columns(self.visualRect(self.currentIndex())).menu.bottomRight()
            self.open_menu(row, self.viewport().mapToGlobal(corner + QPoint(0, 4)))
        elif row is not None and key == Qt.Key.Key_Delete:
            if self.may_delete(row.model):
                self.delete_requested.emit(row.model.id)
            else:
                self.remove_requested.emit(row.model.id)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        row = self.rows.row(index)
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            event.accept()
            return
        super().mousePressEvent(event)
        places = columns(self.visualRect(index))
        if places.menu.contains(point):
            self.open_menu(row, self.viewport().mapToGlobal(places.menu.bottomRight() + QPoint(0, 4)))
        elif row.deed and places.button.contains(point):
            self._press(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.rows.row(self.indexAt(event.position().toPoint()))
        if row is not None:
            self.details_requested.emit(row.model.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position().toPoint())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.rows.row(self.indexAt(event.pos()))
        if event.reason() == QContextMenuEvent.Reason.Mouse and row is not None:
            self.open_menu(row, event.globalPos(), right=False)

    def commitData(self, editor: QWidget) -> None:
        row = self.current_row()
        if row is not None and isinstance(editor, QLineEdit) and editor.text().strip() != row.model.name:
            self.rename_requested.emit(row.model.id, editor.text())

    def _press(self, row: Row) -> None:
        if row.deed is Deed.NONE:
            self.details_requested.emit(row.model.id)
        else:
            self.deed_requested.emit(row.model.id, row.deed)

    def _point(self, place: QPoint | None) -> None:
        self._delegate.pointed = place
        self.viewport().update()

    def _menu_closed(self) -> None:
        self._delegate.menu_open = None
        self.viewport().update()

    def _editor_closed(self) -> None:
        waiting, self._waiting = self._waiting, None
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if waiting is not None:
            self.show_rows(waiting)


class ShelfTable(QWidget):
    """The list with the names of its columns over it, in a rounded frame."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.list = ShelfList(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, self._head() + 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.list)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        paint.box(painter, self.rect(), radius("lg"), theme.color("raised"), theme.color("border"))
        painter.save()
        painter.setClipRect(1, 1, self.width() - 2, self._head())
        paint.box(painter, QRect(1, 1, self.width() - 2, self._head() + 20), radius("lg") - 1, theme.color("sunken"))
        painter.restore()
        paint.fill(painter, QRect(1, self._head(), self.width() - 2, 1), theme.color("border"))
        bar = self.list.verticalScrollBar()
        taken = bar.width() if bar.isVisible() else 0
        paint_heads(painter, theme, QRect(1, 1, self.width() - 2 - taken, self._head()))

    def _head(self) -> int:
        return paint.tall(36, "small", 12)
