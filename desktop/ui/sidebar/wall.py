"""What stands on the sidebar's wall beside the list: New chat, the search field, places to go, the privacy badge."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.translation import tr
from desktop.ui import icons
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Pressable
from desktop.ui.parts.fonts import medium, strong
from desktop.ui.parts.keys import control
from desktop.ui.parts.marks import draw_key_cap
from desktop.ui.parts.tooltip import set_tooltip
from desktop.ui.theme import Theme, font, radius, size


class WallButton(Pressable):
    """A full-width button with an icon at the left."""

    def __init__(self, theme: Theme, text: str, icon_name: str, height: int, keys: str = "") -> None:
        super().__init__(theme, text)
        self._icon_name = icon_name
        self._keys = keys
        self._tall = height
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, paint.tall(self._tall, "body", 10))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class NewChatButton(WallButton):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("New chat"), "square-pen", size("control"))
        self.setObjectName("newChat")
        set_tooltip(self, f"{tr('New chat')}  {control('N')}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        fill = self.fill("raised", "raisedHover", "raisedPressed")
        paint.box(painter, self.rect(), radius("md"), fill, theme.color("borderStrong"))
        place = QRectF(11, 0, 18, self.height())
        paint.draw_icon(painter, self._icon_name, theme.color("accentText"), place, size("iconButton"))
        words = QRectF(39, 0, self.width() - 49, self.height())
        paint.draw_text(painter, words, self.text(), medium("body"), theme.color("textPrimary"))


class SearchButton(WallButton):
    """Looks like a field and opens the search."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Search"), "search", size("control"), control("K"))
        self.setObjectName("search")
        self.setAccessibleName(tr("Search chats and commands"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        paint.box(painter, self.rect(), radius("md"), self.fill("rowHover", "rowPressed", "rowPressed"))
        ink = theme.color("textMuted")
        paint.draw_icon(painter, self._icon_name, ink, QRectF(11, 0, 16, self.height()), size("iconInline"))
        cap = draw_key_cap(painter, theme, self.width() - 11, self.height() / 2, self._keys, on_wall=True)
        paint.draw_text(painter, QRectF(35, 0, cap.left() - 43, self.height()), self.text(), font("body"), ink)


class PlaceButton(WallButton):
    """A place to go: Models, Settings."""

    def __init__(self, theme: Theme, text: str, icon_name: str) -> None:
        super().__init__(theme, text, icon_name, 34)
        self._open = False
        self._reminder = ""

    def set_reminder(self, sentence: str) -> None:
        """A dot that stays until what the sentence says was done; an empty one takes it away."""
        self._reminder = sentence
        self.setAccessibleDescription(sentence)
        set_tooltip(self, sentence)
        self.update()

    def set_open(self, is_open: bool) -> None:
        """Whether this is the place where the user is."""
        self._open = is_open
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if self._open:
            paint.box(painter, self.rect(), radius("md"), theme.color("rowSelected"), theme.color("border"))
        else:
            paint.box(painter, self.rect(), radius("md"), self.fill("", "rowHover", "rowPressed"))
        ink = theme.color("textPrimary" if self._open else "textSecondary")
        mark = theme.color("accentText") if self._open else ink
        paint.draw_icon(painter, self._icon_name, mark, QRectF(11, 0, 18, self.height()), size("iconButton"))
        words = QRectF(39, 0, self.width() - 49, self.height())
        paint.draw_text(painter, words, self.text(), medium("body") if self._open else font("body"), ink)
        if self._reminder:
            dot = QRectF(self.width() - 20, self.height() / 2 - 4, 8, 8)
            paint.box(painter, dot, 4, theme.color("warning"))


class Connection(StrEnum):
    """What the privacy badge says."""

    OFFLINE = "offline"
    ALLOWED = "allowed"
    """Nothing is connected, and what the user starts may be."""
    DOWNLOADING = "downloading"


_LOOKS = {
    Connection.OFFLINE: ("lock-keyhole", "accentSoft", "onAccentSoft"),
    Connection.ALLOWED: ("shield-check", "accentSoft", "onAccentSoft"),
    Connection.DOWNLOADING: ("arrow-down-to-line", "brassSoft", "onWarningSoft"),
}


class PrivacyBadge(Pressable):
    """Whether anything leaves the computer. It must never say Offline while a byte is moving. A click explains."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.ring_radius = 10
        self._kind = Connection.OFFLINE
        self._title = ""
        self._detail = ""
        self.setObjectName("privacyBadge")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_status(Connection.OFFLINE, tr("Offline"), tr("Nothing leaves this computer"))

    def set_status(self, kind: Connection, title: str, detail: str) -> None:
        self._kind = Connection(kind)
        self._title = title
        self._detail = detail
        self.setAccessibleName(f"{title}. {detail}")
        set_tooltip(self, f"{title}. {detail}")
        self.update()

    def sizeHint(self) -> QSize:
        # Two lines: a label of 18 and small words of 16, with 9 above and below.
        return QSize(120, paint.tall(18, "label", 0) + paint.tall(16, "small", 0) + 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        icon_name, ground, ink_name = _LOOKS[self._kind]
        ink = theme.color(ink_name)
        paint.box(painter, self.rect(), 10, theme.color(ground))
        paint.draw_icon(painter, icon_name, ink, QRectF(10, 0, 18, self.height()), size("iconButton"))
        label = paint.tall(18, "label", 0)
        width = self.width() - 50
        paint.draw_text(painter, QRectF(38, 9, width, label), self._title, strong("label"), ink)
        below = QRectF(38, 9 + label, width, self.height() - 18 - label)
        paint.draw_text(painter, below, self._detail, font("small"), ink)


class Brand(QWidget):
    """The mark and the name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("Snug")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(110, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture = icons.brand("snug-mark", 28, 28, self.devicePixelRatioF())
        painter.drawPixmap(6, 14, picture)
        letters = QFont(strong("title"))
        letters.setPixelSize(round(letters.pixelSize() * 0.9))
        paint.draw_text(
            painter, QRectF(44, 0, self.width() - 44, 56), "Snug", letters, self._theme.color("textPrimary")
        )
