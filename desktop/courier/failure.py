"""What went wrong with the courier, in words: three-part sentences for each kind."""

from __future__ import annotations

from desktop.domain.hub import CourierFailure, HubFailure
from desktop.domain.names import file_text
from desktop.errors import AppError

SAFE = "Your chats are safe, and what is downloaded so far is kept."


def sentence(failure: CourierFailure, what: str) -> AppError:
    """A failure for the user: what happened, what is safe, what to do. ``what``: a file or a model, by its name."""
    happened, todo = WORDS[failure.kind]
    safe = SAFE
    if failure.kind is HubFailure.BUSY and failure.retry_after:
        todo = f"Try again in {_time(failure.retry_after)}."
    if failure.kind is HubFailure.NO_SPACE and len(failure.numbers) == 2:
        needed, free = map(file_text, failure.numbers)
        happened = f"There is too little space on the disk: {{what}} needs {needed} more, and {free} are free."
    if failure.kind in (HubFailure.WRONG_FINGERPRINT, HubFailure.NOT_A_MODEL, HubFailure.NAME_REFUSED):
        safe = "Nothing of it is kept, and your chats are safe."
    return AppError(failure.kind.value, happened.replace("{what}", what or "it"), safe, todo, failure.detail)


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} seconds"
    return f"{round(seconds / 60)} minutes"


_LATER = "Try again later."
_AGAIN = "Try again."
_NETWORK = "Check your connection and try again."

WORDS: dict[HubFailure, tuple[str, str]] = {
    HubFailure.OFFLINE: (
        "Stay offline is on, or was when Snug started, so Snug did not connect.",
        "Turn it off in the settings under Privacy, and start Snug again.",
    ),
    HubFailure.NO_CONNECTION: ("Snug cannot reach the hub.", _NETWORK),
    HubFailure.NAME_NOT_FOUND: ("The hub’s address cannot be found: there seems to be no internet.", _NETWORK),
    HubFailure.TIMEOUT: ("The hub did not answer in time.", _NETWORK),
    HubFailure.TOO_SLOW: ("The connection brings almost nothing any more.", _NETWORK),
    HubFailure.CUT: ("The connection ended too early, several times.", _NETWORK),
    HubFailure.NOT_TRUSTED: (
        "The server could not prove that it is the hub, so Snug did not go on.",
        "Check the date of this computer. In an office or a hotel, somebody may be reading along: ask who runs the "
        "network.",
    ),
    HubFailure.PROXY: (
        "The proxy, through which this computer connects, did not let Snug through.",
        "Check its settings, or ask who runs the network.",
    ),
    HubFailure.LOGIN: (
        "The hub wants to know who asks for {what}.",
        "Enter an access token of your account there, or another one.",
    ),
    HubFailure.GATED: (
        "The publisher of {what} lets only people in who have agreed to their terms.",
        "Agree to them on the hub’s own page, then enter an access token of your account.",
    ),
    HubFailure.NOT_FOUND: (
        "The hub does not have {what} any more, or shows it to nobody else.",
        "Look for it again, or choose another one.",
    ),
    HubFailure.BUSY: ("The hub gets too many requests from your address right now.", "Try again in a few minutes."),
    HubFailure.SERVER: ("The hub has trouble of its own.", _LATER),
    HubFailure.REDIRECT: (
        "The hub sent Snug to a place that it does not go to, so it stopped.",
        "Try again later. If it happens again, somebody may be interfering with the connection.",
    ),
    HubFailure.CAPTIVE: (
        "A web page came in place of {what}: this network wants you to log in first.",
        "Open a browser, log in to the network, and try again.",
    ),
    HubFailure.NOT_A_MODEL: ("{what} is no model that Snug can use.", "Choose another file."),
    HubFailure.COMPRESSED: ("The server packs {what} in a way that cannot be checked on the way.", _LATER),
    HubFailure.WRONG_ANSWER: ("The hub said something that does not fit together.", _LATER),
    HubFailure.CHANGED: ("{what} is another file on the hub than before.", _AGAIN),
    HubFailure.WRONG_FINGERPRINT: (
        "{what} is not what its publisher published: its fingerprint differs.",
        "Try again later, or choose another publisher.",
    ),
    HubFailure.NAME_REFUSED: ("{what} has a name that could do harm on a disk.", "Choose another file."),
    HubFailure.NO_SPACE: ("The disk is full.", "Make room, then carry on."),
    HubFailure.NOT_WRITABLE: (
        "The file cannot be written into the folder for models.",
        "Check that the folder is there, may be written to, and holds no other file of this name.",
    ),
    HubFailure.IN_USE: (
        "{what} is being downloaded already, by another window or command of Snug.",
        "Wait until that has ended, or pause it there.",
    ),
    HubFailure.TOO_LARGE: ("{what} is larger than such a text should be.", "Read it on the hub’s own page."),
    HubFailure.CRASHED: ("The part of Snug that connects stopped without warning.", _AGAIN),
    HubFailure.STOPPED: ("It was stopped.", "Carry on whenever you like."),
}
