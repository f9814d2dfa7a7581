"""LaTeX to a drawing, by ziamath: the only importer of it, and only when the first formula is set.

What comes from a model is not trusted. A source that is too long, that defines commands, or that needs more steps than
any sane formula is refused, and so is what would come out empty, huge or with commands that nobody knows: whoever asks
then shows the source. ziamath opens no file and no address but its own font and table (a test holds it to that). Knows
no Qt, so that it can run on a thread beside the window's.
"""

from __future__ import annotations

import re
import time
from types import FrameType
from typing import Any

from desktop.ui.chat.drawing import UNIT, Drawing

MAX_LATEX = 2_000
"""Characters of a formula that is set."""
MAX_STEPS = 3_000_000
"""Calls and returns within ziamath: about a second; a formula of five long lines takes half as many."""
MAX_SIZE = 300 * UNIT
MAX_SVG = 400_000
"""Characters of a drawing."""

_BREATH = 512
"""So often, in steps, the clock is looked at."""
TURN_S = 0.002
"""After so long the window's thread may have its turn: Python would let it wait for 5 ms each time."""

_SOURCE = re.compile(
    r"(?P<open>\\\(|\\\[|\$\$?)(?P<body>.*?)(?:\\\)|\\\]|\$\$?)(?P<tail>[.,;:!?]?)|(?P<whole>\\begin.*)", re.DOTALL
)
# Definitions can multiply, and ziamath loses what is in a mathop.
_REFUSED = re.compile(
    r"\\(?:[egx]?def|let|mathop|(?:re)?newcommand|providecommand|(?:re)?newenvironment|DeclareMath\w+)\b"
)
_NUMBERED = re.compile(r"\\(begin|end)\{(align|gather|equation|multline)\}")
_ENVIRONMENT = re.compile(r"\\begin\s*\{([^{}]*)\}")
_KNOWN = re.compile(
    r"(?:align|gather|equation|multline)\*|aligned|split|gathered|displaymath|array|cases|[pbBvV]?matrix"
)
"""Of the others ziamath shows the content, and that without what they put around it."""
_LABELS = re.compile(r"\\(?:label\{[^{}]*\}|nonumber\b|notag\b)")
_TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")
_SURROGATES = re.compile("[\ud800-\udfff]")
_FOREIGN = re.compile(r"<(?!/?(?:svg|g|path|rect|line|polyline|polygon|circle|ellipse)\b)|url\(|href\s*=\s*[\"'](?!#)")
_GENERATOR = 0x20
_MATHML = "{http://www.w3.org/1998/Math/MathML}"


class Refused(BaseException):
    """This source is not set. No ``Exception``: nothing within ziamath may take it for one of its own."""


def is_display(source: str) -> bool:
    """Whether a formula, with its delimiters, wants a line of its own."""
    return source.startswith(("\\[", "$$", "\\begin"))


def typeset(source: str) -> Drawing | None:
    """The drawing of a formula that is given with its delimiters, or None where the source is to be shown.

    Takes some milliseconds and up to a second. Lets other threads run all the time.
    """
    found = _SOURCE.fullmatch(source.strip())
    latex = (found["whole"] or found["body"] + found["tail"]) if found else ""
    if not latex.strip() or len(latex) > MAX_LATEX or _REFUSED.search(latex) or _SURROGATES.search(latex):
        return None
    latex = _plain(latex)
    if not all(_KNOWN.fullmatch(name) for name in _ENVIRONMENT.findall(latex)):
        return None
    try:
        return _limited(latex, inline=not is_display(source))
    except (Exception, Refused):
        # Whatever it was (RecursionError is one): the source can be read.
        return None


def _plain(latex: str) -> str:
    """What ziamath knows under another name: there are no numbers here that anything could refer to."""
    latex = _TAG.sub(r"\\qquad\\text{(\1)}", _LABELS.sub("", latex))
    return _NUMBERED.sub(r"\\\1{\2*}", latex)


def _limited(latex: str, *, inline: bool) -> Drawing | None:
    import sys
    from xml.etree.ElementTree import fromstring

    import ziamath
    from ziamath.tex import tex2mml

    ziamath.config.svg2 = False  # QtSvg loses most glyphs of the other kind
    steps, rested = 0, time.perf_counter()

    def count(frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal steps, rested
        steps += 1
        # By the clock: on a computer that is busy with other things each of these waits is a long one.
        if steps % _BREATH == 0 and time.perf_counter() - rested > TURN_S:
            time.sleep(0.00005)
            rested = time.perf_counter()
        # Raised in a generator that is being thrown away, it would be lost.
        if steps > MAX_STEPS and event == "call" and not frame.f_code.co_flags & _GENERATOR:
            raise Refused

    sys.setprofile(count)
    try:
        mathml = tex2mml(latex, inline=inline)
        if "\\" in mathml:
            return None  # a command that it does not know is left as it was written
        root = fromstring(mathml)
        root.set("mathcolor", "currentColor")
        for table in root.iter(f"{_MATHML}mtable"):
            table.set("rowspacing", "0.6em" if table.get("displaystyle") else "0.45em")
        formula = ziamath.Math(root, size=UNIT, margin=0.5)
        svg = formula.svg()
        box = formula.node.bbox
    finally:
        sys.setprofile(None)
    width, height = box.xmax - box.xmin, box.ymax - box.ymin
    if not (0 < width <= MAX_SIZE and 0 < height <= MAX_SIZE) or len(svg) > MAX_SVG or _FOREIGN.search(svg):
        return None
    return Drawing(svg, box.xmin, box.xmax, box.ymax, box.ymin)
