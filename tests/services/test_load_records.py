"""What was chosen for a model is there again, whatever became of the options meanwhile."""

from __future__ import annotations

import pytest

from desktop.domain.models import CacheType, FlashAttention, LoadOptions
from desktop.services.load_records import LoadRecords, options_of
from tests.services.conftest import Home


@pytest.fixture
def records(home: Home) -> LoadRecords:
    return LoadRecords(home.house.stores.options)


CHOSEN = LoadOptions(4096, 7, 3, 256, CacheType.Q8_0, FlashAttention.ON, map_file=False, lock_memory=True)
CARDS = LoadOptions(draft="/models/draft.gguf", devices=("CUDA0", "CUDA2"), tensor_split=(1.0, 3.0))


def test_what_was_chosen_is_kept_for_each_model(records: LoadRecords) -> None:
    records.keep("one", CHOSEN)
    records.keep("two", CARDS)
    assert records.chosen() == {"one": CHOSEN, "two": CARDS}


def test_snugs_own_choice_is_not_kept(records: LoadRecords) -> None:
    records.keep("one", CHOSEN)
    records.keep("one", LoadOptions())
    assert records.chosen() == {}


@pytest.mark.parametrize(
    ("stored", "options"),
    [
        ({"context_length": 4096, "unheard_of": 1}, LoadOptions(context_length=4096)),
        ({"cache_type": "q9", "threads": 2}, LoadOptions(threads=2)),
        ({"threads": "two", "map_file": False}, LoadOptions(map_file=False)),
        ({"lock_memory": 1}, LoadOptions()),
        ({"tensor_split": ["much"], "devices": 3, "batch": 64}, LoadOptions(batch=64)),
        (None, LoadOptions()),
        ([1, 2], LoadOptions()),
    ],
)
def test_what_makes_no_sense_any_more_is_left_out(stored: object, options: LoadOptions) -> None:
    assert options_of(stored) == options


def test_a_load_that_did_not_end_is_known(records: LoadRecords) -> None:
    assert records.unfinished() is None
    records.begin(7)
    assert records.unfinished() == 7
    records.end()
    assert records.unfinished() is None
