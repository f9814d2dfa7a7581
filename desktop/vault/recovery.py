"""The recovery key: 158 random bits as eight groups that can be read aloud, written down and typed.

``K7QMX-…``, five characters a group: four are drawn, the fifth is a check of the group and of its place, so a slip of
the pen is found before anything is tried, and the group that holds it is named. Knows nothing of what the key opens.
"""

from __future__ import annotations

import secrets

from desktop.errors import AppError
from desktop.translation import tr

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, 1, I, L and O. 31 is a prime: every single wrong character and every swap of two in a group shows."""
GROUPS = 8
_DRAWN = 4
_PRIME = len(ALPHABET)

RECOVERY_TYPO = "RECOVERY_TYPO"
RECOVERY_LENGTH = "RECOVERY_LENGTH"


def make() -> str:
    """A new recovery key."""
    groups: list[str] = []
    for place in range(GROUPS):
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(_DRAWN))
        groups.append(drawn + _check(drawn, place))
    return "-".join(groups)


def read(text: str) -> str:
    """What was typed, as ``make`` writes it. Small letters, spaces and dashes are taken as they come.

    Raises:
        AppError: RECOVERY_LENGTH, RECOVERY_TYPO (its sentence names the groups).
    """
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    if len(plain) != GROUPS * (_DRAWN + 1):
        raise AppError(
            RECOVERY_LENGTH,
            tr(
                "A recovery key has {groups} groups of {each} characters; this one has {number} characters "
                "and not {right}."
            ).format(groups=GROUPS, each=_DRAWN + 1, number=len(plain), right=GROUPS * (_DRAWN + 1)),
            tr("Nothing was tried."),
            tr("Compare it with what you wrote down, and type it again."),
        )
    groups = [plain[start : start + _DRAWN + 1] for start in range(0, len(plain), _DRAWN + 1)]
    wrong = [str(place + 1) for place, group in enumerate(groups) if not _sound(group, place)]
    if wrong:
        if len(wrong) == 1:
            happened = tr("Group {last} of the recovery key has a typing mistake.")
        else:
            happened = tr("Groups {others} and {last} of the recovery key have a typing mistake.")
        raise AppError(
            RECOVERY_TYPO,
            happened.format(others=", ".join(wrong[:-1]), last=wrong[-1]),
            tr("Nothing was tried."),
            tr("Compare with what you wrote down. The digits 0 and 1 and the letters I, L and O are never in it."),
        )
    return "-".join(groups)


def _sound(group: str, place: int) -> bool:
    return all(letter in ALPHABET for letter in group) and _check(group[:_DRAWN], place) == group[_DRAWN]


def _check(drawn: str, place: int) -> str:
    total = sum((weight + 1) * ALPHABET.index(letter) for weight, letter in enumerate(drawn))
    return ALPHABET[(total + place) % _PRIME]
