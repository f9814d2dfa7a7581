"""The sentences of Snug for those who translate them: ``make words``, or ``make words TO=de`` for a new language.

Brings every ``resources/words/snug_*.ts`` up to date (for Qt Linguist), and makes the ``.qm`` of it that Snug reads.
What is said stands in calls of ``desktop/translation.py``, which Qt's own tool does not know: it gets them in calls
that it does know.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from desktop.translation import CONTEXT

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "desktop"
WORDS = ROOT / "resources" / "words"
CATALOGUE = ROOT / "resources" / "catalogue.json"
_CALLS = {"tr": 0, "tr_later": 0, "tr_count": 2}
"""Where the text stands that is looked up."""


class Said(NamedTuple):
    """One sentence."""

    text: str
    meaning: str
    counts: bool
    """It has a form for each kind of number."""


def said(source: str) -> Iterator[Said]:
    """What a module says. ``tr`` of a name looks up what was marked where it stands.

    Raises:
        ValueError: a text is put together before it is looked up, so that nobody could translate it.
    """
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS):
            continue
        texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        named = node.func.id == "tr" and len(node.args) == 1 and _is_name(node.args[0])
        if not named and len(texts) != len(node.args) - (node.func.id == "tr_count"):
            raise ValueError(f"line {node.lineno}: {ast.unparse(node)}")
        if texts:
            counts = node.func.id == "tr_count"
            yield Said(texts[-1] if counts else texts[0], texts[1] if len(texts) > 1 and not counts else "", counts)


def _is_name(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_name(node.body) and _is_name(node.orelse)
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call)


def everything() -> set[Said]:
    """What all of Snug says, its own list of models included."""
    in_code = (each for path in SOURCES.rglob("*.py") for each in said(path.read_text(encoding="utf-8")))
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    in_list = (model[key] for model in catalogue["models"] for key in ("purpose", "published"))
    return {*in_code, *(Said(text, "", False) for text in (catalogue["updated"], *in_list))}


def as_qt(sentences: set[Said]) -> str:
    """The same in calls that Qt's tool reads. It sees a number only where one stands."""
    return "".join(
        f"QCoreApplication.translate({_quoted(CONTEXT)}, {_quoted(text)}, {_quoted(meaning)}{', 2' * counts})\n"
        for text, meaning, counts in sorted(sentences)
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def update(path: Path) -> None:
    """Bring one ``.ts`` file up to date; one that is not there begins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "snug.py"
        source.write_text(as_qt(everything()), encoding="utf-8")
        language = path.stem.partition("_")[2]
        _run(
            "lupdate", str(source), "-locations", "none", "-no-obsolete", "-target-language", language, "-ts", str(path)
        )


def release(path: Path) -> None:
    """Make the file that Snug reads from a ``.ts`` file."""
    _run("lrelease", "-silent", str(path), "-qm", str(path.with_suffix(".qm")))


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([str(Path(sys.executable).parent / f"pyside6-{tool}"), *arguments], check=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("language", nargs="?", default="", help="one that there is not yet, as in de or pt_BR")
    options.add_argument("--release", action="store_true", help="change no .ts file, only make the .qm files")
    chosen = options.parse_args()
    paths = set(WORDS.glob("snug_*.ts"))
    if chosen.language:
        paths.add(WORDS / f"snug_{chosen.language}.ts")
    for path in sorted(paths):
        if not chosen.release:
            update(path)
        release(path)


if __name__ == "__main__":
    main()
