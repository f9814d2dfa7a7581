"""Every word of an answer is shown: the CommonMark specification's own examples say which words that are."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from desktop.ui.chat.markdown import Parser
from desktop.ui.chat.spec import (
    CodeSpec,
    Kind,
    PlainSpec,
    Role,
    RuleSpec,
    Spec,
    Style,
    TableSpec,
    TextSpec,
    narrow,
    wide,
)

SPECIFICATION = Path(__file__).parents[2] / "fixtures" / "commonmark-0.31.2.json"
EXAMPLES: list[dict[str, Any]] = json.loads(SPECIFICATION.read_text(encoding="utf-8"))["examples"]

RAW_HTML = {"html_inline", "html_block"}


def shown(specs: list[Spec], *, addresses: bool = False) -> str:
    """The words of the leaves, one after the other, without white space: how they wrap is not what is tested."""
    pieces: list[str] = []
    for spec in specs:
        match spec:
            case TextSpec():
                text = spec.text
                for start, end, style in reversed(spec.spans):
                    if style.quiet and not addresses:
                        text = text[:start] + text[end:]
                pieces.append(text)
            case CodeSpec() | PlainSpec():
                pieces.append(spec.text)
            case TableSpec():
                pieces += [cell.text for row in (spec.header, *spec.rows) for cell in row]
            case RuleSpec():
                pass
    return "".join(narrow("".join(pieces)).split())


class _Words(HTMLParser):
    """The text of HTML that markdown-it renders; pictures say their description."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.words.append(dict(attrs).get("alt") or "")


def words_of(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join("".join(reader.words).split())


def has_raw_html(example: dict[str, Any]) -> bool:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(example["markdown"])
    every = [token for top in tokens for token in (top, *(top.children or []))]
    return any(token.type in RAW_HTML for token in every)


def escaped_html(source: str) -> str:
    """The specification's HTML with raw HTML turned into text, which is how we show it."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark")
    from html import escape

    markdown.add_render_rule("html_inline", lambda _self, tokens, index, *_: escape(tokens[index].content))
    markdown.add_render_rule("html_block", lambda _self, tokens, index, *_: escape(tokens[index].content))
    return str(markdown.render(source))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['example']}")
def test_an_example_of_the_specification_shows_all_its_words(example: dict[str, Any]) -> None:
    expected = escaped_html(example["markdown"]) if has_raw_html(example) else example["html"]
    assert shown(Parser().parse(example["markdown"]).specs) == words_of(expected)


def parse(source: str) -> list[Spec]:
    return Parser().parse(source).specs


def test_emphasis_code_and_links_are_spans_of_the_text() -> None:
    (spec,) = parse("A **bold** and *slanted* ~~gone~~ `code` [here](https://example.org).")
    assert isinstance(spec, TextSpec)
    assert spec.text == "A bold and slanted gone code here."
    assert [(spec.text[a:b], style) for a, b, style in spec.spans] == [
        ("bold", Style(strong=True)),
        ("slanted", Style(emphasis=True)),
        ("gone", Style(strike=True)),
        ("code", Style(code=True)),
        ("here", Style(href="https://example.org")),
    ]


def test_a_single_line_break_stays_a_line_break() -> None:
    (spec,) = parse("Roses are red\nviolets are blue")
    assert isinstance(spec, TextSpec)
    assert spec.text == "Roses are red\u2028violets are blue"


def test_a_picture_is_its_description_and_its_address() -> None:
    (spec,) = parse("![a map](file:///etc/passwd)")
    assert isinstance(spec, TextSpec)
    # markdown-it does not even take such an address for a picture.
    assert spec.text == "![a map](file:///etc/passwd)"
    (spec,) = parse("![a map](https://example.org/map.png)")
    assert isinstance(spec, TextSpec)
    assert spec.text == "a map (https://example.org/map.png)"


def test_raw_html_is_text() -> None:
    (spec,) = parse("List<int> x <br> and <img src='a.png'> more")
    assert isinstance(spec, TextSpec)
    assert spec.text == "List<int> x <br> and <img src='a.png'> more"
    first, second = parse("<p><img src=x>\n</p>\n\nSECOND")
    assert isinstance(first, TextSpec)
    assert first.role is Role.HTML
    assert first.text == "<p><img src=x>\u2028</p>"
    assert isinstance(second, TextSpec)
    assert second.text == "SECOND"


def test_items_know_their_number_and_their_task() -> None:
    specs = parse("3. three\n4. four\n\n- [x] done\n- [ ] open\n- plain")
    items = [spec.path[-1] for spec in specs]
    assert [(item.kind, item.number, item.task) for item in items] == [
        (Kind.ORDERED, 3, None),
        (Kind.ORDERED, 4, None),
        (Kind.BULLET, 0, True),
        (Kind.BULLET, 0, False),
        (Kind.BULLET, 0, None),
    ]
    assert [spec.opened for spec in specs] == [0] * 5


def test_two_items_on_one_line_open_both() -> None:
    first, second = parse("- - a\n  - b")
    assert (len(first.path), first.opened) == (2, 0)
    assert (len(second.path), second.opened) == (2, 1)


def test_an_empty_item_still_has_a_leaf_for_its_marker() -> None:
    assert [spec.text for spec in parse("- a\n-\n- c") if isinstance(spec, TextSpec)] == ["a", "", "c"]


def test_a_list_with_space_between_its_items_is_loose() -> None:
    assert Parser().parse("- a\n- b").loose == set()
    assert Parser().parse("- a\n\n- b").loose == {0}
    assert Parser().parse("- a\n  > quote\n  >\n  > two\n- b").loose == set()


def test_a_table_has_cells_and_alignment() -> None:
    (spec,) = parse("| a | b |\n|:--|--:|\n| 1 | **2** |\n| only |")
    assert isinstance(spec, TableSpec)
    assert spec.aligns == ("left", "right")
    assert [[cell.text for cell in row] for row in (spec.header, *spec.rows)] == [["a", "b"], ["1", "2"], ["only", ""]]


def test_a_table_that_would_freeze_the_window_is_plain_text() -> None:
    source = "|a|b|\n|-|-|\n" + "|1|2|\n" * 501
    (spec,) = parse(source + "\nafter")[:1]
    assert isinstance(spec, PlainSpec)
    assert spec.text == source.rstrip("\n")


@pytest.mark.parametrize("mark", [">", "- ", "1. ", "> - "])
def test_deep_nesting_keeps_its_text(mark: str) -> None:
    specs = parse(mark * 10_000 + "the end")
    assert "theend" in shown(specs)
    assert max(len(spec.path) for spec in specs) <= 24


def test_characters_beyond_the_first_plane_count_twice_as_in_qt() -> None:
    (spec,) = parse("😀 **bold**")
    assert isinstance(spec, TextSpec)
    assert spec.text == wide("😀 bold")
    assert narrow(spec.text) == "😀 bold"
    assert spec.spans == ((3, 7, Style(strong=True)),)
