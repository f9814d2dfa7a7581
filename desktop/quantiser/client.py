"""The app's side of a quantiser, for a thread that may wait; and its failures in words."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from desktop.child.errand import Errand
from desktop.child.surroundings import command_for
from desktop.child.wire import Decoder
from desktop.errors import AppError
from desktop.quantiser import protocol
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.child.process import Ending


def make(wanted: protocol.Make, name: str, hear: Callable[[int], None]) -> None:
    """Have a copy of the model ``name`` written. ``hear`` is told of the bytes that were written so far, a few times a
    second; what it raises ends the process at once.

    Raises:
        AppError: NOT_MADE, or OUT_OF_MEMORY where the system ended it.
    """
    decoder: Decoder[Any] = Decoder(protocol.Event)
    files = json.dumps([wanted.source, wanted.target])
    environment = {"GGML_NO_BACKTRACE": "1", protocol.FILES_VARIABLE: files}
    written = 0
    answers: list[protocol.Made | protocol.Failed] = []

    def heard(event: protocol.Event | None) -> None:
        nonlocal written
        if isinstance(event, protocol.Progress):
            written = event.written
        elif event is not None:
            answers.append(event)
        hear(written)

    ending = Errand(command_for("--quantiser"), decoder, environment).run(wanted, heard)
    for answer in answers:
        if isinstance(answer, protocol.Failed):
            raise _refused(name, answer.detail)
    if not answers or ending.code:
        raise _ended(name, ending)


def _refused(name: str, detail: str) -> AppError:
    return AppError(
        "NOT_MADE",
        tr("No smaller copy could be made of {name}.").format(name=name),
        tr("{name} is as it was.").format(name=name),
        tr("Choose another size, or look for a smaller file of it in Discover."),
        detail,
    )


def _ended(name: str, ending: Ending) -> AppError:
    safe = tr("{name} is as it was, and nothing is left of the copy.").format(name=name)
    if ending.crashed and os.name != "nt" and ending.code == signal.SIGKILL:
        happened = tr("The system ended the work on {name}, as it does when memory runs out.").format(name=name)
        return AppError("OUT_OF_MEMORY", happened, safe, tr("Close other large apps and try again."), ending.said)
    happened = tr("The smaller copy of {name} could not be finished: the work stopped without warning.").format(
        name=name
    )
    return AppError("NOT_MADE", happened, safe, tr("Try again."), ending.protocol_error or ending.said)
