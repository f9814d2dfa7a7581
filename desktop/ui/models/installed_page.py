"""Installed: the models of this computer, what can be done with them, and where more can come from.

It shows what the services say and sends what was asked for; it touches no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.models import EngineState, InstalledModel
from desktop.domain.names import file_text
from desktop.translation import tr, tr_count
from desktop.ui.chat.progress_line import ProgressLine, progress_height
from desktop.ui.models.drop_zone import DropZone
from desktop.ui.models.shelf_list import ShelfTable
from desktop.ui.models.shelf_rows import Deed, Shelf, rows_of
from desktop.ui.models.summary import Summary
from desktop.ui.parts.buttons import Button, IconButton, Kind, Scale
from desktop.ui.parts.menu import Menu
from desktop.ui.settings.rows import Card, Row
from desktop.ui.theme import Theme


class Offer(Protocol):
    app: str
    models: int
    size: int


class ShelfService(Protocol):
    """What the page needs of ``services.shelf.Shelf``."""

    changed: Any
    told: Any
    refused: Any
    shrinkable: Any

    def folders(self) -> tuple[Path, ...]: ...
    def free(self) -> int: ...
    def offers(self) -> Sequence[Any]: ...
    def job(self) -> Any: ...
    def owner(self, model: InstalledModel) -> str: ...
    def may_delete(self, model: InstalledModel) -> bool: ...
    def refresh(self) -> None: ...
    def add(self, wanted: Sequence[str], *, copies: bool = False) -> None: ...
    def rename(self, model_id: int, name: str) -> None: ...
    def remove(self, model_id: int) -> None: ...
    def delete(self, model_id: int) -> None: ...
    def check(self, model_id: int) -> None: ...
    def verify(self, model_id: int) -> None: ...
    def ask_smaller(self, model_id: int) -> None: ...
    def shrink(self, model_id: int, copy: Any) -> None: ...
    def adopt(self, app: str) -> None: ...
    def dismiss(self, app: str) -> None: ...
    def look_in(self, folder: str) -> None: ...
    def look_no_longer_in(self, folder: str) -> None: ...
    def move_to(self, target: str) -> None: ...
    def stop(self) -> None: ...


class Wishes(NamedTuple):
    """What the page asks of the window."""

    chat: Callable[[int], None]
    benchmark: Callable[[int], None]
    reveal: Callable[[str], None]
    speed: Callable[[InstalledModel], float]
    newer: Callable[[InstalledModel], None]
    """Whether the publisher has replaced its file."""
    find: Callable[[], None] | None
    """Look for models to fetch, where there is such a page."""


class InstalledPage(QWidget):
    """``models`` is the model service. ``actions`` belongs into the head of the room.

    Signals:
        told: a sentence for the toast.
    """

    told = Signal(str)

    def __init__(self, theme: Theme, shelf: ShelfService, models: Any, wishes: Wishes) -> None:
        super().__init__()
        self._theme = theme
        self._shelf = shelf
        self._models = models
        self._wishes = wishes
        self.setObjectName("installedPage")
        self.summary = Summary(theme)
        self.table = ShelfTable(theme)
        self.list = self.table.list
        self.list.may_delete = shelf.may_delete
        self.setFocusProxy(self.list)
        self.offers = QVBoxLayout()
        self.offers.setSpacing(12)
        self._offered: tuple[tuple[str, int, int], ...] = ()
        self.progress = ProgressLine(theme)
        self.progress.setFixedHeight(progress_height())
        self.stop = Button(theme, tr("Stop"), scale=Scale.SMALL)
        self.stop.setObjectName("stopJob")
        self.stop.clicked.connect(shelf.stop)
        self.doing = QWidget()
        doing = QHBoxLayout(self.doing)
        doing.setContentsMargins(0, 0, 0, 0)
        doing.addWidget(self.progress, 1)
        doing.addWidget(self.stop)
        self.nothing = self._make_nothing()
        self.zone = DropZone(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 20)
        column.setSpacing(16)
        column.addWidget(self.summary)
        column.addWidget(self.doing)
        column.addLayout(self.offers)
        column.addWidget(self.table)
        column.addWidget(self.nothing)
        column.addWidget(self.zone)
        column.addStretch(1)
        self.actions = self._make_actions()
        self._connect()

    def refresh(self) -> None:
        """Look at the folders again: the page was opened, or the window came back to the front."""
        self.tell()
        self._shelf.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # A disk may have come or gone while another program was in front.
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and self.isActiveWindow():
            self._shelf.refresh()

    # Wiring

    def _make_actions(self) -> QWidget:
        theme = self._theme
        self.open_folder = Button(theme, tr("Open models folder"), scale=Scale.SMALL, icon_name="folder-open")
        self.open_folder.setObjectName("openModelsFolder")
        self.open_folder.clicked.connect(lambda: self._wishes.reveal(str(self._shelf.folders()[0])))
        self.add = Button(theme, tr("Add models"), Kind.PRIMARY, Scale.SMALL, "plus")
        self.add.setObjectName("addModels")
        self.add.clicked.connect(self.ask_to_add)
        self.more = IconButton(theme, "ellipsis", tr("More about the models folder"))
        self.more.setObjectName("moreAboutFolder")
        self.more.clicked.connect(self._open_folder_menu)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addStretch(1)
        for button in (self.open_folder, self.add, self.more):
            row.addWidget(button)
        return holder

    def _make_nothing(self) -> QWidget:
        theme, find = self._theme, self._wishes.find
        sentence = tr("One that suits this computer is a matter of minutes. After that nothing needs the network.")
        if find is None:
            return Card(
                theme, Row(theme, "box", tr("There is no model here yet"), tr("A .gguf file is all that it takes."))
            )
        self.find = Button(theme, tr("Find a model"), scale=Scale.SMALL)
        self.find.setObjectName("findModel")
        self.find.clicked.connect(find)
        return Card(theme, Row(theme, "box", tr("There is no model here yet"), sentence, self.find))

    def _connect(self) -> None:
        shelf, rows = self._shelf, self.list
        shelf.changed.connect(self.tell)
        self._models.changed.connect(self.tell)
        rows.deed_requested.connect(self._do)
        rows.details_requested.connect(self.open_details)
        rows.rename_requested.connect(shelf.rename)
        rows.reveal_requested.connect(self._reveal)
        rows.verify_requested.connect(shelf.verify)
        rows.check_requested.connect(shelf.check)
        rows.benchmark_requested.connect(self._wishes.benchmark)
        rows.smaller_requested.connect(shelf.ask_smaller)
        shelf.shrinkable.connect(self._offer_smaller)
        rows.remove_requested.connect(self._remove)
        rows.delete_requested.connect(self._delete)

    # What the services say

    def tell(self) -> None:
        """Say what holds now."""
        if not self.isVisible():
            return
        models = self._models.models()
        current = self._models.current()
        state: EngineState = self._models.state()
        self.summary.tell(models, self._shelf.free())
        here = current.id if current is not None else None
        self.list.show_rows(rows_of(Shelf(models, here, state, self._wishes.speed, self.origin)))
        self.table.setVisible(bool(models))
        self.nothing.setVisible(not models)
        self._show_job()
        self._show_offers()

    def _show_job(self) -> None:
        job = self._shelf.job()
        self.doing.setVisible(job is not None)
        if job is not None:
            fraction = job.done / job.total if job.total else None
            self.progress.tell((job.sentence, fraction))

    def _show_offers(self) -> None:
        offered = tuple((offer.app, offer.models, offer.size) for offer in self._shelf.offers())
        if offered == self._offered:
            return
        self._offered = offered
        while (item := self.offers.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for app, count, size in offered:
            self.offers.addWidget(self._offer(app, count, size))

    def _offer(self, app: str, count: int, size: int) -> QWidget:
        use = Button(self._theme, tr("Use them") if count > 1 else tr("Use it"), scale=Scale.SMALL)
        use.setObjectName(f"adopt-{app}")
        later = Button(self._theme, tr("Not now"), Kind.QUIET, Scale.SMALL)
        use.clicked.connect(partial(self._shelf.adopt, app))
        later.clicked.connect(partial(self._shelf.dismiss, app))
        title = tr_count(count, "{app} has 1 model here ({size})", "{app} has %n models here ({size})")
        title = title.format(app=app, size=file_text(size))
        return Card(
            self._theme,
            Row(self._theme, "box", title, tr("Snug can use them where they are, without a copy."), later, use),
        )

    def origin(self, model: InstalledModel) -> str:
        """Who made a model, or where its file is from."""
        if self._models.is_starter(model):
            return tr("Comes with Snug")
        if model.made_from:
            return tr("Made here from {made_from}").format(made_from=model.made_from)
        owner = self._shelf.owner(model)
        made = model.publisher or ("" if owner else tr("From your own file"))
        return " · ".join(each for each in (made, owner and tr("from {owner}").format(owner=owner)) if each)

    # What was asked for

    def ask_to_add(self) -> None:
        """Which files, and whether they are copied."""
        from desktop.ui.models import questions

        asked = questions.AddModels(self._theme, self.window())

        def files(copies: bool) -> None:
            questions.ask_for_files(self.window(), lambda chosen: self._shelf.add(chosen, copies=copies))

        def folder(copies: bool) -> None:
            questions.ask_for_folder(
                self.window(), tr("Add a folder of models"), lambda chosen: self._shelf.add([chosen], copies=copies)
            )

        asked.files_wanted.connect(files)
        asked.folder_wanted.connect(folder)
        asked.ask()

    def open_details(self, model_id: int) -> None:
        from desktop.ui.models.details import Details

        model = self._get(model_id)
        if model is None:
            return
        details = Details(self._theme, self.window(), model, self.origin(model))
        details.verify.clicked.connect(partial(self._shelf.verify, model_id))
        details.newer.clicked.connect(partial(self._wishes.newer, model))
        details.allow.clicked.connect(partial(self._models.allow, model_id))
        details.ask()

    def _offer_smaller(self, offered: Any) -> None:
        from desktop.ui.models.smaller import SmallerCopy

        asked = SmallerCopy(self._theme, self.window(), offered.model, offered.copies, self._shelf.folders()[0])
        asked.wanted.connect(partial(self._shelf.shrink, offered.model.id))
        asked.ask()

    def _do(self, model_id: int, deed: Deed) -> None:
        model = self._get(model_id)
        if deed is Deed.UNLOAD and self._models.state() is EngineState.READY:
            self._models.rest()
        elif deed is Deed.UNLOAD:
            self.told.emit(tr("It is busy. Unload it when it has finished"))
        elif deed is Deed.CHAT:
            self._wishes.chat(model_id)
        elif model is not None and model.doubtful:
            self.open_details(model_id)
        else:
            self._shelf.check(model_id)

    def _remove(self, model_id: int) -> None:
        self._shelf.remove(model_id)
        self.told.emit(tr("It is off the list. Its file is still there"))

    def _delete(self, model_id: int) -> None:
        from desktop.ui.models import questions

        model = self._get(model_id)
        if model is None:
            return
        if self._shelf.may_delete(model):
            questions.ask_to_delete(self._theme, self.window(), model, partial(self._shelf.delete, model_id))
        else:
            owner = self._shelf.owner(model)
            questions.explain_owner(self._theme, self.window(), model, owner, partial(self._remove, model_id))

    def _reveal(self, model_id: int) -> None:
        model = self._get(model_id)
        if model is not None:
            self._wishes.reveal(model.path)

    def _open_folder_menu(self) -> None:
        from desktop.ui.models import questions

        menu = Menu(self._theme, tr("Models folder"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        move = menu.add_command(tr("Move the models folder…"), "folder-open")
        move.triggered.connect(
            lambda: questions.ask_for_folder(self.window(), tr("Move the models to"), self._shelf.move_to)
        )
        also = menu.add_command(tr("Look in another folder too…"), "plus")
        also.triggered.connect(
            lambda: questions.ask_for_folder(self.window(), tr("Look for models in"), self._shelf.look_in)
        )
        for folder in self._shelf.folders()[1:]:
            no_longer = menu.add_command(tr("Look no longer in {name}").format(name=folder.name), "x")
            no_longer.triggered.connect(partial(self._shelf.look_no_longer_in, str(folder)))
        menu.open_below(self.more, right=True)

    def _get(self, model_id: int) -> InstalledModel | None:
        return next((model for model in self._models.models() if model.id == model_id), None)
