"""What is taken for a formula, and what is not."""

from __future__ import annotations

import pytest

from desktop.ui.chat.formula_rules import MAX_LINES
from desktop.ui.chat.markdown import Parser
from desktop.ui.chat.spec import CodeSpec, FormulaSpec, Kind, Spec, TextSpec
from desktop.ui.chat.stream import Stream


def parse(source: str) -> list[Spec]:
    return Parser().parse(source).specs


def formulas(source: str) -> list[str]:
    """All formulas of a source, with their delimiters."""
    found: list[str] = []
    for spec in parse(source):
        if isinstance(spec, FormulaSpec):
            found.append(spec.text)
        elif isinstance(spec, TextSpec):
            found += [spec.text[a:b] for a, b, style in spec.spans if style.formula]
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"Let \(x_1 * y * z\) be", [r"\(x_1 * y * z\)"]),
        ("Let $x$ and $y$ be", ["$x$", "$y$"]),
        ("the $n$th of ($k$)-means", ["$n$", "$k$"]),
        ("$a$$b$", []),
        (r"$\$5$", [r"$\$5$"]),
        (r"\(\text{for } x\)", [r"\(\text{for } x\)"]),
        (r"**bold \(x\)** and [link $y$](https://example.org)", [r"\(x\)", "$y$"]),
        ("over\n\\(two\nlines\\)", [r"\(two lines\)"]),
        (r"\[ x \]", [r"\[ x \]"]),
        ("$$\nx\n$$", ["$$\nx\n$$"]),
        ("\\[\n- a\n+ b\n= c\n\\]", ["\\[\n- a\n+ b\n= c\n\\]"]),
        ("\\[ a \\\\\n b \\]", ["\\[ a \\\\\nb \\]"]),
        ("\\[ a \\\\[2pt] b \\]", ["\\[ a \\\\[2pt] b \\]"]),
        ("\\begin{align*}\na &= b\n\\end{align*}", ["\\begin{align*}\na &= b\n\\end{align*}"]),
        (r"\[ x \].", [r"\[ x \]."]),
        (r"So \[ x \], and $$y$$ then", [r"\[ x \],", "$$y$$"]),
        ("# Of $x$", ["$x$"]),
        ("> \\[\n> x\n> \\]", ["\\[\nx\n\\]"]),
        ("1. a\n   \\[\n   x\n   \\]\n2. b", ["\\[\nx\n\\]"]),
    ],
)
def test_it_is_a_formula(source: str, expected: list[str]) -> None:
    assert formulas(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "It costs $5 and $6.",
        "from $5-$10",
        "US$5 or CA$6",
        "$ x $",
        "$20 is $ 20",
        "$x\n\ny$",
        r"\$x\$",
        r"\\(x\\)",
        r"\( never closed",
        "\\[ never closed\n\n\\]",
        r"\(\) and \[\]",
        "$$ $$",
        "`$x$` and `\\(x\\)`",
        "```\n$x$\n\\[ x \\]\n```",
        "    \\[ x \\]",
        "$6, and so does `$code$`",
        "\\[\n```\n\\]\n```",
        "\\[\n" + "x + y + z + a + b + c + d + e\n" * (MAX_LINES + 1) + "\\]",
        "[link](https://example.org/$a$b)",
    ],
)
def test_it_is_no_formula(source: str) -> None:
    assert formulas(source) == []


def test_what_is_in_code_stays_code() -> None:
    (spec,) = parse("```\n\\[ x \\]\n```")
    assert isinstance(spec, CodeSpec)
    assert spec.text == r"\[ x \]"


def test_a_display_formula_stands_between_the_words_around_it() -> None:
    before, formula, after = parse("Then \\[ x \\] **holds** here.")
    assert isinstance(before, TextSpec)
    assert isinstance(after, TextSpec)
    assert (before.text, formula, after.text) == ("Then", FormulaSpec((), 0, r"\[ x \]"), "holds here.")
    assert [(after.text[a:b], style.strong) for a, b, style in after.spans] == [("holds", True)]


def test_it_ends_a_paragraph_and_stays_in_its_item() -> None:
    text, formula, after = parse("- text\n  \\[\n  x\n  \\]\n- after")
    assert isinstance(formula, FormulaSpec)
    assert [box.kind for box in formula.path] == [Kind.BULLET]
    assert formula.path == text.path != after.path


@pytest.mark.parametrize("text", [r"\[ x", "$$\nx", "text\n\\begin{align}\n- a"])
def test_while_it_is_written_an_open_one_is_its_source(text: str) -> None:
    stream = Stream()
    stream.feed(text)
    last = stream.change().specs[-1]
    assert isinstance(last, FormulaSpec)
    assert not last.closed
    assert text.endswith(last.text)


def test_while_it_is_written_an_open_one_in_a_line_is_code() -> None:
    stream = Stream()
    stream.feed(r"Let \(\frac{a")
    (spec,) = stream.change().specs
    assert isinstance(spec, TextSpec)
    assert spec.text == r"Let \(\frac{a"
    assert [(spec.text[a:b], style.code) for a, b, style in spec.spans] == [(r"\(\frac{a", True)]
    stream.feed(r"}{b}\)")
    (spec,) = stream.change().specs
    assert isinstance(spec, TextSpec)
    assert [(spec.text[a:b], style.formula) for a, b, style in spec.spans] == [(r"\(\frac{a}{b}\)", True)]


@pytest.mark.parametrize("mark", ["$", "$$", r"\(", "\\[\n", "$a ", "$$a ", r"\(a "])
def test_marks_without_end_lose_nothing(mark: str) -> None:
    source = mark * 20_000
    shown = "".join(spec.text for spec in parse(source) if not isinstance(spec, CodeSpec) and hasattr(spec, "text"))
    assert sum(shown.count(sign) for sign in "$([a") >= source.count("$") + source.count("a")
