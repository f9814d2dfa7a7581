"""Taking files in: what is known of their templates, and what of a folder is a model."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from desktop.domain.gguf import read_header
from desktop.engine.templates import BUILT_IN
from desktop.services import intake
from tests.fixtures.models import tiny_model


def test_every_template_of_our_own_is_known_word_for_word() -> None:
    known = intake.known_templates()
    for name, source in BUILT_IN.items():
        assert name in known[hashlib.sha256(source.encode()).hexdigest()]


@pytest.mark.model
def test_the_starter_models_template_and_fingerprint_are_known(starter: Path) -> None:
    source = read_header(starter).text("tokenizer.chat_template")
    assert intake.known_templates()[hashlib.sha256(source.encode()).hexdigest()] == "SmolLM2"
    assert hashlib.sha256(starter.read_bytes()).hexdigest() == intake.STARTER_SHA256


def test_of_a_folder_only_models_are_taken(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefgh")
    deep.mkdir(parents=True)
    for name in ("m.gguf", "mmproj-m.gguf", "imatrix.gguf", "s-00001-of-00002.gguf", "s-00002-of-00002.gguf", "x.bin"):
        tiny_model(tmp_path / name)
    tiny_model(deep / "too-deep.gguf")
    (tmp_path / "folder.gguf").mkdir()
    assert [path.name for path in intake.models_in(tmp_path)] == ["m.gguf", "s-00001-of-00002.gguf"]
    assert list(intake.models_in(tmp_path / "nowhere")) == []
