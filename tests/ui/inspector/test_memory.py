"""Bars and figures of memory."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop.domain.placement import Place
from desktop.ui import wording
from desktop.ui.inspector.memory_bars import shares
from desktop.ui.theme import Motion, Theme
from tests.ui.inspector.conftest import Sight
from tests.ui.stand_ins import CARD, GB, MAIN, FakePlacement


def rows(sight: Sight) -> list[list[str]]:
    return sight.page.memory.table.rows()


# The arithmetic


def test_a_bar_is_the_whole_place() -> None:
    place = Place("Graphics card", "", 100, 10, 50, 20)
    assert shares(place) == pytest.approx((0.1, 0.5, 0.2, 0.2, 0.0))


def test_past_the_end_the_bar_is_all_that_is_wanted_and_its_end_does_not_fit() -> None:
    place = Place("Graphics card", "", 100, 10, 60, 55)
    assert shares(place) == pytest.approx((0.08, 0.48, 0.24, 0.0, 0.2))
    assert sum(shares(place)) == pytest.approx(1.0)


@pytest.mark.parametrize("place", [Place("", "", 0, 0, 0, 0), Place("", "", 100, 130, 10, 0)])
def test_odd_places_stay_within_the_bar(place: Place) -> None:
    assert sum(shares(place)) <= 1.0001
    assert all(share >= 0 for share in shares(place))


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (4.9, 6, "4.9 of 6.0 GB"),
        (8.2, 16, "8.2 of 16 GB"),
        (15.6, 15.4, "15.6 of 15.4 GB"),
        (120, 128, "120.0 of 128 GB"),
        (0.04, 6, "41 MB of 6.0 GB"),
        (0.25, 0.5, "256 of 512 MB"),
    ],
)
def test_gigabytes_in_words(part: float, whole: float, words: str) -> None:
    assert wording.of_memory(round(part * GB), round(whole * GB)) == words


# On the page


def test_every_figure_is_written_out(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    words = sight.words()
    for expected in ("Graphics card", "RTX 3050", "4.9 of 6.0 GB", "Main memory", "RAM", "8.2 of 16 GB"):
        assert expected in words
    assert rows(sight) == [
        ["Worked out", "Graphics", "Main"],
        ["Other apps", "0.9 GB", "6.2 GB"],
        ["Model weights", "3.3 GB", "1.6 GB"],
        ["Conversation memory", "0.7 GB", "0.4 GB"],
        ["Free", "1.1 GB", "7.8 GB"],
    ]


def test_what_does_not_fit_has_a_row(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=30)
    assert rows(sight)[-1] == ["Does not fit", "0.4 GB", ""]
    assert "6.4 of 6.0 GB" in sight.words()


def test_measured_figures_are_told_from_worked_out_ones(sight: Sight) -> None:
    assert rows(sight)[0][0] == "Measured"
    sight.placement.choose(gpu_layers=3)
    assert rows(sight)[0][0] == "Worked out"


def test_a_screen_reader_hears_a_whole_bar(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    assert sight.page.memory.bars[0].bar.accessibleName() == (
        "Graphics card RTX 3050: 4.9 of 6.0 GB. other apps 0.9 GB, model weights 3.3 GB, "
        "conversation memory 0.7 GB, free 1.1 GB"
    )


def test_the_bar_has_the_colours_of_the_figures(sight: Sight) -> None:
    sight.placement.choose(gpu_layers=22)
    bar, theme = sight.page.memory.bars[0].bar, sight.stage.theme
    picture = bar.grab().toImage()
    names = ["memOther", "memWeights", "memConversation", "memFree"]
    for name, share in zip(names, (0.08, 0.4, 0.75, 0.9), strict=True):
        assert picture.pixelColor(round(share * bar.width()), 7) == theme.color(name)
    sight.placement.choose(gpu_layers=33)
    picture = bar.grab().toImage()
    end = {picture.pixelColor(x, 7).name() for x in range(round(0.93 * bar.width()), bar.width() - 8)}
    assert {theme.color("hatchSoft").name(), theme.color("hatchDeep").name()} <= end


def test_bars_glide_and_stand_still_with_reduced_motion(sight: Sight, theme: Theme, qtbot) -> None:
    bar = sight.page.memory.bars[0].bar
    before = bar.shown()
    sight.placement.choose(gpu_layers=10)
    assert bar.shown() != before
    still = bar.shown()
    theme.choose(Motion.FULL)
    sight.placement.choose(gpu_layers=22)
    assert bar.shown() == still
    qtbot.waitUntil(lambda: bar.shown() == pytest.approx(shares(sight.placement.view().places[0])))


def test_another_choice_while_they_glide_starts_where_they_are(sight: Sight, theme: Theme, qtbot) -> None:
    bar = sight.page.memory.bars[0].bar
    theme.choose(Motion.FULL)
    sight.placement.choose(gpu_layers=22)
    qtbot.waitUntil(lambda: bar.shown()[1] > shares(CARD._replace(weights=round(2.75 * GB)))[1])
    on_the_way = bar.shown()
    sight.placement.choose(gpu_layers=5)
    assert bar.shown() == pytest.approx(on_the_way, abs=0.02)
    qtbot.waitUntil(lambda: bar.shown() == pytest.approx(shares(sight.placement.view().places[0])))


def test_main_memory_alone(open_sight) -> None:
    sight: Sight = open_sight(FakePlacement(gpu_layers=-1, cards=0, no_card="None here."))
    assert rows(sight)[0] == ["Measured", "Main"]
    assert len([bar for bar in sight.page.memory.bars if bar.isVisible()]) == 1


def test_three_cards_have_a_line_each(open_sight) -> None:
    sight: Sight = open_sight(FakePlacement(gpu_layers=33, cards=3))
    assert not sight.page.memory.table.has_columns()
    assert rows(sight) == [
        ["Measured", "Other", "Weights", "Memory", "Free"],
        *[[f"Card {number}", "0.9 GB", "1.6 GB", "0.4 GB", "3.1 GB"] for number in (1, 2, 3)],
        ["Main", "6.2 GB", "0.0 GB", "0.0 GB", "9.8 GB"],
    ]
    assert len([bar for bar in sight.page.memory.bars if bar.isVisible()]) == 4
    sight.page.memory.table.grab()


def test_two_cards_are_told_apart(sight: Sight) -> None:
    places = (CARD, CARD._replace(detail="RTX 4090"), MAIN)
    sight.placement.be(places=places)
    words = sight.words()
    assert "RTX 3050" in words
    assert "RTX 4090" in words


def test_a_card_that_goes_takes_its_bar_along(sight: Sight) -> None:
    sight.placement.be(places=(MAIN,))
    QApplication.processEvents()
    assert [bar.isVisible() for bar in sight.page.memory.bars] == [True, False]
    assert "Graphics card" not in sight.words()
