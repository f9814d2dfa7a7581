"""Colours of code: Pygments, driven so that code which grows at the end is not lexed from the start again.

Pygments' regular-expression lexers are a stack of states. The stack is remembered at the start of lines; new text is
lexed from a few lines before its beginning with the stack of that line. Lexers that are built differently see only the
new lines while the code grows. When the code is complete, ``renew`` lexes it once more, in slices, so that what was
guessed at a torn place comes right without a pause. Knows nothing of painting: kinds are names of syntax colours.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pygments.token import Token, _TokenType

from desktop.ui.chat.languages import is_loaded, lexer_for

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Kinds = list[tuple[int, int, str]]
"""Start and end within the line, and kind."""

LIMIT = 100_000
"""Characters that are coloured; more is shown in one colour."""

_BACK = 12
"""Lines that are lexed again before new text: a comment or a string may only now have got its end."""

_LINE_LIMIT = 4_000
_DEEPEST = 64

_KIND_OF: list[tuple[Any, str]] = [
    (Token.Comment, "comment"),
    (Token.Keyword.Constant, "builtin"),
    (Token.Keyword, "keyword"),
    (Token.Operator.Word, "keyword"),
    (Token.Literal.String, "string"),
    (Token.Literal.Number, "number"),
    (Token.Name.Builtin, "builtin"),
    (Token.Name.Function, "function"),
    (Token.Name.Class, "function"),
    (Token.Name.Decorator, "function"),
    (Token.Name.Tag, "keyword"),
    (Token.Name.Attribute, "function"),
    (Token.Generic.Deleted, "keyword"),
    (Token.Generic.Inserted, "string"),
    (Token.Generic.Heading, "function"),
    (Token.Generic.Subheading, "function"),
]

_NAMES = {Token.Name, Token.Name.Other}


def _kind(token: _TokenType, cache: dict[_TokenType, str]) -> str:
    found = cache.get(token)
    if found is None:
        found = cache[token] = next((kind for parent, kind in _KIND_OF if token in parent), "")
    return found


class Highlighter:
    """Kinds of each line of one piece of code."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._lexer: Lexer | None = None
        self._sought = False
        self._by_state = False
        self._text = ""
        self._starts = [0]
        self._stacks: dict[int, tuple[str, ...]] = {0: ("root",)}
        self.lines: list[Kinds] = []
        self._cache: dict[_TokenType, str] = {}
        self._slices: Iterator[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether the rules of the language are loaded: that takes a moment the first time."""
        return self._sought or is_loaded(self._language)

    @property
    def busy(self) -> bool:
        """Whether ``work`` has something left to do."""
        return self._slices is not None

    def extend(self, text: str, *, budget: float = 0.004) -> int:
        """The code is ``text`` now. Returns the first line whose colours may have changed."""
        self._load()
        if self._lexer is None:
            return len(self.lines)
        if len(text) > LIMIT:
            return len(self.lines)
        first = self._start_over(text)
        self._slices = self._lex(first)
        self.work(budget)
        return first

    def extend_later(self, text: str) -> None:
        """The code is ``text`` now; ``work`` finds its colours."""
        self._slices = self._load_and_lex(text)

    def renew(self) -> None:
        """The code is complete: lex it once more, in slices, if it grew by pieces."""
        if self._lexer is not None and len(self._text) <= LIMIT and len(self._starts) > _BACK:
            self._slices = self._lex(0)

    def work(self, budget: float) -> bool:
        """Go on for about ``budget`` seconds. True while there is more to do."""
        if self._slices is None:
            return False
        until = time.perf_counter() + budget
        for _ in self._slices:
            if time.perf_counter() >= until:
                return True
        self._slices = None
        return False

    def _load(self) -> None:
        if self._sought:
            return
        self._sought = True
        from pygments.lexer import DelegatingLexer, ExtendedRegexLexer, RegexLexer

        self._lexer = lexer = lexer_for(self._language)
        self._by_state = isinstance(lexer, RegexLexer) and not isinstance(lexer, ExtendedRegexLexer | DelegatingLexer)

    def _load_and_lex(self, text: str) -> Iterator[None]:
        self._load()
        yield
        if self._lexer is not None and len(text) <= LIMIT:
            yield from self._lex(self._start_over(text))

    def _start_over(self, text: str) -> int:
        """Take the text and find the line to lex from."""
        if not text.startswith(self._text):
            self._text, self._starts, self._stacks, self.lines = "", [0], {0: ("root",)}, []
        old = len(self._text)
        self._text = text
        position = text.find("\n", max(0, old - 1))
        known = self._starts[-1]
        while position >= 0:
            if position + 1 > known:
                self._starts.append(position + 1)
            position = text.find("\n", position + 1)
        line = max(0, bisect_right(self._starts, max(0, old - 1)) - 1)
        if not self._by_state:
            return line if old > 2_000 else 0
        first = min(max(0, line - _BACK), len(self.lines))
        while first not in self._stacks:
            first -= 1
        return first

    def _lex(self, first: int) -> Iterator[None]:
        start = self._starts[first]
        tokens = self._by_states(start, first) if self._by_state else self._by_lexer(start)
        line = first
        starts, lines = self._starts, self.lines
        fresh: dict[int, Kinds] = {}
        for count, (position, token, value) in enumerate(tokens):
            kind = _kind(token, self._cache)
            end = position + len(value)
            if not kind and token in _NAMES and self._text.startswith("(", end):
                kind = "function"  # Pygments does not tell a call from any other name
            while line + 1 < len(starts) and starts[line + 1] <= position:
                self._put(line, fresh.pop(line, []))
                line += 1
            if kind:
                at = line
                while True:
                    line_end = starts[at + 1] - 1 if at + 1 < len(starts) else len(self._text)
                    a, b = max(position, starts[at]), min(end, line_end)
                    if a < b and b - starts[at] <= _LINE_LIMIT:
                        _append(fresh.setdefault(at, []), a - starts[at], b - starts[at], kind)
                    if end <= line_end + 1 or at + 1 >= len(starts):
                        break
                    at += 1
            if count % 64 == 63:
                yield
        while line < len(starts):
            self._put(line, fresh.pop(line, []))
            line += 1
        del lines[len(starts) :]

    def _put(self, line: int, kinds: Kinds) -> None:
        while len(self.lines) <= line:
            self.lines.append([])
        self.lines[line] = kinds

    def _by_lexer(self, start: int) -> Iterator[tuple[int, _TokenType, str]]:
        assert self._lexer is not None
        for position, token, value in self._lexer.get_tokens_unprocessed(self._text[start:]):
            yield position + start, token, value

    def _by_states(self, position: int, line: int) -> Iterator[tuple[int, _TokenType, str]]:
        """``RegexLexer.get_tokens_unprocessed`` that starts anywhere and remembers its stack at each line."""
        lexer: Any = self._lexer
        text, starts = self._text, self._starts
        table = lexer._tokens
        stack = list(self._stacks[line])
        following = line + 1
        rules = table[stack[-1]]
        while position < len(text):
            while following < len(starts) and starts[following] <= position:
                # Only where a token ends exactly at the line's start may lexing begin there.
                if starts[following] == position and len(stack) <= _DEEPEST:
                    self._stacks[following] = tuple(stack)
                else:
                    self._stacks.pop(following, None)
                following += 1
            for match, action, new_state in rules:
                found = match(text, position)
                if not found:
                    continue
                if action is not None:
                    if type(action) is _TokenType:
                        yield position, action, found.group()
                    else:
                        yield from action(lexer, found)
                position = found.end()
                if new_state is not None:
                    _change(stack, new_state)
                    rules = table[stack[-1]]
                break
            else:
                if text[position] == "\n":
                    stack[:] = ["root"]
                    rules = table["root"]
                    yield position, Token.Text.Whitespace, "\n"
                else:
                    yield position, Token.Error, text[position]
                position += 1
        while following < len(starts):
            if starts[following] == position and len(stack) <= _DEEPEST:
                self._stacks[following] = tuple(stack)
            following += 1


def _append(kinds: Kinds, start: int, end: int, kind: str) -> None:
    if kinds and kinds[-1][1] == start and kinds[-1][2] == kind:
        kinds[-1] = (kinds[-1][0], end, kind)
    else:
        kinds.append((start, end, kind))


def _change(stack: list[str], new_state: Any) -> None:
    if isinstance(new_state, tuple):
        for state in new_state:
            if state == "#pop":
                if len(stack) > 1:
                    stack.pop()
            elif state == "#push":
                stack.append(stack[-1])
            else:
                stack.append(state)
    elif isinstance(new_state, int):
        if abs(new_state) >= len(stack):
            del stack[1:]
        else:
            del stack[new_state:]
    elif new_state == "#push":
        stack.append(stack[-1])
