"""What a page says when a model did not start, or when its file leaves a question open. Values only, no widget."""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.models import FailureKind, InstalledModel
from desktop.domain.names import words_for
from desktop.errors import AppError
from desktop.translation import tr

PLAIN_TEMPLATE = "plain"
"""Stands for plain completion among the names of chat templates."""


class Choice(NamedTuple):
    """One thing to do next. ``options`` adds a list to choose from before the button is pressed."""

    key: str
    icon_name: str
    title: str
    detail: str
    button: str
    primary: bool = False
    options: tuple[str, ...] = ()
    argument: str = ""
    """Handed back with the key, where there are no options."""


class Failure(NamedTuple):
    """A page: what happened, what is safe, what to do next. ``engine_said`` is one click away."""

    title: str
    sentence: str
    choices: tuple[Choice, ...]
    engine_said: str = ""
    icon_name: str = "triangle-alert"
    ground: str = "warningSoft"
    ink: str = "warning"


USE_OTHER = "use other"
LOAD_SAFELY = "load safely"
USE_PROCESSOR = "use processor"
TRY_AGAIN = "try again"
ADD_FILE = "add file"
TEMPLATE = "template"
ALLOW = "allow"


def did_not_start(
    error: AppError | None,
    model: InstalledModel | None,
    installed: list[InstalledModel],
    engine_said: str = "",
    safer: tuple[int, int] | None = None,
) -> Failure:
    """The page for a model that was chosen and did not start. ``safer``: its context, and a smaller one to try."""
    name = model.name if model is not None else tr("The model")
    too_big = error is not None and error.code == FailureKind.TOO_BIG
    out_of_memory = too_big or (error is not None and error.code == FailureKind.OUT_OF_MEMORY)
    choices: list[Choice] = []
    if error is not None and error.code == FailureKind.MISSING_BACKEND:
        # No other model would do better.
        choices.append(
            Choice(
                TRY_AGAIN, "rotate-cw", tr("Try it again"), tr("Once Snug is installed again."), tr("Try again"), True
            )
        )
        return Failure(error.happened, f"{error.safe} {error.todo}", tuple(choices), engine_said or error.detail)
    other = _other(model, installed)
    if error is not None and error.code in (FailureKind.MISSING_DEVICE, FailureKind.DEVICE_LOST):
        detail = tr("Slower, and it needs no graphics card. Your choice of cards stays as it is.")
        choices.append(Choice(USE_PROCESSOR, "cpu", tr("Use the processor"), detail, tr("Use the processor"), True))
    elif other is not None:
        smaller = model is not None and 0 < other.size_bytes < model.size_bytes
        title = tr("Use a smaller model") if smaller else tr("Use another model")
        detail = tr("{name} is installed.").format(name=other.name)
        choices.append(
            Choice(
                USE_OTHER, "box", title, detail, tr("Use {name}").format(name=other.name), True, argument=str(other.id)
            )
        )
    if out_of_memory and safer is not None:
        detail = tr("Remembers about {fewer:,} words instead of {more:,}.").format(
            fewer=words_for(safer[1]), more=words_for(safer[0])
        )
        title = tr("Let Snug choose safer settings")
        choices.append(Choice(LOAD_SAFELY, "sliders-horizontal", title, detail, tr("Load safely"), other is None))
    again = tr("Close other large apps, then try again.") if out_of_memory else tr("Load the same file once more.")
    title = tr("Free some memory first") if out_of_memory else tr("Try it again")
    if too_big:
        title, again = tr("Load it all the same"), tr("Slow at best, and other apps may suffer.")
    choices.append(Choice(TRY_AGAIN, "app-window" if out_of_memory else "rotate-cw", title, again, tr("Try again")))
    if other is None:
        first = not any(choice.primary for choice in choices)
        detail = tr("A .gguf file on this computer. It stays where it is.")
        choices.append(Choice(ADD_FILE, "plus", tr("Use another file"), detail, tr("Add a file…"), first))
    if error is None:
        return Failure(
            tr("{name} did not start").format(name=name), tr("Your chats are safe."), tuple(choices), engine_said
        )
    sentence = " ".join(part for part in (error.safe, error.todo) if part)
    return Failure(error.happened, sentence, tuple(choices), engine_said or error.detail)


def template_question(model: InstalledModel, names: list[str]) -> Failure:
    """The page for a file that does not say how its model wants to be talked to. It is asked once."""
    known = tuple(name for name in names if name != PLAIN_TEMPLATE)
    choices: list[Choice] = []
    if known:
        choices.append(
            Choice(
                TEMPLATE,
                "message-square",
                tr("It answers in a chat"),
                tr("The page you got the file from often names the chat template."),
                tr("Use this one"),
                True,
                known,
            )
        )
    choices.append(
        Choice(
            TEMPLATE,
            "text-quote",
            tr("It carries on a text"),
            tr("Plain completion: the model writes on from where you stop."),
            tr("Plain completion"),
            not known,
            argument=PLAIN_TEMPLATE,
        )
    )
    return Failure(
        tr("How does {name} want to be talked to?").format(name=model.name),
        tr("The file does not say, as it has no chat template. Snug asks this once and remembers what you choose."),
        tuple(choices),
        icon_name="message-square",
        ground="accentSoft",
        ink="onAccentSoft",
    )


def doubtful(model: InstalledModel, names: list[str], installed: list[InstalledModel]) -> Failure:
    """The page for a file in which something was found that asks for a yes. Nothing is forbidden."""
    found = [each for each in model.checked.findings if each.asks] if model.checked is not None else []
    choices: list[Choice] = []
    known = tuple(name for name in names if name != PLAIN_TEMPLATE)
    if known and all(each.in_template for each in found):
        choices.append(
            Choice(
                TEMPLATE,
                "shield-check",
                tr("Use one of Snug’s templates"),
                tr("What was found then plays no part. The page you got the file from often names the template."),
                tr("Use this one"),
                True,
                known,
            )
        )
    other = _other(model, installed)
    if other is not None:
        detail = tr("{name} is installed.").format(name=other.name)
        choices.append(
            Choice(
                USE_OTHER,
                "box",
                tr("Use another model"),
                detail,
                tr("Use {name}").format(name=other.name),
                not choices,
                (),
                str(other.id),
            )
        )
    choices.append(
        Choice(
            ALLOW,
            "triangle-alert",
            tr("Open it all the same"),
            tr("If you trust where it comes from. It cannot reach your files or the network."),
            tr("Open it"),
            argument=str(model.id),
        )
    )
    sentence = " ".join([*(tr(each.words) for each in found), tr("Your chats are safe.")])
    return Failure(tr("Open {name}?").format(name=model.name), sentence, tuple(choices))


def _other(model: InstalledModel | None, installed: list[InstalledModel]) -> InstalledModel | None:
    """The largest model that is smaller than the one that failed; any other one if there is none."""
    useful = [other for other in installed if other.available and other.chats and not other.doubtful]
    ready = [other for other in useful if model is None or other.id != model.id]
    if model is not None:
        smaller = [other for other in ready if 0 < other.size_bytes < model.size_bytes]
        if smaller:
            return max(smaller, key=_size)
    return max(ready, key=_used, default=None)


def _size(model: InstalledModel) -> int:
    return model.size_bytes


def _used(model: InstalledModel) -> float:
    return model.last_used_at
