"""The commands over one opened house."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop import house as houses
from desktop import unlocking
from desktop.cli import folders, hub, models, output
from desktop.cli.doctor import doctor
from desktop.cli.ledger import ledger
from desktop.cli.token import token
from desktop.cli.unlock import open_stores
from desktop.domain.chat import Message, Role, Status
from desktop.errors import AppError
from desktop.house import House, Stores
from desktop.porter import Line
from desktop.services.instance import Mark
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile

Served = Callable[[House, Namespace, QCoreApplication], int]


def run(chosen: Namespace, data_dir: Path, line: Line | None) -> int:
    """Do what was asked; the exit status. ``line`` leads to the porter.

    Raises:
        AppError: refused, in plain words.
    """
    output.prepare(as_json=chosen.json)
    if chosen.command == "doctor":
        return doctor(chosen, data_dir, line)
    if chosen.command == "licences":
        from desktop.cli.licences import licences

        return licences(chosen)
    if chosen.command == "vault":
        from desktop.cli.vault import vault

        return vault(chosen, data_dir)
    paths = unlocking.prepare(data_dir)
    if (chosen.command, chosen.action) == ("models", "token"):
        return token(chosen, paths)
    served = _served(chosen)
    if served is not None:
        return _serve(chosen, data_dir, line, served)
    stores = open_stores(paths)
    mark = Mark(paths.locks).hold()
    try:
        stores.conversations.interrupt_orphans(mark.alive)
        return _ACTIONS[chosen.command, chosen.action](chosen, stores)
    finally:
        stores.database.close()
        mark.release()


def _served(chosen: Namespace) -> Served | None:
    """A command that takes the services, and not only what is stored."""
    if chosen.command == "models":
        return _hub if hub.asks(chosen) else None
    return _SERVED.get(chosen.command)


def _serve(chosen: Namespace, data_dir: Path, line: Line | None, served: Served) -> int:
    if chosen.command == "ask" and chosen.prompt == "-":
        chosen.prompt = sys.stdin.read()
    app = QCoreApplication(sys.argv[:1])
    paths = unlocking.prepare(data_dir)
    worker = Worker("storage")
    try:
        stores = worker.wait(lambda: open_stores(paths))
    except BaseException:
        worker.shut()
        raise
    house: House = houses.furnish(paths, SettingsFile(paths.settings), worker, stores, line=line)
    try:
        return served(house, chosen, app)
    finally:
        house.close()


def _ask(house: House, chosen: Namespace, app: QCoreApplication) -> int:
    from desktop.cli.talk import Talk

    return Talk(house, chosen, app).ask(chosen.prompt)


def _chat(house: House, chosen: Namespace, app: QCoreApplication) -> int:
    from desktop.cli.talk import Talk

    return Talk(house, chosen, app).chat()


def _bench(house: House, chosen: Namespace, _: QCoreApplication) -> int:
    from desktop.cli.bench import Bench

    return Bench(house, chosen).run()


def _hub(house: House, chosen: Namespace, _: QCoreApplication) -> int:

    return hub.HubCommand(house, chosen).run()


def _list_chats(chosen: Namespace, stores: Stores) -> int:
    names = {folder.id: folder.name for folder in stores.folders.list()}
    only = folders.find(stores, chosen.folder).id if chosen.folder is not None else None
    for chat in stores.conversations.list():
        if only is not None and chat.folder_id != only:
            continue
        if chosen.json:
            output.event(
                "chat",
                chat=chat.id,
                title=chat.title,
                updated=chat.updated_at,
                pinned=chat.pinned,
                folder=names.get(chat.folder_id) if chat.folder_id is not None else None,
            )
        else:
            output.line(f"{chat.id:>6}  {output.when(chat.updated_at)}  {'* ' * chat.pinned}{chat.title}")
    return 0


def _show_chat(chosen: Namespace, stores: Stores) -> int:
    chat = stores.conversations.get(chosen.chat)
    if chat is None:
        raise _no_chat(chosen.chat)
    for message in stores.conversations.path(chat.id):
        if chosen.json:
            output.event(
                "message",
                chat=chat.id,
                message=message.id,
                role=message.role.value,
                status=message.status.value,
                model=message.model_name,
                text=message.text,
                reasoning=message.reasoning,
            )
        else:
            output.line(f"{_speaker(message)}:")
            output.line(message.text)
            output.line()
    return 0


def _speaker(message: Message) -> str:
    who = "You" if message.role is Role.USER else message.model_name or message.role.value.capitalize()
    return who if message.status is Status.COMPLETE else f"{who} ({message.status.value})"


def _search_chats(chosen: Namespace, stores: Stores) -> int:
    hits = stores.search.find(" ".join(chosen.words))
    for hit in hits:
        if chosen.json:
            output.event("hit", chat=hit.chat_id, message=hit.message_id, title=hit.chat_title, snippet=hit.snippet)
        else:
            output.line(f"{hit.chat_id:>6}  {hit.chat_title}: {' '.join(hit.snippet.split())}")
    if not hits and not chosen.json:
        output.note("Nothing found.")
    return 0


def _delete_chat(chosen: Namespace, stores: Stores) -> int:
    chat = stores.conversations.get(chosen.chat)
    if chat is None:
        raise _no_chat(chosen.chat)
    if not chosen.yes:
        if not sys.stdin.isatty():
            raise AppError("NOT_CONFIRMED", "Nothing was deleted.", todo="Add --yes to delete without being asked.")
        if input(f"Delete “{chat.title}” for good? Type yes: ").strip().lower() != "yes":
            output.note("Nothing was deleted.")
            return 1
    stores.conversations.delete(chat.id)
    stores.conversations.purge_deleted()
    if chosen.json:
        output.event("deleted", chat=chat.id)
    else:
        output.line("Chat deleted.")
    return 0


def _no_chat(chat_id: int) -> AppError:
    return AppError("NO_SUCH_CHAT", f"There is no chat {chat_id}.", todo="“snug chats list” shows them all.")


_SERVED: dict[str, Served] = {"ask": _ask, "chat": _chat, "bench": _bench}
_ACTIONS = {
    ("chats", "list"): _list_chats,
    ("chats", "show"): _show_chat,
    ("chats", "search"): _search_chats,
    ("chats", "delete"): _delete_chat,
    **{("chats", action): do for action, do in folders.ACTIONS.items()},
    **{("models", action): do for action, do in models.ACTIONS.items()},
    ("ledger", None): ledger,
}
