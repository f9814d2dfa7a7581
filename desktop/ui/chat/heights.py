"""Heights of thousands of rows, most of them guessed, and where each row is. Knows numbers only."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

FIRST_GUESS = 160


class Heights:
    """Heights by row; a row that was never measured is as high as the measured ones are on average."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._known: list[bool] = []
        self._tops: list[int] = [0]
        self._valid = 0
        """Tops up to this row are right."""

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        return self.top(len(self._heights))

    def reset(self, count: int) -> None:
        self._heights = [FIRST_GUESS] * count
        self._known = [False] * count
        self._tops = [0]
        self._valid = 0

    def insert(self, first: int, count: int) -> None:
        self._heights[first:first] = [FIRST_GUESS] * count
        self._known[first:first] = [False] * count
        self._valid = min(self._valid, first)

    def forget(self) -> None:
        """The width changed: what was measured is a guess from now on."""
        self._known = [False] * len(self._known)

    def __getitem__(self, row: int) -> int:
        return self._heights[row]

    def is_known(self, row: int) -> bool:
        return self._known[row]

    def set(self, row: int, height: int) -> int:
        """A row was measured. Returns by how much it differs from what was thought."""
        change = height - self._heights[row]
        self._known[row] = True
        if change:
            self._heights[row] = height
            self._valid = min(self._valid, row)
        return change

    def top(self, row: int) -> int:
        """Where a row starts; for the number of rows, where the last one ends."""
        if row > self._valid:
            start = self._valid
            del self._tops[start + 1 :]
            more = accumulate(self._heights[start:], initial=self._tops[start])
            next(more)
            self._tops.extend(more)
            self._valid = len(self._heights)
        return self._tops[row]

    def row_at(self, y: int) -> int:
        """The row at a height."""
        self.top(len(self._heights))
        return min(max(0, bisect_right(self._tops, y) - 1), max(0, len(self._heights) - 1))
