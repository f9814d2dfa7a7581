"""What ``snug chat`` says of what the model no longer sees. The engine is the fake one, which holds little."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from desktop.cli.talk import Talk
from desktop.domain.chat import AtLimit
from desktop.domain.models import InstalledModel
from desktop.domain.trust import Check
from desktop.house import House
from tests.services.conftest import open_house

LONG = "words that take some room, " * 8


@pytest.fixture
def house(qtbot: QtBot, tmp_path: Path) -> Iterator[House]:
    house = open_house(tmp_path / "data")
    path = "fake:" + json.dumps({"holds": 300, "text": "Yes."})
    fake = InstalledModel(0, path, "Fake 1B", "Q4_0", key=path, checked=Check(1.0))
    house.worker.wait(lambda: house.stores.library.add(fake))
    yield house
    house.close()


@pytest.fixture
def talk(house: House, qapp: QCoreApplication, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Types so many long lines into ``snug chat``."""

    def type_lines(count: int, *, as_json: bool, at_limit: str | None = None) -> int:
        lines = iter([f"{number}: {LONG}" for number in range(count)])

        def typed(_: str) -> str:
            line = next(lines, None)
            if line is None:
                raise EOFError
            return line

        monkeypatch.setattr("builtins.input", typed)
        chosen = Namespace(
            json=as_json,
            model="Fake 1B",
            chat=None,
            folder=None,
            system=None,
            temperature=None,
            seed=None,
            max_tokens=None,
            template="",
            at_limit=at_limit,
        )
        return Talk(house, chosen, qapp).chat()

    return type_lines


def test_what_was_left_out_is_said_once(talk: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert talk(8, as_json=False) == 0
    out, err = capsys.readouterr()
    assert out.split() == ["Yes."] * 8
    assert err.count("no longer sees") == 1


def test_programs_are_told_with_every_answer(talk: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert talk(8, as_json=True) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    unseen = [event["unseen"] for event in events if event["event"] == "done"]
    assert unseen == sorted(unseen)
    assert unseen[0] == 0 < unseen[-1]
    assert {event["unseen"] for event in events if event["event"] == "prefill"} == set(unseen)


def test_a_full_chat_that_is_to_stop_is_refused_in_a_sentence(
    house: House, talk: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    house.memory.choose(at_limit=AtLimit.SUMMARISE)
    assert talk(6, as_json=False, at_limit="stop") == 0
    err = capsys.readouterr().err
    assert "snug: This chat has reached what Fake 1B can remember. Your message is saved." in err
