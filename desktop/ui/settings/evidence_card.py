"""What the system enforces on each process of Snug, as it was found just now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.translation import tr, tr_later
from desktop.ui.parts.marks import Badge, Tone
from desktop.ui.settings.rows import Card, Row
from desktop.ui.theme import Theme

_LOOKS = {
    "porter": ("app-window", tr_later("Porter"), tr_later("starts the others")),
    "app": ("message-square", tr_later("App"), tr_later("holds your chats")),
    "engine": ("cpu", tr_later("Engine"), tr_later("runs the model")),
    "courier": ("download", tr_later("Courier"), tr_later("searches and downloads")),
}


class Found(Protocol):
    """Of one process."""

    @property
    def process(self) -> str: ...
    @property
    def pid(self) -> int: ...
    @property
    def enforced(self) -> bool | None: ...
    @property
    def sentence(self) -> str: ...
    @property
    def details(self) -> tuple[str, ...]: ...


class EvidenceCard(QWidget):
    """One row for each process. Hovering a row tells what its sentence rests on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.show_evidence([])

    def show_evidence(self, found: Sequence[Found]) -> None:
        """Show what was found; nothing yet, while it is being looked for."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        rows: list[QWidget] = [self._row(each) for each in found]
        if not rows:
            rows = [
                Row(
                    self._theme, "shield-check", tr("Looking…"), tr("Each process is asked, and the kernel about each.")
                )
            ]
        self._column.addWidget(Card(self._theme, *rows))

    def _row(self, found: Found) -> Row:
        from desktop.ui.parts.tooltip import set_tooltip

        icon_name, name, what = _LOOKS.get(found.process, ("app-window", found.process, ""))
        if found.enforced is None:
            badge = Badge(self._theme, tr("Not known"), Tone.PLAIN)
        elif found.enforced:
            badge = Badge(self._theme, tr("Enforced"), Tone.GOOD, "shield-check")
        else:
            badge = Badge(
                self._theme, tr("Open", "a process that the system does not close in"), Tone.WARNING, "triangle-alert"
            )
        row = Row(self._theme, icon_name, f"{tr(name)}, {tr(what)}" if what else name, found.sentence, badge)
        details = "\n".join(found.details)
        set_tooltip(row, details)
        row.setAccessibleName(f"{tr(name)}: {found.sentence}")
        row.setAccessibleDescription(details)
        return row
