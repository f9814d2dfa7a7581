"""The privacy page: it says what is, and asks for what the user wants."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.child.evidence import Evidence
from desktop.errors import AppError
from desktop.services.access import Known
from desktop.ui.models.token_dialog import AskToken
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Badge
from desktop.ui.settings.privacy_page import PrivacyPage
from desktop.ui.settings.questions import DeleteEverything, NewPassphrase, ShowRecoveryKey
from desktop.ui.theme import Theme
from tests.ui.settings.stand_ins import EVIDENCE, KEYCHAIN, PASSPHRASE, FakePrivacy
from tests.ui.stand_ins import FakeSettings


@pytest.fixture
def privacy() -> FakePrivacy:
    return FakePrivacy()


@pytest.fixture
def settings() -> FakeSettings:
    return FakeSettings()


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, privacy: FakePrivacy, settings: FakeSettings) -> PrivacyPage:
    page = PrivacyPage(theme, privacy, settings)
    qtbot.addWidget(page)
    page.resize(900, 800)
    page.show()
    qtbot.waitExposed(page)
    page.refresh()
    QApplication.processEvents()
    return page


def click(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(page: PrivacyPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(Label))


def menu_of(page: PrivacyPage) -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


# The ways in


def test_with_a_passphrase_it_says_what_opens_the_chats_and_when_they_lock(page: PrivacyPage) -> None:
    assert "AES-256. Only your passphrase or your recovery key opens them." in words(page)
    assert "Snug asks for your passphrase to open again." in words(page)
    assert page.away.isEnabled()


def test_with_the_keychain_alone_it_says_why_that_is_no_lock(page: PrivacyPage, privacy: FakePrivacy) -> None:
    privacy.guard.be(KEYCHAIN)
    assert "The key is in this computer's keychain (Secret Service)." in words(page)
    assert "any program of yours" in words(page)
    assert not page.away.isEnabled()


def test_a_passphrase_is_set(qtbot: QtBot, page: PrivacyPage, privacy: FakePrivacy) -> None:
    privacy.guard.be(KEYCHAIN)
    click(qtbot, page.change)
    question = page.findChild(NewPassphrase)
    qtbot.keyClicks(question.first.field, "short")
    click(qtbot, question.yes)
    assert "At least 8" in question.first.field.accessibleDescription()
    question.first.field.clear()
    qtbot.keyClicks(question.first.field, "quiet corner")
    qtbot.keyClicks(question.second.field, "quiet korner")
    click(qtbot, question.yes)
    assert "not the same" in question.second.field.accessibleDescription()
    question.second.field.clear()
    qtbot.keyClicks(question.second.field, "quiet corner")
    with qtbot.waitSignal(page.told):
        click(qtbot, question.yes)
    assert privacy.guard.calls == [("set_passphrase", "quiet corner", True)]


def test_with_a_passphrase_there_are_the_other_ways(qtbot: QtBot, page: PrivacyPage, privacy: FakePrivacy) -> None:
    click(qtbot, page.change)
    menu = menu_of(page)
    texts = [action.text() for action in menu.actions()]
    assert texts == ["Change the passphrase…", "Open by the keychain as well"]
    menu.actions()[1].trigger()
    menu.close()
    assert privacy.guard.calls == ["use_keychain"]
    privacy.guard.be(PASSPHRASE._replace(backend="Secret Service"))
    click(qtbot, page.change)
    menu = menu_of(page)
    menu.actions()[1].trigger()
    menu.actions()[2].trigger()
    menu.close()
    assert privacy.guard.calls[1:] == ["ask_at_start", "remove_passphrase"]


def test_a_recovery_key_is_shown_and_counts_when_it_is_on_paper(
    qtbot: QtBot, page: PrivacyPage, privacy: FakePrivacy
) -> None:
    assert "No recovery key is saved yet" in words(page)
    click(qtbot, page.paper)
    question = page.findChild(ShowRecoveryKey)
    assert "K7QMX" in "".join(label.text() for label in question.findChildren(Label))
    click(qtbot, question.no)
    assert privacy.guard.calls == []
    click(qtbot, page.paper)
    question = page.findChildren(ShowRecoveryKey)[-1]
    click(qtbot, question.yes)
    assert privacy.guard.calls == ["recovery_saved"]


def test_a_copied_recovery_key_leaves_the_clipboard(
    qtbot: QtBot, page: PrivacyPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.ui.settings.questions.CLEAR_CLIPBOARD_MS", 50)
    click(qtbot, page.paper)
    click(qtbot, page.findChild(ShowRecoveryKey).copy)
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text().startswith("K7QMX")
    qtbot.waitUntil(lambda: not clipboard.text())


def test_how_long_nobody_may_be_there_is_kept(page: PrivacyPage, settings: FakeSettings) -> None:
    page.away.chosen.emit(1)
    assert settings.values["lock.minutes"] == 5
    page.away.chosen.emit(4)
    assert settings.values["lock.minutes"] == 0


# What may leave


def test_staying_offline_is_switched_and_says_what_holds(qtbot: QtBot, page: PrivacyPage, privacy: FakePrivacy) -> None:
    assert page.switch.isChecked()
    assert "refuses every connection to all of Snug, until you quit it" in words(page)
    click(qtbot, page.switch)
    assert not privacy.offline.on
    assert "stays closed until you quit Snug" in words(page)
    privacy.offline.is_closed = False
    privacy.offline.changed.emit()
    assert "Only what you start may connect" in words(page)


def test_what_the_system_enforces_is_shown_for_each_process(page: PrivacyPage, privacy: FakePrivacy) -> None:
    badges = [badge.accessibleName() for badge in page.evidence.findChildren(Badge)]
    assert badges.count("Enforced") == 3
    privacy.offline.evidence = (Evidence("app", 1, False, "It can connect.", ()), EVIDENCE[2]._replace(enforced=None))
    page.check.click()
    QApplication.processEvents()
    assert "It can connect." in words(page)
    badges = [badge.accessibleName() for badge in page.evidence.findChildren(Badge) if badge.isVisible()]
    assert badges == ["Open", "Not known"]


def test_the_ledger_is_counted_listed_and_saved(page: PrivacyPage, tmp_path: Path) -> None:
    assert "4 made, 1 blocked" in words(page)
    assert "huggingface.co, Download Qwen3 8B, 5.03 GB, You, Download button" in page.table.accessibleDescription()
    assert "Blocked, offline is on" in page.table.accessibleDescription()
    target = tmp_path / "ledger.csv"
    page._save_to(str(target))
    assert target.read_text().count("huggingface.co") == 4
    page._save_to(str(tmp_path / "nowhere" / "ledger.csv"))


def test_no_connections_is_said(page: PrivacyPage, privacy: FakePrivacy) -> None:
    privacy.entries = []
    page.refresh()
    assert page.table.accessibleDescription() == "No connection was made, and none was tried."
    assert not page.save.isEnabled()


# Backups, and the end of everything


def test_a_backup_is_made_and_told(qtbot: QtBot, page: PrivacyPage, privacy: FakePrivacy) -> None:
    assert "3 are kept, the newest of today" in words(page)
    click(qtbot, page.back_up)
    assert privacy.upkeep.asked == 1
    assert not page.back_up.isEnabled()
    with qtbot.waitSignal(page.told) as told:
        privacy.upkeep.backed_up.emit("path")
    assert "read back" in told.args[0]
    click(qtbot, page.back_up)
    with qtbot.waitSignal(page.told) as told:
        privacy.upkeep.refused.emit(AppError("NO_SPACE", "There is not enough room."))
    assert told.args == ["There is not enough room."]
    assert page.back_up.isEnabled()


def test_everything_is_deleted_after_a_word_only(qtbot: QtBot, page: PrivacyPage) -> None:
    click(qtbot, page.delete)
    question = page.findChild(DeleteEverything)
    assert not question.yes.isEnabled()
    qtbot.keyClicks(question.word.field, "delet")
    assert not question.yes.isEnabled()
    qtbot.keyClicks(question.word.field, "e")
    with qtbot.waitSignal(page.deletion_requested):
        click(qtbot, question.yes)


def test_an_access_token_is_entered_and_forgotten(page: PrivacyPage, privacy: FakePrivacy, qtbot: QtBot) -> None:
    assert "None." in page.access.sentence.text()
    click(qtbot, page.token)
    question = page.window().findChild(AskToken)
    assert question is not None
    question.chosen.emit("hf_secret")
    assert privacy.access.entered == ["hf_secret"]
    assert "Kept in the keychain" in page.access.sentence.text()
    question.reject()
    click(qtbot, page.token)
    assert privacy.access.known() is Known.NONE
