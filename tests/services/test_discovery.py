"""Finding models: nobody is asked before somebody says so, and what is shown is judged for this computer."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.domain import gguf
from desktop.domain.fitness import Fitness
from desktop.domain.hub import FoundModel, HubFailure, RemoteFile, Sort
from desktop.domain.licences import Use
from desktop.domain.listing import Wanted
from desktop.errors import AppError
from desktop.services.discovery import Discovery
from tests.ui.models.hub_stand_ins import COMMIT, FakeCourier, described, discovery, found

QWEN = "Qwen/Qwen3-8B-GGUF"
TINY = FoundModel("maker/Tiny-1B-Instruct-GGUF", 1_200, licence="mit", parameters=1_000_000_000, tags=("gguf",))


@pytest.fixture
def courier() -> FakeCourier:
    return FakeCourier()


@pytest.fixture
def finding(courier: FakeCourier, qtbot: QtBot) -> Discovery:
    return discovery(courier)


def test_opening_the_page_and_looking_at_a_known_model_asks_nobody(finding: Discovery, courier: FakeCourier) -> None:
    assert len(finding.listed()) > 20
    finding.filter("qwen")
    finding.open(QWEN)
    detail = finding.detail()
    assert detail is not None
    assert (detail.listed.name, detail.revision) == ("Qwen3 8B", "")
    assert [each.suggested for each in detail.offered].count(True) == 1
    assert courier.asked == {}


def test_words_and_filters_narrow_the_list(finding: Discovery) -> None:
    finding.filter("coder qwen")
    assert [each.name for each in finding.listed()] == ["Qwen2.5 Coder 7B", "Qwen3 Coder 30B A3B"]
    finding.filter("")
    finding.choose(Wanted(vision=True, fits=True))
    small = {"Gemma 3 12B", "Gemma 3 4B", "Gemma 4 12B", "Ministral 3 8B", "Qwen3.5 4B", "Qwen3.5 9B"}
    assert {each.name for each in finding.listed()} == small
    finding.choose(Wanted(use=Use.NOT_COMMERCIAL))
    assert [each.publisher for each in finding.listed()] == ["Cohere"]


def test_a_search_asks_the_hub_and_shows_what_it_found(finding: Discovery, courier: FakeCourier) -> None:
    finding.search("tiny")
    assert finding.asking()
    text, allowed_by, more = courier.last("search").arguments
    assert (text, allowed_by, more["sort"]) == ("tiny", "You searched for models", Sort.TRENDING)
    courier.answer("search", found(TINY, FoundModel(QWEN, 2_400_000)))
    assert finding.online()
    assert not finding.asking()
    tiny, qwen = finding.listed()
    assert (tiny.name, tiny.publisher, tiny.licence.label, tiny.fitness) == (
        "Tiny 1B Instruct",
        "maker",
        "MIT",
        Fitness.GREAT,
    )
    assert (qwen.name, qwen.downloads, qwen.fitness) == ("Qwen3 8B", 2_400_000, Fitness.GREAT)


def test_pages_follow_each_other_and_a_model_stands_there_once(finding: Discovery, courier: FakeCourier) -> None:
    finding.search("")
    courier.answer("search", found(TINY, following="page 2"))
    assert finding.has_more()
    finding.more()
    assert courier.last("search").arguments[2]["cursor"] == "page 2"
    courier.answer("search", found(TINY, TINY._replace(repo="maker/Other-GGUF")))
    assert [each.repo for each in finding.listed()] == [TINY.repo, "maker/Other-GGUF"]
    assert not finding.has_more()


def test_another_order_asks_again(finding: Discovery, courier: FakeCourier) -> None:
    finding.sort_by(Sort.LIKES)
    assert courier.asked == {}
    finding.search("")
    courier.answer("search", found(TINY))
    finding.sort_by(Sort.UPDATED)
    assert courier.last("search").arguments[2]["sort"] is Sort.UPDATED


def test_a_failed_search_is_told_and_the_list_stays(finding: Discovery, courier: FakeCourier, qtbot: QtBot) -> None:
    before = finding.listed()
    finding.search("x")
    with qtbot.waitSignal(finding.refused) as told:
        courier.fail("search", HubFailure.OFFLINE)
    error = told.args[0]
    assert isinstance(error, AppError)
    assert "Stay offline is on" in error.sentence
    finding.filter("")
    assert finding.listed() == before


def test_typing_on_takes_the_question_back(finding: Discovery, courier: FakeCourier) -> None:
    finding.search("x")
    finding.filter("xy")
    assert courier.dropped == [1]
    assert not finding.asking()


def test_what_the_hub_found_is_looked_at_when_it_is_opened(finding: Discovery, courier: FakeCourier) -> None:
    finding.search("tiny")
    courier.answer("search", found(TINY))
    finding.open(TINY.repo)
    assert courier.last("describe").arguments == (TINY.repo, "You looked at a model")
    detail = finding.detail()
    assert detail is not None
    assert detail.looking
    assert detail.offered == ()


def test_the_publishers_list_replaces_what_was_about_right(finding: Discovery, courier: FakeCourier) -> None:
    finding.open(QWEN)
    finding.look_up()
    courier.answer("describe", described())
    detail = finding.detail()
    assert detail is not None
    assert detail.revision == COMMIT
    assert [each.variant.quant.name for each in detail.offered] == ["Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16"]
    assert next(each for each in detail.offered if each.suggested).variant.quant.name == "Q4_K_M"
    assert detail.offered[-1].judged.fitness is Fitness.TOO_BIG
    assert (detail.purpose != "", detail.licence_file, detail.published) == (True, "LICENSE", "April 2025")
    assert "Qwen3" in detail.card


def test_a_file_that_the_publisher_replaced_is_named(finding: Discovery, courier: FakeCourier) -> None:
    finding.open(QWEN)
    finding.look_up()
    now = described()
    courier.answer("describe", now)
    detail = finding.detail()
    assert detail is not None
    assert detail.replaced == ()
    finding.open(QWEN)
    finding.look_up()
    files = tuple(file._replace(sha256="cd" * 32) if "Q4_K_M" in file.path else file for file in now.files)
    courier.answer("describe", now._replace(files=files))
    detail = finding.detail()
    assert detail is not None
    assert detail.replaced == ("Q4_K_M",)
    # It is offered like any other.
    assert next(each for each in detail.offered if each.suggested).variant.files[0].sha256 == "cd" * 32


def test_the_head_of_one_file_makes_the_fit_of_all_of_them_exact(finding: Discovery, courier: FakeCourier) -> None:
    finding.open(QWEN)
    finding.look_up()
    courier.answer("describe", described())
    before = finding.detail()
    repo, revision, file, allowed_by = courier.last("peek").arguments
    assert (repo, revision, file.path, allowed_by) == (QWEN, COMMIT, "Qwen3-8B-Q4_K_M.gguf", "You looked at a model")
    header = gguf.read_header(paths.starter_model())
    courier.answer("peek", header)
    after = finding.detail()
    assert before is not None
    assert after is not None
    assert after.context_length == header.context_length
    sizes = [each.variant.size for each in after.offered]
    needs = [each.judged.needs for each in after.offered]
    assert [need - size for need, size in zip(needs, sizes, strict=True)] == [needs[0] - sizes[0]] * len(sizes)
    assert needs != [each.judged.needs for each in before.offered]


def test_a_projector_comes_along_and_what_is_no_chat_model_is_not_offered(
    finding: Discovery, courier: FakeCourier
) -> None:
    more = (
        RemoteFile("mmproj-model-f16.gguf", 850_000_000, "cd" * 32),
        RemoteFile("draft/qwen-draft-Q8_0.gguf", 60_000_000, "ef" * 32),
        RemoteFile("imatrix.gguf", 4_000_000),
        RemoteFile("big-Q8_0-00001-of-00003.gguf", 4_000_000_000),
    )
    finding.open(QWEN)
    finding.look_up()
    description = described()
    courier.answer("describe", description._replace(files=description.files + more))
    detail = finding.detail()
    assert detail is not None
    assert detail.projector is not None
    assert detail.projector.size == 850_000_000
    assert detail.draft is not None
    assert detail.draft.name == "draft/qwen-draft-Q8_0.gguf"
    assert len(detail.offered) == 6
    name = detail.offered[0].variant.name
    own = [file.name for file in detail.offered[0].variant.files]
    assert [file.name for file in detail.order(name).files] == [*own, "mmproj-model-f16.gguf"]
    assert [file.name for file in detail.order(name, with_draft=True).files][2:] == [detail.draft.name]
    assert [file.name for file in detail.order(detail.draft.name).files] == [detail.draft.name]


def test_an_answer_about_a_model_that_is_not_looked_at_any_more_changes_nothing(
    finding: Discovery, courier: FakeCourier
) -> None:
    finding.open(QWEN)
    finding.look_up()
    late = courier.last("describe")
    finding.open("Qwen/Qwen3-4B-GGUF")
    now = finding.detail()
    late.done(described())
    assert finding.detail() == now
    assert courier.dropped == [1]


def test_a_look_that_failed_is_told_and_leaves_what_was_known(
    finding: Discovery, courier: FakeCourier, qtbot: QtBot
) -> None:
    finding.open(QWEN)
    before = finding.detail()
    finding.look_up()
    with qtbot.waitSignal(finding.refused) as told:
        courier.fail("describe", HubFailure.NOT_FOUND)
    assert "Qwen3 8B" in told.args[0].sentence or told.args[0].code == "NOT_FOUND"
    assert finding.detail() == before


@pytest.mark.parametrize(("cores", "name"), [(8, "Qwen3 8B"), (4, "Qwen3 4B"), (2, "Qwen3 1.7B"), (1, "Qwen3 0.6B")])
def test_the_first_model_is_the_largest_that_is_quick_here(finding: Discovery, cores: int, name: str) -> None:
    detail = finding.recommended(cores)
    assert detail is not None
    assert detail.listed.name == name
