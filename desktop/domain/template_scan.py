"""Chat templates looked at without running them: what is in one that a conversation has no use for.

A template is a small program that comes with a model, from a stranger. The sandbox of the engine keeps it from reaching
out (``engine/templates.py``); it can still change what is asked and answered, and nobody would see it. Reads Jinja's
tokens only, which is enough to see what is compared with what; it never refuses, it reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from desktop.domain.findings import Finding
from desktop.translation import tr

LONGEST_TEMPLATE = 200_000
LONGEST_LITERAL = 20_000
LONGEST_RUN = 400
"""Characters without a gap: nothing that people or models write looks like that."""
LARGEST_NUMBER = 100_000_000
LARGEST_RANGE = 10_000

LONGEST_OPERAND = 200
"""Tokens on one side of a comparison that are looked at. Keeps the time that a scan takes in proportion."""

_OPENING = re.compile(r"\{[#%{]")
_TEXT = r"'(?:[^'\\]|\\.)*+'?|\"(?:[^\"\\]|\\.)*+\"?"
# What closes a piece within a text does not close it.
_ENDS = {opening: re.compile(rf"{_TEXT}|(?P<end>{end})", re.DOTALL) for opening, end in (("{%", "%}"), ("{{", r"\}\}"))}
_TOKENS = re.compile(
    rf"(?P<text>{_TEXT})|(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\d_]*)"
    r"|(?P<sign>==|!=|<=|>=|\*\*|//|[-+*/%~|.,:()\[\]{}<>=])",
    re.DOTALL,
)
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)[^\s'\"<>{}]{3,60}", re.IGNORECASE)
_PLAIN = re.compile(r"[\w\s.,;:'’!?@$€£%-]+")
_WORD = re.compile(r"[^\W\d_]{3}")

_REACHES = ("import", "include", "extends", "from", "block")
_MACHINERY = ("lipsum", "cycler", "joiner", "self", "config", "request", "getattr", "eval", "exec", "os")
_SEARCHES = ("startswith", "endswith", "find", "rfind", "index", "count", "replace", "split", "partition")
_TEXT_KEYS = ("content", "text", "prompt", "question", "query")
# Names of parts and roles: what a template has to tell apart.
_STRUCTURE = frozenset(
    [
        *("system", "user", "assistant", "tool", "function", "developer", "ipython", "human", "gpt", "model", "name"),
        *(
            "image",
            "image_url",
            "input_image",
            "video",
            "audio",
            "input_audio",
            "file",
            "text",
            "type",
            "content",
            "url",
        ),
        *("tool_calls", "tool_use", "tool_call", "tool_result", "thinking", "reasoning", "reasoning_content", "role"),
        *("string", "object", "array", "arguments", "parameters", "observation", "json", "none", "null", "true"),
        *("false", "document", "documents", "context", "blocks", "parts", "value", "equalto", "attribute"),
        # Switches of some models, written into the system prompt.
        *("detailed thinking on", "detailed thinking off"),
    ]
)
_BOUNDS = ("and", "or", "not", "if", "elif", "else", "is", "set", "for", "in", "==", "!=", ",", "=", "<", ">", ":")


class _Token(NamedTuple):
    kind: str
    text: str


_MACHINERY_NAMES = frozenset(_Token("name", name) for name in _MACHINERY)


def scan(source: str) -> list[Finding]:
    """What is worth telling somebody who is about to use this template."""
    if len(source) > LONGEST_TEMPLATE:
        return [
            _found(
                "LONG",
                tr("Its chat template is {number:,} characters long, far more than any needs.").format(
                    number=len(source)
                ),
            )
        ]
    findings: list[Finding] = []
    words: list[str] = []
    known = _Names()
    depth = deepest = 0
    for kind, text in _pieces(source):
        if not kind:
            words.append(text)
            continue
        tokens = list(_tokens(text))
        words += [token.text for token in tokens if token.kind == "text"]
        findings += _reaching(tokens, is_block=kind == "{%")
        findings += _too_large(tokens)
        findings += _listening(tokens, known)
        known.learn(tokens)
        opening = tokens[0].text if tokens and kind == "{%" else ""
        depth += {"for": 1, "endfor": -1}.get(opening, 0)
        deepest = max(deepest, depth)
    if deepest > 4:
        findings.append(
            _found(
                "NESTED",
                tr("Its chat template has {number} loops within each other.").format(number=deepest),
                asks=False,
            )
        )
    return findings + _wording(words)


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """The pieces of a template: what opens each (nothing, for plain text) and what is in it. Comments are left out."""
    at = 0
    while (found := _OPENING.search(source, at)) is not None:
        yield "", source[at : found.start()]
        if found[0] == "{#":
            at = source.find("#}", found.end()) + 2
            at = at if at > 1 else len(source)
            continue
        ends = (each.start("end") for each in _ENDS[found[0]].finditer(source, found.end()) if each["end"])
        end = next(ends, len(source))
        yield found[0], source[found.end() : end]
        at = end + 2
    yield "", source[at:]


def _wording(words: Sequence[str]) -> list[Finding]:
    """Of what a template writes into the conversation."""
    findings: list[Finding] = []
    for text in words:
        if (hidden := _UNSEEN.search(text)) is not None:
            code = f"U+{ord(hidden[0]):04X}"
            findings.append(
                _found(
                    "HIDDEN", tr("Its chat template holds characters that cannot be seen ({code}).").format(code=code)
                )
            )
        if (address := _ADDRESS.search(text)) is not None:
            findings.append(
                _found(
                    "ADDRESS",
                    tr("Its chat template writes a web address into the chat: {address}").format(address=address[0]),
                )
            )
        if any(len(run) > LONGEST_RUN for run in text.split()):
            findings.append(_found("RUN", tr("Its chat template holds a long run of characters that is no language.")))
        if len(text) > LONGEST_LITERAL:
            asked = tr("Its chat template adds a text of {number:,} characters of its own.").format(number=len(text))
            findings.append(_found("LITERAL", asked, asks=False))
    return findings


def _reaching(tokens: Sequence[_Token], *, is_block: bool) -> Iterator[Finding]:
    """Statements and names that reach out of the template."""
    if is_block and tokens and tokens[0].text in _REACHES:
        yield _found("REACHES", tr("Its chat template loads other files ({text}).").format(text=tokens[0].text))
    for before, token in pairwise((_Token("sign", ""), *tokens)):
        inner = token.text.strip("'\"")
        private = token.kind in ("name", "text") and re.search(r"__\w+__|\\x5f|\\u005f", inner, re.IGNORECASE)
        hidden = token.kind == "name" and before.text == "." and token.text.startswith("_")
        if private or hidden:
            yield _found(
                "MACHINERY",
                tr("Its chat template reaches into the program that reads it ({text}).").format(text=inner[:40]),
            )
        elif (before.text, token.text) == ("|", "attr") or (token in _MACHINERY_NAMES and before.text != "."):
            yield _found(
                "MACHINERY",
                tr("Its chat template reaches into the program that reads it ({text}).").format(text=token.text),
            )


def _too_large(tokens: Sequence[_Token]) -> Iterator[Finding]:
    """Numbers that can only be there to take time or memory."""
    words = tr("Its chat template counts so far that it could take all memory, or never end.")
    ranges = any(token.text == "range" for token in tokens)
    for token in tokens:
        digits = token.text.replace("_", "")
        if token.text == "**":
            yield _found("HUGE", words)
        elif token.kind == "number":
            # A number of five digits is too large for a loop; one of seven for anything.
            limit = LARGEST_RANGE if ranges else LARGEST_NUMBER
            if len(digits) > 12 or int(digits) > limit:
                yield _found("HUGE", words)


class _Names:
    """Which names of a template hold what somebody said, and which hold fixed words."""

    def __init__(self) -> None:
        self.said = {"content", "user_message", "last_user_message"}
        self.fixed: dict[str, str] = {}

    def learn(self, tokens: Sequence[_Token]) -> None:
        """Of ``set NAME = …`` and ``for NAME in …``."""
        if len(tokens) < 4 or tokens[0].text not in ("set", "for"):
            return
        middle = "=" if tokens[0].text == "set" else "in"
        at = next((place for place, token in enumerate(tokens) if token.text == middle), 0)
        if not at:
            return
        names = [token.text for token in tokens[1:at] if token.kind == "name"]
        # Of ``set seen.question = …`` the last one: what is beside it says something else.
        names = names[-1:] if middle == "=" and any(token.text == "." for token in tokens[1:at]) else names
        value = tokens[at + 1 :]
        if self.is_said(value):
            self.said.update(names)
        elif word := self.plain_word(value):
            self.fixed.update(dict.fromkeys(names, word))

    def is_said(self, operand: Sequence[_Token]) -> bool:
        """Whether an expression is what somebody said, and not a part of how it is said (its role, its kind)."""
        key, base, calls = "", "", False
        for place, token in enumerate(operand):
            before = operand[place - 1].text if place else ""
            after = operand[place + 1].text if place + 1 < len(operand) else ""
            if token.kind == "name" and before == "." and after == "(":
                calls = True
            elif token.kind == "name" and before == ".":
                key = token.text
            elif token.kind == "text" and before == "[" and after == "]":
                key = token.text[1:-1]
            elif token.kind == "name" and before != "|" and not base:
                base = token.text
        if key:
            kept = key in self.said or (base in self.said and not calls)
            return key in _TEXT_KEYS or (key not in _STRUCTURE and kept)
        return base in self.said

    def plain_word(self, operand: Sequence[_Token]) -> str:
        """A word of everyday language among the fixed texts of an expression; none for marks and roles."""
        for place, token in enumerate(operand):
            before = operand[place - 1].text if place else ""
            after = operand[place + 1].text if place + 1 < len(operand) else ""
            owner = operand[place - 2] if place > 1 else _Token("sign", "")
            is_key = before == "[" and after == "]" and (owner.kind == "name" or owner.text in (")", "]"))
            if token.kind == "text" and not is_key and _is_plain(token.text[1:-1]):
                return token.text[1:-1]
            if token.kind == "name" and before != "." and token.text in self.fixed:
                return self.fixed[token.text]
        return ""


def _listening(tokens: Sequence[_Token], known: _Names) -> Iterator[Finding]:
    """What somebody said compared with fixed words: how a template answers some questions differently."""
    for place, token in enumerate(tokens):
        word = ""
        if token.text in ("==", "!=", "in") and not (tokens[0].text == "for" and token.text == "in"):
            left, right = _operand(tokens, place, -1), _operand(tokens, place, 1)
            if known.is_said(right):
                word = known.plain_word(left)
            if not word and known.is_said(left):
                word = known.plain_word(right)
        elif token.text in _SEARCHES and tokens[place - 1].text == "." and known.is_said(_operand(tokens, place, -1)):
            word = known.plain_word(_arguments(tokens, place + 1))
        if word:
            shown = word.strip()[:40]
            yield _found(
                "LISTENS",
                tr("Its chat template looks for “{shown}” in what is said and changes the chat then.").format(
                    shown=shown
                ),
            )


def _operand(tokens: Sequence[_Token], place: int, step: int) -> Sequence[_Token]:
    """What stands on one side of a comparison."""
    opening, closing = ("([{", ")]}") if step > 0 else (")]}", "([{")
    depth = 0
    at = place + step
    while 0 <= at < len(tokens) and abs(at - place) <= LONGEST_OPERAND:
        text = tokens[at].text
        if tokens[at].kind == "sign" and text in opening:
            depth += 1
        elif tokens[at].kind == "sign" and text in closing:
            depth -= 1
            if depth < 0:
                break
        elif depth == 0 and text in _BOUNDS and tokens[at].kind != "text":
            break
        at += step
    return tokens[place + 1 : at] if step > 0 else tokens[at + 1 : place]


def _arguments(tokens: Sequence[_Token], place: int) -> Sequence[_Token]:
    """What stands in the brackets that begin at ``place``."""
    depth = 0
    end = min(len(tokens), place + LONGEST_OPERAND)
    for at in range(place, end):
        depth += {"(": 1, ")": -1}.get(tokens[at].text, 0)
        if depth <= 0:
            return tokens[place + 1 : at]
    return tokens[place + 1 : end]


def _tokens(code: str) -> Iterator[_Token]:
    for found in _TOKENS.finditer(code):
        yield _Token(str(found.lastgroup), found[0])


def _is_plain(text: str) -> bool:
    words = text.strip().lower()
    return words not in _STRUCTURE and _PLAIN.fullmatch(words) is not None and _WORD.search(words) is not None


def _found(code: str, words: str, *, asks: bool = True) -> Finding:
    return Finding(code, words, asks, in_template=True)
