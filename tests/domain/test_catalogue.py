"""Snug's own list: what stands in it can be shown and judged."""

from __future__ import annotations

import re
from collections import Counter

from desktop import paths
from desktop.domain.catalogue import Catalogue
from desktop.domain.licences import Use
from desktop.domain.names import quant_from_name
from desktop.domain.quants import RepoFile, suggested

ONE = """{"updated": "May 2026", "first": [], "models": [{"repo": "maker/m-GGUF", "name": "M", "publisher": "Maker",
"published": "May 2026", "purpose": "Trials.", "licence": "mit", "parameters": 1, "context": 1, "cache": 1,
"abilities": [], "quants": [{"name": "Q4_K_M", "size": 1, "file": "m-Q4_K_M.gguf", "sha256": "%s"},
{"name": "Q8_0", "size": 2, "file": "m-Q8_0.gguf"}]}]}""" % ("a" * 64)

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


def test_a_file_is_named_as_its_publisher_names_it_and_no_two_are_alike() -> None:
    files = [(variant, file) for model in CATALOGUE.models for variant in model.variants for file in variant.files]
    for variant, file in files:
        assert quant_from_name(f"-{file.name}") == variant.quant.name
        assert re.fullmatch("([0-9a-f]{64})?", file.sha256), file.name
    fingerprints = Counter(file.sha256 for _, file in files if file.sha256)
    assert set(fingerprints.values()) == {1}


def test_of_the_files_to_begin_with_the_fingerprints_are_known() -> None:
    for model in CATALOGUE.models:
        choice = suggested(model.variants)
        assert choice is not None
        assert all(file.sha256 for file in choice.files), model.repo


def test_by_its_fingerprint_a_file_leads_to_its_model() -> None:
    for model in CATALOGUE.models:
        for variant in model.variants:
            known = tuple(file.sha256 for file in variant.files)
            assert CATALOGUE.released(known) is (model if all(known) else None)
    assert CATALOGUE.released(("0" * 64,)) is None
    assert CATALOGUE.released(()) is None


def test_what_the_publisher_replaced_is_told_from_what_stayed_or_is_not_known() -> None:
    [model] = Catalogue(ONE).models
    old, new = "a" * 64, "b" * 64
    assert model.replaced([RepoFile("m-Q4_K_M.gguf", 1, old), RepoFile("m-Q8_0.gguf", 1, new)]) == ()
    assert model.replaced([RepoFile("m-Q4_K_M.gguf", 1, new), RepoFile("m-Q8_0.gguf", 1, new)]) == ("Q4_K_M",)
    assert model.replaced([RepoFile("m-Q4_K_M.gguf", 1)]) == ()
    assert model.replaced([RepoFile("other-Q4_K_M.gguf", 1, new)]) == ()
