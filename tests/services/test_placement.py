"""What is chosen about loading a model, and what it would come to, before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.domain.fit import Room
from desktop.domain.memory import Device, DeviceKind
from desktop.domain.models import NO_DRAFT, CacheType, EngineState, LoadOptions
from desktop.domain.placement import Change, Place, PlacementView
from desktop.services import intake
from desktop.services.placement import Placement
from tests.fixtures.architectures import Shape, write_model
from tests.services.conftest import Home

GB = 1 << 30
MAIN = Room(8 * GB, 16 * GB)
LAYERS = 8


def card(free: int, total: int = 6 * GB) -> Device:
    return Device("CUDA0", "RTX 3050", DeviceKind.CARD, free, total)


class Page:
    """The choices about a model of some megabytes, on a computer of our making."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        path = write_model(folder / "model.gguf", "dense", Shape(width=256, layers=LAYERS, inner=1024))
        models = home.house.models
        self.model = intake.take_in(home.house.stores.library, path)
        models._added(self.model)
        models.choose_template(self.model.id, "chatml")
        home.until(lambda: models.state() is EngineState.READY)
        self.placement: Placement = home.house.placement()
        home.until(lambda: self.placement.view() is not None)

    def room(self, room: Room) -> None:
        self.home.house.models._room = room
        self.placement.choose()

    @property
    def view(self) -> PlacementView:
        view = self.placement.view()
        assert view is not None
        return view


@pytest.fixture
def page(home: Home, tmp_path: Path) -> Page:
    return Page(home, tmp_path)


def test_without_a_model_there_is_nothing_to_choose(home: Home) -> None:
    assert home.house.placement().view() is None


def test_without_a_card_it_says_why_and_the_rest_works(page: Page) -> None:
    page.room(MAIN)
    assert "built for the processor alone" in page.view.no_card
    page.room(MAIN._replace(built_for_cards=True))
    assert "No graphics card was found" in page.view.no_card
    [main] = page.view.places
    assert (main.name, main.total, main.other) == ("Main memory", 16 * GB, 8 * GB)
    before = main.memory
    page.placement.choose(context_length=page.view.trained_context * 4)
    assert page.view.places[0].memory > before
    assert page.view.places[0].weights == main.weights


def test_auto_takes_everything_that_fits(page: Page) -> None:
    page.room(Room(8 * GB, 16 * GB, (card(5 * GB),)))
    assert (page.view.auto, page.view.layers, page.view.fits) == (True, LAYERS + 1, LAYERS + 1)
    graphics, main = page.view.places
    assert graphics.detail == "RTX 3050"
    assert graphics.weights > main.weights
    assert page.view.problem == ""


def test_layers_move_from_main_memory_to_the_card(page: Page) -> None:
    page.room(Room(8 * GB, 16 * GB, (card(5 * GB),)))
    seen: list[int] = []
    for layers in range(LAYERS + 2):
        page.placement.choose(gpu_layers=layers)
        assert page.view.layers == layers
        seen.append(page.view.places[0].weights)
    assert seen[0] == 0
    assert seen == sorted(seen)


