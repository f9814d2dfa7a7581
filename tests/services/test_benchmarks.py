"""Benchmarks: measured while nothing else is, given up for a question, kept for each model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.domain.benchmark import LENGTHS, Benchmark, Point
from desktop.domain.models import EngineState, InstalledModel
from desktop.errors import AppError
from desktop.services.benchmarks import KEPT, Benchmarks
from tests.services.conftest import Home

SLOW = 20.0
"""Seconds for each length: nobody waits so long."""


class Bench:
    """The service, and what it said."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.service: Benchmarks = home.house.benchmarks()
        self.ended: list[Benchmark | None] = []
        self.points: list[Point] = []
        self.refused: list[AppError] = []
        self.service.ended.connect(self.ended.append)
        self.service.measured.connect(self.points.append)
        self.service.refused.connect(self.refused.append)

    def over(self) -> bool:
        return bool(self.ended or self.refused)

    def run(self, *lengths: int) -> Benchmark:
        """Measure to the end."""
        self.ended.clear()
        self.service.measure(lengths, 1)
        self.home.until(self.over)
        assert self.refused == []
        [found] = self.ended
        assert found is not None
        return found

    def begin(self) -> None:
        """Begin one that would take its time."""
        self.service.measure()
        self.home.until(lambda: self.home.house.models.state() is EngineState.BUSY)

    @property
    def model(self) -> InstalledModel:
        model = self.service.model()
        assert model is not None
        return model

    def stored(self) -> object:
        house = self.home.house
        return house.worker.wait(lambda: house.stores.options.get(f"bench:{self.model.key}"))


@pytest.fixture
def bench(home: Home) -> Bench:
    return Bench(home)


@pytest.fixture
def load(bench: Bench) -> Callable[..., None]:
    return bench.home.load


# What is measured


def test_a_benchmark_says_how_fast_with_what_and_when(bench: Bench, load: Callable[..., None]) -> None:
    load(rate=25)
    found = bench.run(64, 512)
    assert [point.length for point in found.points] == [64, 512]
    assert [point.length for point in bench.points] == [64, 512]
    assert found.points[0].writing == 25.0
    assert found.points[0].memory == 300 << 20
    assert (found.model, found.quant) == ("Fake 1B", "Q4_0")
    assert (found.context_length, found.threads, found.layers, found.steps) == (8192, 2, 0, 31)
    assert found.machine.engine == "fake engine"
    assert found.machine.cores > 0
    assert found.machine.processor
    assert bench.service.speed(bench.model) == 25.0
    assert not bench.service.running()
    assert bench.home.house.models.state() is EngineState.READY


def test_the_usual_lengths_are_those_that_fit(bench: Bench, load: Callable[..., None]) -> None:
    load(context_length=1000)
    assert [point.length for point in bench.run().points] == [length for length in LENGTHS if length < 900]


def test_a_length_without_room_is_refused_before_anything_is_measured(bench: Bench, load: Callable[..., None]) -> None:
    load(context_length=1000)
    bench.service.measure((64, 1000))
    [error] = bench.refused
    assert error.code == "NO_ROOM"
    assert "1,000" in error.sentence
    assert bench.service.note() == error.sentence
    assert not bench.service.running()


def test_it_tells_how_far_it_is(bench: Bench, load: Callable[..., None]) -> None:
    load()
    told: list[tuple[str, float | None]] = []
    bench.service.changed.connect(lambda: told.append(bench.service.progress() or ("", None)))
    bench.run(64, 512)
    measuring = [(words, fraction) for words, fraction in told if fraction is not None]
    assert [fraction for _, fraction in measuring] == sorted(fraction for _, fraction in measuring)
    assert list(dict.fromkeys(words for words, _ in measuring)) == [
        "Measuring with 64 tokens",
        "Measuring with 512 tokens",
    ]
    assert bench.service.progress() is None


def test_a_model_that_rests_is_woken(bench: Bench, load: Callable[..., None]) -> None:
    load()
    bench.home.house.models.rest()
    assert bench.home.house.models.state() is EngineState.NOT_LOADED
    assert bench.run(64).points


# What comes first


def test_while_an_answer_is_written_nothing_is_measured(bench: Bench, load: Callable[..., None]) -> None:
    load(rate=20, repeat=50)
    bench.home.send("Hello")
    bench.home.until(lambda: bench.home.house.models.state() is EngineState.BUSY)
    bench.service.measure()
    [error] = bench.refused
    assert error.code == "BUSY"
    assert not bench.service.running()
    assert bench.home.conversation.answering()


