"""What a model may be used for: asked before the first download, and its licence to be read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.licences import Use
from desktop.domain.listing import Detail
from desktop.domain.names import file_text
from desktop.domain.quants import Variant
from desktop.translation import tr, tr_later
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.labels import Label
from desktop.ui.parts.overlay import Overlay
from desktop.ui.parts.question import Question
from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.theme import Theme, grown

_MEANS = {
    Use.NOT_COMMERCIAL: tr_later(
        "Its publisher does not allow commercial use: not for paid work, and not inside a company."
    ),
    Use.OWN_TERMS: tr_later("Its publisher has terms of their own, which say what it may be used for."),
}
_WIDTH, _HEIGHT = 640, 560


class AskTerms(Question):
    """``read`` shows the text."""

    def __init__(self, theme: Theme, window: QWidget, detail: Detail, variant: Variant) -> None:
        licence = detail.listed.licence
        means = tr(_MEANS.get(licence.use, tr_later("Read what it may be used for.")))
        text = tr("{name} comes under “{label}”. {means} You are asked once; Snug remembers it.").format(
            name=detail.listed.name, label=tr(licence.label), means=means
        )
        super().__init__(
            theme,
            window,
            tr("What this model may be used for"),
            text,
            tr("Agree and download {size}").format(size=file_text(variant.size)),
            Kind.PRIMARY,
        )
        self.read = Button(theme, tr("Read the licence"), scale=Scale.SMALL, icon_name="scale")
        line = QHBoxLayout()
        line.addWidget(self.read)
        line.addStretch(1)
        self.middle.addLayout(line)
        self.yes.clicked.connect(self.accept)

    def ask(self) -> None:
        self.appear(self.no)


class ShowLicence(Overlay):
    """The text of a licence, as it is."""

    def __init__(self, theme: Theme, window: QWidget, title: str, text: str) -> None:
        super().__init__(theme, window, "licence", dimmed=True)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.closes_outside = True
        self.shut = Button(theme, tr("Close"))
        self.shut.clicked.connect(self.reject)
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 0, 8, 0)
        paragraphs = text.replace("\r\n", "\n")[:200_000].split("\n\n")
        for paragraph in paragraphs[:2_000]:
            body.addWidget(Label(theme, " ".join(paragraph.split()), "label", "textSecondary", wrap=True))
        body.addStretch(1)
        scroll = QScrollArea()
        scroll.setAccessibleName(title)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_clear_viewport(scroll)
        scroll.setWidget(inside)
        inside.setAutoFillBackground(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.shut)
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(21, 21, 21, 17)
        column.setSpacing(14)
        column.addWidget(Label(theme, title, "heading", wrap=True))
        column.addWidget(scroll, 1)
        column.addLayout(buttons)

    def ask(self) -> None:
        self.appear(self.shut)

    def place(self) -> None:
        self.place_at_size(grown(_WIDTH), grown(_HEIGHT))
