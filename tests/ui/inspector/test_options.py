"""Words it can remember, and the rows below: each sends its field and shows what the view says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.domain.models import NO_DRAFT, CacheType, FlashAttention
from desktop.ui.inspector.context_section import BEYOND, lengths
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.select import Select
from tests.ui.inspector.conftest import Sight
from tests.ui.inspector.test_gpu_section import wheel

# Words it can remember


def test_lengths_go_from_512_to_four_times_the_trained_one() -> None:
    steps = lengths(8192, 0)
    assert steps == [512, 1024, 2048, 3072, 4096, 6144, 8192, 12_288, 16_384, 24_576, 32_768]
    assert lengths(40_960, 0)[-1] <= BEYOND * 40_960
    assert 40_960 in lengths(40_960, 0)


def test_what_is_loaded_is_a_step_whatever_it_is() -> None:
    assert 5000 in lengths(8192, 5000)
    assert lengths(0, 0)[0] == 512
    assert lengths(256, 256) == [256, 512, 1024]


def test_the_length_is_told_in_words_and_tokens(sight: Sight) -> None:
    words = sight.words()
    assert "about 6,000" in words
    assert "8,192 tokens" in words
    assert "Context length, Snug’s choice" in words


def test_dragging_chooses_a_length_and_the_link_gives_it_back(sight: Sight) -> None:
    slider = sight.page.context.slider
    steps = lengths(131_072, 8192)
    assert not sight.page.context.link.isVisible()
    sight.drag(slider, steps.index(16_384))
    assert sight.chosen() == [{"context_length": 16_384}]
    assert "16,384 tokens" in sight.words()
    assert "Snug’s choice" not in sight.words()
    sight.stage.click(sight.page.context.link)
    assert sight.chosen()[-1] == {"context_length": 0}
    assert "Context length, Snug’s choice" in sight.words()


def test_the_link_gives_the_keyboard_back_to_the_slider(sight: Sight) -> None:
    sight.placement.choose(context_length=4096)
    sight.page.context.slider.setFocus()
    sight.stage.key(Qt.Key.Key_Tab)
    assert sight.stage.focus().objectName() == "contextAuto"
    sight.stage.key(Qt.Key.Key_Space)
    assert sight.chosen()[-1] == {"context_length": 0}
    assert sight.stage.focus() is sight.page.context.slider


def test_nothing_moves_under_a_thumb_that_is_held(sight: Sight) -> None:
    sight.placement.choose(context_length=5000)
    slider = sight.page.context.slider
    steps = lengths(131_072, 5000)
    assert slider.maximum() == len(steps) - 1
    sight.drag(slider, steps.index(16_384), release=False)
    assert slider.maximum() == len(steps) - 1
    assert sight.chosen()[-1] == {"context_length": 16_384}


def test_the_keys_move_it_step_by_step(sight: Sight) -> None:
    sight.page.context.slider.setFocus()
    sight.stage.key(Qt.Key.Key_Right)
    sight.stage.key(Qt.Key.Key_Home)
    assert sight.chosen() == [{"context_length": 12_288}, {"context_length": 512}]


def test_longer_than_trained_is_allowed_with_a_warning(sight: Sight) -> None:
    slider = sight.page.context.slider
    slider.setFocus()
    assert not sight.page.context.warning.isVisible()
    sight.stage.key(Qt.Key.Key_End)
    assert sight.chosen()[-1] == {"context_length": 524_288}
    assert "The model was trained for 131,072 tokens." in sight.words()
    sight.placement.choose(context_length=131_072)
    assert not sight.page.context.warning.isVisible()


def test_nothing_is_made_up_before_the_length_is_known(sight: Sight) -> None:
    sight.placement.be(context_length=0, trained_context=0)
    assert "not known yet" in sight.words()
    assert "tokens" not in sight.page.context.tokens.text()


def test_a_length_that_is_no_step_is_shown_and_not_chosen(sight: Sight) -> None:
    sight.placement.be(context_length=5000)
    assert "5,000 tokens" in sight.words()
    assert sight.chosen() == []


# Memory detail


def pick(sight: Sight, select: Select, words: str) -> None:
    sight.stage.click(select)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


def test_memory_detail(sight: Sight) -> None:
    cache = sight.page.options.cache
    assert cache.current() == "Full, f16"
    pick(sight, cache, "Half, q8_0")
    pick(sight, cache, "Quarter, q4_0")
    assert sight.chosen() == [{"cache_type": CacheType.Q8_0}, {"cache_type": CacheType.Q4_0}]
    assert cache.accessibleName() == "Memory detail: Quarter, q4_0"
    assert "KV cache precision" in sight.words()


def test_less_detail_without_flash_attention_is_called_out(sight: Sight) -> None:
    sight.placement.choose(cache_type=CacheType.Q4_0, flash_attention=FlashAttention.OFF)
    assert "Needs flash attention, see More" in sight.words()


# Processor threads


def test_threads_step_by_step_from_what_auto_came_to(sight: Sight) -> None:
    threads = sight.page.options.threads
    assert threads.text() == "Auto"
    assert "Auto: 6 of 8 cores" in sight.words()
    sight.stage.click(threads.more)
    assert sight.chosen() == [{"threads": 7}]
    assert threads.text() == "7"
    assert "8 cores in this computer" in sight.words()
    sight.stage.click(threads.less)
    assert sight.chosen()[-1] == {"threads": 6}


def test_threads_by_keyboard_down_to_auto(sight: Sight) -> None:
    sight.placement.choose(threads=2)
    threads = sight.page.options.threads
    threads.setFocus()
    for _ in range(2):
        sight.stage.key(Qt.Key.Key_Down)
    assert sight.chosen()[1:] == [{"threads": 1}, {"threads": 0}]
    assert threads.text() == "Auto"


def test_a_number_that_is_typed_counts_when_it_is_whole(sight: Sight) -> None:
    threads = sight.page.options.threads
    threads.setFocus()
    threads.selectAll()
    QTest.keyClicks(threads, "12")
    assert sight.chosen() == []
    QTest.keyClick(threads, Qt.Key.Key_Return)
    assert sight.chosen() == [{"threads": 12}]


def test_a_click_on_the_number_is_enough_to_type_another(sight: Sight) -> None:
    threads = sight.page.options.threads
    place = threads.lineEdit().mapTo(sight.stage.window, threads.lineEdit().rect().center())
    for _ in range(2):
        QTest.mouseClick(sight.stage.window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    QApplication.processEvents()
    assert threads.hasFocus()
    threads.selectAll()
    for key in (Qt.Key.Key_1, Qt.Key.Key_0, Qt.Key.Key_Return):
        sight.stage.key(key)
    assert sight.chosen() == [{"threads": 10}]


def test_new_figures_leave_alone_what_is_being_typed(sight: Sight) -> None:
    threads = sight.page.options.threads
    threads.setFocus()
    threads.selectAll()
    QTest.keyClicks(threads, "1")
    sight.placement.be(tokens_per_second=40.0)
    assert threads.text() == "1"
    assert sight.chosen() == []


def test_the_wheel_over_a_stepper_scrolls_the_page(sight: Sight) -> None:
    wheel(sight.page.options.threads, 1)
    assert sight.chosen() == []


def test_a_draft_model_can_be_left_out_where_there_is_one(sight: Sight) -> None:
    draft = sight.page.options.draft
    assert not draft.isVisible()
    sight.placement.be(draft="Tiny draft", drafts=True)
    assert "Draft model: Tiny draft" in sight.words()
    assert draft.isChecked()
    sight.stage.click(draft)
    sight.placement.be(draft="Tiny draft", drafts=False)
    sight.stage.click(draft)
    assert sight.chosen() == [{"draft": NO_DRAFT}, {"draft": ""}]


# More


def test_more_is_folded_away(sight: Sight) -> None:
    options = sight.page.options
    assert not options.batch.isVisible()
    options.more.setFocus()
    sight.stage.key(Qt.Key.Key_Return)
    assert options.batch.isVisible()
    assert options.more.accessibleDescription() == "Opened"
    words = sight.words()
    for plain, term in (
        ("Faster attention", "Flash attention"),
        ("Tokens read at once", "Batch size"),
        ("Keep in memory", "Never swapped out, mlock"),
        ("Read the file as needed", "Memory mapping, mmap"),
    ):
        assert plain in words
        assert term in words


@pytest.fixture
def unfolded(sight: Sight) -> Sight:
    sight.page.options.more.setChecked(True)
    QApplication.processEvents()
    return sight


def test_flash_attention(unfolded: Sight) -> None:
    pick(unfolded, unfolded.page.options.flash, "Off")
    assert unfolded.chosen() == [{"flash_attention": FlashAttention.OFF}]
    assert unfolded.page.options.flash.current() == "Off"


def test_tokens_read_at_once_double_and_halve(unfolded: Sight) -> None:
    batch = unfolded.page.options.batch
    assert batch.text() == "512"
    unfolded.stage.click(batch.more)
    unfolded.stage.click(batch.less)
    unfolded.stage.click(batch.less)
    assert unfolded.chosen() == [{"batch": 1024}, {"batch": 512}, {"batch": 256}]
    unfolded.placement.choose(batch=4096)
    assert not batch.more.isEnabled()


def test_the_switches(unfolded: Sight) -> None:
    options = unfolded.page.options
    assert not options.lock.isChecked()
    assert options.map_file.isChecked()
    unfolded.stage.click(options.lock)
    unfolded.stage.click(options.map_file)
    assert unfolded.chosen() == [{"lock_memory": True}, {"map_file": False}]


def test_undo_brings_every_control_back(unfolded: Sight) -> None:
    fields = {
        "gpu_layers": 3, "context_length": 2048, "threads": 3, "batch": 64, "cache_type": CacheType.Q8_0,
        "flash_attention": FlashAttention.ON, "map_file": False, "lock_memory": True,
    }  # fmt: skip
    options = unfolded.page.options
    before = unfolded.words()
    unfolded.placement.choose(**fields)
    assert (options.batch.value(), options.threads.value()) == (64, 3)
    assert options.lock.isChecked()
    unfolded.placement.undo()
    assert unfolded.words() == before
    assert options.map_file.isChecked()
    # What the program shows is never sent as a choice.
    assert unfolded.chosen() == [fields]