def test_a_question_ends_the_measurement_and_is_answered(bench: Bench, load: Callable[..., None]) -> None:
    load(benchmark_s=SLOW)
    bench.begin()
    bench.home.ask("Hello")
    assert bench.ended == [None]
    assert "A question came first" in bench.service.note()
    assert bench.home.texts()[-1] == "Hello. This is what an engine would say."
    assert bench.stored() is None


def test_stop_ends_it_and_keeps_nothing(bench: Bench, load: Callable[..., None]) -> None:
    load(benchmark_s=SLOW)
    bench.begin()
    bench.service.stop()
    bench.home.until(bench.over)
    assert bench.ended == [None]
    assert bench.service.note() == "Stopped. Nothing of it was kept."
    assert bench.service.points() == ()
    assert bench.stored() is None


def test_it_can_be_stopped_before_the_model_is_there(bench: Bench, load: Callable[..., None]) -> None:
    load(load_s=2.0)
    bench.home.house.models.rest()
    bench.service.measure()
    assert bench.service.progress() is not None
    bench.service.stop()
    assert bench.ended == [None]
    assert not bench.service.running()


def test_another_model_ends_it(bench: Bench, load: Callable[..., None]) -> None:
    load(benchmark_s=SLOW)
    bench.begin()
    load(rate=10)
    assert bench.ended == [None]
    assert bench.refused == []
    assert "The model was changed" in bench.service.note()
    assert bench.run(64).points[0].writing == 10.0


def test_one_runs_at_a_time(bench: Bench, load: Callable[..., None]) -> None:
    load(benchmark_s=SLOW)
    bench.begin()
    bench.service.measure()
    assert not bench.over()
    bench.service.stop()
    bench.home.until(bench.over)
    assert bench.ended == [None]


# What goes wrong


def test_without_a_model_there_is_nothing_to_measure(bench: Bench) -> None:
    bench.service.measure()
    assert [error.code for error in bench.refused] == ["NO_MODEL"]


def test_an_engine_that_dies_is_told(bench: Bench, load: Callable[..., None]) -> None:
    load(die_after=1, die_with="SIGSEGV")
    bench.service.measure((64, 512))
    bench.home.until(bench.over)
    assert [error.code for error in bench.refused] == ["CRASHED"]
    assert bench.stored() is None
    assert not bench.service.running()


def test_a_model_that_does_not_start_is_told(bench: Bench, load: Callable[..., None]) -> None:
    load()
    bench.home.house.models.rest()
    script = 'fake:{"fail_load": "UNSUPPORTED_MODEL"}'
    models = bench.home.house.models
    models._current = bench.model._replace(path=script)
    models._models = [models._current]
    bench.service.measure()
    bench.home.until(bench.over)
    assert [error.code for error in bench.refused] == ["UNSUPPORTED_MODEL"]


# What is kept


def test_results_are_kept_for_each_model_newest_first(bench: Bench, load: Callable[..., None]) -> None:
    load(rate=10)
    first = bench.run(64)
    slow = bench.model
    load(rate=20)
    bench.run(64)
    load(rate=10)
    second = bench.run(64, 128)
    assert bench.service.results(slow) == (second, first)
    fresh = Bench(bench.home)
    bench.home.until(lambda: bool(fresh.service.results(slow)))
    assert fresh.service.results(slow) == (second, first)


def test_only_the_newest_are_kept(bench: Bench, load: Callable[..., None]) -> None:
    load()
    found = [bench.run(64) for _ in range(KEPT + 2)]
    assert bench.service.results(bench.model) == tuple(reversed(found[-KEPT:]))
    stored = bench.stored()
    assert isinstance(stored, list)
    assert len(stored) == KEPT


def test_what_another_version_stored_and_nobody_understands_is_left_out(
    bench: Bench, load: Callable[..., None]
) -> None:
    load()
    found = bench.run(64)
    house, key = bench.home.house, f"bench:{bench.model.key}"
    known = bench.stored()
    assert isinstance(known, list)
    house.worker.wait(lambda: house.stores.options.put(key, [{"at": "yesterday"}, *known, 7]))
    fresh = Bench(bench.home)
    bench.home.until(lambda: bool(fresh.service.results(bench.model)))
    assert fresh.service.results(bench.model) == (found,)
