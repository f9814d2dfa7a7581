"""Search and commands in one place: a field on top, results in groups below. It must not know any service."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from desktop.domain.chat import SearchHit
from desktop.domain.dates import day_text
from desktop.translation import tr
from desktop.ui.commands import Command
from desktop.ui.palette_rows import Row, RowDelegate, RowModel, command_rows, one_line, row_height
from desktop.ui.parts import paint
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import KeyCap, Rule
from desktop.ui.parts.overlay import Overlay
from desktop.ui.theme import Theme, font, size

WIDTH = 620
TALLEST = 420
_PAUSE_MS = 60
_MOST = 20


class Palette(Overlay):
    """Signals:
    query_changed: look for this; answer with ``show_hits``.
    hit_chosen: a ``SearchHit``.
    command_chosen: the key of a command.
    """

    query_changed = Signal(str)
    hit_chosen = Signal(object)
    command_chosen = Signal(str)

    def __init__(self, theme: Theme, window: QWidget, commands: list[Command]) -> None:
        super().__init__(theme, window, tr("Search and commands"), dimmed=False)
        self.setObjectName("palette")
        self._commands = commands
        self._hits: list[SearchHit] = []
        self._searched = ""
        self.field = QLineEdit()
        self.field.setObjectName("paletteField")
        self.field.setAccessibleName(tr("Search chats and commands"))
        self.field.setPlaceholderText(tr("Search chats and commands"))
        self.field.setFont(_field_font())
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._typed)
        self.list = QListView()
        self.list.setObjectName("paletteList")
        self.list.setAccessibleName(tr("Results"))
        self.rows = RowModel(self)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(RowDelegate(theme, self))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.viewport().setAutoFillBackground(False)
        self.list.entered.connect(self._hovered)
        self.list.clicked.connect(self._choose)
        self._nothing = Label(theme, "", "body", "textMuted")
        self._nothing.setObjectName("paletteNothing")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._lay_out()

    def _lay_out(self) -> None:
        top = _Top(self.theme)
        row = QHBoxLayout(top)
        row.setContentsMargins(47, 0, 17, 0)
        row.setSpacing(12)
        row.addWidget(self.field, 1)
        row.addWidget(KeyCap(self.theme, "Esc"))
        self._body = QWidget()
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(6, 6, 6, 6)
        inner.setSpacing(0)
        inner.addWidget(self.list, 1)
        inner.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Rule(self.theme))
        column.addWidget(self._body, 1)

    def open(self) -> None:
        """Open with an empty field."""
        self._hits = []
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self._searched = ""
        self._fill()
        self.appear(self.field)

    def query(self) -> str:
        return self.field.text().strip()

    def show_hits(self, hits: list[SearchHit]) -> None:
        """The answer to the last ``query_changed``."""
        self._hits = hits if self.query() else []
        self._searched = self.query()
        self._fill()

    def place(self) -> None:
        width = min(WIDTH, self.width() - 64)
        hint = sum(row_height(row) for row in self.rows.rows()) + 12
        if not self.rows.rows():
            hint = 64
        height = paint.tall(52, "heading", 20) + 3 + min(hint, TALLEST, max(120, self.height() - 200))
        self.panel.setFixedSize(QSize(width, height))
        self.panel.move((self.width() - width) // 2, max(24, min(120, self.height() // 7)))
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._key(event.key()):
            return True
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            for _ in range(8):
                self._move(1 if key == Qt.Key.Key_PageDown else -1, around=False)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.reject()
        else:
            return False
        return True

    def _move(self, step: int, around: bool = True) -> None:
        count = self.rows.rowCount()
        at = self.list.currentIndex().row()
        for _ in range(count):
            at += step
            if not 0 <= at < count:
                if not around:
                    return
                at %= count
            if self.rows.rows()[at].what is not None:
                self._point(self.rows.index(at))
                return

    def _point(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        # The focus stays in the field, so the field tells what the arrows are on.
        self.field.setAccessibleDescription(str(index.data() or ""))

    def _hovered(self, index: QModelIndex) -> None:
        if self.rows.rows()[index.row()].what is not None:
            self.list.selectionModel().setCurrentIndex(index, self.list.selectionModel().SelectionFlag.ClearAndSelect)

    def _typed(self, _text: str) -> None:
        self._fill()
        self._pause.start()

    def _ask(self) -> None:
        if self.isVisible():
            self.query_changed.emit(self.query())

    def _fill(self) -> None:
        query = self.query()
        titles = [hit for hit in self._hits if hit.message_id is None]
        messages = [hit for hit in self._hits if hit.message_id is not None]
        rows: list[Row] = []
        if titles:
            rows.append(Row(tr("Chats")))
            rows.extend(_chat_row(hit) for hit in titles[:_MOST])
        if messages:
            rows.append(Row(tr("Messages")))
            rows.extend(_message_row(hit) for hit in messages[:_MOST])
        commands = command_rows(self._commands, query)
        if commands:
            rows.append(Row(tr("Commands")))
            rows.extend(commands)
        self.rows.set_rows(rows)
        self.list.setVisible(bool(rows))
        self._nothing.setText(tr("Nothing found") if self._searched == query else tr("Searching…"))
        self._nothing.setVisible(not rows)
        if rows:
            self._point(self.rows.index(1))
            self.list.scrollToTop()
        if self.isVisible():
            self.place()

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        what = self.rows.rows()[index.row()].what
        if what is None:
            return
        self.accept()
        if isinstance(what, Command):
            self.command_chosen.emit(what.key)
        else:
            self.hit_chosen.emit(what)


class _Top(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(paint.tall(52, "heading", 20))

    def paintEvent(self, event: QPaintEvent) -> None:
        place = QRectF(16, 0, 18, self.height())
        paint.draw_icon(QPainter(self), "search", self._theme.color("textMuted"), place, size("iconButton"))


def _field_font() -> QFont:
    result = QFont(font("heading"))
    result.setWeight(QFont.Weight.Normal)
    return result


def _chat_row(hit: SearchHit) -> Row:
    spans = hit.spans
    text = one_line(hit.snippet or hit.chat_title)
    return Row(text, hit, "message-square", note=_day(hit.updated_at), spans=spans)


def _message_row(hit: SearchHit) -> Row:
    return Row(one_line(hit.snippet), hit, "text-quote", note=one_line(hit.chat_title), spans=hit.spans)


def _day(at: float) -> str:
    if not at:
        return ""
    try:
        day = datetime.fromtimestamp(at).date()
    except (OverflowError, OSError, ValueError):
        return ""
    away = (date.today() - day).days
    if away <= 0:
        return tr("Today")
    return tr("Yesterday") if away == 1 else day_text(day, year=away >= 300)
