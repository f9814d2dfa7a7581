"""What the privacy page needs of an open house."""

from __future__ import annotations

from collections.abc import Callable

from desktop.house import House
from desktop.services import backups
from desktop.services.privacy import Privacy
from desktop.ui.settings.privacy_page import Backups, Ledger


class PrivacyServices:
    """See ``privacy_page.Privacy``."""

    def __init__(self, house: House, offline: Privacy) -> None:
        self._house = house
        self.guard = house.guard
        self.offline = offline
        self.upkeep = house.upkeep
        self.access = house.access()

    def read(self, then: Callable[[Backups, Ledger], None]) -> None:
        """Backups and ledger, read on the storage thread."""
        house = self._house

        def work() -> tuple[Backups, Ledger]:
            found = backups.existing(house.paths.backups)
            made, refused = house.stores.ledger.counts()
            newest = backups.when(found[0]) if found else 0.0
            return Backups(len(found), newest), Ledger(house.stores.ledger.entries(), made, refused)

        house.worker.run(work, lambda found: then(*found))
