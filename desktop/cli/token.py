"""``snug models token``: the access token for the hub, from the keyboard or standard input into the keychain."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace

from desktop.cli import output
from desktop.courier.ways import Ways
from desktop.errors import AppError
from desktop.paths import Paths
from desktop.services.access import KEPT_FOR, checked, not_forgotten
from desktop.settings import SettingsFile
from desktop.vault.hub_token import HubToken


def token(chosen: Namespace, paths: Paths) -> int:
    """Keep one, or forget it; the exit status."""
    host = Ways.chosen().hub[0]
    place, settings = HubToken(host), SettingsFile(paths.settings)
    if chosen.forget:
        if not place.forget():
            raise not_forgotten()
        settings.put(KEPT_FOR, "")
    elif not place.keep(typed(host)):
        raise AppError(
            "NO_KEYCHAIN",
            "There is no keychain here that keeps an access token, and Snug keeps it nowhere else.",
            "Nothing was kept.",
            "“snug models pull --token” asks for one and uses it for that download alone.",
        )
    else:
        settings.put(KEPT_FOR, host)
    if chosen.json:
        output.event("token", host=host, kept=not chosen.forget)
    else:
        output.line(f"The access token for {host} is {'forgotten' if chosen.forget else 'in the keychain'}.")
    return 0


def typed(host: str) -> str:
    """What somebody types without its being seen, or the first line of standard input.

    Raises:
        AppError: BAD_TOKEN.
    """
    if not sys.stdin.isatty():
        return checked(sys.stdin.readline())
    try:
        return checked(getpass.getpass(f"Access token for {host}: ", stream=sys.stderr))
    except EOFError:
        return checked("")
