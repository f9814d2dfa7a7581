"""Which links may be followed, and what is said about them before that. Knows addresses, no widgets.

Only the web and mail: a ``file:`` or ``smb:`` address in an answer could open a local file or send the user's
credentials to a stranger, and other schemes start programs. One parser reads the address, says its host and writes what
is opened, so that these cannot be three different things.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from PySide6.QtCore import QUrl

from desktop.translation import tr

ALLOWED = ("http", "https", "mailto")
_ENCODED = QUrl.ComponentFormattingOption.FullyEncoded


@dataclass(frozen=True, slots=True)
class Link:
    """What is known about an address."""

    url: str
    """What is opened: in ASCII only. Where the link is refused, as it was written."""
    allowed: bool
    host: str
    """The real host in ASCII (punycode), or the mail address; empty where the link is refused."""
    sentence: str
    """For the user: where it goes, or why it is refused."""
    is_mail: bool = False


def describe_link(address: str) -> Link:
    """Where a link really goes."""
    cleaned = address.strip()
    if any(unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} for char in cleaned):
        return _refused(address, tr("This link hides characters that cannot be seen, so Snug does not open it."))
    # What stands before the colon is looked at first: an address that Qt cannot read at all still has a reason.
    scheme = cleaned.partition(":")[0].lower() if ":" in cleaned else ""
    if scheme not in ALLOWED:
        return _refused(address, _why_not(scheme))
    url = QUrl(cleaned, QUrl.ParsingMode.TolerantMode)
    if not url.isValid() or url.scheme() != scheme:
        return _refused(address, tr("This is not an address that can be opened."))
    if scheme == "mailto":
        return _mail(address, url)
    host = url.host(_ENCODED)
    if not host:
        return _refused(address, tr("This link names no website, so Snug does not open it."))
    if url.userName() or "@" in url.authority(_ENCODED) or "\\" in cleaned:
        return _refused(
            address, tr("This link is written to look like another one. It would lead to {host}.").format(host=host)
        )
    shown = f"{host}:{url.port()}" if url.port() >= 0 else host
    sentence = tr("This opens {shown} in your browser, outside Snug.").format(shown=shown)
    if scheme == "http":
        sentence += " " + tr("The connection is not encrypted.")
    if host.startswith("xn--") or ".xn--" in host:
        sentence += " " + tr("The name is written with unusual letters: check that it is the one you mean.")
    return Link(url.toString(_ENCODED), True, shown, sentence)


def _mail(address: str, url: QUrl) -> Link:
    to = unquote(url.path(_ENCODED))
    if "@" not in to or any(unicodedata.category(char).startswith("C") for char in to):
        return _refused(address, tr("This mail link names no address."))
    sentence = tr("This starts a message to {to} in your mail program.").format(to=to)
    return Link(url.toString(_ENCODED), True, to, sentence, is_mail=True)


def _why_not(scheme: str) -> str:
    if not scheme:
        return tr("This link names no website, so Snug does not open it.")
    if scheme == "file" or len(scheme) == 1:
        return tr("This link points to a file on a computer. Snug does not open files that an answer names.")
    return tr("Snug opens web and mail links only, and this one starts with “{scheme}:”.").format(scheme=scheme[:20])


def _refused(address: str, sentence: str) -> Link:
    return Link(address, False, "", sentence)
