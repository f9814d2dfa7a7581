"""``snug chats folders``, ``folder`` and ``move``: folders of chats from the terminal. A folder is named as it is in
the window; large and small letters are the same.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections import Counter

from desktop.cli import output
from desktop.domain import folders
from desktop.domain.folders import Folder, Rule
from desktop.errors import AppError
from desktop.house import Stores


def find(stores: Stores, name: str) -> Folder:
    """The folder of this name.

    Raises:
        AppError: NO_SUCH_FOLDER.
    """
    found = folders.named(stores.folders.list(), " ".join(name.split()))
    if found is None:
        todo = "“snug chats folders” shows them all, “snug chats folder NAME” makes one."
        raise AppError("NO_SUCH_FOLDER", f"There is no folder called {name}.", todo=todo)
    return found


def _list(chosen: Namespace, stores: Stores) -> int:
    inside = Counter(chat.folder_id for chat in stores.conversations.list())
    for folder in stores.folders.list():
        _say(chosen, folder, inside[folder.id])
    return 0


def _move(chosen: Namespace, stores: Stores) -> int:
    chat = stores.conversations.get(chosen.chat)
    if chat is None:
        raise AppError("NO_SUCH_CHAT", f"There is no chat {chosen.chat}.", todo="“snug chats list” shows them all.")
    folder = None if chosen.none else find(stores, chosen.folder)
    if folder is not None and stores.retention.days(chat.id) is None and folder.rule.ends(chat.updated_at, time.time()):
        _agree_to_expire(chosen, folder.rule, 1)
    stores.folders.move(chat.id, folder.id if folder is not None else None)
    if chosen.json:
        output.event("moved", chat=chat.id, folder=folder.name if folder is not None else None)
    else:
        output.line(f"Moved to {folder.name}." if folder is not None else "In no folder now.")
    return 0


def _folder(chosen: Namespace, stores: Stores) -> int:
    """Make a folder, or change the one of this name; its chats go with it only where that is said."""
    folder = folders.named(stores.folders.list(), " ".join(chosen.name.split()))
    if chosen.delete or chosen.delete_chats:
        return _delete(chosen, stores, folder or find(stores, chosen.name))
    rule = _rule(chosen)
    if folder is None:
        folder = stores.folders.create(chosen.name, rule or folders.KEPT)
    elif rule is not None:
        _agree_to_expire(chosen, rule, stores.retention.overdue(folder.id, rule))
        stores.folders.set_rule(folder.id, rule)
    if chosen.rename is not None:
        stores.folders.rename(folder.id, chosen.rename)
    [now] = [each for each in stores.folders.list() if each.id == folder.id]
    _say(chosen, now, sum(chat.folder_id == now.id for chat in stores.conversations.list()))
    return 0


def _delete(chosen: Namespace, stores: Stores, folder: Folder) -> int:
    number = sum(chat.folder_id == folder.id for chat in stores.conversations.list())
    if number and chosen.delete_chats:
        _agree(chosen, f"Delete “{folder.name}” and {_chats(number)} for good?")
    taken = stores.folders.delete(folder.id, with_chats=chosen.delete_chats)
    stores.conversations.purge_deleted()
    if chosen.json:
        output.event("deleted", folder=folder.name, chats=taken.chats if taken.deleted else [])
    else:
        output.line("Folder and its chats deleted." if number and chosen.delete_chats else "Folder deleted.")
    return 0


def _agree_to_expire(chosen: Namespace, rule: Rule, number: int) -> None:
    """Ask before a rule ends so many chats at once."""
    if number:
        _agree(chosen, f"The last word of {_chats(number)} is longer ago than {rule.words}. Delete what is older?")


def _agree(chosen: Namespace, question: str) -> None:
    """Ask, where somebody can be asked.

    Raises:
        AppError: NOT_CONFIRMED.
    """
    if chosen.yes:
        return
    if not sys.stdin.isatty():
        raise AppError("NOT_CONFIRMED", "Nothing was changed.", todo=f"{question} Add --yes to do it unasked.")
    if input(f"{question} Type yes: ").strip().lower() != "yes":
        raise AppError("NOT_CONFIRMED", "Nothing was changed.")


def _rule(chosen: Namespace) -> Rule | None:
    """The rule that was asked for; None where none was."""
    if chosen.never_store:
        return folders.NEVER_STORED
    return folders.KEPT if chosen.for_ever else Rule(chosen.keep) if chosen.keep is not None else None


def _say(chosen: Namespace, folder: Folder, number: int) -> None:
    rule = folder.rule
    if chosen.json:
        output.event("folder", id=folder.id, name=folder.name, chats=number, keep_days=rule.days, stores=rule.store)
    else:
        output.line(f"{number:>6}  {folder.name}{f' ({rule.note})' if rule.note else ''}")


def _chats(number: int) -> str:
    return "1 chat" if number == 1 else f"{number} chats"


ACTIONS = {"folders": _list, "folder": _folder, "move": _move}