def test_what_does_not_fit_is_said_and_remedied(page: Page) -> None:
    page.room(Room(8 * GB, 16 * GB, (card(5 * GB),)))
    page.placement.choose(gpu_layers=LAYERS + 1)
    full = page.view.places[0]
    page.room(Room(8 * GB, 16 * GB, (card((512 << 20) + (full.weights + full.memory) * 3 // 4),)))
    assert 0 < page.view.fits < LAYERS + 1
    assert "more than the graphics card has to spare" in page.view.problem
    assert page.view.remedy == f"Use {page.view.fits} instead"
    page.placement.take_remedy()
    assert (page.view.layers, page.view.problem, page.view.remedy) == (page.view.fits, "", "")


def test_what_a_card_holds_is_measured_unless_its_driver_takes_no_account(page: Page) -> None:
    models, facts = page.home.house.models, page.home.house.models.facts()
    assert facts is not None

    def shown(free: int) -> Place:
        models._facts = msgspec.structs.replace(facts, cards_free=[free])
        page.room(Room(8 * GB, 16 * GB, (card(5 * GB),)))
        return page.view.places[0]

    silent = shown(5 * GB)
    assert silent.memory > 7777
    assert shown(5 * GB - silent.weights - 7777).memory == 7777


def test_several_cards_are_chosen_and_share_as_they_are_told(page: Page) -> None:
    cards = tuple(card(free * GB)._replace(name=f"CUDA{number}") for number, free in enumerate((4, 2)))
    page.room(Room(8 * GB, 16 * GB, cards))
    assert [(entry.name, entry.used, entry.share) for entry in page.view.cards] == [
        ("Graphics card 1", True, 67),
        ("Graphics card 2", True, 33),
    ]
    assert sum(entry.layers for entry in page.view.cards) == LAYERS + 1
    page.placement.choose(tensor_split=(1.0, 2.0))
    assert [entry.layers for entry in page.view.cards] == [3, 6]
    assert page.view.places[0].weights < page.view.places[1].weights
    assert page.view.changes == (Change("Shared out", "Auto", "33% : 67%"),)
    page.placement.choose(devices=("CUDA1",), tensor_split=())
    assert [entry.layers for entry in page.view.cards] == [0, LAYERS + 1]
    assert page.view.places[0].weights == 0
    assert page.view.changes == (Change("Graphics cards", "All", "2"),)


def test_with_one_card_there_is_nothing_to_share(page: Page) -> None:
    page.room(Room(8 * GB, 16 * GB, (card(5 * GB),)))
    assert page.view.cards == ()


def test_main_memory_may_be_what_is_missing(page: Page) -> None:
    page.room(Room(600 << 20, 16 * GB))
    assert "main memory" in page.view.problem


def test_a_choice_counts_from_the_next_load_on_and_is_kept(page: Page) -> None:
    assert page.view.changes == ()
    page.placement.choose(context_length=1024, cache_type=CacheType.Q8_0, threads=1)
    assert page.view.changes == (
        Change("Context", "4,096", "1,024"),
        Change("Memory detail", "Full", "Half"),
        Change("Threads", "Auto", "1"),
    )
    assert not page.view.measured
    models = page.home.house.models
    page.placement.apply()
    assert models.state() is EngineState.LOADING
    page.home.until(lambda: models.state() is EngineState.READY)
    assert models.context_length() == 1024
    assert page.view.changes == ()
    assert page.view.measured
    kept = models._records
    page.home.until(lambda: page.model.key in kept.chosen())
    assert kept.chosen()[page.model.key] == LoadOptions(1024, threads=1, cache_type=CacheType.Q8_0)


def test_undo_goes_back_to_what_is_loaded(page: Page) -> None:
    page.placement.choose(context_length=1024, gpu_layers=0)
    page.placement.undo()
    assert (page.view.changes, page.view.options) == ((), LoadOptions())


def test_a_slider_that_is_dragged_while_loading_keeps_what_it_was_dragged_to(page: Page) -> None:
    models = page.home.house.models
    page.placement.choose(context_length=1024)
    page.placement.apply()
    for layers in range(5):
        page.placement.choose(gpu_layers=layers)
    page.home.until(lambda: models.state() is EngineState.READY)
    assert page.view.options == LoadOptions(1024, 4)
    assert [change.name for change in page.view.changes] == ["GPU layers"]


def test_another_model_brings_its_own_choices(page: Page, tmp_path: Path) -> None:
    page.placement.choose(context_length=1024)
    page.placement.apply()
    models = page.home.house.models
    page.home.until(lambda: models.state() is EngineState.READY)
    other = write_model(tmp_path / "other.gguf", "grouped")
    models.add(str(other))
    page.home.until(lambda: page.placement.view() is not None and page.view.model == "other")
    assert page.view.options == LoadOptions()
    models.choose(page.model.id)
    page.home.until(lambda: page.placement.view() is not None and page.view.model == "model")
    assert page.view.options == LoadOptions(context_length=1024)


def test_a_file_that_cannot_be_read_has_no_page(page: Page) -> None:
    Path(page.model.path).write_bytes(b"nothing")
    placement = page.home.house.placement()
    page.home.house.worker.wait(lambda: None)
    page.home.qtbot.wait(20)
    assert placement.view() is None


def test_longer_than_it_was_trained_for_may_be_chosen(page: Page) -> None:
    page.placement.choose(context_length=page.view.trained_context * 2)
    assert page.view.context_length == page.view.trained_context * 2


def test_a_draft_that_belongs_to_the_model_takes_its_part_of_the_memory(page: Page) -> None:
    page.room(Room(8 * GB, 16 * GB, (card(5 * GB),)))
    alone = page.view
    assert alone.draft == ""
    path = write_model(Path(page.model.path).with_name("tiny-draft.gguf"), "dense", Shape(width=256, layers=2))
    models = page.home.house.models
    intake.take_in(page.home.house.stores.library, path)
    models.reload()
    page.home.until(lambda: page.view.draft != "" and page.view.places[0].weights > alone.places[0].weights)
    assert page.view.drafts
    assert page.view.layers == alone.layers
    page.placement.choose(draft=NO_DRAFT)
    assert not page.view.drafts
    assert page.view.places[0].weights == alone.places[0].weights
    assert page.view.changes == (Change("Draft model", "on", "off"),)
    page.placement.choose(draft=str(path))
    assert page.view.draft == "tiny-draft.gguf"
