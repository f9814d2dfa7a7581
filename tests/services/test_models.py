"""Models: taking files in, loading them, and what is said when one does not load."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.domain.models import EngineState, FailureKind, LoadOptions
from desktop.errors import AppError
from desktop.house import House
from desktop.services import intake
from desktop.services.intake import find
from tests.fixtures.models import tiny_model
from tests.services.conftest import WAIT, Home, open_house


def test_a_file_is_taken_in_where_it_lies(home: Home, tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "Tiny-Llama-Q4_K_M.gguf")
    model = intake.take_in(home.house.stores.library, path)
    assert (model.name, model.quant, model.architecture) == ("Tiny Llama", "Q4_K_M", "llama")
    assert Path(model.path) == path
    assert intake.take_in(home.house.stores.library, path).id == model.id


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "it is not there"), (b"", "it is empty"), (b"\x00" * 500, "not a GGUF file"), (b"GGUF\x03", "too short")],
)
def test_what_is_no_model_is_refused_in_a_sentence(
    home: Home, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "broken.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AppError, match=words) as caught:
        intake.take_in(home.house.stores.library, path)
    assert caught.value.code == "BAD_FILE"
    assert caught.value.safe
    assert caught.value.todo


def test_a_model_without_a_template_is_asked_about_once(home: Home, tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "base.gguf", template="")
    models = home.house.models
    with home.qtbot.waitSignal(models.template_needed, timeout=5000) as asked:
        models.add(str(path))
    model = asked.args[0]
    assert models.state() is EngineState.NOT_LOADED
    models.choose_template(model.id, "plain")
    home.until(lambda: models.state() in (EngineState.READY, EngineState.FAILED))
    home.house.worker.wait(lambda: None)
    stored = home.house.stores.library.get(model.id)
    assert stored is not None
    assert stored.template == "plain"


def test_a_model_that_does_not_load_has_a_sentence_and_waits(home: Home) -> None:
    home.load(fail_load="OUT_OF_MEMORY")
    failure = home.house.models.failure()
    assert failure is not None
    assert "more memory than is free" in failure.happened
    assert home.house.models.state() is EngineState.FAILED


def test_a_model_is_found_by_number_name_or_path(home: Home, tmp_path: Path) -> None:
    library = home.house.stores.library
    path = tiny_model(tmp_path / "My-Model-Q8_0.gguf")
    model = intake.take_in(library, path)
    for wanted in (str(model.id), "my model", "My Model Q8_0", "my m", "my-model-q8_0.gguf", str(path)):
        assert find(library.list(), wanted, library)[1] == model
    with pytest.raises(AppError) as caught:
        find(library.list(), "nobody", library)
    assert caught.value.code == "NO_SUCH_MODEL"


def test_the_model_used_last_is_loaded_again(home: Home) -> None:
    home.load(text="a")
    home.load(text="b")
    current = home.house.models.current()
    assert current is not None
    home.until(lambda: home.house.stores.options.get("model") == current.id)


def test_a_removed_model_is_off_the_list_and_its_file_stays(home: Home, tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "tiny.gguf")
    model = intake.take_in(home.house.stores.library, path)
    home.house.models.remove(model.id)
    home.until(lambda: home.house.stores.library.get(model.id) is None)
    assert path.exists()


def test_out_of_memory_is_met_with_half_the_context_once_and_said(home: Home) -> None:
    models = home.house.models
    with home.qtbot.waitSignal(models.noticed, timeout=WAIT) as told:
        home.load(fits=5000)
    assert told.args == ["Fake 1B runs with safer settings: it remembers about 3,000 words."]
    assert models.context_length() == 4096
    home.ask("works")
    assert "what an engine would say" in home.texts()[1]


def test_a_draft_that_is_gone_is_done_without_and_that_is_said_once(home: Home) -> None:
    models = home.house.models
    home.load()
    model = models.current()
    assert model is not None
    models.set_options(model, LoadOptions(draft="/gone/draft.gguf"))
    with home.qtbot.waitSignal(models.noticed, timeout=WAIT) as told:
        models.choose(model.id)
    assert told.args == ["Fake 1B runs without its draft model: the file cannot be opened."]
    with home.qtbot.assertNotEmitted(models.noticed), home.qtbot.waitSignal(models.loaded, timeout=WAIT):
        models.choose(model.id)
    home.ask("works")
    assert "what an engine would say" in home.texts()[1]


def test_what_the_user_chose_is_not_made_smaller_without_asking(home: Home) -> None:
    models = home.house.models
    home.load(fits=5000)
    model = models.current()
    assert model is not None
    models.set_options(model, LoadOptions(context_length=6000))
    models.retry()
    home.until(lambda: models.state() is EngineState.FAILED)
    home.qtbot.wait(50)
    assert models.state() is EngineState.FAILED
    assert models.safer_context() == (6000, 3000)


def test_loading_safely_takes_half_the_context_until_it_fits(home: Home) -> None:
    models = home.house.models
    home.load(fits=2500)
    home.until(lambda: models.state() is EngineState.FAILED and models.safer_context() == (4096, 2048))
    with home.qtbot.waitSignal(models.noticed, timeout=WAIT) as told:
        models.load_safely()
    assert told.args == ["Fake 1B runs with safer settings: it remembers about 1,500 words."]
    assert models.context_length() == 2048
    assert models.safer_context() is None


def test_memory_that_runs_out_while_answering_is_met_the_same_way(home: Home) -> None:
    models = home.house.models
    home.load(text="word " * 30, die_after=5)
    with home.qtbot.waitSignal(models.noticed, timeout=WAIT):
        home.ask("Hello")
    assert models.context_length() == 4096


GB = 1 << 30


def test_what_does_not_fit_is_loaded_as_it_fits_and_that_is_said(home: Home) -> None:
    models = home.house.models
    with home.qtbot.waitSignal(models.noticed, timeout=WAIT) as told:
        home.load(too_big=[12 * GB, 7 * GB, 2048, 0])
    assert told.args == ["Fake 1B runs with safer settings: it remembers about 1,500 words."]
    assert models.context_length() == 2048


def test_who_wants_nothing_less_is_refused(home: Home) -> None:
    models = home.house.models
    models.never_less()
    home.load(too_big=[12 * GB, 7 * GB, 2048, 0])
    failure = models.failure()
    assert failure is not None
    assert failure.code == FailureKind.TOO_BIG


def test_what_could_not_fit_at_all_is_refused_with_the_figures_unless_the_user_insists(home: Home) -> None:
    models = home.house.models
    home.load(too_big=[12 * GB, 7 * GB, 0, 0])
    failure = models.failure()
    assert failure is not None
    assert failure.happened == "Fake 1B needs about 12.0 GB of memory, and 7.0 GB are free right now."
    assert models.safer_context() is None
    models.retry()
    home.until(lambda: models.state() is EngineState.READY)


def test_a_context_that_the_user_chose_is_not_changed_but_offered(home: Home) -> None:
    models = home.house.models
    home.load()
    model = models.current()
    assert model is not None
    home.load(too_big=[12 * GB, 7 * GB, 2048, 0])
    home.until(lambda: models.state() is EngineState.READY)
    model = models.current()
    assert model is not None
    models.set_options(model, LoadOptions(context_length=6000))
    models.choose(model.id)
    home.until(lambda: models.state() is EngineState.FAILED)
    assert models.safer_context() == (6000, 2048)
    models.load_safely()
    home.until(lambda: models.state() is EngineState.READY)
    assert models.context_length() == 2048


# Loads that did not end


def start_again(home: Home, tmp_path: Path) -> House:
    house = open_house(tmp_path / "data")
    house.models.start()
    home.qtbot.waitUntil(lambda: house.models.current() is not None, timeout=WAIT)
    return house


def test_a_crash_while_loading_is_remembered(home: Home) -> None:
    home.load(die_loading="SIGSEGV")
    home.until(lambda: home.house.models.state() is EngineState.FAILED)
    crashed = home.house.models.current()
    assert crashed is not None
    home.until(lambda: home.house.stores.options.get("loading") == crashed.id)


def test_such_a_model_is_not_loaded_by_itself_at_the_next_start(home: Home, tmp_path: Path) -> None:
    model = intake.take_in(home.house.stores.library, tiny_model(tmp_path / "tiny.gguf"))
    home.house.stores.options.put("model", model.id)
    home.house.stores.options.put("loading", model.id)
    house = start_again(home, tmp_path)
    failure = house.models.failure()
    assert failure is not None
    assert (failure.code, house.models.state()) == (FailureKind.UNFINISHED, EngineState.NOT_LOADED)
    house.models.retry()
    home.qtbot.waitUntil(lambda: house.models.state() is EngineState.READY, timeout=WAIT)
    assert house.models.failure() is None
    home.qtbot.waitUntil(lambda: house.stores.options.get("loading") is None, timeout=WAIT)
    house.close()


def test_one_that_loaded_or_failed_in_good_order_is_loaded_again(home: Home, tmp_path: Path) -> None:
    home.load()
    home.until(lambda: home.house.stores.options.get("loading") is None)
    home.load(fail_load="UNSUPPORTED_MODEL")
    home.until(lambda: home.house.models.state() is EngineState.FAILED)
    home.until(lambda: home.house.stores.options.get("loading") is None)


def test_closing_in_the_middle_of_a_load_is_good_order(home: Home, tmp_path: Path) -> None:
    home.load()
    home.house.models._added(home.house.models._models[0]._replace(id=home.house.models._models[0].id))
    home.until(lambda: home.house.stores.options.get("loading") is not None)
    home.house.close()
    house = open_house(tmp_path / "data")
    assert house.stores.options.get("loading") is None
    house.close()


def test_where_nothing_smaller_is_left_loading_safely_does_nothing(home: Home) -> None:
    home.load(fits=1000)
    models = home.house.models
    home.until(lambda: models.state() is EngineState.FAILED and models.safer_context() == (4096, 2048))
    models.load_safely()
    home.until(lambda: models.state() is EngineState.FAILED and models.safer_context() is None)
    models.load_safely()
    assert models.state() is EngineState.FAILED
