"""What happens by itself: backups, and chats whose days are over."""

from __future__ import annotations

import time

import pytest

from desktop.domain.folders import DAY_S
from desktop.services import backups, upkeep
from tests.services.conftest import WAIT, Home


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "FIRST_MS", 10)
    monkeypatch.setattr(upkeep, "AGAIN_MS", 10)


def test_a_backup_is_made_in_the_first_quiet_minute_and_then_one_a_day(home: Home) -> None:
    home.load(text="In hedges.")
    home.ask("Where do hedgehogs sleep?")
    house = home.house
    with home.qtbot.waitSignal(house.upkeep.backed_up, timeout=WAIT) as made:
        house.upkeep.start()
    counts = house.stores.ways.with_key(lambda key: backups.verify(made.args[0], key, house.paths.backups))
    assert counts["message"] == 2
    assert not backups.is_due(house.paths.backups, time.time())


def test_an_answer_comes_first(home: Home) -> None:
    home.load(rate=50, text="word " * 400)
    home.send("Tell me a long story.")
    home.until(home.conversation.answering)
    with home.qtbot.assertNotEmitted(home.house.upkeep.backed_up, wait=300):
        home.house.upkeep.start()
    with home.qtbot.waitSignal(home.house.upkeep.backed_up, timeout=WAIT):
        home.conversation.stop()


def test_chats_whose_days_are_over_go_by_themselves(home: Home) -> None:
    home.load(text="In hedges.")
    home.ask("Where do hedgehogs sleep?")
    stores = home.house.stores
    [chat] = stores.conversations.list()
    stores.retention.keep_for(chat.id, 30)
    with stores.database.write() as connection:
        connection.exec_driver_sql("UPDATE chat SET updated_at = updated_at - ?", (31 * DAY_S,))
    home.house.upkeep.start()
    home.until(lambda: stores.conversations.list() == [])

    def gone() -> bool:
        with stores.database.read() as connection:
            return connection.exec_driver_sql("SELECT count(*) FROM part").scalar() == 0

    home.until(gone)


def test_a_folder_that_takes_no_backup_is_told_and_nothing_is_lost(home: Home) -> None:
    place = home.house.paths.backups
    for path in place.iterdir():
        path.unlink()
    place.rmdir()
    place.write_text("not a folder")
    with home.qtbot.waitSignal(home.house.upkeep.refused, timeout=WAIT) as refused:
        home.house.upkeep.back_up()
    assert refused.args[0].code == "NOT_A_FOLDER"
