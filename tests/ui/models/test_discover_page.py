"""Discover: found, looked at, agreed to and ordered with the keyboard and the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.domain.downloads import DownloadState, line_of, rate_text, time_text
from desktop.domain.hub import HubFailure, RemoteFile
from desktop.domain.licences import Use
from desktop.services import intake
from desktop.ui.models.discover_page import DiscoverPage
from desktop.ui.models.terms_dialog import AskTerms, ShowLicence
from desktop.ui.models.token_dialog import AskToken
from desktop.ui.parts.buttons import Button, IconButton
from desktop.ui.parts.labels import Label
from tests.ui.conftest import Stage
from tests.ui.models.hub_stand_ins import GATED, found, order, running
from tests.ui.models.hub_stand_ins import described as description

QWEN, GEMMA = "Qwen/Qwen3-8B-GGUF", "ggml-org/gemma-3-12b-it-GGUF"


@pytest.fixture
def page(stage: Stage) -> DiscoverPage:
    stage.window.open_shelf("discover")
    page = stage.window.findChild(DiscoverPage)
    assert isinstance(page, DiscoverPage)
    return page


def names(page: DiscoverPage) -> list[str]:
    rows = page.list.rows
    return [rows.index(place).data() for place in range(rows.rowCount())]


def button(page: DiscoverPage, name: str) -> Button:
    QApplication.processEvents()
    shown = [each for each in page.findChildren(Button) if each.isVisible()]
    [one] = [each for each in shown if name in (each.accessibleName(), each.text())]
    return one


def words(page: DiscoverPage) -> str:
    QApplication.processEvents()
    return "\n".join(label.text() for label in page.detail.findChildren(Label) if label.isVisible())


def test_it_opens_with_snugs_own_list_and_asks_nobody(page: DiscoverPage, stage: Stage) -> None:
    assert len(names(page)) > 20
    assert "Nobody was asked" in page.note.text()
    assert stage.shop.courier.asked == {}


def test_typing_narrows_the_list_and_enter_asks_the_hub(page: DiscoverPage, stage: Stage) -> None:
    page.field.setFocus()
    stage.type("qwen coder")
    stage.qtbot.waitUntil(lambda: names(page) == ["Qwen2.5 Coder 7B", "Qwen3 Coder 30B A3B"])
    assert stage.shop.courier.asked == {}
    assert "qwen coder" in page.ask_hub.text()
    stage.key(Qt.Key.Key_Return)
    assert stage.shop.courier.last("search").arguments[0] == "qwen coder"


def test_what_the_hub_found_can_be_put_in_order_and_goes_on(page: DiscoverPage, stage: Stage) -> None:
    stage.click(page.ask_hub)
    assert not page.ask_hub.isEnabled()
    stage.shop.courier.answer("search", found(description().model, following="2"))
    assert names(page) == ["Qwen3 8B"]
    assert page.more.isVisible()
    assert page.sort.isVisible()
    assert not page.ask_hub.isVisible()
    stage.click(page.more)
    assert stage.shop.courier.last("search").arguments[2]["cursor"] == "2"


def test_filters_are_chips(page: DiscoverPage, stage: Stage) -> None:
    stage.click(page.vision)
    assert names(page) == [model.name for model in intake.own_list().models if model.vision]
    stage.click(page.vision)
    page._choose_use(Use.NOT_COMMERCIAL)  # pyright: ignore[reportPrivateUsage]
    assert names(page) == ["Aya Expanse 8B"]
    assert page.licence.text() == "Not for commercial use"


def test_a_model_is_looked_at_with_the_keyboard(page: DiscoverPage, stage: Stage) -> None:
    page.list.setFocus()
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Return)
    detail = stage.shop.discovery.detail()
    assert detail is not None
    assert detail.listed.name == names(page)[1]
    assert detail.purpose in words(page)
    assert "about right" in words(page)


def test_a_download_from_snugs_own_list_looks_at_the_publishers_first(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.discovery.open(QWEN)
    stage.click(button(page, "Download Q4_K_M, 5.0 GB"))
    assert stage.shop.downloads.ordered == []
    stage.shop.courier.answer("describe", description())
    [ordered] = stage.shop.downloads.ordered
    assert (ordered.repo, ordered.quant, ordered.revision) == (QWEN, "Q4_K_M", description().revision)
    assert [file.name for file in ordered.files] == ["Qwen3-8B-Q4_K_M.gguf"]
    assert ordered.files[0].sha256


def test_what_the_publisher_replaced_since_is_said_in_plain_words(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(QWEN)
    assert "has replaced" not in words(page)
    detail = stage.shop.discovery.detail()
    assert detail is not None
    page.detail.show_detail(detail._replace(replaced=("Q4_K_M",)))
    assert "has replaced the Q4_K_M file since Snug’s own list was made" in words(page)
    page.detail.show_detail(detail._replace(replaced=("Q4_K_M", "Q6_K", "Q8_0")))
    assert "has replaced the Q4_K_M, Q6_K and Q8_0 files since" in words(page)


def test_a_draft_model_can_be_fetched_too(page: DiscoverPage, stage: Stage) -> None:
    draft = RemoteFile("Qwen3-8B-draft-Q8_0.gguf", 604_000_000, "ef" * 32)
    stage.shop.discovery.open(QWEN)
    stage.shop.discovery.look_up()
    now = description()
    stage.shop.courier.answer("describe", now._replace(files=(*now.files, draft)))
    assert "guesses ahead (0.6 GB)" in words(page)
    stage.click(button(page, "Fetch it too"))
    [ordered] = stage.shop.downloads.ordered
    assert [file.name for file in ordered.files] == [draft.path]
    page.detail.show_downloads((), frozenset({draft.path}))
    assert not button(page, "It is here").isEnabled()


def test_what_is_here_already_is_known_without_asking(page: DiscoverPage, stage: Stage) -> None:
    model = intake.own_list().find(QWEN)
    assert model is not None
    stage.shop.discovery.open(QWEN)
    page.detail.show_downloads((), frozenset({model.variants[0].name}))
    assert button(page, "Chat with Q4_K_M, 5.0 GB").isVisible()
    assert stage.shop.courier.asked == {}


def test_when_the_publisher_does_not_answer_nothing_is_ordered(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.discovery.open(QWEN)
    stage.click(button(page, "Download Q4_K_M, 5.0 GB"))
    stage.shop.courier.fail("describe", HubFailure.NO_CONNECTION)
    assert stage.shop.downloads.ordered == []
    stage.shop.look_at(QWEN)
    assert stage.shop.downloads.ordered == []


def test_where_the_publisher_wants_an_account_a_token_is_asked_for_first(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(GATED)
    stage.click(button(page, "Download Q4_K_M, 5.0 GB"))
    question = stage.window.findChild(AskToken)
    assert question is not None
    assert stage.shop.downloads.ordered == []
    question.token.field.setText("hf_secret")
    stage.click(question.yes)
    assert stage.shop.access.entered == ["hf_secret"]
    assert [order.repo for order in stage.shop.downloads.ordered] == [GATED]


def test_going_on_where_the_hub_did_not_let_snug_in_asks_for_another_token(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(QWEN)
    stopped = running(state=DownloadState.FAILED, code="GATED", problem="Not for you.")
    stage.shop.downloads.be(stopped)
    page.detail.table.resume_requested.emit(stopped.id)
    question = stage.window.findChild(AskToken)
    assert question is not None
    stage.click(question.yes)
    assert stage.shop.downloads.asked == []
    question.chosen.emit("hf_other")
    assert stage.shop.downloads.asked == [("resume", stopped.id)]


def test_what_was_begun_is_in_the_list_after_a_start(page: DiscoverPage, stage: Stage) -> None:
    begun = running(state=DownloadState.PAUSED)
    stage.shop.downloads.be(begun._replace(order=order(repo="maker/Rare-GGUF")._replace(name="Rare")))
    assert names(page)[0] == "Rare"
    stage.shop.downloads.be(begun._replace(state=DownloadState.DONE))
    assert names(page)[0] != "Rare"


def test_terms_of_their_own_are_asked_about_once(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(GEMMA)
    get = button(page, "Download Q4_K_M, 5.0 GB")
    stage.click(get)
    question = stage.window.findChild(AskTerms)
    assert question is not None
    assert stage.shop.downloads.ordered == []
    stage.click(question.no)
    assert stage.shop.downloads.ordered == []
    stage.click(get)
    question = [each for each in stage.window.findChildren(AskTerms) if each.isVisible()][-1]
    stage.click(question.yes)
    assert stage.shop.terms.agreed == [GEMMA]
    assert len(stage.shop.downloads.ordered) == 1
    stage.click(get)
    assert len(stage.shop.downloads.ordered) == 2


def test_a_licence_is_one_click_away(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(QWEN)
    stage.click(button(page, "Read the licence"))
    shown = stage.window.findChild(ShowLicence)
    assert shown is not None
    assert "And name us." in [label.text() for label in shown.findChildren(Label)]


def test_a_download_shows_how_it_goes_and_can_be_paused_resumed_and_cancelled(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(QWEN)
    downloads = stage.shop.downloads
    downloads.be(running())
    QApplication.processEvents()
    pause, cancel = (
        next(each for each in page.findChildren(IconButton) if each.isVisible() and each.accessibleName() == name)
        for name in ("Pause the download", "Cancel the download")
    )
    stage.click(pause)
    downloads.be(running(state=DownloadState.PAUSED))
    assert pause.accessibleName() == "Go on with the download"
    stage.click(pause)
    downloads.be(running(state=DownloadState.FAILED, problem="The disk is full."))
    assert pause.accessibleName() == "Try again"
    assert "The disk is full." in words(page)
    stage.click(cancel)
    assert downloads.asked == [("pause", 1), ("resume", 1), ("cancel", 1)]


def test_what_is_here_can_be_talked_to(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(QWEN)
    stage.shop.downloads.there = {QWEN: frozenset({"Qwen3-8B-Q4_K_M.gguf"})}
    stage.shop.downloads.be()
    stage.click(button(page, "Chat with Q4_K_M, 5.0 GB"))
    assert stage.shop.downloads.asked == [(f"{QWEN} Qwen3-8B-Q4_K_M.gguf", 0)]


def test_a_file_that_is_too_big_says_what_it_needs_in_place_of_a_button(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(QWEN)
    assert [each for each in page.findChildren(Button) if "F16" in each.accessibleName() and each.isVisible()] == []
    assert "Needs 18.0 GB" in words(page)


def test_what_the_publisher_says_is_shown_and_its_links_ask(page: DiscoverPage, stage: Stage) -> None:
    stage.shop.look_at(QWEN)
    assert "A model of the Qwen3 family." in page.detail.card.plain_text()
    page.detail.card.link_activated.emit("https://example.org/qwen")
    assert stage.links == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "about 5 s"), (41, "about 40 s"), (100, "about 2 min"), (7_500, "about 2 hours"), (400_000, "about 5 days")],
)
def test_the_time_left_is_said_roundly(seconds: float, said: str) -> None:
    assert time_text(seconds) == said


def test_a_transfer_in_words() -> None:
    assert line_of(running())[:3] == (3.1e9 / order().size, "3.1 of 5.0 GB", "18.4 MB/s, about 2 min left")
    assert line_of(running(2e7)).done == "20 MB of 5.0 GB"
    assert line_of(running(state=DownloadState.CHECKING)).how == "Checking the fingerprint"
    assert rate_text(640_000) == "640 KB/s"


def test_escape_goes_back_to_the_chats(page: DiscoverPage, stage: Stage) -> None:
    QTest.keyClick(page.field, Qt.Key.Key_Escape)
    assert not page.isVisible()
