"""``snug ask`` and ``snug chat``: the same services as the window, with a terminal instead."""

from __future__ import annotations

import signal
import sys
from argparse import Namespace
from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QObject

from desktop.cli import folders, output
from desktop.cli.loop import Loop
from desktop.domain.chat import AtLimit, FinishReason, Message, PartKind, Status
from desktop.domain.models import EngineState
from desktop.errors import AppError
from desktop.house import House
from desktop.services.conversation import Conversation

EMPTY = AppError("EMPTY_PROMPT", "There is nothing to answer: the question is empty.")
INTERRUPTED = AppError("INTERRUPTED_BY_USER", "Stopped.")
PROMPT = "> "


class Talk(QObject):
    """Drives a conversation from the terminal. Ctrl+C stops the answer; what was written is kept."""

    def __init__(self, house: House, chosen: Namespace, app: QCoreApplication) -> None:
        super().__init__()
        self._house = house
        self._chosen = chosen
        self._app = app
        self._loop = Loop(self._on_interrupt)
        self._error: AppError | None = None
        self._interrupted = False
        self._unread = False
        self._wrote = False
        self._told: str = ""
        house.models.failed.connect(self._refused)
        house.models.refused.connect(self._refused)
        house.chats.refused.connect(self._refused)
        house.worker.refused.connect(self._refused)

    def ask(self, prompt: str) -> int:
        """One question; the exit status."""
        if not prompt.strip():
            raise EMPTY
        conversation = self._open()
        return self._answer(conversation, prompt)

    def chat(self) -> int:
        """Questions until the end of input."""
        conversation = self._open()
        if not self._chosen.json:
            model = self._house.models.current()
            output.note(f"{model.name if model else 'No model'}. Ctrl+D ends, Ctrl+C stops an answer.")
        while True:
            self._interrupted = False
            try:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                prompt = input("" if self._chosen.json else PROMPT)
            except EOFError:
                return 0
            except KeyboardInterrupt:
                return 130
            finally:
                self._loop.take_interrupts()
            if prompt.strip():
                self._error = None
                try:
                    self._answer(conversation, prompt)
                except AppError as error:
                    output.refuse(error, as_json=self._chosen.json)

    # --- opening

    def _open(self) -> Conversation:
        house, chosen = self._house, self._chosen
        house.models.start(chosen.model)
        chat_id: int | None = chosen.chat
        if chosen.folder is not None:
            conversation = self._begin_in(chosen.folder)
        elif chat_id is None:
            conversation = house.chats.current()
        else:
            chat = house.worker.wait(lambda: house.stores.conversations.get(chat_id))
            if chat is None:
                raise AppError("NO_SUCH_CHAT", f"There is no chat {chat_id}.", todo="“snug chats list” shows them all.")
            if chosen.system is not None:
                house.worker.wait(lambda: house.stores.conversations.set_system_prompt(chat_id, chosen.system))
            conversation = house.chats.adopt(chat)
            conversation.open()
            self._wait_for_rows(conversation)
        conversation.new_system_prompt = chosen.system or ""
        sampling = conversation.sampling
        if chosen.temperature is not None:
            sampling = sampling._replace(temperature=chosen.temperature)
        conversation.sampling = sampling._replace(seed=chosen.seed, max_tokens=chosen.max_tokens)
        conversation.streamed.connect(self._streamed)
        conversation.progress_changed.connect(self._progressed)
        conversation.answered.connect(self._answered)
        conversation.state_changed.connect(self._state_changed)
        conversation.noticed.connect(self._noticed)
        self._conversation = conversation
        self._wait_for_model()
        if chosen.at_limit is not None:
            conversation.set_at_limit(AtLimit(chosen.at_limit))
        return conversation

    def _begin_in(self, name: str) -> Conversation:
        """A new chat in a folder: stored, or not, as the folder has it."""
        house = self._house
        folder = house.worker.wait(lambda: folders.find(house.stores, name))
        if folder.rule.store:
            house.chats.new_chat(folder.id)
        else:
            house.chats.new_temporary(folder.id)
            self._require_no_error()
        conversation = house.chats.current()
        self._wait_for_rows(conversation)
        return conversation

    def _wait_for_rows(self, conversation: Conversation) -> None:
        conversation.reset.connect(self._loop.quit)
        self._spin()
        conversation.reset.disconnect(self._loop.quit)

    def _wait_for_model(self) -> None:
        models = self._house.models
        models.changed.connect(self._model_changed)
        self._model_changed()
        if models.state() is not EngineState.READY and self._error is None:
            self._spin()
        models.changed.disconnect(self._model_changed)
        self._require_no_error()

    def _model_changed(self) -> None:
        models = self._house.models
        failure = models.failure()
        if failure is not None:
            current = models.current()
            if failure.code == "NO_TEMPLATE" and current is not None and self._chosen.template:
                models.choose_template(current.id, self._chosen.template)
                return
            if failure.code == "NO_TEMPLATE":
                names = ", ".join(models.template_names())
                failure = AppError(
                    failure.code, failure.happened, failure.safe, f"Choose one once with --template: {names}."
                )
            self._refused(failure)
        elif models.state() is EngineState.READY:
            self._loop.quit()

    # --- answering

    def _answer(self, conversation: Conversation, prompt: str) -> int:
        self._wrote = False
        self._done: Message | None = None
        conversation.send(prompt)
        self._spin()
        if self._done is None:
            self._require_no_error()
        assert self._done is not None
        self._report(self._done)
        if self._unread:
            raise output.ReaderGone
        if self._done.status is Status.INTERRUPTED:
            row = conversation.row_of(self._done.id)
            words = conversation.failure_text(row) if row is not None else None
            _, sentence, detail = words or ("", "The answer was interrupted.", "")
            raise AppError(self._done.failure or "INTERRUPTED", sentence, detail=detail)
        return 130 if self._interrupted else 0

    def _streamed(self, _: int, kind: PartKind, text: str) -> None:
        with self._stopping_when_unread():
            if self._chosen.json:
                output.event("token", kind=kind.value, text=text)
            elif kind is PartKind.TEXT:
                self._clear_progress()
                output.write(text if self._wrote else text.lstrip())
                self._wrote = self._wrote or bool(text.strip())

    def _progressed(self) -> None:
        reading = self._conversation.reading()
        if self._chosen.json:
            if reading is not None and not self._conversation.writing():
                with self._stopping_when_unread():
                    output.event(
                        "prefill",
                        done=reading.done,
                        total=reading.total,
                        cached=reading.cached,
                        unseen=self._conversation.memory().unseen,
                    )
            return
        if sys.stderr.isatty() and not self._wrote:
            progress = self._conversation.progress()
            if progress is not None:
                sys.stderr.write(f"\r\x1b[K{progress[0]}")
                sys.stderr.flush()

    def _noticed(self, sentence: str) -> None:
        """What was left out, say: once, and behind the answer, so that it does not stand in the middle of it."""
        self._told = self._told or sentence

    @contextmanager
    def _stopping_when_unread(self) -> Generator[None]:
        """Nobody reads any more (``| head``): the answer is stopped and kept, and the command ends in good order."""
        try:
            yield
        except output.ReaderGone:
            self._unread = True
            self._conversation.stop()

    def _clear_progress(self) -> None:
        if not self._wrote and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _state_changed(self) -> None:
        # An answer whose end could not be written (the disk is full) is not announced by ``answered``.
        if self._error is not None and not self._conversation.answering():
            self._loop.quit()

    def _answered(self, message: Message) -> None:
        self._done = message
        self._loop.quit()

    def _report(self, message: Message) -> None:
        statistics = message.statistics
        told, self._told = self._told, ""
        if self._chosen.json:
            output.event(
                "done",
                chat=None if self._conversation.temporary else message.chat_id,
                message=message.id,
                status=message.status.value,
                reason=message.finish_reason.value if message.finish_reason else None,
                text=message.text,
                prompt_tokens=statistics.prompt_tokens if statistics else 0,
                cached_tokens=statistics.cached_tokens if statistics else 0,
                generated_tokens=statistics.generated_tokens if statistics else 0,
                first_token_ms=round(statistics.first_token_ms, 1) if statistics else 0,
                tokens_per_second=round(statistics.tokens_per_second, 1) if statistics else 0,
                unseen=statistics.unseen if statistics else 0,
            )
            return
        if self._wrote:
            output.line()
        if told:
            output.note(f"({told})")
        if message.finish_reason is FinishReason.CONTEXT:
            output.note("(The context is full: the answer was cut here.)")
        if message.status is Status.STOPPED:
            output.note("(Stopped. What was written is kept.)")

    # --- waiting

    def _spin(self) -> None:
        self._loop.exec()
        if self._error is INTERRUPTED:
            raise KeyboardInterrupt

    def _require_no_error(self) -> None:
        if self._error is INTERRUPTED:
            raise KeyboardInterrupt
        if self._error is not None:
            raise self._error

    def _refused(self, error: AppError) -> None:
        self._error = self._error or error
        if not self._conversation_is_answering():
            self._loop.quit()

    def _conversation_is_answering(self) -> bool:
        conversation = getattr(self, "_conversation", None)
        return conversation is not None and conversation.answering()

    def _on_interrupt(self) -> None:
        if self._conversation_is_answering() and not self._interrupted:
            self._interrupted = True
            self._conversation.stop()
        else:
            self._error = INTERRUPTED
            self._loop.quit()
