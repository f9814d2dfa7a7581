"""Languages of code: what they are called, and whether their rules are in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.ui.chat.languages import display_name, is_loaded, lexer_for

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("language", "name"),
    [("py", "Python"), ("PYTHON", "Python"), ("", "Text"), ("text", "Text"), ("klingon", "klingon")],
)
def test_a_language_is_called_what_people_call_it(language: str, name: str) -> None:
    assert display_name(language) == name


@pytest.mark.parametrize("language", ["", "klingon", "x" * 41])
def test_what_is_no_language_has_no_lexer_and_nothing_to_load(language: str) -> None:
    assert lexer_for(language) is None
    assert is_loaded(language)


def test_a_language_is_loaded_with_its_first_lexer() -> None:
    """In a process of its own, for Pygments forgets no rules."""
    program = (
        "from desktop.ui.chat.languages import is_loaded, lexer_for\n"
        "said = [is_loaded('rust'), is_loaded('html+jinja')]\n"
        "import pygments.lexers\n"
        "said += [is_loaded('rust'), is_loaded('html+jinja')]\n"
        "lexer_for('rust'), lexer_for('HTML+Jinja')\n"
        "said += [is_loaded('rust'), is_loaded('RUST'), is_loaded('html+jinja')]\n"
        "print(said)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([False, False, False, False, True, True, True])
