"""What is asked for in a conversation: an answer again, another version, a correction, a link, a file of the code.

``main_window.py`` makes it; the transcript says what is wanted, the services do it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.domain.chat import Role
from desktop.translation import tr
from desktop.ui.frame import Frame

# Dialogs are imported when they are opened: the window does not wait for them at the start.


class Talk(QObject):
    """``chats`` is the service; ``open_link`` opens an address outside Snug, after the user agreed.

    Signals:
        done: the field that was used is gone, and the next word is typed below.
    """

    done = Signal()

    def __init__(self, window: Frame, chats: Any, open_link: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window = window
        self._chats = chats
        self._open_link = open_link
        transcript = window.room.transcript
        transcript.link_activated.connect(self.open_link)
        transcript.save_requested.connect(self._save_code)
        transcript.edit_submitted.connect(self._edit)
        transcript.regenerate_requested.connect(self._regenerate)
        transcript.version_requested.connect(self._switch)
        transcript.fork_requested.connect(self._fork)
        transcript.carry_on_requested.connect(self._carry_on)
        transcript.pin_requested.connect(self._keep_in_memory)
        transcript.note_corrected.connect(self._correct_note)
        transcript.note_removed.connect(self._forget_note)

    def regenerate_last(self) -> None:
        """Ask for the last answer again."""
        conversation = self._conversation()
        last = conversation.count() - 1
        message = conversation.message(last) if last >= 0 and not conversation.answering() else None
        if message is not None and message.role is Role.ASSISTANT:
            conversation.regenerate(last)

    def open_link(self, link: str) -> None:
        """Ask whether an address is to be opened, and say so where it cannot be."""
        from desktop.ui import ways_out

        refused = ways_out.ask_to_open(self._window.theme, self._window, link, self._open_link)
        if refused:
            self._window.toast.tell(refused, warning=True)

    def _conversation(self) -> Any:
        return self._chats.current()

    def _save_code(self, code: str, language: str) -> None:
        from desktop.ui import ways_out

        ways_out.ask_to_save(self._window, code, language, self._saved)

    def _saved(self, name: str, problem: str) -> None:
        if problem:
            said = tr("{name} could not be saved: {problem}. The code is still in the chat.")
            self._window.toast.tell(said.format(name=name, problem=problem), warning=True)
        else:
            self._window.toast.tell(tr("Saved as {name}").format(name=name))

    def _edit(self, row: int, text: str) -> None:
        self._conversation().edit(row, text)
        self.done.emit()

    def _regenerate(self, row: int) -> None:
        self._conversation().regenerate(row)
        self.done.emit()

    def _switch(self, row: int, step: int) -> None:
        self._conversation().switch(row, step)

    def _carry_on(self, row: int) -> None:
        self._conversation().carry_on(row)
        self.done.emit()

    def _keep_in_memory(self, row: int, pinned: bool) -> None:
        self._conversation().keep_in_memory(row, pinned)

    def _correct_note(self, text: str) -> None:
        self._change_note(tr("Note changed"), partial(self._conversation().correct_note, text), text)

    def _forget_note(self) -> None:
        self._change_note(tr("Note deleted"), self._conversation().forget_note)

    def _change_note(self, said: str, change: Callable[[], None], text: str = "") -> None:
        """What the model remembers may be the only trace of it, so it can be had back."""
        conversation = self._conversation()
        note = conversation.memory().note
        change()
        if note is not None and text != note.text:
            self._window.toast.tell(said, tr("Undo"), partial(conversation.put_note_back, note))

    def _fork(self, row: int) -> None:
        message = self._conversation().message(row)
        if message is not None:
            self._chats.fork(message.id)
