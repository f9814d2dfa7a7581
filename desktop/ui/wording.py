"""Numbers and states in plain words. Standard library and domain values only."""

from __future__ import annotations

from desktop.domain.context import Memory
from desktop.domain.models import EngineState
from desktop.domain.names import memory_text
from desktop.translation import tr, tr_count, tr_later

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
    return tr("about {used:,} of {all:,} words it can remember").format(used=words(used), all=words(size))


_GIGABYTE = 1 << 30


def memory_part(part: int, whole: int) -> str:
    """A part of a memory, in bytes, in the unit of the whole unless it is much smaller: "0.9 GB", "98 MB"."""
    counts = whole >= _GIGABYTE and (part >= _GIGABYTE // 20 or not part)
    return f"{part / _GIGABYTE:.1f} {tr('GB')}" if counts else memory_text(part)


def of_memory(part: int, whole: int) -> str:
    """How much of a memory: "4.9 of 6.0 GB", "8.2 of 16 GB", "98 MB of 6.0 GB"."""
    gigabytes = whole / _GIGABYTE
    even = gigabytes >= 10 and abs(gigabytes - round(gigabytes)) < 0.05
    all_of_it = f"{gigabytes:.0f} {tr('GB')}" if even else memory_text(whole)
    some = memory_part(part, whole)
    figure, _, unit = some.partition(" ")
    return tr("{part} of {whole}").format(part=figure if all_of_it.endswith(f" {unit}") else some, whole=all_of_it)


def speed(tokens_per_second: float) -> str:
    return f"{speed_figure(tokens_per_second)} {tr('tok/s')}"


def speed_figure(tokens_per_second: float) -> str:
    return f"{tokens_per_second:.0f}" if tokens_per_second >= 9.95 else f"{tokens_per_second:.1f}"


def unseen(memory: Memory) -> str:
    """What of a chat the model does not see, as the line says it that stands there."""
    if memory.unseen == memory.begins:
        what = tr_count(
            memory.unseen,
            "The model no longer sees the 1 message above.",
            "The model no longer sees the %n messages above.",
        )
    elif memory.unseen:
        what = tr(
            "The model no longer sees {number:,} of the messages above; those you keep in memory it does."
        ).format(number=memory.unseen)
    else:
        what = tr("The model still sees what you keep in memory of the messages above.")
    return " ".join((what, tr("This note stands in their place."))) if memory.note is not None else what


def seen(memory: Memory, first_words: str) -> str:
    """How much of a chat the model sees; ``first_words`` are those of the message that its memory begins with."""
    if not memory.begins:
        return tr("It sees all of this chat.")
    count = memory.unseen
    if count == memory.begins:
        gone = tr_count(count, "the first 1 message is no longer seen", "the first %n messages are no longer seen")
    else:
        gone = tr_count(count, "1 message is no longer seen", "%n messages are no longer seen")
    if memory.note is not None:
        gone = tr("{gone}, but for a note").format(gone=gone)
    if first_words:
        return tr("It sees this chat from “{words}” on; {gone}.").format(words=first_words, gone=gone)
    return tr("It sees this chat from the line in the chat on; {gone}.").format(gone=gone)


_STATES = {
    EngineState.NOT_LOADED: tr_later("not loaded"),
    EngineState.LOADING: tr_later("starting"),
    EngineState.READY: tr_later("ready"),
    EngineState.BUSY: tr_later("working"),
    EngineState.FAILED: tr_later("stopped"),
}


def engine_state(state: EngineState) -> str:
    return tr(_STATES[state])
