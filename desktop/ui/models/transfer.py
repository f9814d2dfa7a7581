"""How a download is going: a bar, what is there, how fast and how long yet."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.downloads import Download, DownloadState
from desktop.domain.names import file_text
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.theme import Theme, font, line_height, tabular


class Line(NamedTuple):
    """What is shown of a download."""

    share: float
    done: str
    how: str
    problem: str = ""
    """Why it does not go on, in a sentence."""


def line_of(download: Download) -> Line:
    """In words: ``3.1 of 5.0 GB`` and ``18.4 MB/s, about 2 min left``."""
    size = download.order.size
    share = download.done / size if size else 0.0
    return Line(min(1.0, share), _of(download.done, size), _how(download), download.problem)


def time_text(seconds: float) -> str:
    """How long yet, roundly."""
    if seconds < 55:
        return f"about {max(5, round(seconds / 5) * 5)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min"
    hours = round(minutes / 60)
    return f"about {hours} hours" if hours < 48 else f"about {round(hours / 24)} days"


def _how(download: Download) -> str:
    match download.state:
        case DownloadState.QUEUED:
            return "Waits for its turn"
        case DownloadState.WAITING:
            return "Waits for the network"
        case DownloadState.CHECKING:
            return "Checking the fingerprint"
        case DownloadState.REPAIRING:
            return "Fetching the damaged part again"
        case DownloadState.PAUSED:
            return "Paused"
        case DownloadState.FAILED:
            return "Stopped"
        case DownloadState.DONE:
            return "Here"
        case DownloadState.RUNNING:
            if not download.rate:
                return "Connecting"
            speed = rate_text(download.rate)
            return f"{speed}, {time_text(download.remaining)} left" if download.remaining is not None else speed


def _of(done: int, size: int) -> str:
    """The unit is said once where it is the same."""
    there, whole = file_text(done), file_text(size)
    number, _, unit = there.partition(" ")
    return f"{number} of {whole}" if whole.endswith(f" {unit}") else f"{there} of {whole}"


def rate_text(rate: float) -> str:
    """Bytes per second: ``18.4 MB/s``, ``640 KB/s``."""
    return f"{rate / 1e6:.1f} MB/s" if rate >= 1e6 else f"{rate / 1e3:.0f} KB/s"


class Transfer(QWidget):
    """The bar and its words, and under them why it does not go on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.bar = _Bar(theme)
        self._problem = Label(theme, "", "small", "danger", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(4)
        column.addWidget(self.bar)
        column.addWidget(self._problem)

    def tell(self, line: Line) -> None:
        """Say how it goes."""
        self.bar.tell(line)
        self._problem.setText(line.problem)
        self._problem.setVisible(bool(line.problem))


class _Bar(QWidget):
    accessible_role = "ProgressBar"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._line = Line(0.0, "", "")
        self.setFixedHeight(11 + line_height("small"))

    def tell(self, line: Line) -> None:
        self._line = line
        self.setAccessibleName(f"{line.done}, {line.how}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, line = QPainter(self), self._theme, self._line
        bar = QRectF(0, 0, self.width(), 6)
        paint.box(painter, bar, 3, theme.color("trackOff"))
        done = QRectF(0, 0, max(6.0, bar.width() * line.share), 6)
        paint.box(painter, done, 3, theme.color("danger" if line.problem else "accent"))
        words = QRectF(0, 11, self.width(), line_height("small"))
        face = tabular(medium("small"))
        paint.draw_text(painter, words, line.done, face, theme.color("textPrimary"))
        left = QFontMetrics(face).horizontalAdvance(line.done) + 16
        right = Qt.AlignmentFlag.AlignRight
        quiet = theme.color("textMuted")
        paint.draw_text(painter, words.adjusted(left, 0, 0, 0), line.how, tabular(font("small")), quiet, right)
