"""About: this version and its age, what it is made with, and how to support those who made it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop import __version__
from desktop.services import papers
from desktop.translation import tr
from desktop.ui.parts.buttons import Button, IconButton, Scale
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.settings.rows import Card, Row, Section
from desktop.ui.theme import Theme, size

ASSETS = (
    ("Inter, Inter Display", "SIL Open Font License 1.1", "https://rsms.me/inter"),
    ("JetBrains Mono", "SIL Open Font License 1.1", "https://www.jetbrains.com/lp/mono"),
    ("Lucide", "ISC", "https://lucide.dev"),
    ("SmolLM2", "Apache-2.0", "https://huggingface.co/HuggingFaceTB"),
)


class AboutPage(Page):
    """Signals:
    link_activated: the address of a project.
    """

    link_activated = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("About"), size("settingsContentMax"), centred=False)
        self.setObjectName("aboutPage")
        days = papers.age()
        told = (
            tr("This version is {age}.").format(age=papers.age_text(days)),
            tr("Look for a newer one: what reads model files is mended in public.")
            if days > papers.WORRY_DAYS
            else tr("Snug asks nobody for a newer one."),
            "Apache License 2.0.",
        )
        column = self.column
        column.addWidget(Label(theme, tr("About"), "title"))
        column.addSpacing(14)
        self.licences = Button(theme, tr("Read"), scale=Scale.SMALL)
        self.licences.clicked.connect(self._read_licences)
        texts = tr("Of everything that comes with Snug, word for word.")
        column.addWidget(
            Card(
                theme,
                Row(theme, "info", f"Snug {__version__}", " ".join(told)),
                Row(theme, "scale", tr("Licence texts"), texts, self.licences),
            )
        )
        column.addSpacing(26)
        support = tr("Many of these are made by a few people. Their pages say how to support them.")
        column.addWidget(Section(theme, tr("Made with"), support))
        column.addSpacing(10)
        rows: list[QWidget] = [
            self._row(
                f"{each.name} {each.version}", f"{_capital(tr(each.purpose))}. {_capital(each.licence)}.", each.site
            )
            for each in papers.projects()
        ]
        rows += [self._row(name, f"{licence}.", site) for name, licence, site in ASSETS]
        column.addWidget(Card(theme, *rows))
        column.addSpacing(24)

    def _read_licences(self) -> None:
        # Read from the disk, so only when somebody wants them.
        from desktop.ui.settings.licence_reader import LicenceReader

        LicenceReader(self._theme, self.window()).ask()

    def _row(self, name: str, sentence: str, site: str) -> QWidget:
        link = IconButton(self._theme, "external-link", tr("Open the page of {name}").format(name=name), small=True)
        link.clicked.connect(lambda: self.link_activated.emit(site))
        return Row(self._theme, "box", name, sentence, link)


def _capital(text: str) -> str:
    return text if text.startswith("llama") else text[:1].upper() + text[1:]
