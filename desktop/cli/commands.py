"""The commands over one opened house."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop import house as houses
from desktop import unlocking
from desktop.cli import output
from desktop.cli.doctor import doctor
from desktop.cli.ledger import ledger
from desktop.cli.unlock import open_stores
from desktop.domain.chat import Message, Role, Status
from desktop.errors import AppError
from desktop.house import House, Stores
from desktop.porter import Line
from desktop.services import models
from desktop.services.instance import Mark
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile


def run(chosen: Namespace, data_dir: Path, line: Line | None) -> int:
    """Do what was asked; the exit status. ``line`` leads to the porter.

    Raises:
        AppError: refused, in plain words.
    """
    output.prepare(as_json=chosen.json)
    if chosen.command == "doctor":
        return doctor(chosen, data_dir, line)
    if chosen.command == "vault":
        from desktop.cli.vault import vault

        return vault(chosen, data_dir)
    paths = unlocking.prepare(data_dir)
    if chosen.command in _SERVED:
        return _serve(chosen, data_dir)
    stores = open_stores(paths)
    mark = Mark(paths.locks).hold()
    try:
        stores.conversations.interrupt_orphans(mark.alive)
        return _ACTIONS[chosen.command, chosen.action](chosen, stores)
    finally:
        stores.database.close()
        mark.release()


def _serve(chosen: Namespace, data_dir: Path) -> int:
    """A command that takes the services, and not only what is stored."""
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
    house: House = houses.furnish(paths, SettingsFile(paths.settings), worker, stores)
    try:
        return _SERVED[chosen.command](house, chosen, app)
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


def _list_chats(chosen: Namespace, stores: Stores) -> int:
    for chat in stores.conversations.list():
        if chosen.json:
            output.event("chat", chat=chat.id, title=chat.title, updated=chat.updated_at, pinned=chat.pinned)
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


def _list_models(chosen: Namespace, stores: Stores) -> int:
    models.ModelService.ensure_starter(stores.library)
    for model in stores.library.list():
        if chosen.json:
            output.event(
                "model",
                model=model.id,
                name=model.name,
                quant=model.quant,
                bytes=model.size_bytes,
                path=model.path,
                available=model.available,
            )
        else:
            missing = "" if model.available else "  (the file is not there)"
            output.line(f"{model.id:>4}  {model.name}  {model.quant}  {output.size(model.size_bytes)}{missing}")
    return 0


def _add_model(chosen: Namespace, stores: Stores) -> int:
    template: str = chosen.template or ""
    if template and template not in models.TEMPLATE_NAMES:
        names = ", ".join(models.TEMPLATE_NAMES)
        raise AppError("NO_SUCH_TEMPLATE", f"There is no template called “{template}”.", todo=f"There are: {names}.")
    model = models.ModelService.take_in(stores.library, Path(chosen.path))
    if template:
        stores.library.set_template(model.id, template)
    if chosen.json:
        output.event("added", model=model.id, name=model.name, path=model.path)
    else:
        output.line(f"{model.name} is on the list. Its file stays where it is.")
        if not model.has_template and not template:
            output.note("It has no chat template; --template chooses one.")
    return 0


def _remove_model(chosen: Namespace, stores: Stores) -> int:
    _, model = models.find(stores.library.list(), chosen.model, stores.library)
    if model is None:
        raise AppError("NO_SUCH_MODEL", f"There is no model called “{chosen.model}”.")
    stores.library.remove(model.id)
    if chosen.json:
        output.event("removed", model=model.id)
    else:
        output.line(f"{model.name} is off the list. Its file is still there: {model.path}")
    return 0


def _no_chat(chat_id: int) -> AppError:
    return AppError("NO_SUCH_CHAT", f"There is no chat {chat_id}.", todo="“snug chats list” shows them all.")


_SERVED = {"ask": _ask, "chat": _chat, "bench": _bench}
_ACTIONS = {
    ("chats", "list"): _list_chats,
    ("chats", "show"): _show_chat,
    ("chats", "search"): _search_chats,
    ("chats", "delete"): _delete_chat,
    ("models", "list"): _list_models,
    ("models", "add"): _add_model,
    ("models", "remove"): _remove_model,
    ("ledger", None): ledger,
}
