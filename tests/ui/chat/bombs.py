"""Shapes of Markdown that freeze other programs, 100 KB each."""

from __future__ import annotations

SIZE = 100_000


def _fill(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


BOMBS: dict[str, str] = {
    "one word": "x" * SIZE,
    "quotes in quotes": ">" * SIZE,
    "open brackets": "[" * SIZE,
    "stars": "*" * SIZE,
    "open emphasis": _fill("*a_"),
    "open pictures": _fill("!["),
    "nested links": "[" * 5_000 + "a" + "](b)" * 5_000,
    "back ticks": "".join("`" * n + " " for n in range(1, 440)),
    "a long table": "|a|b|\n|-|-|\n" + _fill("|1|2|\n"),
    "a wide table": "|a" * 20_000 + "|\n" + "|-" * 20_000 + "|\n" + _fill("|a")[:20_000] + "|",
    "many items": _fill("- a\n"),
    "deep items": "".join("  " * n + "- a\n" for n in range(310)),
    "many fences": _fill("```\n```\n"),
    "a fence without end": "```python\n" + _fill("x = [1, 2, 3]  # four\n"),
    "one long line of code": "```python\n" + _fill("x = [1, 2, 3]; "),
    "many headings": _fill("# a\n"),
    "many lines": _fill("a\n"),
    "half links": _fill("[a](b "),
    "definitions": _fill("[a]: b\n"),
    "open comments": _fill("<!-- "),
    "tags": _fill("<a><b>"),
    "entities": _fill("&amp;"),
    "ordinary prose": _fill("The **quick** brown fox [jumps](http://example.org) over the `lazy` dog. " * 4 + "\n\n"),
    "emoji without spaces": "\U0001f600" * (SIZE // 2),
}
BOMBS["nested pictures"] = "![" * 1_300 + "a" + "](b)" * 1_300
BOMBS["paragraphs of brackets"] = _fill("[" * 3_900 + "\n\n")
BOMBS["nested emphasis"] = "*a **a " * 900 + "b" + "** a*" * 900
