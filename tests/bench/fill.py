"""A profile of years: 10,000 chats with 100,000 messages, one of them with 10,000. Made once, kept under build/."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from desktop import house as houses
from desktop import unlocking
from desktop.domain.chat import PartKind, Role, Status, TitleOrigin
from desktop.storage.glance import LAST_CHAT
from desktop.storage.revisions import HEAD
from desktop.storage.tables import chat, message, part
from tests.fixtures.keychains import FileKeychain

CHATS, MESSAGES, LONG = 10_000, 100_000, 10_000
BEGINNING = 1_700_000_000.0
# fmt: off
WORDS = [
    "harbour", "lantern", "window", "garden", "letter", "morning", "river",
    "kitchen", "violin", "mountain", "station", "paper", "silver", "copper",
    "winter", "orchard", "engine", "market", "thread", "island", "pocket",
    "branch", "candle", "bridge", "anchor", "feather", "saddle", "meadow",
]
# fmt: on
KEYCHAIN = "keychain"
"""In the profile's own folder, so that it is copied with it."""


def profile(root: Path) -> Path:
    """The data folder; made if it is not there. The long chat is the newest, number 10,000, and was open last."""
    data = root / "build" / "bench" / f"profile-{HEAD}-{MESSAGES}-keychain"
    if not data.exists():
        making = data.with_name(f"{data.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        _make(making)
        making.rename(data)
    return data


def _make(data: Path) -> None:
    stores = houses.open_stores(unlocking.prepare(data), FileKeychain(data / KEYCHAIN))
    chance = random.Random(7)
    with stores.database.write() as connection:
        _write(connection, chance)
    stores.options.put(LAST_CHAT, CHATS)
    stores.database.close()


def _write(connection: Connection, chance: random.Random) -> None:
    chats: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for number, length in zip(range(1, CHATS + 1), _lengths(chance), strict=True):
        first = len(messages) + 1
        at = BEGINNING + number * 1000.0
        messages += [
            {
                "id": first + offset,
                "chat_id": number,
                "parent_id": first + offset - 1 if offset else None,
                "role": (Role.ASSISTANT if offset % 2 else Role.USER).value,
                "status": Status.COMPLETE.value,
                "created_at": at + offset,
            }
            for offset in range(length)
        ]
        chats.append(
            {
                "id": number,
                "title": _sentence(chance, 4),
                "title_origin": TitleOrigin.WORDS.value,
                "created_at": at,
                "updated_at": at + length,
                "sequence": number,
                "active_leaf": first + length - 1,
            }
        )
    connection.execute(insert(chat), chats)
    connection.execute(insert(message), messages)
    texts = [(row["id"], _text(chance, row["role"])) for row in messages]
    connection.execute(
        insert(part),
        [{"message_id": key, "position": 0, "kind": PartKind.TEXT.value, "text": text} for key, text in texts],
    )
    add = "INSERT INTO {} (rowid, words) VALUES (?, ?)"
    connection.exec_driver_sql(add.format("message_words"), texts)
    connection.exec_driver_sql(add.format("title_words"), [(row["id"], row["title"]) for row in chats])


def _lengths(chance: random.Random) -> Iterator[int]:
    """Even numbers that sum up to what all chats but the last have, then the long one."""
    left = (MESSAGES - LONG) // 2
    for others in range(CHATS - 1, 0, -1):
        pairs = left if others == 1 else min(left - others + 1, max(1, chance.randint(1, 2 * left // others - 1)))
        left -= pairs
        yield 2 * pairs
    yield LONG


def _text(chance: random.Random, role: str) -> str:
    if role == Role.USER.value:
        return _sentence(chance, 12)
    text = "\n\n".join(" ".join(_sentence(chance, 12) for _ in range(3)) for _ in range(2))
    return text if chance.random() > 0.1 else f"{text}\n\n```python\nprint('{chance.choice(WORDS)}')\n```\n"


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."
