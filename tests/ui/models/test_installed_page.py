"""The models at home: what the page shows, and what keys, mice and dropped files ask for."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QRadioButton

from desktop.domain.models import EngineState, InstalledModel
from desktop.domain.trust import Check
from desktop.services.newer import Answer, Standing
from desktop.ui.models.details import Details, facts_of
from desktop.ui.models.installed_page import InstalledPage
from desktop.ui.models.shelf_delegate import columns
from desktop.ui.models.shelf_list import ShelfList
from desktop.ui.models.shelf_rows import Deed, Row, Shelf, rows_of
from desktop.ui.parts.question import Question
from tests.ui.conftest import Stage
from tests.ui.models.hub_stand_ins import order
from tests.ui.models.stand_ins import LISTENS, shelf_models

TODAY = date(2026, 11, 21)


@pytest.fixture
def page(stage: Stage) -> InstalledPage:
    stage.models.have(shelf_models())
    stage.window.open_shelf("installed")
    QApplication.processEvents()
    found = stage.window.findChild(InstalledPage)
    assert isinstance(found, InstalledPage)
    return found


def row(model: InstalledModel, **more: Any) -> Row:
    usual: dict[str, Any] = {"current": None, "state": EngineState.NOT_LOADED, "speed": 0.0}
    values = {**usual, **more}
    made = Shelf([model], values["current"], values["state"], lambda _: values["speed"], lambda _: "From your own file")
    return rows_of(made, TODAY)[0]


def here(stage: Stage, number: int) -> None:
    """Put the keyboard on a row."""
    rows = stage.window.findChild(ShelfList)
    assert isinstance(rows, ShelfList)
    rows.setFocus()
    rows.setCurrentIndex(rows.rows.index_of(number))


@pytest.mark.parametrize(
    ("used", "words"),
    [
        ((2026, 11, 21), "Today"),
        ((2026, 11, 20), "Yesterday"),
        ((2026, 11, 18), "3 days ago"),
        ((2026, 4, 12), "12 April"),
        ((2025, 4, 12), "12 April 2025"),
    ],
)
def test_when_a_model_was_used_is_said_as_people_say_it(used: tuple[int, int, int], words: str) -> None:
    at = datetime(*used, 12).timestamp()
    assert row(InstalledModel(1, "/m.gguf", "M", last_used_at=at)).last_used == words


def test_without_a_model_the_way_to_one_is_offered(stage: Stage) -> None:
    stage.models.have([])
    stage.window.open_shelf("installed")
    QApplication.processEvents()
    page = stage.window.findChild(InstalledPage)
    assert isinstance(page, InstalledPage)
    assert page.nothing.isVisible()
    assert not page.table.isVisible()
    page.find.click()
    assert not page.isVisible()
    stage.models.have(shelf_models())
    stage.window.open_shelf("installed")
    QApplication.processEvents()
    assert not page.nothing.isVisible()


def test_the_button_of_a_row_is_what_comes_next() -> None:
    checked = InstalledModel(1, "/m.gguf", "M", checked=Check(1.0))
    assert row(checked).deed is Deed.CHAT
    assert row(checked, current=1, state=EngineState.READY).deed is Deed.UNLOAD
    assert row(checked, current=1).deed is Deed.CHAT
    assert row(checked._replace(checked=None)).deed is Deed.CHECK
    assert row(checked._replace(checked=Check(1.0, (LISTENS,)))).deed is Deed.CHECK
    assert row(checked._replace(checked=Check(1.0, (LISTENS,), allowed=True))).deed is Deed.CHAT
    assert row(checked._replace(available=False)).deed is Deed.NONE
    assert row(shelf_models()[6]).deed is Deed.NONE


def test_a_row_is_read_out_whole(page: InstalledPage) -> None:
    index = page.list.rows.index_of(2)
    assert index.data() == "Qwen3 4B"
    told = index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    for words in ("Qwen", "Q4_K_M", "2.5 GB", "24,500 words", "Yesterday", "publisher’s fingerprint"):
        assert words in told


def test_opening_the_page_looks_at_the_folders(page: InstalledPage, stage: Stage) -> None:
    assert ("refresh",) in stage.shelf.calls
    assert page.summary.count.text() == "6 models, 15.4 GB"
    assert page.list.hasFocus()


def test_enter_presses_the_button_of_the_row(page: InstalledPage, stage: Stage) -> None:
    here(stage, 2)
    stage.key(Qt.Key.Key_Return)
    assert ("choose", 2) in stage.models.calls
    assert stage.window.room.isVisible()


def test_the_model_in_use_is_unloaded(page: InstalledPage, stage: Stage) -> None:
    here(stage, 1)
    stage.key(Qt.Key.Key_Return)
    assert ("rest",) in stage.models.calls


def test_a_doubtful_model_is_explained_before_it_is_opened(page: InstalledPage, stage: Stage) -> None:
    here(stage, 6)
    stage.key(Qt.Key.Key_Return)
    dialog = stage.find("Aboutharbour-7b-tuned")
    assert dialog.isVisible()
    assert ("allow", 6) not in stage.models.calls
    stage.click(next(button for button in dialog.findChildren(QPushButton) if "all the same" in button.text()))
    assert ("allow", 6) in stage.models.calls


def test_a_click_on_the_painted_button_presses_it(page: InstalledPage, stage: Stage) -> None:
    rows = page.list
    place = columns(rows.visualRect(rows.rows.index_of(2))).button.center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ("choose", 2) in stage.models.calls


def test_f2_renames_in_place(page: InstalledPage, stage: Stage) -> None:
    here(stage, 2)
    stage.key(Qt.Key.Key_F2)
    stage.type("The quick one")
    stage.key(Qt.Key.Key_Return)
    assert ("rename", 2, "The quick one") in stage.shelf.calls


def test_delete_asks_first_and_names_the_file(page: InstalledPage, stage: Stage) -> None:
    here(stage, 2)
    stage.key(Qt.Key.Key_Delete)
    text = stage.find("dialogText")
    assert "Qwen3-4B-Q4_K_M.gguf (2.5 GB)" in text.text()  # pyright: ignore
    assert ("delete", 2) not in stage.shelf.calls
    stage.click(stage.find("dialogAction"))
    assert ("delete", 2) in stage.shelf.calls


def test_a_file_of_another_program_is_only_taken_off_the_list(page: InstalledPage, stage: Stage) -> None:
    here(stage, 4)
    stage.key(Qt.Key.Key_Delete)
    assert ("remove", 4) in stage.shelf.calls
    assert not any(call[0] == "delete" for call in stage.shelf.calls)


def test_the_menu_of_a_row_has_everything(page: InstalledPage, stage: Stage) -> None:
    here(stage, 2)
    stage.key(Qt.Key.Key_Menu)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    wishes = {action.text(): action for action in menu.actions() if action.text()}
    assert list(wishes) == [
        "Details",
        "Rename",
        "Show in its folder",
        "Check the file",
        "Compare its fingerprint",
        "Benchmark",
        "Take off the list",
        "Delete the file",
    ]
    wishes["Show in its folder"].trigger()
    wishes["Compare its fingerprint"].trigger()
    menu.close()
    assert stage.revealed == ["/models/Qwen3-4B-Q4_K_M.gguf"]
    assert ("verify", 2) in stage.shelf.calls


def test_a_file_that_the_publisher_replaced_is_fetched_when_somebody_says_so(page: InstalledPage, stage: Stage) -> None:
    model = next(each for each in shelf_models() if each.repo)
    page.open_details(model.id)
    details = stage.window.findChild(Details)
    assert details is not None
    stage.shop.newer.answer = Answer(Standing.REPLACED, "It has another file now.", order())
    stage.click(details.newer)
    question = stage.window.findChild(Question)
    assert question is not None
    assert stage.shop.downloads.ordered == []
    stage.click(question.yes)
    assert stage.shop.downloads.ordered == [order()]


def test_what_another_program_has_can_be_used_or_declined(page: InstalledPage, stage: Stage) -> None:
    stage.shelf.offer("Ollama", 2, 5_000_000_000)
    stage.click(stage.find("adopt-Ollama"))
    assert ("adopt", "Ollama") in stage.shelf.calls


def test_a_job_is_shown_and_can_be_stopped(page: InstalledPage, stage: Stage) -> None:
    assert not page.doing.isVisible()
    stage.shelf.do("Reading Qwen3 4B", 1, 2)
    assert page.progress.accessibleName() == "Reading Qwen3 4B"
    stage.click(page.stop)
    assert ("stop",) in stage.shelf.calls


def test_escape_and_the_sidebar_lead_in_and_out(stage: Stage) -> None:
    stage.click(stage.window.sidebar.models)
    assert not stage.window.room.isVisible()
    stage.window.open_settings("appearance")
    assert not stage.find("modelsRoom").isVisible()
    stage.click(stage.window.sidebar.models)
    assert not stage.find("settingsRoom").isVisible()
    stage.key(Qt.Key.Key_Escape)
    assert stage.window.room.isVisible()


def drop(stage: Stage, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    moment = QDropEvent(
        QPointF(400, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    stage.window.dropEvent(moment)


def test_one_file_dropped_on_a_chat_is_loaded_and_the_rest_goes_to_the_list(stage: Stage, tmp_path: Path) -> None:
    one, two = tmp_path / "one.gguf", tmp_path / "two.GGUF"
    drop(stage, one)
    assert ("add", str(one)) in stage.models.calls
    drop(stage, one, two)
    drop(stage, tmp_path)
    stage.window.open_shelf("installed")
    drop(stage, one)
    added = [call[1] for call in stage.shelf.calls if call[0] == "add"]
    assert added == [[str(one), str(two)], [str(tmp_path)], [str(one)]]


def test_the_details_say_what_is_known_and_nothing_else() -> None:
    known = dict(facts_of(shelf_models()[1]))
    assert known["Licence"] == "Apache 2.0, work use allowed"
    assert known["Weights"] == "Q4_K_M: best balance"
    assert known["From"] == "Qwen/Qwen3-4B-GGUF"
    bare = dict(facts_of(InstalledModel(1, "/m.gguf", "M")))
    assert set(bare) == {"Licence", "File", "Folder", "Fingerprint"}


def test_five_hundred_models_stay_within_the_window(page: InstalledPage, stage: Stage) -> None:
    many = [shelf_models()[1]._replace(id=number, name=f"Model {number}") for number in range(1, 501)]
    stage.models.have(many)
    page.grab()
    assert page.list.rows.rowCount() == 500
    assert page.table.height() < stage.window.height()


def menu_of(page: InstalledPage, stage: Stage, number: int) -> list[str]:
    here(stage, number)
    stage.key(Qt.Key.Key_Menu)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions()]
    menu.close()
    return words


def test_a_smaller_copy_is_offered_of_what_is_kept_in_full(page: InstalledPage, stage: Stage) -> None:
    offers = {number: "Make a smaller copy…" in menu_of(page, stage, number) for number in range(1, 8)}
    assert [number for number, offered in offers.items() if offered] == [5]


def test_the_suggested_copy_is_made_where_nobody_chose_another(page: InstalledPage, stage: Stage) -> None:
    page.list.smaller_requested.emit(5)
    dialog = stage.find("question")
    radios = {radio.text(): radio for radio in dialog.findChildren(QRadioButton)}
    assert [text for text, radio in radios.items() if radio.isChecked()] == ["Q4_K_M, about 0.3 GB"]
    assert radios["Q6_K, about 0.5 GB"].accessibleDescription() == "Nearly full, Runs great"
    stage.click(stage.find("questionAction"))
    _, number, copy = next(call for call in stage.shelf.calls if call[0] == "shrink")
    assert (number, copy.quant.name) == (5, "Q4_K_M")


def test_another_copy_can_be_chosen_with_the_arrow_keys(page: InstalledPage, stage: Stage) -> None:
    page.list.smaller_requested.emit(5)
    stage.key(Qt.Key.Key_Down)
    stage.click(stage.find("questionAction"))
    assert next(call for call in stage.shelf.calls if call[0] == "shrink")[2].quant.name == "Q3_K_M"


def test_what_was_made_here_says_of_what(page: InstalledPage) -> None:
    made = shelf_models()[1]._replace(made_from="Qwen3 4B F16")
    assert page.origin(made) == "Made here from Qwen3 4B F16"
    assert ("Made from", "Qwen3 4B F16, on this computer") in facts_of(made)
