"""The recovery key: easy to write down, and a slip of the pen is found with its place."""

from __future__ import annotations

import random

import pytest

from desktop.errors import AppError
from desktop.vault import recovery


def refusal(text: str) -> AppError:
    with pytest.raises(AppError) as caught:
        recovery.read(text)
    return caught.value


def test_it_has_eight_groups_of_letters_that_cannot_be_confused() -> None:
    text = recovery.make()
    assert [len(group) for group in text.split("-")] == [5] * 8
    assert not set(text) & set("01ILO")
    assert recovery.make() != recovery.make()


def test_it_is_read_however_it_was_typed() -> None:
    text = recovery.make()
    assert recovery.read(f"  {text.lower().replace('-', ' ')}\n") == text
    assert recovery.read(text.replace("-", "")) == text


def test_every_wrong_character_is_found_and_its_group_named() -> None:
    text = recovery.make()
    for place, letter in enumerate(text):
        if letter == "-":
            continue
        for other in recovery.ALPHABET + "01ILO":
            if other != letter:
                error = refusal(text[:place] + other + text[place + 1 :])
                assert error.code == "RECOVERY_TYPO"
                assert error.happened.startswith(f"Group {place // 6 + 1} ")


def test_every_swap_of_two_characters_is_found() -> None:
    chance = random.Random(5)
    for _ in range(300):
        letters = list(recovery.make())
        group = chance.randrange(8) * 6
        one, two = sorted(chance.sample(range(5), 2))
        if letters[group + one] != letters[group + two] and two < 4:
            letters[group + one], letters[group + two] = letters[group + two], letters[group + one]
            assert refusal("".join(letters)).code == "RECOVERY_TYPO"


def test_two_groups_in_the_wrong_order_are_found() -> None:
    groups = recovery.make().split("-")
    groups[2], groups[5] = groups[5], groups[2]
    assert refusal("-".join(groups)).happened.startswith("Groups 3 and 6 ")


@pytest.mark.parametrize("cut", [0, 1, 39])
def test_a_part_of_it_says_how_long_it_is(cut: int) -> None:
    error = refusal(recovery.make().replace("-", "")[:cut])
    assert error.code == "RECOVERY_LENGTH"
    assert f"this one has {cut} characters" in error.happened
