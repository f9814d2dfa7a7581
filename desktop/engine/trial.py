"""Whether a draft model is worth its time on this machine, from how long writing took with it and without."""

from __future__ import annotations

_SHARE = 0.02
"""Of the time that writing takes, what may be lost on finding out."""
_CLEARLY = 0.97
"""Writing has to take less than this part of the time to be called quicker."""
_FIRST = 12
"""Batches before anything is believed."""
_CHECK_EVERY = 32
"""So often a token is written without it while it is worth it: what that takes changes as a chat grows."""
_FADE = 0.97


class _Speed:
    """Seconds for a token, the latest counting most."""

    def __init__(self) -> None:
        self._seconds = self._tokens = 0.0
        self.batches = 0

    def took(self, seconds: float, tokens: int) -> None:
        if self.batches:
            # A stumble is not believed.
            seconds = min(seconds, 4 * tokens * self.each)
        self._seconds = self._seconds * _FADE + seconds
        self._tokens = self._tokens * _FADE + tokens
        self.batches += 1

    @property
    def each(self) -> float:
        return self._seconds / self._tokens if self._tokens else 0.0


class Trial:
    """Lets the draft try while it is hoped or known to be worth it; else now and then, as long as little is lost."""

    def __init__(self, *, hopeful: bool) -> None:
        self._hopeful = hopeful
        self._plain, self._drafted = _Speed(), _Speed()
        self._hits, self._of = 3.0, 4.0
        self._draft_s = 0.0
        self._lost = self._total = 0.0
        self._since_plain = 0

    def wanted(self) -> bool:
        """Whether the next batch is to have guesses of the draft."""
        if not self._plain.batches or self._since_plain >= _CHECK_EVERY:
            return False
        if self._drafted.batches < _FIRST:
            return self._hopeful or self._may_lose()
        return self._drafted.each < self._plain.each * _CLEARLY or self._may_lose()

    @property
    def chance(self) -> float:
        """That a guess is right."""
        return self._hits / self._of

    @property
    def costs(self) -> float:
        """What a guess takes, as a part of what one token of the model alone takes."""
        return self._draft_s / self._plain.each if self._plain.each else 0.0

    def judge(self, right: bool) -> None:
        """A guess was or was not what the model wrote."""
        self._hits = self._hits * _FADE + right
        self._of = self._of * _FADE + 1

    def guessed(self, seconds: float, guesses: int) -> None:
        """The draft took this long for so many."""
        each = seconds / max(1, guesses)
        self._draft_s += (each - self._draft_s) * (0.1 if self._draft_s else 1.0)

    def read(self, seconds: float) -> None:
        """The draft took this long to read what it had not seen."""
        self._lost += seconds

    def took(self, seconds: float, tokens: int, *, drafted: bool) -> None:
        """A batch brought so many tokens, all in all. Not for those with guesses from elsewhere."""
        self._total += seconds
        if drafted:
            self._drafted.took(seconds, tokens)
            self._lost = max(0.0, self._lost + seconds - tokens * self._plain.each)
            self._since_plain += 1
        else:
            self._plain.took(seconds, tokens)
            self._since_plain = 0

    def _may_lose(self) -> bool:
        return self._lost <= self._total * _SHARE
