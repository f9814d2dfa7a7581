"""The first steps: three choices, all of them with a sensible beginning, and each of them by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.services.computer import Computer
from desktop.ui.first_run.welcome import Chosen, Welcome
from tests.ui.conftest import Stage

HERE = Computer("Ryzen 7 7735HS", 8, 16 << 30, 10 << 30)


def shown(stage: Stage, *, model: bool = True, keychain: str = "the Secret Service") -> tuple[Welcome, list[Chosen]]:
    said: list[Chosen] = []
    stage.window.welcomed.connect(said.append)
    stage.window.show_welcome(HERE, stage.shop.discovery.recommended(8) if model else None, keychain)
    QApplication.processEvents()
    [welcome] = stage.window.findChildren(Welcome)
    return welcome, said


def test_enter_takes_what_is_recommended(stage: Stage) -> None:
    welcome, said = shown(stage)
    assert welcome.start.hasFocus()
    assert welcome.start.text() == "Download and start"
    stage.key(Qt.Key.Key_Return)
    assert said == [Chosen("Qwen/Qwen3-8B-GGUF")]
    assert stage.shop.courier.last("describe").arguments[0] == "Qwen/Qwen3-8B-GGUF"


def test_the_built_in_model_needs_nobody(stage: Stage) -> None:
    welcome, said = shown(stage)
    stage.click(welcome.small)
    assert welcome.start.text() == "Start"
    stage.click(welcome.start)
    assert said == [Chosen()]
    assert stage.shop.courier.asked == {}


def test_offline_and_a_download_exclude_each_other(stage: Stage) -> None:
    welcome, said = shown(stage)
    assert welcome.large is not None
    stage.click(welcome.offline)
    assert not welcome.large.isEnabled()
    assert welcome.small.radio.isChecked()
    stage.click(welcome.start)
    assert said == [Chosen(offline=True)]


def test_a_passphrase_is_set_right_away(stage: Stage) -> None:
    welcome, said = shown(stage)
    assert welcome.typed is not None
    stage.click(welcome.typed)
    stage.click(welcome.small)
    stage.click(welcome.start)
    assert said == [Chosen(passphrase=True)]


def test_without_a_keychain_there_is_nothing_to_choose_about_the_key(stage: Stage) -> None:
    welcome, _ = shown(stage, model=False, keychain="")
    assert (welcome.sign_in, welcome.typed, welcome.large) == (None, None, None)
    assert welcome.small.radio.isChecked()


def test_escape_begins_with_what_is_there(stage: Stage) -> None:
    _, said = shown(stage)
    stage.key(Qt.Key.Key_Escape)
    assert said == [Chosen()]


def test_it_can_be_asked_for_again(stage: Stage, qtbot: QtBot) -> None:
    stage.control(Qt.Key.Key_K)
    with qtbot.waitSignal(stage.window.welcome_requested):
        stage.type("first steps")
        stage.key(Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("memory", "card", "words"),
    [(4, 0, "small models"), (8, 0, "middle-sized"), (16, 0, "everyday"), (8, 6, "everyday")],
)
def test_what_the_computer_can_do_is_said_in_a_sentence(memory: int, card: int, words: str) -> None:
    assert words in Computer("", 4, memory << 30, 0, "A card" if card else "", card << 30).verdict


def test_what_was_told_before_is_not_covered(stage: Stage) -> None:
    window = stage.window
    window.toast.tell("The list of chats was restored from a backup", warning=True)
    shown(stage)
    assert window.childAt(window.toast.geometry().center()) in {window.toast, *window.toast.findChildren(QWidget)}
