"""Staying offline, and what is shown as evidence for it."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.porter import Line
from desktop.services.privacy import Privacy
from desktop.settings import SettingsFile
from tests.services.conftest import WAIT, Home


class PorterStandIn:
    """The porter's end of a line, with one answer for each question."""

    def __init__(self) -> None:
        self._end, self._apps = socket.socketpair()
        self.line = Line(self._apps)

    def answers(self, *answers: str) -> PorterStandIn:
        self._end.sendall("".join(f"{answer}\n" for answer in answers).encode())
        return self

    def heard(self) -> str:
        return self._end.recv(4096).decode()

    def close(self) -> None:
        self._end.close()
        self._apps.close()


@pytest.fixture
def porter() -> Iterator[PorterStandIn]:
    stand_in = PorterStandIn()
    yield stand_in
    stand_in.close()


def of(home: Home, line: Line | None) -> Privacy:
    return Privacy(home.house.settings, home.house.worker, line, home.house.models.running_engine)


def test_without_asking_only_what_the_user_starts_connects(home: Home) -> None:
    assert home.house.privacy().offline() is False


def test_turning_it_on_closes_the_way_out_at_once_and_is_remembered(
    home: Home, qtbot: QtBot, porter: PorterStandIn
) -> None:
    porter.answers("sealed")
    privacy = of(home, porter.line)
    privacy.stay_offline(False)
    assert privacy.offline() is False
    refused: list[object] = []
    privacy.refused.connect(refused.append)
    privacy.stay_offline(True)
    with qtbot.waitSignal(privacy.changed, timeout=WAIT):
        pass
    assert (porter.heard(), refused) == ("seal\n", [])
    assert SettingsFile(home.house.paths.settings).get("offline") is True


def test_a_way_out_that_stays_open_is_told_with_the_reason(home: Home, qtbot: QtBot, porter: PorterStandIn) -> None:
    privacy = of(home, porter.answers("seccomp: not here").line)
    with qtbot.waitSignal(privacy.refused, timeout=WAIT) as refused:
        privacy.stay_offline(True)
    assert (refused.args[0].code, refused.args[0].detail) == ("NOT_SEALED", "seccomp: not here")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_the_evidence_names_each_process_and_believes_nobody_who_only_says_so(
    home: Home, qtbot: QtBot, porter: PorterStandIn
) -> None:
    home.load()
    porter.answers(json.dumps([["internet", True, "EPERM"]]))
    privacy = of(home, porter.line)
    with qtbot.waitSignal(privacy.inspected, timeout=WAIT) as inspected:
        privacy.inspect()
        privacy.inspect()  # once is enough
    found = {each.process: each for each in inspected.args[0]}
    assert list(found) == ["porter", "app", "engine"]
    assert found["porter"].pid == os.getppid()
    assert found["engine"].pid == home.house.models.engine.pid
    # None of them is sealed here, whatever the porter says.
    assert {each.enforced for each in found.values()} == {False}
    assert privacy.closed() is False


def test_without_porter_and_engine_there_is_the_app(home: Home, qtbot: QtBot) -> None:
    privacy = of(home, None)
    for _ in range(2):
        with qtbot.waitSignal(privacy.inspected, timeout=WAIT) as inspected:
            privacy.inspect()
        assert [each.process for each in inspected.args[0]] == ["app"]
