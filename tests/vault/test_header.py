"""The header file: what was written is what is read, and damage is never taken for a wrong passphrase."""

from __future__ import annotations

import json
import random

import pytest

from desktop.errors import AppError
from desktop.vault import header, typed
from desktop.vault.header import Header, KeychainWay
from tests.fixtures.profiles import CHEAP

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def full() -> Header:
    return Header(
        header.key_check(KEY),
        KeychainWay("entry", "Keychain"),
        False,
        typed.way_of_passphrase(KEY, "quiet corner", CHEAP),
        (typed.way_of_recovery(KEY)[1],),
        "old entry",
        bytes(16),
        "2026-11-21",
    )


def outcome(content: bytes) -> Header | str:
    try:
        return header.decode(content)
    except AppError as error:
        return error.code


def test_it_comes_back_as_it_was(full: Header) -> None:
    assert header.decode(header.encode(full)) == full


def test_it_can_be_read_by_people_and_holds_no_key(full: Header) -> None:
    content = header.encode(full)
    assert json.loads(content)["passphrase"]["kdf"] == "argon2id"
    assert KEY.hex().encode() not in content


def test_every_flipped_bit_is_damage(full: Header) -> None:
    content = bytearray(header.encode(full))
    chance = random.Random(7)
    for place in chance.sample(range(len(content) * 8), 400):
        content[place // 8] ^= 1 << place % 8
        # A bit in white space, or in the case of a hexadecimal digit, may say the same.
        assert outcome(bytes(content)) in ("HEADER_DAMAGED", full)
        content[place // 8] ^= 1 << place % 8


def test_every_cut_is_damage(full: Header) -> None:
    content = header.encode(full)
    for length in range(0, len(content) - 2, 7):
        with pytest.raises(AppError, match="damaged"):
            header.decode(content[:length])


@pytest.mark.parametrize(
    "change",
    [
        {"passphrase": {"memory_kib": 2**40}},
        {"passphrase": {"passes": 0}},
        {"passphrase": {"kdf": "none"}},
        {"check": "00"},
        {"salt": "00"},
        {"recovery": [{"wrapped": "00", "made": "", "saved": True}]},
        {"recovery": [], "passphrase": None, "keychain": None},
    ],
)
def test_numbers_that_cannot_be_ours_are_damage(full: Header, change: dict[str, object]) -> None:
    values = json.loads(header.encode(full))
    for name, value in change.items():
        values[name] = {**values[name], **value} if isinstance(value, dict) else value
    values.pop("sum")
    values["sum"] = header._sum(values)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(AppError) as caught:
        header.decode(json.dumps(values).encode())
    assert caught.value.code == "HEADER_DAMAGED"
