"""A paragraph laid out in lines: text with spans, wrapped to a width, drawn where it is exposed.

Long text is laid out in pieces that end where a line ends, because Qt's search for a place to wrap costs the square of
the length of a word, and so that text which grows at the end keeps the lines it has. Knows Qt's text layout, but no
document: a QTextDocument would open pictures, a QTextLayout cannot.
"""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from desktop.ui.chat import formulas
from desktop.ui.chat.drawing import UNIT, Drawing
from desktop.ui.chat.look import CODE_PADDING, Look
from desktop.ui.chat.spec import Role, Span, Style
from desktop.ui.chat.text_piece import Picture, Piece, format_range, x_of

PIECE = 2_400
"""Characters laid out together."""

WORD_PIECE = 500
"""The same where there is no space."""

_SHORT = 160
_LEADING = 200
"""Characters that are searched for a first letter."""
_RADIUS = 4.0

_PLACE, _NOTHING = "\u00a0", "\u2060"
"""No-break space and word joiner."""
_SIDE, _AIR = 1.0, 2.0
"""Room beside a formula, and above and below it."""
_SMALLEST = 0.6
"""A formula that would have to be made smaller than this is shown as its source, which can be wrapped."""


class TextBlock:
    """One wrapped text. Coordinates start at its own top left corner; positions are UTF-16 units."""

    def __init__(
        self,
        look: Look,
        role: Role | None,
        text: str,
        spans: tuple[Span, ...] = (),
        *,
        font: QFont | None = None,
        line_height: int | None = None,
        ink: QColor | None = None,
        align: Qt.AlignmentFlag | None = None,
    ) -> None:
        self._look = look
        self._role = role
        self.text = text
        self.spans = spans
        self._font = font or look.font(role)
        self._line_height = line_height or look.line_height(role)
        self._ink = ink or look.ink
        self._align = align
        self._pieces: list[Piece] = []
        self._width = -1.0
        self._pending = False
        self.height = float(self._line_height)
        self.waiting = False
        """Whether there are formulas that are not set yet."""
        self._drawings: dict[str, Drawing] = {}

    @property
    def from_right(self) -> bool:
        """Whether the text reads from right to left: its first letter says so."""
        if self.text.isascii():
            return False
        import unicodedata

        hidden = [range(a, b) for a, b, style in self._spans_within(0, _LEADING) if style.formula]
        kinds = (
            unicodedata.bidirectional(char)
            for at, char in enumerate(self.text[:_LEADING])
            if not any(at in formula for formula in hidden)
        )
        return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)

    # Layout

    def lay_out(self, width: float) -> float:
        """Wrap to ``width``; returns the height."""
        if width == self._width and not self.waiting:
            return self.height
        self._width = width
        self._pieces = []
        if self._fits_one_line(width):
            # Most list items: the height is known, the layout can wait until it is seen.
            self._pending = True
            self.height = float(self._line_height)
        else:
            self._pending = False
            self._wrap()
        return self.height

    def _find_formulas(self) -> None:
        """Ask for the formulas that are not known yet."""
        self.waiting = False
        for start, end, style in self.spans:
            if not style.formula:
                continue
            source = self.text[start:end]
            found = self._drawings.get(source) or self._look.formulas.find(source)
            if found is not None:
                self._drawings[source] = found
            elif self._look.formulas.waits_for(source):
                self.waiting = True

    def _size_of(self, drawing: Drawing) -> float:
        """Size of a formula's letters: a wide one is made smaller; 0 where it could no longer be read."""
        size = self._look.formula_size(self._font)
        room = max(1.0, self._width - 2.0)
        fitting = size * min(1.0, room / (drawing.width * size / UNIT))
        return fitting if fitting >= size * _SMALLEST else 0.0

    def _drawing_of(self, span: Span) -> Drawing | None:
        """What is shown in the place of a span: nothing for text, and for a formula that cannot be drawn here."""
        drawing = self._drawings.get(self.text[span[0] : span[1]]) if span[2].formula else None
        return drawing if drawing is not None and self._size_of(drawing) else None

    def grow(self, text: str, spans: tuple[Span, ...]) -> bool:
        """Take a longer version of the same text and keep the pieces that are the same. False where none are."""
        same = _same_length(self.text, text, self.spans, spans)
        self.text, self.spans = text, spans
        if self._width < 0:
            return False
        width = self._width
        # The last piece ends with an open line, and a piece before it may end with a word that was longer than a line.
        while self._pieces and (self._pieces[-1].end > same or self._pieces[-1].end >= len(self.text)):
            self._pieces.pop()
        if self._pieces:
            self._pieces.pop()
        kept = bool(self._pieces)
        if not kept:
            self._width = -1.0
            self.lay_out(width)
        else:
            self._wrap()
        return kept

    def _fits_one_line(self, width: float) -> bool:
        if len(self.text) > _SHORT or "\u2028" in self.text or any(char > "\u024f" for char in self.text):
            return False
        if any(style.code or style.formula for _, _, style in self.spans):
            return False
        advance = QFontMetricsF(self._font).horizontalAdvance(self.text)
        return advance * (1.1 if self.spans else 1.0) + 1 <= width

    def _ensure(self) -> None:
        if self._pending:
            self._pending = False
            self._wrap()

    def _wrap(self) -> None:
        self._find_formulas()
        position = self._pieces[-1].end if self._pieces else 0
        top = self._pieces[-1].top + self._pieces[-1].height if self._pieces else 0.0
        while True:
            end = min(len(self.text), position + PIECE)
            if " " not in self.text[position:end]:
                # One long word: Qt's search for a place to break it costs the square of its length.
                end = min(len(self.text), position + WORD_PIECE)
            piece = self._lay_piece(position, end, top)
            if end < len(self.text) and len(piece.lines) > 1:
                piece.leave_last_line()
            self._pieces.append(piece)
            position = piece.end
            top += piece.height
            if position >= len(self.text):
                break
        self.height = top

    def _lay_piece(self, start: int, end: int, top: float) -> Piece:
        text = self.text[start:end]
        pictures = self._pictures_within(start, end)
        for picture in pictures:
            # One wide character, which holds the place, and nothing that a line could be broken at.
            a, b = max(picture.start, start) - start, min(picture.end, end) - start
            held = _PLACE if picture.start >= start else _NOTHING
            text = text[:a] + held + _NOTHING * (b - a - 1) + text[b:]
        layout = QTextLayout(text, self._font)
        from_right = self.from_right
        align = Qt.AlignmentFlag.AlignRight if from_right else Qt.AlignmentFlag.AlignLeft
        option = QTextOption(self._align or align)
        # Said for each piece: alone, one that begins with a Hebrew name would turn an English paragraph round.
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if from_right else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        formats, codes = self._formats(start, end)
        if formats:
            layout.setFormats(formats)
        piece = Piece(start, end, layout, top)
        code_starts = {a for a, _ in codes}
        metrics = QFontMetricsF(self._font)
        ascent, descent = metrics.ascent(), metrics.descent()
        layout.beginLayout()
        y = 0.0
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(self._width)
            indent = 0.0
            if line.textStart() in code_starts:
                # No character before it can make room for the rounded background.
                indent = CODE_PADDING
                line.setLineWidth(max(1.0, self._width - indent))
            height = max(float(self._line_height), line.height())
            baseline = y + (height - ascent - descent) / 2 + ascent
            first, last = start + line.textStart(), start + line.textStart() + line.textLength()
            here = [picture for picture in pictures if first <= picture.start < last]
            if here:
                above = max(picture.drawing.top * picture.size / UNIT for picture in here) + _AIR
                below = max(-picture.drawing.bottom * picture.size / UNIT for picture in here) + _AIR
                lift = max(0.0, above - (baseline - y))
                height += lift + max(0.0, below - (y + height - baseline))
                baseline += lift
            line.setPosition(QPointF(indent, baseline - line.ascent()))
            for picture in here:
                picture.at = QPointF(0, baseline)
            piece.pictures.extend(here)
            piece.lines.append((y, height))
            y += height
        layout.endLayout()
        for picture in piece.pictures:
            line = layout.lineForTextPosition(picture.start - start)
            left = min(x_of(line, picture.start - start), x_of(line, min(picture.end, end) - start))
            picture.at.setX(left + _SIDE - min(0.0, picture.drawing.left) * picture.size / UNIT)
        piece.height = y
        if codes:
            piece.put_under_code(codes)
        return piece

    def _pictures_within(self, start: int, end: int) -> list[Picture]:
        return [
            Picture(span[0], span[1], drawing, self._size_of(drawing))
            for span in self._spans_within(start, end)
            if (drawing := self._drawing_of(span)) is not None
        ]

    def _formats(self, start: int, end: int) -> tuple[list[QTextLayout.FormatRange], list[tuple[int, int]]]:
        ranges: list[QTextLayout.FormatRange] = []
        codes: list[tuple[int, int]] = []
        for span in self._spans_within(start, end):
            a, b, style = max(span[0], start) - start, min(span[1], end) - start, span[2]
            drawing = self._drawing_of(span)
            if drawing is not None:
                if span[0] >= start:
                    ranges.append(format_range(a, 1, self._place_for(drawing)))
                continue
            if style.formula:
                style = style._replace(code=True)
            if not style.code:
                ranges.append(format_range(a, b - a, self._look.format(self._role, style)))
                continue
            codes.append((a, b))
            if a > 0:
                before = self._style_at(start + a - 1)
                ranges.append(format_range(a - 1, 1, self._look.format(self._role, before, CODE_PADDING)))
            if b - a > 1:
                ranges.append(format_range(a, b - a - 1, self._look.format(self._role, style)))
            ranges.append(format_range(b - 1, 1, self._look.format(self._role, style, CODE_PADDING)))
        return ranges, codes

    def _place_for(self, drawing: Drawing) -> QTextCharFormat:
        """The format of the one character that is as wide as a formula."""
        wanted = drawing.width * self._size_of(drawing) / UNIT + 2 * _SIDE
        font = QFont(self._font)
        own = QFontMetricsF(font).horizontalAdvance(_PLACE)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, font.letterSpacing() + wanted - own)
        result = QTextCharFormat()
        result.setFont(font)
        return result

    def _spans_within(self, start: int, end: int) -> list[Span]:
        if len(self.spans) < 64:
            return [span for span in self.spans if span[0] < end and span[1] > start]
        first = max(0, bisect_right(self.spans, start, key=_span_start) - 1)
        last = bisect_right(self.spans, end, key=_span_start)
        return [span for span in self.spans[first:last] if span[0] < end and span[1] > start]

    def _style_at(self, position: int) -> Style:
        for start, end, style in self._spans_within(position, position + 1):
            if start <= position < end:
                return style
        return Style()

    # Drawing

    def draw(
        self,
        painter: QPainter,
        x: float,
        y: float,
        clip: QRectF,
        selection: tuple[int, int] | None = None,
        hovered: tuple[int, int] | None = None,
    ) -> None:
        """Paint what ``clip`` shows, with the top left corner at (x, y)."""
        self._ensure()
        for piece in self._pieces[self._piece_at(clip.top() - y) :]:
            top = y + piece.top
            if top > clip.bottom():
                break
            if piece.codes:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._look.inline_code)
                for rect in piece.codes:
                    painter.drawRoundedRect(rect.translated(x, top), _RADIUS, _RADIUS)
            overlays: list[QTextLayout.FormatRange] = []
            if hovered is not None:
                overlays += piece.overlay(hovered, self._look.hovered)
            if selection is not None:
                for rect in piece.selected(selection):
                    painter.fillRect(rect.translated(x, top) & clip, self._look.selection)
                overlays += piece.overlay(selection, self._look.selected)
            painter.setPen(self._ink)
            # The layout may have one line more than the piece: the clip keeps it from being drawn.
            lines = QRectF(clip.left(), top, clip.width(), piece.height - 1)
            piece.layout.draw(painter, QPointF(x, top), overlays, clip.intersected(lines))
            for picture in piece.pictures:
                selected = selection is not None and selection[0] < picture.end and selection[1] > picture.start
                ink = self._look.on_selection if selected else self._ink_at(picture.start)
                formulas.paint(painter, picture.at + QPointF(x, top), picture.drawing, picture.size, ink)

    def _ink_at(self, position: int) -> QColor:
        return self._look.theme.color("accentText") if self._style_at(position).href else self._ink

    # Positions

    def _piece_at(self, y: float) -> int:
        if len(self._pieces) < 2:
            return 0
        return max(0, bisect_right(self._pieces, y, key=_piece_top) - 1)

    def position_at(self, x: float, y: float) -> int:
        """The position in the text nearest to a point."""
        self._ensure()
        index = self._piece_at(y)
        return self._pieces[index].position_at(x, y, is_last=index == len(self._pieces) - 1)

    def hits_text(self, x: float, y: float) -> bool:
        """Whether there is a character under the point, and not the empty end of a line."""
        self._ensure()
        box = self._pieces[self._piece_at(y)].line_at(y).naturalTextRect()
        return 0 <= y < self.height and box.left() <= x <= box.right()

    def character_at(self, x: float, y: float) -> int:
        """The character under a point, or -1."""
        return self._pieces[self._piece_at(y)].character_at(x, y) if self.hits_text(x, y) else -1

    def rect_at(self, position: int) -> QRectF:
        """A caret at a position: no width, as high as its line."""
        self._ensure()
        if not self._pieces or not self._pieces[-1].lines:
            return QRectF(0, 0, 0, self.height)
        piece = next((piece for piece in self._pieces if position < piece.end), self._pieces[-1])
        return piece.caret_at(position)

    def natural_width(self) -> float:
        """Width of the widest line."""
        self._ensure()
        return max((piece.natural_width() for piece in self._pieces), default=0.0)

    def atom_at(self, position: int) -> tuple[int, int] | None:
        """The formula that a position is within."""
        for start, end, style in self._spans_within(position, position + 1):
            if style.formula and start < position < end:
                return start, end
        return None

    def link_span_at(self, x: float, y: float) -> Span | None:
        """The link under a point."""
        if not any(style.href for _, _, style in self.spans):
            return None
        position = self.character_at(x, y)
        if position < 0:
            return None
        for start, end, style in self._spans_within(position, position + 1):
            if style.href and start <= position < end:
                return start, end, style
        return None


def _same_length(old: str, new: str, old_spans: tuple[Span, ...], new_spans: tuple[Span, ...]) -> int:
    """How much of the beginning looks the same."""
    if new.startswith(old):
        same = len(old)
    else:
        same = 0
        low, high = 0, min(len(old), len(new))
        while low < high:
            middle = (low + high + 1) // 2
            if new.startswith(old[:middle]):
                low = middle
            else:
                high = middle - 1
        same = low
    for a, b in zip(old_spans, new_spans, strict=False):
        if a != b:
            return min(same, a[0], b[0])
    shorter = min(len(old_spans), len(new_spans))
    for rest in (old_spans[shorter:], new_spans[shorter:]):
        if rest:
            same = min(same, rest[0][0])
    return same


def _span_start(span: Span) -> int:
    return span[0]


def _piece_top(piece: Piece) -> float:
    return piece.top
