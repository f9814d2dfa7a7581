"""The room: header, what stands in the middle, and a message on its way into the conversation."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from desktop.domain.chat import AtLimit, Role
from desktop.domain.context import Memory, Note
from desktop.domain.models import EngineFailure, EngineState, FailureKind
from desktop.engine import failure
from desktop.errors import AppError
from desktop.ui.chat.composer import ComposerState
from desktop.ui.chat.failure_page import FailurePage
from desktop.ui.chat.failures import TRY_AGAIN, USE_PROCESSOR, did_not_start, template_question
from desktop.ui.menus import ChatMenu
from desktop.ui.parts.labels import Label
from tests.ui.conftest import Stage
from tests.ui.stand_ins import FakeModels, some_models


def label(stage: Stage, name: str) -> str:
    found = stage.find(name)
    assert isinstance(found, Label)
    return found.text()


# Sending


def test_a_message_leaves_the_box_when_it_is_in_the_conversation(stage: Stage) -> None:
    stage.type("Hello")
    stage.key(Qt.Key.Key_Return)
    assert stage.chats.current().calls == [("send", "Hello")]
    assert stage.window.room.composer.text() == ""
    assert stage.chats.current().draft() == ""


def test_a_message_that_could_not_be_stored_stays_in_the_box(stage: Stage) -> None:
    stage.chats.current().accepts = False
    stage.type("Hello")
    stage.key(Qt.Key.Key_Return)
    stage.chats.refused.emit(AppError("FULL", "The message was not saved.", "It is still in the box below."))
    assert stage.window.room.composer.text() == "Hello"
    assert stage.window.toast.text() == "The message was not saved. It is still in the box below."


def test_a_draft_that_is_read_late_comes_into_the_box(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().set_draft("half a question")
    stage.chats.current().reset.emit()
    assert stage.window.room.composer.text() == "half a question"


def test_a_message_that_comes_back_is_in_the_box_again(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().draft_returned.emit("what I asked")
    assert stage.window.room.composer.text() == "what I asked"


def test_every_chat_keeps_its_draft(stage: Stage) -> None:
    stage.chats.open(3)
    stage.type("half a question")
    stage.chats.open(4)
    assert stage.window.room.composer.text() == ""
    stage.chats.open(3)
    assert stage.window.room.composer.text() == "half a question"


def test_answering_turns_send_into_stop_and_back(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().set_answering(True, 12.0)
    assert stage.window.room.composer.state() is ComposerState.ANSWERING
    assert label(stage, "speed") == "12 tok/s"
    stage.key(Qt.Key.Key_Escape)
    assert stage.chats.current().calls == [("stop",)]
    assert stage.window.room.composer.state() is ComposerState.READY


def test_another_chat_can_be_read_while_one_answers(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().set_answering(True)
    stage.chats.open(4)
    assert stage.window.room.composer.state() is ComposerState.READY


# The header


def test_the_header_names_the_chat_on_one_line(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.rename(3, "Two\nlines <b>and</b> tags")
    assert stage.window.room.header.title.text() == "Two lines <b>and</b> tags"


def test_f2_on_the_title_renames_the_chat(stage: Stage) -> None:
    stage.chats.open(3)
    stage.window.room.header.title.setFocus()
    stage.key(Qt.Key.Key_F2)
    stage.type("Spreadsheets")
    stage.key(Qt.Key.Key_Return)
    assert ("rename", 3, "Spreadsheets") in stage.chats.calls
    assert stage.window.room.header.title.text() == "Spreadsheets"


def test_the_title_s_field_is_in_the_middle_of_the_header(stage: Stage) -> None:
    stage.chats.open(3)
    stage.window.room.header.title.edit()
    QApplication.processEvents()
    header = stage.window.room.header
    field = stage.find("titleField")
    assert abs(field.mapTo(header, field.rect().center()).y() - header.rect().center().y()) <= 1


def test_another_chat_ends_a_rename(stage: Stage) -> None:
    stage.chats.open(3)
    stage.window.room.header.title.edit()
    stage.chats.open(4)
    assert stage.find("titleField").isHidden()
    assert not [call for call in stage.chats.calls if call[0] == "rename"]


def test_esc_leaves_the_title_as_it_was(stage: Stage) -> None:
    stage.chats.open(3)
    QTest.mouseDClick(stage.window.room.header.title, Qt.MouseButton.LeftButton)
    stage.type("Something else")
    stage.key(Qt.Key.Key_Escape)
    assert not [call for call in stage.chats.calls if call[0] == "rename"]


def test_a_chat_that_is_not_there_yet_has_no_title_to_change(stage: Stage) -> None:
    stage.window.room.header.title.setFocus()
    stage.key(Qt.Key.Key_F2)
    assert stage.find("titleField").isHidden()


def test_the_meter_says_in_words_what_its_numbers_mean(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().set_context(1842, 8192)
    meter = stage.window.room.header.meter
    assert meter.text() == "1,842 / 8,192"
    assert "about 1,380 of 6,140 words it can remember" in meter.toolTip()


def test_the_model_button_tells_the_state_in_words_too(stage: Stage) -> None:
    button = stage.window.room.header.model
    assert button.accessibleName() == "Model: DeepSeek R1 8B Q4_K_M, ready"
    stage.models.be(EngineState.LOADING, progress=0.43)
    assert button.accessibleName() == "Model: DeepSeek R1 8B Q4_K_M, starting, 43 %"


# The middle


def test_a_new_chat_greets(stage: Stage) -> None:
    assert stage.window.room.centre().objectName() == "greeting"
    assert label(stage, "greetingTitle") == "What is on your mind?"
    assert stage.find("greetingFind").isHidden()


def test_the_starter_model_is_called_what_it_is(stage: Stage) -> None:
    stage.models.choose(4)
    stage.models.be(EngineState.READY)
    assert stage.find("starterNote").isVisible()
    assert "very small" in label(stage, "starterNote")


def test_without_a_model_the_one_thing_to_do_is_to_add_one(make_stage) -> None:
    stage = make_stage(models=FakeModels([], None))
    assert stage.find("greetingFind").isVisible()
    assert stage.window.room.header.model.name() == "No model yet"


def test_a_chat_that_is_being_read_does_not_greet(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().messages.clear()
    stage.chats.current().reset.emit()
    assert stage.window.room.centre() is stage.window.room.transcript


def test_the_first_message_brings_the_transcript(stage: Stage) -> None:
    stage.type("Hello")
    stage.key(Qt.Key.Key_Return)
    assert stage.window.room.centre() is stage.window.room.transcript


# Failures

OUT_OF_MEMORY = AppError(
    FailureKind.OUT_OF_MEMORY, "DeepSeek R1 8B did not start", "Your chats are safe.", "Choose what to do.", "detail"
)


def fail_to_load(stage: Stage) -> FailurePage:
    stage.models.be(EngineState.LOADING)
    stage.models.be(EngineState.FAILED, OUT_OF_MEMORY, "load_tensors: out of memory")
    page = stage.window.room.centre()
    assert isinstance(page, FailurePage)
    return page


def test_a_model_that_does_not_start_says_what_to_do_next(stage: Stage) -> None:
    stage.type("my question")
    fail_to_load(stage)
    assert label(stage, "failureTitle") == "DeepSeek R1 8B did not start"
    assert label(stage, "failureSentence") == "Your chats are safe. Choose what to do."
    assert stage.window.room.composer.text() == "my question"


def test_the_smaller_model_is_one_press_away(stage: Stage) -> None:
    page = fail_to_load(stage)
    assert page.buttons[0].text() == "Use Qwen3 4B"
    stage.click(page.buttons[0])
    assert ("choose", 2) in stage.models.calls
    assert stage.window.room.centre() is not page


def test_too_little_memory_offers_safer_settings(stage: Stage) -> None:
    stage.models.safer = (8192, 4096)
    page = fail_to_load(stage)
    assert [button.text() for button in page.buttons] == ["Use Qwen3 4B", "Load safely", "Try again"]
    assert "Remembers about 3,000 words instead of 6,000." in [words.text() for words in page.findChildren(Label)]
    stage.click(page.buttons[1])
    assert ("load_safely",) in stage.models.calls


def test_what_the_model_remembers_is_shown_as_soon_as_it_has_started(stage: Stage) -> None:
    stage.chats.open(3)
    conversation = stage.chats.current()
    conversation.context = lambda: (0, 0)
    stage.models.be(EngineState.LOADING)
    assert not stage.window.room.header.meter.isVisible()
    conversation.context = lambda: (900, 8192)
    stage.models.be(EngineState.READY)
    assert stage.window.room.header.meter.isVisible()


def test_trying_again_starts_the_model_again(stage: Stage) -> None:
    page = fail_to_load(stage)
    page.buttons[1].setFocus()
    stage.key(Qt.Key.Key_Return)
    assert ("retry",) in stage.models.calls


def test_the_engine_s_words_are_one_click_away_and_can_be_copied(stage: Stage, qapp) -> None:
    fail_to_load(stage)
    assert not stage.find("engineWords").isVisible()
    stage.click(stage.find("engineSaid"))
    assert stage.find("engineWords").isVisible()
    stage.click(stage.find("copyEngineSaid"))
    assert qapp.clipboard().text() == "load_tensors: out of memory"


def test_a_crash_that_the_conversation_tells_gets_no_page(stage: Stage) -> None:
    stage.chats.open(3)
    stage.models.be(EngineState.BUSY)
    stage.chats.current().add(Role.ASSISTANT, "half an ans", failure=FailureKind.CRASHED.value)
    stage.models.be(EngineState.FAILED, OUT_OF_MEMORY)
    assert stage.window.room.centre() is stage.window.room.transcript
    stage.models.be(EngineState.LOADING)
    assert stage.window.room.composer.state() is ComposerState.RESTARTING


def test_an_engine_that_comes_back_at_once_gets_no_page(stage: Stage) -> None:
    stage.chats.open(3)
    stage.models.be(EngineState.FAILED, OUT_OF_MEMORY)
    assert stage.window.room.centre() is stage.window.room.transcript
    stage.models.be(EngineState.LOADING)
    stage.models.be(EngineState.READY)
    assert stage.window.room.centre() is stage.window.room.transcript


def test_an_engine_that_stays_away_gets_one(stage: Stage) -> None:
    stage.chats.open(3)
    stage.models.be(EngineState.FAILED, OUT_OF_MEMORY)
    stage.qtbot.waitUntil(lambda: isinstance(stage.window.room.centre(), FailurePage), timeout=2000)


def test_a_file_without_a_template_that_was_loaded_before_the_window_is_asked_about(make_stage) -> None:
    models = FakeModels()
    models.be(EngineState.NOT_LOADED, AppError(FailureKind.NO_TEMPLATE, "It has no template."))
    stage = make_stage(models=models)
    assert isinstance(stage.window.room.centre(), FailurePage)


def test_a_file_without_a_template_is_asked_about_once(stage: Stage) -> None:
    model = stage.models.current()
    assert model is not None
    stage.models.template_needed.emit(model)
    page = stage.window.room.centre()
    assert isinstance(page, FailurePage)
    stage.click(page.buttons[1])
    assert ("choose_template", 1, "plain") in stage.models.calls
    assert stage.window.room.centre() is not page


def test_the_known_templates_are_offered_by_name(stage: Stage) -> None:
    model = stage.models.current()
    assert model is not None
    stage.models.template_needed.emit(model)
    page = stage.window.room.centre()
    assert isinstance(page, FailurePage)
    stage.click(page.buttons[0])
    assert ("choose_template", 1, "chatml") in stage.models.calls


def test_the_largest_model_below_the_one_that_failed_is_suggested() -> None:
    models = some_models()
    page = did_not_start(OUT_OF_MEMORY, models[2], models)
    assert page.choices[0].button == "Use DeepSeek R1 8B"


def test_without_its_card_a_model_can_run_on_the_processor(stage: Stage) -> None:
    models = some_models()
    lost = failure.sentence(EngineFailure(FailureKind.MISSING_DEVICE, "CUDA1"), models[2].name)
    page = did_not_start(lost, models[2], models)
    assert [choice.key for choice in page.choices] == [USE_PROCESSOR, TRY_AGAIN]
    assert "CUDA1" in page.title
    stage.models.be(EngineState.LOADING)
    stage.models.be(EngineState.FAILED, lost)
    shown = stage.window.room.centre()
    assert isinstance(shown, FailurePage)
    stage.click(shown.buttons[0])
    assert ("load_on_processor",) in stage.models.calls


def test_where_nothing_computes_no_other_model_is_suggested() -> None:
    models = some_models()
    missing = failure.sentence(EngineFailure(FailureKind.MISSING_BACKEND, "libllama is not there"), models[2].name)
    page = did_not_start(missing, models[2], models)
    assert [choice.key for choice in page.choices] == [TRY_AGAIN]
    assert models[2].name not in page.title
    assert "Install Snug again" in page.sentence
    assert page.engine_said == "libllama is not there"


def test_with_no_other_model_a_file_can_be_added() -> None:
    model = some_models()[0]
    page = did_not_start(None, model, [model])
    assert [choice.button for choice in page.choices] == ["Try again", "Add a file…"]


def test_plain_completion_is_never_among_the_chat_templates() -> None:
    question = template_question(some_models()[0], ["plain", "chatml"])
    assert question.choices[0].options == ("chatml",)


# The model's memory


def meter(stage: Stage) -> str:
    return stage.window.room.header.meter.accessibleName()


def test_the_meter_says_in_words_how_much_is_seen(stage: Stage) -> None:
    stage.chats.open(3)
    conversation = stage.chats.current()
    conversation.set_context(1842, 8192)
    assert meter(stage).endswith("words it can remember. It sees all of this chat.")
    conversation.add(Role.USER, "How do I make a copy?")
    conversation.remember(Memory(2, 2))
    assert meter(stage).endswith(
        "It sees this chat from “How do I make a copy?” on; the first 2 messages are no longer seen."
    )
    conversation.remember(Memory(2, 1, Note(2, "A note")))
    assert meter(stage).endswith("on; 1 message is no longer seen, but for a note.")


def test_pressing_the_meter_says_it_at_once(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().set_context(1842, 8192)
    stage.click(stage.window.room.header.meter)
    assert "It sees all of this chat." in QToolTip.text()
    QToolTip.hideText()


def test_the_chats_menu_chooses_what_is_done_when_memory_is_full(stage: Stage) -> None:
    stage.chats.open(3)
    conversation = stage.chats.current()
    chosen = "Forget the oldest part"
    for choice, words in ((AtLimit.SUMMARISE, "Summarise the oldest part"), (AtLimit.STOP, "Stop and say so")):
        stage.click(stage.find("chatMore"))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, ChatMenu)
        assert [action.text() for action in menu.actions() if action.isChecked()] == [chosen]
        next(action for action in menu.actions() if action.text() == words).trigger()
        menu.close()
        assert conversation.limit is choice
        chosen = words


def test_a_new_chat_has_no_name_to_change_but_the_choice(stage: Stage) -> None:
    stage.click(stage.find("chatMore"))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, ChatMenu)
    assert "Rename" not in [action.text() for action in menu.actions()]
    next(action for action in menu.actions() if action.text() == "Stop and say so").trigger()
    menu.close()
    assert stage.chats.current().limit is AtLimit.STOP


def test_a_summary_tells_how_far_it_is_and_can_be_stopped(stage: Stage) -> None:
    stage.chats.open(3)
    bar = stage.window.room.summary
    assert not bar.isVisible()
    stage.chats.current().remember(Memory(), 0.4)
    assert bar.isVisible()
    assert bar.accessibleDescription() == "40 %"
    stage.click(bar.stop)
    assert stage.chats.current().calls == [("stop_summary",)]
    stage.chats.current().remember(Memory())
    assert not bar.isVisible()


def test_another_chat_shows_its_own_memory(stage: Stage) -> None:
    stage.chats.open(3)
    stage.chats.current().remember(Memory(), 0.4)
    stage.chats.open(4)
    assert not stage.window.room.summary.isVisible()
