"""A draft model guesses what a large one writes, and changes nothing about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.child.surroundings import command_for
from desktop.domain import gguf
from desktop.domain.chat import Sampling
from desktop.domain.choice import Choice, choice_of
from desktop.domain.drafting import DraftTrouble
from desktop.domain.fit import Room, spare
from desktop.domain.models import FailureKind, LoadOptions
from desktop.engine import protocol
from desktop.engine.client import EngineClient
from desktop.engine.draft import NEAR, PIECE, Draft, NoDraft
from desktop.engine.failing import Abort, Aborted, RuntimeFailure
from desktop.engine.guessing import Guessing
from desktop.engine.placing import place
from desktop.engine.runtime import Runtime
from desktop.engine.trial import Trial
from tests.engine.test_guessing import END, Pace
from tests.engine.test_guessing import Sequence as Held
from tests.fixtures import writing
from tests.fixtures.architectures import Shape, write_model
from tests.fixtures.models import tiny_model

OPTIONS = LoadOptions(context_length=1024, batch=256, threads=1)


class Always(Trial):
    """Asks the draft whenever there is something to compare with."""

    def wanted(self) -> bool:
        return bool(self._plain.batches)


class Fake:
    """Guesses that numbers go on; what it was told is kept."""

    def __init__(self, *, ready: bool = True, failure: Exception | None = None) -> None:
        self.trial = Always(hopeful=True)
        self.told: list[list[int]] = []
        self._ready = ready
        self._failure = failure

    def ready(self, tokens: Sequence[int]) -> bool:
        return self._ready

    def guess(self, tokens: Sequence[int], most: int) -> list[int]:
        if self._failure is not None:
            raise self._failure
        self.told.append(list(tokens))
        return [tokens[-1] + 1 + number for number in range(most)]


def write(held: Held, answer: Sequence[int], draft: Fake, longest: int = 1000) -> None:
    writer = Guessing(held, 0, Pace(), longest, lambda token: token == END, draft)  # pyright: ignore[reportArgumentType]
    written = list(held.content)
    for token in answer:
        written.append(token)
        row = writer.follow(token)
        assert held.rows[row] == written
    writer.take_back()
    assert held.content == written


class TestGuessing:
    def test_the_draft_guesses_where_the_text_knows_nothing(self) -> None:
        held, draft = Held([1, 2, 3]), Fake()
        write(held, range(100, 140), draft)
        assert len(held.batches) < 20
        assert draft.told[0] == [1, 2, 3, 100, 101]

    def test_what_it_guesses_wrong_is_taken_back(self) -> None:
        held, draft = Held([1, 2, 3]), Fake()
        write(held, range(100, 300, 7), draft)
        assert draft.trial.chance < 0.5

    def test_no_guess_goes_beyond_the_longest_answer(self) -> None:
        held = Held([1, 2, 3])
        write(held, [100, 101, 102], Fake(), longest=3)
        assert len(held.content) == 6
        assert max(held.batches) <= 2

    def test_it_is_not_asked_before_it_has_read_the_chat(self) -> None:
        held, draft = Held([1, 2, 3]), Fake(ready=False)
        write(held, range(100, 120), draft)
        assert held.batches == [1] * 20

    def test_one_that_has_no_memory_left_is_done_without(self) -> None:
        held, draft = Held([1, 2, 3]), Fake(failure=RuntimeFailure(FailureKind.OUT_OF_MEMORY))
        write(held, range(100, 120), draft)
        assert held.batches == [1] * 20

    def test_stop_ends_its_work_too(self) -> None:
        with pytest.raises(Aborted):
            write(Held([1, 2, 3]), range(100, 120), Fake(failure=Aborted()))


def own_choice(path: Path, options: LoadOptions = OPTIONS) -> Choice:
    return choice_of(gguf.read_model(path), options)._replace(sequences=1, outputs=1)


@pytest.fixture
def runtime() -> Iterator[Callable[[Path], Runtime]]:
    made: list[Runtime] = []

    def make(path: Path, options: LoadOptions = OPTIONS) -> Runtime:
        made.append(Runtime(str(path), options, Abort(), lambda _: None))
        return made[-1]

    yield make
    for each in made:
        each.close()


def drafted(runtime: Runtime, path: Path) -> Draft:
    runtime.take_draft(str(path), own_choice(path))
    assert runtime.draft is not None
    return runtime.draft


class TestTaking:
    def test_one_with_the_same_vocabulary_is_taken(self, runtime: Callable[[Path], Runtime], tmp_path: Path) -> None:
        large = runtime(write_model(tmp_path / "large.gguf", "dense", Shape(width=128, layers=8)))
        draft = drafted(large, write_model(tmp_path / "small.gguf", "grouped", Shape(layers=1)))
        assert draft.trial.wanted() is False

    @pytest.mark.parametrize(("kind", "words"), [("dense", 500), ("recurrent", 40)])
    def test_one_that_cannot_guess_for_it_is_refused(
        self, runtime: Callable[[Path], Runtime], tmp_path: Path, kind: str, words: int
    ) -> None:
        large = runtime(write_model(tmp_path / "large.gguf", "dense"))
        small = write_model(tmp_path / "small.gguf", kind, Shape(words=words))
        with pytest.raises(NoDraft):
            large.take_draft(str(small), own_choice(small))
        assert large.draft is None

    def test_a_damaged_file_is_refused(self, runtime: Callable[[Path], Runtime], tmp_path: Path) -> None:
        path = write_model(tmp_path / "model.gguf", "dense")
        choice, large = own_choice(path), runtime(path)
        (tmp_path / "bad.gguf").write_bytes(path.read_bytes()[:5000])
        with pytest.raises(NoDraft):
            large.take_draft(str(tmp_path / "bad.gguf"), choice)

    def test_what_cannot_be_rolled_back_needs_none(self, runtime: Callable[[Path], Runtime], tmp_path: Path) -> None:
        path = write_model(tmp_path / "model.gguf", "recurrent")
        with pytest.raises(NoDraft):
            runtime(path).take_draft(str(path), own_choice(path))


def test_a_long_chat_is_read_piece_by_piece(runtime: Callable[[Path], Runtime], tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", "dense")
    draft = drafted(runtime(path), path)
    tokens = [5] * (2 * PIECE + NEAR + 2)
    assert [draft.ready(tokens) for _ in range(3)] == [False, False, True]
    draft.forget()
    assert not draft.ready(tokens)


@pytest.fixture(scope="module")
def starter_twice(starter: Path) -> Iterator[Runtime]:
    made = Runtime(str(starter), OPTIONS, Abort(), lambda _: None)
    drafted(made, starter).trial = Always(hopeful=True)
    yield made
    made.close()


def answer(runtime: Runtime, sampling: Sampling, *, draft: bool, count: int = 24) -> tuple[list[int], int]:
    """What is written, and how many batches all of it takes."""
    prompt = runtime.tokenize("The capital of France is Paris. The", first=True, special=False)
    reads = runtime.sequences.reads(0)
    written = writing.write(runtime, prompt, sampling, count, ahead=count, draft=runtime.draft if draft else None)
    return written, runtime.sequences.reads(0) - reads


@pytest.mark.model
class TestWriting:
    @pytest.mark.parametrize(
        "sampling", [Sampling(temperature=0.0), Sampling(temperature=0.5, seed=5)], ids=["sure", "seed"]
    )
    def test_the_answer_is_the_same_as_without_it(self, starter_twice: Runtime, sampling: Sampling) -> None:
        without, plain = answer(starter_twice, sampling, draft=False)
        written, batches = answer(starter_twice, sampling, draft=True)
        assert written == without
        assert batches < plain

    def test_it_goes_on_from_what_it_has_seen(self, starter_twice: Runtime) -> None:
        draft = starter_twice.draft
        assert draft is not None
        tokens = starter_twice.tokenize(
            "One two three four five. One two three four five. One two three", first=True, special=False
        )
        guesses = draft.guess(tokens, 3)
        assert 0 < len(guesses) <= 3
        draft.guess([*tokens, tokens[0], tokens[0]], 3)
        assert draft.guess(tokens, 3) == guesses


class TestLoading:
    """In a sealed process, which can read no other files."""

    @pytest.fixture
    def engine(self, qtbot: QtBot) -> Iterator[EngineClient]:
        engine = EngineClient(lambda: command_for("--engine"))
        yield engine
        engine.shut()

    def loaded(self, engine: EngineClient, qtbot: QtBot, model: Path, draft: Path) -> protocol.Loaded:
        with qtbot.waitSignal(engine.loaded, timeout=30_000) as heard:
            engine.load(str(model), LoadOptions(context_length=512, draft=str(draft)))
        return heard.args[0]

    def test_the_draft_is_read_and_whatever_is_wrong_with_it_the_model_loads(
        self, engine: EngineClient, qtbot: QtBot, tmp_path: Path
    ) -> None:
        (tmp_path / "two").mkdir()
        model = tiny_model(tmp_path / "large.gguf")
        same = tiny_model(tmp_path / "two" / "draft.gguf", layers=1)
        other = write_model(tmp_path / "two" / "other.gguf", "dense", Shape(words=500))
        assert self.loaded(engine, qtbot, model, same).no_draft is None
        assert self.loaded(engine, qtbot, model, other).no_draft is DraftTrouble.TOKENS
        assert self.loaded(engine, qtbot, model, tmp_path / "gone.gguf").no_draft is DraftTrouble.FILE


class TestPlacing:
    def test_a_draft_has_no_room_where_the_model_would_have_none_then(self, tmp_path: Path) -> None:
        large = gguf.read_model(write_model(tmp_path / "large.gguf", "dense", Shape(width=256, layers=8)))
        small = gguf.read_model(write_model(tmp_path / "small.gguf", "dense", Shape(width=256, layers=2)))
        roomy = place(large, OPTIONS, Room(8 << 30, 16 << 30), small)
        assert roomy.fit.fits
        assert roomy.draft is not None
        assert roomy.draft.context_length == OPTIONS.context_length
        tight = Room(roomy.fit.estimate.main.total + spare(16 << 30), 16 << 30)
        alone = place(large, OPTIONS, tight, small)
        assert alone.fit.fits
        assert alone.draft is None
