"""What an answer cost, in a line of words. Knows values, no widget."""

from __future__ import annotations

from desktop.domain.chat import FinishReason, Message, Statistics, Status
from desktop.domain.names import speed_text
from desktop.translation import tr, tr_count


def statistics_line(message: Message, *, cost: bool = True) -> str:
    """How an answer ended, where that is worth a word, and what it cost: ``42 tok/s · 318 tokens · 0.3 s to first
    word``. ``cost``: whether the user wants to see that; a cut is told in any case."""
    parts: list[str] = []
    if message.status is Status.STOPPED:
        parts.append(tr("Stopped"))
    elif message.finish_reason is FinishReason.CONTEXT:
        parts.append(tr("Cut off: memory is full"))
    found: Statistics | None = message.statistics
    if cost and found is not None and found.generated_tokens:
        speed = found.tokens_per_second
        if speed:
            parts.append(speed_text(speed))
        count = found.generated_tokens
        parts.append(tr_count(count, "1 token", "%n tokens"))
        if found.first_token_ms:
            wait = found.first_token_ms / 1000
            parts.append(
                tr("{wait:.1f} s to first word").format(wait=wait) if wait >= 0.05 else tr("under 0.1 s to first word")
            )
    return " · ".join(parts)
