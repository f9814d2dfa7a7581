"""The frame of the window: sidebar and room side by side, the focus ring, F6 between areas, size and place remembered.

It knows the areas but no service; ``main_window.py`` adds those.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.chat.room import Room, TranscriptFactory
from desktop.ui.parts import paint
from desktop.ui.parts.focus_ring import FocusRing
from desktop.ui.preferences import GEOMETRY, SIDEBAR, Settings
from desktop.ui.sidebar.sidebar import Sidebar
from desktop.ui.theme import Theme, grown, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.ui.drop_hint import DropHint
    from desktop.ui.inspector.dock import Dock
    from desktop.ui.inspector.inspector import Inspector
    from desktop.ui.parts.other_room import OtherRoom
    from desktop.ui.parts.toast import Toast

# What is shown later (toast, drop hint) is imported then: the window does not wait for it at the start.

NARROW = 1000
"""Below this width the sidebar gives way."""


class Frame(QWidget):
    """Signals:
    models_dropped: .gguf files or folders were dropped on the window.
    painted: it can be seen for the first time.
    """

    models_dropped = Signal(list)
    painted = Signal()

    def __init__(self, theme: Theme, settings: Settings, transcript_factory: TranscriptFactory) -> None:
        super().__init__()
        self.theme = theme
        self._settings = settings
        self._drop_hint: DropHint | None = None
        self._toast: Toast | None = None
        self._narrow: bool | None = None
        self._was_painted = False
        self._other: OtherRoom | None = None
        self._dock: Dock | None = None
        self.setObjectName("mainWindow")
        # Never the title of a chat: it would show in task lists and in the lock screen's previews.
        self.setWindowTitle("Snug")
        self.setAcceptDrops(True)
        self.sidebar = Sidebar(theme)
        self.room = Room(theme, transcript_factory)
        # The sidebar goes up to the edges of the window; only the room is inset.
        self._inset = QHBoxLayout()
        self._inset.addWidget(self.room)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addLayout(self._inset, 1)
        self.ring = FocusRing(theme, self)
        self.sidebar.close_requested.connect(self.close_sidebar)
        self.room.header.sidebar_requested.connect(self.open_sidebar)
        self._restore()

    @property
    def toast(self) -> Toast:
        """What tells something at the lower edge, made when it is needed first."""
        if self._toast is None:
            from desktop.ui.parts.toast import Toast

            self._toast = Toast(self.theme, self, self.room.stage)
            self.ring.raise_()
        return self._toast

    # Sidebar

    def open_sidebar(self) -> None:
        self._show_sidebar(True)
        self._remember_sidebar(True)
        self.sidebar.closer.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_sidebar(self) -> None:
        had_focus = self.sidebar.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self._show_sidebar(False)
        self._remember_sidebar(False)
        if had_focus:
            self.room.header.sidebar.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remember_sidebar(self, shown: bool) -> None:
        # In a narrow window the sidebar comes and goes with the room there is; that says nothing about a wide one.
        if not self._narrow:
            self._settings.put(SIDEBAR, shown)

    def _show_sidebar(self, shown: bool) -> None:
        self.sidebar.setVisible(shown)
        self._lay_inset()
        self.room.header.show_sidebar_button(not shown)
        if self._other is not None:
            self._other.sidebar.setVisible(not shown)

    def _lay_inset(self) -> None:
        """The room's place: from the sidebar, or the edge of the window, to the second room, or the other edge."""
        inset = size("roomInset")
        taken = self._dock.takes() if self._dock is not None else 0
        self._inset.setContentsMargins(inset if self.sidebar.isHidden() else 0, inset, inset + taken, inset)

    # The second room

    def add_dock(self, make: Callable[[], Inspector]) -> None:
        """Give the window a place for the inspector, which ``make`` makes."""
        from desktop.ui.inspector.dock import Dock

        self._dock = Dock(self.theme, self, self.room.header.inspector, self._settings, make)
        self._dock.changed.connect(self._dock_changed)
        self.room.header.offer_inspector()
        self.painted.connect(self._dock.start)
        # Its place is kept free from the start: the first picture is not laid out twice.
        self._dock_changed()

    def _dock_changed(self) -> None:
        if self._dock is not None:
            self._lay_inset()
            self.room.header.inspector.setChecked(self._dock.is_open())

    # Areas

    def areas(self) -> list[QWidget]:
        """What F6 goes round, in order."""
        wall: list[QWidget] = [self.sidebar] if self.sidebar.isVisible() else []
        if self._other is not None:
            return [*wall, self._other]
        second = [self._dock.inspector] if self._dock and self._dock.inspector and self._dock.is_shown() else []
        return [*wall, self.room.header, self.room.centre(), self.room.composer, *second]

    def next_area(self, step: int = 1) -> None:
        """Put the focus into the next area that can take it: into a toast first, as it leaves soon."""
        if self._toast is not None and self._toast.take_focus():
            return
        areas = self.areas()
        focus = self.focusWidget()
        at = next((place for place, area in enumerate(areas) if _holds(area, focus)), -1 if step > 0 else 0)
        for away in range(1, len(areas) + 1):
            area = areas[(at + step * away) % len(areas)]
            target = self._way_in(area)
            if target is not None:
                # Qt takes this reason alone for the keyboard's, outside the Tab key itself.
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def focusNextPrevChild(self, next: bool) -> bool:
        # Messages and their buttons come and go; the way through them is laid when somebody walks it.
        self.room.transcript.order_focus()
        moved = super().focusNextPrevChild(next)
        focus = self.focusWidget()
        area = focus
        # What scrolls does this by itself only while the keyboard stays within.
        while area is not None and not hasattr(area, "reveal"):
            area = area.parentWidget()
        if area is not None:
            area.reveal(focus)  # pyright: ignore
        return moved

    def _way_in(self, area: QWidget) -> QWidget | None:
        """The control of an area that F6 lands on."""
        if area is self.sidebar:
            return self.sidebar.list if self.sidebar.list.current_row() is not None else self.sidebar.new_chat
        if area is self.room.header:
            return self.room.header.model
        if area is self.room.composer:
            return self.room.composer.editor
        if self._dock is not None and self._dock.inspector is area:
            return self._dock.inspector.way_in()
        if area.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return area
        for child in area.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled():
                return child
        return None

    # Size and place

    def _restore(self) -> None:
        place(self, self._settings)
        self._narrow = self.width() < grown(NARROW)
        self._show_sidebar(bool(self._settings.get(SIDEBAR, True)) and not self._narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < grown(NARROW)
        if self._narrow is not None and narrow != self._narrow:
            self._narrow = narrow
            self._show_sidebar(bool(self._settings.get(SIDEBAR, True)) and not narrow)
        if self._dock is not None:
            self._lay_inset()
            self._dock.place()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.put(GEOMETRY, bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill(QPainter(self), event.rect(), self.theme.color("window"))
        if not self._was_painted:
            self._was_painted = True
            # What stands on it is painted next, in the same turn.
            QTimer.singleShot(0, self.painted.emit)

    # A model file dropped on the window

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not _files(event):
            return
        # Taken in any case: who is not told when the drag leaves could not say that this file is no model.
        event.acceptProposedAction()
        if self._drop_hint is None:
            from desktop.ui.drop_hint import DropHint

            self._drop_hint = DropHint(self.theme, self)
        self._drop_hint.appear(self._other or self.room, _model_files(event))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if _model_files(event):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hide_drop_hint()

    def dropEvent(self, event: QDropEvent) -> None:
        self._hide_drop_hint()
        files = _model_files(event)
        if files:
            event.acceptProposedAction()
            self.models_dropped.emit(files)

    # Another room in the place of the chats

    def show_other(self, room: OtherRoom) -> None:
        """Put the settings, say, in the place of the chats."""
        if room.parent() is not self:
            self._inset.addWidget(room)
            room.sidebar_requested.connect(self.open_sidebar)
        if self._other is not None and self._other is not room:
            self._other.hide()
        self._other = room
        if self._dock is not None:
            self._dock.set_aside(True)
        self.room.hide()
        room.sidebar.setVisible(not self.sidebar.isVisible())
        room.show()

    def show_chats(self) -> None:
        """Back to the chats."""
        if self._other is not None:
            self._other.hide()
            self._other = None
            self.room.show()
            if self._dock is not None:
                self._dock.set_aside(False)

    def _hide_drop_hint(self) -> None:
        if self._drop_hint is not None:
            self._drop_hint.hide()


def place(window: QWidget, settings: Settings) -> None:
    """Size and place as the window had them last."""
    least, usual = QSize(*size("windowMin")), QSize(*size("windowDefault"))
    if window.devicePixelRatioF() > 1:
        # Where the system enlarges everything there is less room on the screen: it has to fit, with its title bar.
        room = window.screen().availableSize() - QSize(0, 40)
        least, usual = least.boundedTo(room), usual.boundedTo(room)
    window.setMinimumSize(least)
    window.resize(usual)
    stored = settings.get(GEOMETRY, "")
    if isinstance(stored, str) and stored:
        window.restoreGeometry(QByteArray.fromBase64(stored.encode("ascii", "ignore")))


def _holds(area: QWidget, focus: QWidget | None) -> bool:
    return focus is not None and (area is focus or area.isAncestorOf(focus))


def _model_files(event: QDropEvent) -> list[str]:
    """The model files and folders of a drag."""
    return [path for path in _files(event) if path.lower().endswith(".gguf") or Path(path).is_dir()]


def _files(event: QDropEvent) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
