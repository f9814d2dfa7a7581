"""What Snug stands on, and how old it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from desktop import __date__
from desktop.services import papers


def test_every_project_that_is_here_has_a_version_a_licence_and_a_page() -> None:
    found = papers.projects()
    assert {"llama-cpp-python", "sqlcipher3", "huggingface hub"} <= {each.name for each in found}
    for each in found:
        assert each.version
        assert each.licence != "see its papers"
        assert each.site.startswith("https://")


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "of today"), (1, "1 day old"), (59, "59 days old"), (100, "3 months old"), (800, "2 years old")],
)
def test_the_age_is_told_roundly(days: int, words: str) -> None:
    made = date.fromisoformat(__date__)
    assert papers.age(made + timedelta(days)) == days
    assert papers.age_text(days) == words


def test_a_clock_that_is_behind_makes_nothing_younger_than_new() -> None:
    assert papers.age(date.fromisoformat(__date__) - timedelta(400)) == 0
