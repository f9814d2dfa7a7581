"""``snug --selftest``: does every part of this Snug work here? Everything real, in a folder that is gone afterwards.

Nothing of the user's is opened but the keychain, where an entry of its own is written, read and removed. The courier's
process is started and tried, and connects to nothing.
"""

from __future__ import annotations

import os
import platform
import secrets
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from PySide6.QtCore import QEventLoop, QTimer, SignalInstance, qVersion

from desktop import __version__, unlocking
from desktop import house as houses
from desktop import paths as folders
from desktop.child import evidence
from desktop.child.evidence import Process
from desktop.cli import output
from desktop.cli.doctor import versions
from desktop.courier.client import CourierClient
from desktop.domain.chat import Message
from desktop.domain.models import EngineState
from desktop.engine.client import EngineClient
from desktop.errors import AppError
from desktop.house import House
from desktop.porter import Line
from desktop.services.instance import WindowLock
from desktop.services.privacy import OFFLINE
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.ui.desk import Desktop
from desktop.vault.keychain import Outcome, Reply, SystemKeychain

PATIENCE_MS = 60_000
"""For each step; a slow disk has a hundred megabytes of model to bring."""
ENTRY = "selftest"
TOKENS = 8
FEWEST_COLOURS = 8
"""A window that was drawn has more than its ground."""


class Missing(Exception):
    """What a step has to say when it did not come to its end."""


class Finding(NamedTuple):
    """What came of one step."""

    name: str
    works: bool
    words: str


def run(line: Line | None, *, as_json: bool) -> int:
    """Try everything and print what was found; status 1 if something is missing. ``line`` leads to the porter."""
    output.prepare(as_json=as_json)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    works = True

    def tell(finding: Finding) -> bool:
        if as_json:
            output.event("found", name=finding.name, works=finding.works, words=finding.words)
        else:
            output.line(f"{finding.name.capitalize():<10}{'' if finding.works else 'MISSING: '}{finding.words}")
        return finding.works

    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="snug-", ignore_cleanup_errors=True))
        works &= tell(_found("program", _program))
        works &= tell(_found("packages", lambda: ", ".join(versions())))
        works &= tell(_found("keychain", _keychain))
        trial = _Trial(folders.made(Path(folder)), line)
        for name, step in (
            ("database", trial.database),
            ("window", trial.window),
            ("engine", trial.engine),
            ("courier", trial.courier),
        ):
            finding = _found(name, step)
            works &= tell(finding)
            if not finding.works and name in ("database", "window"):
                break  # the others need it
        trial.end()
    if not as_json:
        output.line()
        output.line("Everything works." if works else "Something is missing: see above.")
    return 0 if works else 1


def _found(name: str, step: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, step())
    except Missing as missing:
        return Finding(name, False, str(missing))
    except AppError as error:
        return Finding(name, False, f"{error.sentence} {error.detail}".strip())
    except Exception as error:  # whatever it is, the other steps have something to say as well
        return Finding(name, False, f"{type(error).__name__}: {error}")


def _program() -> str:
    how = "installed" if getattr(sys, "frozen", False) else "from its source"
    python = f"Python {platform.python_version()}, Qt {qVersion()}"
    return f"Snug {__version__} {how}, {python}, {platform.system()} {platform.machine()}"


def _keychain() -> str:
    """A machine may have none: then a passphrase opens the chats. One that is there has to work."""
    keychain, secret = SystemKeychain(), secrets.token_hex(16)
    written = keychain.set(ENTRY, secret)
    if written.outcome is Outcome.NO_BACKEND:
        return "none here: a passphrase will open the chats"
    if written.outcome is Outcome.LOCKED:
        return f"{written.backend} is locked"
    read = keychain.get(ENTRY)
    removed = keychain.delete(ENTRY)
    if (written.outcome, read.outcome, removed.outcome) != (Outcome.DONE,) * 3 or read.secret != secret:
        raise Missing(f"{written.backend} did not keep a key ({written.outcome.name}, {read.outcome.name})")
    return f"{written.backend} kept a key and gave it back"


