"""Tokens guessed ahead, so that several are computed at once.

What was said is often said again: names, code, a text that is to be corrected, the way the points of a list begin.
Where the last tokens of a chat stood before, what followed them then is guessed to follow now. The model computes the
guesses together with the token that it has just written, for little more than that one alone would cost; each that it
would have written itself is a token saved, the others are taken back. What is written is the same as without guesses.

The field knows this as prompt lookup decoding: speculative decoding whose draft is the text itself. Where the text
knows nothing, a draft model may guess, if there is one and it is worth its time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from time import perf_counter
from typing import Protocol

from desktop.domain.choice import OUTPUTS
from desktop.engine.failing import RuntimeFailure
from desktop.engine.sequences import Sequences
from desktop.engine.trial import Trial

MOST = OUTPUTS - 1
"""Guesses at once. With the token before them they are as many as graphics cards compute like one."""
LONGEST, SHORTEST = 3, 2
"""Tokens that have to have stood together before: rather three, or else two."""
_LOOKED_AT = 8192
"""Tokens before the answer that guesses are taken from."""
_COMPARED = 8
"""The more tokens stood together before, the surer what follows. More than these make no difference."""
_SMALLEST_GAIN = 1.04


class Guesser(Protocol):
    """A draft model (see ``draft``)."""

    @property
    def trial(self) -> Trial: ...

    def ready(self, tokens: Sequence[int]) -> bool: ...

    def guess(self, tokens: Sequence[int], most: int) -> list[int]: ...


class Pace:
    """What a further token in the same batch costs, as a part of what one token alone costs. Learnt while writing: it
    depends on the machine, the model, and what else is running."""

    USUAL = 1 / 3

    def __init__(self) -> None:
        self.more = self.USUAL
        self._one_s = 0.0

    def begin(self) -> None:
        """A new answer: what looked too dear a while ago is tried again."""
        self.more += (self.USUAL - self.more) / 4

    def took(self, tokens: int, seconds: float) -> None:
        """A batch was computed, and what it says was sampled."""
        if tokens == 1:
            seconds = min(seconds, 3 * self._one_s or seconds)
            self._one_s += (seconds - self._one_s) * (0.1 if self._one_s else 1.0)
        elif self._one_s:
            more = (seconds / self._one_s - 1) / (tokens - 1)
            self.more += (min(max(more, 0.02), 1.5) - self.more) * 0.1


class Lookup:
    """Where pairs and triples of tokens stood last, and what came after them."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = list(tokens[-_LOOKED_AT:])
        self._last: dict[tuple[int, ...], int] = {}
        for end in range(1, len(self._tokens)):
            self._note(end)

    def find(self, following: int) -> tuple[int, list[int]]:
        """How many of the last tokens stood together before, and what followed; (0, []) where they never did."""
        tokens = self._tokens
        for length in range(LONGEST, SHORTEST - 1, -1):
            after = self._last.get(tuple(tokens[-length:]))
            if after is not None:
                same = length
                while same < _COMPARED and after > same and tokens[after - 1 - same] == tokens[-1 - same]:
                    same += 1
                return same, self._from(after, following)
        return 0, []

    def learn(self, token: int) -> None:
        """The text goes on with this."""
        self._tokens.append(token)
        self._note(len(self._tokens) - 1)

    def _from(self, place: int, count: int) -> list[int]:
        """So many tokens from a place on; what repeats itself goes on doing so."""
        known = self._tokens[place : place + count]
        return (known * (count // len(known) + 1))[:count]

    def _note(self, end: int) -> None:
        """What stands before ``end`` is followed by what stands there."""
        for length in range(SHORTEST, min(LONGEST, end) + 1):
            self._last[tuple(self._tokens[end - length : end])] = end


class Odds:
    """How often what followed before followed again, for each number of tokens that stood together."""

    def __init__(self) -> None:
        self._seen = dict.fromkeys(range(SHORTEST, _COMPARED + 1), (2.0, 4.0))

    def judge(self, same: int, right: bool) -> None:
        hits, of = self._seen[same]
        self._seen[same] = hits + right, of + 1

    def worth(self, same: int, most: int, more: float) -> int:
        """How many guesses bring the most tokens for the time, when each further one costs ``more``; often none."""
        hits, of = self._seen[same]
        return _worth(hits / of, most, more)


def _worth(chance: float, most: int, more: float) -> int:
    best, gain, expected = 0, _SMALLEST_GAIN, 1.0
    for count in range(1, most + 1):
        expected += chance**count
        if expected / (1 + count * more) > gain:
            best, gain = count, expected / (1 + count * more)
    return best


class Guessing:
    """Has one sequence follow what is sampled for one answer of at most ``longest`` tokens."""

    def __init__(
        self,
        sequences: Sequences,
        sequence: int,
        pace: Pace,
        longest: int,
        is_end: Callable[[int], bool],
        draft: Guesser | None = None,
    ) -> None:
        self._sequences = sequences
        self._sequence = sequence
        self._pace = pace
        self._is_end = is_end
        self._draft = draft
        self._left = longest
        self._lookup: Lookup | None = None
        self._odds = Odds()
        self._written = sequences.held(sequence)
        self._same, self._expected = 0, list[int]()
        """What the guesses rest on (0: on the draft), and those that are not judged yet."""
        self._computed = self._row = self._batch = 0
        self._begun = self._started = 0.0
        self._asked = False
        pace.begin()

    def follow(self, token: int) -> int:
        """The sequence goes on with this token; the row of the logits that say what comes after it.

        Raises:
            Aborted, RuntimeFailure: as ``Sequences.read``.
        """
        if self._sequences.needs_checkpoints:
            # What cannot be rolled back to any token cannot take guesses back.
            self._sequences.append(self._sequence, token)
            return 0
        self._left -= 1
        right = bool(self._expected) and self._expected[0] == token
        if self._expected:
            self._judge(right)
        if right and self._computed:
            del self._expected[0]
            self._learn(token)
            self._computed -= 1
            self._written += 1
            self._row += 1
            return self._row
        self._measure(perf_counter())
        self.take_back()
        self._learn(token)
        self._started = perf_counter()
        guesses = self._guesses(token)
        self._begun, self._batch = perf_counter(), 1 + len(guesses)
        self._sequences.append(self._sequence, token, *guesses)
        self._written += 1
        self._computed, self._row = len(guesses), 0
        return 0

    def take_back(self) -> None:
        """The sequence is to hold nothing but what was written. Has to be called at the end."""
        guessed = self._sequences.held(self._sequence) - self._written
        if guessed > 0 and not self._sequences.needs_checkpoints:
            self._sequences.take_back(self._sequence, guessed)
        self._computed = 0

    def _judge(self, right: bool) -> None:
        if self._same:
            self._odds.judge(self._same, right)
        elif self._draft is not None:
            self._draft.trial.judge(right)

    def _measure(self, now: float) -> None:
        """The last batch is done with."""
        if not self._batch:
            return
        self._pace.took(self._batch, now - self._begun)
        if self._draft is not None and (self._asked or self._batch == 1):
            self._draft.trial.took(now - self._started, 1 + self._row, drafted=self._asked)

    def _learn(self, token: int) -> None:
        if self._lookup is None:
            # Only now: the first word is out, and nobody waits for this.
            self._lookup = Lookup(self._sequences.tokens(self._sequence))
        self._lookup.learn(token)

    def _guesses(self, token: int) -> list[int]:
        assert self._lookup is not None
        self._asked = False
        self._same, expected = self._lookup.find(MOST)
        self._expected = list(takewhile(lambda token: not self._is_end(token), expected))
        most = min(len(self._expected), self._left - 1)
        count = self._odds.worth(self._same, most, self._pace.more) if most > 0 else 0
        if not count:
            return self._drafted(token)
        return self._expected[:count] if self._has_room(count) else []

    def _drafted(self, token: int) -> list[int]:
        """What the draft guesses, if it is asked at all."""
        draft, most = self._draft, min(MOST, self._left - 1)
        if draft is None or most < 1 or not draft.trial.wanted() or not self._has_room(most):
            return []
        tokens = [*self._sequences.tokens(self._sequence), token]
        try:
            ready = draft.ready(tokens)
            # What it had not seen is read once, and is no part of what guessing takes.
            self._started = perf_counter()
            if not ready:
                return []
            count = max(1, _worth(draft.trial.chance, most, self._pace.more + draft.trial.costs))
            self._expected = draft.guess(tokens, count)
        except RuntimeFailure:
            # It has no memory left, say: the answer goes on without it.
            self._draft = None
            return []
        self._same, self._asked = 0, True
        return list(self._expected)

    def _has_room(self, guesses: int) -> bool:
        return self._sequences.has_room(self._sequence, self._written + 1 + guesses)
