"""The menus of the rows in the chat list: of a chat, of where it is moved to, of a folder. They say what was chosen
and change nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.domain.chat import Chat
from desktop.domain.folders import RULES, Folder, Rule
from desktop.translation import tr, tr_count
from desktop.ui.parts.menu import Menu
from desktop.ui.sidebar.chat_model import title_of
from desktop.ui.theme import Theme

KEEP_DAYS = 30


class RowMenu(Menu):
    """A menu whose rows each send a signal of it."""

    def __init__(self, theme: Theme, name: str, parent: QWidget, object_name: str) -> None:
        super().__init__(theme, name, parent)
        self.setObjectName(object_name)
        self.aboutToHide.connect(self.deleteLater)
        self._wishes: dict[QAction, tuple[Signal, tuple[object, ...]]] = {}
        self.triggered.connect(self._picked)

    def wish(self, action: QAction, signal: object, *values: object) -> None:
        self._wishes[action] = (signal, values)  # pyright: ignore

    def _picked(self, action: QAction) -> None:
        signal, values = self._wishes[action]
        signal.emit(*values)  # pyright: ignore


class ChatRowMenu(RowMenu):
    """What can be done with a chat. ``kept_for``: how many days it is kept; None: until it is deleted."""

    rename_requested = Signal()
    pin_requested = Signal(bool)
    keep_requested = Signal(object)
    move_requested = Signal()
    delete_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget, chat: Chat, kept_for: int | None) -> None:
        super().__init__(theme, tr("Chat {title}").format(title=title_of(chat)), parent, "chatMenu")
        keeping = (
            tr_count(kept_for, "Keep for ever, not 1 day", "Keep for ever, not %n days")
            if kept_for
            else tr_count(KEEP_DAYS, "Keep for 1 day only", "Keep for %n days only")
        )
        self.wish(self.add_command(tr("Rename"), "pencil", "F2"), self.rename_requested)
        pinning = self.add_command(tr("Unpin") if chat.pinned else tr("Pin"), "pin")
        self.wish(pinning, self.pin_requested, not chat.pinned)
        self.wish(self.add_command(tr("Move to…"), "folder"), self.move_requested)
        self.wish(self.add_command(keeping, "timer"), self.keep_requested, None if kept_for else KEEP_DAYS)
        self.wish(self.add_command(tr("Delete"), "trash-2", "Del", danger=True), self.delete_requested)


class MoveMenu(RowMenu):
    """Where a chat is moved to.

    Signals:
        chosen: the id of a folder; None: out of any.
        new_requested: a folder that is not there yet.
    """

    chosen = Signal(object)
    new_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget, chat: Chat, folders: list[Folder]) -> None:
        super().__init__(theme, tr("Move {title} to").format(title=title_of(chat)), parent, "moveMenu")
        self.add_heading(tr("Move to"))
        for folder in folders:
            name = folder.name if folder.rule.store else f"{folder.name} ({folder.rule.note})"
            # One that never stores says why it cannot have this chat.
            action = self.add_choice(name, folder.id == chat.folder_id, "folder", dim=not folder.rule.store)
            self.wish(action, self.chosen, folder.id)
        if folders:
            self.wish(self.add_choice(tr("No folder"), chat.folder_id is None), self.chosen, None)
            self.add_rule()
        self.wish(self.add_command(tr("New folder…"), "plus"), self.new_requested)


class FolderMenu(RowMenu):
    """What can be done with a folder.

    Signals:
        rule_chosen: the ``Rule`` from now on.
    """

    chat_requested = Signal()
    rename_requested = Signal()
    rule_chosen = Signal(object)
    delete_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget, folder: Folder) -> None:
        super().__init__(theme, tr("Folder {name}").format(name=folder.name), parent, "folderMenu")
        self.wish(self.add_command(tr("New chat here"), "square-pen"), self.chat_requested)
        self.wish(self.add_command(tr("Rename"), "pencil", "F2"), self.rename_requested)
        self.add_rule()
        self.add_heading(tr("Keep chats"))
        for rule in rules_with(folder.rule):
            # One that holds chats says why it cannot be one that never stores.
            dim = not rule.store and folder.rule.store and bool(folder.number)
            self.wish(self.add_choice(capital(rule.words), rule == folder.rule, dim=dim), self.rule_chosen, rule)
        self.add_rule()
        words = tr("Delete folder…") if folder.number else tr("Delete folder")
        self.wish(self.add_command(words, "trash-2", "Del", danger=True), self.delete_requested)


def rules_with(rule: Rule) -> list[Rule]:
    """The rules that are offered, and the one that holds."""
    days = {each.days or 0: each for each in (*RULES, rule) if each.store}
    return [*(days[number] for number in sorted(days)), *(each for each in RULES if not each.store)]


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
