"""What went wrong with an engine, in words: from exit codes, signals and typed errors to three-part sentences."""

from __future__ import annotations

import os
import signal

from desktop.child.process import Ending
from desktop.child.worker import EXIT_PROTOCOL
from desktop.domain.models import EngineFailure, FailureKind
from desktop.domain.names import memory_text
from desktop.engine.protocol import EXIT_BACK_END
from desktop.errors import AppError
from desktop.translation import tr, tr_later

EXIT_TEMPLATE = 66
"""``engine.templates`` ends the process with this; the number is repeated since that module belongs to the child."""

# Windows reports a crash as the exception's number.
_WINDOWS_CODES = {
    0xC0000005: "it used memory that is not its own (access violation)",
    0xC000001D: "it met an instruction that this processor does not know",
    0xC00000FD: "its stack was full",
    0xC0000409: "it stopped itself after damage to its stack",
    0xC0000017: "the system had no memory left for it",
}

SAFE = tr_later("Your chats are safe.")
_KILLED = "it was killed by the system"


def of_ending(ending: Ending, *, loading: bool, on_cards: bool = False) -> EngineFailure:
    """The failure that a process's end means, when nobody asked it to end. ``on_cards``: a graphics card computed."""
    if ending.protocol_error:
        return EngineFailure(FailureKind.PROTOCOL, _with_words(ending.protocol_error, ending.said))
    if ending.code == EXIT_PROTOCOL and not ending.crashed:
        return EngineFailure(FailureKind.PROTOCOL, _with_words("it did not understand the app", ending.said))
    if ending.code == EXIT_TEMPLATE and not ending.crashed:
        return EngineFailure(FailureKind.BAD_TEMPLATE, "takes too long")
    if ending.code == EXIT_BACK_END and not ending.crashed:
        return EngineFailure(FailureKind.MISSING_BACKEND, ending.said)
    if ending.crashed and os.name != "nt" and ending.code == signal.SIGKILL:
        # Nobody of ours sent it: on Linux that is what the system does when memory runs out.
        return EngineFailure(FailureKind.OUT_OF_MEMORY, _with_words(_KILLED, ending.said))
    kind = FailureKind.DEVICE_LOST if on_cards else FailureKind.CRASHED
    return EngineFailure(kind, _with_words(f"{_how(ending)}{' while loading' * loading}", ending.said))


def _how(ending: Ending) -> str:
    if os.name == "nt":
        code = ending.code & 0xFFFFFFFF
        return _WINDOWS_CODES.get(code, f"exit code {code:#010x}")
    if ending.crashed:
        try:
            return signal.Signals(ending.code).name
        except ValueError:
            return f"signal {ending.code}"
    return f"exit code {ending.code}"


def _with_words(first: str, said: str) -> str:
    return f"{first}\n{said}" if said else first


def sentence(failure: EngineFailure, model_name: str) -> AppError:
    """A failure for the user: what happened, what is safe, what to do."""
    name = model_name or tr("The model")
    happened, todo = map(tr, _WORDS[failure.kind])
    values: dict[str, str] = {}
    if failure.kind is FailureKind.BAD_FILE:
        happened = tr("{name} cannot be opened: {reason}.")
        values["reason"] = tr(failure.detail.splitlines()[0]) if failure.detail else tr("bad file")
    if failure.kind is FailureKind.DOUBTFUL and failure.detail:
        todo = " ".join(failure.detail.splitlines())
    if failure.kind is FailureKind.OUT_OF_MEMORY and failure.detail.startswith(_KILLED):
        # It is what happens when memory runs out, but nobody told us so: say no more than is known.
        happened = tr("The system ended {name}, as it does when memory runs out.")
    if failure.kind is FailureKind.MISSING_DEVICE and failure.detail:
        happened = tr("A graphics card that {name} was to use is not there now: {card}.")
        values["card"] = failure.detail
    if failure.kind is FailureKind.TOO_LONG and len(failure.numbers) == 2:
        asked, limit = failure.numbers
        happened = tr("Your message is too long for {name}: about {asked} words, and it can hold about {limit}.")
        values |= {"asked": f"{asked * 3 // 4:,}", "limit": f"{limit * 3 // 4:,}"}
    if failure.kind is FailureKind.TOO_BIG and len(failure.numbers) == 4:
        needed, free, *_ = failure.numbers
        happened = tr("{name} needs about {needed} of memory, and {free} are free right now.")
        values |= {"needed": memory_text(needed), "free": memory_text(free)}
    return AppError(failure.kind.value, happened.format(name=name, **values), tr(SAFE), todo, failure.detail)


_WORDS: dict[FailureKind, tuple[str, str]] = {
    FailureKind.OUT_OF_MEMORY: (
        tr_later("{name} needs more memory than is free right now."),
        tr_later("Close other large apps and try again, or choose a smaller model."),
    ),
    FailureKind.BAD_FILE: (
        tr_later("{name} cannot be opened."),
        tr_later("Get the file again, or choose another model."),
    ),
    FailureKind.UNSUPPORTED_MODEL: (
        tr_later("{name} is of a kind that this version of the engine does not know, or its file is damaged."),
        tr_later("Choose another model, or a newer version of Snug."),
    ),
    FailureKind.CRASHED: (
        tr_later("{name} stopped without warning."),
        tr_later("Try again. If it happens again, choose another model."),
    ),
    FailureKind.DEVICE_LOST: (
        tr_later("{name} stopped while a graphics card was working. The card or its driver may be the reason."),
        tr_later("Try again, or let the processor do the work."),
    ),
    FailureKind.MISSING_DEVICE: (
        tr_later("A graphics card that {name} was to use is not there now."),
        tr_later("Let the processor do the work, or choose other cards in the inspector."),
    ),
    FailureKind.HUNG: (tr_later("{name} did not answer any more and was stopped."), tr_later("Try again.")),
    FailureKind.PROTOCOL: (
        tr_later("The engine said something that Snug does not understand."),
        tr_later("Try again."),
    ),
    FailureKind.MISSING_BACKEND: (
        tr_later("The part of Snug that computes is missing or damaged, so no model can be loaded."),
        tr_later(
            "Install Snug again, over this one: chats and models stay. A virus scanner may have taken the part away."
        ),
    ),
    FailureKind.NO_TEMPLATE: (
        tr_later("{name} does not say how a conversation is written down (it has no chat template)."),
        tr_later("Choose one below; Snug remembers it for this model."),
    ),
    FailureKind.BAD_TEMPLATE: (
        tr_later("The chat template in {name} cannot be used."),
        tr_later("Choose one of Snug's own templates instead."),
    ),
    FailureKind.TOO_BIG: (
        tr_later("{name} needs more memory than is free right now."),
        tr_later("Close other large apps, choose a smaller model, or let Snug choose safer settings."),
    ),
    FailureKind.DOUBTFUL: (
        tr_later("{name} was not opened: something in its file is unusual."),
        tr_later("Look at what was found, and choose."),
    ),
    FailureKind.UNFINISHED: (
        tr_later("Snug did not get to the end of loading {name} the last time, so it did not load it again by itself."),
        tr_later("Try again, or choose another model."),
    ),
    FailureKind.FULL: (
        tr_later("This chat has reached what {name} can remember."),
        tr_later(
            "Start a new chat, or choose under “When memory is full” in the chat’s menu that it forgets or summarises "
            "the oldest part. A longer memory helps too."
        ),
    ),
    FailureKind.TOO_LONG: (
        tr_later("Your message is too long for {name}."),
        tr_later("Shorten it, split it into parts, or keep fewer messages in memory."),
    ),
}
