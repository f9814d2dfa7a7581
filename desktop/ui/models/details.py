"""All that is known of a model, in words: where it is from, what its licence says, what was found in its file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.dates import day_text
from desktop.domain.licences import licence_of
from desktop.domain.models import InstalledModel
from desktop.domain.names import file_text, words_for
from desktop.domain.quants import Quant
from desktop.translation import tr
from desktop.ui.models.shelf_rows import badge_of
from desktop.ui.parts.buttons import Button
from desktop.ui.parts.fonts import regular
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.parts.marks import Avatar, Rule
from desktop.ui.parts.overlay import Overlay
from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.settings.rows import Mark
from desktop.ui.theme import Theme, grown

WIDTH = 560


class Details(Overlay):
    """``verify`` compares the fingerprint, ``newer`` asks the hub whether there is another, ``allow`` opens a doubtful
    file all the same (hidden where nothing asks)."""

    def __init__(self, theme: Theme, window: QWidget, model: InstalledModel, origin: str) -> None:
        super().__init__(theme, window, tr("About {name}").format(name=model.name), dimmed=True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.closes_outside = True
        self.shut = Button(theme, tr("Close"))
        self.shut.setObjectName("closeDetails")
        self.shut.clicked.connect(self.reject)
        self.verify = Button(theme, tr("Compare its fingerprint"), icon_name="fingerprint")
        self.verify.setVisible(model.available)
        self.allow = Button(theme, tr("Open it all the same"))
        self.allow.setVisible(model.doubtful)
        self.newer = Button(theme, tr("Look for a newer file"), icon_name="rotate-cw")
        self.newer.setVisible(bool(model.repo) and not model.doubtful)
        for button in (self.verify, self.newer, self.allow):
            button.clicked.connect(self.accept)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(theme, model.name, "heading"))
        words.addWidget(ElidedLabel(theme, origin, "label", "textSecondary"))
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(Avatar(theme, model.publisher or model.name))
        head.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.verify)
        buttons.addWidget(self.newer)
        buttons.addStretch(1)
        buttons.addWidget(self.allow)
        buttons.addWidget(self.shut)
        self._inside = QWidget()
        body = QVBoxLayout(self._inside)
        body.setContentsMargins(0, 0, 8, 0)
        body.setSpacing(14)
        body.addLayout(_findings(theme, model))
        body.addWidget(Rule(theme))
        body.addLayout(_facts(theme, model))
        body.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setAccessibleName(tr("About {name}").format(name=model.name))
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidgetResizable(True)
        set_clear_viewport(self.scroll)
        self.scroll.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(21, 21, 21, 17)
        column.setSpacing(16)
        column.addLayout(head)
        column.addWidget(self.scroll, 1)
        column.addLayout(buttons)

    def ask(self) -> None:
        self.appear(self.shut)

    def place(self) -> None:
        buttons = self.panel.layout().itemAt(2).sizeHint().width() + 42
        width = min(max(grown(WIDTH), buttons), self.width() - 32)
        self.panel.setFixedWidth(width)
        inside = self._inside.layout()
        high = inside.totalHeightForWidth(width - 42) if inside.hasHeightForWidth() else inside.sizeHint().height()
        rest = self.panel.layout().sizeHint().height() - self.scroll.sizeHint().height()
        self.panel.setFixedHeight(min(rest + high + 4, self.height() - 32))
        self.panel.move((self.width() - width) // 2, max(16, (self.height() - self.panel.height()) * 2 // 5))


def facts_of(model: InstalledModel) -> list[tuple[str, str]]:
    """Names and values, the plain ones first; what nobody knows is left out."""
    quant = Quant(model.quant)
    quality = f"{model.quant}: {tr(quant.quality.words).lower()}" if quant.quality.bars else model.quant
    file = f"{Path(model.path).name}, {file_text(model.size_bytes)}"
    if model.parts:
        file = tr("{file}, in {number} parts").format(file=file, number=len(model.files))
    known = [
        (tr("Licence"), licence_of(model.licence).line),
        (tr("From"), model.repo and f"{model.repo}, {model.repo_file}".rstrip(", ")),
        (tr("Made from"), model.made_from and tr("{made_from}, on this computer").format(made_from=model.made_from)),
        (tr("File"), file),
        (tr("Folder"), str(Path(model.path).parent)),
        (tr("Weights"), quality),
        (tr("Remembers"), _remembers(model)),
        (
            tr("Parameters"),
            tr("{number:.1f} billion").format(number=model.parameters / 1e9) if model.parameters >= 1e8 else "",
        ),
        (
            tr("Kind"),
            tr("{architecture}, {layers} layers").format(architecture=model.architecture, layers=model.layers)
            if model.layers
            else model.architecture,
        ),
        (tr("Pictures"), Path(model.projector).name if model.projector else ""),
        (tr("Chat template"), _template(model)),
        (tr("Fingerprint"), _fingerprint(model)),
    ]
    return [(name, value) for name, value in known if value]


def _remembers(model: InstalledModel) -> str:
    if not model.context_length:
        return ""
    return tr("about {words:,} words ({tokens:,} tokens)").format(
        words=words_for(model.context_length), tokens=model.context_length
    )


def _template(model: InstalledModel) -> str:
    if model.template:
        return tr("Snug's own: {template}").format(template=model.template)
    check = model.checked
    if check is None or not check.template:
        return "" if model.has_template else tr("none")
    return check.known_template or tr("of its own ({template}…)").format(template=check.template[:12])


def _fingerprint(model: InstalledModel) -> str:
    check = model.checked
    if check is None or not check.own_sha256:
        return tr("The publisher's is known; not compared yet") if model.sha256 else tr("Not read yet")
    if check.verified_at:
        at = datetime.fromtimestamp(check.verified_at)
        return tr("The publisher's, compared on {day}, {time:%H:%M}").format(day=day_text(at, year=True), time=at)
    return f"{check.own_sha256[0][:16]}…" if not model.sha256 else tr("Not the publisher's")


def _findings(theme: Theme, model: InstalledModel) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(8)
    badge = badge_of(model)
    said = [(badge.icon_name, badge.color, f"{tr(badge.words)}.")]
    for found in model.checked.findings if model.checked is not None else ():
        said.append(
            ("triangle-alert" if found.asks else "info", "warning" if found.asks else "textMuted", tr(found.words))
        )
    for icon_name, color, words in said:
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(Mark(theme, icon_name, color, 16), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(Label(theme, words, "body", wrap=True), 1)
        column.addLayout(line)
    return column


def _facts(theme: Theme, model: InstalledModel) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    for line, (name, value) in enumerate(facts_of(model)):
        grid.addWidget(Label(theme, name, "label", "textSecondary"), line, 0, Qt.AlignmentFlag.AlignTop)
        words = Label(theme, value, "label", wrap=True)
        words.setFont(regular("label"))
        grid.addWidget(words, line, 1)
    return grid
