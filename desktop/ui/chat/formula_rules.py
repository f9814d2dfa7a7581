r"""Where a formula is: ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` and, as a block, the environments of amsmath.

Rules of our own, because none of mdit-py-plugins does it without losing words: ``texmath`` drops what follows ``\]`` on
its line and takes the marks of a quote for a part of the formula; ``dollarmath`` does not know the backslash forms,
which CommonMark eats as escapes and models write most. There is no back tick in a formula: it would be code.

A formula that nobody has closed is text. While an answer is written (``env["open"]``), the one that reaches its end is
shown as its source, so that it does not become a list or a heading for a moment.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MAX_INLINE = 2_400
"""Characters of a formula within a paragraph."""
MAX_LINES = 100
"""Lines of a formula that stands alone. With ``MAX_INLINE`` it bounds the search for an end."""

_ENVIRONMENTS = "equation|align|gather|multline|displaymath"
_BEGINNING = re.compile(r"\\\[|\$\$|\\begin\{((?:" + _ENVIRONMENTS + r")\*?)\}")
_TAIL = re.compile(r"[ \t]*[.,;:!?]?[ \t]*")
_INLINE = {
    "\\(": re.compile(r"\\\(((?:\\[^)`]|[^\\`])+?)\\\)", re.DOTALL),
    "\\[": re.compile(r"\\\[((?:\\[^\]`]|[^\\`])+?)\\\]", re.DOTALL),
    "$$": re.compile(r"\$\$((?:\\[^`]|[^\\$`]|\$(?!\$))+?)\$\$", re.DOTALL),
    # As pandoc has it: no space inside, and no digit after it.
    "$": re.compile(r"\$(?![\s$])((?:\\[^`]|[^\\$`])+?)(?<!\s)\$(?![\d$])", re.DOTALL),
}
_CLOSING = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}


def formula_plugin(markdown: MarkdownIt) -> None:
    """Teach ``markdown`` tokens of type ``formula``: the source with its delimiters; ``info`` is ``open`` or empty."""
    markdown.inline.ruler.before("escape", "formula", _inline)
    markdown.block.ruler.before("fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def _inline(state: StateInline, silent: bool) -> bool:
    opening = state.src[state.pos : state.pos + 2]
    if opening not in _INLINE:
        opening = opening[:1]
    if opening not in _INLINE:
        return False
    if opening[0] == "$" and state.pos and (state.src[state.pos - 1].isalnum() or state.src[state.pos - 1] == "$"):
        return False
    limit = min(state.posMax, state.pos + MAX_INLINE)
    found = _INLINE[opening].match(state.src, state.pos, limit)
    is_open = False
    if found is None:
        closing = _CLOSING.get(opening, "")
        is_open = bool(closing and state.env.get("open")) and limit == state.posMax == len(state.src)
        if not is_open or closing in state.src[state.pos + 2 :] or "`" in state.src[state.pos :]:
            return False
    elif not found[1].strip("\\ \t\n"):
        return False
    end = found.end() if found else limit
    if not silent:
        token = state.push("formula", "", 0)
        token.content = state.src[state.pos : end]
        token.info = "open" if is_open else ""
    state.pos = end
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    position = state.bMarks[start] + state.tShift[start]
    beginning = _BEGINNING.match(state.src, position, state.eMarks[start])
    if beginning is None:
        return False
    closing = f"\\end{{{beginning[1]}}}" if beginning[1] else _CLOSING[beginning[0]]
    line, position = start, beginning.end()
    while (close := _find(state.src, closing, position, state.eMarks[line])) < 0:
        if "`" in state.src[position : state.eMarks[line]]:
            return False
        line += 1
        if line >= end or line - start >= MAX_LINES or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            is_end = line >= end and state.eMarks[line - 1] >= len(state.src.rstrip("\n"))
            return bool(state.env.get("open")) and is_end and _push(state, start, line, "open", silent=silent)
        position = state.bMarks[line] + state.tShift[line]
        if beginning[0] != closing and state.src.startswith(beginning[0], position):
            return False  # the one before was never closed
    if not _TAIL.fullmatch(state.src, close + len(closing), state.eMarks[line]):
        return False  # a paragraph that begins with a formula
    body = state.src[beginning.end() : close]
    return bool(body.strip("\\ \t\n")) and "`" not in body and _push(state, start, line + 1, "", silent=silent)


def _find(source: str, closing: str, start: int, end: int) -> int:
    """Where ``closing`` is, and not the second half of an escaped backslash."""
    at = source.find(closing, start, end)
    while at > start and closing[0] == "\\":
        before = source[start:at]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            break
        at = source.find(closing, at + 1, end)
    return at


def _push(state: StateBlock, start: int, end: int, info: str, *, silent: bool) -> bool:
    if not silent:
        token = state.push("formula", "", 0)
        token.map = [start, end]
        lines = state.getLines(start, end, state.blkIndent, False).split("\n")
        token.content = "\n".join(line.strip() for line in lines).strip()
        token.info = info
        state.line = end
    return True
