"""LaTeX becomes a drawing, or nothing: never an open file, an address or a window that stands still."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from desktop.ui.chat.drawing import UNIT
from desktop.ui.chat.typesetting import MAX_LATEX, MAX_SIZE, typeset


@pytest.mark.parametrize(
    "source",
    [
        r"\(E = mc^2\)",
        r"$x$",
        r"\[ \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}. \]",
        r"$$\int_0^\infty e^{-x^2}\,dx$$",
        "\\begin{align}\na &= b \\tag{1} \\label{one} \\\\\nc &= d \\nonumber\n\\end{align}",
        r"\[\begin{cases} x & \text{if } x > 0 \\ -x & \text{otherwise} \end{cases}\]",
        r"\(\begin{pmatrix} a & b \\ c & d \end{pmatrix}\)",
        r"\(\textcolor{red}{x} < \mathbb{R}\)",
    ],
)
def test_a_usual_formula_is_drawn(source: str) -> None:
    drawing = typeset(source)
    assert drawing is not None
    assert drawing.svg.count("<path") >= 1
    assert "currentColor" in drawing.svg
    assert 0 < drawing.width < 40 * UNIT
    assert drawing.bottom < drawing.top


def test_a_display_formula_is_larger_than_the_same_one_in_a_line() -> None:
    small, large = typeset(r"\(\sum_{k=1}^n k\)"), typeset(r"\[\sum_{k=1}^n k\]")
    assert small is not None
    assert large is not None
    assert large.top - large.bottom > small.top - small.bottom


@pytest.mark.parametrize(
    "source",
    [
        r"\(\unknown{x}\)",
        r"\(\includegraphics{/etc/passwd}\)",
        r"\(\input{/etc/passwd}\)",
        r"\(\color{url(file:///etc/passwd)}x\)",
        r"\(\ce{H2O}\)",
        r"\[\begin{dcases} x \\ y \end{dcases}\]",
        r"\(x_{\)",
        r"\(\frac{a\)",
        r"\(\ \)",
        r"\(\mathop{x}\)",
        r"\(\text{<a href='x'>&}\)",
        "\\(\ud83d\ude00\\)",
        "no delimiters",
        "",
    ],
)
def test_what_cannot_be_drawn_is_left_to_its_source(source: str) -> None:
    assert typeset(source) is None


def test_an_address_leads_nowhere() -> None:
    drawing = typeset(r"\(\href{https://example.org}{y}\)")
    assert drawing is not None
    assert "example" not in drawing.svg


MACROS = (
    "".join(f"\\newcommand{{\\{chr(97 + n) * 2}}}{{{(chr(92) + chr(98 + n) * 2) * 10}}}" for n in range(12)) + r"\aa"
)
BOMBS = {
    "too long": "x+" * (MAX_LATEX // 2 + 1) + "x",
    "braces": "{" * 10_000 + "x" + "}" * 10_000,
    "fewer braces": "{" * 900 + "x" + "}" * 900,
    "roots": r"\sqrt{" * 200 + "x" + "}" * 200,
    "fractions": r"\frac{" * 150 + "x" + "}{y}" * 150,
    "brackets": r"\left(" * 140 + "x" + r"\right)" * 140,
    "matrices": r"\begin{matrix}" * 60 + "x" + r"\end{matrix}" * 60,
    "primes": "x" + "'" * 1_900,
    "superscripts": "^" * 1_900,
    "macros": MACROS,
    "endless macro": r"\def\a{\a\a}\a",
    "wide": r"\hspace{100000000em}x",
    "large": r"\rule{1000000cm}{1000000cm}",
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_given_up(source: str) -> None:
    assert typeset(f"\\({source}\\)") is None
    assert sys.getprofile() is None


def test_a_definition_does_not_reach_the_next_formula() -> None:
    assert typeset(r"\(\newcommand{\mine}{x}\mine\)") is None
    assert typeset(r"\(\mine\)") is None


def test_a_drawing_has_a_limit() -> None:
    assert typeset(r"\(a \hspace{200em} b\)") is not None
    assert typeset(rf"\(a \hspace{{{MAX_SIZE / UNIT}em}} b\)") is None


def test_nothing_is_opened_for_any_formula() -> None:
    program = """
        import sys
        from desktop.ui.chat.typesetting import typeset
        assert typeset("$x$")
        seen = []
        sys.addaudithook(lambda name, args: seen.append((name, args)) if name.split(".")[0] in WATCHED else None)
        WATCHED = {"open", "socket", "subprocess", "os", "urllib", "import"}
        for source in SOURCES:
            typeset(source)
        print(seen)
    """
    sources = [
        r"\(\includegraphics{/etc/passwd}\)",
        r"\(\input{/etc/passwd}\include{x}\openin1=/etc/passwd\)",
        r"\(\href{file:///etc/passwd}{y}\url{http://127.0.0.1}\)",
        r"\(\text{<img src='file:///etc/passwd'/>}\)",
        r"\(\color{url(file:///etc/passwd)}x\)",
        r"\(\style{background:url(file:///etc/passwd)}{x}\class{a}{b}\)",
        r"\(\mathrm{x}\text{y}\mathbb{Z}\textbf{w}\)",
        "\\[\\write18{touch x}\\immediate\\]",
    ]
    code = textwrap.dedent(program).replace("SOURCES", repr(sources))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
