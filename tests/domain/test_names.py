"""Names that people read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import names


@pytest.mark.parametrize(
    ("path", "name", "quant"),
    [
        ("/m/SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2 135M Instruct", "Q4_1"),
        ("DeepSeek-R1-0528-Qwen3-8B-Q4_K_M.gguf", "DeepSeek R1 0528 Qwen3 8B", "Q4_K_M"),
        ("gemma-3-12b-it-UD-IQ2_XXS.gguf", "gemma 3 12b it", "UD-IQ2_XXS"),
        ("big-model-Q8_0-00001-of-00003.gguf", "big model", "Q8_0"),
        (r"C:\models\phi_4-bf16.gguf", "phi 4", "BF16"),
        (".gguf", "Model", ""),
    ],
)
def test_a_model_is_named_after_its_file(path: str, name: str, quant: str) -> None:
    assert names.model_name(path) == name
    assert names.quant_from_name(path) == quant


def test_a_title_is_the_first_line_that_says_something() -> None:
    assert names.title_from_words("\n\n  **Hello**   there \nmore") == "Hello there"


def test_a_long_title_is_cut_between_words() -> None:
    title = names.title_from_words("How do I take patients' names out of a spreadsheet before I share it with them?")
    assert title == "How do I take patients' names out of a spreadsheet before…"


def test_nothing_to_say_is_still_a_title() -> None:
    assert names.title_from_words("``` ") == "New chat"


@given(st.text())
def test_a_title_is_one_short_line(text: str) -> None:
    title = names.title_from_words(text)
    assert title
    assert len(title) <= names.TITLE_LENGTH
    assert "\n" not in title


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ('"Names out of a spreadsheet."', "Names out of a spreadsheet"),
        ("Title: Roof repair\nmore", "Roof repair"),
        ("", ""),
        ("I am sorry, but as a language model I cannot write a title for this conversation because", ""),
    ],
)
def test_a_model_is_believed_only_if_it_wrote_a_title(said: str, title: str) -> None:
    assert names.title_from_model(said) == title


@pytest.mark.parametrize(
    ("said", "title"),
    [("one\ntwo\t three ", "one two three"), ("a\x00b\x1b[31mc", "a b [31mc"), ("safe\u202egpj.exe", "safe gpj.exe")],
)
def test_a_title_has_no_characters_that_cannot_be_seen(said: str, title: str) -> None:
    assert names.clean_title(said) == title
    assert "\u202e" not in names.title_from_words(said)


def test_a_family_of_emoji_stays_together_in_a_title() -> None:
    assert (
        names.clean_title("\U0001f468\u200d\U0001f469\u200d\U0001f467") == "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    )


@pytest.mark.parametrize(("tokens", "words"), [(8192, 6_000), (2048, 1_500), (256, 200)])
def test_tokens_are_told_in_words(tokens: int, words: int) -> None:
    assert names.words_for(tokens) == words
