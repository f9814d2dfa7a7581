"""The system's keychain: the one place that talks to ``keyring``.

Only real keychains count, named in a list below: ``keyring`` by itself also takes what happens to be installed, plain
text files among them. A keychain may show a window and wait for a person, or not answer at all, so every call runs on a
thread of its own and is given up after a while. Knows nothing of what the secrets are for.
"""

from __future__ import annotations

import importlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol

SERVICE = "Snug"
READ_TIMEOUT_S = 20.0
"""Long enough for a person to type a password into the keychain's own window."""

_LINUX = (
    ("keyring.backends.SecretService", "Keyring", "Secret Service"),
    ("keyring.backends.kwallet", "DBusKeyring", "KWallet"),
    ("keyring.backends.libsecret", "Keyring", "libsecret"),
)
_MACOS = (("keyring.backends.macOS", "Keyring", "macOS Keychain"),)
_WINDOWS = (("keyring.backends.Windows", "WinVaultKeyring", "Windows Credential Manager"),)
_CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"


class Outcome(Enum):
    """What came of a call."""

    DONE = auto()
    ABSENT = auto()
    """The keychain works and has no such entry."""
    LOCKED = auto()
    """It is locked, or the person said no."""
    TIMED_OUT = auto()
    NO_BACKEND = auto()
    """There is no keychain here that counts."""
    FAILED = auto()


class Reply(NamedTuple):
    """The answer to a call. ``secret`` is set for a read that is DONE."""

    outcome: Outcome
    secret: str = ""
    backend: str = ""
    detail: str = ""

    def __repr__(self) -> str:  # the secret must not get into a log
        return f"Reply({self.outcome.name}, {self.backend!r}, {self.detail!r})"


class Keychain(Protocol):
    """What the vault needs of a keychain."""

    def get(self, entry: str) -> Reply: ...
    def set(self, entry: str, secret: str) -> Reply: ...
    def delete(self, entry: str) -> Reply: ...


class SystemKeychain:
    """The keychain of this system."""

    def __init__(self, service: str = SERVICE, timeout_s: float = READ_TIMEOUT_S) -> None:
        self._service = service
        self._timeout_s = timeout_s

    def get(self, entry: str) -> Reply:
        """Read an entry."""

        def call(backend: Any) -> Reply:
            secret = backend.get_password(self._service, entry)
            return Reply(Outcome.ABSENT) if secret is None else Reply(Outcome.DONE, secret=str(secret))

        return self._run(call)

    def set(self, entry: str, secret: str) -> Reply:
        """Write an entry, in place of one of the same name."""

        def call(backend: Any) -> Reply:
            backend.set_password(self._service, entry, secret)
            return Reply(Outcome.DONE)

        return self._run(call)

    def delete(self, entry: str) -> Reply:
        """Remove an entry."""

        def call(backend: Any) -> Reply:
            if backend.get_password(self._service, entry) is None:
                return Reply(Outcome.ABSENT)
            backend.delete_password(self._service, entry)
            return Reply(Outcome.DONE)

        return self._run(call)

    def _run(self, call: Callable[[Any], Reply]) -> Reply:
        answers: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        # A daemon: a keychain that never answers must not keep Snug from ending.
        threading.Thread(target=lambda: answers.put(_guarded(call)), name="keychain", daemon=True).start()
        try:
            return answers.get(timeout=self._timeout_s)
        except queue.Empty:
            return Reply(Outcome.TIMED_OUT, detail=f"no answer in {self._timeout_s:g} s")


def _guarded(call: Callable[[Any], Reply]) -> Reply:
    name = ""
    try:
        found = _choose()
        if found is None:
            return Reply(Outcome.NO_BACKEND)
        name, backend = found
        reply = call(backend)
        return Reply(reply.outcome, reply.secret, name, reply.detail)
    except Exception as error:  # each back end has errors of its own; the text might hold the secret, the type does not
        return Reply(_outcome_of(error), backend=name, detail=type(error).__name__)


def _outcome_of(error: Exception) -> Outcome:
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return Outcome.LOCKED
    if "NoKeyringError" in names:
        return Outcome.NO_BACKEND
    return Outcome.FAILED


def _choose() -> tuple[str, Any] | None:
    """The best keychain of the list that works here, made without asking ``keyring`` for its own choice."""
    wanted = os.environ.get(_CHOICE_VARIABLE, "")
    best: tuple[float, str, Any] | None = None
    for module, kind, name in _candidates():
        # People switch their keychain off with this variable; it may narrow the list and never widen it.
        if wanted and wanted != f"{module}.{kind}":
            continue
        try:
            backend: Any = getattr(importlib.import_module(module), kind)
            priority = float(backend.priority)
            if priority > 0 and (best is None or priority > best[0]):
                best = (priority, name, backend())
        except Exception:  # asking for the priority is how keyring says that a back end is not there
            continue
    return None if best is None else best[1:]


def _candidates() -> tuple[tuple[str, str, str], ...]:
    if sys.platform == "win32":
        return _WINDOWS
    if sys.platform == "darwin":
        return _MACOS
    return _LINUX
