"""Several graphics cards: which are used, and how the layers are shared out between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.inspector.conftest import Sight
from tests.ui.stand_ins import FakePlacement


@pytest.fixture
def two(open_sight: Callable[..., Sight]) -> Sight:
    return open_sight(FakePlacement(gpu_layers=20, cards=2))


def test_with_one_card_there_is_nothing_to_choose(sight: Sight) -> None:
    assert not sight.page.cards.isVisible()


def test_each_card_says_what_lies_on_it(two: Sight) -> None:
    words = two.words()
    assert "Graphics card 1\nRTX 3050, 10 layers" in words
    assert "Use graphics card 2" in words


def test_a_card_is_left_out_and_taken_back(two: Sight) -> None:
    first, second = two.page.cards.rows
    first.switch.click()
    assert two.chosen()[-1] == {"devices": ("CUDA1",), "tensor_split": ()}
    assert first.term.text() == "RTX 3050, not used"
    # The last one that is left cannot go.
    assert not second.switch.isEnabled()
    assert not two.page.cards.auto.isEnabled()
    first.switch.click()
    assert two.chosen()[-1] == {"devices": (), "tensor_split": ()}


def test_shares_are_shown_once_they_are_the_users(two: Sight) -> None:
    first, second = two.page.cards.rows
    assert not first.share.isVisible()
    two.page.cards.auto.click()
    assert two.chosen()[-1] == {"tensor_split": (50.0, 50.0)}
    assert first.share.isVisible()
    first.share.more.click()
    assert two.chosen()[-1] == {"tensor_split": (55.0, 45.0)}
    assert (first.share.value(), second.share.value()) == (55, 45)
    second.share.setValue(100)
    assert two.chosen()[-1] == {"tensor_split": (0.0, 100.0)}
    first.share.setValue(30)
    assert two.chosen()[-1] == {"tensor_split": (30.0, 70.0)}
    two.page.cards.auto.click()
    assert two.chosen()[-1] == {"tensor_split": ()}
    assert not first.share.isVisible()
