"""Folders of chats, and the rule of each for how long what is in them is kept."""

from __future__ import annotations

from typing import NamedTuple

from desktop.translation import tr, tr_count

DAY_S = 86_400.0
FOR_EVER = 0
"""As the days of one chat: it is kept until it is deleted, whatever the rule of its folder."""
LONGEST_NAME = 80


class Rule(NamedTuple):
    """How long chats are kept."""

    days: int | None = None
    """Days after its last word until a chat is deleted; None: it is not deleted by itself."""
    store: bool = True
    """False: new chats live in memory only, and are forgotten when they are left."""

    def ends(self, updated_at: float, now: float) -> bool:
        """Whether it deletes a chat whose last word was then."""
        return self.days is not None and updated_at + self.days * DAY_S < now

    @property
    def words(self) -> str:
        """The rule in a word or two, after "Keep chats"."""
        if not self.store:
            return tr("never store them")
        return tr("for ever") if self.days is None else tr("a year") if self.days == YEAR else days_text(self.days)

    @property
    def note(self) -> str:
        """The same as a remark beside a name; nothing where there is nothing to remark."""
        return "" if self == KEPT else self.words if self.store else tr("not stored")

    @property
    def sentence(self) -> str:
        """What it means for a chat."""
        if not self.store:
            return tr("Chats in it are never stored, and forgotten when you leave them")
        if self.days is None:
            return tr("Chats in it are kept until you delete them")
        return tr("Chats in it are deleted {words} after their last word").format(words=self.words)


YEAR = 365
KEPT = Rule()
NEVER_STORED = Rule(store=False)
RULES = (KEPT, Rule(7), Rule(30), Rule(90), Rule(YEAR), NEVER_STORED)
"""The rules that the window offers."""


class Folder(NamedTuple):
    """A folder as the list shows it."""

    id: int
    name: str
    rule: Rule = KEPT
    is_open: bool = False
    number: int | None = None
    """How many chats stand in it, pinned ones apart, where not all chats were read yet; else None."""


def days_text(days: int) -> str:
    return tr_count(days, "1 day", "%n days")


def by_name(folders: list[Folder]) -> list[Folder]:
    """In the order of the list."""
    return sorted(folders, key=lambda folder: (folder.name.casefold(), folder.id))


def named(folders: list[Folder], name: str) -> Folder | None:
    """The folder of this name; large and small letters are the same."""
    return next((folder for folder in folders if folder.name.casefold() == name.casefold()), None)
