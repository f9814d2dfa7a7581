"""The models at home: files added, renamed, checked, moved and deleted. What can take long is one job at a time.

The list itself is the model service's; this changes what is stored and has it read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from PySide6.QtCore import QFile, QObject, Signal

from desktop.domain import other_apps
from desktop.domain.models import InstalledModel
from desktop.errors import AppError
from desktop.services import file_work, intake, shelf_work, shrinking
from desktop.services.long_job import Job, LongJob
from desktop.services.tasks import Afar, Worker
from desktop.translation import tr, tr_count

if TYPE_CHECKING:
    from desktop.domain.smaller import Smaller
    from desktop.domain.trust import Check
    from desktop.services.adoption import Found
    from desktop.services.intake import Origin
    from desktop.services.models import ModelService
    from desktop.settings import SettingsFile
    from desktop.storage.library import Library
    from desktop.storage.options import Options

FOLDERS = "models.folders"

Result = TypeVar("Result")


class Offer(NamedTuple):
    """Models that another program has here, and that Snug does not know yet."""

    app: str
    models: int
    size: int
    """Bytes."""


class Shelf(QObject):
    """``places`` are those of other programs, ``folder`` the models folder where no other is chosen.

    Signals:
        changed: ``offers``, ``free`` or ``job`` say something else. The list is the model service's.
        told: a sentence about what was done.
        refused: an ``AppError``.
        shrinkable: a ``shrinking.Shrinkable``: the smaller copies that ``ask_smaller`` asked for.
    """

    changed = Signal()
    told = Signal(str)
    refused = Signal(object)
    shrinkable = Signal(object)

    def __init__(
        self,
        models: ModelService,
        worker: Worker,
        library: Library,
        options: Options,
        settings: SettingsFile,
        folder: Path,
        places: tuple[other_apps.Place, ...] | None = None,
    ) -> None:
        super().__init__()
        self._models = models
        self._worker = worker
        self._library = library
        self._options = options
        self._from_afar = (cast("Library", Afar(worker, library)), cast("Options", Afar(worker, options)))
        self._settings = settings
        self._folder = folder
        self._places = places
        self._files = Worker("files", self)
        self._found: list[Found] = []
        self._free = 0
        self._long = LongJob(self._files, self)
        self._long.changed.connect(self.changed)

    # --- what there is

    def models(self) -> list[InstalledModel]:
        return self._models.models()

    def folders(self) -> tuple[Path, ...]:
        """Where models lie; the first is where new ones go."""
        chosen: list[str] = self._settings.get(FOLDERS)
        return tuple(map(Path, chosen)) or (self._folder,)

    def free(self) -> int:
        """Free bytes on the disk of the models folder; 0: not known yet."""
        return self._free

    def offers(self) -> tuple[Offer, ...]:
        """What other programs have that could be used."""
        apps = dict.fromkeys(found.app for found in self._found)
        by_app = {app: [found.size for found in self._found if found.app == app] for app in apps}
        return tuple(Offer(app, len(sizes), sum(sizes)) for app, sizes in by_app.items())

    def job(self) -> Job | None:
        """What is being done, as far as it is."""
        return self._long.now()

    def owner(self, model: InstalledModel) -> str:
        """The program whose file it is: ``LM Studio``. Empty: the user's own."""
        return other_apps.owner_of(model.path, self._known_places())

    def may_delete(self, model: InstalledModel) -> bool:
        """Whether its file may go: not that of another program, nor the one that came with Snug."""
        return model.available and not self.owner(model) and not self._models.is_starter(model)

    # --- verbs

    def refresh(self) -> None:
        """Look at the folders: what came, what went, what is another file now; and what other programs have."""
        folders = self.folders()
        self._files.run(lambda: shelf_work.rescan(*self._from_afar, folders), self._rescanned)
        known = self._known_places()

        def search() -> tuple[list[Found], int]:
            from desktop.services import adoption

            return adoption.found_in(known), file_work.free_space(folders[0])

        self._files.run(search, self._searched)

    def add(self, wanted: Sequence[str], *, copies: bool = False) -> None:
        """Take files, and the model files in folders, into the list: where they lie, or copied to the models folder."""
        folder = self.folders()[0]

        def work() -> list[Path]:
            found: list[Path] = []
            for path in wanted:
                for each in shelf_work.model_files(Path(path)):
                    self._long.step(0)
                    found.append(each)
            if not copies:
                return found
            self._long.become(Job(tr("Copying into the models folder"), 0, sum(map(shelf_work.size_of, found))))
            return [shelf_work.copied(path, folder, self._long.step) for path in found]

        self._run(Job(tr("Looking for models"), 0, 0), work, self._take_in)

    def rename(self, model_id: int, name: str) -> None:
        """Call a model something else; an empty name is its file's."""
        self._worker.run(lambda: self._library.rename(model_id, " ".join(name.split())[:200]), self._stored)

    def remove(self, model_id: int) -> None:
        """Take a model off the list. Its file stays, and does not come back by itself."""
        model = self._get(model_id)
        if model is not None:
            self._worker.run(lambda: shelf_work.add_texts(self._options, shelf_work.FORGOTTEN, [model.path]))
            self._models.remove(model_id)

    def delete(self, model_id: int) -> None:
        """Put the files of a model into the system's trash and take it off the list. Only what ``may_delete`` says."""
        model = self._get(model_id)
        if model is None or not self.may_delete(model):
            return
        current = self._models.current()
        if current is not None and current.id == model_id:
            self._models.rest()

        def work() -> None:
            for path in model.files:
                if not QFile.moveToTrash(path):
                    raise AppError(
                        "NOT_DELETED",
                        tr("The system would not take {name} into its trash.").format(name=Path(path).name),
                        tr("The file is still there."),
                        tr("Delete it in the models folder yourself."),
                    )

        def done(_: None) -> None:
            self._models.remove(model_id)
            self.told.emit(tr("{name} is in the trash").format(name=model.name))

        # Windows gives nothing away that a process has open.
        self._models.engine.when_gone(lambda: self._files.run(work, done, self.refused.emit))

    def check(self, model_id: int) -> None:
        """Look at a model's file again."""
        model = self._get(model_id)
        if model is None:
            return

        def work() -> Check:
            looked = intake.look(model)
            # What the user said, and the whole fingerprint, hold as long as it is the same file.
            before = None if intake.changed(model) else model.checked
            if before is not None:
                kept = {"allowed": before.allowed, "verified_at": before.verified_at, "own_sha256": before.own_sha256}
                looked = looked._replace(**kept)
            self._library.set_check(model_id, looked)
            return looked

        def done(looked: Check) -> None:
            found = len(looked.findings)
            sentence = tr("{name} is checked: nothing unusual was found") if not found else tr("{name} is checked")
            self.told.emit(sentence.format(name=model.name))
            self._models.reload()

        self._worker.run(work, done, self.refused.emit)

    def verify(self, model_id: int) -> None:
        """Read a model's files to their end and compare them with the publisher's fingerprint; where there is none,
        with those of Snug's own list."""
        model = self._get(model_id)
        if model is None:
            return

        def work() -> tuple[Check, bool]:
            return shelf_work.verified(model, self._long.step)

        def done(result: tuple[Check, bool]) -> None:
            check, matches = result
            self._worker.run(lambda: self._library.set_check(model_id, check), self._stored)
            repo = shelf_work.released(check)
            if not model.sha256 and repo:
                sentence = tr("{name} is the file that its publisher released, by Snug’s own list: {repo}")
            elif not model.sha256:
                sentence = tr("{name} is read to its end. Nobody published a fingerprint to compare with.")
            elif matches:
                sentence = tr("{name} is the file that its publisher published")
            else:
                self.refused.emit(shelf_work.differs(model))
                return
            self.told.emit(sentence.format(name=model.name, repo=repo))

        self._run(Job(tr("Reading {name}").format(name=model.name), 0, model.size_bytes), work, done)

    def ask_smaller(self, model_id: int) -> None:
        """Which smaller copies can be made of a model; ``shrinkable`` follows."""
        model = self._get(model_id)
        if model is not None:
            room = self._models.memory_here()
            self._worker.run(lambda: shrinking.copies_of(model, room), self.shrinkable.emit, self.refused.emit)

    def shrink(self, model_id: int, copy: Smaller) -> None:
        """Make a smaller copy of a model in the models folder; the model stays as it is."""
        model, folder = self._get(model_id), self.folders()[0]
        if model is None:
            return

        def work() -> tuple[Path, Origin]:
            return shrinking.shrunk(model, copy, folder, self._long.step)

        def done(made: tuple[Path, Origin]) -> None:
            path, origin = made
            self._take_in([path], {path: origin})

        sentence = tr("Making {quant} of {name}").format(quant=copy.quant.name, name=model.name)
        self._run(Job(sentence, 0, copy.size), work, done)

    def adopt(self, app: str) -> None:
        """Use what another program has, where it lies."""
        found = [each for each in self._found if each.app == app]
        self._found = [each for each in self._found if each.app != app]
        self._take_in([each.path for each in found], {each.path: each.origin for each in found})

    def dismiss(self, app: str) -> None:
        """Offer what a program has no more, until it has something else."""
        gone = [str(each.path) for each in self._found if each.app == app]
        self._found = [each for each in self._found if each.app != app]

        self._worker.run(lambda: shelf_work.add_texts(self._options, shelf_work.DISMISSED, gone))
        self.changed.emit()

    def look_in(self, folder: str) -> None:
        """Take what lies in another folder for the user's models too, now and whenever something new is there."""
        place = Path(folder).expanduser().absolute()
        if place not in self.folders():
            self._settings.put(FOLDERS, [*map(str, self.folders()), str(place)])
        self.refresh()

    def look_no_longer_in(self, folder: str) -> None:
        """What is on the list stays there."""
        rest = [str(each) for each in self.folders() if each != Path(folder)]
        self._settings.put(FOLDERS, [] if rest == [str(self._folder)] else rest)
        self.changed.emit()

    def move_to(self, target: str) -> None:
        """Make ``target`` the models folder, and move what is in the one before."""
        source, goal = self.folders()[0], Path(target).expanduser().absolute()
        if goal == source or goal.is_relative_to(source) or source.is_relative_to(goal):
            reason = tr("One of the two folders lies in the other.")
            self.refused.emit(AppError("SAME_FOLDER", reason, tr("Nothing was moved."), tr("Choose another folder.")))
            return
        moving = [each for each in self.models() if each.available and Path(each.path).is_relative_to(source)]

        def work() -> int:
            file_work.make_folder(goal)
            for model in moving:
                shelf_work.move(self._from_afar[0], model, source, goal, self._long.step)
            return len(moving)

        def done(_: int) -> None:
            self._settings.put(FOLDERS, [str(goal), *map(str, self.folders()[1:])])
            self.told.emit(tr("The models are in {folder} now").format(folder=goal.name))
            self._models.reload()
            self.refresh()

        self._run(Job(tr("Moving the models"), 0, sum(each.size_bytes for each in moving)), work, done)

    def stop(self) -> None:
        """End the job that is running. Nothing half done stays."""
        self._long.stop()

    def close(self) -> None:
        """The app ends."""
        self._long.close()
        self._files.shut()

    # --- inside

    def _known_places(self) -> tuple[other_apps.Place, ...]:
        if self._places is None:
            from desktop.services.adoption import known_places

            self._places = known_places()
        return self._places

    def _get(self, model_id: int) -> InstalledModel | None:
        return next((model for model in self._models.models() if model.id == model_id), None)

    def _run(self, job: Job, work: Callable[[], Result], then: Callable[[Result], None]) -> None:
        """Do what takes long, one at a time."""

        def failed(error: AppError) -> None:
            self.refused.emit(error)
            if error.code != "BUSY":
                self.refresh()

        self._long.run(job, work, then, failed)

    def _take_in(self, paths: Sequence[Path], origins: dict[Path, Origin] | None = None) -> None:
        def work() -> tuple[list[InstalledModel], AppError | None]:
            return shelf_work.take_in(*self._from_afar, paths, origins or {})

        def done(result: tuple[list[InstalledModel], AppError | None]) -> None:
            taken, refused = result
            if refused is not None:
                self.refused.emit(refused)
            elif len(taken) == 1:
                self.told.emit(tr("{name} is on the list").format(name=taken[0].name))
            elif taken:
                self.told.emit(tr_count(len(taken), "1 model is on the list", "%n models are on the list"))
            else:
                self.told.emit(tr("There is no model file (.gguf) in that folder"))
            self._stored(None)

        self._files.run(work, done, self.refused.emit)

    def _rescanned(self, _: None) -> None:
        # Also for what a command has put on the list meanwhile.
        self._models.reload()

    def _searched(self, result: tuple[list[Found], int]) -> None:
        found, self._free = result

        def unknown() -> list[Found]:
            known = {Path(path).resolve() for model in self._library.list() for path in model.files}
            dismissed = shelf_work.texts(self._options, shelf_work.DISMISSED)
            return [each for each in found if each.path.resolve() not in known and str(each.path) not in dismissed]

        def keep(found: list[Found]) -> None:
            self._found = found
            self.changed.emit()

        self._worker.run(unknown, keep)

    def _stored(self, _: object) -> None:
        self._models.reload()
        self.changed.emit()
