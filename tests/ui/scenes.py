"""The scenes of the pictures, for tests that walk them all: nobody waits for the colours of code."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from desktop.ui.chat.transcript import Transcript
from scripts import screenshots
from tests.ui.stand_ins import FakeChats, FakeModels

SCENES = list(screenshots.SCENES)


class Stage(screenshots.Stage):
    def settle(self) -> None:
        # What earlier scenes left behind goes: every window that is there is dressed again for the next.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        for _ in range(6):
            QApplication.processEvents()


def services() -> tuple[Any, Any, Any]:
    return FakeChats(), FakeModels(), Transcript
