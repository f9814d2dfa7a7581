"""The yardstick for the start: PySide6's smallest window that takes a key. Prints when it is painted and has one."""

import json
import sys
import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit


class Edit(QPlainTextEdit):
    def paintEvent(self, event: QEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, usable)


def usable() -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(edit, QKeyEvent(kind, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x"))
    if "x" in edit.toPlainText():
        sys.stdout.write(json.dumps({"usable": time.monotonic()}) + "\n")
        sys.stdout.flush()
        application.quit()


application = QApplication(sys.argv)
edit = Edit()
keep: QObject = edit
edit.resize(1200, 800)
edit.show()
sys.exit(application.exec())
