"""Telling thoughts from answers while the text arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.chat import PartKind
from desktop.engine.channels import FAMILIES, Splitter, open_at_end


def split(text: str, step: int = 1, splitter: Splitter | None = None) -> tuple[str, str]:
    """Reasoning and answer of a text that arrives in steps."""
    splitter = splitter or Splitter()
    pieces = [piece for at in range(0, len(text), step) for piece in splitter.feed(text[at : at + step])]
    pieces += splitter.finish()
    told = {kind: "".join(text for other, text in pieces if other is kind) for kind in PartKind}
    return told[PartKind.REASONING], told[PartKind.TEXT]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("tags", [tags for tags in FAMILIES if tags.closing])
def test_every_family_of_tags_is_told_apart(tags: object, step: int) -> None:
    opening, closing, between = tags.opening, tags.closing, tags.answer  # type: ignore[attr-defined]
    said = f"{opening}\nFirst this.\n{closing}{between}\n\nThe answer."
    assert split(said, step) == ("First this.", "The answer.")


def test_an_answer_without_tags_is_all_answer() -> None:
    assert split("Just an answer.") == ("", "Just an answer.")


def test_a_tag_that_the_template_opened_need_not_be_opened_again() -> None:
    assert split("Hm.\n</think>\n\nYes.", splitter=Splitter(FAMILIES[0])) == ("Hm.", "Yes.")


def test_a_tag_in_the_middle_of_an_answer_is_text() -> None:
    assert split("Write <think> before you think.") == ("", "Write <think> before you think.")


def test_an_answer_that_begins_like_a_tag_is_not_held_back_for_ever() -> None:
    assert split("<thin ice") == ("", "<thin ice")
    assert split("<") == ("", "<")


def test_thoughts_without_an_end_stay_thoughts() -> None:
    assert split("<think>and so on") == ("and so on", "")


def test_an_empty_thought_leaves_only_the_answer() -> None:
    assert split("<think>\n\n</think>\n\nYes.") == ("", "Yes.")


def test_an_opened_tag_at_the_end_of_the_prompt_is_seen() -> None:
    assert open_at_end("<|im_start|>assistant\n<think>\n") is FAMILIES[0]
    assert open_at_end("<|im_start|>assistant\n") is None


@given(st.text(alphabet="<>/think [T]", max_size=60), st.integers(1, 5))
def test_no_text_is_lost_and_cutting_does_not_matter(text: str, step: int) -> None:
    assert split(text, step) == split(text, 1000)
    if not text.lstrip().startswith(tuple(tags.opening for tags in FAMILIES)):
        assert split(text, step) == ("", text)
