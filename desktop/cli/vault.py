"""``snug vault``: how the chats are opened, and their backups."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from desktop import unlocking
from desktop.cli import output
from desktop.cli.unlock import new_passphrase, somebody_is_there, typed_key, unlocked
from desktop.errors import AppError
from desktop.paths import Paths
from desktop.services import backups, instance
from desktop.vault.keys import Vault
from desktop.vault.ways import Ways


def vault(chosen: Namespace, data_dir: Path) -> int:
    """Do what was asked; the exit status.

    Raises:
        AppError: refused, in plain words.
    """
    paths = unlocking.prepare(data_dir)
    return _ACTIONS[chosen.action](chosen, paths)


def _status(chosen: Namespace, paths: Paths) -> int:
    protection = unlocking.vault_of(paths).status()
    made = backups.existing(paths.backups)
    newest = backups.when(made[0]) if made else 0.0
    if chosen.json:
        output.event(
            "vault",
            source=protection.source.value,
            keychain=protection.backend,
            passphrase=protection.passphrase,
            recovery_saved=protection.recovery_saved,
            locks=protection.can_lock,
            backups=len(made),
            newest_backup=newest,
        )
        return 0
    output.line(protection.sentence)
    output.line(f"Passphrase    {'set' if protection.passphrase else 'none'}")
    output.line(
        f"Recovery key  {'saved' if protection.recovery_saved else 'not saved: make one with “snug vault recovery”'}"
    )
    output.line(f"Backups       {f'{len(made)}, the newest of {output.when(newest)}' if made else 'none yet'}")
    return 0


def _lock(chosen: Namespace, paths: Paths) -> int:
    if not instance.ask_to_lock(paths.locks):
        raise AppError("NO_WINDOW", "No window of Snug is open here.", todo="There is nothing to lock.")
    if chosen.json:
        output.event("locked")
    else:
        output.line("The window was asked to lock.")
    return 0


def _passphrase(chosen: Namespace, paths: Paths) -> int:
    opened = unlocked(paths)
    ways = Ways(unlocking.vault_of(paths), opened.key)
    if chosen.remove:
        ways.use_keychain()
        ways.remove_passphrase()
    else:
        ways.set_passphrase(new_passphrase())
    if chosen.json:
        output.event("passphrase", set=not chosen.remove)
    else:
        output.line(unlocking.vault_of(paths).status().sentence)
        _tell_of_old_backups(paths)
    return 0


def _recovery(chosen: Namespace, paths: Paths) -> int:
    opened = unlocked(paths)
    ways = Ways(unlocking.vault_of(paths), opened.key)
    text = ways.new_recovery_key()
    if chosen.json:
        output.event("recovery", key=text)
    else:
        output.line(text)
        output.note("Write it down or print it, and keep it where this computer is not. It opens everything.")
    if chosen.saved or (somebody_is_there() and _yes("Type yes when you have it on paper: ")):
        ways.recovery_saved()
        output.note("From now on it is the only recovery key.")
    else:
        output.note("An older recovery key goes on working until you say that this one was saved (--saved).")
    return 0


def _backup(chosen: Namespace, paths: Paths) -> int:
    opened = unlocked(paths)
    target = Path(chosen.file).expanduser().absolute() if chosen.file else None
    if target is not None and target.exists():
        raise AppError("FILE_EXISTS", f"{target.name} is there already.", "It was not touched.", "Choose another name.")
    made = backups.make(paths, opened.key, target)
    if target is None:
        backups.prune(paths.backups, made.path)
    protection = unlocking.vault_of(paths).status()
    if chosen.json:
        output.event("backup", path=str(made.path), **made.counts)
    else:
        output.line(f"{made.path} holds {_counted(made.counts)}; it was read back and counted.")
        if not protection.passphrase and not protection.recovery_saved:
            output.note("Only this computer's keychain opens it. For another computer, make a recovery key first.")
    return 0


def _verify(chosen: Namespace, paths: Paths) -> int:
    opened = unlocked(paths)
    files = [Path(chosen.file).expanduser()] if chosen.file else backups.existing(paths.backups)
    bad = 0
    for path in files:
        try:
            counts = backups.verify(path, opened.key, paths.backups)
        except AppError as error:
            bad += 1
            output.refuse(error, as_json=chosen.json)
            continue
        if chosen.json:
            output.event("verified", path=str(path), **counts)
        else:
            output.line(f"{path.name}: {_counted(counts)}, every page sound")
    if not files:
        output.note("There are no backups yet.")
    return 1 if bad else 0


def _restore(chosen: Namespace, paths: Paths) -> int:
    path = Path(chosen.file).expanduser()
    found = backups.header_of(path)
    with _alone(paths):
        vault = unlocking.vault_of(paths)
        fresh = backups.header_here(paths) is None
        if (
            not fresh
            and not chosen.yes
            and not (somebody_is_there() and _yes("The chats that are here are replaced, and kept beside. Type yes: "))
        ):
            raise AppError("NOT_CONFIRMED", "Nothing was restored.", todo="Add --yes to restore without being asked.")
        key = typed_key(vault, found) if fresh else unlocked(paths).key
        counts = backups.restore(path, key, paths)
        if fresh:
            _open_here(vault, key)
    if chosen.json:
        output.event("restored", path=str(path), **counts)
    else:
        output.line(f"{_counted(counts).capitalize()} are back. {vault.status().sentence}")
    return 0


def _open_here(vault: Vault, key: bytes) -> None:
    """A backup of another computer names a keychain that is not this one's."""
    ways = Ways(vault, key)
    protection = vault.status()
    try:
        ways.use_keychain()
        if protection.passphrase:
            ways.ask_at_start()
    except AppError:
        if protection.passphrase:
            ways.ask_at_start()
        elif somebody_is_there():
            output.note("There is no keychain here: choose a passphrase.")
            ways.set_passphrase(new_passphrase())


@contextmanager
def _alone(paths: Paths) -> Generator[None]:
    """Nobody else may have the chats open.

    Raises:
        AppError: SNUG_IS_OPEN.
    """
    mark = instance.Mark(paths.locks).hold()
    try:
        if instance.somebody_else(paths.locks, mark):
            raise AppError("SNUG_IS_OPEN", "Snug is open on these chats.", "Nothing was changed.", "Close it first.")
        yield
    finally:
        mark.release()


def _tell_of_old_backups(paths: Paths) -> None:
    count = len(backups.existing(paths.backups))
    if count:
        output.note(f"{count} backups made before still open as they did then.")


def _counted(counts: dict[str, int]) -> str:
    return f"{counts['chat']:,} chats with {counts['message']:,} messages"


def _yes(question: str) -> bool:
    return sys.stdin.isatty() and input(question).strip().lower() == "yes"


_ACTIONS: dict[str, Callable[[Namespace, Paths], int]] = {
    "status": _status,
    "lock": _lock,
    "passphrase": _passphrase,
    "recovery": _recovery,
    "backup": _backup,
    "verify": _verify,
    "restore": _restore,
}
