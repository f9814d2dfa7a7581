"""What a choice is worth in tokens per second, as far as anybody measured it."""

from __future__ import annotations

import pytest

from desktop.domain.models import InstalledModel, LoadOptions
from desktop.services.speeds import Speeds, Way, way_of
from tests.services.conftest import Home

LONG = " ".join(["word"] * 40)


def model_of(home: Home) -> InstalledModel:
    model = home.house.models.current()
    assert model is not None
    return model


def way_now(home: Home) -> Way:
    models = home.house.models
    options, facts = models.loaded_options(), models.facts()
    assert options is not None
    assert facts is not None
    return way_of(options, 0, facts.threads)


def known(home: Home, speeds: Speeds) -> float:
    """What is to be expected of the model as it is loaded."""
    with home.qtbot.waitSignal(speeds.changed):
        speeds.look_up(model_of(home))
    return speeds.about(model_of(home), way_now(home))


def test_an_answer_tells_how_fast_the_model_writes(home: Home) -> None:
    home.load(text=LONG, rate=1000)
    speeds = home.house.speeds
    assert (speeds.now(), known(home, speeds)) == (0.0, 0.0)
    home.ask("Hello")
    assert speeds.now() > 0
    assert speeds.about(model_of(home), way_now(home)) == pytest.approx(speeds.now())
    # Somebody who starts afterwards knows what to expect, and measures for himself.
    later = Speeds(home.house.models, home.house.worker, home.house.stores.options)
    assert later.now() == 0.0
    assert known(home, later) == pytest.approx(speeds.now(), abs=0.01)


def test_a_few_words_tell_nothing(home: Home) -> None:
    home.load(text="Hi")
    home.ask("Hello")
    assert home.house.speeds.now() == 0.0


def test_a_model_that_is_loaded_anew_has_written_nothing_yet(home: Home) -> None:
    home.load(text=LONG, rate=1000)
    home.ask("Hello")
    home.house.models.retry()
    home.until(lambda: home.house.models.facts() is not None)
    assert home.house.speeds.now() == 0.0


def test_between_two_that_were_measured_the_time_of_a_token_lies_between_theirs(home: Home) -> None:
    home.load()
    model, options = model_of(home), LoadOptions()
    home.house.worker.wait(
        lambda: home.house.stores.options.put(f"speed:{model.key}", {way_of(options, 0, 4).rest: {"0": 10, "8": 40}})
    )
    speeds = home.house.speeds
    with home.qtbot.waitSignal(speeds.changed):
        speeds.look_up(model)
    assert [round(speeds.about(model, way_of(options, layers, 4))) for layers in (0, 4, 8)] == [10, 16, 40]
    # Beyond them, and in any other way, nobody knows.
    assert speeds.about(model, way_of(options, 9, 4)) == 0.0
    assert speeds.about(model, way_of(options, 4, 2)) == 0.0
