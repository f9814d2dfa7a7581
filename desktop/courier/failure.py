"""What went wrong with the courier, in words: three-part sentences for each kind."""

from __future__ import annotations

from desktop.domain.hub import CourierFailure, HubFailure
from desktop.domain.names import file_text
from desktop.errors import AppError
from desktop.translation import tr, tr_count, tr_later

SAFE = tr_later("Your chats are safe, and what is downloaded so far is kept.")


def sentence(failure: CourierFailure, what: str) -> AppError:
    """A failure for the user: what happened, what is safe, what to do. ``what``: a file or a model, by its name."""
    happened, todo = map(tr, WORDS[failure.kind])
    safe, values = tr(SAFE), {"what": what or tr("it")}
    if failure.kind is HubFailure.BUSY and failure.retry_after:
        todo = tr("Try again in {time}.").format(time=_time(failure.retry_after))
    if failure.kind is HubFailure.NO_SPACE and len(failure.numbers) == 2:
        needed, free = map(file_text, failure.numbers)
        happened = tr("There is too little space on the disk: {what} needs {needed} more, and {free} are free.")
        values |= {"needed": needed, "free": free}
    if failure.kind in (HubFailure.WRONG_FINGERPRINT, HubFailure.NOT_A_MODEL, HubFailure.NAME_REFUSED):
        safe = tr("Nothing of it is kept, and your chats are safe.")
    return AppError(failure.kind.value, happened.format(**values), safe, todo, failure.detail)


def _time(seconds: float) -> str:
    if seconds < 90:
        return tr_count(max(round(seconds), 1), "1 second", "%n seconds")
    return tr_count(round(seconds / 60), "1 minute", "%n minutes")


_LATER = tr_later("Try again later.")
_AGAIN = tr_later("Try again.")
_NETWORK = tr_later("Check your connection and try again.")

WORDS: dict[HubFailure, tuple[str, str]] = {
    HubFailure.OFFLINE: (
        tr_later("Stay offline is on, or was when Snug started, so Snug did not connect."),
        tr_later("Turn it off in the settings under Privacy, and start Snug again."),
    ),
    HubFailure.NO_CONNECTION: (tr_later("Snug cannot reach the hub."), _NETWORK),
    HubFailure.NAME_NOT_FOUND: (
        tr_later("The hub’s address cannot be found: there seems to be no internet."),
        _NETWORK,
    ),
    HubFailure.TIMEOUT: (tr_later("The hub did not answer in time."), _NETWORK),
    HubFailure.TOO_SLOW: (tr_later("The connection brings almost nothing any more."), _NETWORK),
    HubFailure.CUT: (tr_later("The connection ended too early, several times."), _NETWORK),
    HubFailure.NOT_TRUSTED: (
        tr_later("The server could not prove that it is the hub, so Snug did not go on."),
        tr_later(
            "Check the date of this computer. In an office or a hotel, somebody may be reading along: ask who runs the "
            "network."
        ),
    ),
    HubFailure.PROXY: (
        tr_later("The proxy, through which this computer connects, did not let Snug through."),
        tr_later("Check its settings, or ask who runs the network."),
    ),
    HubFailure.LOGIN: (
        tr_later("The hub wants to know who asks for {what}."),
        tr_later("Enter an access token of your account there, or another one."),
    ),
    HubFailure.GATED: (
        tr_later("The publisher of {what} lets only people in who have agreed to their terms."),
        tr_later("Agree to them on the hub’s own page, then enter an access token of your account."),
    ),
    HubFailure.NOT_FOUND: (
        tr_later("The hub does not have {what} any more, or shows it to nobody else."),
        tr_later("Look for it again, or choose another one."),
    ),
    HubFailure.BUSY: (
        tr_later("The hub gets too many requests from your address right now."),
        tr_later("Try again in a few minutes."),
    ),
    HubFailure.SERVER: (tr_later("The hub has trouble of its own."), _LATER),
    HubFailure.REDIRECT: (
        tr_later("The hub sent Snug to a place that it does not go to, so it stopped."),
        tr_later("Try again later. If it happens again, somebody may be interfering with the connection."),
    ),
    HubFailure.CAPTIVE: (
        tr_later("A web page came in place of {what}: this network wants you to log in first."),
        tr_later("Open a browser, log in to the network, and try again."),
    ),
    HubFailure.NOT_A_MODEL: (tr_later("{what} is no model that Snug can use."), tr_later("Choose another file.")),
    HubFailure.COMPRESSED: (tr_later("The server packs {what} in a way that cannot be checked on the way."), _LATER),
    HubFailure.WRONG_ANSWER: (tr_later("The hub said something that does not fit together."), _LATER),
    HubFailure.CHANGED: (tr_later("{what} is another file on the hub than before."), _AGAIN),
    HubFailure.WRONG_FINGERPRINT: (
        tr_later("{what} is not what its publisher published: its fingerprint differs."),
        tr_later("Try again later, or choose another publisher."),
    ),
    HubFailure.NAME_REFUSED: (
        tr_later("{what} has a name that could do harm on a disk."),
        tr_later("Choose another file."),
    ),
    HubFailure.NO_SPACE: (tr_later("The disk is full."), tr_later("Make room, then carry on.")),
    HubFailure.NOT_WRITABLE: (
        tr_later("The file cannot be written into the folder for models."),
        tr_later("Check that the folder is there, may be written to, and holds no other file of this name."),
    ),
    HubFailure.IN_USE: (
        tr_later("{what} is being downloaded already, by another window or command of Snug."),
        tr_later("Wait until that has ended, or pause it there."),
    ),
    HubFailure.TOO_LARGE: (
        tr_later("{what} is larger than such a text should be."),
        tr_later("Read it on the hub’s own page."),
    ),
    HubFailure.CRASHED: (tr_later("The part of Snug that connects stopped without warning."), _AGAIN),
    HubFailure.STOPPED: (tr_later("It was stopped."), tr_later("Carry on whenever you like.")),
}
