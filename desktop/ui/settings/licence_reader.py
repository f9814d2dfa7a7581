"""What comes with Snug at the left, and the licence of the one that is chosen at the right: plain text, to be read and
copied."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, QStringListModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.services.licences import SEE_TEXT, Paper, papers
from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.parts.overlay import Overlay
from desktop.ui.parts.rows_view import RowsView
from desktop.ui.theme import Theme, font, grown, radius

_WIDTH, _HEIGHT, _LIST = 940, 640, 240
_Index = QModelIndex | QPersistentModelIndex


class LicenceReader(Overlay):
    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window, "licences", dimmed=True)
        self.setAccessibleName(tr("Licence texts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.closes_outside = True
        self._papers = papers()
        self.list = _PaperList(theme, self._papers)
        self.text = QPlainTextEdit()
        self.text.setObjectName("licenceText")
        self.text.setReadOnly(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setTabChangesFocus(True)
        self.text.setFont(font("codeSmall"))
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.shut = Button(theme, tr("Close"))
        self.shut.clicked.connect(self.reject)
        self.list.selectionModel().currentChanged.connect(self._show)
        self._lay_out(theme)
        self.list.put_cursor(self.list.model().index(0, 0))

    def ask(self) -> None:
        self.appear(self.list)

    def place(self) -> None:
        self.place_at_size(grown(_WIDTH), grown(_HEIGHT))

    def _lay_out(self, theme: Theme) -> None:
        self.list.setFixedWidth(grown(_LIST))
        beside = QHBoxLayout()
        beside.setSpacing(18)
        beside.addWidget(self.list)
        beside.addWidget(self.text, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.shut)
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(21, 21, 21, 17)
        column.setSpacing(14)
        column.addWidget(Label(theme, tr("Licence texts"), "heading", wrap=True))
        column.addLayout(beside, 1)
        column.addLayout(buttons)

    def _show(self, index: _Index) -> None:
        paper = self._papers[index.row()]
        self.text.setPlainText(paper.text())
        self.text.setAccessibleName(tr("Licence of {name}").format(name=paper.name))


class _PaperList(RowsView):
    """Names, with version and licence; what the keyboard is on is shown."""

    def __init__(self, theme: Theme, papers: list[Paper]) -> None:
        super().__init__()
        self.setObjectName("licenceList")
        self.setAccessibleName(tr("What comes with Snug"))
        # A screen reader hears what the rows show.
        self.setModel(QStringListModel([f"{paper.name}, {_about(paper)}" for paper in papers], self))
        self.setItemDelegate(_PaperDelegate(theme, papers, self))


class _PaperDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, papers: list[Paper], parent: RowsView) -> None:
        super().__init__(parent)
        self._theme = theme
        self._papers = papers
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, paint.tall(24, "body", 6) + paint.tall(20, "small", 6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        paper, area = self._papers[index.row()], QRectF(option.rect)
        painter.save()
        if index == self._list.currentIndex():
            paint.box(painter, area, radius("md"), self._theme.color("overlayHover"))
        first = area.adjusted(10, 3, -10, 0)
        first.setHeight(paint.tall(24, "body", 6))
        paint.draw_text(painter, first, paper.name, medium("body"), self._theme.color("textPrimary"))
        second = QRectF(first.left(), first.bottom() - 2, first.width(), paint.tall(20, "small", 6))
        paint.draw_text(painter, second, _about(paper), font("small"), self._theme.color("textSecondary"))
        painter.restore()


def _about(paper: Paper) -> str:
    licence = tr(SEE_TEXT) if paper.licence == SEE_TEXT else paper.licence
    return " · ".join(part for part in (paper.version, licence) if part)
