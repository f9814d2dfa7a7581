"""A Windows to try the installers on: this one, or one of Wine's in a folder. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryFile

from installers.check import Failed

HERE = Path(__file__).resolve().parent
NATIVE = os.name == "nt"
PATIENCE_S = 120
KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Snug"
CLASSES = r"HKCU\Software\Classes"
OLD, NEW = "0.0.9", "0.1.0"


def say(words: str) -> None:
    raise Failed(words)


class Windows:
    """A Windows with nothing of Snug on it, the set-up of two versions, and where they put things."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tried – Käse & Öl"
        self.folder.mkdir()
        self.told = self.folder / "told.txt"
        self.environment = {**os.environ, "STANDIN_TOLD": self.path(self.told)}
        if not NATIVE:
            self.environment |= {"WINEPREFIX": str(folder / "wine"), "WINEDEBUG": "-all"}
            self.environment["WINEDLLOVERRIDES"] = "mscoree,mshtml="
            (folder / "wine").mkdir()
            # One server for all, which goes soon after the last program and holds no pipe of ours.
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            subprocess.run(["wineserver", "-p30"], env=self.environment, check=True, **quiet)
            self.run("winecfg", "-v", "win10")
        said = self.run("cmd", "/c", "echo %LOCALAPPDATA%|%APPDATA%".replace("|", "^|"))[1].strip().split("|")
        self.local, roaming = (self.here(each) for each in said)
        self.usual = self.local / "Programs" / "Snug"
        self.data = self.local / "Snug"
        self.shortcut = roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Snug.lnk"
        self.payload = self._payload()
        (old := self.payload / "_internal" / "only in the old one.txt").write_text("old")
        self._make(OLD)
        old.unlink()
        self._make(NEW)
        self.standin = str(self.payload / "snug.exe")

    def run(self, program: str | Path, *words: str) -> tuple[int, str]:
        """A program of Windows, to its end: status and what it said."""
        command = [*([] if NATIVE else ["wine"]), str(program), *words]
        # No pipe, which what it leaves running would hold open.
        with TemporaryFile() as said:
            status = subprocess.call(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                timeout=PATIENCE_S,
                restore_signals=False,
            )
            said.seek(0)
            return status, said.read().decode("oem" if NATIVE else "cp437")

    @contextmanager
    def running(self, program: Path) -> Iterator[None]:
        """The program, open."""
        sign = self.folder / "stay"
        sign.touch()
        self.told.unlink(missing_ok=True)
        command = [*([] if NATIVE else ["wine"]), str(program), "--stay", self.path(sign)]
        with subprocess.Popen(command, env=self.environment) as process:
            try:
                until(self.told.exists, "the program does not start")
                yield
            finally:
                sign.unlink()
                process.wait(PATIENCE_S)

    def set_up(self, version: str, *, into: Path | None = None) -> int:
        """Install without a window. The status."""
        folder = [] if into is None else f"/D={self.path(into)}".split(" ")  # it takes no quotes
        return self.run(self.folder / f"snug-{version}-windows-setup.exe", "/S", *folder)[0]

    def install(self, version: str = NEW, *, into: Path | None = None) -> Path:
        """Install without a window; it must succeed. The folder."""
        if status := self.set_up(version, into=into):
            say(f"the set-up of {version} ended with status {status}")
        return into or self.usual

    def remove(self, folder: Path, *words: str) -> None:
        """Remove, to the very end, which is that of a copy of the program that removes."""
        self.run(folder / "remove.exe", *(words or ["/S"]))
        until(lambda: not (folder / "remove.exe").exists(), "remove.exe stays")

    def value(self, key: str, name: str = "") -> str | None:
        """What the registry holds; None if it is not there."""
        said = self.run("reg", "query", key, *(["/v", name] if name else ["/ve"]))[1]
        found = [line.split("    ", 3) for line in said.splitlines() if line.startswith("    ")]
        return found[0][3] if found and found[0][3] != "(value not set)" else None

    def clean(self) -> None:
        """Nothing of Snug is installed."""
        for folder in (self.usual, self.data, self.folder / "installed"):
            shutil.rmtree(folder, ignore_errors=True)
        for key in (KEY, rf"{CLASSES}\Snug.Model", rf"{CLASSES}\.gguf"):
            self.run("reg", "delete", key, "/f")
            if not NATIVE:
                self.run("reg", "delete", key.replace("HKCU", "HKLM"), "/f")
        for file in (self.shortcut, self.told):
            file.unlink(missing_ok=True)

    def path(self, path: Path) -> str:
        """As Windows calls it."""
        return str(path) if NATIVE else str(PureWindowsPath("Z:", path))

    def here(self, path: str) -> Path:
        """As this system calls it."""
        if NATIVE:
            return Path(path)
        return Path(self.environment["WINEPREFIX"], "drive_c", *PureWindowsPath(path).parts[1:])

    def heard(self) -> str:
        """What the stand-in has told."""
        return self.told.read_text("utf-8-sig") if self.told.exists() else ""

    def _payload(self) -> Path:
        payload = self.folder / "payload"
        deep = payload / "_internal" / "a folder" / "another one"
        deep.mkdir(parents=True)
        for name in ("Käse – ä ß 日本.txt", "no ending", "long " * 20 + ".txt"):
            (deep / name).write_text(name, "utf-8")
        (payload / "_internal" / "large.bin").write_bytes(os.urandom(4_000_000))
        compiler = "gcc" if NATIVE else "x86_64-w64-mingw32-gcc"
        program = payload / "snug.exe"
        subprocess.run([compiler, "-municode", "-mwindows", "-Os", "-o", program, HERE / "standin.c"], check=True)
        shutil.copyfile(program, payload / "snug-cli.exe")
        return payload

    def _make(self, version: str) -> None:
        command = [sys.executable, HERE / "make.py", "--payload", self.payload, "--version", version]
        subprocess.run([*command, "--into", self.folder], check=True, stdout=subprocess.DEVNULL)


def until(true: Callable[[], bool], otherwise: str) -> None:
    """Wait for something that another process does."""
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > PATIENCE_S:
            say(otherwise)
        time.sleep(0.05)
