"""Numbers and states in plain words. Standard library and domain values only."""

from __future__ import annotations

from desktop.domain.context import Memory
from desktop.domain.models import EngineState
from desktop.domain.names import memory_text

_WORDS_PER_TOKEN = 0.75


def words(tokens: int) -> int:
    """About how many words that is, to three figures, so that it does not look more exact than it is."""
    exact = tokens * _WORDS_PER_TOKEN
    figures = len(str(int(exact)))
    step = 10 ** max(0, figures - 3)
    if figures == 3:
        step = 10
    return round(exact / step) * step


def remembered(used: int, size: int) -> str:
    """The context meter in plain words."""
    return f"about {words(used):,} of {words(size):,} words it can remember"


_GIGABYTE = 1 << 30


def memory_part(part: int, whole: int) -> str:
    """A part of a memory, in bytes, in the unit of the whole unless it is much smaller: "0.9 GB", "98 MB"."""
    counts = whole >= _GIGABYTE and (part >= _GIGABYTE // 20 or not part)
    return f"{part / _GIGABYTE:.1f} GB" if counts else memory_text(part)


def of_memory(part: int, whole: int) -> str:
    """How much of a memory: "4.9 of 6.0 GB", "8.2 of 16 GB", "98 MB of 6.0 GB"."""
    gigabytes = whole / _GIGABYTE
    even = gigabytes >= 10 and abs(gigabytes - round(gigabytes)) < 0.05
    all_of_it = f"{gigabytes:.0f} GB" if even else memory_text(whole)
    return f"{memory_part(part, whole).removesuffix(all_of_it[-3:])} of {all_of_it}"


def speed(tokens_per_second: float) -> str:
    return f"{speed_figure(tokens_per_second)} tok/s"


def speed_figure(tokens_per_second: float) -> str:
    return f"{tokens_per_second:.0f}" if tokens_per_second >= 9.95 else f"{tokens_per_second:.1f}"


def unseen(memory: Memory) -> str:
    """What of a chat the model does not see, as the line says it that stands there."""
    if memory.unseen == memory.begins:
        what = f"The model no longer sees the {_messages(memory.unseen)} above."
    elif memory.unseen:
        what = f"The model no longer sees {memory.unseen:,} of the messages above; those you keep in memory it does."
    else:
        what = "The model still sees what you keep in memory of the messages above."
    return f"{what} This note stands in their place." if memory.note is not None else what


def seen(memory: Memory, first_words: str) -> str:
    """How much of a chat the model sees; ``first_words`` are those of the message that its memory begins with."""
    if not memory.begins:
        return "It sees all of this chat."
    place = f"from “{first_words}” on" if first_words else "from the line in the chat on"
    which = f"the first {_messages(memory.unseen)}" if memory.unseen == memory.begins else _messages(memory.unseen)
    gone = f"{which} {'is' if memory.unseen == 1 else 'are'} no longer seen"
    return f"It sees this chat {place}; {gone}{', but for a note' if memory.note is not None else ''}."


def _messages(count: int) -> str:
    return f"{count:,} messages" if count != 1 else "1 message"


_STATES = {
    EngineState.NOT_LOADED: "not loaded",
    EngineState.LOADING: "starting",
    EngineState.READY: "ready",
    EngineState.BUSY: "working",
    EngineState.FAILED: "stopped",
}


def engine_state(state: EngineState) -> str:
    return _STATES[state]
