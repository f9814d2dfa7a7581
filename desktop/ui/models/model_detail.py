"""One model that was found: what it is good for, what one may do with it, its files. It knows no service."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.downloads import Download
from desktop.domain.listing import Detail
from desktop.domain.names import file_text, list_text, words_for
from desktop.domain.quants import Variant
from desktop.translation import tr, tr_count, tr_later
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.models.variant_table import VariantTable
from desktop.ui.parts.buttons import Button, IconButton, Kind, Scale
from desktop.ui.parts.flow import Flow
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.parts.marks import Avatar, Badge
from desktop.ui.parts.page import Page
from desktop.ui.settings.rows import Mark
from desktop.ui.theme import Theme, grown

CHECKED = tr_later("Every file is checked against the publisher’s fingerprint (SHA-256) before Snug opens it.")


class ModelDetail(Page):
    """Signals:
    look_requested: the publisher's own list of files is wanted.
    site_requested: the repository's page on the hub.
    licence_requested: the text of the licence.
    link_activated: an address in what the publisher says.
    draft_requested: the file of the draft model that is to be fetched.
    """

    look_requested = Signal()
    site_requested = Signal(str)
    licence_requested = Signal()
    link_activated = Signal(str)
    draft_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("The model"), grown(640), centred=False)
        self._detail: Detail | None = None
        self.setObjectName("modelDetail")
        self.table = VariantTable(theme)
        self._body: QWidget | None = None
        self.card = MessageBody(theme)
        self.card.setAccessibleName(tr("What the publisher says"))
        self.card.link_activated.connect(self.link_activated)
        self._card_of = ""
        self.nothing = Label(theme, tr("Choose a model to see its files."), "body", "textMuted")
        self.column.addWidget(self.nothing)
        self._head = QVBoxLayout()
        self._head.setSpacing(12)
        self.column.addLayout(self._head)
        self.column.addSpacing(10)
        self.column.addWidget(self.table)
        self.column.addSpacing(12)
        self._foot = QVBoxLayout()
        self._foot.setSpacing(12)
        self.column.addLayout(self._foot)
        self.column.addSpacing(8)
        self.column.addWidget(self.card)
        self.column.addStretch(1)
        self.show_detail(None)

    def show_detail(self, detail: Detail | None) -> None:
        """Show a model; None: none is chosen."""
        if detail == self._detail and detail is not None:
            return
        other = self._detail is None or detail is None or detail.listed.repo != self._detail.listed.repo
        self._detail = detail
        _empty(self._head)
        _empty(self._foot)
        self.nothing.setVisible(detail is None)
        self.table.setVisible(detail is not None and bool(detail.offered))
        self.card.setVisible(detail is not None and bool(detail.card))
        if detail is None:
            return
        self._show_head(detail)
        self.table.show_offered(detail.offered)
        self._show_foot(detail)
        if detail.card != self._card_of:
            self._card_of = detail.card
            self.card.set_text(detail.card)
        if other:
            self.verticalScrollBar().setValue(0)

    def show_downloads(self, downloads: Sequence[Download], here: frozenset[str]) -> None:
        """Say how the downloads go, and which of the files are here."""
        self.table.show_downloads(downloads, here)
        draft = self._detail.draft if self._detail is not None else None
        if draft is not None:
            ordered = [file.name for each in downloads for file in each.order.files]
            self.draft.setText(tr("It is here") if draft.name in here else tr("Fetch it too"))
            self.draft.setEnabled(draft.name not in here and draft.name not in ordered)

    # --- inside

    def _show_head(self, detail: Detail) -> None:
        theme, listed = self._theme, detail.listed
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(theme, listed.name, "title"))
        by = tr("by {publisher}, published {month}") if detail.published else tr("by {publisher}")
        words.addWidget(
            ElidedLabel(
                theme,
                by.format(publisher=listed.publisher, month=tr(detail.published)),
                "label",
                "textSecondary",
            )
        )
        site = IconButton(theme, "external-link", tr("Open its page on the hub"))
        site.clicked.connect(lambda: self.site_requested.emit(listed.repo))
        line = QHBoxLayout()
        line.setSpacing(14)
        line.addWidget(Avatar(theme, listed.publisher, 46, 53))
        line.addLayout(words, 1)
        line.addWidget(site, 0, Qt.AlignmentFlag.AlignTop)
        self._head.addLayout(line)
        if detail.purpose:
            self._head.addWidget(Label(theme, tr(detail.purpose), "message", wrap=True))
        self._head.addLayout(self._signs(detail))
        self._head.addSpacing(6)
        self._head.addLayout(self._title(detail))
        if not detail.offered:
            told = tr("Looking at its files…") if detail.looking else tr("It has no model file that Snug can use.")
            self._head.addWidget(Label(theme, told, "label", "textSecondary", wrap=True))

    def _signs(self, detail: Detail) -> QLayout:
        theme, listed = self._theme, detail.listed
        flow = Flow(8)
        if listed.reasoning:
            flow.addWidget(Badge(theme, tr("Reasoning"), icon_name="brain"))
        if listed.vision:
            flow.addWidget(Badge(theme, tr("Vision"), icon_name="eye"))
        flow.addWidget(Badge(theme, listed.licence.line, icon_name="scale"))
        if detail.context_length:
            flow.addWidget(
                Badge(
                    theme,
                    tr("About {number:,} words").format(number=words_for(detail.context_length)),
                    icon_name="book-open",
                )
            )
        if listed.gated:
            flow.addWidget(Badge(theme, tr("The publisher asks for an account"), icon_name="key-round"))
        return flow

    def _title(self, detail: Detail) -> QLayout:
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(Label(self._theme, tr("Choose a file"), "heading"))
        note = ElidedLabel(self._theme, tr("Fit is worked out for this computer"), "small", "textMuted")
        note.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        line.addStretch(1)
        line.addWidget(note)
        return line

    def _draft_row(self, draft: Variant) -> QWidget:
        told = tr("The publisher has a small helper for it that guesses ahead ({size}).").format(
            size=file_text(draft.size)
        )
        self.draft = Button(self._theme, tr("Fetch it too"), scale=Scale.SMALL)
        self.draft.setObjectName("fetchDraft")
        self.draft.clicked.connect(lambda: self.draft_requested.emit(draft.name))
        holder = _note(self._theme, "gauge", told)
        row = holder.layout()
        assert isinstance(row, QHBoxLayout)
        for words in (holder.findChild(Mark), holder.findChild(Label)):
            row.setAlignment(words, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.draft)
        return holder

    def _show_foot(self, detail: Detail) -> None:
        theme = self._theme
        self._foot.addWidget(_note(theme, "shield-check", tr(CHECKED)))
        if detail.projector is not None:
            more = file_text(detail.projector.size)
            self._foot.addWidget(_note(theme, "eye", tr("What it sees with comes along ({more}).").format(more=more)))
        if detail.draft is not None:
            self._foot.addWidget(self._draft_row(detail.draft))
        if detail.replaced:
            told = tr_count(
                len(detail.replaced),
                "The publisher has replaced the {names} file since Snug’s own list was made.",
                "The publisher has replaced the {names} files since Snug’s own list was made.",
            ).format(names=list_text(detail.replaced))
            self._foot.addWidget(_note(theme, "info", told))
        if not detail.revision:
            told = tr("Sizes are from Snug’s own list and about right. Nobody was asked.")
            self._foot.addWidget(_note(theme, "info", told))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        if not detail.revision:
            look = Button(
                theme, tr("Looking…") if detail.looking else tr("Look at the publisher’s list"), scale=Scale.SMALL
            )
            look.setObjectName("lookUp")
            look.setEnabled(not detail.looking)
            look.clicked.connect(self.look_requested)
            buttons.addWidget(look)
        if detail.licence_file:
            text = Button(theme, tr("Read the licence"), Kind.QUIET, Scale.SMALL, "scale")
            text.clicked.connect(self.licence_requested)
            buttons.addWidget(text)
        buttons.addStretch(1)
        self._foot.addLayout(buttons)
        if detail.card:
            self._foot.addSpacing(8)
            self._foot.addWidget(Label(theme, tr("What the publisher says"), "heading"))


def _note(theme: Theme, icon_name: str, words: str) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(Mark(theme, icon_name, "textMuted", 16), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(theme, words, "small", "textMuted", wrap=True), 1)
    return holder


def _empty(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            _empty(inner)
