"""Which draft belongs to a model, and what it takes of the memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.domain.choice import Choice, choice_of
from desktop.domain.draft_memory import beside, left, together
from desktop.domain.drafting import draft_path, own_draft
from desktop.domain.fit import Room, best_fit
from desktop.domain.gguf import Header
from desktop.domain.memory import DeviceKind, estimate
from desktop.domain.models import NO_DRAFT, FileKind, InstalledModel, LoadOptions
from desktop.domain.weights import Weights
from tests.domain.test_fit import GIB, LAYERS, MIB, card, seven_billion


def model(path: str, repo: str = "", **fields: object) -> InstalledModel:
    return InstalledModel(1, path, "A model", repo=repo)._replace(**fields)  # pyright: ignore[reportArgumentType]


def draft(path: str, repo: str = "", size: int = 100, **fields: object) -> InstalledModel:
    return model(path, repo, kind=FileKind.DRAFT, size_bytes=size)._replace(**fields)  # pyright: ignore[reportArgumentType]


class TestWhich:
    def test_it_lies_beside_the_model(self) -> None:
        own = draft("/models/a/a-draft.gguf")
        others = [model("/models/a/b.gguf"), draft("/models/b/b-draft.gguf")]
        assert own_draft(model("/models/a/a.gguf"), [*others, own]) == own
        assert own_draft(model("/models/c/c.gguf"), [*others, own]) is None

    def test_or_it_comes_from_the_same_repository(self) -> None:
        own = draft("/elsewhere/a-draft.gguf", "owner/a")
        assert own_draft(model("/models/a.gguf", "owner/a"), [own]) == own
        assert own_draft(model("/elsewhere/b.gguf", "owner/b"), [own]) is None

    def test_the_smallest_of_several_that_are_there(self) -> None:
        drafts = [
            draft("/m/a-draft-Q8_0.gguf", size=800),
            draft("/m/a-draft-Q4_0.gguf", size=400),
            draft("/m/a-draft-Q2_K.gguf", size=200, available=False),
        ]
        assert own_draft(model("/m/a.gguf"), drafts) == drafts[1]

    @pytest.mark.parametrize("name", ["a-eagle3-draft.gguf", "a-mtp.gguf", "a-small.gguf"])
    def test_what_is_part_of_a_model_is_none(self, name: str) -> None:
        assert own_draft(model("/m/a.gguf"), [draft(f"/m/{name}")]) is None

    def test_a_draft_has_none_itself(self) -> None:
        own = draft("/m/a-draft.gguf")
        assert own_draft(own, [own]) is None

    def test_what_was_chosen_counts(self) -> None:
        large, own = model("/m/a.gguf"), draft("/m/a-draft.gguf")
        assert draft_path(large, [own], LoadOptions()) == "/m/a-draft.gguf"
        assert draft_path(large, [own], LoadOptions(draft="/other.gguf")) == "/other.gguf"
        assert draft_path(large, [own], LoadOptions(draft=NO_DRAFT)) == ""
        assert draft_path(large, [], LoadOptions()) == ""


def small() -> Header:
    """Two layers of 100 MiB, with a cache a fifth of the large one's."""
    return replace(
        seven_billion(),
        metadata=seven_billion().metadata | {"llama.block_count": 2},
        weights=Weights((100 * MIB,) * 2, input=50 * MIB, output=50 * MIB),
    )


LARGE = Choice(10_240)
ASKED = LoadOptions(context_length=10_240)


class TestMemory:
    def test_it_has_the_large_ones_context_for_one_chat(self) -> None:
        choice, takes = beside(small(), LARGE, ASKED, Room(16 * GIB, 16 * GIB))
        assert (choice.context_length, choice.sequences, choice.outputs) == (10_240, 1, 1)
        assert takes.main.weights == 300 * MIB
        assert takes.main.cache == 2 * 40 * MIB

    def test_it_lies_on_the_card_where_there_is_room(self) -> None:
        room = Room(16 * GIB, 16 * GIB, (card(4 * GIB),))
        _, takes = beside(small(), LARGE, ASKED, room)
        assert takes.devices[0].weights > 200 * MIB
        rest = left(room, takes)
        assert rest.cards[0].free == 4 * GIB - takes.devices[0].total
        assert rest.main_free == 16 * GIB - takes.main.total

    @pytest.mark.parametrize(("free", "layers"), [(600 * MIB, -1), (4 * GIB, 0)])
    def test_else_on_the_processor(self, free: int, layers: int) -> None:
        room = Room(16 * GIB, 16 * GIB, (card(free),))
        choice, takes = beside(small(), LARGE, ASKED._replace(gpu_layers=layers), room)
        assert choice.gpu_layers == 0
        assert takes.devices[0].total == 0

    def test_a_chip_without_memory_of_its_own_takes_the_processors(self) -> None:
        room = Room(16 * GIB, 16 * GIB, (card(8 * GIB, DeviceKind.INTEGRATED),))
        _, takes = beside(small(), LARGE, ASKED, room)
        assert left(room, takes).main_free == 16 * GIB - takes.total

    def test_the_large_one_has_less_room_beside_it(self) -> None:
        header, room = seven_billion(), Room(16 * GIB, 16 * GIB, (card(4 * GIB),))
        _, takes = beside(small(), LARGE, ASKED, room)
        alone, with_it = best_fit(header, LARGE, room), best_fit(header, LARGE, left(room, takes))
        assert alone.choice is not None
        assert with_it.choice is not None
        assert 0 < with_it.choice.gpu_layers < alone.choice.gpu_layers < LAYERS

    def test_together_they_take_what_both_take(self) -> None:
        room = Room(16 * GIB, 16 * GIB, (card(8 * GIB),))
        large = estimate(seven_billion(), choice_of(seven_billion(), ASKED), room.cards)
        _, takes = beside(small(), LARGE, ASKED, room)
        both = together(large, takes)
        assert both.total == large.total + takes.total
        assert (both.steps, both.offloaded) == (large.steps, large.offloaded)
