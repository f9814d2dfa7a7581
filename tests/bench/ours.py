"""A house in this process for benchmarks: window, services, storage and the real engine process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop import house as houses
from desktop import paths, unlocking
from desktop.child.surroundings import command_for
from desktop.domain.chat import Message
from desktop.domain.models import EngineState, LoadOptions
from desktop.house import House
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.ui.chat.transcript import Transcript
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.style import dress
from desktop.ui.theme import Appearance, Theme, load_fonts
from tests.fixtures.keychains import FileKeychain

CONTEXT = 4096
PAUSE_S = 0.8
"""A writer looks for a word."""


def threads() -> int:
    """As many as the engine takes by itself."""
    import psutil

    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def starter() -> str:
    model = paths.starter_model()
    if not model.exists():
        raise SystemExit("The starter model is missing: run the set-up first.")
    return str(model)


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer, as the one who asked sees it."""

    first_s: float
    """From sending to the first word at the signal that a window listens to."""
    speed: float
    message: Message
    first_cpu_s: float
    """Processor time of this process, window and storage, from sending to the first word."""
    token_cpu_s: float
    """Processor time of this process for each token after the first."""


class Ours:
    """Asks in a house and measures."""

    window: MainWindow

    def __init__(self, house: House) -> None:
        self.house = house

    def until(self, condition: Callable[[], bool], seconds: float = 120) -> None:
        """Run Qt's loop. Nothing is polled while an answer streams: the loop sleeps between events."""
        loop = QEventLoop()
        check = QTimer()
        check.timeout.connect(lambda: loop.quit() if condition() else None)
        check.start(2)
        deadline = time.monotonic() + seconds
        while not condition():
            loop.exec()
            if time.monotonic() > deadline:
                raise TimeoutError

    def rest(self, seconds: float) -> None:
        """Let Qt's loop run, as it does while somebody reads."""
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def ask(self, text: str, tokens: int, typed: int = 0) -> Turn:
        """``typed``: so many characters of it were typed before a pause; the rest is typed and sent at once."""
        conversation = self.house.chats.current()
        conversation.sampling = conversation.sampling._replace(temperature=0.0, max_tokens=tokens)
        times: list[float] = []
        spent: list[float] = []
        ended: list[Message] = []
        loop = QEventLoop()

        def streamed(*_: object) -> None:
            times.append(time.perf_counter())
            spent.append(time.process_time())

        def answered(message: Message) -> None:
            ended.append(message)
            loop.quit()

        if typed:
            conversation.set_draft(text[:typed])
            self.rest(PAUSE_S)
        conversation.streamed.connect(streamed)
        conversation.answered.connect(answered)
        asked, spent_before = time.perf_counter(), time.process_time()
        conversation.send(text)
        loop.exec()
        conversation.streamed.disconnect(streamed)
        conversation.answered.disconnect(answered)
        # The first token comes alone, the later ones a few at a time.
        assert ended[0].statistics is not None
        later = ended[0].statistics.generated_tokens - 1
        return Turn(
            times[0] - asked,
            later / (times[-1] - times[0]),
            ended[0],
            spent[0] - spent_before,
            (spent[-1] - spent[0]) / later,
        )


@contextmanager
def a_house(data: Path | None = None, model: Path | None = None) -> Iterator[Ours]:
    """A house on a folder of its own, or on ``data``, with the window open and ``model``, or the starter model,
    loaded."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    with TemporaryDirectory() as folder:
        place = unlocking.prepare(data or Path(folder) / "data")
        worker = Worker("storage")
        stores = worker.wait(lambda: houses.open_stores(place, FileKeychain.beside(place.data)))
        options = LoadOptions(context_length=CONTEXT)
        house = houses.furnish(
            place,
            SettingsFile(place.settings),
            worker,
            stores,
            launcher=lambda: command_for("--engine"),
            load_options=options,
        )
        ours = Ours(house)
        window = ours.window = _window(house, application)
        try:
            house.chats.start()
            house.models.start(str(model) if model is not None else starter())
            ours.until(lambda: house.models.state() is EngineState.READY)
            yield ours
        finally:
            window.close()
            house.close()
            application.processEvents()


def _window(house: House, application: QApplication) -> MainWindow:
    """The real window on top, shown and painting: what a user sees is what is measured."""
    load_fonts()
    theme = Theme(Appearance.LIGHT)
    dress(application, theme)
    window = MainWindow(
        theme, house.chats, house.models, house.folders, house.settings, Transcript, open_link=_leave_closed
    )
    window.resize(1280, 832)
    window.show()
    application.processEvents()
    return window


def _leave_closed(_: str) -> None:
    """A benchmark opens no page."""
