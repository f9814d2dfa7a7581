"""What an answer cost, in a line of words. Knows values, no widget."""

from __future__ import annotations

from desktop.domain.chat import FinishReason, Message, Statistics, Status


def statistics_line(message: Message) -> str:
    """What an answer cost, in a line: ``42 tok/s · 318 tokens · 0.3 s to first word``."""
    parts: list[str] = []
    if message.status is Status.STOPPED:
        parts.append("Stopped")
    elif message.finish_reason is FinishReason.CONTEXT:
        parts.append("Cut off: memory is full")
    found: Statistics | None = message.statistics
    if found is not None and found.generated_tokens:
        speed = found.tokens_per_second
        if speed:
            parts.append(f"{speed:.0f} tok/s" if speed >= 10 else f"{speed:.1f} tok/s")
        count = found.generated_tokens
        parts.append(f"{count:,} tokens" if count != 1 else "1 token")
        if found.first_token_ms:
            wait = found.first_token_ms / 1000
            parts.append(f"{wait:.1f} s to first word" if wait >= 0.05 else "under 0.1 s to first word")
    return " · ".join(parts)
