"""What of a chat fits into the context: the rule, without knowing how tokens are counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.domain.chat import Role

ROOM_SHARE = 4
"""One part in so many of the context is left for the answer when older messages have to go."""


def oldest_to_drop(roles: Sequence[Role], dropped: int) -> int | None:
    """How many messages to leave out after ``dropped`` was not enough, or None if no more can go.

    Whole turns go, oldest first, so that what is left begins with a question. A system prompt at the head stays and is
    not counted; neither is the last question with what follows it ever dropped.
    """
    head = 1 if roles and roles[0] is Role.SYSTEM else 0
    questions = [index - head for index, role in enumerate(roles) if role is Role.USER]
    return next((index for index in questions if index > dropped), None)


def fit(roles: Sequence[Role], length: Callable[[int], int], limit: int) -> tuple[int, int]:
    """The fewest oldest messages to leave out so that the prompt leaves room for an answer.

    Args:
        roles: the messages' roles, oldest first.
        length: tokens of the prompt when so many messages are left out.
        limit: tokens of the context.

    Returns:
        How many messages to leave out, and the length of that prompt, which may still be over the limit.
    """
    dropped, tokens = 0, length(0)
    # Nothing is left out while the question fits with a little room: a cut costs reading everything again.
    if tokens + min(64, limit // ROOM_SHARE) <= limit:
        return dropped, tokens
    while tokens + limit // ROOM_SHARE > limit:
        following = oldest_to_drop(roles, dropped)
        if following is None:
            break
        dropped, tokens = following, length(following)
    return dropped, tokens
