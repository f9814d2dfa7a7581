"""The search and what is found by it: chats, messages, commands. Opens over the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.chat import SearchHit
from desktop.ui.commands import COMMANDS
from desktop.ui.palette import Palette
from desktop.ui.theme import Theme


class Searching(QObject):
    """``chats`` is the service; ``commands`` are what the commands of ``ui.commands`` do, by their keys.

    Signals:
        hit_chosen: a ``SearchHit``.
    """

    hit_chosen = Signal(object)

    def __init__(self, theme: Theme, window: QWidget, chats: Any, commands: dict[str, Callable[[], object]]) -> None:
        super().__init__(window)
        self._chats = chats
        self._commands = commands
        self._palette = Palette(theme, window, [command for command in COMMANDS if command.key in commands])
        self._palette.query_changed.connect(self._search)
        self._palette.hit_chosen.connect(self.hit_chosen)
        self._palette.command_chosen.connect(self._run)

    def open(self) -> None:
        self._palette.open()

    def close(self) -> None:
        self._palette.reject()

    def is_open(self) -> bool:
        return self._palette.isVisible()

    def _search(self, text: str) -> None:
        if not text:
            self._show(text, [])
        else:
            self._chats.search(text, partial(self._show, text))

    def _show(self, text: str, hits: list[SearchHit]) -> None:
        # An answer to what is no longer asked is dropped.
        if self.is_open() and self._palette.query() == text:
            self._palette.show_hits(hits)

    def _run(self, key: str) -> None:
        self._commands[key]()