class _NoKeychain:
    """The trial's own key is for nobody to keep."""

    def get(self, entry: str) -> Reply:
        return Reply(Outcome.NO_BACKEND)

    def set(self, entry: str, secret: str) -> Reply:
        return Reply(Outcome.NO_BACKEND)

    def delete(self, entry: str) -> Reply:
        return Reply(Outcome.NO_BACKEND)


class _Trial:
    """One run of the real application over an empty folder."""

    def __init__(self, paths: folders.Paths, line: Line | None) -> None:
        self._paths = paths
        settings = SettingsFile(paths.settings)
        # With it on no courier is started.
        settings.put(OFFLINE, False)
        self._worker = Worker("storage")
        self._lock = WindowLock(paths.locks)
        self._lock.take()
        self._desktop = Desktop(sys.argv[:1], settings, paths, self._worker, self._lock, line=line)

    def database(self) -> str:
        """Made under a passphrase, and nothing in it can be read without."""

        def open_it() -> houses.Stores:
            keychain = _NoKeychain()
            vault = unlocking.vault_of(self._paths, keychain)
            unlocked = unlocking.unlock_typed(vault, secrets.token_hex(16), why="")
            return houses.open_stores(self._paths, keychain, unlocked)

        self._stores = self._worker.wait(open_it, PATIENCE_MS / 1000)
        if self._paths.database.read_bytes().startswith(b"SQLite"):
            raise Missing("it is not encrypted")
        return f"made, encrypted and opened, {output.size(self._paths.database.stat().st_size)}"

    def window(self) -> str:
        """Built and painted."""
        self._desktop.furnish(self._stores, None)
        _wait_for(self._desktop.begun)
        window = self._desktop.window
        assert window is not None
        picture = window.grab().toImage()
        places = [(x, y) for x in range(0, picture.width(), 4) for y in range(0, picture.height(), 4)]
        if len({picture.pixel(x, y) for x, y in places}) < FEWEST_COLOURS:
            raise Missing("it stays empty")
        return f"drawn, {window.width()} × {window.height()}"

    def engine(self) -> str:
        """The starter model writes, in the engine's process."""
        if not folders.starter_model().exists():
            raise Missing("the starter model is not there")
        house = self._house()
        models = house.models
        while models.state() is not EngineState.READY:
            if (failure := models.failure()) is not None:
                raise failure
            _wait_for(models.changed)
        conversation = house.chats.current()
        conversation.sampling = conversation.sampling._replace(temperature=0.0, max_tokens=TOKENS)
        answers: list[Message] = []
        conversation.answered.connect(answers.append)
        conversation.send("Say hello.")
        _wait_for(conversation.answered)
        [answer] = answers
        if not answer.text.strip():
            raise Missing(f"the model wrote nothing ({answer.status.value})")
        count = answer.statistics.generated_tokens if answer.statistics else 0
        return f"{answer.model_name} wrote {count} tokens. {_judged(Process.ENGINE, models.engine)}"

    def courier(self) -> str:
        """Started, and asked what it is refused."""
        return f"there when it is wanted. {_judged(Process.COURIER, self._house().courier().client)}"

    def end(self) -> None:
        """Close it all as when a window is closed."""
        QTimer.singleShot(0, self._desktop.quit)
        self._desktop.run()
        self._lock.release()

    def _house(self) -> House:
        assert self._desktop.house is not None
        return self._desktop.house


def _judged(process: Process, child: EngineClient | CourierClient) -> str:
    """What is enforced on a child, which has to answer for it."""
    proofs: list[Any] = []
    child.proved.connect(proofs.append)
    child.probe()
    _wait_for(child.proved, child.failed)
    if not proofs:
        raise Missing("its process does not answer")
    return evidence.judge(process, child.pid, proofs[0].facts, proofs[0].attempts).sentence


def _wait_for(*signals: SignalInstance) -> None:
    """Qt's loop, until one of them comes."""
    loop, patience = QEventLoop(), QTimer()
    late: list[bool] = []
    patience.setSingleShot(True)
    patience.timeout.connect(lambda: late.append(True))
    for signal in (*signals, patience.timeout):
        signal.connect(loop.quit)
    patience.start(PATIENCE_MS)
    loop.exec()
    for signal in signals:
        signal.disconnect(loop.quit)
    if late:
        raise Missing(f"nothing happened for {PATIENCE_MS // 1000} s")
