"""Files offered as a model that are none, or that bring the engine down: one sentence, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import pytest

from tests.cli.conftest import Snug
from tests.fixtures import models


def missing(path: Path) -> None:
    path.unlink(missing_ok=True)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def random_bytes(path: Path) -> None:
    path.write_bytes(os.urandom(100_000))


def renamed_text(path: Path) -> None:
    path.write_text("This is a letter, not a model.\n" * 100)


def truncated(path: Path) -> None:
    models.tiny_model(path)
    os.truncate(path, path.stat().st_size * 2 // 3)


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


BAD: dict[Callable[[Path], None], str] = {
    missing: "it is not there",
    empty: "it is empty",
    random_bytes: "it is not a GGUF file",
    renamed_text: "it is not a GGUF file",
    truncated: "it is not whole",
    folder: "it is a folder",
    pipe: "it is not a file",
}


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_a_file_that_is_no_model_is_refused_before_the_engine_sees_it(
    snug: Snug, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "offered.gguf"
    make(path)
    for command in (["ask", "Hello", "--model", str(path)], ["models", "add", str(path)]):
        sentence = snug.run(*command).refusal()
        assert sentence.startswith(f"offered.gguf cannot be opened: {BAD[make]}")
        assert "Your chats are safe." in sentence
        assert sentence.endswith("Get the file again, or choose another model.")
    assert snug.chats() == []
    assert "offered" not in snug.run("models", "list").out


def test_a_name_that_no_model_has_is_refused(snug: Snug) -> None:
    assert "gpt-17" in snug.run("ask", "Hello", "--model", "gpt-17").refusal()
    assert "cannot be opened" in snug.run("ask", "Hello", "--model", "a" * 5000 + ".gguf").refusal()
    assert "no model called" in snug.run("ask", "Hello", "--model", "a" * 5000).refusal()


def test_a_model_that_aborts_while_loading_costs_its_process_and_nothing_else(
    snug: Snug, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: str
) -> None:
    class MoreUsedThanThere(gguf.GGUFWriter):
        def add_context_length(self, length: int) -> None:
            super().add_context_length(length)
            self.add_uint32("llama.expert_used_count", 7)

    monkeypatch.setattr(models, "GGUFWriter", MoreUsedThanThere)
    path = models.tiny_model(tmp_path / "aborts.gguf")
    error = refused(snug, path)
    assert error["detail"].startswith("SIGABRT while loading")
    assert "GGML_ASSERT" in error["detail"]
    assert "aborts stopped without warning. Your chats are safe." in error["message"]
    assert snug.chats() == []
    assert snug.ask("Hello", "--model", tiny, "--max-tokens", "1")


def test_a_model_that_aborts_at_its_first_word_keeps_the_question(snug: Snug, tmp_path: Path, tiny: str) -> None:
    path = models.tiny_model(tmp_path / "aborts.gguf", epsilon=-1.0)
    error = refused(snug, path)
    assert error["detail"].startswith("SIGABRT")
    assert "GGML_ASSERT" in error["detail"]
    assert error["message"].startswith("Your message is saved. aborts stopped without warning.")
    [chat] = snug.chats()
    question, answer = snug.messages(chat["chat"])
    assert (question["text"], answer["status"]) == ("Hello", "interrupted")
    assert snug.ask("And now?", "--chat", str(chat["chat"]), "--model", tiny, "--max-tokens", "1")
    assert len(snug.messages(chat["chat"])) == 4


def test_a_model_without_a_template_says_how_to_give_it_one(snug: Snug, tmp_path: Path) -> None:
    path = str(models.tiny_model(tmp_path / "plain.gguf", template=""))
    assert "--template: chatml" in snug.run("ask", "Hello", "--model", path).refusal()
    assert snug.chats() == []
    assert snug.ask("Hello", "--model", path, "--template", "chatml", "--max-tokens", "2")
    # It is remembered.
    assert snug.ask("Hello", "--model", path, "--max-tokens", "2")
    assert "chatml" in snug.run("models", "add", path, "--template", "nonsense").refusal()


def refused(snug: Snug, path: Path) -> dict[str, Any]:
    result = snug.run("ask", "Hello", "--json", "--model", str(path))
    assert result.code == 1
    assert result.err.startswith("snug: ")
    [error] = result.of("error")
    assert error["code"] == "CRASHED"
    return error
