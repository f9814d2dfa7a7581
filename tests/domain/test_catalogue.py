"""Snug's own list: what stands in it can be shown and judged."""

from __future__ import annotations

from desktop import paths
from desktop.domain.catalogue import Catalogue
from desktop.domain.licences import Use
from desktop.domain.quants import suggested

CATALOGUE = Catalogue((paths.resources() / "catalogue.json").read_text(encoding="utf-8"))


def test_it_names_about_as_many_as_people_can_choose_from() -> None:
    assert 20 <= len(CATALOGUE.models) <= 40
    assert CATALOGUE.updated


def test_each_model_stands_there_once_and_can_be_found() -> None:
    repos = [model.repo for model in CATALOGUE.models]
    assert len(set(repos)) == len(repos)
    assert all(CATALOGUE.find(repo) is not None and repo.count("/") == 1 for repo in repos)
    assert CATALOGUE.find("nobody/nothing") is None


def test_each_says_in_plain_words_what_it_is_for_and_what_it_may_be_used_for() -> None:
    for model in CATALOGUE.models:
        assert model.purpose.endswith("."), model.repo
        assert "!" not in model.purpose
        assert model.licence.use is not Use.UNKNOWN, model.repo


def test_each_has_a_file_to_suggest_and_sizes_that_can_be_true() -> None:
    for model in CATALOGUE.models:
        choice = suggested(model.variants)
        assert choice is not None, model.repo
        for variant in model.variants:
            bits = variant.size * 8 / model.parameters
            assert 0.6 * variant.quant.bits < bits < 1.7 * variant.quant.bits, (model.repo, variant.quant.name, bits)
