"""Looks at the window from outside: what was painted, and whether a key reaches the composer."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent

GIVE_UP_MS = 20_000


class Watcher(QObject):
    """Sees the list, the transcript and the composer being painted; then opens chats and times them.

    It looks at these three only: Python in the way of every event of every widget would be measured with them.
    """

    def __init__(self, desktop: Any, chats: list[int]) -> None:
        super().__init__()
        self._desktop = desktop
        self._chats = chats
        self._watched: dict[QObject, str] = {}
        self._painted: set[str] = set()
        self._asked = 0.0
        self._opening = 0
        desktop.shown.connect(self._shown)
        QTimer.singleShot(GIVE_UP_MS, desktop.quit)

    def _shown(self) -> None:
        window = self._desktop.window
        self._watched = {
            window.sidebar.list.viewport(): "chatList",
            window.room.transcript.viewport(): "transcript",
            window.room.composer: "composer",
        }
        for widget in self._watched:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._painted.add(self._watched[watched])
            # After the event that is being painted, and everything painted with it.
            QTimer.singleShot(0, self._look)
        return False

    def _look(self) -> None:
        # Opening a chat leaves the rest of the window as it is.
        wanted = {"transcript"} if self._opening > 0 else {"chatList", "transcript", "composer"}
        if not wanted <= self._painted or not self._last_message_is_there():
            return
        if not self._opening:
            self._press_a_key()
            self._say(usable=time.monotonic())
            self._opening = -1
        elif self._opening > 0:
            self._say(opened=self._opening, ms=(time.perf_counter() - self._asked) * 1000)
            self._opening = -1
        if self._opening == -1:
            self._opening = -2
            QTimer.singleShot(400, self._next)

    def _press_a_key(self) -> None:
        editor = self._desktop.window.room.composer.editor
        before = editor.toPlainText()
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = QKeyEvent(kind, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x")
            QCoreApplication.sendEvent(editor, key)
        assert "x" in editor.toPlainText()
        editor.setPlainText(before)

    def _last_message_is_there(self) -> bool:
        """Whether the end of the chat that was asked for is on the screen, not only the frame around it."""
        conversation = self._desktop.house.chats.current()
        if conversation.count() == 0 or (self._opening > 0 and conversation.chat.id != self._opening):
            return False
        last = conversation.message(conversation.count() - 1)
        viewport = self._desktop.window.room.transcript.viewport()
        there = QPoint(viewport.width() // 2, viewport.height() * 2 // 3)
        return last is not None and viewport.childAt(there) is not None

    def _next(self) -> None:
        if not self._chats:
            import psutil  # not before the start was measured

            self._say(memory=psutil.Process().memory_full_info().pss)
            self._desktop.quit()
            return
        if not any(chat.id == self._chats[0] for chat in self._desktop.house.chats.chats()):
            # The list is still being read, and nobody could click on it either.
            QTimer.singleShot(50, self._next)
            return
        self._painted.clear()
        self._opening = self._chats.pop(0)
        self._asked = time.perf_counter()
        self._desktop.house.chats.open(self._opening)

    def _say(self, **values: object) -> None:
        sys.stdout.write(json.dumps(values) + "\n")
        sys.stdout.flush()
