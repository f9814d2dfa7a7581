"""Finding a model: Snug's own list, and the hub's where somebody asks it.

Opening the page asks nobody. A search, or a look at a publisher's files, is a click of its own and stands in the ledger
as such.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.courier.failure import sentence
from desktop.domain import fitness
from desktop.domain.catalogue import Catalogue, KnownModel
from desktop.domain.dates import month_text
from desktop.domain.fit import Room
from desktop.domain.fitness import Needs
from desktop.domain.gguf import Header
from desktop.domain.hub import Abilities, CourierFailure, Description, FoundModel, HubFailure, Sort
from desktop.domain.licences import Licence, licence_of
from desktop.domain.listing import Detail, Listed, Offered, Wanted
from desktop.domain.models import FileKind
from desktop.domain.names import model_name
from desktop.domain.quants import RepoFile, Variant, draft_for, projector_for, suggested, variants
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.courier import protocol
    from desktop.courier.client import CourierClient

USUAL_BITS = 4.9
"""Of a weight, in the file that would be suggested."""
USUAL_CACHE = 16
"""Bytes of conversation memory for each token and each million parameters, about: what common models come to."""
CORE_BYTES = 10**9
PAGE = 30
"""Models that the hub is asked for at once."""
LICENCE_FILES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "USE_POLICY.md")


class Discovery(QObject):
    """``courier`` and ``room`` are asked when they are needed: the courier, and the memory of this computer.

    Signals:
        changed: the list, or what is done about it.
        detail_changed: the model that is looked at.
        refused: an ``AppError``.
    """

    changed = Signal()
    detail_changed = Signal()
    refused = Signal(object)

    def __init__(
        self,
        catalogue: Catalogue,
        courier: Callable[[], CourierClient],
        room: Callable[[], Room],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._courier = courier
        self._room = room
        self._text, self._limit = "", PAGE
        self._sort = Sort.TRENDING
        self._wanted = Wanted()
        self._found: list[Listed] | None = None
        """What the hub found; None: it was not asked."""
        self._next = ""
        self._asking = 0
        self._detail: Detail | None = None
        self._needs: Needs | None = None
        self._described = 0
        self._peeking = 0

    # --- what there is

    def listed(self) -> list[Listed]:
        """The models that are to be shown."""
        if self._found is not None:
            return [model for model in self._found if model.passes(self._wanted)]
        words = self._text.lower().split()
        known = (self._listed(model) for model in self._catalogue.models)
        return [each for each in known if each.passes(self._wanted) and all(word in _words(each) for word in words)]

    def online(self) -> bool:
        """Whether the list is what the hub found."""
        return self._found is not None

    def asking(self) -> bool:
        return bool(self._asking)

    def has_more(self) -> bool:
        return bool(self._next)

    def updated(self) -> str:
        """When Snug's own list was looked through: a month, in words."""
        return self._catalogue.updated

    def detail(self) -> Detail | None:
        return self._detail

    def looking(self) -> bool:
        """Whether more will be known about that model in a moment."""
        return bool(self._described or self._peeking)

    def recommended(self, cores: int) -> Detail | None:
        """The best first model that runs great here; None: this computer is too small for any. Where the processor
        does all the work, each core is given about a gigabyte: a word then takes no longer than reading it."""
        alone = not self._room().cards
        for known in self._catalogue.first:
            detail = self._of_catalogue(self._listed(known), known)
            best = next((each for each in detail.offered if each.suggested), None)
            quick = best is not None and (not alone or best.variant.size <= cores * CORE_BYTES)
            if best is not None and quick and best.judged.fitness is fitness.Fitness.GREAT:
                return detail
        return None

    def sort(self) -> Sort:
        return self._sort

    def wanted(self) -> Wanted:
        return self._wanted

    # --- verbs

    def filter(self, text: str) -> None:
        """Show those of Snug's own list that have these words."""
        self._text = text
        self._end_search()
        self._found, self._next = None, ""
        self.changed.emit()

    def choose(self, wanted: Wanted) -> None:
        """Show those that pass these filters."""
        self._wanted = wanted
        self.changed.emit()

    def search(self, text: str, limit: int = PAGE) -> None:
        """Ask the hub; it tells at most ``limit`` models at once."""
        self._text, self._limit = text, limit
        self._ask("")

    def sort_by(self, sort: Sort) -> None:
        """Ask the hub again, in another order."""
        self._sort = sort
        if self._found is not None:
            self._ask("")
        self.changed.emit()

    def more(self) -> None:
        """Ask for the next page."""
        if self._next and not self._asking:
            self._ask(self._next)

    def open(self, repo: str) -> None:
        """Look at a model. Snug's own list knows enough by itself; about any other the hub is asked at once."""
        self._end_look()
        known = self._catalogue.find(repo)
        listed = next((each for each in self.listed() if each.repo == repo), None)
        if listed is None and known is not None:
            listed = self._listed(known)
        if listed is None:
            listed = self._of_hub(FoundModel(repo))
        self._needs = None
        self._detail = self._of_catalogue(listed, known) if known is not None else _empty(listed)
        self.detail_changed.emit()
        if self._found is not None or known is None:
            self.look_up()

    def look_up(self) -> None:
        """Ask the hub about the model that is looked at."""
        detail = self._detail
        if detail is None or self._described:
            return
        self._detail = detail._replace(looking=True)
        self._described = self._courier().describe(
            detail.listed.repo, tr("You looked at a model"), self._on_description, self._on_no_description
        )
        self.detail_changed.emit()

    # --- inside: the list

    def _ask(self, cursor: str) -> None:
        self._end_search()
        abilities = Abilities(vision=self._wanted.vision, reasoning=self._wanted.reasoning)
        self._asking = self._courier().search(
            self._text,
            tr("You searched for models"),
            lambda page: self._on_found(page, following=bool(cursor)),
            self._on_not_found,
            sort=self._sort,
            wanted=abilities,
            limit=self._limit,
            cursor=cursor,
        )
        self.changed.emit()

    def _on_found(self, page: protocol.Found, *, following: bool) -> None:
        self._asking = 0
        before = self._found if following and self._found is not None else []
        seen = {each.repo for each in before}
        self._found = before + [self._of_hub(model) for model in page.models if model.repo not in seen]
        self._next = page.next
        self.changed.emit()

    def _on_not_found(self, failure: CourierFailure) -> None:
        self._asking = 0
        self.changed.emit()
        if failure.kind is not HubFailure.STOPPED:
            self.refused.emit(sentence(failure, tr("the list")))

    def _end_search(self) -> None:
        if self._asking:
            self._courier().drop(self._asking)
            self._asking = 0

    def _listed(self, model: KnownModel) -> Listed:
        choice = suggested(model.variants) or model.variants[0]
        needs = fitness.about(choice.size, model.cache_per_token, model.context_length)
        return Listed(
            model.repo,
            model.name,
            model.publisher,
            model.licence,
            fitness.judge(needs, self._room()).fitness,
            vision=model.vision,
            reasoning=model.reasoning,
        )

    def _of_hub(self, model: FoundModel) -> Listed:
        known = self._catalogue.find(model.repo)
        if known is not None:
            return self._listed(known)._replace(downloads=model.downloads, gated=model.gated)
        judged = fitness.Judged()
        if model.parameters:
            judged = fitness.judge(_guessed(model), self._room())
        publisher, _, name = model.repo.rpartition("/")
        return Listed(
            model.repo,
            model_name(name.removesuffix("-GGUF").removesuffix("-gguf")),
            publisher,
            licence_of(model.licence),
            judged.fitness,
            model.downloads,
            vision="image-text-to-text" in (model.task, *model.tags),
            reasoning=any("reason" in tag or "thinking" in tag for tag in model.tags),
            gated=model.gated,
        )

    # --- inside: one model

    def _of_catalogue(self, listed: Listed, known: KnownModel) -> Detail:
        best = suggested(known.variants)
        cache, context = known.cache_per_token, known.context_length
        offered = tuple(
            Offered(each, self._judged(fitness.about(each.size, cache, context)), each is best)
            for each in known.variants
        )
        return Detail(listed, known.purpose, known.published, context, offered)

    def _judged(self, needs: Needs) -> fitness.Judged:
        return fitness.judge(needs, self._room())

    def _on_description(self, description: Description) -> None:
        self._described = 0
        detail = self._detail
        if detail is None or detail.listed.repo != description.model.repo:
            return
        found = description.model
        known = self._catalogue.find(found.repo)
        files = variants(RepoFile(file.path, file.size, file.sha256) for file in description.files)
        listed = self._of_hub(found)._replace(licence=_licence(description, detail.listed.licence))
        context = found.context_length or detail.context_length
        cache = known.cache_per_token if known is not None else _cache(found)
        chat = [each for each in files if each.kind is FileKind.CHAT and each.whole]
        needs = {each: fitness.about(each.size, cache, context) for each in chat}
        names = {file.path for file in description.files}
        self._detail = Detail(
            listed,
            detail.purpose,
            detail.published or _month(found.created_at),
            context,
            self._offered(chat, needs),
            description.revision,
            projector_for(files),
            draft_for(files),
            description.readme,
            next((name for name in LICENCE_FILES if name in names), ""),
            replaced=known.replaced(file for each in chat for file in each.files) if known is not None else (),
        )
        self._peek(description, suggested(chat))
        self.detail_changed.emit()

    def _offered(self, chat: list[Variant], needs: dict[Variant, Needs]) -> tuple[Offered, ...]:
        best = suggested(chat)
        return tuple(Offered(each, self._judged(needs[each]), each is best) for each in chat)

    def _on_no_description(self, failure: CourierFailure) -> None:
        self._described = 0
        if self._detail is not None:
            self._detail = self._detail._replace(looking=False)
            self.detail_changed.emit()
            if failure.kind is not HubFailure.STOPPED:
                self.refused.emit(sentence(failure, self._detail.listed.name))

    def _peek(self, description: Description, variant: Variant | None) -> None:
        """Read the head of the suggested file, which tells what all of them need."""
        if variant is None:
            return
        first = next(file for file in description.files if file.path == variant.name)

        def then(header: Header) -> None:
            self._peeking = 0
            detail = self._detail
            if detail is None or detail.revision != description.revision:
                return
            # A split file's first part knows its own weights only, and how the whole is built.
            known = fitness.needs_of(header)
            chat = [each.variant for each in detail.offered]
            self._detail = detail._replace(
                offered=self._offered(chat, {each: known.of(each.size) for each in chat}),
                context_length=header.context_length or detail.context_length,
            )
            self.detail_changed.emit()

        def failed(_: CourierFailure) -> None:
            # What is shown stays about right.
            self._peeking = 0
            self.detail_changed.emit()

        self._peeking = self._courier().peek(
            description.model.repo, description.revision, first, tr("You looked at a model"), then, failed
        )

    def _end_look(self) -> None:
        for request in (self._described, self._peeking):
            if request:
                self._courier().drop(request)
        self._described = self._peeking = 0


def _words(model: Listed) -> str:
    return f"{model.name} {model.publisher} {model.repo}".lower()


def _cache(model: FoundModel) -> int:
    return model.parameters // 1_000_000 * USUAL_CACHE


def _guessed(model: FoundModel) -> Needs:
    return fitness.about(int(model.parameters * USUAL_BITS / 8), _cache(model), model.context_length)


def _licence(description: Description, known: Licence) -> Licence:
    told = licence_of(description.model.licence or description.licence_name)
    return told if told.id else known


def _month(at: float) -> str:
    return month_text(datetime.fromtimestamp(at)) if at else ""


def _empty(listed: Listed) -> Detail:
    return Detail(listed, "", "", 0, ())
