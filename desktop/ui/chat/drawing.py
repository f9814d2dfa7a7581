"""A formula that was set, as a value. Knows neither LaTeX nor Qt."""

from __future__ import annotations

from typing import NamedTuple

UNIT = 16.0
"""Size of the font that a drawing is made for; painters scale it."""


class Drawing(NamedTuple):
    """A formula as SVG in ``currentColor``, set at ``UNIT``. Measured from the start of its base line; up is plus."""

    svg: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - min(0.0, self.left)
