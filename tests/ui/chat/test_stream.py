"""A message that was written piece by piece ends as if it had come in one piece."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.ui.chat.markdown import Parser
from desktop.ui.chat.spec import PlainSpec, Spec, normalise
from desktop.ui.chat.stream import MAX_LINES, Stream

SPECIFICATION = Path(__file__).parents[2] / "fixtures" / "commonmark-0.31.2.json"
EXAMPLES = [entry["markdown"] for entry in json.loads(SPECIFICATION.read_text(encoding="utf-8"))["examples"]]
PARSER = Parser()

LINES = st.sampled_from(
    [
        "",
        "",
        "",
        "word",
        "two words",
        "# Heading",
        "===",
        "---",
        "- item",
        "- ",
        "-",
        "* star",
        "+ plus",
        "1. one",
        "2. two",
        "7) seven",
        "  nested text",
        "  - nested",
        "    - deep",
        "    code",
        "      deeper",
        "> quote",
        "> - quoted item",
        ">",
        "```python",
        "```",
        "  ```",
        "~~~",
        "````",
        "    ```",
        "| a | b |",
        "|---|---|",
        "a | b",
        "--|--",
        "| 1 |",
        "[foo]",
        "[foo]: /url",
        "[foo]: /url 'title",
        "'title'",
        "more'",
        "[bar]:",
        "<https://example.org/x>",
        "see [bar][foo] and ![foo]",
        "*open",
        "close*",
        "**bold** `code`",
        "`open",
        "close`",
        "<div>",
        "</div>",
        "<!-- comment",
        "-->",
        "<script>",
        "</script>",
        "\\",
        "line  ",
        "line\\",
        "- [ ] task",
        "- [x] done",
        "\ttab",
        "- \ttab",
        "1986. A year",
        "* * *",
        "&amp; &#35;",
        "😀 wide",
        "  > quote in item",
        "   three spaces",
        "1. a\n\n   b",
        "- a\n\n- b",
        "> lazy\nline",
        "- lazy\nline",
        "&",
        "  [foo]: /inner",
        "\\[",
        "\\]",
        "  \\[ x",
        "= y \\]",
        "text \\( a",
        "b \\) and $c$",
        "$$",
        "> $$",
        "\\begin{align}",
        "\\end{align}",
    ]
)


@st.composite
def chunked(draw: st.DrawFn) -> tuple[str, list[str]]:
    newline = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    text = newline.join(draw(st.lists(LINES, min_size=1, max_size=24)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=30)))
    edges = [0, *cuts, len(text)]
    return text, [text[a:b] for a, b in pairwise(edges)]


def replay(chunks: list[str]) -> tuple[list[Spec], Stream]:
    """What a view would hold at the end."""
    stream = Stream(PARSER)
    held: list[Spec] = []
    for chunk in chunks:
        stream.feed(chunk)
        change = stream.change()
        held = held[: change.first] + change.specs
        for at, spec in change.renewed.items():
            held[at] = spec
    change = stream.finish()
    held = held[: change.first] + change.specs
    for at, spec in change.renewed.items():
        held[at] = spec
    return held, stream


def lists_of(specs: list[Spec]) -> set[int]:
    return {container.key for spec in specs for container in spec.path}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chunked())
@example(("[foo]: /url\n'bar\nbaz'", ["[foo]: /url\n", "'bar\n", "baz'"]))
@example(("para\n#x", ["para\n#", "x"]))
@example(("a | b\n--|--\n1 | 2\n# end", ["a | b\n--|--\n", "1 | 2\n", "# end"]))
@example(("- a\n\n- b\n- c\n\nend", ["- a\n\n", "- b\n", "- c\n\n", "end"]))
def test_any_chunking_gives_the_same_leaves(case: tuple[str, list[str]]) -> None:
    text, chunks = case
    whole = PARSER.parse(normalise(text))
    held, stream = replay(chunks)
    assert held == whole.specs
    assert stream.loose & lists_of(held) == whole.loose
    assert stream.source == normalise(text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, max_size=6), st.integers(300, 900))
def test_a_long_paragraph_with_anything_behind_it_ends_the_same(lines: list[str], size: int) -> None:
    text = "A *sentence* with `code` and **more** of it. " * 130 + "\n" + "\n".join(lines)
    held, stream = replay([text[i : i + size] for i in range(0, len(text), size)])
    whole = PARSER.parse(text)
    assert held == whole.specs
    assert stream.loose & lists_of(held) == whole.loose


def test_a_long_paragraph_looks_right_while_it_is_written() -> None:
    text = "A *sentence* with `code`, [a link](https://example.org) and **more** of it. " * 200
    stream = Stream(PARSER)
    for start in range(0, len(text), 30):
        stream.feed(text[start : start + 30])
        (shown,) = stream.change().specs
    assert shown == PARSER.parse(text).specs[0]


@pytest.mark.parametrize("source", EXAMPLES, ids=range(1, len(EXAMPLES) + 1))
def test_an_example_of_the_specification_by_single_characters(source: str) -> None:
    whole = PARSER.parse(normalise(source))
    held, stream = replay(list(source))
    assert held == whole.specs
    assert stream.loose & lists_of(held) == whole.loose


def test_loading_at_once_is_the_same_too() -> None:
    text = "\n\n".join(EXAMPLES)[:12_000]
    stream = Stream(PARSER)
    assert stream.load(text).specs == PARSER.parse(normalise(text)).specs


def test_a_definition_at_the_end_reaches_a_settled_paragraph() -> None:
    held, _ = replay(["see [foo]\n\n", "another\n\nthird\n\n", "[foo]: https://example.org\n\n", "end"])
    assert held[0].spans[0][2].href == "https://example.org"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("first", "line"),
    [
        ("```python\n", "x = 1  # a comment\n"),
        ("", "- an item with *words*\n"),
        ("|a|b|\n|-|-|\n", "|1|2|\n"),
        ("", "# a\n\ntext\n\n"),
        ("", "> quoted\n>\n"),
    ],
)
def test_what_is_parsed_again_does_not_grow(first: str, line: str) -> None:
    stream = Stream(PARSER)
    stream.feed(first)
    sizes: list[int] = []
    for _ in range(400):
        stream.feed(line)
        stream.change()
        sizes.append(stream.open_size)
    assert max(sizes) < 100


def test_beyond_the_limit_of_lines_the_rest_is_one_plain_text() -> None:
    lines = [f"- {number}\n" for number in range(MAX_LINES + 50)]
    at_once = Stream(PARSER).load("".join(lines)).specs
    held, _ = replay(["".join(lines[i : i + 37]) for i in range(0, len(lines), 37)])
    assert held == at_once
    assert isinstance(held[-1], PlainSpec)
    assert held[-1].text == "".join(lines[MAX_LINES:])
    assert len(held) == MAX_LINES + 1


def test_a_table_that_grows_too_long_becomes_plain_text() -> None:
    rows = ["|a|b|\n", "|-|-|\n", *["|1|2|\n"] * 600, "\nafter\n"]
    held, _ = replay(rows)
    assert held == PARSER.parse("".join(rows)).specs
    assert isinstance(held[0], PlainSpec)
