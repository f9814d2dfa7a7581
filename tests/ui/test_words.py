"""Everything that is seen or read out can be translated: in a language that nobody speaks no English is left."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLabel, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.catalogue import Catalogue
from desktop.paths import resources
from desktop.services import licences, papers
from desktop.ui import language
from desktop.ui.parts import paint
from desktop.ui.settings.about_page import ASSETS
from desktop.ui.theme import Theme
from scripts import screenshots, words
from tests.ui.pseudo import Pseudo
from tests.ui.scenes import SCENES, Stage, services
from tests.ui.test_large_text import cut_off

ROOT = Path(__file__).parents[2]
NAMES = (
    *("Snug", "AES-256", "RAM", "Python", "Apache License"),
    *("Ctrl", "Shift", "Esc", "Enter", "Del"),
    *("chatml", "gguf", "Sample", "Llama 4", "meta-llama", "/models", "xn--80ak6aa92e.com", "cdcdcdcdcdcd", "None"),
    *("BCDEF", "GHJKM", "NPQRS", "TUVWX"),
)
"""Of things, licences and keys; and what the stand-ins put together: models, files, addresses, a recovery key."""
_SAID = re.compile(r"[^a-z_]")
"""No name in code."""
_TAG = re.compile(r"</?qt>")
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The texts that were painted; and whatever is said is said in the language that nobody speaks."""
    texts: list[str] = []
    really = paint.draw_text

    def draw_text(painter: Any, place: Any, text: str, *more: Any, **named: Any) -> Any:
        texts.append(text)
        return really(painter, place, text, *more, **named)

    monkeypatch.setattr(paint, "draw_text", draw_text)
    language.use(Pseudo())
    yield texts
    language.use(None)


@cache
def data() -> re.Pattern[str]:
    """What may be in any language: names, numbers, and what somebody said or published."""
    texts = set(NAMES)
    for path in (ROOT / "scripts" / "screenshots.py", *(ROOT / "tests" / "ui").rglob("*stand_ins.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SAID.search(node.value):
                texts |= {node.value, *node.value.splitlines()}
    for project in papers.projects():
        texts |= {project.name, project.licence}
    for paper in licences.papers():
        texts |= {paper.name, paper.version, paper.licence}
    texts |= {text for asset in ASSETS for text in asset}
    for model in Catalogue((resources() / "catalogue.json").read_text(encoding="utf-8")).models:
        texts |= {model.name, model.publisher}
    # Nothing hides behind a word that a stand-in happens to say too; whole sentences they have from the services.
    texts -= {said.text for said in words.everything() if len(said.text.split()) < 4}
    known = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True) if len(text) > 2)
    return re.compile(f"(?<![A-Za-z])(?:{known})(?![A-Za-z])")


def english(text: str) -> list[str]:
    """The words of a text that were not handed to the translator."""
    return re.findall(r"(?<!\w)[A-Za-z]{2,}(?!\w)", data().sub("", _TAG.sub("", text)))


def told(top: QWidget) -> Iterator[str]:
    for widget in [top, *top.findChildren(QWidget)]:
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
        if widget.isWindow():
            yield widget.windowTitle()
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        if isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        if isinstance(widget, QAbstractItemView):
            yield from items(widget.model(), QModelIndex())
        if isinstance(widget, QMenu):
            yield from (action.text() for action in widget.actions())


def items(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        for role in ROLES:
            text = model.index(row, 0, parent).data(role)
            if isinstance(text, str):
                yield text


@pytest.mark.parametrize("scene", SCENES)
def test_no_english_is_left_and_longer_words_fit(qtbot: QtBot, theme: Theme, painted: list[str], scene: str) -> None:
    stage = Stage(theme, services)
    qtbot.addWidget(stage.window)
    shown = screenshots.SCENES[scene](stage) or stage.window
    if shown is not stage.window:
        qtbot.addWidget(shown)
    stage.settle()
    texts = [*painted, *told(shown)]
    menu = QApplication.activePopupWidget()
    if menu is not None:
        texts += told(menu)
        menu.close()
    assert {text: found for text in texts if (found := english(text))} == {}
    assert cut_off(shown) == []
