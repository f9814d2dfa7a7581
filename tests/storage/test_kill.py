"""Killed without warning while writing: what was acknowledged is there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.domain.chat import Status
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database

WRITER = """
import sys
from pathlib import Path
from desktop.domain.chat import FinishReason, Part, PartKind, Status
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
database = Database.open(Path(sys.argv[1]), bytes(range(32)), backups=Path("b"), expect_existing=False)
chats = Conversations(database)
def say(*words):
    print(*words, flush=True)
while True:
    chat, question, answer = chats.add_turn(
        None, None, (Part(PartKind.TEXT, "question"),), model_name="m", model_key="k", writer="child", title="t")
    say("asked", question.id, answer.id)
    for length in (100, 200, 300):
        chats.checkpoint(answer.id, (Part(PartKind.TEXT, "w" * length, tuple(range(length))),))
        say("kept", answer.id, length)
    chats.finish(answer.id, (Part(PartKind.TEXT, "w" * 400),), Status.COMPLETE, FinishReason.END, None)
    say("done", answer.id)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_ten_kills_lose_nothing_that_was_acknowledged(file: Path, reopen: Callable[..., Database]) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    asked: set[int] = set()
    kept: dict[int, int] = {}
    done: set[int] = set()
    for _ in range(10):
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
        assert child.stdout
        lines = [child.stdout.readline()]
        time.sleep(chance.uniform(0.0, 0.15))
        child.kill()
        lines += child.stdout.readlines()
        child.wait(timeout=10)
        child.stdout.close()
        for line in lines:
            match line.split():
                case ["asked", question, answer]:
                    asked |= {int(question), int(answer)}
                case ["kept", answer, length]:
                    kept[int(answer)] = int(length)
                case ["done", answer]:
                    done.add(int(answer))
                case _:
                    pass  # cut short by the kill, so never acknowledged
    database = reopen()
    chats = Conversations(database)
    assert len(asked) > 20
    assert len(chats.messages(sorted(asked))) == len(asked)
    running = [message for message in chats.messages(sorted(kept)) if message.status is Status.GENERATING]
    assert all(len(message.text) >= kept[message.id] for message in running)
    # The last word of a killed writer may be on disk without having been acknowledged, hence "at least".
    assert chats.interrupt_orphans(lambda writer: False) >= len(running)
    for message in chats.messages(sorted(kept)):
        assert message.status is (Status.COMPLETE if message.id in done else message.status)
        assert message.status in (Status.COMPLETE, Status.INTERRUPTED)
        assert len(message.text) >= (400 if message.id in done else kept[message.id])
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
