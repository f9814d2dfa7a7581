"""Chats and messages: everything the app does with them, each call one transaction.

Synchronous, and any thread may call. Knows nothing of engines and windows; returns values of ``domain.chat``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.domain.chat import AtLimit, Chat, FinishReason, Message, Part, Statistics, Status, TitleOrigin
from desktop.domain.context import Note
from desktop.domain.glance import Opened
from desktop.storage import answers, failures, glance, index, purge, rows, taken
from desktop.storage.database import Database
from desktop.storage.parts import storable
from desktop.storage.rows import NEW_CHAT
from desktop.storage.tables import chat, draft, folder, message, note

_ORDER = (TitleOrigin.NONE, TitleOrigin.WORDS, TitleOrigin.MODEL, TitleOrigin.USER)


class Conversations:
    """The chats of one database.

    Methods raise ``AppError``: CHAT_GONE and MESSAGE_GONE where something is no longer there, and what the database
    itself meets (see ``storage.failures``). A call that raises has changed nothing.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._taken: dict[int, taken.Rows] = {}
        self._now = clock

    # Reading

    def list(self) -> list[Chat]:
        """All chats that are not deleted, the one that was last written in first."""
        with self._database.read() as connection:
            return rows.chats(connection)

    def get(self, chat_id: int) -> Chat | None:
        """One chat; None if there is none or it is deleted."""
        with self._database.read() as connection:
            return rows.chat(connection, chat_id)

    def existing(self, ids: Iterable[int]) -> set[int]:
        """Those of these chats that there are and that are not deleted."""
        with self._database.read() as connection:
            return rows.existing_chats(connection, ids)

    def messages(self, ids: Sequence[int]) -> Sequence[Message]:
        """Messages in the order asked for; ids that are not there are left out. Running answers have their words so
        far."""
        with self._database.read() as connection:
            return rows.messages(connection, ids)

    def message(self, message_id: int) -> Message | None:
        """One message; None if there is none."""
        found = self.messages([message_id])
        return found[0] if found else None

    def path(self, chat_id: int) -> Sequence[Message]:
        """The messages from the first to the active leaf, as one state of the database. For export and scripts; a
        window asks for the tree and the messages it shows."""
        with self._database.read() as connection:
            leaf = rows.require_chat(connection, chat_id).active_leaf
            return rows.messages(connection, rows.tree(connection, chat_id).path(leaf))

    def opened(self, chat_id: int | None) -> Opened:
        """A chat as it is opened, as one state of the database; None, or a chat that is gone, opens a new one."""
        with self._database.read() as connection:
            return glance.opened(connection, chat_id)

    # A turn

    def add_turn(
        self,
        chat_id: int | None,
        parent_id: int | None,
        parts: tuple[Part, ...],
        *,
        model_name: str,
        model_key: str,
        writer: str,
        title: str,
        folder_id: int | None = None,
    ) -> tuple[Chat, Message, Message]:
        """A question and the place of its answer, in one transaction. Makes the chat if ``chat_id`` is None (then
        ``title`` is its title for now, ``folder_id`` its folder as long as that is there), and clears the draft the
        question came from.

        Raises:
            AppError: FOLDER_NEVER_STORES, too.
        """
        now = self._now()
        with self._database.write() as connection:
            in_chat = chat_id or self._add_chat(connection, title, now, folder_id=folder_id)
            if chat_id is not None:
                rows.require_chat(connection, chat_id)
            self._require_parent(connection, in_chat, parent_id)
            asked = answers.add_user_message(connection, in_chat, parent_id, parts, now)
            answer = answers.begin(
                connection, in_chat, asked, now, model_name=model_name, model_key=model_key, writer=writer
            )
            self._touch(connection, in_chat, now, answer)
            connection.execute(delete(draft).where(draft.c.chat_id == (chat_id or NEW_CHAT)))
            question, reply = rows.messages(connection, [asked, answer])
            return rows.require_chat(connection, in_chat), question, reply

    def add_answer(self, parent_id: int, *, model_name: str, model_key: str, writer: str) -> Message:
        """Another answer to the message ``parent_id``, beside those that are there. It becomes the active leaf."""
        now = self._now()
        with self._database.write() as connection:
            parent = rows.require_message(connection, parent_id)
            rows.require_chat(connection, parent.chat_id)
            answer = answers.begin(
                connection, parent.chat_id, parent_id, now, model_name=model_name, model_key=model_key, writer=writer
            )
            self._touch(connection, parent.chat_id, now, answer)
            return rows.require_message(connection, answer)

    def reopen_answer(self, message_id: int, writer: str) -> Message:
        """Carry on an answer that has ended. Its parts stay, and are part of every checkpoint from now on."""
        with self._database.write() as connection:
            answers.reopen(connection, rows.require_message(connection, message_id), writer)
            return rows.require_message(connection, message_id)

    def checkpoint(self, message_id: int, parts: Sequence[Part]) -> None:
        """Keep all the words of a running answer so far. Does nothing once the answer has ended."""
        with self._database.write() as connection:
            answers.checkpoint(connection, message_id, parts, self._now())

    def finish(
        self,
        message_id: int,
        parts: Sequence[Part],
        status: Status,
        finish_reason: FinishReason | None,
        statistics: Statistics | None,
        failure: str = "",
    ) -> Message:
        """The end of an answer: its words for good, found by the search from now on."""
        with self._database.write() as connection:
            found = rows.require_message(connection, message_id)
            answers.settle(
                connection,
                message_id,
                parts,
                status,
                finish_reason=finish_reason,
                statistics=statistics,
                failure=failure,
            )
            self._touch(connection, found.chat_id, self._now())
            return rows.require_message(connection, message_id)

    def interrupt_orphans(self, alive: Callable[[str], bool]) -> int:
        """End the answers whose writer is not alive any more, with the words that were kept. How many there were."""
        running = select(message.c.id, message.c.writer).where(message.c.status == Status.GENERATING.value)
        with self._database.read() as connection:
            writers = {writer for _, writer in connection.execute(running)}
        # Asked outside the transaction: finding out about a process may take a while.
        dead = {writer for writer in writers if not alive(writer)}
        if not dead:
            return 0
        with self._database.write() as connection:
            orphans = [message_id for message_id, writer in connection.execute(running) if writer in dead]
            for orphan in rows.messages(connection, orphans):
                answers.settle(connection, orphan.id, orphan.parts, Status.INTERRUPTED, statistics=orphan.statistics)
            return len(orphans)

    # A chat

    def set_active_leaf(self, chat_id: int, leaf: int | None) -> None:
        """Show another branch."""
        with self._database.write() as connection:
            rows.require_chat(connection, chat_id)
            self._require_parent(connection, chat_id, leaf)
            self._change(connection, chat_id, active_leaf=leaf)

    def rename(self, chat_id: int, title: str, origin: TitleOrigin) -> bool:
        """Give a chat a title, unless it has one of better origin. Whether it was taken."""
        with self._database.write() as connection:
            if _ORDER.index(origin) < _ORDER.index(rows.require_chat(connection, chat_id).title_origin):
                return False
            self._change(connection, chat_id, title=storable(title), title_origin=origin.value)
            index.set_title(connection, chat_id, storable(title))
            return True

    def set_pinned(self, chat_id: int, pinned: bool) -> None:
        """Pin a chat or let it go."""
        with self._database.write() as connection:
            rows.require_chat(connection, chat_id)
            self._change(connection, chat_id, pinned=pinned)

    def set_system_prompt(self, chat_id: int, text: str) -> None:
        """What the model is told before the first message."""
        with self._database.write() as connection:
            rows.require_chat(connection, chat_id)
            self._change(connection, chat_id, system_prompt=storable(text))

    def set_at_limit(self, chat_id: int, at_limit: AtLimit) -> None:
        """What is done when the chat is longer than the context."""
        with self._database.write() as connection:
            rows.require_chat(connection, chat_id)
            self._change(connection, chat_id, at_limit=at_limit.value)

    def set_in_memory(self, message_id: int, pinned: bool) -> Message:
        """Keep a message in the model's memory, or let it go with the others."""
        with self._database.write() as connection:
            rows.require_message(connection, message_id)
            connection.execute(update(message).where(message.c.id == message_id).values(pinned=pinned))
            return rows.require_message(connection, message_id)

    def set_note(self, new: Note) -> None:
        """What the model remembers of everything up to a message, in place of what was there."""
        values = {"text": storable(new.text), "model_name": storable(new.model_name), "edited": new.edited}
        with self._database.write() as connection:
            rows.require_message(connection, new.message_id)
            statement = upsert(note).values(message_id=new.message_id, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["message_id"], set_=values))

    def remove_note(self, message_id: int) -> None:
        """The model no longer remembers what it was told of the part up to this message."""
        with self._database.write() as connection:
            connection.execute(delete(note).where(note.c.message_id == message_id))

    def fork(self, message_id: int) -> Chat:
        """A new chat that begins with a copy of everything up to and including this message."""
        now = self._now()
        with self._database.write() as connection:
            last = rows.require_message(connection, message_id)
            origin = rows.require_chat(connection, last.chat_id)
            path = rows.tree(connection, last.chat_id).path(message_id)
            new = self._add_chat(connection, origin.title, now, origin.title_origin, origin.folder_id)
            leaf = answers.copy_path(connection, rows.messages(connection, path), new)
            self._change(connection, new, system_prompt=origin.system_prompt, at_limit=origin.at_limit.value)
            self._copy_notes(connection, origin.id, path, leaf)
            self._touch(connection, new, now, leaf)
            return rows.require_chat(connection, new)

    def delete(self, chat_id: int) -> None:
        """Hide a chat everywhere, the search included. ``undelete`` brings it back, ``purge_deleted`` ends it."""
        with self._database.write() as connection:
            rows.require_chat(connection, chat_id)
            self._change(connection, chat_id, deleted_at=self._now())

    def undelete(self, chat_id: int) -> None:
        """Bring a deleted chat back, where it was; one that is purged too, as long as it was not ``let_go``."""
        with self._database.write() as connection:
            if chat_id in self._taken:
                taken.put_back(connection, self._taken.pop(chat_id))
            # In its folder again, if that is there and stores what is in it.
            stores = select(folder.c.id).where(folder.c.id == chat.c.folder_id, folder.c.store).scalar_subquery()
            self._change(connection, chat_id, deleted_at=None, folder_id=stores)
            rows.require_chat(connection, chat_id)

    def purge_deleted(self, older_than_s: float = 0.0, *, keep: bool = False) -> int:
        """Remove deleted chats for good: rows, index and write-ahead log. How many there were. Backups that were made
        before still hold them. ``keep``: this process remembers them until they are ``let_go``."""
        return purge.purge_deleted(self._database, self._now() - older_than_s, self._taken if keep else None)

    def let_go(self) -> None:
        """Nobody can ask for purged chats back any more."""
        self._taken.clear()

    # Drafts

    def draft(self, chat_id: int | None) -> str:
        """What was typed and not sent; None asks for the chat that does not exist yet."""
        with self._database.read() as connection:
            return rows.draft_of(connection, chat_id or NEW_CHAT)

    def save_draft(self, chat_id: int | None, text: str) -> None:
        """Keep what was typed; an empty text forgets it."""
        key = chat_id or NEW_CHAT
        with self._database.write() as connection:
            if not text:
                connection.execute(delete(draft).where(draft.c.chat_id == key))
                return
            values = {"text": storable(text), "updated_at": self._now()}
            statement = upsert(draft).values(chat_id=key, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["chat_id"], set_=values))

    # Steps within a transaction

    def _add_chat(
        self,
        connection: Connection,
        title: str,
        now: float,
        origin: TitleOrigin = TitleOrigin.WORDS,
        folder_id: int | None = None,
    ) -> int:
        text = storable(title)
        stores = connection.execute(select(folder.c.store).where(folder.c.id == folder_id)).scalar()
        if stores is False:
            raise failures.failure(failures.FOLDER_NEVER_STORES)
        row = connection.execute(
            insert(chat).values(
                title=text,
                title_origin=(origin if text else TitleOrigin.NONE).value,
                created_at=now,
                updated_at=now,
                folder_id=folder_id if stores else None,
            )
        )
        key = row.inserted_primary_key
        assert key is not None
        index.set_title(connection, int(key[0]), text)
        return int(key[0])

    def _copy_notes(self, connection: Connection, chat_id: int, path: Sequence[int], leaf: int) -> None:
        """The notes on a path, for its copy whose messages end with ``leaf``."""
        copies = dict(zip(path, range(leaf - len(path) + 1, leaf + 1), strict=True))
        for one in rows.notes(connection, chat_id):
            if one.message_id in copies:
                connection.execute(insert(note).values(**one._replace(message_id=copies[one.message_id])._asdict()))

    def _touch(self, connection: Connection, chat_id: int, now: float, leaf: int | None = None) -> None:
        newest = select(func.coalesce(func.max(chat.c.sequence), 0) + 1).scalar_subquery()
        self._change(connection, chat_id, updated_at=now, sequence=newest, **({"active_leaf": leaf} if leaf else {}))

    def _change(self, connection: Connection, chat_id: int, **values: object) -> None:
        connection.execute(update(chat).where(chat.c.id == chat_id).values(**values))

    def _require_parent(self, connection: Connection, chat_id: int, message_id: int | None) -> None:
        if message_id is None:
            return
        if rows.require_message(connection, message_id).chat_id != chat_id:
            raise ValueError("a message of another chat")
