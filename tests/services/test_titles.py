"""Titles by the model: asked for while nothing else is to do, on the real engine, and not in the way of the chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain import names
from desktop.domain.chat import Message, PartKind
from desktop.domain.models import EngineState
from desktop.engine.client import EngineClient, Request
from desktop.engine.protocol import SIDE_SEQUENCE
from desktop.services import titles
from tests.services.conftest import Home, open_house

WAIT = 60_000


class Overheard:
    """What the engine said in its second sequence, and whether it was done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self.ended = False
        generate = EngineClient.generate

        def listen(client: EngineClient, messages: Any, sampling: Any, request: Request, **more: Any) -> int:
            if more.get("sequence") == SIDE_SEQUENCE:
                request = replace(request, on_token=self._also(request.on_token), on_done=self._then(request.on_done))
            return generate(client, messages, sampling, request, **more)

        monkeypatch.setattr(EngineClient, "generate", listen)

    def _also(self, tell: Any) -> Callable[..., None]:
        def on_token(kind: PartKind, piece: str, tokens: list[int]) -> None:
            self.said.append(piece)
            tell(kind, piece, tokens)

        return on_token

    def _then(self, tell: Any) -> Callable[..., None]:
        def on_done(done: object) -> None:
            tell(done)
            self.ended = True

        return on_done


def last(home: Home) -> Message:
    message = home.conversation.message(home.conversation.count() - 1)
    assert message is not None
    assert message.statistics is not None
    return message


@pytest.mark.model
@pytest.mark.timeout(180)
def test_a_title_of_the_real_model_leaves_the_chat_where_it_was(
    qtbot: QtBot, tmp_path: Path, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The starter model is too small to be asked: here it is, as what it says does not matter.
    monkeypatch.setattr(titles, "ABLE_PARAMETERS", 0)
    overheard = Overheard(monkeypatch)
    house = open_house(tmp_path / "data", launcher=None)
    home = Home(house, qtbot)
    try:
        with qtbot.waitSignal(house.chats.ready, timeout=WAIT):
            house.chats.start()
        house.models.add(str(starter))
        qtbot.waitUntil(lambda: house.models.state() is EngineState.READY, timeout=WAIT)
        # A tiny model may go on for ever.
        home.conversation.sampling = home.conversation.sampling._replace(max_tokens=24)
        with qtbot.waitSignal(home.conversation.answered, timeout=WAIT):
            home.send("Name a fruit. One word only.")
        first = last(home).statistics
        qtbot.waitUntil(lambda: overheard.ended, timeout=WAIT)
        house.worker.wait(lambda: None)
        # Whatever it said: it is the title by now, or the first words still are.
        wanted = names.title_from_model("".join(overheard.said)) or house.chats.chats()[0].title
        qtbot.waitUntil(lambda: house.chats.chats()[0].title == wanted, timeout=WAIT)
        with qtbot.waitSignal(home.conversation.answered, timeout=WAIT):
            home.send("Another one.")
        second = last(home).statistics
        # Not one token of the first turn was read again, up to the last that was written (it was never fed back).
        assert second.cached_tokens >= first.prompt_tokens + first.generated_tokens - 1
        assert second.cached_tokens < second.prompt_tokens
    finally:
        house.close()
