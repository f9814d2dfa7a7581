"""The installed models as rows of words: what the list shows of each. Values only, no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from desktop.domain.dates import day_text
from desktop.domain.models import EngineState, InstalledModel
from desktop.domain.names import file_text, speed_text, words_for
from desktop.translation import tr, tr_count, tr_later

_LOADED = (EngineState.LOADING, EngineState.READY, EngineState.BUSY)


class Deed(StrEnum):
    """What the button of a row does."""

    CHAT = tr_later("Chat")
    UNLOAD = tr_later("Unload")
    CHECK = tr_later("Check")
    NONE = ""


class Badge(NamedTuple):
    """A mark behind the name, and what it means."""

    icon_name: str
    color: str
    words: str


VERIFIED = Badge("badge-check", "success", tr_later("File matches the publisher’s fingerprint"))
CHECKED = Badge("shield-check", "textMuted", tr_later("Checked: nothing unusual was found"))
ALLOWED = Badge("badge-alert", "textMuted", tr_later("Something unusual was found, and you opened it all the same"))
DOUBTFUL = Badge("badge-alert", "warning", tr_later("Something unusual was found: look before you open it"))
UNCHECKED = Badge("badge-alert", "warning", tr_later("Not checked yet"))


class Row(NamedTuple):
    """One model as the list shows it."""

    model: InstalledModel
    origin: str
    badge: Badge
    deed: Deed
    last_used: str
    in_use: bool = False
    speed: float = 0.0
    """Tokens that it writes per second here; 0: not known."""
    share: float = 0.0
    """Of the speed of the fastest."""

    @property
    def speed_words(self) -> str:
        if not self.model.chats:
            return tr("Not a chat model")
        return speed_text(self.speed) if self.speed else tr("Not measured")

    @property
    def described(self) -> str:
        """The whole row for a screen reader, without the name."""
        model = self.model
        said = [
            self.origin,
            tr(self.badge.words),
            model.quant,
            file_text(model.size_bytes),
            tr("remembers about {number:,} words").format(number=words_for(model.context_length))
            if model.context_length
            else "",
            tr("In use")
            if self.in_use
            else tr("Last used: {day}").format(day=self.last_used)
            if model.available
            else self.last_used,
            self.speed_words,
            tr("Enter: {deed}").format(deed=tr(self.deed)) if self.deed else "",
        ]
        return ", ".join(each for each in said if each)


class Shelf(NamedTuple):
    """What the rows are made of."""

    models: Sequence[InstalledModel]
    current: int | None
    state: EngineState
    speed: Callable[[InstalledModel], float]
    origin: Callable[[InstalledModel], str]


def rows_of(shelf: Shelf, today: date | None = None) -> list[Row]:
    """A row for each model, in the order of the list."""
    day = today or date.today()
    speeds = [shelf.speed(model) if model.chats else 0.0 for model in shelf.models]
    fastest = max(speeds, default=0.0)
    rows: list[Row] = []
    for model, speed in zip(shelf.models, speeds, strict=True):
        in_use = model.id == shelf.current and shelf.state in _LOADED
        share = speed / fastest if fastest else 0.0
        rows.append(
            Row(
                model,
                shelf.origin(model),
                badge_of(model),
                _deed(model, in_use=in_use),
                _last_used(model, day),
                in_use,
                speed,
                share,
            )
        )
    return rows


def badge_of(model: InstalledModel) -> Badge:
    """The mark of what is known of a file."""
    if model.checked is None:
        return UNCHECKED
    if model.doubtful:
        return DOUBTFUL
    if model.checked.asks and model.checked.allowed:
        return ALLOWED
    return VERIFIED if model.verified else CHECKED


def _deed(model: InstalledModel, *, in_use: bool) -> Deed:
    if in_use:
        return Deed.UNLOAD
    if not model.available:
        return Deed.NONE
    if model.checked is None or model.doubtful:
        return Deed.CHECK
    return Deed.CHAT if model.chats else Deed.NONE


def _last_used(model: InstalledModel, today: date) -> str:
    if not model.available:
        return tr("Not there now")
    if not model.last_used_at:
        return tr("Never")
    used = datetime.fromtimestamp(model.last_used_at).date()
    days = (today - used).days
    if days <= 0:
        return tr("Today")
    if days == 1:
        return tr("Yesterday")
    if days < 7:
        return tr_count(days, "1 day ago", "%n days ago")
    return day_text(used, year=used.year != today.year)
