"""From a key to its letter on the screen, while the engine reads what is typed and while it does nothing.

Both are taken in turns, in the same composer with the same long text in it.
"""

from __future__ import annotations

from itertools import count
from statistics import median
from time import perf_counter

import psutil
from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.bench.figures import Figure, at_most
from tests.bench.ours import Ours, a_house

ROUNDS, KEYS = 6, 12
BETWEEN_S = 0.09
"""A quick typist. Below the pause after which reading begins anew, so what is read goes on."""
BEGINS_S = 0.6
"""After so long without a key the engine has begun to read."""
LONG = "The boat sails against the wind, and the wind blows over the sea. " * 100
MORE_MS = 4.0
"""Nobody sees so much: a quarter of a picture at 60 a second."""


class Painted(QObject):
    """When a widget was painted last."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.at = 0.0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            # Before it is: what is painted next takes the same in both cases.
            self.at = perf_counter()
        return False


def run() -> list[Figure]:
    with a_house() as ours:
        idle: list[float] = []
        reading: list[float] = []
        busy: list[float] = []
        number = count()
        for _ in range(ROUNDS):
            for ahead, times in ((False, idle), (True, reading)):
                spent = _type(ours, f"{next(number)}. {LONG}", times, ahead=ahead)
                if ahead:
                    busy.append(spent)
    quiet, beside = median(idle) * 1000, median(reading) * 1000
    return [
        Figure("typing: key to picture, the engine idle: median", quiet, "ms"),
        Figure("typing: key to picture, the engine reads: median", beside, "ms"),
        at_most("typing: what reading ahead adds", beside - quiet, "ms", MORE_MS),
        Figure("typing: worst of all, the engine idle", max(idle) * 1000, "ms"),
        Figure("typing: worst of all, the engine reads", max(reading) * 1000, "ms"),
        # Were it 0, nothing would have been compared.
        Figure("typing: cores that the engine used meanwhile", median(busy), ""),
    ]


def _type(ours: Ours, text: str, times: list[float], *, ahead: bool) -> float:
    """Type some letters after a long text; how many cores the engine used."""
    house, composer = ours.house, ours.window.room.composer
    house.cache.set_reading_ahead(on=ahead, on_battery=True)
    house.chats.new_chat()
    composer.editor.setPlainText(text)
    painted = Painted(composer.editor.viewport())
    engine = psutil.Process(house.models.engine.pid)
    ours.rest(BEGINS_S)
    started, before = perf_counter(), sum(engine.cpu_times()[:2])
    for letter in "abcdefghijkl"[:KEYS]:
        pressed = perf_counter()
        QTest.keyClick(composer.editor, letter)
        ours.until(lambda pressed=pressed: painted.at > pressed)
        times.append(painted.at - pressed)
        ours.rest(BETWEEN_S)
    spent = (sum(engine.cpu_times()[:2]) - before) / (perf_counter() - started)
    composer.editor.setPlainText("")
    ours.rest(BEGINS_S)
    return spent
