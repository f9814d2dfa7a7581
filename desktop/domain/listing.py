"""What Discover shows, as values: models in a list, one of them in detail, and what is wanted of them."""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.downloads import Order
from desktop.domain.fitness import Fitness, Judged
from desktop.domain.licences import Licence, Use
from desktop.domain.models import FileKind
from desktop.domain.quants import Variant
from desktop.translation import tr


class Wanted(NamedTuple):
    """Filters. A model that nobody knows something about passes no filter on it."""

    fits: bool = False
    vision: bool = False
    reasoning: bool = False
    use: Use | None = None
    """What the licence allows."""


class Listed(NamedTuple):
    """A model in the list."""

    repo: str
    name: str
    publisher: str
    licence: Licence
    fitness: Fitness = Fitness.UNKNOWN
    """Of the file that would be suggested, about."""
    downloads: int = 0
    """In the last thirty days; 0: not known."""
    vision: bool = False
    reasoning: bool = False
    gated: bool = False

    def passes(self, wanted: Wanted) -> bool:
        return (
            (not wanted.fits or self.fitness in (Fitness.GREAT, Fitness.TIGHT))
            and (not wanted.vision or self.vision)
            and (not wanted.reasoning or self.reasoning)
            and (wanted.use is None or self.licence.use is wanted.use)
        )


class Offered(NamedTuple):
    """A file that can be downloaded, or several that are one model."""

    variant: Variant
    judged: Judged
    suggested: bool = False


class Detail(NamedTuple):
    """One model."""

    listed: Listed
    purpose: str
    """What it is good for; empty: nobody says."""
    published: str
    """When, in words."""
    context_length: int
    """Tokens; 0: not known."""
    offered: tuple[Offered, ...]
    revision: str = ""
    """The commit that ``offered`` belongs to; empty: it is Snug's own list, and nobody was asked."""
    projector: Variant | None = None
    """Fetched with it, so that it can see."""
    draft: Variant | None = None
    """A small model that guesses ahead for it; fetched where that is wanted."""
    card: str = ""
    """What the publisher says about it, in Markdown."""
    licence_file: str = ""
    """Of the repository; empty: there is none."""
    looking: bool = False
    """The hub was asked and has not answered yet."""
    replaced: tuple[str, ...] = ()
    """Quantizations of which the publisher has another file now than Snug's own list knows."""

    def variant(self, name: str) -> Variant:
        """What is meant by the name of its first file: one of those that are offered, or the draft."""
        found = (each.variant for each in self.offered if each.variant.name == name)
        return next(found, None) or next(each for each in (self.draft,) if each is not None and each.name == name)

    def order(self, name: str, *, with_draft: bool = False) -> Order:
        """What is to be fetched: the files of this variant, what it sees with, and what guesses ahead for it."""
        listed, variant = self.listed, self.variant(name)
        alone = variant.kind is FileKind.DRAFT
        more = () if alone else (self.projector, self.draft if with_draft else None)
        files = variant.files + tuple(file for each in more if each is not None for file in each.files)
        return Order(
            listed.repo,
            self.revision,
            files,
            f"{listed.name} draft" if alone else listed.name,
            listed.publisher,
            listed.licence.id,
            variant.quant.name,
            tr("You downloaded {name}").format(name=listed.name),
        )
