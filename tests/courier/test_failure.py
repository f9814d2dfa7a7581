"""Every way that the courier can fail has a sentence of its own."""

from __future__ import annotations

import pytest

from desktop.courier.failure import WORDS, sentence
from desktop.domain.hub import CourierFailure, HubFailure


@pytest.mark.parametrize("kind", HubFailure)
def test_it_says_what_happened_what_is_safe_and_what_to_do(kind: HubFailure) -> None:
    error = sentence(CourierFailure(kind, "technical"), "tiny.gguf")
    assert (error.code, error.detail) == (kind.value, "technical")
    for part in (error.happened, error.safe, error.todo):
        assert part.endswith(".")
        assert part[0].isupper() or part.startswith("tiny.gguf")
        assert not set("{}!") & set(part)
    assert error.happened not in {happened for other, (happened, _) in WORDS.items() if other is not kind}


def test_figures_are_told_where_there_are_some() -> None:
    full = sentence(CourierFailure(HubFailure.NO_SPACE, numbers=(3 << 30, 1 << 30)), "tiny.gguf")
    assert full.happened == "There is too little space on the disk: tiny.gguf needs 3.2 GB more, and 1.1 GB are free."
    busy = CourierFailure(HubFailure.BUSY, retry_after=30)
    assert sentence(busy, "").todo == "Try again in 30 seconds."
    assert sentence(busy._replace(retry_after=300), "").todo == "Try again in 5 minutes."
