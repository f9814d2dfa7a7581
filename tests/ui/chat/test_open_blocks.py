"""A fence that is being written takes complete lines until one closes it."""

from __future__ import annotations

import pytest

from desktop.ui.chat.open_blocks import OpenFence, open_fence


def fence(line: str) -> OpenFence:
    opened = open_fence(line)
    assert opened is not None
    return opened


@pytest.mark.parametrize("line", ["```", "  ~~~~ python", "```py title=a"])
def test_a_fence_is_opened_by_three_marks(line: str) -> None:
    assert open_fence(line) is not None


@pytest.mark.parametrize("line", ["``", "    ```", "```a`b", "text ```"])
def test_what_is_no_fence_opens_none(line: str) -> None:
    assert open_fence(line) is None


def test_it_takes_lines_until_the_one_that_closes_it() -> None:
    opened = fence("```python")
    assert opened.take(["a", "``", "b"]) == (["a", "``", "b"], False)
    assert opened.take(["c", "```` ", "after"]) == (["c", "```` "], True)
    assert (opened.spec().text, opened.spec().language) == ("a\n``\nb\nc", "python")


@pytest.mark.parametrize("line", ["``", "~~~", "``` x", "    ```"])
def test_another_mark_closes_nothing(line: str) -> None:
    assert not fence("```").closes(line)


def test_the_indent_of_the_fence_is_no_part_of_the_code() -> None:
    opened = fence("  ```")
    opened.take(["  two", "    four", " one", "\ttab"])
    assert opened.spec().text == "two\n  four\none\n  tab"


def test_the_line_that_is_being_written_is_shown_too() -> None:
    opened = fence("```")
    opened.take(["done"])
    assert opened.spec("not yet", more=True).text == "done\nnot yet"
